"""Which vocabulary is in force: one hash over all of its files.

Belongs here: the hash. It is part of the extractor's version (`ingest.versions`), so that a new word reads
stored pages again without a change of code.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from ingest.vocabulary import FOLDER

SUFFIXES = frozenset({".csv", ".yml"})


@lru_cache(maxsize=1)
def vocabulary_hash() -> str:
    """Eight hexadecimal digits of the names and contents of the vocabulary's files."""
    digest = hashlib.sha256()
    for file in sorted(path for path in FOLDER.iterdir() if path.suffix in SUFFIXES):
        digest.update(f"{file.name}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:8]
