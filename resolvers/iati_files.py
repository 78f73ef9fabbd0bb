"""Files of the International Aid Transparency Initiative: bytes in, values and problems out.

Versions 1.0 to 2.03, files that name no version, and the wrappings in which a
datastore returns activities.  Nothing here knows a database or the ledger.
Read in order:

1. `xml_files`          XML from strangers, one element at a time
2. `iati_values`        what a file says
3. `iati_problems`      what can be wrong with it
4. `iati_activities`, `iati_transactions`   elements into values
5. `iati_plan`          values into movements of money

A file that cannot be read is a `FileRejected`: one of `xml_files`, or
IATI_ORGANISATIONS_FILE, IATI_NO_ACTIVITIES, IATI_OTHER_DOCUMENT,
IATI_VERSION_UNKNOWN.
"""

import hashlib
import re
from typing import Final

from resolvers import iati_codes as codes
from resolvers.file_errors import FileRejected
from resolvers.iati_activities import read_activity
from resolvers.iati_reading import Reading
from resolvers.iati_values import Activity, DateSource, IatiFile
from resolvers.xml_files import LIMITS, Elements, Limits, Node

_GENERATIONS: Final = re.compile(r"[12](\.[0-9]{1,2})?", re.ASCII)
_ACTIVITY: Final = "iati-activity"
# `result` and `response` are what the two generations of the IATI Datastore wrap around activities.
_ROOTS: Final = frozenset({"iati-activities", _ACTIVITY, "result", "response", "results"})
_WRAPPERS: Final = frozenset({"iati-activities", "result", "response", "results"})


def read_iati(
    data: bytes,
    name: str,
    *,
    prefer: DateSource = "value-date",
    limits: Limits = LIMITS,
) -> IatiFile:
    """Read one activity file whole: every activity, every problem, a count of every element.

    `name` is only shown. `prefer` says which day is a transaction's effective
    date when the file gives two; the other is kept beside it. Raises
    `FileRejected`, and then nothing was read.
    """
    reading = Reading(name, hashlib.sha256(data).hexdigest())
    elements = Elements(data, wanted=_ACTIVITY, accept_root=_accept_root, limits=limits)
    activities: list[Activity] = []
    for number, node in enumerate(elements, start=1):
        version = elements.root.get("version") if elements.root else ""
        path = f"/{_ACTIVITY}[{number}]"
        activities.append(read_activity(reading, node, path, file_version=version, prefer=prefer))
        reading.read(_ACTIVITY)
    if not activities:
        raise FileRejected(
            "IATI_NO_ACTIVITIES",
            {"file": name},
            "the file is IATI and holds no activity; nothing is there to import",
        )
    _count_outside(reading, elements)
    root = elements.root
    return IatiFile(
        name=name,
        sha256=reading.sha256,
        version=root.get("version") if root else "",
        generated=root.get("generated-datetime") if root else "",
        activities=tuple(activities),
        problems=tuple(reading.problems),
        elements=reading.tallies(),
    )


def _accept_version(version: str) -> None:
    """Refuse a generation of the standard that is not known: the same words may mean something else in it."""
    if version and not _GENERATIONS.fullmatch(version.strip()):
        raise FileRejected(
            "IATI_VERSION_UNKNOWN",
            {"version": version[:100]},
            f"the file says that it is version {version[:100]!r}; versions 1.x and 2.x are read",
        )


def _accept_root(root: Node) -> None:
    """Refuse documents of other kinds by name, before reading on."""
    if root.tag in _ROOTS:
        _accept_version(root.get("version"))
        return
    if root.tag == "iati-organisations":
        raise FileRejected(
            "IATI_ORGANISATIONS_FILE",
            {"root": root.tag},
            "this is an IATI organisations file: budgets and documents of organizations, without activities or "
            "transactions; import the publisher's activity file instead",
        )
    raise FileRejected(
        "IATI_OTHER_DOCUMENT",
        {"root": root.tag[:100]},
        f"the XML is a <{root.tag[:100]}> and no <iati-activities>; send an IATI activity file",
    )


def _count_outside(reading: Reading, elements: Elements) -> None:
    """Count what stood beside the activities."""
    for tag, count in elements.outside.items():
        if tag in _WRAPPERS:
            continue
        lines = elements.outside_lines[tag]
        local = tag.rpartition("}")[2]
        reason = codes.NOT_REPRESENTED.get(local, "stands beside the activities, not in one")
        reading.skip(f"file/{tag}", reason, lines, count - len(lines))
