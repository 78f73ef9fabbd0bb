"""`mingzhang token`: make, list and revoke API tokens.  A token is shown once and stored as its digest."""

import uuid
from datetime import timedelta
from pathlib import Path

import click

from db import identities
from resolvers import tokens
from resolvers.context import Role
from resolvers.policy import ACTIONS, READING
from schema.asgi.command import data_option, json_option, say, settings, told, within
from schema.asgi.composition import Platform

_ROLES = [role.value for role in Role if role is not Role.PUBLIC]


@click.command()
@data_option
@click.option("--role", type=click.Choice(_ROLES), required=True)
@click.option("--label", required=True, help="What it is for; no personal data.")
@click.option("--organization", help="Whose officer it is.")
@click.option("--region", help="Which region a supervisor has, as CODE@EDITION.")
@click.option("--scope", "scopes", multiple=True, help="An action that it may do; the option may be repeated.")
@click.option("--read-only", is_flag=True, help="It may do what only reads.")
@click.option("--days", type=click.IntRange(1, 3660), help="For how many days; without end when left out.")
@json_option
@told
def create(
    *,
    data: Path | None,
    origin: str | None,
    role: str,
    label: str,
    organization: str | None,
    region: str | None,
    days: int | None,
    scopes: tuple[str, ...],
    read_only: bool,
    as_json: bool,
) -> None:
    """Make a token and print it, this once."""

    async def work(platform: Platform) -> tokens.Made:
        expires = platform.context.now() + timedelta(days=days) if days else None
        return await tokens.create_token(
            platform.context, role=Role(role), label=label, organization=organization, region=region, expires=expires,
            scopes=_scopes(Role(role), scopes, read_only=read_only),
        )  # fmt: skip

    made = within(settings(data, origin), work)
    say({"id": str(made.id), "token": made.token, "role": role}, as_json=as_json, text=made.token)


def _scopes(role: Role, named: tuple[str, ...], *, read_only: bool) -> list[str] | None:
    """The scopes that options ask for: what is named, and with `--read-only` what only reads."""
    if not named and not read_only:
        return None
    reading = [action for action in sorted(READING) if role in ACTIONS[action]] if read_only else []
    return [*named, *reading]


@click.command(name="list")
@data_option
@json_option
@told
def list_(*, data: Path | None, origin: str | None, as_json: bool) -> None:
    """List all tokens, without what they are."""

    async def work(platform: Platform) -> list[identities.Listed]:
        return await tokens.list_tokens(platform.context)

    found = within(settings(data, origin), work)
    rows = [
        {name: getattr(item, name) for name in item.__dataclass_fields__}  # slots have no __dict__
        for item in found
    ]
    lines = [
        f"{item.id}  {item.role:<13} {item.organization or item.region or '-':<24} "
        f"{'revoked' if item.revoked else 'counts':<8} {_used(item)} {item.label}"
        for item in found
    ]
    say(rows, as_json=as_json, text="\n".join(lines) or "no tokens")


def _used(item: identities.Listed) -> str:
    """When a token was used last, to the minute."""
    return f"{item.last_used:%Y-%m-%d %H:%M}Z" if item.last_used else "never used       "


@click.command()
@data_option
@click.argument("token_id", type=click.UUID)
@told
def revoke(*, data: Path | None, origin: str | None, token_id: uuid.UUID) -> None:
    """Let a token count no more."""

    async def work(platform: Platform) -> None:
        await tokens.revoke_token(platform.context, token_id)

    within(settings(data, origin), work)
    click.echo(f"revoked {token_id}")
