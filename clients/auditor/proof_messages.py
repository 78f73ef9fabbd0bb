"""The sentences about proof bundles, in English and Chinese, by message id (`messages` joins them to its own)."""

from typing import Final

EN: Final[dict[str, str]] = {
    "proof_made": "Written: {path}, {bytes} bytes, {leaves} entries in the signed tree of {size}. Check it with: "
    "mingzhang-audit {kind} {path}",
    "proof_malformed": "{path} is no proof bundle that can be checked: {why}.",
    "proof_altered": "Altered: {why}.",
    "proof_dropped": "Something is left out: {why}.",
    "proof_reordered": "Out of order: {why}.",
    "proof_foreign": "Something does not belong here: {why}.",
    "proof_balance": "A balance is not what the journal committed to: {why}.",
    "proof_unsigned": "The head is not signed as it should be: {why}.",
    "proof_unmet": "The proof holds, but the policy is not met: {have} of {of} independent witnesses cosigned its "
    "head, and {need} are asked for.",
    "proof_stale": "The proof holds and was witnessed, but not lately: {fresh} of {of} independent witnesses since "
    "{since}, and {need} are asked for.",
    "proof_head": "Shown against the head of {size} entries that {origin} signed{witnesses}.",
    "proof_witnesses": " and {have} of {of} independent witnesses cosigned",
    "no_snapshot": "No snapshot has a line of {account} yet.",
    "no_donation": "Entry {position} brought no money in from outside, or comes after the position asked about.",
    "no_account": "No entry touches {account}.",
    "nothing_to_show": "The account has no entry there, and no snapshot has a line of it.",
    "wrong_kind": "{path} is a bundle of the kind {found}. Check it with: mingzhang-audit {found} {path}",
    "balance_holds": "After entry {through}, {account} held {balance} {asset} ({into} in, {out} out in {seq} postings, "
    "{held} reserved), as the snapshot in entry {snapshot} commits to. Auditors recompute every snapshot.",
    "statement_holds": "{account}, entries {start} to {end}: {count} postings from {opening} to {closing} {asset}, and "
    "no other.",
    "statement_partly": "{account}, entries {start} to {end}: {count} postings from {opening} to {closing} {asset}. It "
    "is shown that none is left out from {first} to entry {through}, and not beyond.",
    "statement_first": "the first of them",
    "statement_line": "  {seq}  entry {position}  {effective}  {kind} {amount}  {balance}",
    "trace_holds": "The {total} {asset} of entry {entry} are accounted for to the last unit, as of entry {as_of}:",
    "trace_partly": "The {total} {asset} of entry {entry} as of entry {as_of}; not every part is shown to be where it "
    "went last:",
    "trace_used": "  {share} went to {where}, by {path}.",
    "trace_given_back": "  {share} went back to {where}, by {path}.",
    "trace_resting": "  {share} rests in {where} as of entry {through}, as a snapshot shows; it came there by {path}.",
    "trace_unshown": "  {share} came to {where} by {path}; no snapshot here shows whether it still rests there.",
    "trace_withheld": "  {share} came to {where} by {path} and moved on since, in part at least, in entries that this "
    "bundle may not show.",
    "trace_became": "{share} ({amount} {asset})",
    "trace_hop": "{kind} (entry {position})",
    "roster_holds": "A line of {amount} {asset} (commitment {commitment}) is on the roster of {count} lines and "
    "{total} {asset} that entry {entry} paid on {effective}, in the head of {size} entries that {origin} signed.",
    "roster_opened": "{amount} {asset} for {person} are a line of the roster of {count} lines and {total} {asset} that "
    "entry {entry} paid on {effective}, in the head of {size} entries that {origin} signed.",
    "attest_key": "Written: {path}. Keep it secret. The operator pins this line in DIR/auditors.keys:\n{key}",
    "attested": "Recorded as entry {position}: {verdict}, {size} entries, report {report}.",
    "nothing_to_attest": "The verdict is {verdict}: there is nothing to attest.",
    "not_attested": "The server did not record it: {why}",
}

