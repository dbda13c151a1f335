"""From tags, gaps and notices to a verdict: each rule of the guide firing, and just not firing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import policy as policies
from pipeline.decide import decide, decide_all
from pipeline.errors import PolicyError
from pipeline.types import Answer, Evidence, Gap, Notice, Outcome, Passage, Reason, Tag, Verdict

RULES = Path(__file__).parents[1] / "rules"
POLICY = policies.load(RULES)
TODAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 2)
SHAREABLE, NEEDS_REVIEW, HELD_BACK = Outcome.SHAREABLE, Outcome.NEEDS_REVIEW, Outcome.HELD_BACK
PASSAGE = Passage(text="words of a passage", kind="body", location="memo.docx", path="body", start=0, end=18)

NO_BRAINER = "evaluation_standards"
GRAY = "detailed_evaluation_methods"
HIGH = "predeployment_results_before"


def tag(category: str | None, *evidence: Evidence, rule: str = "pattern.some", certain: bool = True) -> Tag:
    detector = "matcher" if category else rule.partition(".")[0]
    return Tag(
        passage=PASSAGE, category=category, detector=detector, rule=rule, score=0.9, certain=certain, evidence=evidence
    )


def words(facet: str) -> Evidence:
    return Evidence(facet=facet, rule="pattern.facet", start=0, end=5, quote="words")


def entry(facet: str, **more: Any) -> Evidence:
    return Evidence(facet=facet, rule="register", entry="entry-1", **more)


def judge(
    *tags: Tag,
    gaps: tuple[Gap, ...] = (),
    notices: tuple[Notice, ...] = (),
    audience: str = "network",
    policy: policies.Policy = POLICY,
) -> Verdict:
    return decide(tags, gaps, notices, policy=policy, audience=audience, today=TODAY, grade="A", model_sha256="0" * 64)


def reason(verdict: Verdict) -> Reason:
    (only,) = verdict.reasons
    return only


@pytest.mark.parametrize(
    ("audience", "none", "no_brainer", "gray", "high"),
    [
        ("network", SHAREABLE, SHAREABLE, NEEDS_REVIEW, HELD_BACK),
        ("bilateral:canada", SHAREABLE, SHAREABLE, NEEDS_REVIEW, NEEDS_REVIEW),
        ("bilateral", SHAREABLE, SHAREABLE, NEEDS_REVIEW, HELD_BACK),
        ("public", SHAREABLE, NEEDS_REVIEW, HELD_BACK, HELD_BACK),
        ("domestic", SHAREABLE, SHAREABLE, NEEDS_REVIEW, NEEDS_REVIEW),
    ],
)
def test_audiences_cell_by_cell(
    audience: str, none: Outcome, no_brainer: Outcome, gray: Outcome, high: Outcome
) -> None:
    tags = ((), (tag(NO_BRAINER),), (tag(GRAY),), (tag(HIGH),))
    assert [judge(*one, audience=audience).outcome for one in tags] == [none, no_brainer, gray, high]


DEFAULTS = {"no_brainer": SHAREABLE, "gray_area": NEEDS_REVIEW, "high_trust": HELD_BACK}


@pytest.mark.parametrize("category", POLICY.categories.values(), ids=lambda category: category.id)
def test_default_verdict_of_each_category(category: policies.Category) -> None:
    assert judge(tag(category.id)).outcome is DEFAULTS[category.tier]


@pytest.mark.parametrize(
    ("category", "evidence", "outcome", "cell"),
    [
        (GRAY, words("operational_detail"), HELD_BACK, "no-yes"),
        ("ai_incident_reports", words("operational_detail"), HELD_BACK, "unclear-yes"),
        (NO_BRAINER, words("operational_detail"), SHAREABLE, "no-no"),
        ("cyber_incidents", words("summary_incident"), NEEDS_REVIEW, "unclear-no"),
        ("cyber_incidents", Evidence(facet="summary_incident", rule="r"), HELD_BACK, "yes-yes"),
        ("predeployment_model_access", words("summary_incident"), HELD_BACK, "yes-yes"),
        (NO_BRAINER, words("developer_material"), HELD_BACK, "yes-no"),
        (GRAY, words("developer_material"), HELD_BACK, "yes-unclear"),
        (GRAY, Evidence(facet="developer_material", rule="marking.company.confidential"), HELD_BACK, "yes-unclear"),
        (GRAY, entry("developer_consent"), NEEDS_REVIEW, "no-unclear"),
        ("ai_incident_reports", entry("developer_consent"), SHAREABLE, "no-no"),
        ("ai_incident_reports", words("developer_consent"), NEEDS_REVIEW, "unclear-no"),
        ("ai_incident_reports", entry("developer_consent", audience="network"), SHAREABLE, "no-no"),
        ("ai_incident_reports", entry("developer_consent", audience="domestic"), NEEDS_REVIEW, "unclear-no"),
        ("ai_incident_reports", entry("developer_consent", valid_until=TODAY), SHAREABLE, "no-no"),
        ("ai_incident_reports", entry("developer_consent", valid_until=date(2026, 2, 28)), NEEDS_REVIEW, "unclear-no"),
        ("ai_incident_reports", entry("developer_consent", valid_from=TODAY), SHAREABLE, "no-no"),
        ("ai_incident_reports", entry("developer_consent", valid_from=TOMORROW), NEEDS_REVIEW, "unclear-no"),
        (HIGH, entry("already_public", valid_from=TOMORROW), HELD_BACK, "yes-yes"),
        (HIGH, entry("developer_consent"), HELD_BACK, "no-yes"),
        (HIGH, entry("already_public"), SHAREABLE, "no-no"),
        (GRAY, entry("already_public"), SHAREABLE, "no-no"),
        (GRAY, words("already_public"), NEEDS_REVIEW, "no-unclear"),
        (GRAY, entry("already_public", valid_until=date(2026, 2, 1)), NEEDS_REVIEW, "no-unclear"),
        (GRAY, words("topic:bio"), NEEDS_REVIEW, "no-unclear"),
    ],
)
def test_each_adjustment_fires_and_just_does_not(
    category: str, evidence: Evidence, outcome: Outcome, cell: str
) -> None:
    told = reason(judge(tag(category, evidence)))
    assert (told.outcome, told.cell) == (outcome, cell)
    assert all(rule == evidence.facet for rule in told.adjustments)


def test_adjustments_apply_in_order_and_cite_their_evidence() -> None:
    told = reason(judge(tag(GRAY, entry("already_public"), words("developer_material"), words("operational_detail"))))
    assert told.adjustments == ("operational_detail", "developer_material", "already_public")
    assert [(step.proprietary, step.capability) for step in told.steps] == [
        ("no", "unclear"), ("no", "yes"), ("yes", "yes"), ("no", "no"),
    ]  # fmt: skip
    assert "entry-1" in told.steps[-1].sentence
    assert "pattern.facet at 0-5" in told.steps[1].sentence


def test_the_sentence_reads_like_the_figure_and_holds_no_text() -> None:
    told = reason(judge(tag(HIGH)))
    assert told.sentence == (
        "proprietary: yes · capability: yes → Fig. 2: don't share with the network for now (perhaps bilaterally)"
    )
    assert (told.source, told.cell) == ("section 3.3, Table 3", "yes-yes")
    assert told.benefits == ("consensus: yes", "trust: yes", "capacity: illegible")
    assert "inferred" in told.steps[0].sentence
    secret = replace(PASSAGE, text="hush hush hush hush", end=19)
    quiet = replace(tag(GRAY, replace(words("operational_detail"), quote="hush")), passage=secret)
    assert "hush" not in repr([(r.sentence, [s.sentence for s in r.steps]) for r in judge(quiet).reasons])


def test_no_benefit_on_record_needs_review_even_where_the_matrix_shares() -> None:
    told = reason(judge(tag("proprietary_model_information", entry("already_public"))))
    assert (told.outcome, told.cell) == (NEEDS_REVIEW, "no-no")
    assert POLICY.gate.sentence in told.sentence


@pytest.mark.parametrize(
    ("category", "evidence", "outcome"),
    [
        (HIGH, (), NEEDS_REVIEW),
        (GRAY, (), NEEDS_REVIEW),
        (GRAY, (words("operational_detail"),), NEEDS_REVIEW),
        (NO_BRAINER, (), SHAREABLE),
        (NO_BRAINER, (words("developer_material"),), NEEDS_REVIEW),
        ("no_such_category", (), NEEDS_REVIEW),
    ],
)
def test_a_suspicion_is_worth_a_review_at_most(category: str, evidence: tuple[Evidence, ...], outcome: Outcome) -> None:
    assert judge(tag(category, *evidence, certain=False)).outcome is outcome


def test_a_category_that_the_rules_do_not_have_is_not_shared() -> None:
    told = reason(judge(tag("no_such_category")))
    assert told.outcome is HELD_BACK
    assert "no_such_category" in told.sentence


@pytest.mark.parametrize("audience", [*POLICY.audiences])
def test_what_was_not_read_is_never_clean(audience: str) -> None:
    gap = Gap(stage="extract", code="encrypted", path="a.zip!x.docx")
    verdict = judge(gaps=(gap,), audience=audience)
    assert verdict.outcome is NEEDS_REVIEW
    assert (reason(verdict).code, reason(verdict).rule) == ("unread_part", "gap.encrypted")
    assert "a.zip!x.docx" in reason(verdict).sentence
    foreign = judge(gaps=(replace(gap, stage="detect", code="language_not_covered"),), audience=audience)
    assert reason(foreign).code == "language_not_covered"


def test_many_gaps_of_a_kind_are_one_reason() -> None:
    gaps = tuple(Gap(stage="extract", code="image_not_read", path=f"page/{n}") for n in range(1, 8))
    assert "page/1, page/2, page/3 and 4 more" in reason(judge(gaps=gaps)).sentence


@pytest.mark.parametrize(
    ("audience", "rule", "outcome"),
    [
        ("network", "marking.tlp.amber_strict", NEEDS_REVIEW),
        ("network", "marking.tlp.green", SHAREABLE),
        ("bilateral:canada", "marking.tlp.green", SHAREABLE),
        ("public", "marking.tlp.green", NEEDS_REVIEW),
        ("public", "marking.tlp.clear", SHAREABLE),
        ("domestic", "marking.gsc.official_sensitive", SHAREABLE),
        ("network", "marking.gsc.official_sensitive", NEEDS_REVIEW),
        ("domestic", "marking.company.confidential", NEEDS_REVIEW),
        ("network", "marking.never.heard_of", NEEDS_REVIEW),
    ],
)
def test_a_marking_stricter_than_the_audience_allows(audience: str, rule: str, outcome: Outcome) -> None:
    verdict = judge(tag(None, rule=rule), audience=audience)
    assert verdict.outcome is outcome
    assert {one.code for one in verdict.reasons} == ({"marking"} if outcome else set())


def test_a_marking_never_lowers_and_a_conflict_is_shown() -> None:
    verdict = judge(tag(HIGH), tag(None, rule="marking.tlp.clear"))
    assert verdict.outcome is HELD_BACK
    assert [(one.code, one.rule) for one in verdict.reasons] == [
        ("category", "pattern.some"), ("marking", "document.marking_conflict"),
    ]  # fmt: skip
    assert judge(tag(GRAY), tag(None, rule="marking.release.cleared")).outcome is NEEDS_REVIEW
    assert len(judge(tag(NO_BRAINER), tag(None, rule="marking.tlp.clear")).reasons) == 1


@pytest.mark.parametrize(
    ("code", "outcome", "reason_code"),
    [
        ("type_mismatch", NEEDS_REVIEW, "type_mismatch"),
        ("macros", NEEDS_REVIEW, "signal"),
        ("hidden_part", SHAREABLE, "signal"),
        ("never_heard_of", NEEDS_REVIEW, "signal"),
    ],
)
def test_notices_by_their_signals(code: str, outcome: Outcome, reason_code: str) -> None:
    verdict = judge(notices=(Notice(code=code, path="memo.docx"), Notice(code=code, path="body")))
    assert (verdict.outcome, reason(verdict).code) == (outcome, reason_code)


def test_secrets_and_unknown_findings_need_review() -> None:
    assert judge(tag(None, rule="secret.private_key")).outcome is NEEDS_REVIEW
    assert judge(tag(None, rule="secret.new-kind")).outcome is NEEDS_REVIEW
    assert judge(tag(None, rule="oracle.says")).outcome is NEEDS_REVIEW


def test_all_reasons_are_kept_strictest_first() -> None:
    gap = Gap(stage="extract", code="damaged", path="x")
    verdict = judge(tag(NO_BRAINER), tag(GRAY), tag(HIGH), tag(HIGH), gaps=(gap,))
    assert [one.outcome for one in verdict.reasons] == [HELD_BACK, HELD_BACK, NEEDS_REVIEW, NEEDS_REVIEW, SHAREABLE]


def test_one_verdict_for_each_audience_and_one_for_a_partner_on_request() -> None:
    verdicts = decide_all([tag(HIGH)], [], [], policy=POLICY, today=TODAY, grade="B", model_sha256="m")
    assert [one.audience for one in verdicts] == ["network", "bilateral", "public", "domestic"]
    first = verdicts[0]
    assert (first.policy_version, first.policy_sha256) == (POLICY.version, POLICY.sha256)
    assert (first.grade, first.model_sha256, first.decided_on) == ("B", "m", TODAY)
    with pytest.raises(PolicyError, match="did you mean"):
        judge(audience="bilateral:japn")


@pytest.fixture(scope="module")
def finer(tmp_path_factory: pytest.TempPathFactory) -> policies.Policy:
    """The shipped rules with every subcategory switched on."""
    rules = Path(shutil.copytree(RULES, tmp_path_factory.mktemp("finer") / "rules"))
    file = rules / "subcategories.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("    title:", "    enabled: true\n    title:"), encoding="utf-8"
    )
    return policies.load(rules)


@pytest.mark.parametrize(
    ("evidence", "certain", "outcome"),
    [
        ((), True, NEEDS_REVIEW),
        ((words("topic:bias"),), True, SHAREABLE),
        ((words("topic:bias"),), False, NEEDS_REVIEW),
        ((Evidence(facet="topic:bias", rule="classifier"),), True, NEEDS_REVIEW),
        ((words("topic:bias"), words("topic:persuasion")), True, NEEDS_REVIEW),
        ((words("topic:bias"), words("topic:cyber")), True, HELD_BACK),
        ((Evidence(facet="topic:cyber", rule="classifier"),), True, HELD_BACK),
        ((words("topic:bias"), words("operational_detail")), True, HELD_BACK),
    ],
)
def test_facets_choose_the_subcategory(
    finer: policies.Policy, evidence: tuple[Evidence, ...], certain: bool, outcome: Outcome
) -> None:
    assert judge(tag(GRAY, *evidence, certain=certain), policy=finer).outcome is outcome
    assert judge(tag(GRAY, words("topic:bias"))).outcome is NEEDS_REVIEW, "switched off, it changes nothing"


def test_a_summary_stays_one_where_a_developer_gave_it_in_confidence() -> None:
    """By the guide `developer_material` is for No Brainer and Gray Area categories alone."""
    both = (words("summary_incident"), words("developer_material"))
    told = judge(tag("cyber_incidents", *both))
    assert (told.outcome, reason(told).cell) == (NEEDS_REVIEW, "unclear-no")
    assert judge(tag("cyber_incidents", words("developer_material"))).outcome is HELD_BACK
    assert judge(tag(GRAY, words("developer_material"))).outcome is HELD_BACK


# What any detector may say, and what may go wrong: the rules must hold for all of it.
FACETS = sorted(POLICY.facet_ids)
EVIDENCE = st.builds(
    Evidence,
    facet=st.sampled_from(FACETS),
    rule=st.just("r"),
    start=st.just(0),
    end=st.sampled_from([0, 5]),
    entry=st.sampled_from(["", "entry-1"]),
    audience=st.sampled_from(["", "network", "public"]),
    valid_from=st.sampled_from([None, TODAY, TOMORROW]),
    valid_until=st.sampled_from([None, TODAY, date(2026, 2, 1)]),
)
TAGS = st.builds(
    Tag,
    passage=st.builds(replace, st.just(PASSAGE), start=st.integers(0, 3)),
    category=st.sampled_from([*POLICY.categories, "no_such_category"]),
    detector=st.just("matcher"),
    rule=st.sampled_from(["pattern.a", "pattern.b"]),
    score=st.just(0.5),
    certain=st.booleans(),
    evidence=st.lists(EVIDENCE, max_size=3).map(tuple),
) | st.sampled_from([*POLICY.markings, "secret.key", "oracle.says"]).map(lambda rule: tag(None, rule=rule))
GAPS = st.builds(Gap, stage=st.just("extract"), code=st.sampled_from(["encrypted", "damaged"]), path=st.just("x"))
AUDIENCES = st.sampled_from([*POLICY.audiences])


@settings(max_examples=150, deadline=None)
@given(tags=st.lists(TAGS, max_size=4), more=TAGS, gap=GAPS, audience=AUDIENCES)
def test_one_more_tag_or_gap_never_lowers(tags: list[Tag], more: Tag, gap: Gap, audience: str) -> None:
    before = judge(*tags, audience=audience).outcome
    assert judge(*tags, more, audience=audience).outcome >= before
    assert judge(*tags, gaps=(gap,), audience=audience).outcome >= max(before, NEEDS_REVIEW)


@settings(max_examples=100, deadline=None)
@given(tags=st.lists(TAGS, max_size=5), data=st.data(), audience=AUDIENCES)
def test_the_order_of_tags_does_not_matter(tags: list[Tag], data: st.DataObject, audience: str) -> None:
    shuffled = data.draw(st.permutations(tags))
    one, other = judge(*tags, audience=audience), judge(*shuffled, audience=audience)
    assert one.outcome == other.outcome
    assert [r.sentence for r in one.reasons] == [r.sentence for r in other.reasons]
    assert one == judge(*tags, audience=audience)


ANSWERS = st.sampled_from(policies.ANSWERS)


@settings(max_examples=150, deadline=None)
@given(
    category=st.sampled_from(sorted(POLICY.categories)),
    milder=st.tuples(ANSWERS, ANSWERS),
    stricter=st.tuples(ANSWERS, ANSWERS),
    evidence=st.lists(EVIDENCE, max_size=3),
    certain=st.booleans(),
    audience=AUDIENCES,
)
def test_tightening_an_answer_never_makes_milder(
    category: str,
    milder: tuple[Answer, Answer],
    stricter: tuple[Answer, Answer],
    evidence: list[Evidence],
    certain: bool,
    audience: str,
) -> None:
    worse = tuple(max(pair, key=policies.ANSWERS.index) for pair in zip(milder, stricter, strict=True))
    outcomes = []
    for proprietary, capability in (milder, worse):
        changed = replace(POLICY.categories[category], proprietary=proprietary, capability=capability)
        rules = replace(POLICY, categories={**POLICY.categories, category: changed})
        outcomes.append(judge(tag(category, *evidence, certain=certain), audience=audience, policy=rules).outcome)
    assert outcomes[0] <= outcomes[1]


@settings(max_examples=80, deadline=None)
@given(
    tags=st.lists(TAGS, max_size=4),
    audience=AUDIENCES,
    facet=st.sampled_from(["operational_detail", "developer_material"]),
)
def test_tightening_evidence_never_makes_milder(tags: list[Tag], audience: str, facet: str) -> None:
    tighter = [replace(one, evidence=(*one.evidence, Evidence(facet=facet, rule="r"))) for one in tags]
    assert judge(*tighter, audience=audience).outcome >= judge(*tags, audience=audience).outcome
