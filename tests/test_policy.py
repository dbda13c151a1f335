"""The rules as they ship: what the paper and the labelling guide say, row by row and cell by cell."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pipeline import policy as policies
from pipeline.errors import PolicyError
from pipeline.policy import render
from pipeline.policy.models import FILES
from pipeline.strict_yaml import parse
from pipeline.types import Answer, Outcome

RULES = Path(__file__).parents[1] / "rules"

# Tables 1-3 in the paper's own signs: + check mark, = scales, ? lost in the text. Order of the columns as printed.
TABLES = {
    "no_brainer": {
        "Institutional Learnings and Strategy": "++=++",
        "Evaluation Standards": "+++=+",
        "Risk Management Standards": "++++=",
        "Evaluation Infrastructure": "++==+",
        "AI Incident Definitions": "+++++",
    },
    "gray_area": {
        "Preliminary Safety and Evaluation Research": "+=+=+",
        "Pre-Deployment Evaluation Results (shared after deployment)": "+=++=",
        "AI Risk Estimates and Capability Forecasts": "+=+++",
        "Post-Deployment Evaluation Results": "+=+==",
        "Detailed Evaluation Methods": "+===+",
    },
    "high_trust": {
        "Private Sector Cyber Incidents": "??++?",
        "Pre-Deployment Evaluation Results (shared before deployment)": "??++?",
        "Pre-deployment Model Access": "???++",
        "Proprietary Model Information": "?????",
    },
}
ROWS = [(title, signs, tier) for tier, rows in TABLES.items() for title, signs in rows.items()]


@pytest.fixture(scope="module")
def policy() -> policies.Policy:
    return policies.load(RULES)


def by_title(policy: policies.Policy, title: str) -> policies.Category:
    return next(category for category in policy.categories.values() if category.title == title)


@pytest.mark.parametrize(("title", "signs", "tier"), ROWS)
def test_derived_tier_and_table_are_those_of_the_paper(
    policy: policies.Policy, title: str, signs: str, tier: str
) -> None:
    category = by_title(policy, title)
    assert category.tier == tier
    table = category.table.model_dump()
    risks = [table["trust_from_companies"], table["ai_leadership_and_security"]]
    benefits = [table["consensus"], table["trust"], table["capacity"]]
    assert risks == [{"+": "no", "=": "unclear", "?": "yes"}[sign] for sign in signs[:2]]
    assert benefits == [{"+": "yes", "=": "unclear", "?": "illegible"}[sign] for sign in signs[2:]]
    assert [category.proprietary, category.capability] == risks
    assert len(category.inferred) == signs[:2].count("?")


def test_fourteen_categories_and_one_extension(policy: policies.Policy) -> None:
    assert len(ROWS) == 14
    extensions = [category for category in policy.categories.values() if category.extension]
    assert len(policy.categories) == 15
    assert [(c.id, c.proprietary, c.capability, c.tier) for c in extensions] == [
        ("ai_incident_reports", "unclear", "no", "gray_area")
    ]


@pytest.mark.parametrize(
    ("proprietary", "capability", "ruling"),
    [
        ("no", "no", "share"),
        ("no", "unclear", "case_by_case"),
        ("unclear", "no", "case_by_case"),
        ("unclear", "unclear", "dont_share"),
        ("yes", "no", "dont_share"),
        ("yes", "unclear", "dont_share"),
        ("no", "yes", "dont_share"),
        ("unclear", "yes", "dont_share"),
        ("yes", "yes", "dont_share"),
    ],
)
def test_every_cell_of_fig_2(policy: policies.Policy, proprietary: Answer, capability: Answer, ruling: str) -> None:
    cell = policy.matrix[proprietary, capability]
    assert (cell.id, cell.ruling) == (f"{proprietary}-{capability}", ruling)
    assert len(policy.matrix) == 9


@pytest.mark.parametrize(
    ("audience", "share", "case_by_case", "dont_share"),
    [
        ("network", "shareable", "needs_review", "held_back"),
        ("bilateral:canada", "shareable", "needs_review", "needs_review"),
        ("bilateral:japan", "shareable", "needs_review", "needs_review"),
        ("bilateral", "shareable", "needs_review", "held_back"),
        ("public", "needs_review", "held_back", "held_back"),
        ("domestic", "shareable", "needs_review", "needs_review"),
    ],
)
def test_audiences_cell_by_cell(
    policy: policies.Policy, audience: str, share: str, case_by_case: str, dont_share: str
) -> None:
    who = policy.audience(audience)
    rulings = (who.outcome("share"), who.outcome("case_by_case"), who.outcome("dont_share"))
    assert tuple(outcome.id for outcome in rulings) == (share, case_by_case, dont_share)
    assert (who.none, who.gap) == (Outcome.SHAREABLE, Outcome.NEEDS_REVIEW)


def test_an_unknown_audience_gets_the_nearest_name(policy: policies.Policy) -> None:
    with pytest.raises(PolicyError, match="did you mean 'bilateral:canada'"):
        policy.audience("bilateral:canda")
    assert policy.audience_ids == ("network", "bilateral", "public", "domestic")


def test_adjustments_stand_in_the_order_of_the_guide(policy: policies.Policy) -> None:
    assert [(row.id, row.direction, row.proprietary, row.capability) for row in policy.adjustments] == [
        ("operational_detail", "tightening", None, "yes"),
        ("summary_incident", "loosening", "unclear", "no"),
        ("developer_material", "tightening", "yes", None),
        ("developer_consent", "loosening", "no", None),
        ("already_public", "loosening", "no", "no"),
        ("public_file", "loosening", "no", "no"),
    ]


def test_ten_subcategories_ship_switched_off(policy: policies.Policy) -> None:
    assert len(policy.subcategories) == 10
    assert not any(row.enabled for row in policy.subcategories.values())
    assert not set(policy.subcategories) & set(policy.categories)


def test_every_notice_code_has_a_signal(policy: policies.Policy) -> None:
    codes = (
        "type_mismatch prior_revisions covered_text invisible_text hidden_part deleted_text external_reference macros"
        " scripts trailing_data embedded_file repaired marking_conflict right_to_left_override mixed_script"
        " optional_content ocr_text"
    )
    assert all(f"document.{code}" in policy.signals for code in codes.split())
    assert policy.signal("secret.anything") is policy.signals["secret.*"]
    assert policy.signal("document.never_heard_of") is None


def test_markings_allow_only_audiences_as_strict_as_they_are(policy: policies.Policy) -> None:
    allowed = {rule: {a for a in policy.audience_ids if mark.allows(a)} for rule, mark in policy.markings.items()}
    assert allowed["marking.tlp.red"] == allowed["marking.company.confidential"] == set()
    assert allowed["marking.tlp.green"] == {"network", "bilateral", "domestic"}
    assert allowed["marking.tlp.clear"] == set(policy.audience_ids)
    assert policy.markings["marking.tlp.green"].allows("bilateral:canada")
    strict = sorted(policy.markings.values(), key=lambda mark: mark.strictness)
    assert [len(allowed[mark.rule]) for mark in strict] == sorted((len(one) for one in allowed.values()), reverse=True)


def test_readme_shows_the_rules_as_they_are(policy: policies.Policy) -> None:
    page = (RULES / "README.md").read_text(encoding="utf-8")
    assert render.readme(page, policy) == page, "run: python -m pipeline.policy"
    assert render.matrix_table(policy) in page


def test_schemas_are_current_and_accept_the_files() -> None:
    for name, schema in render.schemas().items():
        assert (RULES / "schemas" / name).read_text(encoding="utf-8") == schema, "run: python -m pipeline.policy"
    for name in FILES:
        value, _ = parse((RULES / name).read_bytes(), name)
        schema = json.loads(render.schemas()[name.replace(".yaml", ".schema.json")])
        jsonschema.validate(_typed(value), schema)


def _typed(value: object) -> object:
    """Words that an editor's YAML reader takes for a number or a truth value, as it takes them."""
    if isinstance(value, dict):
        return {key: _typed(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_typed(child) for child in value]
    return {"true": True, "false": False}.get(str(value), int(str(value)) if str(value).isdigit() else value)


def test_describe_tells_all_about_a_category(policy: policies.Policy) -> None:
    told = policies.describe(policy, "cyber_incidents")
    assert told["outcomes"]["network"] == "held_back"
    assert told["outcomes"]["bilateral:canada"] == "needs_review"
    assert told["cell"]["id"] == "yes-yes"
    assert [row["id"] for row in told["adjustments"]] == [
        *("operational_detail", "summary_incident", "developer_consent", "already_public", "public_file"),
    ]
    assert policies.describe(policy, "postdeployment_results.bias")["enabled"] is False
    assert [row["id"] for row in policies.overview(policy)] == list(policy.categories)
    with pytest.raises(PolicyError, match="did you mean 'cyber_incidents'"):
        policies.describe(policy, "cyber_incident")
