"""What tests of imports share: a small list, and the book read back and replayed."""

from __future__ import annotations

import orjson

from ledger.regions import regions_of
from ledger.replay import Replay
from tests.worlds import USCC, World

CODE = USCC
ORGANIZATION = USCC.lower()
LIST = """捐赠公示,,,,
序号,捐赠日期,捐赠（单位/姓名）,捐赠金额（元）,备注
1,2020-01-30,张*,100.00,
2,2020-01-30,示范贸易有限公司,2000.00,定向捐赠武汉
3,2020-01-31,李四,50.50,用于武汉医护人员
4,2020-01-31,示范小学,5000000.00,购抗击疫情所需物资:指定武汉300万元、宜昌200万元
5,2020-01-31,爱心人士,0.01,
合计,,,5002150.51,
"""
SUM = 500_215_051


def listed(rows: int, *, start: int = 1) -> bytes:
    """A list of so many gifts by as many people."""
    lines = [f"2020-02-{1 + n % 28:02d},捐赠人{n},{start + n}.00" for n in range(rows)]
    return "\n".join(["捐赠日期,捐赠人,金额", *lines]).encode()


async def replayed(world: World) -> Replay:
    """The whole journal, decided again from its leaves; raises `Divergence` where a byte differs."""
    replay = Replay()
    for row in await world.rows("reference_list"):
        if row["name"] == "regions":
            replay.state.regions.load(*regions_of(orjson.loads(row["content"])))
    for row in sorted(await world.rows("leaf"), key=lambda row: row["position"]):
        replay.step(row["leaf"])
    (head,) = await world.rows("head")
    assert replay.frontier.root() == head["root"]
    return replay


async def balances(world: World) -> dict[str, int]:
    """What every held account holds, by id."""
    found = {row["id"]: row["total_in"] - row["total_out"] for row in await world.rows("account")}
    return {name: held for name, held in found.items() if not name.startswith("outside/")}


async def size(world: World) -> int:
    """How many entries there are."""
    return len(await world.rows("entry"))
