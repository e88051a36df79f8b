from __future__ import annotations
from ingest.records import Table
def find_text_tables(text: str) -> tuple[Table, ...]:
    return ()
