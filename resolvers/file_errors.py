"""Why a whole file was not read.

FileRejected        the file, as a file, cannot be read; nothing of it was taken

One class with a stable code instead of one class for each fault: a reader of
files meets dozens of faults, all are answered alike (show them, take nothing),
and a program tells them apart by `code` and `facts`.  What is wrong with single
rows of a readable file is no exception: readers return those, all at once.
"""

from collections.abc import Mapping


class FileRejected(Exception):  # noqa: N818 - a rejection is an expected no, a fault is our bug (DESIGN.md, "Words")
    """A file that cannot be read at all, with its code, its facts and what to do.

    `code` is stable and upper-case (`XML_ENTITIES`); `facts` are plain values
    that a message in any language can be filled with; `message` is an English
    sentence that ends in what the sender can do about it.
    """

    def __init__(self, code: str, facts: Mapping[str, str | int], message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.facts = dict(facts)
        self.message = message
