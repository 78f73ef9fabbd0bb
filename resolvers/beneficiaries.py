"""Beneficiaries: recording a version under a pseudonym; who it is lies in the vault alone.

The leaf holds only the digest of the record, which a random salt hides: neither the pseudonym nor the
version stands in it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import orjson

from db import lookups, records
from db.journal import Companion, Outcome
from ledger import fields
from ledger.rejections import Rejection
from resolvers import binding
from resolvers.binding import Period
from resolvers.context import Context
from resolvers.persons import Person, different, number, seal, unchanged
from resolvers.policy import require
from resolvers.recording import Prepared, regions_exist, submit
from resolvers.refusals import malformed

KINDS = ("person", "household", "place")
_SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary:
    """A version of a beneficiary's record; `version` is the one that was read, 0 for a new one.

    `region` is the county (CODE@EDITION), `categories` hold by date, `person` goes to the vault.
    """

    action: ClassVar[str] = "record-beneficiary"

    id: str
    organization: str
    beneficiary: str | None = None
    version: int = 0
    kind: str = "person"
    region: str | None = None
    categories: Sequence[Period] = ()
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, the rows of the record, and those of the vault; raises `REGION_NOT_FOUND` and others."""
        self._check()
        await regions_exist(ctx, [self.region])
        content: dict[str, Any] = {
            "noun": "beneficiary", "id": self.beneficiary or self.id, "version": self.version + 1,
            "organization": self.organization, "kind": self.kind, "region": self.region,
            "categories": binding.periods(self.categories, "category", "categories"),
            "salt": secrets.token_hex(_SALT_BYTES),
        }  # fmt: skip
        stored = await self._stored(ctx, content)
        if stored is not None:
            content |= {name: stored[name] for name in ("salt", "person") if name in stored}
            return _hidden(binding.bound(ctx, self.id, content, self.organization), ())
        await self._is_next(ctx, content)
        companions: tuple[Companion, ...] = ()
        if self.person is not None:
            found = await seal(ctx, self.person.checked())
            content["person"] = found.commitment.hex()
            companions = found.companions
        return _hidden(binding.bound(ctx, self.id, content, self.organization), companions)

    def _check(self) -> None:
        binding.check(fields.uuid, self.id, "id")
        binding.check(fields.ident, self.beneficiary or self.id, "beneficiary")
        binding.check(fields.number(0, 999_999), self.version, "version")
        if self.kind not in KINDS:
            raise malformed("kind", f"must be one of {', '.join(KINDS)}")

    async def _is_next(self, ctx: Context, content: dict[str, Any]) -> None:
        """Raise `VERSION_CONFLICT` unless this is the version after the newest one.

        The leaf does not say whose version it is, so the ledger cannot judge; two at once meet at the
        table's key.
        """
        newest = await records.newest(ctx.reader, number(ctx), "beneficiary", content["id"])
        current = newest[0] if newest else 0
        if current != self.version:
            raise Rejection(
                "VERSION_CONFLICT", noun="beneficiary", record=content["id"], current=current, asked=self.version
            )

    async def _stored(self, ctx: Context, content: dict[str, Any]) -> dict[str, Any] | None:
        """The record that this command stored before; None if it did not.

        Raises `EXISTS_WITH_DIFFERENT_DATA` if it was another one.
        """
        found = await lookups.stored_entry(ctx.reader, number(ctx), self.id)
        if found is None or found[1]["type"] != "record_bound":
            return None
        position = found[0]
        body = await lookups.record_at(ctx.reader, number(ctx), position)
        stored: dict[str, Any] = orjson.loads(body) if body else {}
        asked = {name: value for name, value in content.items() if value is not None and name != "salt"}
        same = {name: value for name, value in stored.items() if name not in ("salt", "person")} == asked
        if same and ("person" in stored or self.person is not None):
            same = "person" in stored and self.person is not None
        if same and self.person is not None:
            same = await unchanged(ctx, bytes.fromhex(stored["person"]), self.person.checked())
        if not same:
            raise different(position, "data.digest")
        return stored


def _hidden(prepared: Prepared, companions: tuple[Companion, ...]) -> Prepared:
    """The command without the pseudonym, with the rows of the vault."""
    command = prepared.command
    data = {name: command.data[name] for name in ("noun", "digest")}
    return replace(prepared, command=replace(command, data=data), companions=(*prepared.companions, *companions))


async def record_beneficiary(ctx: Context, beneficiary: Beneficiary) -> Outcome:
    """Record a beneficiary under a pseudonym, or the next version; raises `VERSION_CONFLICT` and others."""
    require(ctx.principal, beneficiary.action, organization=beneficiary.organization)
    return await submit(ctx, await beneficiary.compose(ctx))
