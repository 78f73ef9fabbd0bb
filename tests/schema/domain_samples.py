"""Contents of domain records made up from their declarations: what an input says, and what must be read back."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ledger.domain import Field, RecordNoun
from ledger.domain_nouns import TYPES

USCC = "53420000MJA000016R"
PURPOSE = "industry"
REGION = "420102@201904"
TEXTS = ("心系楚天", "Notebook & pens 📚", "x", "名称（二）", "a 'quoted' \"name\"", "z" * 200)


_VALUES: dict[str, Callable[[random.Random], Any]] = {
    "text": lambda chance: chance.choice(TEXTS),
    "note": lambda chance: chance.choice(TEXTS) + "\n第二行",
    "code": lambda chance: f"CODE-{chance.randrange(99)}",
    "day": lambda chance: f"2020-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
    "number": lambda chance: chance.choice([0, 1, 7, 2**31 - 1]),
    "amount": lambda chance: {"asset": "CNY/2", "minorUnits": str(chance.choice([1, 12_345, 2**62]))},
    "flag": lambda chance: chance.random() < 0.5,
    "rate": lambda chance: chance.choice(["0", "0.05", "12345.678901", "-3"]),
    "digest": lambda chance: f"{chance.getrandbits(256):064x}",
    "region": lambda _chance: REGION,
    "purpose": lambda _chance: PURPOSE,
    "uscc": lambda _chance: USCC,
    "entry": lambda chance: str(chance.randrange(3)),
}


def value(declared: Field, chance: random.Random, named: dict[str, str]) -> Any:  # noqa: ANN401 - a value of an input
    """One value of a plain field, as an input gives it; `named` are records that are there, by noun."""
    if declared.kind == "choice":
        return chance.choice(declared.choices).upper()
    return named[declared.of] if declared.kind == "record" else _VALUES[declared.kind](chance)


def _one(declared: Field, chance: random.Random, named: dict[str, str]) -> Any:  # noqa: ANN401 - see `value`
    if declared.kind == "lines":
        return [fields(declared.lines, chance, named, whole=n == 0) for n in range(2)]
    if declared.many:
        return list(dict.fromkeys(value(declared, chance, named) for _ in range(3)))
    return value(declared, chance, named)


def fields(declared: tuple[Field, ...], chance: random.Random, named: dict[str, str], *, whole: bool) -> dict[str, Any]:
    """Values of all fields, or of those that are needed and some others; spans are in their order."""
    found = {
        each.name: _one(each, chance, named)
        for each in declared
        if (each.needed or whole or chance.random() < 0.5) and not (each.of and each.of not in named)
    }
    for first, last in (("from", "until"), ("starts", "ends")):
        if first in found and last in found:
            found[first], found[last] = sorted((found[first], found[last]))
    return found


def selection(noun: RecordNoun) -> str:
    """Everything that the contract shows of a noun's fields."""
    parts = [_shown(each, line=False) for each in noun.fields]
    return "key version " + " ".join(parts)


def _shown(each: Field, *, line: bool) -> str:
    if each.kind == "lines":
        return f"{each.name} {{ {' '.join(_shown(item, line=True) for item in each.lines)} }}"
    if each.kind == "amount":
        return f"{each.name} {{ minorUnits asset {{ key }} }}"
    if each.many or line:
        return each.name
    match each.kind:
        case "record":
            return f"{each.name}Key {each.name} {{ __typename id }}"
        case "region":
            return f"{each.name}Code {each.name} {{ key }}"
        case "entry":
            return f"{each.name}Position {each.name} {{ position }}"
        case _:
            return each.name


def expected(declared: tuple[Field, ...], given: dict[str, Any], *, line: bool = False) -> dict[str, Any]:
    """What is read back of what an input gave, without the objects behind references."""
    found: dict[str, Any] = {}
    for each in declared:
        said = given.get(each.name)
        if each.kind == "lines":
            found[each.name] = [expected(each.lines, item, line=True) for item in said or []]
        elif each.kind == "amount":
            found[each.name] = said and {"minorUnits": said["minorUnits"], "asset": {"key": said["asset"]}}
        elif each.many:
            found[each.name] = said or []
        elif line or each.kind not in ("record", "region", "entry"):
            found[each.name] = said
        else:
            found[f"{each.name}{ {'record': 'Key', 'region': 'Code', 'entry': 'Position'}[each.kind] }"] = said
    return found


def leads_to(each: Field, found: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether the object behind a reference is the one that was named."""
    if each.name not in given:
        return found[each.name] is None
    behind = found[each.name]
    match each.kind:
        case "record":
            return bool(behind["__typename"] == TYPES[each.of])
        case "region":
            return bool(behind["key"] == given[each.name])
        case _:
            return bool(behind["position"] == given[each.name])
