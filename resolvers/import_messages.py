"""The words for every problem of an import, Chinese and English, keyed by problem code.

Each code has four templates: why and how to fix, in both languages.  `{facts}` are filled by `str.format`.  A test
asserts that every code the importer uses is here, and that no template is unused.
"""

from collections.abc import Mapping

from resolvers.bilingual import Language, Message
from resolvers.import_booking_messages import BOOKING


def why_of(code: str, facts: Mapping[str, str], language: Language) -> str:
    """Say what is wrong, in `language`. Raises `KeyError` for a code or fact that is not known."""
    message = MESSAGES.get(code) or BOOKING[code]
    return (message.why_zh if language == "zh" else message.why_en).format(**facts)


def fix_of(code: str, facts: Mapping[str, str], language: Language) -> str:
    """Say what to do, in `language`. Raises `KeyError` for a code or fact that is not known."""
    message = MESSAGES.get(code) or BOOKING[code]
    return (message.fix_zh if language == "zh" else message.fix_en).format(**facts)


_FILE: dict[str, Message] = {
    "FILE_EMPTY": Message("The file is empty.", "Send the file again.", "文件为空。", "请重新提供文件。"),
    "NUL_BYTES": Message(
        "The text contains NUL bytes, first at byte {at}.",
        "Export it again as CSV in UTF-8.",
        "文本含有空字节（NUL），首见于第 {at} 字节。",
        "请重新导出为 UTF-8 编码的 CSV。",
    ),
    "NOT_A_TABLE": Message(
        "This is {kind}, not a spreadsheet.",
        "Save it as .xlsx or as CSV and send that.",
        "这是{kind}，不是表格。",
        "请另存为 .xlsx 或 CSV 后再提供。",
    ),
    "OLD_WORKBOOK": Message(
        "This is an old .xls workbook.",
        "Open it and save it as .xlsx.",
        "这是旧版 .xls 工作簿。",
        "请打开后另存为 .xlsx。",
    ),
    "ENCRYPTED": Message(
        "The workbook is protected by a password.",
        "Save a copy without the password.",
        "工作簿设有密码。",
        "请另存一份不带密码的副本。",
    ),
    "BROKEN_ZIP": Message(
        "The workbook is damaged or cut short ({detail}).",
        "Download or save it again.",
        "工作簿已损坏或不完整（{detail}）。",
        "请重新下载或另存。",
    ),
    "BROKEN_WORKBOOK": Message(
        "The workbook's parts contradict each other ({detail}).",
        "Open it and save it again as .xlsx.",
        "工作簿内部结构不一致（{detail}）。",
        "请打开后重新另存为 .xlsx。",
    ),
    "BROKEN_CSV": Message(
        "Line {line} cannot be read as CSV ({detail}).",
        "Close the quotation mark, or export the file again.",
        "第 {line} 行不是有效的 CSV（{detail}）。",
        "请补全引号，或重新导出文件。",
    ),
    "UNKNOWN_ENCODING": Message(
        "The text is neither UTF-8 nor GB18030.",
        "Export it again as CSV in UTF-8.",
        "文本既不是 UTF-8 也不是 GB18030 编码。",
        "请重新导出为 UTF-8 编码的 CSV。",
    ),
    "FILE_TOO_LARGE": Message(
        "The file has {size} bytes; at most {limit} are read.",
        "Split it into several files.",
        "文件有 {size} 字节，最多读取 {limit} 字节。",
        "请拆分为多个文件。",
    ),
    "ZIP_BOMB": Message(
        "Unpacked, the workbook would be larger than a workbook may be ({detail}).",
        "Copy the cells into a new workbook and send that.",
        "工作簿解压后超出允许的大小（{detail}）。",
        "请把单元格复制到新的工作簿后再提供。",
    ),
    "ENTITIES_DECLARED": Message(
        "Part {part} declares XML entities, which no workbook needs.",
        "Save it again with a spreadsheet program.",
        "部件 {part} 声明了 XML 实体，正常工作簿不会有。",
        "请用表格软件重新另存。",
    ),
    "TOO_MANY_COLUMNS": Message(
        "Row {row} has content in column {columns}; at most {limit} columns are read.",
        "Delete the columns that are not needed.",
        "第 {row} 行在第 {columns} 列有内容，最多读取 {limit} 列。",
        "请删除不需要的列。",
    ),
    "TOO_MANY_ROWS": Message(
        "The sheet has more than {limit} rows.",
        "Split it into several files.",
        "工作表超过 {limit} 行。",
        "请拆分为多个文件。",
    ),
    "TOO_MANY_CELLS": Message(
        "The sheet's used area has more than {limit} cells.",
        "Delete what is not needed, or split it into several files.",
        "工作表已用区域超过 {limit} 个单元格。",
        "请删除不需要的内容，或拆分为多个文件。",
    ),
    "TOO_MUCH_TEXT": Message(
        "The cells' texts together have more than {limit} characters.",
        "Delete what is not needed, or split it into several files.",
        "单元格文字合计超过 {limit} 个字符。",
        "请删除不需要的内容，或拆分为多个文件。",
    ),
    "TOO_MANY_MERGES": Message(
        "Merged ranges cover more than {limit} rows together.",
        "Unmerge them and fill each row.",
        "合并单元格合计覆盖超过 {limit} 行。",
        "请取消合并并逐行填写。",
    ),
    "CELL_TOO_LONG": Message(
        "A cell in row {row} has more than {limit} characters.",
        "Shorten the text.",
        "第 {row} 行有单元格超过 {limit} 个字符。",
        "请缩短文字。",
    ),
    "NO_HEADER": Message(
        "No sheet has a row that names an amount column and a donor or date column.",
        "Add a header row, or give a mapping file.",
        "没有找到同时含有金额列和捐赠人或日期列的表头。",
        "请补充表头，或提供列映射文件。",
    ),
    "COLUMN_MISSING": Message(
        "No column was found for: {target}.",
        "Name it in a mapping file (a fixed date may be given there).",
        "未找到对应的列：{target}。",
        "请在列映射文件中指明（日期也可在其中写成固定值）。",
    ),
    "AMBIGUOUS_COLUMN": Message(
        "More than one column could be {target}: {headers}.",
        "Name the right one in a mapping file.",
        "有多列都可能是{target}：{headers}。",
        "请在列映射文件中指明其中一列。",
    ),
    "FOREIGN_CURRENCY": Message(
        "The amounts are in {found}; this import books CNY.",
        "Import other currencies by their own file and mapping.",
        "金额币种为 {found}，此导入仅记人民币。",
        "其他币种请另列文件并另行导入。",
    ),
    "GOODS_TABLE": Message(
        "This is a table of goods ({headers}), not of money.",
        "Use the import for gifts in kind.",
        "这是物资表（{headers}），不是资金表。",
        "请使用实物捐赠的导入功能。",
    ),
    "MAPPING_INVALID": Message(
        "The mapping file is not valid: {detail}.",
        "Correct it; the README shows its format.",
        "列映射文件无效：{detail}。",
        "请更正，格式见 README。",
    ),
    "MAPPING_UNMATCHED": Message(
        "The mapping does not fit this file: {detail}.",
        "Correct the mapping, or give the file it was made for.",
        "列映射与本文件不符：{detail}。",
        "请更正映射，或提供与之对应的文件。",
    ),
}

