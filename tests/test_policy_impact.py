"""What other rules would make of stored documents is what a scan from scratch makes of them, and nothing is stored."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit, flips, impact, intake, settings
from pipeline import policy as policies
from pipeline.errors import PolicyError
from pipeline.impact import Side
from pipeline.pool import Pool
from pipeline.report.result import DocumentRow
from pipeline.store.store import Store
from tests.policy_making import copied, edit, row

KEY, TODAY = b"k" * 32, date(2026, 3, 2)
OUTBOX = Path(__file__).parents[1] / "fixtures" / "outbox"
AUDIENCES = ("network", "bilateral", "public", "domestic")
Change = tuple[str, Callable[[Any], None]]

NEITHER = {"proprietary": "no", "capability": "no"}
LIGHTS: Change = (
    "audiences.yaml",
    lambda v: row(v, "audiences", "network")["lights"].update(dont_share="needs_review", share="needs_review"),
)
ANSWERS: Change = (
    "categories.yaml",
    lambda v: row(v, "categories", "predeployment_results_before").update(risk=NEITHER),
)
FINER: Change = (
    "subcategories.yaml",
    lambda v: [each.update(enabled="true", reason="a reason") for each in v["subcategories"]],
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outbox without what is slow to open."""
    here = tmp_path_factory.mktemp("archive")
    for path in sorted(OUTBOX.iterdir()):
        if path.suffix in (".txt", ".md", ".docx", ".eml", ".csv", ".html"):
            shutil.copy(path, here / path.name)
    return here


def chosen(rules: Path | None = None, **flags: object) -> settings.Settings:
    given = {"jobs": 1, "weak_sandbox": True, **({"policy": rules} if rules else {}), **flags}
    return settings.load(given).settings


def scanned(store: Store, archive: Path, set_to: settings.Settings) -> list[DocumentRow]:
    run = audit.begin(store, intake.find([archive]), set_to, roots=[str(archive)], today=TODAY)
    with Pool(set_to, key=KEY, today=TODAY) as pool:
        return list(audit.work(store, run, set_to, key=KEY).rows(pool))


