"""Published tables: files that anybody opens without touching the warehouse file.

Belongs here: copying the marts out, atomically, making citable releases of them, and reading them back for the command
line. Does not belong here: any rule about the data (that is dbt's work).

- `ingest.publish.exports`: the tables of the `marts` schema as files, with a manifest.
- `ingest.publish.release`: an export as a release that never changes, in the formats of `sdmx`, `datapackage` and
  `croissant`, all derived from one `description` of the tables.
- `ingest.publish.read`: facts and evidence out of those files.
"""

from ingest.publish.read import ReadError, read_evidence, read_facts

__all__ = ["ReadError", "read_evidence", "read_facts"]
