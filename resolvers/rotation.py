"""The log's key is rotated A → A+B → B, by two entries that name the keys, so that whoever trusts A can follow.

begin    makes B beside A; from the entry on, every checkpoint is signed by both
finish   B alone; refused until a published checkpoint that covers the first entry bears both signatures
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from db import trees
from ledger import checkpoints
from ledger.commands import INSTRUCTED, Command
from ledger.errors import EvidenceError
from ledger.notes import ED25519, MLDSA44, Signer
from resolvers.context import Context
from resolvers.keys import KeyStore
from resolvers.policy import require
from resolvers.recording import Prepared, submit

_NAMESPACE: Final = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000002")


class RotationError(Exception):
    """The rotation cannot go on yet; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The Ed25519 keys that sign from now on, the digests of post-quantum ones, and the entry that says so."""

    keys: tuple[str, ...]
    position: int
    mldsa44: tuple[str, ...] = ()


async def begin_rotation(ctx: Context, store: KeyStore) -> Rotated:
    """Make the next keys and name them beside the present ones; repeatable."""
    require(ctx.principal, "manage-keys")
    signers = store.begin_rotation(_origin(ctx))
    return await _declare(ctx, signers)


async def add_mldsa44(ctx: Context, store: KeyStore) -> Rotated:
    """Make a post-quantum key and name it beside the present one; both sign from then on.  Repeatable."""
    require(ctx.principal, "manage-keys")
    if store.next_path.exists():
        raise RotationError("a rotation is under way: finish it with `mingzhang keys rotate --finish` first")
    return await _declare(ctx, store.add_mldsa44(_origin(ctx)))


async def finish_rotation(ctx: Context, store: KeyStore) -> Rotated:
    """Name the next keys alone and forget the present ones; repeatable.  Raises `RotationError`."""
    require(ctx.principal, "manage-keys")
    signers = store.signers(_origin(ctx))
    coming = _coming(signers)
    if len(coming) == len(signers):
        raise RotationError("no rotation is under way: begin one with `mingzhang keys rotate`")
    size, _ = await trees.head(ctx.reader, ctx.journal.id)
    names = set(await trees.keys_in_force(ctx.reader, ctx.journal.id, size))
    if names == _named(signers):
        await _overlap_is_published(ctx, signers)
    elif names != _named(coming):
        raise RotationError("the journal does not name both keys yet: run `mingzhang keys rotate` first")
    done = await _declare(ctx, coming)
    store.finish_rotation()
    return done


def _coming(signers: Sequence[Signer]) -> list[Signer]:
    """The last key of each kind: those that stay once the rotation is over."""
    return list({signer.kind: signer for signer in signers}.values())


def _named(signers: Sequence[Signer]) -> set[str]:
    return {*_names(signers), *_digests(signers)}


async def _overlap_is_published(ctx: Context, signers: Sequence[Signer]) -> None:
    """A checkpoint that covers the entry which names all keys must bear all their signatures."""
    newest = await trees.newest(ctx.reader, ctx.journal.id)
    declared = await trees.keys_declared(ctx.reader, ctx.journal.id)
    both = newest is not None and newest.size > declared
    for signer in signers if newest is not None else ():
        try:
            checkpoints.open_checkpoint(newest.note if newest else "", [signer.verifier])
        except EvidenceError:
            both = False
    if not both:
        raise RotationError(
            "no published checkpoint bears both signatures yet, so nobody could follow: let the server publish one"
        )


async def _declare(ctx: Context, signers: Sequence[Signer]) -> Rotated:
    keys, digests = _names(signers), _digests(signers)
    named = " ".join([*keys, *digests])
    command = Command(
        id=str(uuid.uuid5(_NAMESPACE, f"{_origin(ctx)} {named}")), kind="key_rotated", mode=INSTRUCTED,
        actor=ctx.principal.key, effective=str(ctx.today()),
        data={"keys": keys} | ({"mldsa44": digests} if digests else {}),
    )  # fmt: skip
    outcome = await submit(ctx, Prepared(command, undated=True))
    return Rotated(tuple(keys), outcome.position, tuple(digests))


def _origin(ctx: Context) -> str:
    assert ctx.door is not None, "the composition root gives every context that records a door"
    return ctx.door.journal.origin


def _names(signers: Sequence[Signer]) -> list[str]:
    return [signer.verifier.public.hex() for signer in signers if signer.kind == ED25519]


def _digests(signers: Sequence[Signer]) -> list[str]:
    """A post-quantum key is named by the SHA-256 of its 1,312 bytes: the key itself is had from `/key`."""
    return [sha256(signer.verifier.public).hexdigest() for signer in signers if signer.kind == MLDSA44]
