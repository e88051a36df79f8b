"""What a clause takes from the clauses before it: wholes, subjects, levels of award, rows of places, plans."""

from __future__ import annotations

import pytest

from tests.unit.extract.conftest import rows


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (  # numbers in a row before 分别, their awards in a row behind it
            "2名职工、3个单位、5个班组分别获得省五一劳动奖章、五一劳动奖状和工人先锋号。",
            [
                ("2名", "may1_medals", "award_level=province"),
                ("3个", "may1_certificates", "award_level=province"),
                ("5个", "workers_pioneers", "award_level=province"),
            ],
        ),
        (  # as many labels are wanted as numbers
            "5名个人、6个集体分别荣获省五一劳动奖章。",
            [("5名", None, ""), ("6个", None, "")],
        ),
        (  # labels before 分别 keep their numbers
            "基层工会6532个、会员63.2万人分别比上年增长2.1%、3.2%。",
            [
                ("6532个", "grassroots_unions", ""),
                ("63.2万人", "union_members", ""),
                ("2.1%", None, ""),
                ("3.2%", None, ""),
            ],
        ),
        (  # one label and the values of a breakdown
            "职工书屋全国、省、市级分别为3家、7家、22家。",
            [
                ("3家", "workers_bookhouses", "award_level=national"),
                ("7家", "workers_bookhouses", "award_level=province"),
                ("22家", "workers_bookhouses", "award_level=prefecture"),
            ],
        ),
        (  # awards in a row
            "江苏省五一劳动奖状2家、奖章5人。",
            [("2家", "may1_certificates", "award_level=province"), ("5人", "may1_medals", "award_level=province")],
        ),
        (  # two values of one breakdown share a number: neither is told of it
            "签订区域性、行业性集体合同1320份。",
            [("1320份", "collective_contracts", "")],
        ),
        (  # figures of other kinds stand between a whole and its parts
            "签订集体合同1420份、覆盖5068家企业;区域性118份,行业性14份。",
            [
                ("1420份", "collective_contracts", ""),
                ("5068家", "collective_contract_enterprises", ""),
                ("118份", "collective_contracts", "scope_of_contract=regional"),
                ("14份", "collective_contracts", "scope_of_contract=industry"),
            ],
        ),
        (  # a total behind new ones, and 全区 that is no level of award
            "新命名区级创新工作室10个,至此全区共有86个:省级4个、市级19个。",
            [
                ("10个", "innovation_studios_new", "award_level=county"),
                ("86个", "innovation_studios_total", ""),
                ("4个", "innovation_studios_total", "award_level=province"),
                ("19个", "innovation_studios_total", "award_level=prefecture"),
            ],
        ),
        (  # who pays a part of a sum
            "筹集送温暖资金156万元,其中中央财政98万元、社会捐助28万元,上级下拨30万元。",
            [
                ("156万元", "warmth_funds", ""),
                ("98万元", "warmth_funds", "funding_source=central_fiscal"),
                ("28万元", "warmth_funds", "funding_source=donation"),
                ("30万元", None, ""),
            ],
        ),
        (  # the members of those enterprises
            "全县非公有制企业已建工会236家,会员1.36万人。",
            [
                ("236家", "enterprises_with_union", "ownership=nonpublic"),
                ("1.36万人", "union_members", "ownership=nonpublic"),
            ],
        ),
        (  # enterprises that were counted are the subject of what follows
            "摸底非公企业137家,应建会82家,已建69家,建会率84.1%。",
            [
                ("137家", None, ""),
                ("82家", "enterprises_due_union", "ownership=nonpublic"),
                ("69家", "enterprises_with_union", "ownership=nonpublic"),
                ("84.1%", "enterprise_union_rate", "ownership=nonpublic"),
            ],
        ),
        (  # counted by the measure word of the enterprises, they are those that have a union
            "全市有非公有制企业5600家,其中已建工会的4800家。",
            [("5600家", None, ""), ("4800家", "enterprises_with_union", "ownership=nonpublic")],
        ),
        (  # counted by another measure word, they are unions
            "全区有非公企业1200家,已组建工会380个。",
            [("1200家", None, ""), ("380个", "grassroots_unions", "ownership=nonpublic")],
        ),
        (  # some of the enterprises that were counted
            "全市86家外商投资企业中有52家建立工会,组建率60.5%。",
            [
                ("86家", None, ""),
                ("52家", "enterprises_with_union", "ownership=foreign"),
                ("60.5%", "enterprise_union_rate", "ownership=foreign"),
            ],
        ),
        (  # enterprises among units of any sector
            "已建工会企业中,建立职代会制度的6120家,实行厂务公开的5980家,职代会建制率93.8%。",
            [
                ("6120家", "workers_congress_units", "sector=enterprise"),
                ("5980家", "open_affairs_units", "sector=enterprise"),
                ("93.8%", "workers_congress_rate", ""),
            ],
        ),
        (  # what joint unions cover
            "其中联合基层工会127个,涵盖单位1460个。",
            [("127个", "grassroots_unions", "org_form=joint"), ("1460个", "joint_union_units_covered", "")],
        ),
        (  # what unions of one unit and joint ones cover together
            "单独基层工会765个,联合基层工会127个,涵盖单位1460个。",
            [
                ("765个", "grassroots_unions", "org_form=single"),
                ("127个", "grassroots_unions", "org_form=joint"),
                ("1460个", "grassroots_units_covered", ""),
            ],
        ),
        (  # institutions on the right of their number, and enterprises and institutions together
            "84个事业单位建立了职代会制度,1540个企事业单位建立健全了职代会制度。",
            [("84个", "workers_congress_units", "sector=institution"), ("1540个", "workers_congress_units", "")],
        ),
        (  # the source of money inside its noun
            "全年使用中央财政帮扶资金215万元。",
            [("215万元", "aid_funds_total", "funding_source=central_fiscal")],
        ),
        (  # of which enterprises a rate and the next count tell
            "国有、集体及其控股企业实行厂务公开的118家,占应公开企业的96.2%;建立职代会制度的115家,建制率93.5%。",
            [
                ("118家", "open_affairs_units", "ownership=public"),
                ("96.2%", "open_affairs_rate", "ownership=public"),
                ("115家", "workers_congress_units", "ownership=public"),
                ("93.5%", "workers_congress_rate", "ownership=public"),
            ],
        ),
        (  # after a semicolon, another measure word counts others
            "非公企业职代会建制率达54%;厂务公开单位1872个。",
            [("54%", "workers_congress_rate", "ownership=nonpublic"), ("1872个", "open_affairs_units", "")],
        ),
        (  # awards where a comma is lost
            "3人获全国五一劳动奖章12人获省五一劳动奖章。",
            [("3人", None, ""), ("12人", "may1_medals", "award_level=province")],
        ),
        (  # people for whom something is done
            "为8.2万名新就业形态劳动者会员赠送意外伤害保险,组织152名劳动模范疗休养。",
            [
                ("8.2万名", "mutual_aid_participants", ""),
                ("152名", "recuperation_persons", ""),
            ],
        ),
        (  # the end of a name before a place of service is no level
            "到2015年,泰州市工会驿站总数达到400个。",
            [("400个", "outdoor_worker_stations", "")],
        ),
        (  # parts of all that exist, after new ones
            "新建区级劳模创新工作室5个,累计建成市级6个、区级22个。",
            [
                ("5个", "innovation_studios_new", "award_level=county"),
                ("6个", "innovation_studios_total", "award_level=prefecture"),
                ("22个", "innovation_studios_total", "award_level=county"),
            ],
        ),
        (  # a part is not the subject of what a semicolon sets apart
            "建立职代会的企事业单位9.1万个,其中非公有制企业5.81万个;实行厂务公开的企事业单位8.92万个。",
            [
                ("9.1万个", "workers_congress_units", ""),
                ("5.81万个", "workers_congress_units", "ownership=nonpublic"),
                ("8.92万个", "open_affairs_units", ""),
            ],
        ),
        (  # employees beside the share of them that are members
            "产业工会23个,基层工会3468个;职工52.17万人,会员47.84万人,入会率91%。",
            [
                ("23个", "industry_unions", ""),
                ("3468个", "grassroots_unions", ""),
                ("52.17万人", "employees_in_unionised_units", ""),
                ("47.84万人", "union_members", ""),
                ("91%", "employee_unionisation_rate", ""),
            ],
        ),
        (  # a series goes on from the noun that its sentence names, and from none of two
            "1985年基层工会618个,专职干部963人。此后基层工会、会员、专职干部三项,1990年为735个、17.9万人。",
            [
                ("618个", "grassroots_unions", ""),
                ("963人", "full_time_union_staff", ""),
                ("三项", None, ""),
                ("735个", "grassroots_unions", ""),
                ("17.9万人", None, ""),
            ],
        ),
        (  # a label that names its own kind of units takes none from before
            "实行厂务公开的国有企业86家;建立职代会的企事业单位1320家,建立职代会的非公企业320家。",
            [
                ("86家", "open_affairs_units", "ownership=state"),
                ("1320家", "workers_congress_units", ""),
                ("320家", "workers_congress_units", "ownership=nonpublic"),
            ],
        ),
        (  # the whole area is no part of the enterprises before it
            "全市86家外商投资企业中有52家建立工会,全市会员20万人。",
            [
                ("86家", None, ""),
                ("52家", "enterprises_with_union", "ownership=foreign"),
                ("20万人", "union_members", ""),
            ],
        ),
        (  # more than the last kind of enterprises are not some of that kind
            "外商投资企业320家、私营企业1200家,其中建立工会的1400家。",
            [("320家", None, ""), ("1200家", None, ""), ("1400家", "enterprises_with_union", "")],
        ),
        (  # a sum of new ones is no stock
            "新发展会员1.2万人,其中农民工共计8000人。",
            [("1.2万人", "new_members", ""), ("8000人", "new_members", "worker_type=migrant")],
        ),
        (  # who is honoured for an award counts for that award
            "省级劳动模范12人被命名为优秀工作者。",
            [("12人", "model_workers_commended", "award_level=province")],
        ),
        (  # a level behind a verb, and a character that ends the name of a place
            "现有省职工书屋12家,泰州市工会驿站总数达到400个。",
            [("12家", "workers_bookhouses", "award_level=province"), ("400个", "outdoor_worker_stations", "")],
        ),
        (  # 组织 ends a noun
            "全市拥有320个工会组织12万名会员。",
            [("320个", "grassroots_unions", ""), ("12万名", "union_members", "")],
        ),
        (  # a campaign among the unions is no part of them
            "在基层工会中开展“争创”活动,国有企业12个、非公企业20个受到表彰。",
            [("12个", None, ""), ("20个", None, "")],
        ),
        (  # the kind of enterprises inside a label
            "已建工会的外商投资企业17家。",
            [("17家", "enterprises_with_union", "ownership=foreign")],
        ),
        (  # whom a year's work brought in is told of all
            "新建非公有制企业工会58个,发展会员4120人。",
            [("58个", "new_grassroots_unions", "ownership=nonpublic"), ("4120人", "new_members", "")],
        ),
        (  # a measure word said once
            "会员28.63万人(女12.91万、农民工17.4万),入会率93.7%。",
            [
                ("28.63万人", "union_members", ""),
                ("12.91万", "union_members", "sex=F"),
                ("17.4万", "union_members", "worker_type=migrant"),
                ("93.7%", "employee_unionisation_rate", ""),
            ],
        ),
        (  # couriers are in new forms of employment
            "快递员会员6240人。",
            [("6240人", "union_members", "occupation=courier;worker_type=new_employment")],
        ),
        (  # levels reached one after the other
            "入会率由81.3%升到86%,再升到90.4%。",
            [(printed, "employee_unionisation_rate", "") for printed in ("81.3%", "86%", "90.4%")],
        ),
        (  # 上年的 between a label and its former level
            "建会企业由上年的21360家增加到24715家。",
            [("21360家", "enterprises_with_union", ""), ("24715家", "enterprises_with_union", "")],
        ),
        (  # those of a stock that do something are not the stock
            "2.3万名会员参加巡堤查险。",
            [("2.3万名", None, "")],
        ),
        (  # attendances are no members
            "听讲职工5.2万人次,全市工会会员5.2万人次。",
            [("5.2万人次", None, ""), ("5.2万人次", None, "")],
        ),
        (  # the people of households are no households
            "在册困难职工6874户、2.03万人。",
            [("6874户", "hardship_households_registered", ""), ("2.03万人", None, "")],
        ),
        (  # unions of a kind among unions
            "全年新建工会组织36个,其中非公企业工会29个。",
            [("36个", "new_grassroots_unions", ""), ("29个", "new_grassroots_unions", "ownership=nonpublic")],
        ),
        (
            "基层工会428个,其中机关工会96个、企业工会189个。",
            [
                ("428个", "grassroots_unions", ""),
                ("96个", "grassroots_unions", "sector=government"),
                ("189个", "grassroots_unions", "sector=enterprise"),
            ],
        ),
        (  # what is told right before all that exist are the new ones
            "创建职工创新工作室8个,总数达到21个。",
            [("8个", "innovation_studios_new", ""), ("21个", "innovation_studios_total", "")],
        ),
        (  # the scope of the only contracts of a segment
            "其中,区域性集体合同6380份,覆盖企业7.13万个;行业性集体合同2150份,覆盖企业1.96万个。",
            [
                ("6380份", "collective_contracts", "scope_of_contract=regional"),
                ("7.13万个", "collective_contract_enterprises", "scope_of_contract=regional"),
                ("2150份", "collective_contracts", "scope_of_contract=industry"),
                ("1.96万个", "collective_contract_enterprises", "scope_of_contract=industry"),
            ],
        ),
        (  # numbers alone in a row count the people of what stands before them
            "“安康杯”竞赛参赛班组3900个、10.2万人。",
            [("3900个", "ankang_teams", ""), ("10.2万人", "ankang_workers", "")],
        ),
        (  # a rate between the parts of a list
            "签订集体合同1.37万份,覆盖企业2.06万家,覆盖率83.4%,职工96.4万人。",
            [
                ("1.37万份", "collective_contracts", ""),
                ("2.06万家", "collective_contract_enterprises", ""),
                ("83.4%", "collective_consultation_rate", ""),
                ("96.4万人", "collective_contract_workers", ""),
            ],
        ),
        (  # each number of a row has its noun behind it
            "全市11个帮扶中心、186个帮扶站。",
            [("11个", "aid_centres", ""), ("186个", "aid_stations", "")],
        ),
        (  # some attain what the label names
            "全市96个镇(街道)总工会中,42个达到省示范乡镇(街道)工会标准。",
            [("96个", "township_unions", ""), ("42个", None, "")],
        ),
        (  # those who set up what the label names
            "全省11个设区市全部成立货运物流行业工会联合会。",
            [("11个", None, "")],
        ),
        (  # people for whom something is done
            "职工医疗互助保障为5.2万人次给付互助金6890万元。",
            [("5.2万人次", None, ""), ("6890万元", "mutual_aid_payouts", "")],
        ),
        (  # model workers alone are visited, and not workers in need
            "慰问劳模316人次,发放帮扶资金186.5万元。",
            [("316人次", None, ""), ("186.5万元", None, "")],
        ),
        (  # a title of honour behind a noun
            "表彰再就业明星50名。",
            [("50名", None, "")],
        ),
        (  # a number right before a noun that the next number cannot count
            "举办职工职业技能大赛,22个工种3.6万人报名参赛。",
            [("22个", "contest_trades", ""), ("3.6万人", "contest_participants", "")],
        ),
        (  # an award that bears the name of what is counted
            "获省职工技术创新成果奖6项。",
            [("6项", None, "")],
        ),
        (  # employees of a kind among new members
            "新增会员13207人,其中女职工5862人、农民工8140人。",
            [
                ("13207人", "new_members", ""),
                ("5862人", "new_members", "sex=F"),
                ("8140人", "new_members", "worker_type=migrant"),
            ],
        ),
        (  # a whole that is only named, and the parts of it
            "新发展会员中,农民工3.2万人,女职工1.1万人。",
            [("3.2万人", "new_members", "worker_type=migrant"), ("1.1万人", "new_members", "sex=F")],
        ),
        (  # the unions of enterprises among new unions are unions
            "在新建工会中,非公有制企业工会320个。",
            [("320个", "new_grassroots_unions", "ownership=nonpublic")],
        ),
        (  # what stands behind 中 is more than a part
            "新发展会员中,参加志愿服务的女职工1.1万人。",
            [("1.1万人", None, "")],
        ),
        (  # a bare noun in a row with new ones
            "年内新增基层工会133个、会员9806人,其中农民工会员7212人。",
            [
                ("133个", "new_grassroots_unions", ""),
                ("9806人", "new_members", ""),
                ("7212人", "new_members", "worker_type=migrant"),
            ],
        ),
        (  # the words for this year come after 其中
            "创新工作室268个,其中年内新建41个。",
            [("268个", "innovation_studios_total", ""), ("41个", "innovation_studios_new", "")],
        ),
        (  # both parts keep the kind of contract
            "签订工资专项集体合同2100份,其中区域性合同685份、行业性合同114份。",
            [
                ("2100份", "collective_contracts", "contract_type=wage"),
                ("685份", "collective_contracts", "contract_type=wage;scope_of_contract=regional"),
                ("114份", "collective_contracts", "contract_type=wage;scope_of_contract=industry"),
            ],
        ),
        (  # a label of coverage names the kind of contract for those behind it
            "工资集体协商覆盖企业1485家,职工4.2万人,建制率达到64%。",
            [
                ("1485家", "collective_contract_enterprises", "contract_type=wage"),
                ("4.2万人", "collective_contract_workers", "contract_type=wage"),
                ("64%", "collective_consultation_rate", "contract_type=wage"),
            ],
        ),
        (  # enterprises before the number of their contracts
            "全区1742家企业签订集体合同1265份。",
            [("1742家", "collective_contract_enterprises", ""), ("1265份", "collective_contracts", "")],
        ),
        (  # a number with words of its own continues no series
            "1956年评出劳动模范645名。1959年,2人出席全国群英会。",
            [("645名", "model_workers_commended", ""), ("2人", None, "")],
        ),
        (  # families are no people, and people no families
            "送温暖活动慰问职工58.2万户,慰问职工1.2万人。",
            [("58.2万户", "warmth_households_visited", ""), ("1.2万人", "warmth_frontline_workers", "")],
        ),
    ],
)
def test_a_clause_goes_on_from_those_before_it(
    read, sentence: str, expected: list[tuple[str, str | None, str]]
) -> None:
    assert rows(read(sentence)) == expected


