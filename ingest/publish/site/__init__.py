"""The evidence site: static pages on which a researcher sees the data and its sentences without SQL.

Belongs here: turning the exported tables and the stored texts into pages. Does not belong here: any rule about the
data (that is dbt's work), nor anything that needs a server; the pages open from a folder and load nothing from a
network.

- `ingest.publish.site.build`: the whole site, put in place at once. The entrance.
- `ingest.publish.site.tables`: the exported tables, streamed in the order in which pages are written.
- `ingest.publish.site.spans`: a page's text cut into pieces at the ends of its claims.
- `ingest.publish.site.evidence`, `places`, `start`, `lookup`: one module per kind of page.
- `ingest.publish.site.charts`: a series as an SVG picture, kept by its content.
- `ingest.publish.site.render`: Jinja with escaping, and how numbers look.

Addresses, which stay valid when the site is built again
    claim.html#<claim_id>                    a claim, wherever it stands; what to cite. A retracted claim answers too
    pages/<page_id>.html#c-<claim_id>        the number in its sentence; works without scripts as well
    pages/<page_id>.html#d-<claim_id>        what was read there
    regions/<region_id>.html#m-<metric_code> a region's series of one metric
    metrics/<metric_code>.html               definition, breaks, all regions
`claim.html` finds the page through `claims/<first two digits>.js`: 256 files at most, however many claims.
"""
