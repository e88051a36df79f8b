"""Which errors are the user's to mend: their messages are shown as one sentence, without a traceback."""

from __future__ import annotations

# By name, so that asking does not import the whole library. Each is an exception whose message is a sentence.
USER_ERRORS = frozenset(
    {
        "InputError",
        "ArchiveError",
        "CatalogueError",
        "LakeError",
        "OtherVersionError",
        "ReadError",
        "ReleaseError",
        "EngineError",
        "SampleServerError",
        "SampleSiteError",
        "SiteError",
        "SettingsError",
        "SourceChoiceError",
        "StorageError",
        "VocabularyError",
        "WarehouseError",
    }
)


class InputError(Exception):
    """A file, folder, address or id given on the command line that cannot be used; the message says why."""


def is_users(error: Exception) -> bool:
    """Whether an error is one of this library's sentences for the user."""
    kind = type(error)
    return kind.__module__.startswith("ingest.") and kind.__name__ in USER_ERRORS


def one_sentence(error: Exception) -> str:
    """The message of an error on one line."""
    return " ".join(str(error).split()) or type(error).__name__