def test_a_row_of_places_gives_each_its_own_figure(read) -> None:
    claims = read("全年新组建基层工会893个,发展会员7.03万人。分县区看:东湾区142个、浮山区118个、海平市(县级)265个。")
    assert [(claim.raw_span, claim.metric_code, claim.ref_area_name, claim.ref_area) for claim in claims[2:]] == [
        ("142个", "new_grassroots_unions", "东湾区", None),
        ("118个", "new_grassroots_unions", "浮山区", None),
        ("265个", "new_grassroots_unions", "海平市", None),
    ]


def test_a_rank_is_no_number_and_opens_a_row_of_places(read) -> None:
    claims = read("各县(市)建会率排名前三位的是:包头市96.1%、通辽市92.7%、乌海市90.3%。")
    assert [(claim.raw_span, claim.metric_code, claim.ref_area_name) for claim in claims] == [
        ("96.1%", "enterprise_union_rate", "包头市"),
        ("92.7%", "enterprise_union_rate", "通辽市"),
        ("90.3%", "enterprise_union_rate", "乌海市"),
    ]


def test_a_place_alone_before_a_number_opens_no_row(read) -> None:
    claims = read("新建基层工会12个,慰问职工300人,柳溪镇5个。")
    assert [(claim.raw_span, claim.metric_code) for claim in claims][-1] == ("5个", None)


