"""What a server says once it answers: its address, and tokens that nobody could know otherwise."""

import contextlib
from collections.abc import Mapping

import click
import orjson

from db import identities
from resolvers import demo
from resolvers.context import Role
from resolvers.keys import write_private
from resolvers.tokens import create_token
from schema.asgi.composition import Platform
from schema.asgi.identity import digest_of
from schema.asgi.serving import Ready

_ROLES = (Role.ADMINISTRATOR, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.INSPECTOR)


def announce_server(*, as_json: bool) -> Ready:
    """Print the address, and the first administrator's token when there is none."""

    async def ready(platform: Platform, address: str) -> None:
        tokens: dict[str, str] = {}
        if not await identities.has_administrator(platform.reader):
            made = await create_token(platform.context, role=Role.ADMINISTRATOR, label="first administrator")
            tokens["administrator"] = made.token
        _tell(address, tokens, platform.journal.name, as_json=as_json, once=True)

    return ready


def announce_demo(*, as_json: bool) -> Ready:
    """Write the world, and print the address and one token per role: the same ones at every start."""

    async def ready(platform: Platform, address: str) -> None:
        platform.starting = "the demo's world is being written"
        world = await demo.seed(platform.context)
        tokens = await _demo_tokens(platform, world)
        platform.starting = None
        _tell(address, tokens, platform.journal.name, as_json=as_json, once=False)

    return ready


async def _demo_tokens(platform: Platform, world: demo.Seeded) -> dict[str, str]:
    """The demo's tokens, kept in a file of its own beside the data: they open nothing but a sandbox."""
    path = platform.settings.data / "keys" / "demo-tokens.json"
    known: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        known = orjson.loads(path.read_bytes())
    now = platform.context.now()
    tokens: dict[str, str] = {}
    for role in _ROLES:
        token = known.get(role.value)
        found = await identities.find(platform.reader, digest_of(token)) if token else None
        if token is None or found is None or not found.counts(now):
            made = await create_token(
                platform.context,
                role=role,
                label=f"demo {role.value}",
                organization=world.organization if role is Role.OFFICER else None,
                region=world.region if role is Role.SUPERVISOR else None,
            )
            token = made.token
        tokens[role.value] = token
    if tokens != known:
        write_private(path, orjson.dumps(tokens, option=orjson.OPT_INDENT_2).decode() + "\n")
    return tokens


def _tell(address: str, tokens: Mapping[str, str], journal: str, *, as_json: bool, once: bool) -> None:
    """Print what is needed to begin."""
    if as_json:
        click.echo(orjson.dumps({"address": address, "journal": journal, "tokens": tokens}).decode())
        return
    click.echo(f"Mingzhang 明账 serves journal {journal} at {address}")
    click.echo(f"  GraphiQL {address}graphiql   contract {address}schema.graphql")
    if tokens:
        click.echo("  tokens (shown this once):" if once else "  tokens:")
    for role, token in tokens.items():
        click.echo(f"    {role:<13} {token}")
    click.echo("  Ctrl-C stops.")
