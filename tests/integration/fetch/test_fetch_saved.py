"""A researcher's own collection: folders and archive files go the same way as fetched pages, without network."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from conftest import Bench, make_source
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.fetch import read_body

MHTML = """From: <Saved by Blink>
Snapshot-Content-Location: http://nj.example/2016juan/7.html
Subject: =?utf-8?B?5oC75bel5Lya?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----b"

------b
Content-Type: text/html; charset=gb2312
Content-Transfer-Encoding: quoted-printable
Content-Location: http://nj.example/2016juan/7.html

<p>=B9=A4=BB=E1</p>
------b
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
------b--
""".replace("\n", "\r\n").encode()


def saved_source(**changes: object):
    return make_source(pages=[], hosts=[], volume_year={"url": r"/(\d{4})juan/"}, **changes)


def bodies(bench: Bench) -> dict[str, tuple[bytes, str | None]]:
    rows = bench.snapshots.rows(named=True)
    return {row["url"]: read_body(bench.root, row["warc_file"], row["warc_offset"]) for row in rows}


def test_a_folder_of_html_text_and_mhtml(bench: Bench, tmp_path: Path):
    folder = tmp_path / "pages"
    (folder / "2018").mkdir(parents=True)
    (folder / "2018" / "总工会 1.html").write_bytes("<p>工会</p>".encode("gbk"))
    (folder / "b.txt").write_text("工会会员8人")
    (folder / "b.meta.json").write_text(json.dumps({"url": "http://nj.example/2015juan/b.html", "title": "县总工会"}))
    (folder / "c.mhtml").write_bytes(MHTML)
    (folder / "empty.html").write_bytes(b"")
    (folder / "picture.png").write_bytes(b"png")

    result = bench.run(saved_source(folders=[str(folder)]))

    assert result.counts() == {"listed": 4, "failed": 1, "fetched": 3}
    assert bench.refs.sort("url").select("url", "volume_year", "title", "discovered_from").rows() == [
        ("file://faulty/2018/%E6%80%BB%E5%B7%A5%E4%BC%9A%201.html", None, None, "pages"),
        ("file://faulty/b.txt", 2015, "县总工会", "http://nj.example/2015juan/b.html"),
        ("file://faulty/c.mhtml", 2016, "总工会", "http://nj.example/2016juan/7.html"),
        ("file://faulty/empty.html", None, None, "pages"),
    ]
    assert bodies(bench) == {
        "file://faulty/2018/%E6%80%BB%E5%B7%A5%E4%BC%9A%201.html": ("<p>工会</p>".encode("gbk"), "text/html"),
        "file://faulty/b.txt": ("工会会员8人".encode(), "text/plain"),
        "file://faulty/c.mhtml": ("<p>工会</p>".encode("gbk"), "text/html; charset=gb2312"),
    }
    assert bench.quarantine.select("url", "reason").rows() == [("file://faulty/empty.html", "the saved page is empty")]
    assert bench.server.log == []

    (folder / "b.txt").write_text("工会会员9人")
    assert bench.run(saved_source(folders=[str(folder)])).counts() == {
        "listed": 4,
        "failed": 1,
        "fetched": 1,
        "unchanged": 2,
    }
    assert bodies(bench)["file://faulty/b.txt"][0] == "工会会员9人".encode()


def warc_bytes(*pages: tuple[str, str, bytes], gzip: bool = True) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "a browser"}))
    for url, kind, body in pages:
        headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers))
    return out.getvalue()


CAPTURES = (
    ("http://nj.example/2018juan/1.html", "text/html; charset=utf-8", "工会".encode()),
    ("http://nj.example/logo.png", "image/png", b"png"),
    ("http://nj.example/2018juan/1.html#again", "text/html; charset=utf-8", "工会二".encode()),
    ("http://nj.example/2017juan/2.html", "text/html", b"two"),
)


@pytest.mark.parametrize("name", ["own.warc.gz", "own.warc", "own.wacz"])
def test_a_warc_or_wacz_file(bench: Bench, tmp_path: Path, name: str):
    file = tmp_path / name
    data = warc_bytes(*CAPTURES, gzip=name != "own.warc")
    if name.endswith(".wacz"):
        with zipfile.ZipFile(file, "w") as bundle:
            bundle.writestr("archive/data.warc.gz", data)
            bundle.writestr("pages/pages.jsonl", "{}")
    else:
        file.write_bytes(data)
    assert bench.run(saved_source(archives=[str(file)])).counts() == {"listed": 2, "fetched": 2}
    assert bench.refs.select("url", "volume_year").sort("url").rows() == [
        ("http://nj.example/2017juan/2.html", 2017),
        ("http://nj.example/2018juan/1.html", 2018),
    ]
    assert {url: body for url, (body, _) in bodies(bench).items()} == {
        "http://nj.example/2017juan/2.html": b"two",
        "http://nj.example/2018juan/1.html": "工会二".encode(),
    }
    assert bench.server.log == []


def test_broken_collections_are_told(bench: Bench, tmp_path: Path):
    (tmp_path / "bad.wacz").write_bytes(b"no zip")
    (tmp_path / "bad.warc.gz").write_bytes(b"\x1f\x8bno gzip")
    bench.run(
        saved_source(
            folders=[str(tmp_path / "nowhere")], archives=[str(tmp_path / "bad.wacz"), str(tmp_path / "bad.warc.gz")]
        )
    )
    assert sorted(bench.quarantine.select("key", "check").rows()) == [
        ("file://faulty/bad.wacz", "bad_archive"),
        ("file://faulty/bad.warc.gz", "bad_archive"),
        ("file://faulty/nowhere", "no_folder"),
    ]


def test_a_torn_archive_file_gives_what_is_whole(bench: Bench, tmp_path: Path):
    (tmp_path / "torn.warc.gz").write_bytes(warc_bytes(*CAPTURES)[:-30])
    bench.run(saved_source(archives=[str(tmp_path / "torn.warc.gz")]))
    assert "http://nj.example/2018juan/1.html" in bench.snapshots["url"].to_list()
