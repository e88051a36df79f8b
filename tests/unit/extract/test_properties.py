"""What holds for every page: offsets, intervals, repetition, furniture, and that nothing at all makes it fail."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.extract import extract_claims
from ingest.extract.quantities import find_lookalikes, lookalike_pattern
from ingest.extract.view import make_view
from ingest.parse import parse_html, parse_text
from ingest.records import Claim

SENTENCES = [
    "2017年,全区基层工会达到6.4万个,涵盖单位9.2万家,会员570.8万人,其中女会员201.5万人。",
    "企业建会率和职工入会率动态保持在80%以上。",
    "“两节”期间筹集送温暖资金1260余万元,走访困难职工8600户、劳模320名。",
    "签订工资专项集体合同275份,覆盖企业466家,职工2.8万人。",
    "会员由2012年的60多万人增加到100多万人。",
    "指标 | 2005 | 2004\n基层工会(个) | 224605 | 213686\n会员(万人) | 1002.25 | 924.18\n",
    "【帮扶救助】 资助困难职工子女560人,发放助学金158万元。",
    "电话0471-6924501,总工发〔2017〕12号,12月27日召开十届五次全委会议。",
]
NOISE = st.text(
    alphabet=st.sampled_from("0123456789.,，。、:%|\t\n 万亿千百十一两三余多第年月日个家人户元〔〕《》“”#□\ufffd"),
    max_size=12,
)
PAGES = st.lists(st.one_of(st.sampled_from(SENTENCES), NOISE), min_size=1, max_size=12).map("".join)
NEAR_LOOKALIKES = st.lists(
    st.sampled_from(
        [
            *"0123456789一三十百万亿年月日届次第号人家个元大类会以及多来-—~至/.,:、和 版卷周",
            "2018",
            "0471",
            "13812345678",
            "年代",
        ]
    ),
    max_size=20,
).map("".join)
FURNITURE = "\n上一篇：无\n下一篇：无\n版权所有 某某网 网站地图 联系我们\n"
MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str) -> list[Claim]:
    return extract_claims(parse_text(text, page_id="p", title="内蒙古年鉴2018卷 总工会"))


@MANY
@given(PAGES)
def test_offsets_point_at_the_raw_span_and_the_interval_holds_the_value(text: str) -> None:
    for claim in read(text):
        assert text[claim.char_start : claim.char_end] == claim.raw_span
        if claim.obs_value is not None:
            assert claim.value_low is None or claim.value_low <= claim.obs_value
            assert claim.value_high is None or claim.obs_value <= claim.value_high


@MANY
@given(PAGES)
def test_reading_twice_gives_the_same_claims(text: str) -> None:
    assert read(text) == read(text)


@MANY
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map("\n".join))
def test_furniture_below_the_article_changes_nothing(text: str) -> None:
    def said(claims: list[Claim]) -> list[Claim]:
        return [replace(claim, claim_id="", body_sha256="") for claim in claims]

    assert said(read(text)) == said(read(text + "\n\n" + FURNITURE))


@MANY
@given(st.sampled_from(SENTENCES), st.integers(min_value=0, max_value=60), NOISE)
def test_a_mutated_sentence_never_raises(sentence: str, place: int, noise: str) -> None:
    read(sentence[:place] + noise + sentence[place:])


@MANY
@given(st.binary(max_size=400))
def test_random_bytes_never_raise(body: bytes) -> None:
    extract_claims(parse_html(body, page_id="p"))


@MANY
@example("“，0个”")
@given(PAGES)
def test_no_claim_of_running_text_lies_inside_a_date_or_an_ordinal(text: str) -> None:
    plain = text.replace("|", " ").replace("\t", " ")
    view = make_view(plain)
    spans = [view.span(start, end) for start, end in find_lookalikes(view.text) if "\n" not in view.text[start:end]]
    for claim in read(plain):
        if claim.table_cell is None:
            assert not any(start <= claim.char_start and claim.char_end <= end for start, end in spans)


@MANY
@example("4.13812345678万")
@given(st.one_of(NEAR_LOOKALIKES, PAGES))
def test_passing_over_counted_numbers_misses_no_lookalike(text: str) -> None:
    everywhere = [match.span() for match in lookalike_pattern().finditer(text) if match[0]]
    assert find_lookalikes(text) == everywhere
