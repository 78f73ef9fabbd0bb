"""Numbers that name organizations and citizens, and what their check characters catch.

Unified social credit code (USCC, 统一社会信用代码): GB 32100-2015, 18 characters.  Position 1 is the department of
registration (`5` civil affairs), position 2 the kind of body under it, 3 to 8 the region of the registration
authority, 9 to 17 the organization code (组织机构代码, GB 11714-1997, itself with a check character), 18 the check.
Citizen number (公民身份号码): GB 11643-1999, 18 characters; its predecessor had 15 and no check.

LedgerError
└── IdentifierError
    ├── UsccError            not a unified social credit code
    ├── LegalFormError       a valid code that belongs to another legal form
    ├── OrganizationCodeError  not an organization code
    └── CitizenNumberError   not a citizen number; the number itself is in no message and no attribute
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ledger.errors import LedgerError

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_USCC: Final = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")

_ORGANIZATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANIZATION_CODE: Final = re.compile(r"[0-9A-Z]{8}[0-9X]")

_CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS: Final = "10X98765432"
_CITIZEN: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CITIZEN_LEGACY: Final = re.compile(r"[1-9][0-9]{14}")
_LEGACY_LENGTH: Final = 64
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")


class IdentifierError(LedgerError):
    """A number does not name what it should; `reason` says what is wrong with it."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class UsccError(IdentifierError):
    """`text` is not a unified social credit code."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r} is not a unified social credit code: {reason}", reason)
        self.text = text


class LegalFormError(IdentifierError):
    """The code `text` says another legal form than `expected`; `found` is what it says, if that is one."""

    def __init__(self, text: str, expected: "LegalForm", found: "LegalForm | None") -> None:
        reason = f"its first two characters say {found or 'no social organization'}, not {expected}"
        super().__init__(f"{text!r}: {reason}", reason)
        self.text = text
        self.expected = expected
        self.found = found


class OrganizationCodeError(IdentifierError):
    """`text` is not an organization code."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r} is not an organization code: {reason}", reason)
        self.text = text


class CitizenNumberError(IdentifierError):
    """A text is not a citizen number.  The text is left out on purpose: errors reach logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a citizen number: {reason}", reason)


class LegalForm(StrEnum):
    """The three legal forms of social organizations (社会组织) that the notice addresses."""

    ASSOCIATION = "association"
    """社会团体"""
    SERVICE = "service"
    """社会服务机构, formerly 民办非企业单位"""
    FOUNDATION = "foundation"
    """基金会"""


_FORM_BY_PREFIX: Final = {"51": LegalForm.ASSOCIATION, "52": LegalForm.SERVICE, "53": LegalForm.FOUNDATION}


@dataclass(frozen=True, slots=True)
class Uscc:
    """A unified social credit code whose check character is right."""

    text: str

    @property
    def region(self) -> str:
        """The region (GB/T 2260) of the registration authority, six digits."""
        return self.text[2:8]

    @property
    def organization_code(self) -> str:
        """The nine characters of the organization code, unchecked: see `organization_code`."""
        return self.text[8:17]

    @property
    def legal_form(self) -> LegalForm | None:
        """The social organization's form; none for companies, cooperatives, public bodies and others."""
        return _FORM_BY_PREFIX.get(self.text[:2])

    def require_form(self, form: LegalForm) -> None:
        """Raise `LegalFormError` unless the first two characters fit the legal form."""
        if self.legal_form is not form:
            raise LegalFormError(self.text, form, self.legal_form)


@dataclass(frozen=True, slots=True)
class LegacyNumber:
    """A registration number from before the unified code; nothing in it can be checked."""

    text: str


def uscc(text: str) -> Uscc:
    """Return the code that `text` is, in exactly that spelling; raises `UsccError`."""
    if not _USCC.fullmatch(text):
        raise UsccError(text, "18 characters are needed, of 0-9 and A-Z without I, O, S, V and Z; 3 to 8 are digits")
    expected = uscc_check(text[:17])
    if text[17] != expected:
        raise UsccError(text, f"its check character should be {expected}")
    return Uscc(text)


def uscc_check(first: str) -> str:
    """Return the check character after the first 17 (GB 32100-2015)."""
    total = sum(weight * USCC_ALPHABET.index(mark) for weight, mark in zip(_USCC_WEIGHTS, first, strict=True))
    return USCC_ALPHABET[-total % 31]


def organization_code(text: str) -> str:
    """Return the nine characters when their check is right (GB 11714-1997); raises `OrganizationCodeError`."""
    if not _ORGANIZATION_CODE.fullmatch(text):
        raise OrganizationCodeError(text, "nine characters are needed, of 0-9 and A-Z, the last 0-9 or X")
    total = sum(w * int(mark, 36) for w, mark in zip(_ORGANIZATION_WEIGHTS, text[:8], strict=True))
    expected = "0123456789X0"[11 - total % 11]
    if text[8] != expected:
        raise OrganizationCodeError(text, f"its check character should be {expected}")
    return text


def party_number(text: str, *, on: date, converted: date) -> Uscc | LegacyNumber:
    """Return what `text` is as an organization's number on a date.

    Before `converted`, when the party's unified code replaced its old number, both are good; since then only the
    code is.  Raises `UsccError`.
    """
    try:
        return uscc(text)
    except UsccError:
        if on < converted and text.strip() == text and 0 < len(text) <= _LEGACY_LENGTH:
            return LegacyNumber(text)
        raise


def citizen_number(text: str) -> str:
    """Return `text` when it is a citizen number in its one spelling; raises `CitizenNumberError`."""
    if not _CITIZEN.fullmatch(text):
        raise CitizenNumberError("18 characters are needed: 17 digits, then a digit or X")
    _require_date(text[6:14])
    if text[17] != citizen_check(text[:17]):
        raise CitizenNumberError("its check character is wrong")
    return text


def read_citizen_number(text: str) -> str:
    """Return the citizen number that a person typed: spaces, x, full-width digits and 15 digits are understood.

    The 15 digits of before 1999 lack the century (19) and the check.  Raises `CitizenNumberError`.
    """
    plain = "".join(text.translate(_FULL_WIDTH).split()).upper()
    if _CITIZEN_LEGACY.fullmatch(plain):
        longer = f"{plain[:6]}19{plain[6:]}"
        plain = longer + citizen_check(longer)
    return citizen_number(plain)


def citizen_check(first: str) -> str:
    """Return the check character after the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_CITIZEN_WEIGHTS, first, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def _require_date(digits: str) -> None:
    """Raise unless YYYYMMDD is a date of the calendar."""
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise CitizenNumberError("its date of birth is not in the calendar") from None
