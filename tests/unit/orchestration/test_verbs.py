"""`make ui` and `make docs`: one sentence for a taken port, and documentation also before the first run."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.cli_serve import folder_server
from ingest.settings import Settings
from orchestration import documentation, ui
from orchestration.documentation import WITHOUT_WAREHOUSE, is_up_to_date, make_documentation
from orchestration.links import VARIABLE, documentation_link


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("main", "mend"), [(ui.main, "make ui PORT=…"), (documentation.main, "make docs DOCS_PORT=…")], ids=["ui", "docs"]
)
def test_a_taken_port_is_told_in_one_sentence(
    home: Settings, taken: int, main: Callable[[list[str]], int], mend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(taken)]) == 2
    assert capsys.readouterr().err == f"Port {taken} is taken: choose another one with `{mend}`.\n"


class Dbt:
    """Writes a page and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def cli(self, arguments: list[str], target_path: Path) -> SimpleNamespace:
        self.asked.append(arguments)
        target_path.mkdir(parents=True, exist_ok=True)
        (target_path / "static_index.html").write_text("<html></html>", encoding="utf-8")
        return SimpleNamespace(wait=lambda: SimpleNamespace(target_path=target_path))


def test_documentation_is_made_without_a_warehouse_and_again_when_there_is_one(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKDB", "")
    dbt = Dbt()
    assert [make_documentation(home, dbt) for _ in range(2)] == [True, False]
    home.warehouse_path.touch()
    assert not is_up_to_date(home)
    assert [make_documentation(home, dbt) for _ in range(2)] == [True, False]
    generate = ["docs", "generate", "--static"]
    assert dbt.asked == [[*generate, *WITHOUT_WAREHOUSE], generate]


def test_a_served_folder_answers_until_it_is_left(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("tables", encoding="utf-8")
    with folder_server(tmp_path, 0) as address:
        assert urllib.request.urlopen(address).read() == b"tables"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address)


def test_tables_link_to_their_page_where_the_documentation_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert documentation_link("model.union_warehouse.dim_page") == {}
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:8580/")
    link = documentation_link("model.union_warehouse.dim_page")["documentation"]
    assert link.value == "http://127.0.0.1:8580/#!/model/model.union_warehouse.dim_page"
