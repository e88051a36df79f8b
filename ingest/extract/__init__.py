"""Page to claims: quantities, what they count, for whom, where and when.

Belongs here: reading. Words that the reading knows live in `ingest.vocabulary` as data. Does not belong
here: decoding, layout and tables as printed (`ingest.parse`), choosing between claims (dbt).
"""

from ingest.extract.page import extract_claims, read_page

__all__ = ["extract_claims", "read_page"]
