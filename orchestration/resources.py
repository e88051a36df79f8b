"""What assets need from outside: the folders of the project. Serves the Dagster concept "resource".

Belongs here: opening things for the length of a step. Does not belong here: what is done with them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingest.catalogue import Source
from ingest.fetch import HttpClient, open_client
from ingest.lake import Lake
from ingest.settings import Settings, load_settings
from ingest.stages import open_catalogue


class Project(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The settings of this installation and what they lead to. All are read when a step runs, not at import."""

    def settings(self) -> Settings:
        """Folders and addresses, from the environment."""
        return load_settings()

    def lake(self) -> Lake:
        """Where frames live."""
        return Lake(self.settings().lake_root)

    def source(self, source_id: str) -> Source:
        """One entry of the catalogue."""
        return open_catalogue(self.settings())[source_id]

    @contextmanager
    def http(self) -> Iterator[HttpClient]:
        """An HTTP client with manners, closed at the end of the step."""
        with open_client(self.settings()) as client:
            yield client