_WHOLE: dict[str, Message] = {
    "ROWS_CAME_BEFORE": Message(
        "The same {rows} rows, CNY {amount} together, came before in {earlier}.",
        "Nothing to do: they are not counted twice. If these are new gifts, ask for a decision.",
        "相同的 {rows} 行（合计人民币 {amount} 元）已在 {earlier} 中导入过。",
        "无需处理，不会重复计算；如确为新的捐赠，请申请裁定。",
    ),
    "ROWS_OVERLAP": Message(
        "{rows} rows, CNY {amount} together, have the same date, donor and amount as rows of {earlier}.",
        "Compare the two files; identical gifts are real, repeated ones are not.",
        "有 {rows} 行（合计人民币 {amount} 元）的日期、捐赠人和金额与 {earlier} 中的行相同。",
        "请核对两份文件：相同的捐赠可能属实，重复登记则不是。",
    ),
    "TOTAL_DISAGREES": Message(
        "The printed total is {printed}, the rows above it sum to {computed}.",
        "Find the missing or changed rows, or correct the total.",
        "印出的合计为 {printed}，其上各行之和为 {computed}。",
        "请查找缺失或改动的行，或更正合计。",
    ),
    "TOTAL_MISSING": Message(
        "The sheet has no printed total.",
        "Nothing must be done; a 合计 row would let the sum be checked.",
        "工作表没有合计行。",
        "可不处理；有合计行即可核对总额。",
    ),
    "TOTAL_UNREADABLE": Message(
        "This is a total row without a readable amount.",
        "Write the amount, or delete the row.",
        "此合计行没有可读的金额。",
        "请填写金额，或删除该行。",
    ),
    "ROLL_UP": Message(
        "This row repeats itemised rows (their sum is equal); it is set aside, not counted.",
        "Nothing to do.",
        "此行是对明细行的汇总（金额相等），已搁置，不计入。",
        "无需处理。",
    ),
    "ROLL_UP_UNPROVED": Message(
        "This row reads as a roll-up, but no run of rows before it has this sum.",
        "Itemise it, or delete it if it repeats rows.",
        "此行像是汇总行，但其前没有任何连续行之和与之相等。",
        "请逐笔列出；如属重复请删除。",
    ),
    "FILE_YEAR_DIFFERS": Message(
        "The file or its title says {said}, the rows are of {found}.",
        "Check that this is the right file.",
        "文件名或标题写的是 {said} 年，而各行属于 {found} 年。",
        "请确认文件是否正确。",
    ),
    "HIDDEN_SHEET": Message(
        "The sheet is hidden and was not read.",
        "Unhide it if it is meant, delete it if not.",
        "该工作表被隐藏，未读取。",
        "如需导入请取消隐藏，否则请删除。",
    ),
    "SHEET_NOT_RECOGNISED": Message(
        "The sheet has no header row that names an amount, so it was not read.",
        "Add a header row, or name the sheet in a mapping file.",
        "该工作表没有含金额列的表头，未读取。",
        "请补充表头，或在列映射文件中指明工作表。",
    ),
    "COLUMN_GUESSED": Message(
        "The column “{header}” was taken for {target} by likeness.",
        "Confirm it by a mapping file.",
        "列“{header}”按相似程度认作{target}。",
        "请用列映射文件确认。",
    ),
    "HIDDEN_COLUMN": Message(
        "The column is hidden, but was read.",
        "Unhide it, so that everyone sees what is imported.",
        "该列被隐藏，但已读取。",
        "请取消隐藏，使导入内容可见。",
    ),
    "SEQUENCE_GAP": Message(
        "The serial number is {found}; after {before} one expects {expected}.",
        "Check whether a row was removed or entered twice.",
        "序号为 {found}，而 {before} 之后应为 {expected}。",
        "请核对是否缺行或重行。",
    ),
    "FOOTNOTE": Message(
        "This row is a remark, not a gift; it is set aside.",
        "Nothing to do.",
        "此行是说明文字，不是捐赠，已搁置。",
        "无需处理。",
    ),
}

