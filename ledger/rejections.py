"""Rejections: every expected, named no that `decide` can answer, with its facts, in precedence.

A rejection is the caller's news, not our fault: the command changed nothing and did not consume its
id.  `CODES` is the catalogue, in the order in which `decide` asks; each code has one sentence in
English and one in Chinese, with the facts as `{placeholders}`.  Codes in `BREACHES` are rules about
money that can already have moved: an `observed` command is recorded with them as declared breaches.
"""

from collections.abc import Mapping

from ledger import unmoved_rejections
from ledger.errors import LedgerError


class Rejection(LedgerError):  # noqa: N818 -- the house word: a rejection is not an error
    """A command was refused: `code` names the rule, `facts` carries the values that decided.

    `item` is the index of the refused one among linked commands; None for a command alone.
    """

    item: int | None = None

    def __init__(self, code: str, **facts: object) -> None:
        if code not in CODES:
            raise KeyError(code)
        self.code = code
        self.facts: dict[str, object] = facts
        super().__init__(sentence(code, facts, "en"))


def sentence(code: str, facts: Mapping[str, object], language: str) -> str:
    """The catalogue's sentence for `code` in `en` or `zh`, filled with the facts."""
    english, chinese = CODES[code]
    text = chinese if language == "zh" else english
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def malformed(field: str, why: str) -> Rejection:
    """The rejection of a command that says nothing this ledger could record."""
    return Rejection("MALFORMED", field=field, why=why)


