"""Which code and vocabulary are in force: what a stored page or claim was made with, and whether that is still so.

Belongs here: the versions alone, so that asking what is out of date imports neither parser nor reader. Whoever changes
what they store for an unchanged page raises theirs.
"""

from __future__ import annotations

from ingest.vocabulary.version import vocabulary_hash

PARSER_VERSION = "6"
EXTRACTOR_VERSION = "6"


def extractor_version() -> str:
    """The version of code and vocabulary together: a claim says by which it was read."""
    return f"{EXTRACTOR_VERSION}+{vocabulary_hash()}"
