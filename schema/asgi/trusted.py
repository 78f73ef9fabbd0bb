"""Trusted documents: texts that the server knows by their digest, so that a client names one instead of sending it.

    documentId: "sha256:" + hexadecimal SHA-256 of the document's text in UTF-8

Those of the web application come with its files (`documents/manifest.json`); an operator adds manifests of other
frontends (`serve --trusted FILE`): JSON objects of id → text, as relay-compiler persists them.  A text that is not the
one that its id names is refused at start, so that an id always means the same question.

TrustedError     a manifest cannot be read, or holds what it should not
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

PREFIX: Final = "sha256:"
_ID: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_BARE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class TrustedError(Exception):
    """A manifest of trusted documents cannot be used; the message says which and why."""


def id_of(text: str) -> str:
    """The id under which a document is known."""
    return PREFIX + sha256(text.encode()).hexdigest()


def is_id(text: str) -> bool:
    """Whether this can be the id of a document."""
    return _ID.fullmatch(text) is not None


def load(web: Path, manifests: Iterable[Path] = ()) -> Mapping[str, str]:
    """The documents of the web application and of further manifests, by id; raises `TrustedError`."""
    found = _of_the_web(web / "documents")
    for path in manifests:
        for name, text in _object(path).items():
            key = PREFIX + name if _BARE.fullmatch(name) else name
            if not isinstance(text, str) or id_of(text) != key:
                raise TrustedError(f"{path}: the text under {name} has another SHA-256. Make the manifest anew.")
            found[key] = text
    return found


def _of_the_web(folder: Path) -> dict[str, str]:
    """The web application's own documents; none when it was left out."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return {}
    found = {}
    for key, name in _object(manifest).items():
        text = (folder / f"{name}.graphql").read_text("utf-8")
        if id_of(text) != key:
            raise TrustedError(f"{manifest}: {name}.graphql has another SHA-256. Restore the file, or the manifest.")
        found[key] = text
    return found


def _object(path: Path) -> dict[str, object]:
    try:
        value = orjson.loads(path.read_bytes())
    except ValueError:
        raise TrustedError(f"{path}: it is not JSON. A manifest is one object of id → document.") from None
    if not isinstance(value, dict):
        raise TrustedError(f"{path}: a manifest is one JSON object of id → document.")
    return value