def test_the_own_part_of_a_sum_is_of_the_own_level(read) -> None:
    claims = read("全区工会经费收入2.06亿元,其中自治区本级3125万元。")
    assert [(claim.metric_code, claim.reporting_scope) for claim in claims] == [
        ("union_funds_income", "all_levels"),
        ("union_funds_income", "own_level"),
    ]


@pytest.mark.parametrize(
    ("sentence", "planned"),
    [
        ("完成年计划的107.5%;新增会员4200人。", [False, False]),
        ("计划新增会员4200人。", [True]),
    ],
)
def test_what_of_a_plan_was_reached_is_no_target(read, sentence: str, planned: list[bool]) -> None:
    assert [claim.is_target for claim in read(sentence)] == planned


def test_what_another_body_does_is_not_the_unions(read) -> None:
    claims = read("工会培训下岗职工520人次;县残联发放轮椅60辆,县妇联办培训班,培训下岗女工2300人次。")
    assert [(claim.raw_span, claim.metric_code) for claim in claims] == [
        ("520人次", "worker_training_persons"),
        ("60辆", None),
        ("2300人次", None),
    ]
    together = read("工会与妇联联合培训下岗职工520人次。")
    assert [claim.metric_code for claim in together] == ["worker_training_persons"]


def test_a_report_on_everything_speaks_of_the_union_where_it_names_it(read) -> None:
    text = "城镇新增就业6.83万人,失业人员再就业2.07万人。\n\n年末工会会员61.3万人。"
    claims = read(text, title="2017年国民经济和社会发展统计公报")
    assert [(claim.raw_span, claim.metric_code) for claim in claims] == [
        ("6.83万人", None),
        ("2.07万人", None),
        ("61.3万人", "union_members"),
    ]
