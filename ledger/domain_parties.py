"""Who takes part and who watches: authorities, standing, members, donors, volunteers, campaigns, funds, trusts.

Sources are clauses of the notice 国开发〔2017〕12号 by their numbers in DOMAIN.md (A1 …) and articles of 慈善法.
"""

from typing import Final

from ledger.domain import Field, RecordNoun

FROM: Final = Field("from", "day", "The first day.", "自", needed=True)
UNTIL: Final = Field("until", "day", "The last day; none while it lasts.", "至")
NAME: Final = Field("name", "text", "Its name.", "名称", needed=True)
NAME_EN: Final = Field("nameEn", "text", "Its name in English.")
REGION: Final = Field("region", "region", "Where, as `code@edition`.", "地区")
DIGEST: Final = Field("digest", "digest", "SHA-256 of the document.", "文件摘要")
PARTY: Final = Field("party", "digest", "A natural person, as a commitment that says nothing.", "自然人承诺值")

AUTHORITY: Final = RecordNoun(
    "authority", "Authority", "authorities", "主管机关", "A body that registers, supervises or guides.", "notice A4",
    (
        NAME,
        NAME_EN,
        Field("kind", "choice", "What it is to social organizations.", "机关类型", needed=True, choices=(
            "supervising_body", "industry_department", "registration_authority", "poverty_relief_office",
            "civil_affairs", "other")),
        Field("level", "choice", "At which level it works.", "层级", needed=True,
              choices=("county", "city", "province", "nation")),
        Field("region", "region", "The area that it answers for.", "行政区域", needed=True),
        Field("above", "record", "The body above it.", "上级机关", of="authority"),
        Field("uscc", "uscc", "Its unified social credit code.", "统一社会信用代码"),
    ),
    owned=False,
)  # fmt: skip
SUPERVISION: Final = RecordNoun(
    "supervision", "Supervision", "supervisions", "监督管理关系", "Which body answers for which organization.",
    "notice A3, A4",
    (
        Field("authority", "record", "The body.", "机关", needed=True, of="authority"),
        Field("relation", "choice", "What it does for the organization.", "关系", needed=True,
              choices=("registers", "supervises", "guides_industry")),
        FROM,
        UNTIL,
    ),
)  # fmt: skip
STANDING: Final = RecordNoun(
    "standing", "Standing", "standings", "资质与状态", "A qualification, rating, inspection result or list, by date.",
    "notice M6; 慈善法10, 22",
    (
        Field("kind", "choice", "What was decided.", "类别", needed=True, choices=(
            "registration", "charity", "public_fundraising", "tax_receipt", "annual_inspection", "rating",
            "abnormal_list", "dishonesty_list")),
        Field("result", "choice", "The outcome, where there is one.", "结论",
              choices=("passed", "basically_passed", "failed", "listed", "removed", "revoked")),
        Field("grade", "number", "A rating of one to five A.", "评估等级"),
        Field("year", "number", "The year that was looked at.", "年度"),
        Field("authority", "record", "Who decided.", "决定机关", of="authority"),
        Field("number", "code", "The number of the decision.", "文号"),
        FROM,
        UNTIL,
        DIGEST,
    ),
)  # fmt: skip
MEMBER: Final = RecordNoun(
    "member", "Member", "members", "会员", "A member of an association.", "notice A2",
    (
        Field("member", "record", "The organization that is a member.", "会员单位", needed=True, of="organization"),
        Field("role", "text", "What it is there.", "职务"),
        FROM,
        UNTIL,
    ),
)  # fmt: skip
RELATED_PARTY: Final = RecordNoun(
    "related-party", "RelatedParty", "relatedParties", "关联方", "A party whose dealings must be disclosed.",
    "慈善法14; Order 81, art. 15",
    (
        Field("relation", "choice", "How it is related.", "关联关系", needed=True, choices=(
            "founder", "major_donor", "council_member", "supervisor", "manager", "staff", "close_relative",
            "controlled", "controlling", "other")),
        Field("partyKind", "choice", "What it is.", "主体类型", needed=True,
              choices=("natural_person", "enterprise", "institution", "social_organization")),
        Field("related", "record", "The organization, where it is one of the platform.", "关联组织", of="organization"),
        Field("title", "text", "Its name, where it is no natural person.", "名称"),
        Field("uscc", "uscc", "Its unified social credit code.", "统一社会信用代码"),
        PARTY,
        Field("disclosed", "day", "When it was disclosed.", "披露日期"),
        FROM,
        UNTIL,
    ),
)  # fmt: skip
DONOR: Final = RecordNoun(
    "donor", "Donor", "donors", "捐赠人", "Who gives, and whether to be named.", "notice A6; 慈善法82",
    (
        Field("kind", "choice", "What it is.", "主体类型", needed=True,
              choices=("natural_person", "enterprise", "institution", "anonymous")),
        Field("named", "flag", "Whether it agreed to be named in public.", "同意公开姓名或名称", needed=True),
        Field("title", "text", "Its name, where it is no natural person.", "名称"),
        Field("uscc", "uscc", "Its unified social credit code.", "统一社会信用代码"),
        PARTY,
        Field("since", "day", "The day of its first gift or agreement.", "起始日期"),
    ),
)  # fmt: skip
VOLUNTEER: Final = RecordNoun(
    "volunteer", "Volunteer", "volunteers", "志愿者", "Who serves without pay, by real name in the vault alone.",
    "notice A8; 慈善法66, 69; 志愿服务条例19",
    (
        Field("party", "digest", "The person, as a commitment that says nothing.", "自然人承诺值", needed=True),
        Field("skills", "text", "What the person can do.", "技能", many=True),
        Field("insured", "flag", "Whether accidents are insured.", "意外伤害保险", needed=True),
        Field("insuredUntil", "day", "The last day of insurance.", "保险至"),
        REGION,
        FROM,
        UNTIL,
    ),
)  # fmt: skip
PLATFORM: Final = RecordNoun(
    "platform", "Platform", "platforms", "互联网募捐信息平台",
    "A platform that the Ministry designated for fundraising online.", "慈善法27; notice V8",
    (
        NAME,
        NAME_EN,
        Field("code", "code", "The code that gifts name it by.", "平台代码", needed=True),
        Field("operator", "text", "Who runs it.", "运营单位"),
        Field("website", "text", "Its address.", "网址"),
        Field("number", "code", "The number of the designation.", "指定文号"),
        FROM,
        UNTIL,
    ),
    owned=False,
)  # fmt: skip
CAMPAIGN: Final = RecordNoun(
    "campaign", "Campaign", "campaigns", "公开募捐活动", "A public appeal, with the nine fields of its filed plan.",
    "慈善法24; Order 74; notice F11",
    (
        NAME,
        NAME_EN,
        Field("purpose", "note", "What for.", "募捐目的", needed=True),
        Field("focus", "purpose", "The focus area that it serves.", "重点领域"),
        Field("starts", "day", "The first day.", "起始时间", needed=True),
        Field("ends", "day", "The last day.", "终止时间", needed=True),
        Field("region", "region", "Where it is held.", "地域", needed=True),
        Field("responsible", "text", "Who is responsible, as the plan publishes it.", "活动负责人", needed=True),
        Field("office", "text", "The office address.", "办公地址", needed=True),
        Field("methods", "choice", "How gifts are taken.", "接受捐赠方式", needed=True, many=True,
              choices=("online", "box", "event", "media", "bank", "other")),
        Field("account", "code", "The account that gifts come into, as the journal names it.", "银行账户", needed=True),
        Field("beneficiaries", "note", "Whom it is for.", "受益人", needed=True),
        Field("use", "note", "What money and goods are used for.", "募得款物用途", needed=True),
        Field("cost", "note", "What raising it costs, and from what that is paid.", "募捐成本", needed=True),
        Field("leftovers", "note", "What happens to what is left.", "剩余财产处理", needed=True),
        Field("target", "amount", "How much is to be raised.", "募捐目标"),
        Field("capped", "flag", "Whether the plan takes no more than its target.", "是否设定上限"),
        Field("number", "code", "The number of its filing.", "备案编号"),
        Field("filed", "day", "When the plan was filed: ten days before, in emergencies within ten after.", "备案日期"),
        Field("authority", "record", "With whom it was filed.", "备案机关", of="authority"),
        Field("platform", "record", "The designated platform.", "募捐平台", of="platform"),
        Field("partner", "record", "The partner without qualification of its own.", "合作方", of="organization"),
        Field("partnerAssessed", "day", "When the partner was assessed.", "合作方评估日期"),
        Field("emergency", "flag", "Whether it answers an emergency.", "突发事件募捐"),
        Field("status", "choice", "Where it stands.", "状态", needed=True,
              choices=("planned", "filed", "running", "ended", "cancelled")),
    ),
)  # fmt: skip
SPECIAL_FUND: Final = RecordNoun(
    "special-fund", "SpecialFund", "specialFunds", "专项基金",
    "A fund within an organization, with rules of its own and no legal person.", "notice F11; 民发〔2015〕241号",
    (
        NAME,
        NAME_EN,
        Field("established", "day", "When it was set up.", "设立日期", needed=True),
        Field("initiator", "text", "Who asked for it.", "发起方"),
        Field("restriction", "code", "The restriction that its money lies under, as the journal names it.", "限定用途"),
        Field("focus", "purpose", "The focus area that it serves.", "重点领域"),
        Field("rules", "digest", "SHA-256 of its rules.", "管理办法摘要"),
        Field("closed", "day", "When it was wound up.", "终止日期"),
    ),
)  # fmt: skip
TRUST: Final = RecordNoun(
    "trust", "CharitableTrust", "charitableTrusts", "慈善信托",
    "A charitable trust: its own accounting owner, never the trustee's assets.", "慈善法44–50; notice F2",
    (
        NAME,
        NAME_EN,
        Field("purpose", "note", "What for.", "信托目的", needed=True),
        Field("focuses", "purpose", "The focus areas that it serves.", "重点领域", many=True),
        Field("established", "day", "The day of the deed.", "设立日期", needed=True),
        Field("deed", "digest", "SHA-256 of the deed.", "信托文件摘要", needed=True),
        Field("settlor", "text", "Who set it up, where it is no natural person.", "委托人"),
        Field("settlorNamed", "flag", "Whether the settlor agreed to be named.", "同意公开委托人"),
        Field("trustees", "text", "Who holds its assets.", "受托人", needed=True, many=True),
        Field("supervisor", "text", "Who watches the trustee; there need not be one.", "监察人"),
        Field("assets", "amount", "What was put in.", "信托财产", needed=True),
        Field("number", "code", "The number of its filing.", "备案编号"),
        Field("filed", "day", "When it was filed: within seven days.", "备案日期"),
        Field("authority", "record", "With whom it was filed.", "备案机关", of="authority"),
        UNTIL,
    ),
)  # fmt: skip

PARTIES: Final = (
    AUTHORITY, SUPERVISION, STANDING, MEMBER, RELATED_PARTY, DONOR, VOLUNTEER, PLATFORM, CAMPAIGN, SPECIAL_FUND, TRUST,
)  # fmt: skip
"""Every noun of this page."""
