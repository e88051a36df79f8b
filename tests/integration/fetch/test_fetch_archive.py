"""The archive: what a crash, a second process or damage may do to it, and what it must still give back."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from conftest import GOOD_BODY, Bench, in_turn, make_source, reply, reset
from warcio.archiveiterator import ArchiveIterator

from ingest.fetch import ArchiveError, open_archive, read_body, replay_source, verify_archive
from ingest.fetch.archive import Archive, warc_files

PAGES = [f"http://a.localhost/{number}.html" for number in range(6)]


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """An archive with six pages from one run."""
    bench.server.routes = {
        f"/{number}.html": reply(body=b"page %d" % number, ETag=f'"{number}"') for number in range(6)
    }
    bench.run(make_source(pages=PAGES))
    return bench


def files(bench: Bench) -> list[Path]:
    return warc_files(bench.root / "faulty")


def records(file: Path) -> list[tuple[str, str | None]]:
    with file.open("rb") as handle:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(handle)
        ]


def test_a_response_is_kept_with_its_request_and_what_the_list_said(bench: Bench):
    bench.server.routes["/page"] = reply(body=gzip.compress(GOOD_BODY), Content_Encoding="gzip")
    bench.run(make_source(pages=[{"url": "http://a.localhost/page", "volume_year": 2018, "title": "总工会"}]))
    (file,) = files(bench)
    assert records(file) == [
        ("warcinfo", None),
        ("metadata", "http://a.localhost/page"),
        ("request", "http://a.localhost/page"),
        ("response", "http://a.localhost/page"),
    ]
    with file.open("rb") as handle:
        _, metadata, request, response = [
            (record, record.content_stream().read()) for record in ArchiveIterator(handle)
        ]
    assert metadata[1].decode() == "volume_year: 2018\r\ntitle: 总工会\r\ndiscovered_from: catalogue\r\n"
    assert request[0].http_headers.get_header("Host") == "a.localhost"
    assert response[0].rec_headers.protocol == "WARC/1.1"
    assert response[0].http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert response[1] == GOOD_BODY


def test_the_second_run_writes_revisits_into_a_new_file(filled: Bench):
    filled.server.routes["/0.html"] = reply("304 Not Modified", b"")
    filled.run(make_source(pages=PAGES))
    first, second = files(filled)
    assert [kind for kind, _ in records(second)] == ["warcinfo"] + ["request", "revisit"] * 6
    with second.open("rb") as handle:
        revisits = [record.rec_headers for record in ArchiveIterator(handle) if record.rec_type == "revisit"]
    profiles = [headers.get_header("WARC-Profile").rpartition("/")[2] for headers in revisits]
    assert sorted(profiles) == ["identical-payload-digest"] * 5 + ["server-not-modified"]
    assert all(headers.get_header("WARC-Refers-To-Date") for headers in revisits)
    assert {row["warc_file"] for row in filled.snapshots.rows(named=True)} == {f"faulty/{first.name}"}


def test_an_error_page_is_stored_once(bench: Bench):
    bench.server.routes["/page"] = reply("403 Forbidden", b"no entry")
    bench.run(make_source())
    bench.run(make_source())
    kinds = [kind for file in files(bench) for kind, _ in records(file)]
    assert (kinds.count("response"), kinds.count("revisit")) == (1, 1)


def test_a_missing_or_broken_index_is_rebuilt_from_the_records(filled: Bench):
    before = filled.snapshots
    for content in (None, b"rubbish"):
        index = filled.root / "faulty" / "index.parquet"
        index.unlink() if content is None else index.write_bytes(content)
        with open_archive(filled.root, "faulty") as archive:
            assert sorted(archive.states) == PAGES
            rows = [archive.state(url).snapshot("faulty", url, None) for url in PAGES]
        assert pl.DataFrame(rows, schema=before.schema).equals(before.sort("url"))


def test_a_torn_end_is_cut_off_and_kept_aside(filled: Bench):
    (file,) = files(filled)
    whole = file.read_bytes()
    (filled.root / "faulty" / "index.parquet").unlink()
    file.write_bytes(whole[:-20])
    assert not verify_archive(filled.root).is_sound
    with open_archive(filled.root, "faulty") as archive:
        assert sorted(archive.states) == PAGES[:-1]
    assert whole.startswith(file.read_bytes())
    assert len(file.read_bytes()) + len(file.with_name(f"{file.name}.torn").read_bytes()) == len(whole) - 20
    assert verify_archive(filled.root).is_sound


def test_pages_of_a_run_that_died_are_taken_from_the_archive(filled: Bench):
    filled.snapshots = filled.snapshots.clear()
    (filled.root / "faulty" / "index.parquet").unlink()
    filled.server.log.clear()
    result = filled.run(make_source(pages=PAGES))
    assert result.counts() == {"listed": 6, "fetched": 6}
    assert set(result.fetch_log["reason"]) == {"taken from the archive of a run that did not end"}
    assert filled.server.log == []
    assert filled.snapshots["url"].to_list() == PAGES


def test_snapshots_of_another_lake_survive_without_their_archive(filled: Bench):
    shutil.rmtree(filled.root)
    filled.server.routes = {"/0.html": reset()}
    filled.run(make_source(pages=PAGES[:1]))
    assert filled.snapshots["url"].to_list() == PAGES


def test_without_its_archive_a_page_is_asked_for_whole(filled: Bench):
    shutil.rmtree(filled.root)
    filled.server.log.clear()
    filled.run(make_source(pages=PAGES[:1]))
    assert "If-None-Match" not in filled.server.log[-1].headers
    row = filled.snapshots.row(0, named=True)
    assert read_body(filled.root, row["warc_file"], row["warc_offset"])[0] == b"page 0"


def test_files_rotate_by_size(bench: Bench):
    bench.server.routes = {f"/{number}.html": reply(body=b"page %d" % number) for number in range(6)}
    with Archive(bench.root, "faulty", max_file_bytes=2000) as archive, bench.client() as http:
        for url in PAGES:
            archive.store(url, http.get(url, make_source(pages=PAGES)))
    assert len(files(bench)) > 1
    assert [kind for file in files(bench) for kind, _ in records(file)].count("response") == 6


def test_two_runs_do_not_write_one_archive(filled: Bench):
    with open_archive(filled.root, "faulty"), pytest.raises(ArchiveError, match="faulty is in use by another run"):
        filled.run(make_source(pages=PAGES))


@pytest.mark.parametrize(
    ("file", "offset", "message"),
    [
        ("faulty/none.warc.gz", 0, "has no whole record at byte 0"),
        ("../secret.warc.gz", 0, "is not inside the archive"),
        ("faulty/FIRST", 3, "has no whole record at byte 3"),
        ("faulty/FIRST", 0, "has a warcinfo record at byte 0, not a body"),
        ("faulty/FIRST", 10**9, "has no whole record"),
    ],
)
def test_a_body_that_is_not_there_is_a_clear_error(filled: Bench, file: str, offset: int, message: str):
    with pytest.raises(ArchiveError, match=message):
        read_body(filled.root, file.replace("FIRST", files(filled)[0].name), offset)


def test_a_full_disk_ends_the_run_and_leaves_whole_records(filled: Bench, monkeypatch: pytest.MonkeyPatch):
    filled.server.routes["/3.html"] = reply(body=b"changed")
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveError, match=r"cannot be written \(No space left on device\)"):
        filled.run(make_source(pages=PAGES))
    monkeypatch.undo()
    assert verify_archive(filled.root, filled.snapshots).is_sound
    assert filled.run(make_source(pages=PAGES)).fetch_log.height == 6
    assert filled.snapshots.height == 6


# verification


def test_a_sound_archive_verifies(filled: Bench):
    found = verify_archive(filled.root, filled.snapshots)
    assert (found.is_sound, found.files, found.records, found.bodies) == (True, 1, 1 + 3 * 6, 6)


def test_a_changed_body_is_found(filled: Bench):
    (file,) = files(filled)
    row = filled.snapshots.row(2, named=True)
    data = file.read_bytes()
    with file.open("rb") as handle:
        handle.seek(row["warc_offset"])
        length = filled_length(filled, row)
        text = gzip.decompress(handle.read(length))
    forged = gzip.compress(text.replace(b"page 2", b"page 9"))
    file.write_bytes(data[: row["warc_offset"]] + forged + data[row["warc_offset"] + length :])
    found = verify_archive(filled.root)
    assert [(damage.offset, "digest failed" in damage.problem) for damage in found.damages] == [
        (row["warc_offset"], True)
    ]


def filled_length(bench: Bench, row: dict[str, object]) -> int:
    with Archive(bench.root, "faulty") as archive:
        body = archive.state(str(row["url"])).body
        assert body is not None
        return body.warc_length


def test_a_missing_file_is_found_by_its_snapshots(filled: Bench):
    files(filled)[0].unlink()
    found = verify_archive(filled.root, filled.snapshots)
    assert len(found.damages) == 6
    assert "the body of http://a.localhost/0.html is missing" in found.damages[0].problem


def test_bytes_that_rot_are_found(filled: Bench):
    (file,) = files(filled)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    assert not verify_archive(filled.root).is_sound


# replay


def test_replay_gives_the_frames_of_the_last_run_without_network(bench: Bench):
    pages = [{"url": url, "volume_year": 2010 + number, "title": f"第{number}页"} for number, url in enumerate(PAGES)]
    bench.server.routes = {
        f"/{number}.html": in_turn(reply(body=b"old %d" % number), reply(body=b"new %d" % number))
        for number in range(3)
    }
    bench.server.routes |= {"/3.html": in_turn(reply(), reply("404 Not Found")), "/4.html": reply()}
    bench.run(make_source(pages=pages))
    bench.run(make_source(pages=pages))
    bench.server.stop()
    refs, snapshots = replay_source(bench.root, "faulty")
    assert snapshots.equals(bench.snapshots)
    assert refs.sort("url").equals(bench.refs.sort("url"))
    assert snapshots.select("volume_year", "is_gone").rows() == [
        (2010, False),
        (2011, False),
        (2012, False),
        (2013, True),
        (2014, False),
    ]


def test_replay_agrees_about_strange_headers(bench: Bench):
    bench.server.routes["/page"] = reply(ETag='"\xe9\xa1"', Content_Type="text/html; charset=\xb3\x0b x")
    bench.run(make_source())
    assert replay_source(bench.root, "faulty")[1].equals(bench.snapshots)


def test_replay_of_nothing_is_empty(tmp_path: Path):
    refs, snapshots = replay_source(tmp_path, "never")
    assert (refs.height, snapshots.height) == (0, 0)
