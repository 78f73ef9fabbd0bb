"""`mingzhang keys`: the log's public key, and the way out of a fork risk."""

from pathlib import Path

import click

from db import trees, vault, vault_keys
from resolvers import rotation
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
