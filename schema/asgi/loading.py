"""`mingzhang load`: reference lists into the journal, which keeps their digest.

A list once loaded never changes: what is new comes as a new edition.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from resolvers import references
from resolvers.region_files import edition_before, edition_of, read_regions
from schema.asgi.command import data_option, json_option, say, settings, told, within
from schema.asgi.composition import Platform

_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_edition = click.option("--edition", metavar="YYYYMM", help="Which edition it is, where the file does not say so.")


@click.command()
@_file
@_edition
@data_option
@json_option
@told
def regions(*, file: Path, edition: str | None, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Load an edition of the region codes (GB/T 2260), linked to the edition before."""
    text = _text(file)

    async def work(platform: Platform) -> dict[str, Any]:
        before = await edition_before(platform.context, edition_of(text, edition))
        return await _load(platform, "regions", read_regions(text, edition, before))

    _say(within(settings(data, origin), work), as_json=as_json)


@click.command(name="poverty-counties")
@_file
@_edition
@data_option
@json_option
@told
def poverty_counties(*, file: Path, edition: str | None, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Load a list of poverty counties: JSON, or CSV with the columns code, from, until."""
    document = _counties(_text(file), edition)

    async def work(platform: Platform) -> dict[str, Any]:
        return await _load(platform, "poverty-counties", document)

    _say(within(settings(data, origin), work), as_json=as_json)


@click.command(name="focus-areas")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@data_option
@json_option
@told
def focus_areas(*, file: Path | None, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Load focus areas from JSON; without a FILE those of the notice (edition 201711)."""

    async def work(platform: Platform) -> dict[str, Any]:
        if file is None:
            outcome = await references.load_focus_areas(platform.context)
            return {"list": "focus-areas", "edition": "201711", "position": outcome.position}
        return await _load(platform, "focus-areas", _json(_text(file)))

    _say(within(settings(data, origin), work), as_json=as_json)


async def _load(platform: Platform, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    outcome = await references.load_reference(platform.context, name, document)
    lines = len(document.get("items", ()))
    return {"list": name, "edition": document.get("edition"), "lines": lines, "position": outcome.position}


def _say(found: Mapping[str, Any], *, as_json: bool) -> None:
    text = f"{found['list']} {found['edition']}: entry {found['position']}"
    say(found, as_json=as_json, text=text)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise click.UsageError(f"{path} is not text in UTF-8: convert it first") from fault


def _json(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise click.UsageError(f"the file is no JSON: {fault}") from fault
    if not isinstance(found, dict):
        raise click.UsageError("the file must be an object of edition and items")
    return found


def _counties(text: str, edition: str | None) -> dict[str, Any]:
    """A list of poverty counties, from JSON or CSV."""
    if text.lstrip().startswith("{"):
        return _json(text)
    if edition is None:
        raise click.UsageError("a CSV file does not say its edition: give --edition YYYYMM")
    rows = csv.DictReader(text.splitlines())
    if not {"code", "from"} <= set(rows.fieldnames or ()):
        raise click.UsageError("the first line must name the columns code, from and perhaps until")
    items = [{name: row[name] for name in ("code", "from", "until") if row.get(name)} for row in rows]
    return {"edition": edition, "items": items}