@pytest.fixture(scope="module")
def known(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that knows the archive by the shipped rules."""
    with Store(f"sqlite:///{tmp_path_factory.mktemp('known') / 'known.db'}") as store:
        scanned(store, archive, chosen())
        yield store


def replayed(store: Store, then: settings.Settings, audiences: tuple[str, ...] = AUDIENCES) -> list[impact.Seen]:
    now, other = Side.of(chosen(), KEY), Side.of(then, KEY)
    kept = store.recent.rows("2020-01-01")
    return list(impact.replay(kept, store.results, now, other, audiences=audiences, key=KEY, today=TODAY))


@pytest.mark.parametrize(
    "changes", [(LIGHTS,), (ANSWERS,), (FINER, LIGHTS)], ids=["deciding", "recognising", "finer and lights"]
)
def test_it_says_what_a_scan_from_scratch_says(
    tmp_path: Path, archive: Path, known: Store, changes: tuple[Change, ...]
) -> None:
    rules = copied(tmp_path / "rules")
    for name, change in changes:
        edit(rules, name, change)
    before = list(known.trail()), [(kept.sha256, kept.told) for kept in known.recent.rows("2020-01-01")]
    seen = replayed(known, chosen(rules))
    assert (list(known.trail()), [(kept.sha256, kept.told) for kept in known.recent.rows("2020-01-01")]) == before
    with Store(f"sqlite:///{tmp_path / 'scratch.db'}") as fresh:
        scratch = {one.uri: one.verdicts for one in scanned(fresh, archive, chosen(rules))}
    expected = {
        (one.row.uri, who, one.row.verdicts[who], scratch[one.row.uri][who])
        for one in seen
        for who in AUDIENCES
        if one.row.verdicts[who] != scratch[one.row.uri][who]
    }
    found = [flip for one in seen for flip in one.flips or ()]
    assert {(flip.uri, flip.audience, flip.old, flip.new) for flip in found} == expected
    assert expected
    assert len(seen) == len(scratch)
    assert all(flip.causes and (flip.now or flip.no_longer) for flip in found)


def test_a_flip_names_its_cause_and_the_loosened_come_first(tmp_path: Path, known: Store) -> None:
    rules = copied(tmp_path / "rules")
    edit(rules, *LIGHTS)
    now, then = Side.of(chosen(), KEY), Side.of(chosen(rules), KEY)
    assert now.keys.tagger == then.keys.tagger, "only deciding changed"
    report = impact.reported(
        replayed(known, chosen(rules), ("network",)), now, then, since="2020-01-01", audiences=("network",), today=TODAY
    )
    ways = [flip.way for flip in report.flips]
    assert ways == sorted(ways)
    assert set(ways) == {"loosened", "tightened"}
    loosened = report.flips[0]
    assert "audience network: dont_share: held_back → needs_review" in loosened.causes
    totals = {way: {(c.audience, c.category) for c in report.counts if c.way == way} for way in set(ways)}
    assert ("network", "predeployment_results_before") in totals["loosened"]
    assert flips.ImpactReport.model_validate_json(report.model_dump_json()) == report


def test_no_words_of_a_document_stand_in_the_report(tmp_path: Path, known: Store) -> None:
    rules = copied(tmp_path / "rules")
    edit(rules, *ANSWERS)
    now, then = Side.of(chosen(), KEY), Side.of(chosen(rules), KEY)
    seen = replayed(known, chosen(rules))
    told = impact.reported(seen, now, then, since="", audiences=AUDIENCES, today=TODAY).model_dump_json()
    quotes = {found.quote for one in seen for found in one.row.findings if len(found.quote) > 40}
    assert quotes
    assert not [quote for quote in quotes if quote.strip("…")[:40] in told]


def test_without_a_kept_text_what_has_to_be_recognised_again_is_not_judged(tmp_path: Path, archive: Path) -> None:
    from pipeline.store.sealing import Sealing

    rules = copied(tmp_path / "rules")
    edit(rules, *ANSWERS)
    single = tmp_path / "one"
    single.mkdir()
    shutil.copy(archive / "quarterly-update.docx", single)
    with Store(f"sqlite:///{tmp_path / 'bare.db'}", Sealing(keep=False)) as bare:
        scanned(bare, single, chosen())
        assert [one.flips for one in replayed(bare, chosen(rules))] == [None]
        edit(rules, "categories.yaml", lambda v: row(v, "categories", "predeployment_results_before").update(risk=YES))
        edit(rules, *LIGHTS)
        (only,) = replayed(bare, chosen(rules), ("network",))
        assert [(flip.old, flip.new) for flip in only.flips or ()] == [("held_back", "needs_review")]


YES = {"proprietary": "yes", "capability": "yes"}


def test_only_what_is_asked_for(known: Store, tmp_path: Path) -> None:
    assert list(known.recent.rows("2999-01-01")) == []
    with pytest.raises(PolicyError, match="did you mean 'network'"):
        replayed(known, chosen(), ("netwrok",))
    assert all(one.flips == () for one in replayed(known, chosen()))


def test_another_institutes_rules_decide_on_what_we_find(tmp_path: Path, archive: Path) -> None:
    """Without a category that our model knows, it could not run under their rules."""
    rules = copied(tmp_path / "rules", patterns=False)
    edit(rules, "categories.yaml", lambda v: v["categories"].pop(1))
    now, theirs = Side.of(chosen(), KEY), Side.of(chosen(rules), KEY)
    then = impact.by_our_findings(now, theirs)
    assert then.keys.tagger == now.keys.tagger != theirs.keys.tagger
    assert impact.by_our_findings(now, now) is now
    sources = intake.find([str(archive / "task-suite-design.html"), str(archive / "harness-operators-guide.md")])
    seen = list(impact.read_and_replay(sources, now, then, audiences=("network",), key=KEY, today=TODAY))
    assert len(seen) == 2
    assert "evaluation_standards" not in policies.load(rules).categories
