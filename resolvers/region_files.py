"""Files of region codes, as they are published, read into a list that can be loaded.

Understood: tab-separated `Source Revision Code Name` (cn/GB2260), tab- or comma-separated `Code Name`, and
the list's own JSON.  A county's parent is its prefecture where the list has one, else its province, since
counties may be administered directly by a province (省直辖).  A line continues the line of the same code
and name of the edition before.
"""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import orjson

from db import lookups
from resolvers.context import Context
from resolvers.refusals import malformed

_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_EDITION = re.compile(r"[0-9]{6}", re.ASCII)
MOST_CHARACTERS = 20_000_000


def read_regions(text: str, edition: str | None = None, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read a file into a list (`references.load_reference`); raises `MALFORMED` naming the line.

    `edition` (YYYYMM) is needed where the file does not say it; `before` is the list of the edition before,
    to whose lines the new ones are linked.
    """
    if len(text) > MOST_CHARACTERS:
        raise malformed("file", f"is longer than {MOST_CHARACTERS} characters")
    if text.lstrip("\ufeff \r\n").startswith("{"):
        return _json(text)
    named, rows = _rows(text, edition)
    codes = dict(rows)
    earlier = {item["code"]: item["name"] for item in before["items"]} if before else {}
    items = []
    for code, name in rows:
        item: dict[str, Any] = {"code": code, "name": name, "level": _level(code)}
        if (parent := _parent(code, codes)) is not None:
            item["parent"] = parent
        if before and earlier.get(code) == name:
            item["predecessors"] = [[str(before["edition"]), code]]
        items.append(item)
    return {"edition": named, "items": items}


async def edition_before(ctx: Context, edition: str) -> dict[str, Any] | None:
    """The newest loaded list of an edition before this one, or None."""
    known = [name for name in await lookups.editions(ctx.reader, ctx.journal.id, "regions") if name < edition]
    if not known:
        return None
    content = await lookups.reference_content(ctx.reader, ctx.journal.id, "regions", known[-1])
    found: dict[str, Any] = orjson.loads(content or b"{}")
    return found


def edition_of(text: str, edition: str | None = None) -> str:
    """The edition that a file says, or the one given; raises `MALFORMED` where neither does."""
    if text.lstrip("\ufeff \r\n").startswith("{"):
        return str(_json(text).get("edition", ""))
    return _rows(text, edition)[0]


def _json(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text.lstrip("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise malformed("file", f"is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise malformed("file", "must be an object of edition and items")
    return found


def _rows(text: str, edition: str | None) -> tuple[str, list[tuple[str, str]]]:
    """The edition, and the (code, name) pairs."""
    lines = text.lstrip("\ufeff").splitlines()
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    found: list[tuple[str, str]] = []
    editions: set[str] = set()
    for number, row in enumerate(reader, 1):
        cells = [cell.strip() for cell in row]
        at = next((n for n, cell in enumerate(cells) if _CODE.fullmatch(cell) and n + 1 < len(cells)), None)
        at = 2 if len(cells) >= 4 and _CODE.fullmatch(cells[2]) else at  # noqa: PLR2004 - Source Revision Code Name
        if at is None:
            if number == 1 or not any(cells):
                continue
            raise malformed(f"file.{number}", "has no six-digit code before a name")
        if at == 2:  # noqa: PLR2004 - the revision stands before the code
            editions.add(cells[1])
        found.append((cells[at], cells[at + 1]))
    named = edition or (editions.pop() if len(editions) == 1 else None)
    if named is None or not _EDITION.fullmatch(named):
        raise malformed("edition", "must be given as YYYYMM: the file says none, or several")
    if not found:
        raise malformed("file", "holds no region")
    return named, found


def _level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def _parent(code: str, codes: Mapping[str, str]) -> str | None:
    """The nearest code above that the list has."""
    for above in (f"{code[:4]}00", f"{code[:2]}0000"):
        if above != code and above in codes:
            return above
    return None
