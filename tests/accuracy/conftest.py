"""The built corpus, once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accuracy.author import build_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pages/, gold/, traps/ and styles.csv of the whole corpus."""
    return build_corpus(tmp_path_factory.mktemp("accuracy"))
