"""The command: what it prints, its exit codes, one sentence per error and never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest import cli, stages
from ingest.cli_errors import InputError, is_users, one_sentence
from ingest.cli_extract import page_stem, read_file
from ingest.cli_output import CLAIM_COLUMNS, mark_number, print_evidence
from ingest.fetch import open_client
from ingest.schemas import Claims, polars_schema
from ingest.settings import Settings
from ingest.stages import open_catalogue

TEXT = "内蒙古自治区总工会\n\n【概况】  2017年,全区有基层工会6.4万个,会员570.8万人。\n"
HTML = f"<html><head><title>总工会</title></head><body><p>{TEXT}</p></body></html>"


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process: exit code, standard output, standard error."""
    before = sys.argv
    sys.argv = ["union-warehouse", *arguments]
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    else:
        code = 0
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def claims_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def members(claims: list[dict[str, object]]) -> dict[str, object]:
    [found] = [claim for claim in claims if claim["metric_code"] == "union_members"]
    return found


class TestExtract:
    def test_jsonl_has_the_columns_of_the_claims_frame_and_a_breakdown_object(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
        code, out, err = call(capsys, "extract", str(tmp_path / "page.txt"), "--format", "jsonl")
        claims = claims_of(out)
        assert (code, err) == (0, "")
        assert set(CLAIM_COLUMNS) == set(polars_schema(Claims)) - {"source_id"}
        assert all(list(claim) == list(CLAIM_COLUMNS) for claim in claims)
        assert {claim["page_id"] for claim in claims} == {"page"}
        found = members(claims)
        assert (found["obs_value"], found["value_low"], found["value_high"]) == (5708000, 5707500, 5708500)
        assert (found["ref_area_name"], found["ref_year"], found["breakdown"]) == ("内蒙古自治区", 2017, {})

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_offsets_of_a_text_file_index_its_decoded_text_unchanged(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], newline: str
    ) -> None:
        text = TEXT.replace("\n", newline)
        (tmp_path / "page.txt").write_bytes(text.encode())
        _, out, _ = call(capsys, "extract", str(tmp_path / "page.txt"), "--format", "jsonl")
        for claim in claims_of(out):
            assert text[claim["char_start"] : claim["char_end"]] == claim["raw_span"]
        assert members(claims_of(out))["raw_span"] == "570.8万人"

    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "gbk"])
    def test_text_and_html_are_read_in_any_chinese_charset(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], charset: str
    ) -> None:
        (tmp_path / "a.txt").write_bytes(TEXT.encode(charset))
        (tmp_path / "b.html").write_bytes(HTML.encode(charset))
        _, out, _ = call(capsys, "extract", str(tmp_path), "--format", "jsonl")
        values = {
            claim["page_id"]: claim["obs_value"] for claim in claims_of(out) if claim["metric_code"] == "union_members"
        }
        assert values == {"a": 5708000, "b": 5708000}

    def test_csv_writes_the_breakdown_as_text(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "page.txt").write_text("2017年,内蒙古自治区有工会女会员200万人。", encoding="utf-8")
        _, out, _ = call(capsys, "extract", str(tmp_path / "page.txt"), "--format", "csv")
        [row] = list(csv.DictReader(io.StringIO(out)))
        assert list(row) == list(CLAIM_COLUMNS)
        assert (row["obs_value"], row["breakdown"]) == ("2000000.0", "sex=F")

    def test_a_table_is_for_people(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
        code, out, err = call(capsys, "extract", str(tmp_path / "page.txt"))
        assert code == 0
        assert "5,708,000" in out
        assert "claims" in err

    def test_options_are_fallbacks_for_pages_that_say_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "mute.txt").write_text("工会会员12345人。", encoding="utf-8")
        (tmp_path / "told.txt").write_text(TEXT, encoding="utf-8")
        options = ["--region", "上海市", "--reference-year", "2011", "--format", "jsonl"]
        _, out, _ = call(capsys, "extract", str(tmp_path), *options)
        places = {
            c["page_id"]: (c["ref_area_name"], c["ref_year"])
            for c in claims_of(out)
            if c["metric_code"] == "union_members"
        }
        assert places == {"mute": ("上海市", 2011), "told": ("内蒙古自治区", 2017)}

    @pytest.mark.parametrize("sidecar", ["page.meta.json", "page.txt.meta.json"])
    def test_a_sidecar_tells_where_a_file_was_saved_from(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], sidecar: str
    ) -> None:
        (tmp_path / "page.txt").write_text("工会会员12345人。", encoding="utf-8")
        told = {"url": "http://a.example/2018juan/1.html", "title": "上海市总工会2017年概况"}
        (tmp_path / sidecar).write_text(json.dumps(told), encoding="utf-8")
        _, out, _ = call(capsys, "extract", str(tmp_path / "page.txt"), "--format", "jsonl")
        found = members(claims_of(out))
        assert (found["url"], found["ref_area_name"], found["ref_year"]) == (told["url"], "上海市", 2017)

    def test_a_page_without_claims_is_no_error(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "page.txt").write_text("今天天气很好。", encoding="utf-8")
        assert call(capsys, "extract", str(tmp_path / "page.txt"), "--format", "jsonl") == (0, "", "")

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("page.txt", b"", "page.txt is empty."),
            ("page.html", b" \n", "page.html is empty."),
            ("page.html", bytes(range(256)) * 40, "page.html is no text: its bytes fit no charset of Chinese pages."),
            ("page.txt", bytes(range(256)) * 40, "page.txt is no text: its bytes fit no charset of Chinese pages."),
        ],
    )
    def test_a_file_that_is_no_text_is_told_in_one_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, sentence: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        code, out, err = call(capsys, "extract", str(tmp_path / name), "--format", "jsonl")
        assert (code, out, err) == (2, "", f"{tmp_path}/{sentence}\n")

    def test_one_bad_file_does_not_stop_the_others(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
        (tmp_path / "b.txt").write_bytes(b"")
        (tmp_path / "c.txt").write_text(TEXT, encoding="utf-8")
        code, out, err = call(capsys, "extract", str(tmp_path), "--format", "jsonl")
        assert code == 2
        assert {claim["page_id"] for claim in claims_of(out)} == {"a", "c"}
        assert err == f"{tmp_path}/b.txt is empty.\n"

    def test_a_missing_path_does_not_stop_the_others(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
        missing = str(tmp_path / "none.txt")
        code, out, err = call(capsys, "extract", missing, str(tmp_path / "a.txt"), "--format", "jsonl")
        assert (code, len(claims_of(out)) > 0) == (2, True)
        assert err == f"{missing} cannot be read: No such file or directory.\n"

    def test_a_folder_without_pages_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, err = call(capsys, "extract", str(tmp_path))
        assert code == 2
        assert "holds no file that ends in" in err

    @pytest.mark.parametrize("content", ["{", "[]", '{"url": 5}'])
    def test_a_broken_sidecar_is_told(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
        (tmp_path / "page.meta.json").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"page\.meta\.json"):
            read_file(tmp_path / "page.txt")

    def test_a_page_is_read_from_its_address(self, sample_home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        url = "http://sample.localhost/nianjian/2012juan/qunzhongtuanti/2013-05-06/501.html"
        code, out, _ = call(capsys, "extract", url, "--format", "jsonl")
        assert code == 0
        assert {(claim["page_id"], claim["url"]) for claim in claims_of(out)} == {("501", url)}

    @pytest.mark.parametrize("path", ["/none.html", "/neibu/2018/caogao.html"])
    def test_a_page_that_is_not_to_be_had_is_told(
        self, sample_home: Settings, capsys: pytest.CaptureFixture[str], path: str
    ) -> None:
        url = f"http://sample.localhost{path}"
        code, _, err = call(capsys, "extract", url)
        assert code == 2
        assert err.startswith(f"{url} was not fetched: ")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "stem"),
    [("http://a.example/x/17945.html", "17945"), ("http://a.example/x/?id=1", "x"), ("http://a.example", "a.example")],
)
def test_a_page_from_the_web_is_named_like_its_last_part(url: str, stem: str) -> None:
    assert page_stem(url) == stem


@pytest.fixture
def stored(sample_home: Settings) -> Settings:
    """A home in which one sample source was read."""
    source = open_catalogue(sample_home)["sample_gazetteers"]
    with open_client(sample_home) as http:
        stages.crawl(source, sample_home, http)
        stages.fetch(source, sample_home, http)
    stages.parse(source, sample_home)
    stages.extract(source, sample_home)
    return sample_home


class TestReading:
    def test_evidence_of_an_unknown_claim_is_told(self, home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = call(capsys, "evidence", "0" * 16)
        assert (code, out) == (2, "")
        assert "run the pipeline first" in err

    def test_facts_before_any_run_say_what_to_do(self, home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, err = call(capsys, "facts")
        assert code == 2
        assert "run the pipeline first" in err

    def test_status_counts_rows_by_source(self, stored: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = call(capsys, "status")
        assert code == 0
        assert "sample_gazetteers" in out
        assert str(stored.archive_root) in err

    def test_sources_lists_the_catalogue(self, home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = call(capsys, "sources", "--format", "jsonl")
        listed = {row["source_id"] for row in map(json.loads, out.splitlines())}
        assert code == 0
        assert {"sample_yearbooks", "sample_statistics", "sample_gazetteers", "neimenggu_yearbook"} <= listed

    def test_an_invalid_catalogue_entry_is_one_sentence(
        self, home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "bad.yaml").write_text("title: x\n", encoding="utf-8")
        monkeypatch.setenv("UNION_WAREHOUSE_CATALOGUE", str(tmp_path))
        code, _, err = call(capsys, "sources")
        assert code == 2
        assert "bad.yaml" in err
        assert err.count("\n") == 1


def test_evidence_shows_the_sentence_with_its_number_marked(capsys: pytest.CaptureFixture[str]) -> None:
    claim = {
        "sentence": "会员[总数]570.8万人。",
        "raw_span": "570.8万人",
        "url": "http://a/1",
        "obs_value": 5708000.0,
        "note": None,
    }
    print_evidence(claim)
    out = capsys.readouterr().out
    assert "会员[总数]»570.8万人«。" in out
    assert "url  http://a/1" in out
    assert "obs_value  5708000" in out
    assert "note" not in out


def test_marking_a_number_that_is_not_in_the_sentence_leaves_it_plain() -> None:
    assert mark_number("没有数字", "5").plain == "没有数字"
    assert mark_number("有5个", "5").plain == "有»5«个"


def test_only_errors_of_the_library_are_the_users() -> None:
    assert is_users(InputError("x"))
    assert not is_users(ValueError("x"))
    assert one_sentence(InputError("two\nlines")) == "two lines"


HEAVY = {"polars", "pandera", "pandas", "pyarrow", "duckdb", "requests", "dagster", "selectolax", "ahocorasick_rs"}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], set()),
        (["sources"], set()),
        (["releases"], set()),
        (["status"], {"polars"}),
        (["facts"], {"polars"}),
        (["evidence", "0" * 16], {"polars"}),
        (["extract", "page.txt"], {"selectolax", "ahocorasick_rs"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(stored: Settings, arguments: list[str], needed: set[str]) -> None:
    """In a process of its own, on a home with data, so that stale pages are looked for as well."""
    (stored.home / "page.txt").write_text(TEXT, encoding="utf-8")
    program = (
        f"import sys; sys.argv = ['union-warehouse', *{arguments}]\n"
        "from ingest.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*sorted({HEAVY} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program]
    environment = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1])}
    done = subprocess.run(
        command, cwd=stored.home, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()[-1].split()) == needed
