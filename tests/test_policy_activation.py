"""Rules come into force by two people, whole, on record, and go back as they came."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline import activation, approvals, flips, settings
from pipeline import policy as policies
from pipeline.decide import decide_all
from pipeline.errors import Overtaken, PolicyError, Refused, StoreError, UsageError
from pipeline.store.store import Store
from pipeline.types import Passage, Tag
from tests.policy_making import copied, edit, row

WHY = "agreed at the policy meeting"


class Office:
    """An installation with two people who may approve, one who may not, and a candidate for new rules."""

    def __init__(self, place: Path, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.place, self.store = place, store
        patch.setenv("SHARELIGHT_CONFIG_DIR", str(place / "config"))
        self.shipped = copied(place / "shipped", patterns=False)  # loaded often
        patch.setattr(settings, "data_folder", lambda name: self.shipped)
        self.keys = {name: place / f"{name}.key" for name in ("ada", "ben", "eve")}
        public = {name: approvals.make_key(file) for name, file in self.keys.items()}
        listed = [{"name": name, "public_key": public[name]} for name in ("ada", "ben")]
        self.known = place / "approvers.yaml"
        self.known.write_text(json.dumps({"approvers": listed}))
        self.new = copied(place / "new", patterns=False)
        edit(self.new, "policy.yaml", lambda value: value.update(version="2099.1"))

    @property
    def in_force(self) -> Path:
        return settings.load().settings.policy

    def approved(self, who: str = "ada", impact: Path | None = None, rules: Path | None = None) -> Path:
        given = activation.approve(
            rules or self.new, self.in_force, key=self.keys[who], known=self.known, impact=impact
        )
        file = self.place / "approval.json"
        file.write_text(given.model_dump_json())
        return file

    def activate(self, approval: Path, who: str = "ben", **more: Any) -> activation.Activated:
        options: dict[str, Any] = {"reason": WHY, "impact": None} | more
        rules = options.pop("rules", self.new)
        return activation.activate(
            rules, self.in_force, self.store, key=self.keys[who], known=self.known, approval=approval, **options
        )

    def back(self, who: str = "ben", reason: str = WHY) -> activation.Activated:
        return activation.roll_back(self.in_force, self.store, reason=reason, key=self.keys[who], known=self.known)

    def report(self, **more: Any) -> Path:
        """An impact report on the candidate."""
        now, then = policies.load(self.in_force), policies.load(self.new)
        fields: dict[str, Any] = {"now": flips.named(now), "then": flips.named(then)} | more
        told = flips.ImpactReport(
            model_sha256="", since="", as_of="2026-03-02", audiences=("network",), documents=0, counts=(), flips=(),
            not_judged=(), **fields,
        )  # fmt: skip
        file = self.place / "impact.json"
        file.write_text(told.model_dump_json())
        return file


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Office]:
    with Store(database) as store:
        yield Office(tmp_path, store, monkeypatch)


def loosen(office: Office) -> None:
    answers = {"proprietary": "no", "capability": "unclear"}
    edit(office.new, "categories.yaml", lambda v: row(v, "categories", "cyber_incidents").update(risk=answers))


def actions(office: Office) -> list[tuple[str, str]]:
    return [(row["actor"], row["action"]) for row in office.store.trail()]


def test_two_people_put_rules_in_force_and_it_is_on_record(office: Office) -> None:
    before = office.in_force
    done = office.activate(office.approved())
    assert done.rules.version == policies.load(office.in_force).version == "2099.1"
    assert office.in_force == settings.policies_folder() / "2099.1" != before
    assert actions(office) == [("ben", "policy_activated")]
    (entry,) = office.store.trail()
    detail = json.loads(entry["detail"])
    assert (entry["subject"], detail["version"]) == (done.rules.rules_sha256, "2099.1")
    record = json.loads((settings.policies_folder() / "records" / f"{detail['record']}.json").read_text())
    assert (record["by"], record["reason"], record["approval"]["approver"]) == ("ben", WHY, "ada")
    assert office.store.verify_trail() == (1, [])


def test_nobody_activates_what_they_approved(office: Office) -> None:
    with pytest.raises(Refused, match="second person"):
        office.activate(office.approved("ada"), "ada")
    assert (settings.activated(), actions(office)) == ((), [])


def test_one_person_with_two_keys_is_one_person(office: Office) -> None:
    known = json.loads(office.known.read_text())
    eve = approvals.read_key(office.keys["eve"]).public_key().public_bytes_raw().hex()
    known["approvers"].append({"name": "ada", "public_key": eve})
    office.known.write_text(json.dumps(known))
    with pytest.raises(UsageError, match="twice"):
        office.approved("eve")


@pytest.mark.parametrize("who", ["approver", "activator"])
def test_a_stranger_does_neither(office: Office, who: str) -> None:
    with pytest.raises(Refused, match=r"not listed in approvers\.yaml"):
        office.approved("eve") if who == "approver" else office.activate(office.approved(), "eve")
    assert settings.activated() == ()


def _altered(office: Office, file: Path) -> None:
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"at": "2026-01-01T00:00:00Z"}))


def _rules_changed(office: Office, file: Path) -> None:
    edit(office.new, "signals.yaml", lambda value: value["signals"].reverse())


def _struck_off(office: Office, file: Path) -> None:
    known = json.loads(office.known.read_text())
    office.known.write_text(json.dumps({"approvers": known["approvers"][1:]}))


def _renamed(office: Office, file: Path) -> None:
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"approver": "somebody"}))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_altered, "signature does not fit"),
        (_rules_changed, "for other rules"),
        (_struck_off, "nobody who is listed"),
        (_renamed, "nobody who is listed"),
    ],
)
def test_an_approval_that_does_not_fit_is_refused(
    office: Office, spoil: Callable[[Office, Path], None], words: str
) -> None:
    approval = office.approved()
    spoil(office, approval)
    with pytest.raises(Refused, match=words):
        office.activate(approval)
    assert (settings.activated(), actions(office)) == ((), [])


def test_an_approval_lapses(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    approval, later = office.approved(), approvals.now() + approvals.LIFE
    monkeypatch.setattr(approvals, "now", lambda: later)
    with pytest.raises(Refused, match="older than 7 days"):
        office.activate(approval)


def test_an_approval_of_before_another_activation_does_not_count(office: Office) -> None:
    first = office.approved()
    kept = first.read_text()
    office.activate(first)
    first.write_text(kept)
    with pytest.raises(Refused, match="rules in force have changed"):
        office.activate(first)


def test_loosening_high_trust_takes_the_impact_report_that_was_approved(office: Office) -> None:
    loosen(office)
    with pytest.raises(Refused, match="High Trust"):
        office.approved()
    report = office.report()
    approval = office.approved(impact=report)
    with pytest.raises(Refused, match="High Trust"):
        office.activate(approval)
    original = report.read_bytes()
    report.write_bytes(original + b"\n")
    with pytest.raises(Refused, match="not the one that was approved"):
        office.activate(approval, impact=report)
    report.write_bytes(original)
    assert office.activate(approval, impact=report).rules.categories["cyber_incidents"].tier == "gray_area"


def test_an_impact_report_about_other_rules_is_none(office: Office) -> None:
    loosen(office)
    other = flips.Rules(version="2099.1", rules_sha256="0" * 64)
    with pytest.raises(Refused, match="about other rules"):
        office.approved(impact=office.report(then=other))
    (office.place / "impact.json").write_text("{}")
    with pytest.raises(UsageError, match="no impact report"):
        office.approved(impact=office.place / "impact.json")


def test_what_is_not_high_trust_loosens_without_a_report(office: Office) -> None:
    answers = {"proprietary": "no", "capability": "no"}
    edit(office.new, "categories.yaml", lambda v: row(v, "categories", "preliminary_research").update(risk=answers))
    assert any(change.effect == "loosened" for change in office.activate(office.approved()).changes)


def test_a_version_keeps_its_name(office: Office) -> None:
    office.activate(office.approved())
    office.back()
    edit(office.new, "signals.yaml", lambda value: value["signals"].reverse())
    with pytest.raises(Refused, match=r"give policy\.yaml a new version"):
        office.activate(office.approved())


def test_rules_that_were_changed_after_activation_do_not_load(office: Office) -> None:
    office.activate(office.approved())
    edit(office.in_force, "matrix.yaml", lambda value: value["cells"][1].update(ruling="share"))
    with pytest.raises(PolicyError, match="changed after they were activated"):
        policies.load(office.in_force)
    with pytest.raises(PolicyError, match="changed after they were activated"):
        office.back()


def test_the_registers_go_along(office: Office) -> None:
    entry = {"id": "a", "name": "Abc", "developer": "B"}
    office.activate(office.approved())
    edit(office.in_force, "registers/models.yaml", lambda value: value.update(models=[entry]))
    policies.load(office.in_force)
    office.back()
    assert "Abc" in (office.in_force / "registers" / "models.yaml").read_text()


def test_going_back_needs_a_reason_a_listed_person_and_something_to_go_back_to(office: Office) -> None:
    with pytest.raises(Refused, match="no rules were in force before"):
        office.back()
    office.activate(office.approved())
    with pytest.raises(UsageError, match="reason"):
        office.back(reason=" ")
    with pytest.raises(Refused, match="not listed"):
        office.back("eve")
    office.back("ada")
    assert actions(office) == [("ben", "policy_activated"), ("ada", "policy_rolled_back")]


def test_somebody_faster_wins(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    approval = office.approved()
    monkeypatch.setattr(settings, "activated", iter([(), ("2098.9",), ("2098.9",)]).__next__)
    with pytest.raises(Overtaken, match="meanwhile"):
        activation.activate(
            office.new, office.shipped, office.store, reason=WHY, key=office.keys["ben"],
            known=office.known, approval=approval, impact=None,
        )  # fmt: skip
    assert actions(office) == []


def test_without_a_row_on_the_trail_nothing_comes_into_force(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    approval = office.approved()

    def fail(entry: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(office.store, "noting", fail)
    with pytest.raises(StoreError):
        office.activate(approval)
    assert settings.activated() == ()


def test_a_broken_list_of_what_is_in_force_does_not_bring_the_shipped_rules_back(office: Office) -> None:
    office.activate(office.approved())
    listed = settings.policies_folder() / "active"
    listed.unlink()
    listed.mkdir()
    with pytest.raises(UsageError):
        settings.load()


def test_names_of_rules(office: Office) -> None:
    office.activate(office.approved())
    assert activation.place("2099.1", office.in_force) == office.in_force
    assert activation.place("shipped", office.in_force) == office.shipped
    with pytest.raises(UsageError, match=r"did you mean '2099\.1'"):
        activation.place("2099.2", office.in_force)


def test_a_secret_key_is_its_owners_and_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    approvals.make_key(file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="exists"):
        approvals.make_key(file)
    file.write_text("not-a-key")
    with pytest.raises(UsageError) as caught:
        approvals.read_key(file)
    assert "not-a-key" not in str(caught.value)


RISK = st.fixed_dictionaries(
    {what: st.sampled_from(("no", "unclear", "yes")) for what in ("proprietary", "capability")}
)


def verdicts(policy: policies.Policy) -> list[list[int]]:
    passage = Passage(text="words", kind="body", location="memo.docx", path="body", start=0, end=5)
    tags = [
        Tag(passage=passage, category=name, detector="matcher", rule="pattern.some", score=0.9)
        for name in policy.categories
    ]
    day = date(2026, 3, 2)
    return [
        [v.outcome for v in decide_all((tag,), (), (), policy=policy, today=day, grade="A", model_sha256="0" * 64)]
        for tag in tags
    ]


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(risks=st.lists(RISK, min_size=1, max_size=3), off=st.booleans())
def test_activated_and_rolled_back_the_rules_are_the_same_to_the_last_byte(
    risks: list[dict[str, str]], off: bool
) -> None:
    def change(value: Any) -> None:
        for place, risk in enumerate(risks):
            value["categories"][5 * place]["risk"] = risk

    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Store(f"sqlite:///{folder}/s.db") as store,
    ):
        office = Office(Path(folder), store, patch)
        edit(office.new, "categories.yaml", change)
        before = policies.load(office.in_force)
        report = office.report()
        office.activate(office.approved(impact=report), impact=report)
        during = policies.load(office.in_force)
        assert during.rules_sha256 == policies.load(office.new).rules_sha256 != before.rules_sha256
        office.back()
        after = policies.load(office.in_force)
        assert (after.sha256, after.version) == (before.sha256, before.version)
        assert verdicts(after) == verdicts(before)
