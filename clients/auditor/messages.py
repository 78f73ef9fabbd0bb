"""Every sentence of the auditor's command line, in English and Chinese, by message id."""

from collections.abc import Mapping
from typing import Final

from clients.auditor import proof_messages
from ledger.replay import Finding

LANGUAGES: Final = ("en", "zh")

EN: Final[dict[str, str]] = {
    # verdicts
    "verdict_verified": "Verified: all {entries} entries (0 to {last}) decided again, and {rows} rows of {tables} "
    "tables served as the entries say.",
    "verdict_partial": "Verified in part, as asked: all {entries} entries (0 to {last}) decided again; no served "
    "table was compared.",
    "verdict_partial_bytes": "Verified in part, as asked: bytes, chain and tree of all {entries} entries (0 to "
    "{last}); none was decided again, and no served table was compared.",
    "verdict_broken": "Broken: the evidence was altered. {first}",
    "verdict_forked": "Forked: the log's key signed a head that these entries do not have. {first}",
    "verdict_rule_broken": "The evidence is intact, but a rule is broken or a served figure is wrong. {first}",
    "verdict_unmet": "All {entries} entries are intact, but the policy is not met: {have} of {of} independent "
    "witnesses cosigned the head, and {need} are asked for.",
    "verdict_stale": "All {entries} entries are intact and were witnessed, but not lately: {fresh} of {of} "
    "independent witnesses cosigned since {since}, and {need} are asked for.",
    "bad_policy": "{path} is not a policy of witnesses ({why}).",
    "verdict_unreachable": "Cannot decide, which is not to say that it is fine. {first}",
    # findings
    "finding": "Position {position}: {field} of {source} should be {expected} and is {actual}.",
    "finding_journal": "The journal: {field} of {source} should be {expected} and is {actual}.",
    # the report
    "head": "Signed head of {origin}: {size} entries, root {root}.",
    "more": "  … and {count} more findings (all of them with --json).",
    "note_first_use": "The key was taken from the source itself (trust on first use): compare its fingerprint "
    "with the operator's by another way, then pin it with --key '{key}'.",
    "note_witnessed": "Cosigned by {have} of {of} independent witnesses ({need} asked for): {names}; last {newest}.",
    "note_after": "This journal begins after another, which signs no more: {size} entries of {origin}, root {root}.",
    "note_before_same": "The head of {origin} that you kept ({size} entries) is the very one after which this begins.",
    "note_before_smaller": "The head of {origin} that you kept has {size} entries, fewer than the final one: verify "
    "the old journal (or its archive) against it.",
    "note_since": "Entries before {position} were decided, and their rows compared, by an earlier run of this very "
    "tool; now their hashes were found unchanged. `--full` decides them again.",
    "note_tail": "Entries from position {position} on are not yet covered by a signed head; they were checked, but "
    "nobody has signed them.",
    "note_not_pinned_in_journal": "The journal's first entry does not name this key.",
    "note_stopped": "Balances, ids and import batches were not compared, since the entries could not be decided to "
    "the end.",
    # what keeps it from deciding
    "unreachable": "No answer from {address} ({why}). Check the address and that the server runs, then try again.",
    "token_missing": "{address} asks for a token (HTTP {status}). Give an auditor's token with --token.",
    "token_refused": "{address} refuses this token (HTTP {status}). Ask the operator for an auditor's token.",
    "moved": "{address} sends elsewhere, to {to}. Give that address instead, if you trust it.",
    "web_page": "{address} answers with a web page. Give the server's base address, such as http://host:port.",
    "not_an_address": "{address} is neither a file here nor an http address.",
    "not_there": "{address} has no {what}. Check the journal's name (--journal) and the server's version.",
    "no_journal": "{address} serves none of the journals {tried}. Name one with --journal.",
    "no_length": "{address} does not say how long its answer is, so that a cut one could pass for whole.",
    "too_large": "{address} answers with more than {most} bytes.",
    "cut": "The answer for {what} ends inside a line. Try again.",
    "not_json": "The answer for {what} is not the JSON that was asked for. Is there a proxy in between?",
    "no_size": "The answer for {what} does not say which journal size it shows (X-Journal-Size).",
    "unknown_version": "{what} has version {version}, which this verifier does not know. Update mingzhang-audit.",
    "bad_key": "{key} is not a verifier key ({why}).",
    "known_unread": "The head that was kept earlier (--known) is no checkpoint ({why}). Give the file that was kept.",
    "known_other": "The head that was kept earlier (--known) is of {known}, and this is {origin}. Give the one of this "
    "journal.",
    "known_unsigned": "The head that was kept earlier (--known) is signed neither by {key} nor by one that followed it "
    "({why}), so that it says nothing here. Give the key that signed it (--key), or the right file.",
    "no_checkpoint": "The source has no checkpoint that can be read ({why}).",
    "restless": "The journal grows faster than its tables can be read. Try again at a quieter time, or verify an "
    "archive made with `mingzhang-audit bundle`.",
    "table_missing": "{what} is not served, so that it cannot be compared. Check the server's version.",
    "bad_archive": "{path} is not an archive of this tool ({why}).",
    "fault": "This tool failed itself ({why}). Please report it; nothing is decided.",
    # archives
    "written": "Written: {path}, {entries} entries, {bytes} bytes. Check it with: mingzhang-audit verify {path}",
    "officer_key": "{path} holds the key of {holder}; its public key, to be enrolled, is {key}.",
    "officer_exists": "{path} exists already, and may be a key: choose another name.",
    "officer_bad_key": "{path} is no officer's key: {why}.",
    "officer_misread": "This is no proposal: {why}.",
    "officer_differs": "The proposal does not say what its command is (digest {digest}): nothing was signed.",
    "officer_signs": "Signed as {role}: {kind} of {organization}: {moves}; journal {journal}, digest {digest}.",
    "exists": "{path} exists already. Choose another name, or give --force.",
    "cannot_write": "{path} cannot be written ({why}).",
    "unread_file": "{path} cannot be read ({why}).",
    # pins
    "no_pin": "Nothing is pinned for {origin} in {path}. Pin it with `mingzhang-audit init`.",
    "bad_pin": "{path} cannot be believed ({why}). Restore it from your copy.",
    "other_pin": "{path} pins another key: {key}",
    "fork_kept": "Evidence of the fork, both signed heads: {path}",
    "fork_unshown": "The log forked, and no file could be made that shows it ({why}).",
    "no_resource": "{what} is not served, so that nothing can be proven.",
    "no_proof": "The tiles do not lead to the signed root ({why}), so that nothing can be proven.",
    # receipts
    "receipt_made": "Written: {path}, entry {position} in the signed tree of {size} entries.",
    "receipt_holds": "Entry {position} stands in the tree of {size} entries that {origin} signed. Whether "
    "others saw the same tree was not asked (--policy). Leaf hash {leaf_hash}:\n{leaf}",
    "receipt_witnessed": "Entry {position} stands in the tree of {size} entries that {origin} signed and {have} "
    "of {of} independent witnesses cosigned. Leaf hash {leaf_hash}:\n{leaf}",
    "receipt_unmet": "Entry {position} stands in a tree that {origin} signed, but the policy is not met: {have} "
    "of {of} independent witnesses cosigned it, and {need} are asked for.",
    "receipt_stale": "Entry {position} stands in a tree that {origin} signed and witnesses cosigned, but too "
    "few since {since}: {fresh} of {of}, and {need} are asked for.",
    "receipt_broken": "{path} proves nothing: {why}.",
    "receipt_malformed": "{path} is no receipt that can be checked: {why}.",
    "not_reached": "Entry {position} is not in the signed tree of {size} entries. Try again once it is signed.",
    # heads
    "pinned": "Pinned: {origin}, key {key}. Verify from now on with `mingzhang-audit verify {source} --since-pin`.",
    "fingerprint_differs": "The source's key has the fingerprint {found}, not the one given. Do not trust it; "
    "ask the operator by another way. Nothing was pinned.",
    "heads_same": "The same head: {size} entries of {origin}.",
    "heads_consistent": "Consistent: the {second} entries of {origin} continue the {first} of the other.",
    "heads_forked": "FORK: the key of {origin} signed two histories ({first} and {second} entries). Evidence: {path}",
    "proves_nothing": "{path} proves nothing about two heads: {why}.",
    "heads_unproven": "Whether {second} entries continue {first} cannot be told without tiles. Give --source.",
    # mirrors
    "mirrored": "Mirrored: {entries} entries in {path}, {fetched} resources fetched.",
    "mirror_cosigned": "Mirrored and cosigned: {entries} entries in {path}, {fetched} resources fetched. "
    "The mirror's key:\n{key}",
    "mirror_only": "{path} is the witness of a mirror, which cosigns only what it has recomputed. Make another "
    "one with `mingzhang-audit witness init` to serve logs.",
    "cosigner_refuses": "The mirror's own witness refuses: {why}.",
    # watching
    "watch_forked": "FORK: {origin} signed another history. Evidence: {path}",
    "watch_shrunk": "{origin} serves {size} entries, fewer than the {known} it signed before.",
    "watch_unreachable": "{address} cannot be followed: {why}",
    "watch_unmet": "{origin}: too few independent witnesses, {have} of {of} where {need} are asked for.",
    "watch_stale": "{origin}: too few independent witnesses since {since}, {fresh} of {of} where {need} are asked for.",
    "watch_still": "{origin} has published nothing new since {since}.",
    "watch_well": "{origin}: all is well again, {size} entries.",
    # witnesses
    "witness_made": "Witness {name}, following {count} logs. Give logs and auditors its key:\n{key}",
    "witness_is": "Witness {name} follows {count} logs. Its key:\n{key}",
    "witness_serves": "Witness {name} answers at {address} for {count} logs. Its key:\n{key}\nCtrl-C stops.",
    "witness_log": "  {origin}: {size} entries, root {root}, cosigned {at}",
    "witness_log_new": "  {origin}: nothing cosigned yet",
    "no_witness": "{path} holds no witness. Make one with `mingzhang-audit witness init`.",
    "bad_witness_file": "{path} cannot be used ({why}). Restore it from your copy.",
    "other_witness": "{path} holds the witness {name}. Give that name, or another folder.",
    "lost_memory": "{path} cannot be read ({why}): what was cosigned last is not known, so that nothing more is "
    "signed for this log. Restore the newest copy, or make a new witness under a new name.",
    "cannot_listen": "Cannot listen at {address} ({why}). Choose another port with --port (0 takes any free one).",
    # progress
    "progress_entries": "entries decided again",
    "progress_tables": "served tables compared",
}

