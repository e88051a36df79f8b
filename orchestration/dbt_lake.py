"""dbt's way to the lake: a plugin of dbt-duckdb that attaches it as everything else here does (`ingest.store`).

Belongs here: nothing else. The `ducklake` target of `dbt_project/profiles.yml` names this module.
"""

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from ingest.store import StoreError, attach_lake, lake_from_environment


class Plugin(BasePlugin):
    """Called by dbt-duckdb once per process, before it attaches what the profile lists."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Load the extensions and attach the lake as `warehouse`."""
        try:
            attach_lake(conn, lake_from_environment())
        except StoreError as error:
            raise DbtRuntimeError(str(error)) from error
