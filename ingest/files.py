"""Local files that are replaced at once: readers see the former content or the new, never half of it."""

from __future__ import annotations

import uuid
from pathlib import Path


def write_at_once(target: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it; folders are made as needed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex}.tmp")
    temporary.write_bytes(content)
    temporary.replace(target)
