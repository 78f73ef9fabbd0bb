"""Records: versions of what people know by name (组织、项目、受益人), each bound to the journal by digest.

A record's content is canonical JSON; a `record_bound` leaf holds its SHA-256 and, in clear, only
what `decide` reads.  The rows that queries serve are derived here from the content, by the door
when it writes and by the verifier when it compares.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from ledger import canonical

Row = dict[str, Any]
Rows = dict[str, list[Row]]

NOUNS = ("organization", "project", "beneficiary")


def encode(content: Mapping[str, Any]) -> tuple[bytes, str]:
    """A record's canonical bytes and their SHA-256 in hex; raises `ProfileError`."""
    body = canonical.canonical(dict(content))
    return body, sha256(body).hexdigest()


def rows(content: Mapping[str, Any], position: int) -> Rows:
    """The noun rows that a record's content (with `noun`, `id`, `version`) gives; raises KeyError if malformed.

    A noun without tables of its own is a domain record (`ledger/domain.py`), of which all is its content.
    """
    return _ROWS.get(content["noun"], _domain)(content, position)


def facts(content: Mapping[str, Any]) -> dict[str, Any]:
    """What `decide` reads of an organization's record: its type and dated status, in clear in the leaf."""
    status = [
        {"kind": s["kind"], "from": s["from"]} | ({"until": s["until"]} if "until" in s else {})
        for s in content.get("status", ())
    ]
    return {"type": content["kind"]} | ({"status": status} if status else {})


def _organization(content: Mapping[str, Any], position: int) -> Rows:
    row = {
        "id": content["id"], "version": content["version"], "position": position, "uscc": content.get("uscc"),
        "name": content["name"], "name_en": content.get("nameEn"), "kind": content["kind"],
        "legal_form": content.get("legalForm"), "level": content.get("level"),
        "management_mode": content.get("managementMode"),
        "registration_authority": content.get("registrationAuthority"),
        "supervising_body": content.get("supervisingBody"), "region": content.get("region"),
        "identifiers": list(content.get("identifiers", ())),
    }  # fmt: skip
    status = [
        {"organization": content["id"], "n": n, "kind": s["kind"], "valid_from": s["from"],
         "valid_until": s.get("until")}
        for n, s in enumerate(content.get("status", ()))
    ]  # fmt: skip
    return {"organization": [row], "organization_status": status}


def _project(content: Mapping[str, Any], position: int) -> Rows:
    return {
        "project": [
            {
                "id": content["id"], "version": content["version"], "position": position,
                "organization": content["organization"], "code": content["code"], "name": content["name"],
                "name_en": content.get("nameEn"), "purpose": content.get("purpose"),
                "region": content.get("region"), "starts": content.get("starts"), "ends": content.get("ends"),
                "status": content["status"], "identifiers": list(content.get("identifiers", ())),
            }
        ]
    }  # fmt: skip


def _beneficiary(content: Mapping[str, Any], position: int) -> Rows:
    row = {
        "id": content["id"], "version": content["version"], "position": position,
        "organization": content["organization"], "kind": content["kind"], "region": content.get("region"),
    }  # fmt: skip
    categories = [
        {"beneficiary": content["id"], "n": n, "category": c["category"], "valid_from": c["from"],
         "valid_until": c.get("until")}
        for n, c in enumerate(content.get("categories", ()))
    ]  # fmt: skip
    return {"beneficiary": [row], "beneficiary_category": categories}


def _domain(content: Mapping[str, Any], position: int) -> Rows:
    row = {
        "noun": content["noun"], "id": content["id"], "version": content["version"], "position": position,
        "organization": content.get("organization"), "project": content.get("project"),
        "body": encode(content)[0].decode(),
    }  # fmt: skip
    return {"domain_record": [row]}


_ROWS: dict[str, Callable[[Mapping[str, Any], int], Rows]] = {
    "organization": _organization,
    "project": _project,
    "beneficiary": _beneficiary,
}
