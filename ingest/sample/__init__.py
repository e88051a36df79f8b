"""The embedded sample site: yearbook pages and the small server that shows them (see README.md here).

Belongs here: the pages, how they are sent, the facts they state. Does not belong here: how they are
crawled or read, which is the same code as for any other source.
"""

from ingest.sample.server import SampleServerError, serve, serve_forever

__all__ = ["SampleServerError", "serve", "serve_forever"]
