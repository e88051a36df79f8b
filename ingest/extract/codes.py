"""Codes of the vocabulary that the grammar of counting itself speaks of.

Belongs here: metrics and breakdowns for which a rule of grammar holds (what joint unions cover, whose contracts).
What they mean, and how they are printed, is data of `ingest.vocabulary`. A match holds a tuple of codes, so that one
metric alone is a tuple of one.
"""

from __future__ import annotations

ALL_UNIONS = ("grassroots_unions",)
NEW_UNIONS = ("new_grassroots_unions",)
ENTERPRISES = ("enterprises_with_union",)
EMPLOYEES = ("employees_in_unionised_units",)
COVERED = ("grassroots_units_covered",)
COVERED_BY_JOINT = ("joint_union_units_covered",)
MEMBERS = "union_members"
AID_FUNDS = frozenset({"warmth_funds", "aid_funds_total"})
TELL_OF_UNIONS = frozenset(ALL_UNIONS + NEW_UNIONS + ENTERPRISES) | {"enterprise_union_rate"}
TELL_OF_UNITS = frozenset(COVERED + EMPLOYEES)
DEMOCRACY_COUNTS = frozenset({"workers_congress_units", "open_affairs_units"})
TELL_OF_DEMOCRACY = DEMOCRACY_COUNTS | {"workers_congress_rate", "open_affairs_rate"}
CONTRACTS = "collective_contracts"
CONSULTATION_RATE = "collective_consultation_rate"
CONTRACT_COVERAGE = frozenset({"collective_contract_enterprises", "collective_contract_workers", CONSULTATION_RATE})

OWNERSHIP = "ownership"
SECTOR = "sector"
AWARD_LEVEL = "award_level"
CONTRACT_TYPE = "contract_type"
CONTRACT_SCOPE = "scope_of_contract"
ORG_FORM = "org_form"
ENTERPRISE_SECTOR = {SECTOR: "enterprise"}
JOINT = {ORG_FORM: "joint"}