ZH: Final[dict[str, str]] = {
    "verdict_verified": "核验通过:全部 {entries} 条分录(第 0 至 {last} 条)已重新判定,"
    "{tables} 张表共 {rows} 行与分录一致。",
    "verdict_partial": "按要求仅作部分核验:全部 {entries} 条分录(第 0 至 {last} 条)已重新判定,未比对所提供的数据表。",
    "verdict_partial_bytes": "按要求仅作部分核验:全部 {entries} 条分录(第 0 至 {last} 条)的字节、哈希链与树;"
    "未重新判定,也未比对所提供的数据表。",
    "verdict_broken": "证据已被改动。{first}",
    "verdict_forked": "账簿分叉:日志密钥签署的头部与这些分录不符。{first}",
    "verdict_rule_broken": "证据完整,但有规则被违反,或所提供的数字有误。{first}",
    "verdict_unmet": "全部 {entries} 条分录完好,但未满足策略:"
    "{of} 个独立见证方中有 {have} 个副署了头部,要求 {need} 个。",
    "verdict_stale": "全部 {entries} 条分录完好且曾被见证,但已过时:自 {since} 起 {of} 个独立见证方中有 {fresh} "
    "个副署,要求 {need} 个。",
    "bad_policy": "{path} 不是见证策略文件({why})。",
    "verdict_unreachable": "无法判定(不等于没有问题)。{first}",
    "finding": "第 {position} 条:{source} 的 {field} 应为 {expected},实为 {actual}。",
    "finding_journal": "整个账簿:{source} 的 {field} 应为 {expected},实为 {actual}。",
    "head": "{origin} 已签署的头部:{size} 条分录,根 {root}。",
    "more": "  …… 另有 {count} 项发现(用 --json 查看全部)。",
    "note_first_use": "密钥取自数据来源本身(首次使用即信任):请通过其他途径与运营方核对指纹,再用 --key '{key}' 固定。",
    "note_witnessed": "{of} 个独立见证方中有 {have} 个已副署(要求 {need} 个):{names};最近一次 {newest}。",
    "note_after": "本账簿承接另一账簿:{origin} 的 {size} 条分录,根 {root};旧账簿不再签署。",
    "note_before_same": "您保存的 {origin} 头部({size} 条分录)正是本账簿所承接的头部。",
    "note_before_smaller": "您保存的 {origin} 头部有 {size} 条分录,少于其最终头部:请另行用它核验旧账簿或其归档。",
    "note_since": "第 {position} 条之前的分录此前已由本工具裁决并比对;此次确认其哈希未变。`--full` 可重新裁决。",
    "note_tail": "第 {position} 条起的分录尚未被已签署的头部覆盖;它们已被检查,但无人签署。",
    "note_not_pinned_in_journal": "账簿的第一条分录没有列出此密钥。",
    "note_stopped": "分录未能判定到底,因此未比对余额、编号和导入批次。",
    "unreachable": "{address} 没有应答({why})。请检查地址和服务器是否运行,然后重试。",
    "token_missing": "{address} 需要令牌(HTTP {status})。请用 --token 提供审计员令牌。",
    "token_refused": "{address} 拒绝此令牌(HTTP {status})。请向运营方索取审计员令牌。",
    "moved": "{address} 转向 {to}。如信任该地址,请改用它。",
    "web_page": "{address} 返回的是网页。请给出服务器的基础地址,例如 http://host:port。",
    "not_an_address": "{address} 既不是本机文件,也不是 http 地址。",
    "not_there": "{address} 没有 {what}。请检查账簿名称(--journal)和服务器版本。",
    "no_journal": "{address} 没有账簿 {tried}。请用 --journal 指明。",
    "no_length": "{address} 没有说明应答长度,残缺的应答可能被当作完整的。",
    "too_large": "{address} 的应答超过 {most} 字节。",
    "cut": "{what} 的应答在一行中间结束。请重试。",
    "not_json": "{what} 的应答不是所要求的 JSON。中间是否有代理?",
    "no_size": "{what} 的应答没有说明对应的账簿长度(X-Journal-Size)。",
    "unknown_version": "{what} 的版本 {version} 为本工具所不识。请更新 mingzhang-audit。",
    "bad_key": "{key} 不是验证密钥({why})。",
    "known_unread": "此前保存的头部(--known)不是检查点({why})。请给出当时保存的文件。",
    "known_other": "此前保存的头部(--known)属于 {known},而这里是 {origin}。请给出此账簿的头部。",
    "known_unsigned": "此前保存的头部(--known)既非 {key} 所签,也非其后继密钥所签({why}),因此在此不能说明什么。"
    "请给出签署它的密钥(--key),或正确的文件。",
    "no_checkpoint": "数据来源没有可读的检查点({why})。",
    "restless": "账簿增长快于读取其数据表的速度。请在较空闲时重试,或核验用 `mingzhang-audit bundle` 制作的档案。",
    "table_missing": "未提供 {what},无法比对。请检查服务器版本。",
    "bad_archive": "{path} 不是本工具的档案({why})。",
    "fault": "本工具自身出错({why})。请报告此问题;未作任何判定。",
    "written": "已写入:{path},{entries} 条分录,{bytes} 字节。核验命令:mingzhang-audit verify {path}",
    "officer_key": "{path} 保存 {holder} 的密钥;待登记的公钥为 {key}。",
    "officer_exists": "{path} 已存在,可能是密钥;请另选名称。",
    "officer_bad_key": "{path} 不是经办人密钥:{why}。",
    "officer_misread": "这不是待复核事项:{why}。",
    "officer_differs": "待复核事项与其命令不符(摘要 {digest}),未签名。",
    "officer_signs": "以 {role} 身份签名:{organization} 的 {kind}:{moves};账簿 {journal},摘要 {digest}。",
    "exists": "{path} 已存在。请另选名称,或使用 --force。",
    "cannot_write": "{path} 无法写入({why})。",
    "unread_file": "{path} 无法读取({why})。",
    "no_pin": "{path} 中没有固定 {origin}。请用 `mingzhang-audit init` 固定。",
    "bad_pin": "{path} 不可信({why})。请从备份恢复。",
    "other_pin": "{path} 固定的是另一密钥:{key}",
    "fork_unshown": "账簿已分叉,但无法写出可供第三人检验的证据文件({why})。",
    "fork_kept": "分叉证据(两个已签署的头部):{path}",
    "no_resource": "未提供 {what},无法证明。",
    "no_proof": "哈希瓦片与已签署的根不符({why}),无法证明。",
    "receipt_made": "已写入:{path},第 {position} 条在已签署的 {size} 条之树中。",
    "receipt_holds": "第 {position} 条在 {origin} 已签署的 {size} 条之树中。未询问他人是否见过同一棵树(--policy)。"
    "叶子哈希 {leaf_hash}:\n{leaf}",
    "receipt_witnessed": "第 {position} 条在 {origin} 已签署的 {size} 条之树中,{of} 个独立见证方中有 {have} "
    "个已副署。叶子哈希 {leaf_hash}:\n{leaf}",
    "receipt_unmet": "第 {position} 条在 {origin} 已签署的树中,但未满足策略:{of} 个独立见证方中有 {have} 个副署,"
    "要求 {need} 个。",
    "receipt_stale": "第 {position} 条在 {origin} 已签署且曾被见证的树中,但自 {since} 起副署不足:"
    "{of} 个中有 {fresh} 个,要求 {need} 个。",
    "receipt_broken": "{path} 不能证明任何事:{why}。",
    "receipt_malformed": "{path} 不是可核对的收据:{why}。",
    "not_reached": "第 {position} 条不在已签署的 {size} 条之树中。请待其签署后重试。",
    "pinned": "已固定:{origin},密钥 {key}。今后请用 `mingzhang-audit verify {source} --since-pin` 核验。",
    "fingerprint_differs": "来源密钥的指纹是 {found},与所给不符。请勿信任,并通过其他途径询问运营方。未固定任何密钥。",
    "heads_same": "头部相同:{origin} 的 {size} 条分录。",
    "heads_consistent": "一致:{origin} 的 {second} 条分录延续另一头部的 {first} 条。",
    "heads_forked": "分叉:{origin} 的密钥签署了两段不同的历史({first} 条与 {second} 条)。证据:{path}",
    "proves_nothing": "{path} 对两个头部证明不了任何事:{why}。",
    "heads_unproven": "没有哈希瓦片,无法判断 {second} 条是否延续 {first} 条。请给出 --source。",
    "mirrored": "已镜像:{path} 中 {entries} 条分录,取回 {fetched} 个资源。",
    "mirror_cosigned": "已镜像并副署:{path} 中 {entries} 条分录,取回 {fetched} 个资源。镜像的密钥:\n{key}",
    "mirror_only": "{path} 是镜像的见证人,只副署自己重新计算过的内容。请用 `mingzhang-audit witness init` 另建一个。",
    "cosigner_refuses": "镜像自己的见证人拒绝:{why}。",
    "watch_forked": "分叉:{origin} 签署了另一段历史。证据:{path}",
    "watch_shrunk": "{origin} 提供 {size} 条分录,少于此前签署的 {known} 条。",
    "watch_unreachable": "无法跟踪 {address}:{why}",
    "watch_unmet": "{origin}:独立见证方不足,{of} 个中有 {have} 个,要求 {need} 个。",
    "watch_stale": "{origin}:自 {since} 起独立见证方不足,{of} 个中有 {fresh} 个,要求 {need} 个。",
    "watch_still": "{origin} 自 {since} 起没有发布新内容。",
    "watch_well": "{origin}:恢复正常,{size} 条分录。",
    "witness_made": "见证人 {name},跟踪 {count} 个日志。请把其密钥交给日志与审计方:\n{key}",
    "witness_is": "见证人 {name} 跟踪 {count} 个日志。其密钥:\n{key}",
    "witness_serves": "见证人 {name} 在 {address} 应答,跟踪 {count} 个日志。其密钥:\n{key}\n按 Ctrl-C 停止。",
    "witness_log": "  {origin}:{size} 条分录,根 {root},副署于 {at}",
    "witness_log_new": "  {origin}:尚未副署",
    "no_witness": "{path} 中没有见证人。请用 `mingzhang-audit witness init` 建立。",
    "bad_witness_file": "{path} 无法使用({why})。请从备份恢复。",
    "other_witness": "{path} 中是见证人 {name}。请使用该名称,或另选文件夹。",
    "lost_memory": "{path} 无法读取({why}):上次副署的内容不明,因此不再为此日志签署。"
    "请恢复最新备份,或以新名称另建见证人。",
    "cannot_listen": "无法在 {address} 监听({why})。请用 --port 另选端口(0 表示任意空闲端口)。",
    "progress_entries": "已重新判定的分录",
    "progress_tables": "已比对的数据表",
}

EN.update(proof_messages.EN)
ZH.update(proof_messages.ZH)
CATALOGUE: Final[Mapping[str, Mapping[str, str]]] = {"en": EN, "zh": ZH}


def text(code: str, language: str, facts: Mapping[str, object] | None = None) -> str:
    """The sentence `code` in a language, with its facts filled in; raises KeyError for an unknown code."""
    sentence = CATALOGUE[language][code]
    for name, value in (facts or {}).items():
        sentence = sentence.replace("{" + name + "}", str(value))
    return sentence


def finding(found: Finding, language: str) -> str:
    """A finding in one sentence."""
    facts = {
        "position": found.position, "field": found.field, "source": found.source, "expected": found.expected,
        "actual": found.actual,
    }  # fmt: skip
    return text("finding_journal" if found.position is None else "finding", language, facts)
