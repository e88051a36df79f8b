"""The sample site in memory: every address it answers, with body and headers.

Belongs here: reading the site folder and its manifest. Does not belong here: HTTP, which is
`ingest.sample.server`. Because all bodies are read once at the start, no request ever reaches the
file system.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

SITE_FOLDER = Path(__file__).parent / "site"
MANIFEST_FILE = Path(__file__).parent / "manifest.yaml"
INDEX = "index.html"
MEDIA_TYPES = {".html": "text/html", ".txt": "text/plain", ".css": "text/css"}


class SampleSiteError(Exception):
    """A site that cannot be served; the message names the file and what is wrong with it."""


class Manifest(BaseModel):
    """How pages are sent: one Last-Modified for all, and exceptions by path relative to the site folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    last_modified: AwareDatetime
    encodings: dict[str, str] = {}
    content_types: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Resource:
    """One answer with status 200: its bytes and the headers that describe them."""

    body: bytes
    content_type: str
    etag: str
    last_modified: datetime


def load_manifest(path: Path = MANIFEST_FILE) -> Manifest:
    """Read the manifest; SampleSiteError when a key is unknown, missing or of the wrong type."""
    try:
        return Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
        raise SampleSiteError(f"{path.name}: {'; '.join(problems)}") from error
    except (OSError, yaml.YAMLError) as error:
        raise SampleSiteError(f"{path.name}: {error}") from error


def load_site(folder: Path = SITE_FOLDER, manifest: Manifest | None = None) -> dict[str, Resource]:
    """All answers by address path ("/nianjian/"); SampleSiteError when the manifest names a missing file."""
    rules = manifest or load_manifest()
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    strangers = sorted((rules.encodings.keys() | rules.content_types.keys()) - files.keys())
    if strangers:
        raise SampleSiteError(f"{MANIFEST_FILE.name}: no such page in the site: {', '.join(strangers)}")
    resources = {name: _read_resource(name, path, rules) for name, path in files.items()}
    return dict(_addressed(resources))


def _addressed(resources: Mapping[str, Resource]) -> Iterator[tuple[str, Resource]]:
    """Each file under its own path, and an index page also under its folder's."""
    for name, resource in resources.items():
        yield f"/{name}", resource
        if name == INDEX or name.endswith(f"/{INDEX}"):
            yield f"/{name.removesuffix(INDEX)}", resource


def _read_resource(name: str, path: Path, rules: Manifest) -> Resource:
    body = path.read_bytes()
    if name in rules.encodings:
        body = body.decode("utf-8").encode(rules.encodings[name])
    media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return Resource(
        body=body,
        content_type=rules.content_types.get(name, f"{media_type}; charset=utf-8"),
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        last_modified=rules.last_modified.astimezone(UTC),
    )
