"""Every code that an answer can carry, in one table: its status, its sentence in English and Chinese, and what to do.

The sentences are the catalogues' own: of the ledger (`ledger/rejections.py`), of use cases (`resolvers/refusals.py`),
and those of the API below.  `python -m schema.error_table` writes `errors.md`; `/errors` shows it, `/errors.json` gives
it to programs.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from ledger.rejections import BREACHES
from ledger.rejections import CODES as LEDGER
from resolvers.refusals import CODES as REFUSALS

GOLDEN: Final = Path(__file__).with_name("errors.md")
"""The table as it was reviewed."""

Both = tuple[str, str]
"""A text in English and in Chinese."""


class Row(NamedTuple):
    """One code: where it is told (`api` or `mutation`), with which status of HTTP, its sentence, and what to do."""

    code: str
    where: str
    status: str
    english: str
    chinese: str
    advice: str
    advice_chinese: str


API: Final[Mapping[str, tuple[str, Both, Both]]] = {
    "BAD_USER_INPUT": (
        "200, 400, 405, 406, 408, 413, 415",
        ("The request, or a value in it, is not what the contract asks for.", "请求或其中的值不符合契约。"),
        ("Read the message and `argument`, and send it again.", "按消息与 `argument` 修改后重发。"),
    ),
    "GRAPHQL_PARSE_FAILED": (
        "200, 400",
        ("The document is no GraphQL, or is too long.", "查询文本不是 GraphQL，或过长。"),
        ("Mend it at `locations`, or ask in parts: 15,000 characters, 1,500 tokens.",
         "按 `locations` 修改，或分几次查询：至多 15,000 字符、1,500 个词元。"),
    ),
    "GRAPHQL_VALIDATION_FAILED": (
        "200, 400",
        ("The document asks for what the contract does not have, or is over a limit.",
         "查询了契约中没有的内容，或超出限制。"),
        ("Compare it with `/schema.graphql`; depth 10, aliases 30, directives 10.",
         "对照 `/schema.graphql`；深度 10、别名 30、指令 10。"),
    ),
    "COST_EXCEEDED": (
        "200, 400",
        ("The request asks for too many objects at once.", "一次请求的对象过多。"),
        ("Ask for smaller pages, and go on by `after`.", "缩小每页数量，用 `after` 继续。"),
    ),
    "RATE_LIMITED": (
        "429",
        ("You ask more than this server answers you in this time.", "您的请求超出了单位时间内的限额。"),
        ("Come again after the seconds in `Retry-After`.", "请在 `Retry-After` 所示秒数之后重试。"),
    ),
    "PERSISTED_QUERY_NOT_FOUND": (
        "404",
        ("The server trusts no document of this id.", "服务器没有此编号的受信文档。"),
        ("Reload the page, or send the document as `query`.", "请刷新页面，或以 `query` 发送文档。"),
    ),
    "PERSISTED_QUERY_REQUIRED": (
        "403",
        ("This server answers trusted documents only.", "本服务器只回答受信文档。"),
        ("Send the `documentId` of one, or ask as an auditor.", "请发送其 `documentId`，或以审计身份查询。"),
    ),
    "UNAUTHENTICATED": (
        "200, 401",
        ("This needs a token, and yours is missing, unknown, expired or revoked.",
         "此处需要令牌：您的令牌缺失、未知、已过期或已撤销。"),
        ("Send `Authorization: Bearer mz_…`; an administrator makes tokens.",
         "请发送 `Authorization: Bearer mz_…`；令牌由管理员创建。"),
    ),
    "FORBIDDEN": (
        "200, 403",
        ("Your role does not allow this.", "您的角色无权进行此操作。"),
        ("Ask somebody whose role does: README has the table.", "请由有权者办理：README 中有权限表。"),
    ),
    "NOT_FOUND": (
        "404",
        ("There is nothing here.", "此处没有内容。"),
        ("Look at the address; a journal that is younger has fewer tiles.", "请检查地址；较新的账簿数据块较少。"),
    ),
    "METHOD_NOT_ALLOWED": (
        "405",
        ("This method is not allowed here.", "此处不允许使用该方法。"),
        ("Send mutations by POST; read by GET.", "变更用 POST，读取用 GET。"),
    ),
    "TRACE_TOO_LONG": (
        "200",
        ("The trace is longer than one answer holds.", "该追踪超出一次回答的容量。"),
        ("Trace a later part of it, or ask as of an earlier position.", "请追踪较后的一段，或指定较早的位置。"),
    ),
    "DEADLINE_EXCEEDED": (
        "504",
        ("This took too long and was given up.", "处理超时，已放弃。"),
        ("Ask for less; send a mutation again with the same id.", "请缩小查询范围；变更请以相同编号重发。"),
    ),
    "UNAVAILABLE": (
        "200, 503",
        REFUSALS["UNAVAILABLE"],
        ("Send the same again after the seconds in `Retry-After`.", "请在 `Retry-After` 所示秒数之后重发同一请求。"),
    ),
    "INTERNAL_SERVER_ERROR": (
        "200, 500",
        ("Something went wrong on our side.", "服务器内部出错。"),
        ("Tell the operator the `errorId`: the log has the fault under it.", "请把 `errorId` 告知运营者，日志中可查。"),
    ),
}  # fmt: skip
"""What the API itself says: statuses, sentence, what to do."""

_AGAIN: Final[Both] = (
    "Nothing was recorded, and the id is free: change what the sentence names, and send it again.",
    "未记账，编号仍可用：按所述修改后重发。",
)
_BREACH: Final[Both] = (
    "Do not do it, or do it rightly. If the money has moved already, record it as OBSERVED: it stands as a breach.",
    "请勿执行，或改正后执行。若款项已发生，请以 OBSERVED 记录，将作为违规留痕。",
)
_WAIT: Final[Both] = (
    "Send the same command again, with the same id, after `retryAfter` seconds.",
    "请在 `retryAfter` 秒后以相同编号重发同一命令。",
)
_WAITING: Final = frozenset({"BUSY", "DISK_FULL"})


def rows() -> list[Row]:
    """The whole table: the API's codes, then those of mutations by name."""
    found = [Row(code, "api", status, *told, *advice) for code, (status, told, advice) in API.items()]
    for code, told in sorted({**LEDGER, **REFUSALS}.items()):
        if code not in API:
            advice = _WAIT if code in _WAITING else _BREACH if code in BREACHES else _AGAIN
            found.append(Row(code, "mutation", "200, 503" if code in _WAITING else "200", *told, *advice))
    return found


def markdown() -> str:
    """The table as the file says it."""
    head = (
        "# Error codes 错误代码\n\n"
        "Made by `python -m schema.error_table`.  `{names}` are facts that the error carries.\n\n"
        "| code | told by | status | English | 中文 | what to do | 怎么办 |\n|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(f"| `{row.code}` | " + " | ".join(_cell(each) for each in row[1:]) + " |\n" for row in rows())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def page() -> str:
    """The table as a page for browsers."""
    names = ("code", "", "status", "English", "中文", "what to do", "怎么办")
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f'<tr id="{row.code}"><th>{row.code}</th>' + "".join(f"<td>{escape(each)}</td>" for each in row[1:]) + "</tr>\n"
        for row in rows()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Error codes 错误代码</title>\n'
        f"<h1>Error codes 错误代码</h1>\n<table>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}</tbody>\n</table>\n</html>\n"
    )


if __name__ == "__main__":
    GOLDEN.write_text(markdown(), encoding="utf-8")
