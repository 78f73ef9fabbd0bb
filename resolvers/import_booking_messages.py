"""The words for what keeps a file that could be read from being booked."""

from resolvers.bilingual import Message

BOOKING: dict[str, Message] = {
    "IMPORTED_BEFORE": Message(
        "These rows came before, in batch {batch}: {rows} rows, {amount} yuan; nothing was booked twice.",
        "Nothing must be done.",
        "这些行已在批次 {batch} 中导入过：{rows} 行，共 {amount} 元；未重复入账。",
        "无需处理。",
    ),
    "IMPORT_UNFINISHED": Message(
        "The import of these rows was begun from another file (SHA-256 {file}) and not finished.",
        "Import that very file again; it is then finished.",
        "这些行已从另一文件（SHA-256 {file}）开始导入但尚未完成。",
        "请重新导入该文件以完成导入。",
    ),
    "FILE_HAS_ERRORS": Message(
        "The file has {errors} errors, so none of its {rows} readable rows ({amount} yuan) was booked.",
        "Mend the cells that are listed, and import the file again.",
        "文件有 {errors} 处错误，因此其 {rows} 个可读行（{amount} 元）均未入账。",
        "请更正所列单元格后重新导入。",
    ),
    "NO_ROWS": Message(
        "The file has a header, but no row to book.", "Send the file with its rows.",
        "文件有表头，但没有可入账的行。", "请提供含有数据行的文件。",
    ),
    "DATE_IN_FUTURE": Message(
        "The date {date} lies in the future.", "Correct the date.", "日期 {date} 在将来。", "请更正日期。"
    ),
    "AMOUNT_TOO_LARGE": Message(
        "The amount is larger than the journal can hold.", "Correct the amount.",
        "金额超出账簿可记录的范围。", "请更正金额。",
    ),
    "TEXT_NOT_STORABLE": Message(
        "The row holds characters that cannot be stored: {detail}.", "Remove them.",
        "此行含有无法保存的字符：{detail}。", "请删除这些字符。",
    ),
    "ORGANIZATION_UNNAMED": Message(
        "The organization is new here and was recorded under its code {code}, since no name was given.",
        "Record its name; for another time there is --organization-name.",
        "该组织为新建，因未提供名称，暂以代码 {code} 作名称。",
        "请补录名称；以后可用 --organization-name 提供。",
    ),
    "REGISTRATION_ASSUMED": Message(
        "The organization is new here and taken for registered since {date}, the date of its first row.",
        "Record its true dates of registration and qualification.",
        "该组织为新建，按首行日期 {date} 起视为已登记。",
        "请补录其真实的登记与资格日期。",
    ),
}  # fmt: skip
