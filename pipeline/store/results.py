"""What was read and found, by what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, insert, select, tuple_, update

from ..gaps import TRANSIENT
from ..report.redact import redact
from ..report.result import DocumentRow
from . import database, intray, trail
from .sealing import RESULT, Sealing
from .tables import cases, files, findings, gaps, readings, results

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The digests of what reading, recognising and deciding depend on."""

    reader: str
    tagger: str
    decider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored about some bytes under some name, the best that is there.

    `told` with `result` is a result that stands; `told` alone one to be decided again; `packed` a reading.
    """

    result: int | None = None
    told: str | None = None
    packed: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A file that is finished: by a result that was there (`result`), or by a new one with its reading."""

    number: int
    row: DocumentRow | None = None
    packed: bytes | None = field(default=None, repr=False)
    result: int | None = None

    @property
    def failed(self) -> bool:
        """Whether something went wrong that is not the document's fault."""
        return self.row is not None and any(gap.code in TRANSIENT for gap in self.row.coverage.unread)

    @property
    def stands(self) -> bool:
        """Whether the result is found again by its bytes: what failed, or could not be opened, is tried again."""
        return self.row is not None and bool(self.row.sha256) and not self.failed


class Results:
    """The readings and results of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def known(self, wanted: Sequence[tuple[str, str]], keys: Keys, *, today: str) -> dict[tuple[str, str], Known]:
        """The best that is stored for each (sha256, name)."""
        pairs = sorted(set(wanted))
        found: dict[tuple[str, str], Known] = {}
        with database.reading(self._engine) as connection:
            for start in range(0, len(pairs), _PAGE):
                page = pairs[start : start + _PAGE]
                found |= self._readings(connection, page, keys)
                found |= self._results(connection, page, keys, today)
        return found

    def any(self, keys: Keys, *, before: str) -> bool:
        """Whether anything was read by this reader before a point in time."""
        asked = select(results.c.id).where(results.c.reader == keys.reader, results.c.decided_at < before).limit(1)
        with database.reading(self._engine) as connection:
            return connection.scalar(asked) is not None

    def _results(
        self, connection: Connection, page: list[tuple[str, str]], keys: Keys, today: str
    ) -> dict[tuple[str, str], Known]:
        place = tuple_(results.c.sha256, results.c.name)
        asked = (
            select(results)
            .where(place.in_(page), results.c.reader == keys.reader, results.c.tagger == keys.tagger)
            .order_by(results.c.id)
        )
        found: dict[tuple[str, str], Known] = {}
        for row in connection.execute(asked).mappings():
            stands = row["decider"] == keys.decider and (row["decided_on"] == today or not row["dated"])
            key = (row["sha256"], row["name"])
            told = self._sealing.open(row["told"], RESULT).decode("utf-8")
            if stands:
                found[key] = Known(result=row["id"], told=told)
            else:
                found.setdefault(key, Known(told=told))
        return found

    def _readings(
        self, connection: Connection, page: list[tuple[str, str]], keys: Keys
    ) -> dict[tuple[str, str], Known]:
        place = tuple_(readings.c.sha256, readings.c.name)
        asked = select(readings.c.sha256, readings.c.name, readings.c.packed).where(
            place.in_(page), readings.c.reader == keys.reader, readings.c.packed.is_not(None)
        )
        return {
            (sha256, name): Known(packed=self._sealing.open(packed, sha256))
            for sha256, name, packed in connection.execute(asked)
        }

    def reading(self, sha256: str, name: str, reader: str) -> bytes | None:
        """The reading of these bytes under this name by this reader; None where no text is kept."""
        asked = select(readings.c.packed).where(
            readings.c.sha256 == sha256, readings.c.name == name, readings.c.reader == reader
        )
        with database.reading(self._engine) as connection:
            packed = connection.scalar(asked.where(readings.c.packed.is_not(None)).limit(1))
        return None if packed is None else self._sealing.open(packed, sha256)

    def keep(self, done: Done, keys: Keys) -> int:
        """The number of a result that belongs to no run, written down with its gaps, findings and audit row."""
        at, entries = trail.now(), list[trail.Entry]()
        with database.guarded(self._engine) as connection:
            number = self._result(connection, done, keys, at, entries)
            if entries:
                trail.append(connection, entries, at)
        return number

    def save(self, run_id: str, done: Sequence[Done], keys: Keys) -> None:
        """Results, their gaps and findings, the state of their files and their audit rows, in one transaction."""
        at, entries = trail.now(), list[trail.Entry]()
        with database.guarded(self._engine) as connection:
            for each in done:
                result = each.result if each.row is None else self._result(connection, each, keys, at, entries)
                if each.row is None and result is not None:
                    self._rest_again(connection, result, at)
                state = "failed" if each.failed else "done"
                connection.execute(
                    update(files)
                    .where(files.c.run_id == run_id, files.c.number == each.number)
                    .values(state=state, result_id=result)
                )
            if entries:
                trail.append(connection, entries, at)

    def _result(self, connection: Connection, done: Done, keys: Keys, at: str, entries: list[trail.Entry]) -> int:
        row = done.row
        assert row is not None
        known = self._twin(connection, done, keys)
        if known is not None:
            self._rest_again(connection, known, at)
            return known
        if done.packed is not None and done.stands and self._sealing.keep:
            self._reading(connection, row, done.packed, keys)
        values = {
            "sha256": row.sha256 if done.stands else None, "name": row.name,
            "reader": keys.reader, "tagger": keys.tagger, "decider": keys.decider,
            "decided_on": row.decided_on, "decided_at": at, "verdict": row.verdict,
            "media_type": row.media_type, "dated": int(_is_dated(row)), "told": self._told(row),
        }  # fmt: skip
        number = connection.execute(insert(results).returning(results.c.id), values).scalar_one()
        if row.coverage.unread:
            connection.execute(insert(gaps), [
                {"result_id": number, "number": n, "part": gap.part, "code": gap.code, "stage": gap.stage}
                for n, gap in enumerate(row.coverage.unread)
            ])  # fmt: skip
        if row.findings:
            connection.execute(insert(findings), [
                {"result_id": number, "number": n, "finding_id": found.finding_id, "fingerprint": found.fingerprint,
                 "category": found.category, "rule_id": found.rule_id, "outcome": found.outcome, "score": found.score}
                for n, found in enumerate(row.findings)
            ])  # fmt: skip
        entries.append(_entry(row, keys))
        if row.sha256:
            intray.take_in(connection, number, row, at)
        return int(number)

    def _rest_again(self, connection: Connection, result: int, at: str) -> None:
        """Have the review rest on a result that counts again: rules that were in force between may have let it go."""
        same = (cases.c.sha256 == results.c.sha256) & (cases.c.name == results.c.name)
        told = connection.scalar(
            select(results.c.told)
            .join(cases, same, isouter=True)
            .where(results.c.id == result, cases.c.result_id.is_distinct_from(result))
            .where(cases.c.id.is_not(None) | (results.c.verdict != "shareable"))
        )
        if told is not None:
            row = DocumentRow.model_validate_json(self._sealing.open(told, RESULT))
            intray.take_in(connection, result, row, at)

    def _twin(self, connection: Connection, done: Done, keys: Keys) -> int | None:
        """A result of the same bytes that was written meanwhile: equal files lie side by side in an archive."""
        row = done.row
        assert row is not None
        if not done.stands:
            return None
        found: int | None = connection.scalar(
            select(results.c.id).where(
                results.c.sha256 == row.sha256, results.c.name == row.name, results.c.reader == keys.reader,
                results.c.tagger == keys.tagger, results.c.decider == keys.decider,
                results.c.decided_on == row.decided_on,
            )
        )  # fmt: skip
        return found

    def _reading(self, connection: Connection, row: DocumentRow, packed: bytes, keys: Keys) -> None:
        same = (readings.c.sha256 == row.sha256, readings.c.name == row.name, readings.c.reader == keys.reader)
        if connection.scalar(select(readings.c.size).where(*same)) is None:
            connection.execute(insert(readings), {
                "sha256": row.sha256, "name": row.name, "reader": keys.reader, "size": row.size_bytes,
                "media_type": row.media_type, "whole": int(not row.coverage.unread),
                "packed": self._sealing.seal(packed, row.sha256),
            })  # fmt: skip

    def _told(self, row: DocumentRow) -> bytes:
        shown = row if self._sealing.keep else redact(row, 100)
        return self._sealing.seal(shown.model_dump_json().encode("utf-8"), RESULT)


def _is_dated(row: DocumentRow) -> bool:
    """Whether it rests on an entry of a register, which counts from some day on, or until some day."""
    return any(each.valid_from or each.valid_until for finding in row.findings for each in finding.evidence)


def _entry(row: DocumentRow, keys: Keys) -> trail.Entry:
    rules = sorted({reason.rule_id for reason in row.verdict_reasons if reason.outcome != "shareable"})
    detail = {
        "verdict": row.verdict, "audience": row.audience, "rules": rules,
        "unread": sorted({gap.code for gap in row.coverage.unread}), "decider": keys.decider,
    }  # fmt: skip
    return trail.Entry(actor="sharelight", action="decided", subject=row.sha256 or row.document_id, detail=detail)
