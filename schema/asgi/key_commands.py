"""`mingzhang keys`: the log's public key, its rotation, and the ways out of a fork risk."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from db import trees, vault, vault_keys
from ledger.notes import Verifier
from resolvers import rotation, succession
from resolvers.checkpoints import adopt as adopt_head
from resolvers.keys import KeyStore, Last
from schema.asgi.command import data_option, json_option, say, settings, told, within
from schema.asgi.composition import Platform


@click.command()
@data_option
@click.option("--demo", is_flag=True, help="The demo's key.")
@json_option
@told
def show(*, data: Path | None, origin: str | None, demo: bool, as_json: bool) -> None:
    """Print the verifier key that auditors pin; made if there is none yet."""
    chosen = settings(data, origin, demo=demo)
    vkey = str(KeyStore(chosen.data, chosen.journal).signer(chosen.origin).verifier)
    say({"key": vkey, "origin": chosen.origin}, as_json=as_json, text=vkey)


@click.command()
@data_option
@click.option("--head", is_flag=True, required=True, help="Accept the database's head as what was signed last.")
@click.confirmation_option(
    prompt="Entries that were signed and are not in this database will be contradicted. Have you compared with "
    "your witnesses and auditors?"
)
@told
def adopt(*, data: Path | None, origin: str | None, head: bool) -> None:
    """Accept the database's head after a loss that cannot be mended."""
    assert head, "the option is required"

    async def work(platform: Platform) -> Last:
        publisher = platform.publisher
        return await adopt_head(platform.reader, platform.journal.id, publisher.store, publisher.signer.name)

    last = within(settings(data, origin), work)
    click.echo(f"from now on {last.size} entries with the root {last.root.hex()} count as signed")


@click.command()
@data_option
@click.option("--finish", is_flag=True, help="Let the next key sign alone, and forget the present one.")
@json_option
@told
def rotate(*, data: Path | None, origin: str | None, finish: bool, as_json: bool) -> None:
    """Sign with a new key beside the present one; later, with --finish, with the new one alone."""

    async def work(platform: Platform) -> rotation.Rotated:
        act = rotation.finish_rotation if finish else rotation.begin_rotation
        return await act(platform.context, platform.publisher.store)

    done = within(settings(data, origin), work)
    names = " and ".join(done.keys)
    text = f"entry {done.position}: checkpoints are signed by {names}"
    say({"keys": done.keys, "position": done.position}, as_json=as_json, text=text)


@click.command()
@data_option
@json_option
@told
def mldsa44(*, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Sign with a post-quantum key (ML-DSA-44) beside the present one, from now on; `rotate` then rotates both."""

    async def work(platform: Platform) -> rotation.Rotated:
        return await rotation.add_mldsa44(platform.context, platform.publisher.store)

    done = within(settings(data, origin), work)
    text = f"entry {done.position}: checkpoints are also signed by the ML-DSA-44 key with the digest {done.mldsa44[-1]}"
    say({"mldsa44": done.mldsa44, "position": done.position}, as_json=as_json, text=text)


@click.command()
@data_option
@click.option("--of", "old", type=click.Path(path_type=Path, file_okay=False), help="The old data directory.")
@click.option("--final", type=click.Path(path_type=Path, dir_okay=False), help="The old log's newest signed head.")
@click.option("--key", "keys", multiple=True, help="The old log's verifier key (vkey), when its directory is lost.")
@click.confirmation_option(
    prompt="The old origin will never sign again, and its entries stay its own. Have you asked every witness and "
    "auditor for the newest head that they kept?"
)
@json_option
@told
def succeed(
    *, data: Path | None, origin: str | None, old: Path | None, final: Path | None, keys: tuple[str, ...], as_json: bool
) -> None:  # fmt: skip
    """Begin a journal under a new --origin in a new --data, after the final head of one that may sign nothing more."""
    if origin is None or data is None:
        raise click.UsageError("name the new --origin and an empty directory with --data")
    if old is None and (final is None or not keys):
        raise click.UsageError("name the old data directory with --of, or a head with --final and its --key")
    store = None if old is None else KeyStore(old, "main")
    note = None if final is None else final.read_bytes()
    after = succession.final_head(store, note, [Verifier.parse(key) for key in keys])
    if after.origin == origin:
        raise click.UsageError(f"{origin} is the old origin: a new journal has a new one")
    chosen = replace(settings(data, origin), after=after)

    async def work(platform: Platform) -> dict[str, Any]:
        return {"origin": platform.journal.origin, "key": str(platform.publisher.signer.verifier)}

    done = within(chosen, work) | {"after": succession.named(after)}
    text = f"{done['origin']} begins after {after.size} entries of {after.origin}; its key:\n{done['key']}"
    say(done, as_json=as_json, text=text)


@click.command()
@data_option
@json_option
@told
def rewrap(*, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Make a new key-encryption key and wrap every person's key by it; stop the servers before.

    Repeatable after an interruption. Back up the new `keys/kek`; a backup of the old one opens old backups only.
    """
    chosen = settings(data, origin)

    async def work(platform: Platform) -> int:
        elected = await platform.database.connect("door")
        conn = await platform.database.connect("eraser")
        try:
            # Whoever serves publishes, or waits to: a server that runs would go on wrapping by the present key.
            if not await trees.elect(elected, platform.journal.id):
                raise rotation.RotationError("a server or another command is running: stop it, then run this again")
            done = await vault.Vault(vault_keys.begin_rotation(chosen.data)).rewrap(conn)
            vault_keys.finish_rotation(chosen.data)
        finally:
            await conn.close()
            await elected.close()
        return done

    done = within(chosen, work, publish=False)
    say({"persons": done}, as_json=as_json, text=f"{done} persons' keys are wrapped by a new key")
