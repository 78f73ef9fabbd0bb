"""What is done and what is said of it: budgets, indicators, needs and offers, contracts, publications, objections.

Sources are clauses of the notice 国开发〔2017〕12号 by their numbers in DOMAIN.md (F1 …), and articles of the law.
"""

from typing import Final

from ledger.domain import Field, RecordNoun
from ledger.domain_parties import DIGEST, FROM, NAME, NAME_EN, REGION, UNTIL

TITLE: Final = Field("title", "text", "What it is called.", "标题", needed=True)
ON: Final = Field("on", "day", "The day.", "日期", needed=True)
AMOUNT: Final = Field("amount", "amount", "How much.", "金额", needed=True)
FOCUS: Final = Field("focus", "purpose", "The focus area that it serves.", "重点领域")

BUDGET: Final = RecordNoun(
    "budget", "Budget", "budgets", "项目预算", "What a project may spend, line by line.", "notice F3; 慈善法53",
    (
        Field("approved", "day", "When it was approved.", "批准日期", needed=True),
        Field("lines", "lines", "Its lines.", "预算科目", needed=True, line="BudgetLine", lines=(
            Field("code", "code", "The line that payments name.", "科目代码", needed=True),
            Field("item", "text", "What it is for.", "科目", needed=True),
            Field("purpose", "purpose", "The purpose that it serves.", "用途"),
            Field("cost", "choice", "Its class in law.", "费用类别",
                  choices=("activity", "management", "fundraising", "payroll", "tax", "other")),
            AMOUNT)),
        FROM,
        UNTIL,
    ),
    of_project=True,
)  # fmt: skip
ACTIVITY: Final = RecordNoun(
    "activity", "Activity", "activities", "活动", "Something that a project does, at a place and a time.", "notice F7",
    (
        TITLE,
        FOCUS,
        Field("starts", "day", "The first day.", "开始", needed=True),
        Field("ends", "day", "The last day.", "结束"),
        REGION,
        Field("place", "text", "The place, not nearer than the county for persons.", "地点"),
        Field("persons", "number", "How many persons were served.", "服务人数"),
        Field("sessions", "number", "How many sessions there were.", "场次"),
    ),
    of_project=True,
)  # fmt: skip
INDICATOR: Final = RecordNoun(
    "indicator", "Indicator", "indicators", "绩效指标", "What a project is measured by.", "notice D4 扶贫效果",
    (
        NAME,
        NAME_EN,
        Field("unit", "text", "In what it is counted.", "单位", needed=True),
        Field("baseline", "rate", "Where it began.", "基线值"),
        Field("target", "rate", "Where it is to be.", "目标值", needed=True),
        Field("due", "day", "By when.", "期限", needed=True),
        Field("evaluator", "text", "Who measures.", "评价方"),
        Field("results", "lines", "What was measured.", "结果", line="IndicatorResult", lines=(
            ON,
            Field("value", "rate", "The value.", "数值", needed=True),
            Field("evidence", "digest", "SHA-256 of what shows it.", "证据摘要"))),
    ),
    of_project=True,
)  # fmt: skip
EVALUATION: Final = RecordNoun(
    "evaluation", "Evaluation", "evaluations", "第三方评估", "What a third party found.", "notice A9, (六)",
    (
        TITLE,
        Field("evaluator", "text", "Who evaluated.", "评估方", needed=True),
        Field("evaluatedBy", "record", "The evaluator, where it is on the platform.", "评估组织", of="organization"),
        Field("independent", "flag", "Whether it declared to be no related party.", "独立性声明", needed=True),
        Field("conclusion", "note", "What it found.", "结论", needed=True),
        ON,
        DIGEST,
    ),
    of_project=True,
)  # fmt: skip
PAIRING: Final = RecordNoun(
    "pairing", "Pairing", "pairings", "结对帮扶", "A helper and whom it helps, one to one.", "notice F4",
    (
        Field("helper", "text", "Who helps, where it is no natural person.", "帮扶方"),
        Field("beneficiary", "record", "Who is helped.", "帮扶对象", of="beneficiary"),
        Field("village", "region", "The place that is helped.", "帮扶村县"),
        Field("actions", "lines", "What was planned and done.", "帮扶措施", line="PairingAction", lines=(
            Field("action", "text", "What.", "措施", needed=True),
            Field("planned", "day", "For when it was planned.", "计划日期"),
            Field("done", "day", "When it was done.", "完成日期"))),
        FROM,
        UNTIL,
    ),
)  # fmt: skip
ELIGIBILITY: Final = RecordNoun(
    "eligibility", "Eligibility", "eligibilities", "资格认定",
    "On what it rests that a beneficiary belongs to a category, on the date of help.", "notice B1; 扶真贫",
    (
        Field("beneficiary", "record", "Of whom.", "受益人", needed=True, of="beneficiary"),
        Field("category", "code", "The category.", "对象类别", needed=True),
        Field("basis", "choice", "What it rests on.", "依据", needed=True,
              choices=("official_reply", "village_certificate", "self_declared", "unchecked")),
        Field("eligible", "flag", "What was said.", "是否符合", needed=True),
        Field("authority", "record", "Who replied.", "答复机关", of="authority"),
        FROM,
        UNTIL,
        DIGEST,
    ),
)  # fmt: skip
NEED: Final = RecordNoun(
    "need", "Need", "needs", "需求", "What is needed, where and by when.", "notice M1",
    (
        TITLE,
        Field("kind", "choice", "What would help.", "类别", needed=True,
              choices=("money", "goods", "service", "skill")),
        FOCUS,
        Field("region", "region", "Where it is needed.", "地区", needed=True),
        Field("quantity", "number", "How much, in the unit.", "数量", needed=True),
        Field("unit", "text", "In what it is counted.", "单位", needed=True),
        Field("persons", "number", "For how many persons.", "受益人数"),
        Field("due", "day", "By when.", "期限"),
        Field("urgency", "choice", "How urgent it is.", "紧急程度", needed=True, choices=("high", "normal", "low")),
        Field("verifiedBy", "record", "The village or county body that verified it.", "核实机关", of="authority"),
        Field("verified", "day", "When it was verified.", "核实日期"),
        Field("status", "choice", "Where it stands.", "状态", needed=True,
              choices=("open", "matched", "met", "withdrawn")),
    ),
)  # fmt: skip
OFFER: Final = RecordNoun(
    "offer", "Offer", "offers", "供给", "What is offered, for where and until when.", "notice M1",
    (
        TITLE,
        Field("kind", "choice", "What is offered.", "类别", needed=True,
              choices=("money", "goods", "service", "skill")),
        FOCUS,
        Field("regions", "region", "Where it may go; anywhere when there are none.", "可及地区", many=True),
        Field("quantity", "number", "How much, in the unit.", "数量", needed=True),
        Field("unit", "text", "In what it is counted.", "单位", needed=True),
        Field("expires", "day", "The last day.", "有效期至"),
        Field("status", "choice", "Where it stands.", "状态", needed=True,
              choices=("open", "matched", "given", "withdrawn")),
    ),
)  # fmt: skip
MATCH: Final = RecordNoun(
    "match", "Match", "matches", "对接", "A need and an offer that were brought together, with the reasons.",
    "notice M1 精准对接",
    (
        Field("need", "record", "The need.", "需求", needed=True, of="need"),
        Field("offer", "record", "The offer.", "供给", needed=True, of="offer"),
        Field("quantity", "number", "How much of it.", "数量", needed=True),
        Field("reasons", "lines", "Why they fit.", "理由", line="MatchReason", lines=(
            Field("factor", "code", "What was looked at.", "因素", needed=True),
            Field("points", "number", "How many points it gave.", "得分", needed=True))),
        Field("status", "choice", "Where it stands.", "状态", needed=True,
              choices=("proposed", "accepted", "delivered", "closed", "declined")),
        Field("delivered", "entry", "The entry that delivered it.", "交付分录"),
    ),
)  # fmt: skip
CONTRACT: Final = RecordNoun(
    "contract", "Contract", "contracts", "合同", "What was agreed with a vendor, partner or payer.",
    "notice V6; 民法典",
    (
        TITLE,
        Field("kind", "choice", "What it is.", "类别", needed=True, choices=(
            "procurement", "service", "grant", "labour", "government_purchase", "other")),
        Field("number", "code", "Its number.", "合同编号", needed=True),
        Field("counterparty", "text", "The other side, where it is no natural person.", "相对方"),
        Field("uscc", "uscc", "The other side's unified social credit code.", "统一社会信用代码"),
        Field("signed", "day", "When it was signed.", "签订日期", needed=True),
        AMOUNT,
        Field("feeRate", "rate", "The fee that is agreed, as a share.", "约定费率"),
        Field("passOnDays", "number", "Within how many days money is to be passed on.", "拨付期限（天）"),
        Field("prices", "lines", "What a unit costs.", "单价", line="ContractPrice", lines=(
            Field("item", "text", "What.", "品名", needed=True),
            Field("unit", "text", "In what it is counted.", "单位", needed=True),
            Field("quantity", "number", "How much.", "数量", needed=True),
            Field("price", "amount", "What one costs.", "单价", needed=True))),
        Field("quotes", "lines", "The quotations that were compared.", "询价", line="ContractQuote", lines=(
            Field("supplier", "text", "Who quoted.", "供应商", needed=True),
            Field("amount", "amount", "How much.", "报价", needed=True),
            Field("contact", "digest", "A keyed hash of the contact.", "联系方式密钥摘要"))),
        Field("milestones", "lines", "When what is due.", "付款节点", line="ContractMilestone", lines=(
            Field("item", "text", "What.", "节点", needed=True),
            Field("due", "day", "When.", "期限", needed=True),
            Field("amount", "amount", "How much.", "金额", needed=True))),
        DIGEST,
    ),
    of_project=True,
)  # fmt: skip
ACCEPTANCE: Final = RecordNoun(
    "acceptance", "Acceptance", "acceptances", "验收", "What was received under a contract.", "notice V6",
    (
        Field("contract", "record", "The contract.", "合同", needed=True, of="contract"),
        ON,
        Field("accepted", "flag", "Whether it was accepted.", "是否通过", needed=True),
        Field("quantity", "number", "How much.", "数量"),
        AMOUNT,
        DIGEST,
    ),
    of_project=True,
)  # fmt: skip
INVOICE: Final = RecordNoun(
    "invoice", "Invoice", "invoices", "发票", "What was billed.", "notice V6; 发票管理办法",
    (
        Field("contract", "record", "The contract.", "合同", of="contract"),
        Field("number", "code", "Its number.", "发票号码", needed=True),
        Field("seller", "text", "Who billed.", "销售方", needed=True),
        Field("uscc", "uscc", "The seller's unified social credit code.", "统一社会信用代码"),
        ON,
        AMOUNT,
        Field("voided", "day", "When it was voided or reversed.", "作废或红冲日期"),
        Field("payment", "entry", "The entry that paid it.", "付款分录"),
        DIGEST,
    ),
    of_project=True,
)  # fmt: skip
GOVERNMENT_SUPPORT: Final = RecordNoun(
    "government-support", "GovernmentSupport", "governmentSupports", "政府购买服务与支持",
    "What government buys or supports; its money is restricted, and never invested.", "notice F8; 慈善法55",
    (
        TITLE,
        Field("kind", "choice", "What it is.", "类别", needed=True,
              choices=("purchase", "project_support", "subsidy")),
        Field("authority", "record", "Who pays.", "购买方", needed=True, of="authority"),
        Field("contract", "record", "The contract.", "合同", of="contract"),
        AMOUNT,
        Field("deliverables", "note", "What is owed for it.", "交付内容"),
        Field("accepted", "day", "When it was accepted.", "验收日期"),
        FROM,
        UNTIL,
    ),
)  # fmt: skip
INCENTIVE: Final = RecordNoun(
    "incentive", "Incentive", "incentives", "优惠支持", "A tax, credit or fee relief that was granted.", "notice F9",
    (
        Field("kind", "choice", "What was relieved.", "类别", needed=True, choices=("tax", "credit", "fee")),
        Field("authority", "record", "Who granted it.", "批准机关", of="authority"),
        Field("basis", "text", "On what basis.", "依据", needed=True),
        AMOUNT,
        ON,
    ),
)  # fmt: skip
EVENT: Final = RecordNoun(
    "event", "CharityEvent", "charityEvents", "展会与会议", "A fair or meeting, held in a poor area where possible.",
    "notice F10",
    (
        TITLE,
        Field("kind", "choice", "What it is.", "类别", needed=True, choices=("expo", "fair", "conference", "other")),
        Field("role", "choice", "What the organization is there.", "角色", needed=True, choices=("host", "organiser")),
        Field("region", "region", "Where it is held.", "地区", needed=True),
        Field("starts", "day", "The first day.", "开始", needed=True),
        Field("ends", "day", "The last day.", "结束"),
        Field("waivers", "lines", "Whose fees were waived.", "费用减免", line="EventWaiver", lines=(
            Field("exhibitor", "text", "Whose.", "参展方", needed=True), AMOUNT)),
    ),
)  # fmt: skip
TRAINING: Final = RecordNoun(
    "training", "Training", "trainings", "培训", "A training that was held.", "notice M4",
    (TITLE, ON, REGION, Field("persons", "number", "How many took part.", "人数", needed=True),
     Field("hours", "number", "How many hours it took.", "学时")),
)  # fmt: skip
HELP_TICKET: Final = RecordNoun(
    "help-ticket", "HelpTicket", "helpTickets", "困难与问题", "A difficulty that was told, and who answers.",
    "notice M4 及时解决困难和问题",
    (
        TITLE,
        Field("question", "note", "What is wrong.", "问题", needed=True),
        Field("opened", "day", "When it was told.", "提出日期", needed=True),
        Field("authority", "record", "Who answers.", "承办机关", of="authority"),
        Field("answered", "day", "When it was answered.", "答复日期"),
        Field("answer", "note", "The answer.", "答复"),
    ),
)  # fmt: skip
SUGGESTION: Final = RecordNoun(
    "suggestion", "Suggestion", "suggestions", "政策建议", "Advice on policy.", "notice A9",
    (TITLE, ON, Field("text", "note", "What is advised.", "内容", needed=True),
     Field("authority", "record", "To whom.", "致送机关", of="authority")),
)  # fmt: skip
PUBLICATION: Final = RecordNoun(
    "publication", "Publication", "publications", "信息公开",
    "What was published, with every figure: its definition, period, unit and the position that it claims.",
    "notice D1–D5; 慈善法72–73, 79; Order 81",
    (
        TITLE,
        Field("kind", "choice", "What it is.", "类别", needed=True, choices=(
            "annual_report", "financial_report", "campaign_progress", "campaign_final", "project_progress",
            "project_final", "emergency_income", "related_parties", "other")),
        Field("published", "day", "When it was published.", "公布日期", needed=True),
        Field("where", "text", "Where it was published.", "公布渠道"),
        Field("campaign", "record", "Of which campaign.", "募捐活动", of="campaign"),
        Field("supersedes", "record", "The publication that it corrects.", "所更正的公开信息", of="publication"),
        Field("note", "note", "The correction note, where it corrects one.", "更正说明"),
        Field("figures", "lines", "Its figures.", "数据", line="PublishedFigure", lines=(
            Field("name", "code", "Which figure: `received`, `spent`, `persons` and others.", "指标", needed=True),
            Field("definition", "text", "What it counts.", "口径", needed=True),
            Field("from", "day", "The first day that it counts.", "自"),
            Field("until", "day", "The last day that it counts.", "至", needed=True),
            Field("asset", "code", "The asset, where it is an amount.", "资产"),
            Field("value", "rate", "The value, as it was published.", "数值", needed=True),
            Field("unit", "text", "In what it was published (元, 万元, 人).", "单位", needed=True),
            Field("decimals", "number", "How many decimals were printed.", "小数位"),
            Field("cumulative", "flag", "Whether it is a total since the beginning.", "累计数"),
            Field("position", "entry", "The position of the journal that it claims to be as of.", "账位"))),
        FROM,
        UNTIL,
        DIGEST,
    ),
    of_project=True,
)  # fmt: skip
OBJECTION: Final = RecordNoun(
    "objection", "Objection", "objections", "公示异议", "What was objected during the public notice, and the answer.",
    "notice D3; 慈善法108",
    (
        Field("subject", "text", "What it is about.", "对象", needed=True),
        Field("about", "entry", "The entry that it is about.", "所涉分录"),
        Field("raised", "day", "When it was raised.", "提出日期", needed=True),
        Field("due", "day", "By when it is to be answered.", "答复期限", needed=True),
        Field("answered", "day", "When it was answered.", "答复日期"),
        Field("answer", "note", "The answer.", "答复"),
        Field("status", "choice", "Where it stands.", "状态", needed=True,
              choices=("open", "answered", "upheld", "rejected")),
    ),
)  # fmt: skip

WORK: Final = (
    BUDGET, ACTIVITY, INDICATOR, EVALUATION, PAIRING, ELIGIBILITY, NEED, OFFER, MATCH, CONTRACT, ACCEPTANCE, INVOICE,
    GOVERNMENT_SUPPORT, INCENTIVE, EVENT, TRAINING, HELP_TICKET, SUGGESTION, PUBLICATION, OBJECTION,
)  # fmt: skip
"""Every noun of this page."""
