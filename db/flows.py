"""Recorded slices that a trace goes through, in one statement each way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from db import statements
from ledger.flows import Slice

_SQL = statements.load("flows")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Side:
    """One account of a fund posting: its id, what its restriction allows, and its project's names."""

    account: str
    purposes: tuple[str, ...]
    project: str | None
    project_en: str | None


@dataclass(frozen=True, slots=True)
class Leg:
    """A fund posting on a trace's way, with what its entry says."""

    position: int
    kind: str
    effective: date
    organization: str | None
    posting: int
    asset: str
    source: Side
    target: Side
    purpose: str | None
    region: str | None
    project: str | None
    project_name: str | None
    project_name_en: str | None
    category: str | None
    cost: str | None


async def forward(
    reader: Session, journal: int, position: int, posting: int | None, as_of: int, most: int
) -> list[Slice]:
    """The slices reachable from what an entry landed; at most `most` rows, some of them perhaps twice."""
    return await _slices(reader, _SQL.forward, journal, position, posting, as_of, most)


async def backward(
    reader: Session, journal: int, position: int, posting: int | None, as_of: int, most: int
) -> list[Slice]:
    """The slices that lead to what an entry took; at most `most` rows, some of them perhaps twice."""
    return await _slices(reader, _SQL.backward, journal, position, posting, as_of, most)


async def _slices(reader: Session, statement: str, *arguments: int | None) -> list[Slice]:
    return [Slice(*row) for row in await reader.fetch(statement, *arguments)]


async def legs(reader: Session, journal: int, positions: Iterable[int]) -> list[Leg]:
    """The fund postings of these entries, in order."""
    return [_leg(row) for row in await reader.fetch(_SQL.postings, journal, sorted(set(positions)))]


def _leg(row: Mapping[str, Any]) -> Leg:
    return Leg(
        row["position"], row["kind"], row["effective"], row["organization"], row["n"], row["asset"],
        Side(row["from_account"], tuple(row["from_purposes"] or ()), row["from_project"], row["from_project_en"]),
        Side(row["to_account"], tuple(row["to_purposes"] or ()), row["to_project"], row["to_project_en"]),
        row["purpose"], row["region"], row["project"], row["project_name"], row["project_name_en"],
        row["category"], row["cost"],
    )  # fmt: skip
