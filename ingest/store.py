"""Where the warehouse is stored and within which limits DuckDB works on it, as the environment says.

Belongs here: the two stores (one DuckDB file, or a DuckLake: Parquet files with their catalogue in Postgres), the
limits of a connection, and the loading of extensions from the packages that are installed. Does not belong
here: what is written into the store (`ingest.warehouse`, dbt).

Environment variables
    UNION_WAREHOUSE_STORE               `duckdb` (one file under the home; the default) or `ducklake`
    UNION_WAREHOUSE_DUCKLAKE_CATALOGUE  Postgres database of the catalogue, such as `dbname=lake`; what is left out
                                        comes from PGHOST, PGPORT, PGUSER, PGPASSWORD or PGPASSFILE
    UNION_WAREHOUSE_DUCKLAKE_DATA       folder or s3:// address of the Parquet files; the first use settles it
    UNION_WAREHOUSE_DUCKDB_MEMORY       memory limit of DuckDB, such as `2GB`; default 1200MB
    UNION_WAREHOUSE_DUCKDB_THREADS      threads of DuckDB; default 2
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL
                                        for an s3:// address
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import duckdb

STORE = "UNION_WAREHOUSE_STORE"
CATALOGUE = "UNION_WAREHOUSE_DUCKLAKE_CATALOGUE"
DATA = "UNION_WAREHOUSE_DUCKLAKE_DATA"
MEMORY = "UNION_WAREHOUSE_DUCKDB_MEMORY"
THREADS = "UNION_WAREHOUSE_DUCKDB_THREADS"

DUCKDB, DUCKLAKE = "duckdb", "ducklake"
# The name of the attached lake is the name that the DuckDB file has: SQL that names it runs on both.
DATABASE = "warehouse"
METADATA_SCHEMA = "ducklake"
DEFAULT_MEMORY = "1200MB"
DEFAULT_THREADS = "2"
MEMORY_FORM = re.compile(r"\d+(\.\d+)?\s*[KMGT]i?B", re.IGNORECASE)
PASSWORD = re.compile(r"password\s*=|://[^/@]*:[^/@]*@", re.IGNORECASE)
EXTENSIONS = ("httpfs", "postgres_scanner", "ducklake")

Options = dict[str, str | bool | int | float | list[str]]


class StoreError(Exception):
    """A setting of the store that cannot be used; the message names the variable and the mend."""


@dataclass(frozen=True, slots=True)
class DuckLake:
    """A lake: its catalogue as a libpq connection string without a password, and where its Parquet files are."""

    catalogue: str
    data: str


def chosen_store() -> str:
    """The store that the environment asks for. Raises StoreError for one that does not exist."""
    store = os.environ.get(STORE, DUCKDB)
    if store not in (DUCKDB, DUCKLAKE):
        raise StoreError(f"{STORE}={store!r} is no store: set it to {DUCKDB} or {DUCKLAKE}")
    return store


def warehouse_name() -> str:
    """The name of the warehouse under the home. Under `warehouse.ducklake` no file is made: it stands for the lake."""
    return f"{DATABASE}.{DUCKLAKE if os.environ.get(STORE) == DUCKLAKE else DUCKDB}"


def is_lake(path: Path) -> bool:
    """Whether a warehouse path stands for the lake of the environment."""
    chosen_store()
    return path.suffix == f".{DUCKLAKE}"


def connection_options(path: Path) -> Options:
    """How DuckDB is opened: threads, memory, and a folder beside the warehouse for what exceeds the memory."""
    memory = os.environ.get(MEMORY) or DEFAULT_MEMORY
    threads = os.environ.get(THREADS) or DEFAULT_THREADS
    if not MEMORY_FORM.fullmatch(memory.strip()):
        raise StoreError(f"{MEMORY}={memory!r} is no size: write a number and a unit, such as 2GB or 512MiB")
    if not threads.isdigit() or int(threads) < 1:
        raise StoreError(f"{THREADS}={threads!r} is no number of threads: write a whole number from 1 on")
    return {"threads": int(threads), "memory_limit": memory.strip(), "temp_directory": f"{path}.tmp"}


def lake_from_environment() -> DuckLake:
    """The lake that the environment names. Raises StoreError where something is missing or must not stand there."""
    catalogue, data = os.environ.get(CATALOGUE, "").strip(), os.environ.get(DATA, "").strip()
    if not catalogue:
        raise StoreError(f"{CATALOGUE} is not set: name the Postgres database of the catalogue, such as dbname=lake")
    if PASSWORD.search(catalogue):
        raise StoreError(f"{CATALOGUE} holds a password, which logs would show: put it into PGPASSWORD or PGPASSFILE")
    if not data:
        raise StoreError(f"{DATA} is not set: name the folder or s3:// address of the Parquet files")
    if "://" not in data and not Path(data).is_absolute():
        raise StoreError(f"{DATA}={data!r} is a relative folder: write it from the root, for all programs alike")
    return DuckLake(catalogue, data.rstrip("/") + "/")


def attach_lake(connection: duckdb.DuckDBPyConnection, lake: DuckLake, *, read_only: bool = False) -> None:
    """Attach a lake as the database `warehouse`; an empty catalogue becomes a new lake.

    Nothing is fetched: the extensions come from installed packages and DuckDB checks their signatures.
    """
    for name in EXTENSIONS:
        if name != "httpfs" or lake.data.startswith("s3://"):
            connection.load_extension(str(extension_file(name)))
    if lake.data.startswith("s3://"):
        connection.execute(_s3_secret())
    options = [f"DATA_PATH {_quoted(lake.data)}", f"METADATA_SCHEMA '{METADATA_SCHEMA}'"]
    options += ["READ_ONLY"] if read_only else []
    connection.execute(f"ATTACH {_quoted('ducklake:postgres:' + lake.catalogue)} AS {DATABASE} ({', '.join(options)})")


def extension_file(name: str) -> Path:
    """The file of a DuckDB extension in its installed package. Raises StoreError where it is missing."""
    package = f"duckdb_extension_{name}"
    found = find_spec(package)
    if found is None or found.origin is None:
        raise StoreError(
            f"the package {package.replace('_', '-')} is not installed: install this project with [ducklake]"
        )
    needed = version("duckdb")
    file = Path(found.origin).parent / "extensions" / f"v{needed}" / f"{name}.duckdb_extension"
    if not file.is_file():
        raise StoreError(f"{package.replace('_', '-')} is not of DuckDB's version: install {needed} of it")
    return file


def _s3_secret() -> str:
    """SQL that tells DuckDB what the AWS variables tell all other clients."""
    known = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID"),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN"),
        "REGION": os.environ.get("AWS_DEFAULT_REGION"),
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        address = urlsplit(endpoint)
        known |= {"ENDPOINT": address.netloc, "URL_STYLE": "path", "USE_SSL": str(address.scheme == "https").lower()}
    told = [f"{name} {_quoted(value)}" for name, value in known.items() if value]
    return f"CREATE OR REPLACE SECRET lake_s3 ({', '.join(['TYPE s3', *told])})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
