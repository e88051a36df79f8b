"""Synthetic yearbook sites of any size, straight into a WARC archive, the same for the same seed.

All figures are random and mean nothing; every page says so in its title, and no page is ever published. The
layouts are those of real ones: prose in sections, an article printed twice, an HTML table, a table rendered as plain
text. Regions are those of the register, volumes run over thirty years.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.fetch import warc
from ingest.fetch.archive import Entry, read_entries, write_index
from ingest.regions import regions_frame

SOURCE_ID = "synthetic_yearbooks"
HOST = "http://synthetic.localhost"
VOLUMES = range(1994, 2024)
PAGES_PER_FILE = 5_000
FIRST_DAY = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
NOTE = "随机生成的测试数据,数字没有任何意义"

CATALOGUE = f"""\
title: 随机生成的测试年鉴 (random figures for measurements)
publisher: union-metrics-warehouse
homepage: {HOST}/
licence: Apache-2.0
terms: Random figures, never to be published.
region: 中国
level: county
authority_kind: comprehensive_yearbook
is_local: true
hosts: [synthetic.localhost]
pages:
  - url: {HOST}/0.html
verified_on: 2026-11-22
"""

OPENINGS = (
    "截至{year}年底,{region}共有基层工会组织{a}个,涵盖单位{b}个,工会会员{c}万人,其中女会员{d}人、农民工会员{e}人。",
    "{year}年,{region}新建基层工会{a}家,新发展会员{b}人,会员总数达到{c}万人,比上年增长{p}%,女职工{d}人。",
    "{year}年末,{region}职工总数{c}万人,工会会员{d}人,入会率{p}%,专职工会干部{a}人,兼职工会干部{b}人。",
)
SECTIONS = (
    ("组织建设", "全年组建工会{a}个,覆盖企业{b}家,发展农民工会员{c}人;建会率达到{p}%以上,货车司机入会{d}人。"),
    ("送温暖活动", "元旦春节期间,共筹集送温暖资金{c}.{q}万元,走访慰问困难职工{a}户、困难劳模{b}人,发放慰问金{d}元。"),
    ("集体合同", "签订集体合同{a}份,覆盖企业{b}家、职工{c}万人;签订工资专项集体合同{d}份,签订率{p}%。"),
    ("民主管理", "已建立职代会制度的企业{a}家,占应建企业的{p}%;实行厂务公开的单位{b}个,召开职代会{d}场次。"),
    ("劳动竞赛", "组织{a}家企业、{c}万名职工参加劳动竞赛,提出合理化建议{b}条,实施{d}条,创经济效益{e}万元。"),
    ("法律援助", "受理劳动争议案件{a}件,调解成功{b}件,成功率{p}%,为职工挽回经济损失{c}.{q}万元,接待来信来访{d}人次。"),
    ("女职工工作", "签订女职工权益保护专项集体合同{a}份,覆盖女职工{d}人;为{b}名女职工免费体检,建立爱心妈咪小屋{q}个。"),
    ("职工教育", "建成职工书屋{a}个,藏书{c}万册;培训职工{d}人次,其中农民工{b}人次,{e}人取得职业资格证书。"),
    ("金秋助学", "发放助学金{c}.{q}万元,资助困难职工子女{a}名,其中大学生{b}名,连续第{q}年开展此项活动。"),
    ("经费审查", "全年收缴工会经费{c}万元,比上年增长{p}%,审计单位{a}个,查出违纪金额{q}.{q}万元。"),
    ("互助保障", "参加职工互助保障{d}人次,赔付{a}人次,赔付金额{c}.{q}万元,覆盖单位{b}家。"),
    ("劳模工作", "评选表彰省部级劳动模范{q}名、五一劳动奖章{q}名,组织{a}名劳模疗休养,慰问困难劳模{b}人次。"),
)
FILLERS = (
    "会议传达学习上级工会全委会精神,总结上年工作,部署当年任务,主席、副主席及各部门负责人出席会议。",
    "各级工会围绕中心、服务大局,履行维护、建设、参与、教育职能,团结动员广大职工建功立业。",
    "是年,工作重点由面上推开转向巩固提高,各项制度进一步健全,基层基础得到加强。",
)
MEASURES = (
    ("基层工会组织(个)", 40, 9_000), ("工会会员人数(人)", 3_000, 900_000), ("女会员(人)", 1_000, 400_000),
    ("专职工会干部(人)", 5, 900), ("职工人数(人)", 4_000, 999_000), ("签订集体合同(份)", 10, 6_000),
    ("职工书屋(个)", 1, 300), ("劳动争议案件受理数(件)", 1, 2_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A page's place in the site: its address, volume and region."""

    number: int
    url: str
    volume: int
    region: str
    title: str


def places(pages: int) -> list[Place]:
    """Where each page stands: every volume treats the regions one after the other."""
    current = regions_frame().filter(pl.col("valid_to").is_null()).sort("ref_area")
    names = current["name"].to_list()
    found = []
    for number in range(pages):
        volume, position = VOLUMES[number % len(VOLUMES)], number // len(VOLUMES)
        region = names[position % len(names)]
        url = f"{HOST}/{volume}juan/{position:06d}.html"
        found.append(Place(number, url, volume, region, f"{region}总工会({NOTE})"))
    return found


