"""Refusals: the named noes of use cases, beside the rejections of the ledger, with facts and in two languages.

A use case refuses before it asks the journal: what it names is not there, or a number is none.  Codes
of the ledger (`ledger/rejections.py`) are used where they say it already.

Refusal        `code` names the rule, `facts` carries the values that decided, `path` where in the input
"""

from collections.abc import Mapping, Sequence

from ledger.rejections import CODES as LEDGER
from ledger.rejections import Rejection

CODES: dict[str, tuple[str, str]] = {
    "FORBIDDEN": ("As {role} you may not do this: {action}.", "您的身份({role})无权执行:{action}。"),
    "BUSY": (
        "The journal is busy; send the same command again after {retryAfter} seconds.",
        "账簿繁忙,请在 {retryAfter} 秒后以相同编号重发。",
    ),
    "DISK_FULL": (
        "Busy: the disk is full, and nothing was recorded; send the same command again after {retryAfter} seconds.",
        "繁忙:磁盘已满,未记账;请在 {retryAfter} 秒后以相同编号重发。",
    ),
    "UNAVAILABLE": (
        "The journal could not answer, and the outcome is unknown; send the same again, a command with the same id.",
        "账簿未能答复;请重发同一请求。命令的结果未知,须以相同编号重发。",
    ),
    "NOT_STORED": (
        "What belongs to the entry could not be stored ({what}), so nothing was recorded.",
        "随附数据({what})无法保存,因此未记账。",
    ),
    "PROJECT_NOT_FOUND": ("No project {project} of {organization}.", "{organization} 没有项目 {project}。"),
    "RECORD_NOT_FOUND": ("No {noun} {record} is recorded.", "没有登记事项 {noun} {record}。"),
    "PURPOSE_NOT_FOUND": (
        "No purpose {purpose} in a loaded list of focus areas.",
        "已载入的重点领域表中没有用途 {purpose}。",
    ),
    "NOT_THE_ORGANIZATIONS_ENTRY": (
        "Entry {entry} belongs to {owner}, not to {organization}.",
        "第 {entry} 条属于 {owner},不属于 {organization}。",
    ),
    "NOT_A_PAYMENT": (
        "Entry {entry} ({kind}) paid for nothing that could be delivered.",
        "第 {entry} 条({kind})不是可签收的支付。",
    ),
    "POSTING_NOT_FOUND": ("Entry {entry} has no fund posting {posting}.", "第 {entry} 条没有第 {posting} 笔资金分录。"),
    "USCC_INVALID": ("{uscc} is not a unified social credit code: {why}.", "{uscc} 不是统一社会信用代码:{why}。"),
    "LEGAL_FORM_MISMATCH": (
        "The code {uscc} belongs to the legal form {found}, not to {asked}.",
        "统一社会信用代码 {uscc} 的组织类型为 {found},而非 {asked}。",
    ),
    "CITIZEN_NUMBER_INVALID": ("The citizen number is none: {why}.", "公民身份号码无效:{why}。"),
    "PERSONAL_DATA_IN_CLEAR": (
        "Field {field} looks like personal data, which no leaf may hold; give it as personal data.",
        "字段 {field} 疑似个人信息,不得写入账簿明文;请作为个人数据提交。",
    ),
    "WEBHOOK_NOT_FOUND": ("No webhook {webhook} that is not revoked.", "没有未撤销的网络钩子 {webhook}。"),
    "TOKEN_NOT_FOUND": ("No token {token}.", "没有令牌 {token}。"),
    "COMMITMENT_NOT_FOUND": (
        "No personal data behind {commitment}; it was never stored, or it was erased.",
        "承诺值 {commitment} 没有对应的个人数据:从未保存或已删除。",
    ),
    "RETENTION": (
        "The law keeps this person's data ({basis}) until {until}; until then they may be stored and nothing else.",
        "依法({basis})须保存该个人信息至 {until}(lifted:至解除);在此之前仅可存储,不得作其他处理。",
    ),
    "STORAGE_ONLY": (
        "Whoever is behind {commitment} asked to be forgotten: their data is kept by law alone, and not shown.",
        "承诺值 {commitment} 对应的个人已请求删除:其信息仅依法存储,不再提供查阅。",
    ),
    "AUDIT_HOLD_NOT_FOUND": (
        "Entry {placed} is no audit hold of this organization that is in force.",
        "第 {placed} 条不是该组织生效中的审计保全。",
    ),
    "CASE_HOLD_NOT_FOUND": (
        "Entry {placed} is no case hold that is in force.",
        "第 {placed} 条不是生效中的案件保全。",
    ),
    "ROSTER_ERASED": (
        "Lines of the roster of entry {entry} were erased, so that none of it can be proven any more.",
        "第 {entry} 条的名册中有明细已依法删除,无法再出具证明。",
    ),
    "NOT_PUBLISHED": (
        "No published head covers entry {entry} yet; ask again in a second.",
        "尚无已公布的账首覆盖第 {entry} 条,请稍后再试。",
    ),
    "AUDITOR_NOT_PINNED": (
        "The key {key} is none of the auditors' keys that the operator pinned (auditors.keys).",
        "密钥 {key} 不在运营方登记的审计人密钥(auditors.keys)之列。",
    ),
    "HEAD_DIFFERS": (
        "This journal has the root {root} at {size} entries; another history cannot be attested here.",
        "本账簿前 {size} 条的根为 {root};不能在此确认另一份账。",
    ),
    "DECISION_NOT_FOUND": ("No import decision {decision}.", "没有待裁定事项 {decision}。"),
    "DECISION_RESOLVED": (
        "The decision on entry {decision} was settled by entry {by}.",
        "第 {decision} 条的裁定已由第 {by} 条完成。",
    ),
    "AWAITING_APPROVAL": (
        "Not recorded yet: proposal {proposal} ({digest}) waits for a second officer until {expires}.",
        "尚未记账:待复核事项 {proposal}({digest})须由第二人在 {expires} 前复核。",
    ),
    "PROPOSAL_NOT_FOUND": ("No proposal {proposal}.", "没有待复核事项 {proposal}。"),
    "PROPOSAL_DIFFERS": (
        "Proposal {proposal} waits under this id with another {field}; send a new command under a new id.",
        "待复核事项 {proposal} 已使用该编号,但 {field} 不同;请以新编号重新提交。",
    ),
    "PROPOSAL_SETTLED": (
        "Proposal {proposal} was {outcome} by {by}; ask anew under a new id.",
        "待复核事项 {proposal} 已由 {by} 处理({outcome});如需再办,请以新编号提交。",
    ),
    "PROPOSAL_EXPIRED": (
        "Proposal {proposal} expired at {expired}; ask anew under a new id.",
        "待复核事项 {proposal} 已于 {expired} 过期;请以新编号重新提交。",
    ),
    "NOT_THE_INITIATOR": (
        "Only who asked for proposal {proposal} signs it as its initiator; approve it with your signature.",
        "待复核事项 {proposal} 只能由提交人以提交人身份签名;复核人请在复核时签名。",
    ),
    "TOO_MANY_PROPOSALS": (
        "{most} proposals of {organization} wait already; decide on some first.",
        "{organization} 已有 {most} 项待复核,请先处理。",
    ),
    "NOT_TRIED": (
        "Another item of the group was refused, so this one was not recorded.",
        "同组中另一项被拒绝,本项未记账。",
    ),
}
"""One sentence in English and one in Chinese for every code, facts as `{placeholders}`."""


class Refusal(Exception):  # noqa: N818 - the house word: a refusal is the caller's news, not an error
    """A use case refused: nothing was written."""

    def __init__(self, code: str, path: Sequence[str] = (), **facts: object) -> None:
        if code not in CODES and code not in LEDGER:
            raise KeyError(code)
        self.code = code
        self.path = tuple(path)
        self.facts: dict[str, object] = facts
        super().__init__(sentence(code, facts, "en"))


def sentence(code: str, facts: Mapping[str, object], language: str) -> str:
    """The sentence of a code of either catalogue in `en` or `zh`, filled with the facts."""
    english, chinese = CODES.get(code) or LEDGER[code]
    text = chinese if language == "zh" else english
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def malformed(field: str, why: str) -> Refusal:
    """A value that does not fit the input field `field` (dots lead into objects and lists)."""
    return Refusal("MALFORMED", ("input", *field.split(".")), field=field, why=why)


Named = Refusal | Rejection
"""Every named no that a use case raises."""
