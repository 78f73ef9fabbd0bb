"""Named noes of the kinds that move no held money, in the groups of the catalogue."""

Sentences = dict[str, tuple[str, str]]

NAMES: Sentences = {
    "MEMORANDUM_NOT_FOUND": ("No memorandum {memorandum}.", "没有备查事项 {memorandum}。"),
    "AGREEMENT_NOT_FOUND": ("No agreement {agreement}.", "没有协议 {agreement}。"),
    "MILESTONE_NOT_FOUND": (
        "Agreement {agreement} has no milestone {milestone}.",
        "协议 {agreement} 没有里程碑 {milestone}。",
    ),
}
"""What is named and not there (group 3)."""

PARTS: Sentences = {
    "MEMORANDUM_MISMATCH": (
        "Memorandum {memorandum} differs in {field}: it is {stored}, asked: {asked}.",
        "备查事项 {memorandum} 的 {field} 不符:实为 {stored},请求为 {asked}。",
    ),
    "MEMORANDUM_CLOSED": (
        "Memorandum {memorandum} was closed by entry {by}.",
        "备查事项 {memorandum} 已由第 {by} 条了结。",
    ),
    "NOTHING_OPEN": (
        "Nothing of memorandum {memorandum} is open any more.",
        "备查事项 {memorandum} 已无未结金额。",
    ),
    "PAYMENT_MISMATCH": (
        "Entry {payment} ({kind}) does not settle memorandum {memorandum}: {why}.",
        "第 {payment} 条({kind})不能结清备查事项 {memorandum}:{why}。",
    ),
    "SETTLED_BEFORE": (
        "Entry {payment} settles memorandum {memorandum} already; one payment settles one memorandum.",
        "第 {payment} 条已用于结清备查事项 {memorandum};一笔款项只能结清一项。",
    ),
    "NOT_SETTLED": (
        "Entry {payment} does not settle memorandum {memorandum}.",
        "第 {payment} 条未用于结清备查事项 {memorandum}。",
    ),
    "SETTLES_TOO_MUCH": (
        "Of memorandum {memorandum} {open} is open; asked: {asked}.",
        "备查事项 {memorandum} 未结金额为 {open},请求 {asked}。",
    ),
    "RECEIVABLE_MISMATCH": (
        "Entry {entry} names no such receivable of posting {posting}: {why}.",
        "第 {entry} 条对第 {posting} 笔没有这样的应收款:{why}。",
    ),
    "SALE_CLAIMED": (
        "Sale {sale} of {seller} is claimed by {organization} (memorandum {memorandum}); a sale has one claimant.",
        "{seller} 的销售 {sale} 已由 {organization} 登记帮销(备查事项 {memorandum});一笔销售只能由一家登记。",
    ),
    "TOO_MANY_MINUTES": (
        "This volunteer would have given {total} minutes on {on}; a day has {most}.",
        "该志愿者在 {on} 的服务时长将达 {total} 分钟,一天最多 {most} 分钟。",
    ),
    "TIME_NOT_PASSED": (
        "The time of restriction {restriction} has not passed on {on}; it lasts until {until}.",
        "限定 {restriction} 在 {on} 尚未到期,有效至 {until}。",
    ),
    "NOT_A_CHANGE": (
        "Entry {entry} ({kind}) documents no change of a restriction by this organization.",
        "第 {entry} 条({kind})不是本组织的用途变更。",
    ),
    "AGREEMENT_MISMATCH": (
        "Agreement {agreement} says of {field}: {agreed}; asked: {asked}.",
        "协议 {agreement} 约定 {field} 为 {agreed},请求为 {asked}。",
    ),
    "DRAW_MISMATCH": (
        "The draw does not follow from entry {entry}: {why}.",
        "抽查结果与第 {entry} 条不符:{why}。",
    ),
}
"""How the parts fit together (group 4)."""

RULES: Sentences = {
    "CHANGE_EXCEEDED": (
        "The change of entry {entry} covers {left} more; asked: {asked}.",
        "第 {entry} 条用途变更尚可使用 {left},请求 {asked}。",
    ),
    "AGREED_FEE_EXCEEDED": (
        "Fees of agreement {agreement} out of {account} would make {total}; agreed: {cap}.",
        "协议 {agreement} 在账户 {account} 的费用将累计达 {total},约定上限为 {cap}。",
    ),
}
"""Rules that money already moved can break (group 5)."""