def body_of(place: Place, seed: int, edition: int = 0) -> bytes:
    """The page as HTML. Another edition has other figures in the same layout."""
    layout = random.Random(f"{seed}/{place.number}")
    figures = random.Random(f"{seed}/{place.number}/{edition}")
    kind = layout.random()
    if kind < 0.6:
        article = "".join(_prose(place, layout, figures))
    elif kind < 0.7:
        once = "".join(_prose(place, layout, figures))
        article = f'<div class="pc">{once}</div><div class="mobile">{once}</div>'
    elif kind < 0.9:
        article = _html_table(place, layout, figures)
    else:
        article = _text_table(place, layout, figures)
    crumbs = f"<div>当前位置:<a href='/'>首页</a> / <a href='/n/'>年鉴</a> / {place.volume}卷 / 群众团体</div>"
    head = f'<meta charset="utf-8"><title>{place.title}</title><script>var hits={place.number};</script>'
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body>{crumbs}<h1>{place.title}</h1>{article}"
        f"<div>{'<a href=/x>相关链接</a> ' * 12}</div></body></html>"
    ).encode()


def _numbers(place: Place, figures: random.Random) -> dict[str, object]:
    scale = 10 ** figures.randint(2, 4)
    return {
        "year": place.volume - 1,
        "region": place.region,
        "a": figures.randint(10, scale),
        "b": figures.randint(20, 3 * scale),
        "c": f"{figures.randint(2, 900)}",
        "d": figures.randint(100, 40 * scale),
        "e": figures.randint(50, 9 * scale),
        "p": f"{figures.randint(500, 999) / 10:.1f}",
        "q": figures.randint(2, 9),
    }


def _prose(place: Place, layout: random.Random, figures: random.Random) -> Iterator[str]:
    yield f"<p><strong>概况</strong> {layout.choice(OPENINGS).format(**_numbers(place, figures))}</p>"
    for heading, sentence in layout.sample(SECTIONS, layout.randint(6, len(SECTIONS))):
        told = sentence.format(**_numbers(place, figures))
        again = layout.choice(OPENINGS).format(**_numbers(place, figures)) if layout.random() < 0.2 else ""
        yield f"<p><strong>{heading}</strong> {layout.choice(FILLERS)}{told}{layout.choice(FILLERS)}{again}</p>"


def _rows(layout: random.Random, figures: random.Random, columns: int) -> list[tuple[str, list[int]]]:
    chosen = layout.sample(MEASURES, layout.randint(5, len(MEASURES)))
    return [(name, [figures.randint(low, high) for _ in range(columns)]) for name, low, high in chosen]


def _html_table(place: Place, layout: random.Random, figures: random.Random) -> str:
    years = [place.volume - 1 - back for back in range(layout.randint(2, 5))]
    head = "".join(f"<th>{year}年</th>" for year in years)
    lines = "".join(
        f"<tr><td>{name}</td>{''.join(f'<td>{value}</td>' for value in values)}</tr>"
        for name, values in _rows(layout, figures, len(years))
    )
    return f"<p>{place.region}工会组织情况</p><table><tr><th>指标</th>{head}</tr>{lines}</table>"


def _text_table(place: Place, layout: random.Random, figures: random.Random) -> str:
    years = [place.volume - 1 - back for back in range(layout.randint(2, 4))]
    lines = [" | ".join(["指标", *(f"{year}年" for year in years)])]
    lines += [" | ".join([name, *map(str, values)]) for name, values in _rows(layout, figures, len(years))]
    return f"<p>{place.region}工会组织情况</p><pre>{chr(10).join(lines)}</pre>"


def write_site(archive_root: Path, pages: int, seed: int) -> None:
    """Write the archive of a site of so many pages: WARC files and their index."""
    for start in range(0, pages, PAGES_PER_FILE):
        some = places(pages)[start : start + PAGES_PER_FILE]
        _append(archive_root, [(place, body_of(place, seed)) for place in some], day=0)


def change_pages(archive_root: Path, pages: int, seed: int, share: float, edition: int = 1) -> int:
    """Add another edition of a share of the pages, drawn at random over all volumes. Gives how many."""
    chosen = random.Random(f"{seed}/{edition}").sample(places(pages), round(pages * share))
    _append(archive_root, [(place, body_of(place, seed, edition)) for place in chosen], day=edition)
    return len(chosen)


def _append(archive_root: Path, written: list[tuple[Place, bytes]], day: int) -> None:
    """One more WARC file with these pages, and an index over all files."""
    folder = archive_root / SOURCE_ID
    folder.mkdir(parents=True, exist_ok=True)
    entries = read_entries(archive_root, SOURCE_ID)
    name = f"{SOURCE_ID}-{len(list(folder.glob('*.warc.gz'))):05d}.warc.gz"
    moment = FIRST_DAY + dt.timedelta(days=day)
    if not written:
        return
    with (folder / name).open("xb") as handle:
        for place, body in written:
            facts = {"volume_year": str(place.volume), "title": place.title}
            told = warc.metadata_record(place.url, moment, facts)
            data, spots = warc.serialise([told, warc.resource_record(place.url, body, "text/html", moment)])
            entries.append(
                Entry(
                    place.url, place.url, "resource", 200, moment, warc.sha256_hex(body), content_type="text/html",
                    body_bytes=len(body), warc_file=f"{SOURCE_ID}/{name}", warc_offset=handle.tell() + spots[-1][0],
                    warc_length=spots[-1][1], volume_year=place.volume, title=place.title,
                )
            )  # fmt: skip
            handle.write(data)
    write_index(folder, entries)
