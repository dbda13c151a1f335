"""Renders what is generated from the rules: JSON Schemas for editors, and the tables of `rules/README.md`.

`python -m pipeline.policy` rewrites both; a test holds them against the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from .around import ContextFile, PrioritiesFile
from .models import FILES
from .patterns import PatternRule
from .policy import ANSWERS, Policy


def schemas() -> dict[str, str]:
    """File name in `rules/schemas/` -> its JSON Schema, for each rule file and for a line of the patterns."""
    models = {name.removesuffix(".yaml"): model for name, model in FILES.items()}
    models |= {"patterns": PatternRule, "context": ContextFile, "priorities": PrioritiesFile}
    return {f"{name}.schema.json": _json(model.model_json_schema()) for name, model in sorted(models.items())}


def matrix_table(policy: Policy) -> str:
    """Fig. 2 as a Markdown table: rows for the answer about proprietary information, columns for that on capability."""
    rows = [[f"proprietary **{p}**", *(policy.matrix[p, c].sentence for c in ANSWERS)] for p in ANSWERS]
    return _table(["", *(f"capability **{c}**" for c in ANSWERS)], rows)


def tier_table(policy: Policy) -> str:
    """The categories with their risk answers and the tier that the matrix gives them."""
    rows = [
        [f"`{c.id}`", c.title, c.proprietary, c.capability, c.tier_title, c.source] for c in policy.categories.values()
    ]
    return _table(["id", "category", "proprietary", "capability", "tier", "source"], rows)


def audience_table(policy: Policy) -> str:
    """What each audience makes of each ruling; the partners of an audience share a row as they share outcomes."""
    rows: dict[str, list[str]] = {}
    for audience in policy.audiences.values():
        group, _, partner = audience.id.partition(":")
        name = f"`{group}:PARTNER`" if partner else f"`{group}`"
        rulings = (audience.outcome("share"), audience.outcome("case_by_case"), audience.outcome("dont_share"))
        rows[name] = [name, *(outcome.id.replace("_", " ") for outcome in rulings)]
    return _table(["audience", "share", "case by case", "don't share"], rows.values())


def readme(text: str, policy: Policy) -> str:
    """`text` with its generated tables replaced; each stands between `<!-- NAME -->` and `<!-- /NAME -->`."""
    tables = {"matrix": matrix_table(policy), "tiers": tier_table(policy), "audiences": audience_table(policy)}
    for name, table in tables.items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{opening}{table}\n{closing}{after}"
    return text


def write(rules: Path, policy: Policy) -> None:
    """Rewrites the generated files in the folder `rules`."""
    (rules / "schemas").mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (rules / "schemas" / name).write_text(schema, encoding="utf-8")
    page = rules / "README.md"
    page.write_text(readme(page.read_text(encoding="utf-8"), policy), encoding="utf-8")


def _json(schema: object) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
