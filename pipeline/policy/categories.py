"""Resolves the categories: tier by the matrix, benefits by the table, finer categories by their parents."""

from __future__ import annotations

from collections.abc import Mapping

from ..strict_yaml import nearest
from ..types import Answer
from .files import File
from .models import CategoryRow, Gate, RulingRow, SubcategoryRow, Table
from .policy import ANSWERS, RULINGS, Category, Cell

Matrix = Mapping[tuple[Answer, Answer], Cell]
Pending = tuple[int, SubcategoryRow]  # the place in its file, and what stands there


def matrix(file: File) -> Matrix:
    """Fig. 2: a cell for each pair of answers. It must be whole, and no answer may make it milder."""
    rulings: dict[str, RulingRow] = {row.id: row for row in file.shape.rulings}
    cells: dict[tuple[Answer, Answer], Cell] = {}
    for index, row in enumerate(file.shape.cells):
        key, ruling = (row.proprietary, row.capability), rulings.get(row.ruling)
        if key in cells:
            file.fail(f"the cell {'-'.join(key)} stands here twice; remove one", "cells", index)
        if ruling is None:
            file.fail(f"rulings does not say what {row.ruling!r} means; add it", "rulings")
        cells[key] = Cell(id="-".join(key), ruling=row.ruling, tier=ruling.tier, sentence=ruling.sentence)
    if missing := [f"{p}-{c}" for p in ANSWERS for c in ANSWERS if (p, c) not in cells]:
        file.fail(f"the matrix has no cell for {', '.join(missing)}; every pair of answers needs a ruling", "cells")
    for (proprietary, capability), cell in cells.items():
        for harder in (_harder(proprietary), capability), (proprietary, _harder(capability)):
            if RULINGS.index(cells[harder].ruling) < RULINGS.index(cell.ruling):
                file.fail(f"{'-'.join(harder)} is milder than {cell.id}; a worse answer must not loosen", "cells")
    return cells


def resolve(
    rows: File, finer: File, facets: File, cells: Matrix, gate: Gate, tiers: Mapping[str, str]
) -> dict[str, Category]:
    """Every category in force by id: those of the paper, the extension, and the finer ones that are switched on."""
    known = {row.id: _category(row, cells, gate, tiers) for row in rows.shape.categories}
    pending: dict[str, Pending] = {}
    for index, row in enumerate(finer.shape.subcategories):
        if row.id in known:
            finer.fail(f"the id {row.id!r} stands in {rows.path.name} already; rename it", "subcategories", index)
        pending[row.id] = (index, row)
    for index, row in pending.values():
        _check_parent(finer, index, row, known, pending)
        _check_when(finer, index, row, facets)
    order = sorted(pending.values(), key=lambda item: len(_ancestors(item[1], pending)))
    for index, row in order:
        known[row.id] = _child(finer, index, row, known[row.parent], cells, gate, tiers)
    return {name: category for name, category in known.items() if name not in pending or pending[name][1].enabled}


def _harder(answer: Answer) -> Answer:
    return ANSWERS[min(ANSWERS.index(answer) + 1, len(ANSWERS) - 1)]


def _category(row: CategoryRow, cells: Matrix, gate: Gate, tiers: Mapping[str, str]) -> Category:
    cell = cells[row.risk.proprietary, row.risk.capability]
    return Category(
        id=row.id,
        title=row.title,
        definition=row.definition,
        source=row.source,
        tier=cell.tier,
        tier_title=tiers[cell.tier],
        proprietary=row.risk.proprietary,
        capability=row.risk.capability,
        table=row.table,
        inferred=row.table.inferred,
        benefits=_benefits(row.table, row.otherwise_beneficial),
        passes_gate=_passes(row.table, row.otherwise_beneficial, gate),
        extension=row.extension,
        lineage=(row.id,),
        tiers=frozenset({cell.tier}),
    )


def _child(
    file: File, index: int, row: SubcategoryRow, parent: Category, cells: Matrix, gate: Gate, tiers: Mapping[str, str]
) -> Category:
    proprietary = row.risk.proprietary or parent.proprietary
    capability = row.risk.capability or parent.capability
    milder = _milder(proprietary, parent.proprietary) or _milder(capability, parent.capability)
    if milder and not (row.reason.strip() and row.source.strip()):
        file.fail(
            f"{row.id} is milder than its parent {parent.id}; give a reason and a source, or tighten its risk answers",
            "subcategories",
            index,
        )
    cell = cells[proprietary, capability]
    return Category(
        id=row.id,
        title=row.title,
        definition=row.definition,
        source=row.source or parent.source,
        tier=cell.tier,
        tier_title=tiers[cell.tier],
        proprietary=proprietary,
        capability=capability,
        table=parent.table,
        inferred=parent.inferred,
        benefits=_benefits(parent.table, row.otherwise_beneficial),
        passes_gate=parent.passes_gate or _passes(parent.table, row.otherwise_beneficial, gate),
        extension=True,
        parent=parent.id,
        lineage=(*parent.lineage, row.id),
        tiers=parent.tiers | {cell.tier},
        when=row.when,
        milder=milder,
    )


def _milder(answer: Answer, than: Answer) -> bool:
    return ANSWERS.index(answer) < ANSWERS.index(than)


def _benefits(table: Table, otherwise: str) -> tuple[str, ...]:
    columns = tuple(f"{name}: {getattr(table, name)}" for name in ("consensus", "trust", "capacity"))
    return (*columns, f"otherwise: {otherwise}") if otherwise else columns


def _passes(table: Table, otherwise: str, gate: Gate) -> bool:
    return bool(otherwise.strip()) or any(getattr(table, name) in gate.passes_with for name in gate.benefits)


def _ancestors(row: SubcategoryRow, pending: Mapping[str, Pending]) -> list[str]:
    """The parents of `row` that are finer categories themselves, nearest first; ends where a circle closes."""
    chain = [row.id]
    while (parent := row.parent) in pending:
        chain.append(parent)
        if chain.count(parent) > 1:
            break
        row = pending[parent][1]
    return chain[1:]


def _check_parent(
    file: File, index: int, row: SubcategoryRow, known: Mapping[str, Category], pending: Mapping[str, Pending]
) -> None:
    chain = [row.id, *_ancestors(row, pending)]
    if len(set(chain)) < len(chain):
        words = f"the parents go in a circle: {' -> '.join(chain)}; give one of them another parent"
        file.fail(words, "subcategories", index, "parent")
    if row.parent not in known and row.parent not in pending:
        words = nearest(row.parent, [*known, *pending])
        file.fail(f"{row.id}: unknown category {row.parent!r} as parent; {words}", "subcategories", index, "parent")
    if row.enabled and row.parent in pending and not pending[row.parent][1].enabled:
        words = f"{row.id} is on but its parent {row.parent} is off; switch both the same way"
        file.fail(words, "subcategories", index, "enabled")


def _check_when(file: File, index: int, row: SubcategoryRow, facets: File) -> None:
    groups = {group.id: group.values for group in facets.shape.groups}
    for group, values in row.when.items():
        if group not in groups:
            words = nearest(group, list(groups))
            file.fail(f"{row.id}: unknown facet {group!r}; {words}", "subcategories", index, "when", group)
        for value in values:
            if value not in groups[group]:
                words = nearest(value, list(groups[group]))
                file.fail(f"{row.id}: {group} has no value {value!r}; {words}", "subcategories", index, "when", group)
