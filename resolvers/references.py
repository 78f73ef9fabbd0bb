"""Reference lists: loading an edition of regions, poverty counties or focus areas.

The journal holds a list's digest, so that nobody can later say that another list was in force; what
`decide` reads of it (the regions) it reads from the stored list.  An edition never changes: what is new
comes as a new edition.

    regions            {"edition": "201904", "items": [{"code", "name", "level", "parent"?, "predecessors"?}]}
    poverty-counties   {"edition": "2014…",  "items": [{"code", "from", "until"?}]}
    focus-areas        {"edition": "201711", "items": [{"code", "parent"?, "name", "nameEn", "from", "until"?}]}
"""

import uuid
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import orjson

from db import references
from db.journal import Outcome
from ledger import fields as f
from ledger import references as listed
from ledger.canonical import canonical
from ledger.commands import OBSERVED, Command
from ledger.errors import ProfileError
from ledger.fields import Fields
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, submit
from resolvers.refusals import Refusal, malformed

NAMESPACE = uuid.UUID("6d696e67-7a68-5265-8000-726566730000")
"""The ids of loadings: the same list loaded again answers its stored entry."""
MOST_ITEMS = 100_000

Items = list[dict[str, Any]]


def _short(value: object) -> str | None:
    fits = isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()  # noqa: PLR2004 - of a name
    return None if fits else "must be a name of at most 100 printable characters"


def _links(value: object) -> str | None:
    fits = isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and f.edition(pair[0]) is None and f.code(pair[1]) is None  # noqa: PLR2004 - edition, code
        for pair in value
    )
    return None if fits else "must be a list of [edition, code]"


_REGION = Fields(code=f.code, name=_short, level=f.one_of("province", "city", "county", "township")).optional(
    parent=f.code, predecessors=_links
)
_COUNTY = Fields(code=f.code, from_=f.day).optional(until=f.day)
_AREA = Fields(code=f.code, name=_short, nameEn=_short, from_=f.day).optional(until=f.day, parent=f.code)


async def load_reference(ctx: Context, name: str, document: Mapping[str, Any]) -> Outcome:
    """Load an edition of a list; the same one again is answered by its entry.

    Raises `MALFORMED` for a list of another form, `ALREADY_EXISTS` for an edition with other content.
    """
    require(ctx.principal, "load-reference")
    return await submit(ctx, await compose(ctx, name, document))


async def load_focus_areas(ctx: Context) -> Outcome:
    """Load the focus areas that ship with the house (通知第二部分, edition 201711), once."""
    return await load_reference(ctx, "focus-areas", orjson.loads(references.FOCUS_AREAS.read_bytes()))


async def compose(ctx: Context, name: str, document: Mapping[str, Any]) -> Prepared:
    """The command and the rows of a list; raises `Refusal`."""
    if name not in _LISTS:
        raise malformed("name", f"must be one of {', '.join(_LISTS)}")
    edition, items = _checked(document, _LISTS[name])
    first = _since(edition)
    try:
        content = canonical({"edition": edition, "items": items})
    except ProfileError as error:
        raise malformed("content", str(error)) from None
    digest = sha256(content)
    if await references.digests(ctx.reader, name, edition) - {digest.digest()}:
        raise Refusal("ALREADY_EXISTS", ("input", "content"), what=name, id=edition)
    said = f"{ctx.journal.name} {name} {edition} {digest.hexdigest()}"
    command = Command(
        id=str(uuid.uuid5(NAMESPACE, said)), kind="reference_loaded", mode=OBSERVED, actor=ctx.principal.key,
        effective=str(min(first, ctx.today())),
        data={"name": name, "edition": edition, "digest": digest.hexdigest()},
    )  # fmt: skip
    try:
        lines = listed.rows(name, document)
    except ValueError as error:
        raise malformed("content.items", str(error)) from None
    return Prepared(command, (references.stored(name, edition, content, digest.digest()), *references.looked_up(lines)))


def _since(edition: str) -> date:
    try:
        return listed.since(edition)
    except ValueError:
        raise malformed("content.edition", "must be a month or day such as 201904 or 20140101") from None


def _checked(document: Mapping[str, Any], rule: Fields) -> tuple[str, Items]:
    """Edition and items of a list in the one form; raises `MALFORMED` naming the first line that is wrong."""
    if set(document) != {"edition", "items"}:
        raise malformed("content", "must be an object of edition and items")
    edition, items = document["edition"], document["items"]
    if why := f.edition(edition):
        raise malformed("content.edition", why)
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise malformed("content.items", f"must be a list of 1 to {MOST_ITEMS} lines")
    for n, item in enumerate(items):
        if found := rule.problem(item):
            raise malformed(f"content.items.{n}.{found[0]}".rstrip("."), found[1])
    _check_unique(items)
    return edition, items


def _check_unique(items: Items) -> None:
    seen: set[tuple[str, str | None]] = set()
    codes = {item["code"] for item in items}
    for n, item in enumerate(items):
        # A poverty county may be marked, and marked again later.
        line = (item["code"], item.get("from") if "name" not in item else None)
        if line in seen:
            raise malformed(f"content.items.{n}.code", "stands twice")
        seen.add(line)
        if item.get("parent", item["code"]) not in codes:
            raise malformed(f"content.items.{n}.parent", "is no line of this list")


_LISTS: dict[str, Fields] = {"regions": _REGION, "poverty-counties": _COUNTY, "focus-areas": _AREA}
"""What a line of each list holds."""
