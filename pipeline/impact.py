"""What other rules would have made of the documents of late: every verdict that flips, why, and for whom.

Both sides are decided on one day from the same findings, so that nothing but the rules makes a difference. Where only
deciding changed, stored findings are enough; where recognising did, stored readings are recognised again. Nothing that
comes of it is written to the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

from . import audit, policy, versions
from .flips import Flip, ImpactReport, Unjudged, counted, flips_of, loosened_first, named
from .intake import Source
from .policy import Policy
from .policy.diff import compare
from .pool import Order, Pool
from .report.replay import verdicts_of
from .report.result import DocumentRow
from .settings import Settings
from .store.recent import Kept
from .store.results import Keys, Results
from .types import Verdict

PAGE = 200  # documents that are looked at side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two sets of rules: with its settings, and what findings and verdicts under it depend on."""

    settings: Settings
    rules: Policy
    keys: Keys
    model: str

    @classmethod
    def of(cls, settings: Settings, key: bytes) -> Side:
        """Raises PolicyError or ModelError where it cannot be used."""
        rules, (_, model) = policy.load(settings.policy), versions.model(settings.models)
        return cls(settings=settings, rules=rules, keys=audit.keys_of(settings, rules, model, key), model=model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One document under both sets of rules; `flips` is None where its text is not kept and it cannot be judged."""

    row: DocumentRow
    flips: tuple[Flip, ...] | None


def replay(
    kept: Iterable[Kept], results: Results, now: Side, then: Side, *, audiences: Sequence[str], key: bytes, today: date
) -> Iterator[Seen]:
    """Each document of `kept` decided under `now` and under `then`, for each of `audiences`, as of `today`.

    Raises PolicyError for an audience that one of both does not know.
    """
    for name in audiences:
        now.rules.audience(name), then.rules.audience(name)
    changes = compare(now.rules, then.rules)
    with ExitStack() as stack:
        pools = [stack.enter_context(Pool(side.settings, key=key, today=today)) for side in (now, then)]
        waiting = iter(kept)
        while page := list(islice(waiting, PAGE)):
            before = _found(page, results, now, pools[0])
            again = before if then.keys.tagger == now.keys.tagger else _found(page, results, then, pools[1])
            for number, each in enumerate(page):
                row = DocumentRow.model_validate_json(each.told)
                if number in before and number in again:
                    old = _decided(before[number], now, audiences, today)
                    new = _decided(again[number], then, audiences, today)
                    yield Seen(row=row, flips=tuple(flips_of(row, old, new, changes, then.rules)))
                else:
                    yield Seen(row=row, flips=None)


def read_and_replay(
    sources: Iterable[Source], now: Side, then: Side, *, audiences: Sequence[str], key: bytes, today: date
) -> Iterator[Seen]:
    """As `replay`, of files that are read now: once, for both."""
    changes = compare(now.rules, then.rules)
    with ExitStack() as stack:
        pools = [stack.enter_context(Pool(side.settings, key=key, today=today)) for side in (now, then)]
        orders = [Order(number=n, uri=source.uri, path=source.path) for n, source in enumerate(sources)]
        read = {reply.number: reply for reply in pools[0].run(orders)}
        again = read
        if then.keys.tagger != now.keys.tagger:
            packed = (replace(order, packed=read[order.number].packed) for order in orders)
            again = {reply.number: reply for reply in pools[1].run(packed)}
        for order in orders:
            row = DocumentRow.model_validate_json(read[order.number].row)
            other = DocumentRow.model_validate_json(again[order.number].row)
            old, new = _decided(row, now, audiences, today), _decided(other, then, audiences, today)
            yield Seen(row=row, flips=tuple(flips_of(row, old, new, changes, then.rules)))


def by_our_findings(now: Side, then: Side) -> Side:
    """`then` as it decides on what `now` finds, where it has no name for some of our categories.

    Our model could not work for it; what it has no name for counts as not to be shared.
    """
    if set(now.rules.categories) <= set(then.rules.categories):
        return then
    return replace(then, keys=replace(then.keys, tagger=now.keys.tagger))


def reported(
    seen: Iterable[Seen], now: Side, then: Side, *, since: str, audiences: Sequence[str], today: date
) -> ImpactReport:
    """The published account of it."""
    flips: list[Flip] = []
    lost: list[Unjudged] = []
    documents = 0
    for each in seen:
        documents += 1
        if each.flips is None:
            lost.append(Unjudged(uri=each.row.uri, name=each.row.name, sha256=each.row.sha256))
        flips += each.flips or ()
    return ImpactReport(
        now=named(now.rules), then=named(then.rules), model_sha256=now.model, since=since, as_of=today.isoformat(),
        audiences=tuple(audiences), documents=documents, counts=counted(flips), flips=loosened_first(flips),
        not_judged=tuple(lost),
    )  # fmt: skip


def common_audiences(now: Policy, then: Policy) -> tuple[str, ...]:
    """The audiences that a document gets a verdict for under both."""
    return tuple(name for name in now.audience_ids if name in then.audience_ids)


def _found(page: Sequence[Kept], results: Results, side: Side, pool: Pool) -> dict[int, DocumentRow]:
    """Place in the page -> the document's findings as `side` finds them: the stored ones where those are its own."""
    found = {
        number: DocumentRow.model_validate_json(each.told)
        for number, each in enumerate(page)
        if each.tagger == side.keys.tagger
    }
    rest = [(number, each) for number, each in enumerate(page) if number not in found]
    orders = (order for number, each in rest if (order := _order(number, each, results)) is not None)
    for reply in pool.run(orders):
        found[reply.number] = DocumentRow.model_validate_json(reply.row)
    return found


def _order(number: int, kept: Kept, results: Results) -> Order | None:
    packed = results.reading(kept.sha256, kept.name, kept.reader)
    if packed is None:
        return None
    uri = DocumentRow.model_validate_json(kept.told).uri
    return Order(number=number, uri=uri, path=Path(uri), packed=packed)


def _decided(row: DocumentRow, side: Side, audiences: Sequence[str], today: date) -> dict[str, Verdict]:
    _, verdicts = verdicts_of(row, policy=side.rules, audiences=audiences, today=today, model_sha256=side.model)
    return verdicts