CODES: dict[str, tuple[str, str]] = {
    # 1. the command itself
    "MALFORMED": ("Field {field}: {why}.", "字段 {field}:{why}。"),
    # 2. its id
    "EXISTS_WITH_DIFFERENT_KIND": (
        "This id was accepted as another kind ({stored}, not {asked}) at position {position}.",
        "该编号已作为另一种业务({stored},而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_MODE": (
        "This id was accepted as {stored}, not {asked}, at position {position}.",
        "该编号已以 {stored}(而非 {asked})方式记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_ORGANIZATION": (
        "This id was accepted for organization {stored}, not {asked}, at position {position}.",
        "该编号已为组织 {stored}(而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_EFFECTIVE": (
        "This id was accepted with the date {stored}, not {asked}, at position {position}.",
        "该编号已以日期 {stored}(而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_ACCOUNT": (
        "This id was accepted with account {stored}, not {asked}, at position {position}.",
        "该编号已以账户 {stored}(而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_AMOUNT": (
        "This id was accepted with the amount {stored}, not {asked}, at position {position}.",
        "该编号已以金额 {stored}(而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_USE": (
        "This id was accepted with another use ({stored}, not {asked}) at position {position}.",
        "该编号已以另一用途({stored},而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_UNITS": (
        "This id was accepted with other designated units ({stored}, not {asked}) at position {position}.",
        "该编号已指定其他资金单元({stored},而非 {asked})记入第 {position} 条。",
    ),
    "EXISTS_WITH_DIFFERENT_DATA": (
        "This id was accepted with another {field} ({stored}, not {asked}) at position {position}.",
        "该编号已以另一 {field}({stored},而非 {asked})记入第 {position} 条。",
    ),
    # 3. what it names
    "JOURNAL_NOT_OPEN": ("The journal has no opening entry yet.", "账簿尚未启用。"),
    "JOURNAL_ALREADY_OPEN": ("The journal is open already.", "账簿已启用。"),
    "ORGANIZATION_NOT_FOUND": ("No organization {organization}.", "没有组织 {organization}。"),
    "RESTRICTION_NOT_FOUND": ("No restriction {restriction}.", "没有限定 {restriction}。"),
    "REGION_NOT_FOUND": (
        "No region {region} in a loaded list; load the list or correct the code.",
        "已载入的区划表中没有 {region};请先载入或更正代码。",
    ),
    "ACCOUNT_NOT_FOUND": ("No account {account}.", "没有账户 {account}。"),
    "ENTRY_NOT_FOUND": ("No entry at position {entry}.", "没有第 {entry} 条分录。"),
    "BATCH_NOT_FOUND": ("No import batch {batch}.", "没有导入批次 {batch}。"),
    "ALREADY_EXISTS": ("{what} {id} exists already.", "{what} {id} 已存在。"),
    "VERSION_CONFLICT": (
        "{noun} {record} is at version {current}; this change was made for version {asked}. Read it again.",
        "{noun} {record} 已是第 {current} 版,本次修改基于第 {asked} 版,请重新读取。",
    ),
    **unmoved_rejections.NAMES,
    # 4. how its parts fit together
    "NOTHING_TO_MOVE": (
        "Of the {asked} asked, nothing can be moved from {account} to {target}.",
        "请求至多 {asked},但从 {account} 到 {target} 没有可划转的款项。",
    ),
    "SAME_ACCOUNT": ("Account {account} stands on both sides.", "账户 {account} 同时出现在两边。"),
    "ASSET_MISMATCH": (
        "{account} holds {asset}, not {asked}.",
        "账户 {account} 的资产是 {asset},不是 {asked}。",
    ),
    "NOT_FOR_THIS_KIND": (
        "{kind} does not move money {side} {account} ({klass}).",
        "{kind} 不能以 {account}({klass})作为 {side} 方。",
    ),
    "NOT_THE_ORGANIZATIONS_ACCOUNT": (
        "{account} belongs to {owner}, not to {organization}.",
        "账户 {account} 属于 {owner},不属于 {organization}。",
    ),
    "SAME_ASSET": (
        "A conversion changes the asset; both sides hold {asset}.",
        "兑换须改变资产种类,两边都是 {asset}。",
    ),
    "RATE_MISMATCH": (
        "{paid} at {rate} is not {bought}; correct the rate or the amounts.",
        "{paid} 按汇率 {rate} 折算不是 {bought};请更正汇率或金额。",
    ),
    "BOOKS_DIFFER": (
        "For {organization} the fund book changes by {fund} {asset} and the custody book by {custody}.",
        "{organization} 的资金簿变动 {fund} {asset},保管簿变动 {custody},两者必须一致。",
    ),
    "RETURN_MISMATCH": (
        "Posting {posting} of entry {entry} did not pay from {account} to this source.",
        "第 {entry} 条第 {posting} 笔并非由 {account} 付往该来源。",
    ),
    "NOT_CORRECTABLE": (
        "Entry {entry} ({kind}) cannot be corrected: {why}.",
        "第 {entry} 条({kind})不能更正:{why}。",
    ),
    "ALREADY_CORRECTED": (
        "Entry {entry} was corrected by entry {by}.",
        "第 {entry} 条已由第 {by} 条更正。",
    ),
    "IMPORTED_BEFORE": (
        "These rows came before, in batch {batch}: {rows} rows, {total} units of {asset}.",
        "这些行已在批次 {batch} 中导入过:{rows} 行,共 {total}({asset})。",
    ),
    "BATCH_CLOSED": ("Import batch {batch} is closed.", "导入批次 {batch} 已关闭。"),
    "ROSTER_TOO_SMALL": (
        "A roster has at least {least} lines, this one has {count}; pay them one at a time or batch them.",
        "名册至少 {least} 行,本册仅 {count} 行;请逐笔支付或合并。",
    ),
    "LOT_NOT_EXPIRED": (
        "The goods {asset} have not expired on {on}; name another ground of the loss.",
        "{asset} 在 {on} 尚未过期,请改用其他报损事由。",
    ),
    "STATUS_MISMATCH": (
        "Account {account} is {status}; it cannot become {asked}.",
        "账户 {account} 处于 {status} 状态,不能变为 {asked}。",
    ),
    "BALANCE_NOT_ZERO": (
        "Account {account} holds {balance}; it is closed empty, or not at all.",
        "账户 {account} 余额为 {balance},余额为零方可销户。",
    ),
    "KEY_NOT_ENROLLED": ("{holder} has no key enrolled.", "{holder} 没有已登记的密钥。"),
    "PERIOD_NOT_CLOSED": (
        "The books of {organization} are not closed on {on}.",
        "{organization} 在 {on} 的账期未结账。",
    ),
    "PERIOD_CLOSED_BEFORE": (
        "The books of {organization} are closed through {through} already; asked: {asked}.",
        "{organization} 已结账至 {through},请求结账至 {asked}。",
    ),
    "PERIOD_NOT_OVER": (
        "{asked} is not over on the ledger's day {today}; a period is closed when it has ended.",
        "账簿当日为 {today},{asked} 尚未结束,不能结账。",
    ),
    "NOT_A_HOLD": (
        "Entry {entry} ({kind}) is no hold of this organization.",
        "第 {entry} 条({kind})不是本组织的预留。",
    ),
    "HOLD_MISMATCH": (
        "The payment is not what hold {entry} is for: {field} differs.",
        "付款与第 {entry} 条预留不符:{field} 不同。",
    ),
    "HOLD_EXCEEDED": (
        "Hold {entry} keeps {held}; asked: {asked}.",
        "第 {entry} 条预留 {held},请求 {asked}。",
    ),
    "HOLD_RESOLVED": ("Hold {entry} was resolved by entry {by}.", "第 {entry} 条预留已由第 {by} 条了结。"),
    "HOLD_EXPIRED": (
        "Hold {entry} is over since {until} by the ledger's clock.",
        "按账簿时钟,第 {entry} 条预留已于 {until} 到期。",
    ),
    "HOLD_NOT_EXPIRED": (
        "Hold {entry} is not over by the ledger's clock; it lasts until {until}.",
        "按账簿时钟,第 {entry} 条预留尚未到期,有效至 {until}。",
    ),
    "SNAPSHOT_OUT_OF_PLACE": (
        "A snapshot through position {through} cannot stand here; recompute it through one from {oldest} to {newest}.",
        "截至第 {through} 条的余额快照不能记在此处:应截至第 {oldest} 至 {newest} 条之间。请重新计算。",
    ),
    **unmoved_rejections.PARTS,
    "EFFECTIVE_IN_FUTURE": (
        "The effective date {asked} lies after the ledger's day {today}.",
        "生效日期 {asked} 晚于账簿当日 {today}。",
    ),
    # 5. rules that money already moved can break (an observed command is recorded with the breach)
    "PERIOD_CLOSED": (
        "The books of {organization} are closed through {through}; {asked} lies before that.",
        "{organization} 已结账至 {through},{asked} 属于已结账期。",
    ),
    "ACCOUNT_CLOSED": ("Account {account} is closed.", "账户 {account} 已销户。"),
    "ACCOUNT_FROZEN": (
        "Account {account} is frozen: nothing leaves it.",
        "账户 {account} 已冻结,只收不付。",
    ),
    "NOT_REGISTERED": (
        "{organization} was not registered on {on}.",
        "{organization} 在 {on} 未处于登记状态。",
    ),
    "NOT_QUALIFIED": (
        "{organization} held no public-fundraising qualification (公开募捐资格) on {on}.",
        "{organization} 在 {on} 没有公开募捐资格。",
    ),
    "BATCH_OPEN": (
        "Account {account} holds money of import batch {batch}, which is not closed yet; close it first.",
        "账户 {account} 含有尚未关闭的导入批次 {batch} 的款项,请先关闭批次。",
    ),
    "RECIPIENT_MISMATCH": (
        "The money of {account} is for {recipient} and nobody else (受托代理); asked: {asked}.",
        "账户 {account} 为受托代理资金,只能转给 {recipient},请求为 {asked}。",
    ),
    "VOTE_TOO_SMALL": (
        "A {matter} matter needs {needed} votes of the council, this one had {votes}; ask the council again.",
        "{matter} 事项须有决策机构 {needed} 票同意,本决议仅 {votes} 票;请重新表决。",
    ),
    "INVESTMENT_BARRED": (
        "The money of {account} may not be invested ({why}); only terms that permit it set it free.",
        "账户 {account} 的资金不得用于投资({why}),除非约定允许。",
    ),
    "LOT_EXPIRED": (
        "The goods {asset} expired on {expired}; do not issue them, record their loss. Asked on {asked}.",
        "{asset} 已于 {expired} 过期,不得发放,请作报损处理;请求日期 {asked}。",
    ),
    "NOT_VALUED": (
        "The goods {asset} have no value that could be told: record a memorandum; they are no income.",
        "{asset} 无法计价:请作备查登记,不确认收入,不开票据。",
    ),
    "RESTRICTION_VIOLATED": (
        "The money of {account} is restricted in {dimension} to {allowed}; asked: {asked}.",
        "账户 {account} 的资金在「{dimension}」上限定为 {allowed},请求为 {asked}。",
    ),
    "FEE_CAP_EXCEEDED": (
        "Fees of {asked} would make {total} of {account}; the cap is {cap}.",
        "本次费用 {asked} 将使账户 {account} 累计达 {total},上限为 {cap}。",
    ),
    **unmoved_rejections.RULES,
    "INSUFFICIENT_FUNDS": (
        "Account {account} holds {held}; asked: {asked}.",
        "账户 {account} 余额 {held},请求 {asked}。",
    ),
    # 6. what no mode can do
    "UNITS_NOT_FREE": (
        "Units {units} of {account} are not there to be taken.",
        "账户 {account} 的资金单元 {units} 已不在。",
    ),
    "RETURN_EXCEEDS": (
        "Posting {posting} of entry {entry} has {left} left to return; asked: {asked}.",
        "第 {entry} 条第 {posting} 笔可退回 {left},请求 {asked}。",
    ),
    "RESERVED": (
        "Holds reserve {reserved} of {account}; asked: {asked}. Void them first.",
        "账户 {account} 有 {reserved} 已被预留,请求 {asked};请先撤销预留。",
    ),
    "NOT_REVERSIBLE": (
        "Entry {entry} ({kind}) cannot be turned round now: {why}.",
        "第 {entry} 条({kind})目前不能冲回:{why}。",
    ),
    "REPAYS_TOO_MUCH": (
        "{account} is short by {short}; asked: {asked}.",
        "{account} 的缺口为 {short},请求补入 {asked}。",
    ),
    "OVERFLOW": ("Account {account} would pass 2**63 - 1 units.", "账户 {account} 将超过 2**63 - 1 单位。"),
    # 7. the second officer
    "APPROVAL_REQUIRED": (
        "From {threshold} {asset} on, {organization} needs a second officer's approval; asked: {asked}.",
        "{organization} 的款项达到 {threshold}({asset})须经第二名经办人复核,本次为 {asked}。",
    ),
    "SELF_APPROVAL": (
        "{approver} can neither approve what it asked for nor name itself; a second officer does.",
        "{approver} 不能复核自己提出的事项,也不能指定自己,须由第二人办理。",
    ),
    "NOT_AN_APPROVER": (
        "{approver} is not named as an approver of {organization}.",
        "{approver} 未被指定为 {organization} 的复核人。",
    ),
    "SIGNATURE_MISSING": (
        "{signer} has enrolled a key and must sign with it.",
        "{signer} 已登记签名密钥,必须签名。",
    ),
    "SIGNATURE_INVALID": (
        "The signature of {signer} is not by the key enrolled now over these very bytes.",
        "{signer} 的签名不是以现行登记密钥对该内容所作。",
    ),
    # 8. what does not fit into an entry
    "TOO_MANY_SLICES": (
        "This entry would take {slices} intervals, at most {most} fit; send it as smaller linked commands.",
        "本分录将取用 {slices} 段资金,最多 {most} 段;请拆分为较小的关联命令。",
    ),
    "LEAF_TOO_LARGE": (
        "The entry would have {bytes} bytes, at most {most} fit; send smaller commands.",
        "分录将有 {bytes} 字节,最多 {most};请拆分命令。",
    ),
}

BREACHES = frozenset(
    {
        "ACCOUNT_CLOSED", "ACCOUNT_FROZEN", "NOT_REGISTERED", "NOT_QUALIFIED", "BATCH_OPEN", "RECIPIENT_MISMATCH",
        "VOTE_TOO_SMALL", "INVESTMENT_BARRED", "LOT_EXPIRED", "NOT_VALUED",
        "RESTRICTION_VIOLATED", "FEE_CAP_EXCEEDED", "INSUFFICIENT_FUNDS", *unmoved_rejections.RULES,
        "APPROVAL_REQUIRED",
    }
)  # fmt: skip

LATE = frozenset({"PERIOD_CLOSED"})
"""What an observed command meets as `priorPeriod`: the open period serves it, with its true effective date."""
