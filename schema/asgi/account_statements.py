"""An account's statement as CSV, below `/journals/{name}/accounts/{id}/statement.csv`.

Every posting in the account's own sequence, whose numbers have no gap, with the balance after each.  The other side is
named by its class alone.  UTF-8 with a byte order mark, since spreadsheets ask for one; no text cell begins with what
a spreadsheet would run as a formula.
"""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from db import account_statements
from db.account_statements import Line, Owner
from ledger.assets import Asset, decimal_text
from resolvers.policy import require
from schema.asgi.answers import context_of, fault, guarded, platform_of

COLUMNS: Final = {
    "en": ("No.", "Entry", "Recorded (UTC)", "Effective", "Kind", "Corrects entry", "Counterpart", "In", "Out",
           "Balance", "Asset"),
    "zh": ("序号", "账项", "入账时间(UTC)", "生效日期", "类型", "更正账项", "对方类别", "收入",
           "支出", "余额", "币种或物资"),
}  # fmt: skip
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


@guarded
async def statement(request: Request) -> Response:
    """The whole statement; auditors, inspectors, administrators, and officers of the account's organization."""
    context = await context_of(request)
    platform = platform_of(request)
    account = request.path_params["account"]
    owner = None
    if "\0" not in account:
        owner = await account_statements.owner(platform.reader, platform.journal.id, account)
    # Refused before it is said whether the account is there.
    require(context.principal, "export-statement", organization=owner.organization if owner else None)
    if owner is None:
        return fault(404, "NOT_FOUND", language=request.state.language)
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in account)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    pages = account_statements.lines(platform.reader, platform.journal.id, account)
    return StreamingResponse(
        _written(owner, pages, request.state.language), headers=headers, media_type="text/csv; charset=utf-8"
    )


async def _written(owner: Owner, pages: AsyncIterator[list[Line]], language: str) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + written([COLUMNS[language]])
    async for page in pages:
        yield written([row_of(owner, line) for line in page])


def row_of(owner: Owner, line: Line) -> tuple[str, ...]:
    """The cells of one posting."""
    scale = Asset.parse(owner.asset).scale
    amount = decimal_text(line.amount, scale)
    incoming = line.direction == "in"
    texts = (
        line.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        line.effective.isoformat(),
        line.kind,
        "" if line.corrects is None else str(line.corrects),
        counterpart(line.other),
    )
    numbers = (
        amount if incoming else "",
        "" if incoming else amount,
        decimal_text(line.total_in - line.total_out, scale),
    )
    return (str(line.seq), str(line.position), *map(neutral, texts), *numbers, neutral(owner.asset))


def counterpart(account: str) -> str:
    """The class of the other side: an outside class such as `donors:natural:bank`, else `held` or `overdrawn`."""
    first, _, rest = account.partition("/")
    if first == "outside":
        return rest.split("/")[1] if "/" in rest else rest
    return "overdrawn" if rest and first == "overdrawn" else "held"


def neutral(cell: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def written(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV with CRLF (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
