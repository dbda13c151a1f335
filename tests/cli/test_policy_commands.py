"""`sharelight policy` as a policy lead calls it: exit codes, words, JSON, one line where it will not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.policy_making import copied, edit, edit_pattern, row

LIGHTS = "needs_review"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    rules = copied(tmp_path / "new")
    edit(rules, "policy.yaml", lambda value: value.update(version="2099.1"))
    edit(rules, "audiences.yaml", lambda v: row(v, "audiences", "network")["lights"].update(dont_share=LIGHTS))
    return rules


def test_diff_says_it_in_words_and_in_json(sharelight: Any, new: Path) -> None:
    done = sharelight("policy", "diff", "active", str(new))
    assert done.code == 1
    assert done.out.splitlines() == [
        "loosened   audience network: dont_share: held_back → needs_review",
        "changed    policy version: is: 2026.11.1 → 2099.1",
        "1 loosened, 0 tightened, 1 changed",
    ]
    told = json.loads(sharelight("policy", "diff", "shipped", str(new), "-f", "json").out)
    assert [(each["effect"], each["rule"]) for each in told["changes"]] == [
        ("loosened", "network"),
        ("changed", "version"),
    ]
    assert told["new"]["version"] == "2099.1"


def test_the_same_rules_differ_in_nothing(sharelight: Any, tmp_path: Path) -> None:
    done = sharelight("policy", "diff", "active", str(copied(tmp_path / "copy")))
    assert (done.code, done.out) == (0, "the rules are the same\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "active"), "name the rules to compare with"),
        (("diff", "active", "shiped"), "did you mean 'shipped'"),
        (("impact", "--against", "shipped", "--since", "soon"), "neither a number of days"),
        (("impact", "--against", "shipped", "--audience", "netwrok"), "did you mean 'network'"),
        (("activate", "--reason", "x"), "--key FILE"),
        (("activate", "--key", "a.key"), "give a folder of rules"),
        (("approve", ".", "--key", "none.key", "-o", "x"), "none.key"),
        (("schema", "reslt"), "did you mean 'result'"),
    ],
)
def test_bad_usage_is_said_in_a_line(sharelight: Any, arguments: tuple[str, ...], words: str) -> None:
    done = sharelight("policy", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_impact_flips_what_was_stored_and_writes_a_report(process: Any, folder: Path, new: Path) -> None:
    (folder / "held.txt").write_text("Checkpoint 7 solved 14 of 20 exploit tasks; its launch is planned for May.\n")
    process("scan", ".", "-f", "jsonl")
    edit(new, "audiences.yaml", lambda v: row(v, "audiences", "network")["lights"].update(none="needs_review"))
    done = process("policy", "impact", "--against", str(new), "-f", "json", "-o", "impact.json", "-q")
    assert done.code == 1
    report = json.loads((folder / "impact.json").read_text())
    schema = json.loads(process("policy", "schema", "impact").out)
    jsonschema.validate(report, schema)
    assert {(flip["uri"], flip["old"], flip["new"]) for flip in report["flips"]} >= {
        ("clean.txt", "shareable", "needs_review")
    }
    told = process("policy", "impact", "--against", str(new), "--audience", "public", "-q")
    assert (told.code, told.out) == (0, f"archive: 0 verdicts on {report['documents']} documents flip\n")


def test_theirs_shows_where_two_institutes_decide_differently(process: Any, folder: Path, new: Path) -> None:
    edit(new, "audiences.yaml", lambda v: row(v, "audiences", "network")["lights"].update(none="needs_review"))
    done = process("policy", "diff", "--theirs", str(new), "--documents", "clean.txt", "-f", "json", "-q")
    told = json.loads(done.out)
    assert done.code == 1
    assert [(flip["uri"], flip["audience"], flip["new"]) for flip in told["documents"]["flips"]] == [
        ("clean.txt", "network", "needs_review")
    ]
    assert told["archive"]["documents"] == 0


def test_examples_that_fail_are_named_with_file_and_line(sharelight: Any, tmp_path: Path) -> None:
    rules = copied(tmp_path / "rules")
    assert sharelight("policy", "test", str(rules)).code == 0
    other = copied(tmp_path / "other")

    def change(value: Any) -> None:
        value["match"].append("Nothing of the kind.")
        value.update(todo=value["match"][:1])

    edit_pattern(other, "pattern.veto.negated", change)
    done = sharelight("policy", "test", str(other))
    assert done.code == 2
    place = f"{other / 'patterns' / 'vetoes.jsonl'}:1: pattern.veto.negated: "
    assert f"{place}misses: Nothing of the kind." in done.out
    assert f"{place}finds by now what stands under todo" in done.out


def test_an_overdue_assumption_is_marked_and_every_report_says_so(
    sharelight: Any, folder: Path, tmp_path: Path
) -> None:
    rules = copied(tmp_path / "late")
    edit(rules, "context.yaml", lambda v: row(v, "assumptions", "network_members").update(review_by="2020-01-01"))
    shown = json.loads(sharelight("policy", "show", str(rules), "-f", "json").out)
    assert [each["id"] for each in shown["context"] if each["overdue"]] == ["network_members"]
    assert shown["members"]["network"]
    assert "network_members" in sharelight("policy", "show", str(rules)).out
    fresh = copied(tmp_path / "fresh")
    edit(fresh, "context.yaml", lambda v: [each.update(review_by="2999-01-01") for each in v["assumptions"]])
    for format in ("text", "md", "html"):
        told = sharelight("check", "clean.txt", "--policy", str(rules), "-f", format)
        assert "be looked at by 2020-01-01 (international lead)" in " ".join(told.out.replace("\\", "").split()), format
        assert "looked at by" not in sharelight("check", "clean.txt", "--policy", str(fresh), "-f", format).out


def test_activation_end_to_end(process: Any, folder: Path, new: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []
    for name in ("ada", "ben"):
        done = process("policy", "key", f"{name}.key", "--name", name)
        lines.append(done.out.splitlines()[1])
    config = Path(done.out.split(":")[0])
    config.parent.mkdir(exist_ok=True)
    config.write_text("\n".join(["approvers:", *lines, ""]))
    assert "attach an impact report" in process("policy", "approve", str(new), "--key", "ada.key", "-o", "a.json").err
    process("policy", "impact", "--against", str(new), "-f", "json", "-o", "i.json", "-q")
    approved = process("policy", "approve", str(new), "--key", "ada.key", "--impact", "i.json", "-o", "a.json")
    assert approved.code == 0
    assert approved.out.startswith("loosened   audience network")
    given = (
        "policy",
        "activate",
        str(new),
        "--reason",
        "agreed",
        "--approval",
        "a.json",
        "--impact",
        "i.json",
        "--key",
    )
    assert "second person" in process(*given, "ada.key").err
    done = process(*given, "ben.key")
    assert (done.code, done.out) == (0, "policy 2099.1 is in force: 2 changes, 1 of them loosened\n")
    assert process("policy", "show").out.startswith("policy 2099.1 ")
    back = process("policy", "activate", "--rollback", "--reason", "too early", "--key", "ben.key")
    assert (back.code, process("policy", "show").out.split()[1]) == (0, "2026.11.1")
    assert "0 faults" in process("audit", "verify").out
    monkeypatch.setenv("SHARELIGHT_POLICY", str(new))
    assert "SHARELIGHT_POLICY names a folder" in process(*given, "ben.key").err