ZH: Final[dict[str, str]] = {
    "proof_made": "已写入:{path},{bytes} 字节,含已签名 {size} 条中的 {leaves} 条分录。核验命令:"
    "mingzhang-audit {kind} {path}",
    "proof_malformed": "{path} 不是可以核验的证明文件:{why}。",
    "proof_altered": "内容被改动:{why}。",
    "proof_dropped": "有遗漏:{why}。",
    "proof_reordered": "顺序不对:{why}。",
    "proof_foreign": "混入了无关内容:{why}。",
    "proof_balance": "余额与账簿的承诺不符:{why}。",
    "proof_unsigned": "头部签名不符:{why}。",
    "proof_unmet": "证明成立,但未满足策略:{of} 个独立见证方中有 {have} 个副署了该头部,要求 {need} 个。",
    "proof_stale": "证明成立且曾被见证,但已过时:自 {since} 起 {of} 个独立见证方中有 {fresh} 个副署,要求 {need} 个。",
    "proof_head": "依据 {origin} 签署的 {size} 条分录的头部{witnesses}。",
    "proof_witnesses": "({of} 个独立见证方中有 {have} 个副署)",
    "no_snapshot": "尚无余额快照包含 {account}。",
    "no_donation": "第 {position} 条没有从外部带来款项,或在所问位置之后。",
    "no_account": "没有分录涉及 {account}。",
    "nothing_to_show": "该账户在此范围没有分录,也没有快照包含它。",
    "wrong_kind": "{path} 是 {found} 类证明。核验命令:mingzhang-audit {found} {path}",
    "balance_holds": "第 {through} 条之后,{account} 余额为 {balance} {asset}(共 {seq} 笔,收 {into},支 {out},"
    "预留 {held}),由第 {snapshot} 条的余额快照承诺;审计人会重算每个快照。",
    "statement_holds": "{account},第 {start} 至 {end} 条:共 {count} 笔,由 {opening} 至 {closing} {asset},别无其他。",
    "statement_partly": "{account},第 {start} 至 {end} 条:共 {count} 笔,由 {opening} 至 {closing} {asset}。"
    "已证明自{first}至第 {through} 条无遗漏,其后未证明。",
    "statement_first": "其中第一笔",
    "statement_line": "  {seq}  第 {position} 条  {effective}  {kind} {amount}  {balance}",
    "trace_holds": "第 {entry} 条的 {total} {asset} 截至第 {as_of} 条分毫不差,去向如下:",
    "trace_partly": "第 {entry} 条的 {total} {asset},截至第 {as_of} 条;并非每一部分的最后去处都已证明:",
    "trace_used": "  {share} 付给了{where},经过:{path}。",
    "trace_given_back": "  {share} 退回了{where},经过:{path}。",
    "trace_resting": "  {share} 截至第 {through} 条仍在 {where}(余额快照可证),经过:{path}。",
    "trace_unshown": "  {share} 到达 {where},经过:{path};此处没有快照证明其是否仍在。",
    "trace_withheld": "  {share} 到达 {where},经过:{path};此后至少部分又被动用,相关分录不在可出示范围。",
    "trace_became": "{share}(合 {amount} {asset})",
    "trace_hop": "{kind}(第 {position} 条)",
    "roster_holds": "一笔 {amount} {asset}(承诺值 {commitment})在第 {entry} 条于 {effective} 支付的名册之内"
    "(共 {count} 笔,{total} {asset}),依据 {origin} 签署的 {size} 条分录的头部。",
    "roster_opened": "{person} 的 {amount} {asset} 在第 {entry} 条于 {effective} 支付的名册之内"
    "(共 {count} 笔,{total} {asset}),依据 {origin} 签署的 {size} 条分录的头部。",
    "attest_key": "已写入:{path},请妥善保密。运营方在 DIR/auditors.keys 中登记此行:\n{key}",
    "attested": "已记为第 {position} 条:{verdict},{size} 条分录,报告 {report}。",
    "nothing_to_attest": "结论为 {verdict},没有可确认的内容。",
    "not_attested": "服务器未记录:{why}",
}

NAMES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "donation": "donation", "gift_in_kind": "gift in kind", "opening": "opening balance", "income": "income",
        "allocation": "allocation", "transfer": "transfer", "disbursement": "payment", "expense": "expense",
        "bank_fee": "bank fee", "platform_fee": "platform fee", "fee_release": "fee release",
        "conversion": "purchase or exchange", "refund": "refund", "returned_payment": "returned payment",
        "correction": "correction",
    },
    "zh": {
        "donation": "捐赠", "gift_in_kind": "捐物", "opening": "期初余额", "income": "收入", "allocation": "划拨",
        "transfer": "转拨", "disbursement": "拨付", "expense": "费用", "bank_fee": "银行手续费",
        "platform_fee": "平台手续费", "fee_release": "管理费提取", "conversion": "采购或兑换", "refund": "退款",
        "returned_payment": "退汇", "correction": "更正",
    },
}  # fmt: skip
"""What kinds of entry are called; the others by their own names."""
CLASSES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "vendors": "vendors", "partners": "partner organizations", "staff": "staff", "tax": "the tax office",
        "fees": "banks and platforms", "beneficiaries": "beneficiaries", "donors": "donors", "payers": "payers",
        "opening": "where it came from", "conversion": "a purchase or exchange",
    },
    "zh": {
        "vendors": "供应商", "partners": "合作机构", "staff": "员工", "tax": "税务机关", "fees": "银行与平台",
        "beneficiaries": "受益人", "donors": "捐赠人", "payers": "付款方", "opening": "原来源",
        "conversion": "采购或兑换",
    },
}  # fmt: skip
"""What classes of outside accounts are called."""