_CELL: dict[str, Message] = {
    "AMOUNT_MISSING": Message(
        "The row has no amount.", "Enter the amount, or delete the row.", "此行没有金额。", "请填写金额，或删除该行。"
    ),
    "AMOUNT_UNREADABLE": Message(
        "This cannot be read surely as an amount.",
        "Write digits with at most two decimals, such as 1234.50.",
        "无法确定地读作金额。",
        "请写成数字，最多两位小数，如 1234.50。",
    ),
    "AMOUNT_ZERO": Message(
        "The amount is zero.", "Enter the amount, or delete the row.", "金额为零。", "请填写金额，或删除该行。"
    ),
    "AMOUNT_NEGATIVE": Message(
        "The amount is negative and names no original.",
        "It is taken as a refund whose original is unknown.",
        "金额为负，且未注明原捐赠。",
        "将作为原笔不明的退款处理。",
    ),
    "TOO_MANY_DECIMALS": Message(
        "The amount {value} has more than two decimals; amounts are never rounded.",
        "Correct the amount to the cent.",
        "金额 {value} 超过两位小数；金额从不四舍五入。",
        "请更正到分。",
    ),
    "TOO_MANY_DIGITS": Message(
        "The amount has more digits than a spreadsheet keeps (15).",
        "Check it against the source and split it.",
        "金额位数超过表格软件可保存的 15 位。",
        "请与原始凭证核对。",
    ),
    "UNIT_MIXED": Message(
        "The cell says {cell_unit}, the column is in {column_unit}.",
        "Use one unit in the whole column.",
        "单元格单位为{cell_unit}，而该列单位为{column_unit}。",
        "整列请统一单位。",
    ),
    "TWO_CURRENCIES": Message(
        "The amount is in {found}, the file in {expected}.",
        "Put other currencies into a file of their own.",
        "金额币种为 {found}，而本文件为 {expected}。",
        "其他币种请另列文件。",
    ),
    "FULL_WIDTH_DIGITS": Message(
        "The number is written in full-width characters; it was read as {value}.",
        "Nothing to do.",
        "数字为全角字符，已读作 {value}。",
        "无需处理。",
    ),
    "INVISIBLE_CHARACTERS": Message(
        "The cell contains invisible or no-break characters; they were removed.",
        "Nothing to do.",
        "单元格含有不可见字符或不换行空格，已去除。",
        "无需处理。",
    ),
    "LONG_NUMBER_AS_FLOAT": Message(
        "A number of {digits} digits is stored as a number: a spreadsheet keeps 15, the rest is lost.",
        "Format the column as text and enter the number again from the source.",
        "{digits} 位的号码被存为数值：表格软件只保留 15 位，其余已丢失。",
        "请把该列设为文本，并按原始资料重新填写。",
    ),
    "ERROR_CELL": Message(
        "The cell shows an error ({value}).",
        "Correct the formula, or enter the value.",
        "单元格显示错误值（{value}）。",
        "请修正公式，或直接填写数值。",
    ),
    "FORMULA_WITHOUT_VALUE": Message(
        "The cell has a formula whose value was never saved.",
        "Open the file, let it calculate, and save it.",
        "单元格有公式但没有保存计算结果。",
        "请打开文件重新计算后保存。",
    ),
    "HIDDEN_ROW": Message(
        "The row is hidden and holds data.",
        "Unhide it if it is meant, delete it if not.",
        "此行被隐藏但含有数据。",
        "如需导入请取消隐藏，否则请删除。",
    ),
    "MERGED_CELLS": Message(
        "The cells {range} are merged: their value belongs to no single row.",
        "Unmerge them and fill each row.",
        "单元格 {range} 已合并，其值不属于任何一行。",
        "请取消合并并逐行填写。",
    ),
    "DATE_MISSING": Message("The row has no date.", "Enter the date.", "此行没有日期。", "请填写日期。"),
    "DATE_UNREADABLE": Message(
        "This cannot be read surely as a date.",
        "Write it as 2020-01-31.",
        "无法确定地读作日期。",
        "请写成 2020-01-31。",
    ),
    "DATE_WITHOUT_YEAR": Message(
        "The date has no year.", "Write it as 2020-01-31.", "日期没有年份。", "请写成 2020-01-31。"
    ),
    "DATE_AMBIGUOUS": Message(
        "Day and month cannot be told apart.", "Write it as 2020-01-31.", "无法分辨日和月。", "请写成 2020-01-31。"
    ),
    "DATE_SERIAL": Message(
        "The date is stored as the serial number {serial}; it was read as {value}.",
        "Nothing to do.",
        "日期存为序列数 {serial}，已读作 {value}。",
        "无需处理。",
    ),
    "DATE_CHINESE": Message(
        "The date is written in Chinese; it was read as {value}.",
        "Nothing to do.",
        "日期为中文写法，已读作 {value}。",
        "无需处理。",
    ),
    "DONOR_MISSING": Message(
        "The row names no donor; it is taken as anonymous.",
        "Enter the donor if known.",
        "此行没有捐赠人，按匿名处理。",
        "如知道捐赠人请填写。",
    ),
    "MANY_DONORS": Message(
        "One row seems to hold the gifts of several donors.",
        "Keep the list of givers with the papers.",
        "一行似乎包含多位捐赠人的捐款。",
        "请将捐赠人名单随凭证保存。",
    ),
}

MESSAGES: dict[str, Message] = {**_FILE, **_WHOLE, **_CELL}
