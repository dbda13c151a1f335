"""Loads `rules/` into a Policy, or says which file and line stop it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..strict_yaml import nearest
from ..types import Outcome
from . import categories as resolved
from .around import Assumption, ContextFile
from .files import CONTEXT, File, check_seal, digest, open_file, read_all, rules_digest
from .models import FILES, Lights, PartnerRow, Thresholds
from .patterns import patterns
from .policy import Audience, Category, Marking, Policy, Signal
from .priorities import chosen

# file -> the list in it whose ids must be unique
_LISTS = {
    "categories.yaml": "categories",
    "subcategories.yaml": "subcategories",
    "benefits.yaml": "benefits",
    "matrix.yaml": "rulings",
    "adjustments.yaml": "adjustments",
    "audiences.yaml": "audiences",
    "markings.yaml": "markings",
    "signals.yaml": "signals",
    "facets.yaml": "groups",
}

_LOOKED_AT = ("patterns/", "registers/", "markings.yaml", "facets.yaml")


def load(rules: Path) -> Policy:
    """The policy in the folder `rules`. PolicyError names file, line and what to do."""
    contents = read_all(rules)
    check_seal(rules, contents)
    files = {name: open_file(rules, name, contents[name]) for name in FILES}
    for name, field in _LISTS.items():
        files[name].no_twins(field)
    return _with_the_rest(_policy(files, contents), rules, contents)


def _policy(files: Mapping[str, File], contents: Mapping[str, bytes]) -> Policy:
    """Everything but the patterns."""
    about, gate = files["policy.yaml"].shape, files["matrix.yaml"].shape.gate
    matrix = resolved.matrix(files["matrix.yaml"])
    tiers = {row.tier: row.tier_title for row in files["matrix.yaml"].shape.rulings}
    categories = resolved.resolve(
        files["categories.yaml"], files["subcategories.yaml"], files["facets.yaml"], matrix, gate, tiers
    )
    audiences = _audiences(files["audiences.yaml"])
    if about.default_audience not in audiences:
        words = nearest(about.default_audience, list(audiences))
        files["policy.yaml"].fail(f"unknown audience {about.default_audience!r}; {words}", "default_audience")
    policy = Policy(
        version=about.version,
        sha256=digest(contents),
        rules_sha256=rules_digest(contents),
        recognising_sha256=_recognising(contents, categories, about.thresholds),
        files={name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
        about=about,
        categories=categories,
        subcategories={row.id: row for row in files["subcategories.yaml"].shape.subcategories},
        gate=gate,
        matrix_source=files["matrix.yaml"].shape.source,
        matrix=matrix,
        adjustments=files["adjustments.yaml"].shape.adjustments,
        audiences=audiences,
        markings=_markings(files["markings.yaml"], audiences),
        signals=_signals(files["signals.yaml"]),
        patterns=(),
        benefits={row.id: row for row in files["benefits.yaml"].shape.benefits},
        facets=files["facets.yaml"].shape,
    )
    _check_adjustments(files["adjustments.yaml"], policy)
    return policy


def _recognising(contents: Mapping[str, bytes], categories: Mapping[str, Category], cuts: Thresholds) -> str:
    """The digest of what detectors look at: patterns, markings, facets, registers, cuts; categories and their tiers."""
    looked_at = {name: data for name, data in contents.items() if name.startswith(_LOOKED_AT)}
    names = "\n".join(sorted(f"{category.id} {category.tier}" for category in categories.values()))
    return digest(looked_at | {"categories": names.encode(), "thresholds": cuts.model_dump_json().encode()})


def _with_the_rest(policy: Policy, rules: Path, contents: Mapping[str, bytes]) -> Policy:
    """With patterns, context and priorities, which name what stands in the other files."""
    rows = patterns(
        rules,
        contents,
        categories=policy.categories,
        switched_off=[name for name in policy.subcategories if name not in policy.categories],
        facets=policy.facet_ids,
        vetoes=[veto.id for veto in policy.facets.vetoes],
    )
    priorities = chosen(
        rules,
        contents,
        policy.about.jurisdiction,
        categories=policy.categories,
        audiences=policy.audiences,
    )
    return replace(policy, patterns=rows, priorities=priorities, context=_context(rules, contents))


def _context(rules: Path, contents: Mapping[str, bytes]) -> tuple[Assumption, ...]:
    if CONTEXT not in contents:  # rules from before there was one
        return ()
    file = open_file(rules, CONTEXT, contents[CONTEXT], ContextFile)
    file.no_twins("assumptions")
    assumptions: tuple[Assumption, ...] = file.shape.assumptions
    return assumptions


def _audiences(file: File) -> dict[str, Audience]:
    found: dict[str, Audience] = {}

    def add(name: str, title: str, source: str, lights: Lights, members: tuple[PartnerRow, ...] = ()) -> None:
        found[name] = Audience(id=name, title=title, source=source, lights=lights, members=members)

    for index, row in enumerate(file.shape.audiences):
        add(row.id, row.title, row.source, row.lights, row.members)
        if twins := [member for member, n in Counter(member.id for member in row.members).items() if n > 1]:
            file.fail(f"the member {twins[0]!r} stands here twice; remove one", "audiences", index, "members")
        for place, partner in enumerate(row.partners.named if row.partners else ()):
            name = f"{row.id}:{partner.id}"
            if name in found:
                file.fail(
                    f"the partner {partner.id!r} stands here twice; remove one",
                    "audiences",
                    index,
                    "partners",
                    "named",
                    place,
                )
            add(name, f"{row.title}: {partner.title}", row.source, row.partners.lights)
    return found


def _markings(file: File, audiences: Mapping[str, Audience]) -> dict[str, Marking]:
    for index, row in enumerate(file.shape.markings):
        for name in row.allows:
            if name not in audiences:
                words = nearest(name, list(audiences))
                file.fail(f"{row.id}: unknown audience {name!r}; {words}", "markings", index, "allows")
    return {
        f"marking.{row.id}": Marking(
            rule=f"marking.{row.id}",
            title=row.title,
            strictness=row.strictness,
            audiences=row.allows,
            permissive=row.permissive,
            developer=row.developer,
        )
        for row in file.shape.markings
    }


def _signals(file: File) -> dict[str, Signal]:
    rows = file.shape.signals
    return {row.id: Signal(rule=row.id, outcome=Outcome[row.outcome.upper()], sentence=row.sentence) for row in rows}


def _check_adjustments(file: File, policy: Policy) -> None:
    known: dict[str, Category | object] = {**policy.categories, **policy.subcategories}
    for index, row in enumerate(file.shape.adjustments):
        for name in (*row.categories, *row.except_for):
            if name not in known:
                words = nearest(name, list(known))
                file.fail(f"{row.id}: unknown category {name!r}; {words}", "adjustments", index, "categories")
        if row.facet not in policy.facet_ids:
            words = nearest(row.facet, list(policy.facet_ids))
            file.fail(f"{row.id}: unknown facet {row.facet!r}; {words}", "adjustments", index, "facet")
