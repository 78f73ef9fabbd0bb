"""Who is in the demo, in tables: organizations, projects, restrictions, accounts, beneficiaries.  All made up."""

from typing import NamedTuple

from resolvers.binding import Period
from resolvers.demo_places import HUBEI, region

SINCE = "2018-01-01"
"""When the demo's books open."""
DAWN, HEALTH, SPARK, RIVERS, OLD, OFFICE = "dawn", "chu-health", "spark", "rivers", "hongan-aid", "relief-office"


class Organization(NamedTuple):
    """One organization with its dated status."""

    id: str
    name: str
    name_en: str
    uscc: str | None
    kind: str
    legal_form: str | None
    level: str
    mode: str | None
    authority: str | None
    supervisor: str | None
    region: str
    status: tuple[Period, ...]


_CIVIL = "湖北省民政厅"
ORGANIZATIONS = (
    Organization(
        DAWN, "湖北晨光乡村教育基金会", "Dawn Rural Education Foundation", "53420000MJD00001AQ", "social-organization",
        "foundation", "province", "dual", _CIVIL, "湖北省教育厅", HUBEI,
        (Period("registered", "2009-05-12"), Period("public-fundraising", "2017-09-01"),
         Period("tax-receipt", "2018-01-01", "2020-12-31")),
    ),
    Organization(
        HEALTH, "楚天健康援助会", "Chutian Health Aid Association", "51420000MJD00002B3", "social-organization",
        "association", "province", "dual", _CIVIL, "湖北省卫生健康委员会", HUBEI,
        (Period("registered", "2012-03-01"), Period("public-fundraising", "2017-01-01", "2018-12-31")),
    ),
    Organization(
        SPARK, "武汉星火社会工作服务中心", "Spark Social Work Centre", "52420100MJD00003C9", "social-organization",
        "service", "city", "direct-registration", "武汉市民政局", None, region("420100"),
        (Period("registered", "2015-06-18"),),
    ),
    Organization(
        RIVERS, "山河乡村发展基金会", "Rivers and Hills Rural Foundation", "53100000MJD00004DQ", "social-organization",
        "foundation", "national", "dual", "民政部", "国务院扶贫办", region("110000"),
        (Period("registered", "2006-01-20"), Period("public-fundraising", "2016-09-01"),
         Period("tax-receipt", "2016-01-01")),
    ),
    Organization(
        OLD, "红安县老区互助会", "Hong'an Mutual Aid Association", "51421122MJD00005EW", "social-organization",
        "association", "county", "decoupled", "红安县民政局", None, region("421122"),
        (Period("registered", "2016-11-03"),),
    ),
    Organization(
        OFFICE, "示范省扶贫开发办公室", "Model Province Poverty Relief Office", None, "authority", None, "province",
        None, None, None, HUBEI, (),
    ),
)  # fmt: skip


class Project(NamedTuple):
    """One project."""

    id: str
    organization: str
    name: str
    name_en: str
    purpose: str
    region: str
    starts: str
    ends: str | None
    status: str


PROJECTS = (
    Project("dawn-books", DAWN, "乡村学校图书角", "Reading corners for village schools", "education.student-aid",
            region("422800"), "2018-01-01", "2019-12-31", "completed"),
    Project("dawn-teachers", DAWN, "乡村教师培训", "Training village teachers", "education.teachers", region("421100"),
            "2018-03-01", None, "active"),
    Project("health-hearts", HEALTH, "儿童先心病救治", "Operations on children's hearts", "health.congenital-heart",
            HUBEI, "2018-01-01", None, "active"),
    Project("spark-care", SPARK, "留守儿童陪伴", "Company for left-behind children", "volunteering.care",
            region("421181"), "2018-06-01", "2019-12-31", "active"),
    Project("rivers-crops", RIVERS, "特色种植扶持", "Support for local crops", "industry.local-products",
            region("422802"), "2018-01-01", None, "active"),
    Project("old-houses", OLD, "危房修缮", "Repairing unsafe houses", "other.housing", region("421122"),
            "2018-04-01", "2019-10-31", "completed"),
)  # fmt: skip


class Terms(NamedTuple):
    """One restriction, and the fund account of the same id under it."""

    id: str
    organization: str
    purposes: tuple[str, ...]
    region: str | None = None
    project: str | None = None
    categories: tuple[str, ...] = ()
    fee_cap: int | None = None


REGISTERED_POOR = "registered-poor"
"""建档立卡贫困户."""
RESTRICTIONS = (
    Terms("dawn-student-aid", DAWN, ("education",), HUBEI, fee_cap=800),
    Terms("dawn-enshi", DAWN, ("education.student-aid",), region("422800"), "dawn-books"),
    Terms("health-children", HEALTH, ("health",), HUBEI, categories=(REGISTERED_POOR,), fee_cap=500),
    Terms("spark-children", SPARK, ("volunteering",), region("421100")),
    Terms("rivers-lichuan", RIVERS, ("industry",), region("422802")),
    Terms("rivers-hongan", RIVERS, ("other",), region("421122")),
    Terms("old-housing", OLD, ("other.housing",), region("421122")),
)  # fmt: skip
RICE = "GOODS:rice-10kg:LOT1/0"
"""Bags of rice, one batch."""
CUSTODIES = ((DAWN, ("bank", "platform")), (HEALTH, ("bank", "platform")), (SPARK, ("bank", "cash")),
             (RIVERS, ("bank",)), (OLD, ("bank", "cash")))  # fmt: skip
GIVERS = (
    "周远山", "林若溪", "何春生", "许文静", "罗大川", "郑小满",
    "谢云飞", "韩秋实", "邓青禾", "冯海燕", "曹向阳", "彭思源",
)  # fmt: skip
FAMILIES = ("田家", "覃家", "向家", "谭家", "龚家", "汪家")
