"""XML from strangers, read one subtree at a time.

The reader hands out whole elements of one wanted name (an IATI activity, say)
and forgets each before the next, so that a large file needs little memory.  It
trusts nothing: document types, entities and external references are refused
(defusedxml), and so is everything that only an attack needs: endless tags,
depth, attributes or text.  Every refusal is a `FileRejected`:

FILE_EMPTY, FILE_TOO_LARGE          not even looked at
NOT_XML, NUL_BYTES                  something else under the name of an XML file
XML_ENCODING                        in an encoding that it does not declare, or that nobody knows
XML_DOCTYPE, XML_ENTITIES           declares what IATI-like formats never need
XML_TRUNCATED, XML_NOT_WELL_FORMED  with line and column
XML_TOO_DEEP, XML_TOO_MANY_ATTRIBUTES, XML_TAG_TOO_LONG, XML_TEXT_TOO_LONG, XML_TOO_MANY_ELEMENTS
"""

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from resolvers.file_errors import FileRejected

CHUNK = 1 << 16
"""Bytes handed to the parser at once: an endless tag is noticed after a few of these."""

# Numbers of expat's own errors that mean "it stops too early" (expat.h: enum XML_Error).
_ENDS_EARLY = frozenset({3, 5, 6, 20})
_ENCODING_ERRORS = frozenset({18, 19})
_INVALID_TOKEN = 4
_ASCII_END = 0x80
_DECLARED = re.compile(rb"<\?xml [^>]*encoding\s*=\s*.(?:gb18030|gbk|gb2312).[^>]*\?>", re.IGNORECASE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of anything a file may hold; each far beyond what published files use."""

    file_bytes: int = 128 << 20
    tag_bytes: int = 1 << 20
    depth: int = 64
    attributes: int = 256
    text_characters: int = 1_000_000
    subtree_elements: int = 500_000
    elements: int = 5_000_000


LIMITS = Limits()


@dataclass(slots=True)
class Node:
    """An element as it stood in the file, with the line of its start tag (from 1)."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the attribute without blanks around it, or an empty text."""
        return self.attributes.get(name, "").strip()

    def all(self, tag: str) -> list["Node"]:
        """Return the direct children of this name, in the file's order."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        """Return the first direct child of this name."""
        return next((child for child in self.children if child.tag == tag), None)

    def digest(self) -> str:
        """Hash the content without layout: equal for the same element printed differently."""
        state = hashlib.sha256()
        _digest(self, state)
        return state.hexdigest()


def _digest(node: Node, state: Any) -> None:  # noqa: ANN401 - hashlib's type has no public name
    parts = [node.tag, *(f"{k}={v}" for k, v in sorted(node.attributes.items())), " ".join(node.text.split())]
    state.update(repr((parts, len(node.children))).encode("utf-8", "surrogatepass"))
    for child in node.children:
        _digest(child, state)


class Elements:
    """The wanted elements of one file; iterate once, then ask `root` and `outside`.

    `accept_root` sees the root element's tag and attributes as soon as it opens
    and may raise. `outside` counts what stood outside wanted elements, by name,
    and `outside_lines` keeps where (the first thousand).
    """

    def __init__(
        self,
        data: bytes,
        *,
        wanted: str,
        accept_root: Callable[[Node], None],
        limits: Limits = LIMITS,
    ) -> None:
        self._data, blank_lines = _presentable(data, limits)
        self._limits = limits
        self._sink = _Sink(wanted, accept_root, limits, blank_lines)
        self._error_at: Callable[[], int] = lambda: 0

    @property
    def root(self) -> Node | None:
        """The root element, without what it contains."""
        return self._sink.root

    @property
    def outside(self) -> Counter[str]:
        """How many elements of each name stood outside the wanted ones."""
        return self._sink.outside

    @property
    def outside_lines(self) -> dict[str, list[int]]:
        """In which lines they stood."""
        return self._sink.outside_lines

    def __iter__(self) -> Iterator[Node]:
        """Yield each wanted element once it is complete."""
        parser = DefusedXMLParser(target=self._sink, forbid_dtd=False, forbid_entities=True, forbid_external=True)
        expat = parser.parser
        # Entities inside a document type are refused by name before this; anything else of it here.
        expat.EndDoctypeDeclHandler = self._refuse_doctype
        self._sink.line = lambda: int(expat.CurrentLineNumber)
        self._error_at = lambda: int(expat.ErrorByteIndex)
        for start in range(0, len(self._data), CHUNK):
            self._guarded(parser.feed, self._data[start : start + CHUNK])
            pending = min(start + CHUNK, len(self._data)) - expat.CurrentByteIndex
            if pending > self._limits.tag_bytes:
                line = self._sink.here()
                raise FileRejected(
                    "XML_TAG_TOO_LONG",
                    {"line": line, "limit": self._limits.tag_bytes},
                    f"the tag or comment that opens in line {line} is longer than {self._limits.tag_bytes} bytes; "
                    "ask the publisher for a file without it",
                )
            yield from self._sink.take()
        self._guarded(parser.close)
        yield from self._sink.take()

    def _refuse_doctype(self) -> None:
        raise FileRejected(
            "XML_DOCTYPE",
            {"line": self._sink.here()},
            "the file declares a document type, which this format never needs; remove the DOCTYPE declaration",
        )

    def _not_well_formed(self, error: Any) -> FileRejected:  # noqa: ANN401 - defusedxml has no annotations
        """Say where and how the XML breaks."""
        line, column = error.position[0] + self._sink.blank_lines, error.position[1]
        facts: dict[str, str | int] = {"line": line, "column": column, "detail": str(error)[:200]}
        where = f"line {line}, column {column}"
        if error.code in _ENDS_EARLY:
            return FileRejected("XML_TRUNCATED", facts, f"the file ends too early, at {where}; fetch it again, whole")
        foreign = error.code == _INVALID_TOKEN and self._data[self._error_at()] >= _ASCII_END
        if error.code in _ENCODING_ERRORS or foreign:
            message = f"the text is not in the encoding that the file declares ({where}); save it as UTF-8"
            return FileRejected("XML_ENCODING", facts, message)
        message = f"not well-formed XML at {where}: {error}; correct it or fetch the file again"
        return FileRejected("XML_NOT_WELL_FORMED", facts, message)

    def _guarded(self, step: Callable[..., object], *given: bytes) -> None:
        """Run one step of the parser, turning its errors into ours."""
        try:
            step(*given)
        except ParseError as error:
            raise self._not_well_formed(error) from error
        except DefusedXmlException as error:
            raise FileRejected(
                "XML_ENTITIES",
                {"line": self._sink.here(), "declared": type(error).__name__},
                "the file declares entities or refers to other files, as attacks do; "
                "write the text out and remove the declarations",
            ) from error
        except (LookupError, ValueError) as error:
            raise FileRejected(
                "XML_ENCODING",
                {"detail": str(error)[:200]},
                "the encoding that the file declares is not known here; save it as UTF-8",
            ) from error


class _Sink:
    """What the parser calls: builds wanted subtrees, counts the rest, minds the limits."""

    def __init__(self, wanted: str, accept_root: Callable[[Node], None], limits: Limits, blank_lines: int) -> None:
        self._wanted = wanted
        self._accept_root = accept_root
        self._limits = limits
        self.blank_lines = blank_lines
        self.line: Callable[[], int] = lambda: 0
        self.root: Node | None = None
        self.outside: Counter[str] = Counter()
        self.outside_lines: dict[str, list[int]] = {}
        self._namespace = ""
        self._depth = 0
        self._elements = 0
        self._inside = 0
        self._stack: list[Node] = []
        self._texts: list[list[str]] = []
        self._lengths: list[int] = []
        self._complete: list[Node] = []

    def here(self) -> int:
        """Return the line that is being read, in the file as it was sent."""
        return self.line() + self.blank_lines

    def take(self) -> list[Node]:
        """Hand over, and forget, what is complete."""
        taken, self._complete = self._complete, []
        return taken

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take in that an element opens."""
        self._depth += 1
        self._elements += 1
        self._guard(attributes)
        node = Node(tag.removeprefix(self._namespace), attributes, self.here())
        if self.root is None:
            # A file that puts everything into one namespace means the plain names.
            self._namespace = tag[: tag.index("}") + 1] if tag.startswith("{") else ""
            node.tag = tag.removeprefix(self._namespace)
            self.root = node
            self._accept_root(node)
        if self._stack:
            self._stack[-1].children.append(node)
        elif node.tag != self._wanted:
            if node is not self.root:
                self._count_outside(node)
            return
        self._inside = self._inside + 1 if self._stack else 1
        self._stack.append(node)
        self._texts.append([])
        self._lengths.append(0)

    def _count_outside(self, node: Node) -> None:
        self.outside[node.tag] += 1
        lines = self.outside_lines.setdefault(node.tag, [])
        if len(lines) < _LINES_KEPT:
            lines.append(node.line)

    def end(self, _tag: str) -> None:
        """Take in that an element closes."""
        self._depth -= 1
        if not self._stack:
            return
        node = self._stack.pop()
        node.text = "".join(self._texts.pop())
        self._lengths.pop()
        if not self._stack:
            self._complete.append(node)

    def data(self, text: str) -> None:
        """Take in text, which comes in pieces."""
        if not self._stack:
            return
        self._texts[-1].append(text)
        self._lengths[-1] += len(text)
        if self._lengths[-1] > self._limits.text_characters:
            raise self._too_much("XML_TEXT_TOO_LONG", "characters of text in one element", self._limits.text_characters)

    def close(self) -> None:
        """Nothing is left to do at the end."""

    def _guard(self, attributes: dict[str, str]) -> None:
        """Refuse what only an attack needs."""
        limits = self._limits
        if self._depth > limits.depth:
            raise self._too_much("XML_TOO_DEEP", "elements inside each other", limits.depth)
        if len(attributes) > limits.attributes:
            raise self._too_much("XML_TOO_MANY_ATTRIBUTES", "attributes on one element", limits.attributes)
        if self._elements > limits.elements:
            raise self._too_much("XML_TOO_MANY_ELEMENTS", "elements", limits.elements)
        if self._stack and self._inside >= limits.subtree_elements:
            raise self._too_much("XML_TOO_MANY_ELEMENTS", f"elements in one {self._wanted}", limits.subtree_elements)

    def _too_much(self, code: str, what: str, limit: int) -> FileRejected:
        line = self.here()
        message = f"line {line}: more than {limit} {what}; ask the publisher for a file without them, or split it"
        return FileRejected(code, {"line": line, "limit": limit}, message)


def _presentable(data: bytes, limits: Limits) -> tuple[bytes, int]:
    """Refuse what is no XML at first sight; return the bytes to parse and the blank lines left out before them."""
    if len(data) > limits.file_bytes:
        raise FileRejected(
            "FILE_TOO_LARGE",
            {"bytes": len(data), "limit": limits.file_bytes},
            f"the file has {len(data)} bytes, more than {limits.file_bytes}; split it by activity",
        )
    if data.startswith(_UTF16):
        return data, 0
    body = data.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    if not body:
        raise FileRejected("FILE_EMPTY", {"bytes": len(data)}, "the file is empty; fetch or export it again")
    if not body.startswith(b"<"):
        raise FileRejected(
            "NOT_XML",
            {"looks_like": _looks_like(body)},
            f"the file is not XML (it looks like {_looks_like(body)}); send the XML file itself",
        )
    nul = data.find(b"\0")
    if nul >= 0:
        raise FileRejected(
            "NUL_BYTES",
            {"offset": nul},
            f"the file has a NUL byte at offset {nul}, so it is damaged or no text; fetch or export it again",
        )
    # Some publishers print blank lines before the XML declaration, which the standard forbids and nobody minds.
    return _as_utf8(body), data[: len(data) - len(body)].count(b"\n")


def _as_utf8(body: bytes) -> bytes:
    """Rewrite a file in a Chinese encoding, which expat cannot read, as UTF-8."""
    declaration = _DECLARED.match(body)
    if declaration is None:
        return body
    try:
        # GB18030 reads GBK and GB 2312 as well, and each byte sequence in it means one text.
        text = body[declaration.end() :].decode("gb18030")
    except UnicodeDecodeError as error:
        raise FileRejected(
            "XML_ENCODING",
            {"detail": str(error)[:200]},
            "the file is not in the Chinese encoding that it declares; save it as UTF-8",
        ) from error
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()


def _looks_like(body: bytes) -> str:
    """Name what the first bytes are, for people."""
    known = ((b"PK", "a ZIP archive or spreadsheet"), (b"%PDF", "a PDF"), (b"\x1f\x8b", "a gzip archive"))
    for magic, name in (*known, (b"{", "JSON"), (b"[", "JSON")):
        if body.startswith(magic):
            return name
    return "text or CSV" if body[:256].isascii() else "another format"
