"""Four eyes over GraphQL: what waits, who decides, and what both sign."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import strawberry
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db import proposals
from db.pools import Database
from ledger import canonical
from ledger.signing import possession_bytes
from resolvers.context import Context, Principal, Role
from resolvers.waiting import LIFETIME
from tests.schema.test_mutations import Counter, donation
from tests.worlds import CHARITY, OTHER, charity, new_id, opened

ERRORS = """
    __typename code message path
    ... on AwaitingApproval { proposal digest asset threshold asked expires }
    ... on Rejected { facts }
    ... on NotFound { what key }
"""
PROPOSAL = "id organizationKey kind state initiator officer reason digest command toSign signed expires"


class Desk(Counter):
    """A counter with officers of their own keys."""

    def officer(self, name: str, organization: str = CHARITY) -> Context:
        """An officer by its key id."""
        return self.world.context.as_principal(Principal(Role.OFFICER, organization, key=name))

    async def do(self, name: str, given: dict[str, Any], ctx: Context, fields: str = "position replayed") -> Any:  # noqa: ANN401 - any JSON value
        """The payload of one mutation."""
        kind = name[0].upper() + name[1:] + "Input"
        document = f"mutation Do($input: {kind}!) {{ {name}(input: $input) {{ {fields} errors {{ {ERRORS} }} }} }}"
        return (await self.data(document, ctx, input=given))[name]

    async def proposals(self, ctx: Context, **arguments: object) -> list[Any]:
        """The proposals that an officer sees."""
        said = ", ".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in arguments.items())
        document = f"{{ proposals{f'({said})' if said else ''} {{ {PROPOSAL} }} }}"
        found: list[Any] = (await self.data(document, ctx))["proposals"]
        return found


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path, built: strawberry.Schema) -> AsyncIterator[Desk]:
    """A charity with 1,000 yuan, a threshold of 100, and the approvers `b` and `c`."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        found = Desk(built, world)
        await found.record("recordDonation", donation("1000.00"))
        head = {"organization": CHARITY, "authority": "council"}
        for name in ("b", "c"):
            named = head | {"id": new_id(), "approver": name}
            assert (await found.do("nameApprover", named, world.administrator))["errors"] == []
        given = head | {"id": new_id(), "minorUnits": "10000"}
        assert (await found.do("setApprovalThreshold", given, found.officer("a")))["errors"] == []
        yield found


def spending(minor: str, **more: object) -> dict[str, object]:
    """The input of an expense."""
    part = {"account": "hubei-open", "amount": {"minorUnits": minor}}
    return {
        "id": new_id(), "organization": CHARITY, "custody": "hubei-bank", "parts": [part], "spentOn": "VENDORS", **more
    }  # fmt: skip


async def _waiting(desk: Desk, given: dict[str, object] | None = None, by: str = "a") -> str:
    """A proposal's id."""
    done = await desk.do("spend", given or spending("20000"), desk.officer(by))
    (error,) = done["errors"]
    assert error["__typename"] == "AwaitingApproval", error
    return str(error["proposal"])


async def test_a_payment_waits_is_approved_and_recorded(desk: Desk) -> None:
    given = spending("20000")
    done = await desk.do("spend", given, desk.officer("a"))
    assert done["position"] is None
    (error,) = done["errors"]
    assert error["code"] == "AWAITING_APPROVAL"
    assert (error["proposal"], error["asked"], error["threshold"]) == (given["id"], "20000", "10000")
    assert "{" not in error["message"]
    assert (await desk.do("spend", given, desk.officer("a")))["errors"] == [error], "sent again it is the same"
    (seen,) = await desk.proposals(desk.officer("b"))
    assert (seen["kind"], seen["state"], seen["initiator"]) == ("EXPENSE", "WAITING", "a")
    assert sha256(canonical.canonical(seen["command"])).hexdigest() == seen["digest"] == error["digest"]
    approved = await desk.do("approveProposal", {"proposal": given["id"]}, desk.officer("b"))
    assert approved["errors"] == []
    entry = (await desk.data(
        "query E($p: BigInt!) { entry(position: $p) { actor leaf } }", desk.world.administrator, p=approved["position"]
    ))["entry"]  # fmt: skip
    leaf = orjson.loads(entry["leaf"]) if isinstance(entry["leaf"], str) else entry["leaf"]
    assert (leaf["actor"], leaf["approval"]) == ("a", {"approver": "b"})
    again = await desk.do("approveProposal", {"proposal": given["id"]}, desk.officer("b"))
    assert again == approved | {"replayed": True}, "the same approval sent again"
    assert (await desk.do("spend", given, desk.officer("a")))["position"] == approved["position"]
    assert await desk.proposals(desk.officer("b")) == []
    (over,) = await desk.proposals(desk.officer("b"), waiting=False)
    assert (over["state"], over["officer"]) == ("APPROVED", "b")


async def test_below_the_threshold_nothing_waits(desk: Desk) -> None:
    assert (await desk.do("spend", spending("9999"), desk.officer("a")))["errors"] == []
    assert await desk.proposals(desk.officer("a")) == []


@pytest.mark.parametrize(("officer", "code"), [("a", "SELF_APPROVAL"), ("d", "NOT_AN_APPROVER")])
async def test_who_may_not_approve(desk: Desk, officer: str, code: str) -> None:
    name = await _waiting(desk)
    (error,) = (await desk.do("approveProposal", {"proposal": name}, desk.officer(officer)))["errors"]
    assert error["code"] == code
    assert (await desk.do("approveProposal", {"proposal": name}, desk.officer("c")))["errors"] == []


async def test_another_organization_sees_and_approves_nothing(desk: Desk) -> None:
    name = await _waiting(desk)
    stranger = desk.officer("b", OTHER)
    assert await desk.proposals(stranger) == []
    for mutation, more in (
        ("approveProposal", {}), ("declineProposal", {"reason": "no"}), ("signProposal", {"signature": "00" * 64}),
    ):  # fmt: skip
        fields = "position" if mutation == "approveProposal" else "proposal { id }"
        (error,) = (await desk.do(mutation, {"proposal": name, **more}, stranger, fields))["errors"]
        assert error["code"] == "PROPOSAL_NOT_FOUND"
    result = await desk.ask(f'{{ proposals(organization: "{CHARITY}") {{ id }} }}', stranger)
    assert result.errors


async def test_two_approvals_at_once_are_one_entry_and_a_named_no(desk: Desk) -> None:
    name = await _waiting(desk)
    done = await asyncio.gather(
        *(desk.do("approveProposal", {"proposal": name}, desk.officer(officer)) for officer in ("b", "c"))
    )
    codes = sorted(error["code"] for one in done for error in one["errors"])
    assert codes == ["PROPOSAL_SETTLED"]
    (late,) = (await desk.do("approveProposal", {"proposal": name}, desk.officer("b")))["errors"] or [None]
    (other,) = (await desk.do("approveProposal", {"proposal": name}, desk.officer("c")))["errors"] or [None]
    assert sorted([late is None, other is None]) == [False, True]


async def test_a_declined_proposal_is_over(desk: Desk) -> None:
    given = spending("20000")
    name = await _waiting(desk, given)
    said = {"proposal": name, "reason": "no invoice"}
    done = await desk.do("declineProposal", said, desk.officer("b"), f"proposal {{ {PROPOSAL} }}")
    assert (done["proposal"]["state"], done["proposal"]["reason"]) == ("DECLINED", "no invoice")
    for code, answer in (
        ("PROPOSAL_SETTLED", await desk.do("approveProposal", {"proposal": name}, desk.officer("c"))),
        ("PROPOSAL_SETTLED", await desk.do("spend", given, desk.officer("a"))),
        ("PROPOSAL_SETTLED", await desk.do("declineProposal", said, desk.officer("c"), "proposal { id }")),
    ):
        assert answer["errors"][0]["code"] == code
    mine = await _waiting(desk)
    said = {"proposal": mine, "reason": " "}
    done = await desk.do("declineProposal", said, desk.officer("a"), "proposal { state }")
    assert done["errors"][0]["code"] == "MALFORMED"
    done = await desk.do("declineProposal", said | {"reason": "typo"}, desk.officer("a"), "proposal { state }")
    assert done["proposal"] == {"state": "WITHDRAWN"}


async def test_a_proposal_expires_and_its_sealed_rows_go(desk: Desk) -> None:
    name = await _waiting(desk)
    desk.world.clock.at += LIFETIME
    for mutation, more in (("approveProposal", {}), ("declineProposal", {"reason": "late"})):
        fields = "position" if mutation == "approveProposal" else "proposal { id }"
        done = await desk.do(mutation, {"proposal": name, **more}, desk.officer("b"), fields)
        assert done["errors"][0]["code"] == "PROPOSAL_EXPIRED"
    (over,) = await desk.proposals(desk.officer("a"), waiting=False)
    assert over["state"] == "EXPIRED"


async def test_an_id_that_waits_is_not_used_for_another_command(desk: Desk) -> None:
    given = spending("20000")
    await _waiting(desk, given)
    dated = spending("20000", documentDate="2026-05-01")
    for changed, field in ((spending("20001"), "custody"), (dated, "documentDate")):
        (error,) = (await desk.do("spend", changed | {"id": given["id"]}, desk.officer("a")))["errors"]
        assert (error["code"], error["facts"]["field"]) == ("PROPOSAL_DIFFERS", field)


async def test_so_many_wait_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "MOST_WAITING", 1)
    first = await _waiting(desk)
    (error,) = (await desk.do("spend", spending("20000"), desk.officer("a")))["errors"]
    assert (error["code"], error["facts"]) == ("TOO_MANY_PROPOSALS", {"organization": CHARITY, "most": 1})
    said = {"proposal": first, "reason": "not needed"}
    assert (await desk.do("declineProposal", said, desk.officer("a"), "proposal { state }"))["errors"] == []
    await _waiting(desk)


async def test_the_state_of_the_approvals_moment_decides(desk: Desk) -> None:
    first, second = await _waiting(desk, spending("60000")), await _waiting(desk, spending("60000"))
    assert (await desk.do("approveProposal", {"proposal": first}, desk.officer("b")))["errors"] == []
    (error,) = (await desk.do("approveProposal", {"proposal": second}, desk.officer("b")))["errors"]
    assert error["code"] == "INSUFFICIENT_FUNDS"
    await desk.record("recordDonation", donation("500.00"))
    assert (await desk.do("approveProposal", {"proposal": second}, desk.officer("b")))["errors"] == []


async def test_a_person_reaches_the_vault_with_the_entry_alone(desk: Desk) -> None:
    given = {
        "id": new_id(), "organization": CHARITY, "custody": "hubei-bank", "person": {"name": "王小明"},
        "parts": [{"account": "hubei-open", "amount": {"minorUnits": "20000"}}],
    }  # fmt: skip
    before = len(await desk.world.rows("personal"))
    (error,) = (await desk.do("disburse", given, desk.officer("a")))["errors"]
    (kept,) = await desk.world.rows("proposal")
    assert "王小明" not in str(dict(kept))
    assert "王小明".encode() not in kept["companions"] + kept["command"]
    assert len(await desk.world.rows("personal")) == before
    assert (await desk.do("disburse", given, desk.officer("a")))["errors"] == [error]
    done = await desk.do("approveProposal", {"proposal": given["id"]}, desk.officer("b"))
    assert done["errors"] == []
    assert len(await desk.world.rows("personal")) == before + 1
    again = await desk.do("disburse", given, desk.officer("a"))
    assert (again["position"], again["replayed"]) == (done["position"], True)
    other = await desk.do("disburse", given | {"person": {"name": "李四"}}, desk.officer("a"))
    assert other["errors"][0]["code"] == "EXISTS_WITH_DIFFERENT_DATA"


async def test_only_linked_items_are_refused_instead_of_waiting(desk: Desk) -> None:
    document = f"""mutation R($input: RecordEntriesInput!) {{
        recordEntries(input: $input) {{ accepted results {{ position errors {{ {ERRORS} }} }} }} }}"""
    for atomic, code in ((False, "AWAITING_APPROVAL"), (True, "APPROVAL_REQUIRED")):
        items = [{"spend": spending("100")}, {"spend": spending("20000")}]
        done = (await desk.data(document, desk.officer("a"), input={"items": items, "atomic": atomic}))["recordEntries"]
        assert done["results"][1]["errors"][0]["code"] == code
        assert done["accepted"] == (0 if atomic else 1)


async def test_raising_the_threshold_waits_itself(desk: Desk) -> None:
    given = {"id": new_id(), "organization": CHARITY, "authority": "council", "minorUnits": "9000000"}
    (error,) = (await desk.do("setApprovalThreshold", given, desk.officer("a")))["errors"]
    assert (error["code"], error["asked"]) == ("AWAITING_APPROVAL", "9000000")
    assert (await desk.do("approveProposal", {"proposal": given["id"]}, desk.officer("b")))["errors"] == []
    assert (await desk.do("spend", spending("20000"), desk.officer("a")))["errors"] == []


async def test_a_held_payment_is_approved_once(desk: Desk) -> None:
    held = {"payment": {"spend": spending("20000")}}
    (error,) = (await desk.do("holdMoney", held, desk.officer("a")))["errors"]
    at = (await desk.do("approveProposal", {"proposal": error["proposal"]}, desk.officer("b")))["position"]
    paid = await desk.do("spend", spending("15000", hold=at), desk.officer("a"))
    assert paid["errors"] == []


async def test_what_was_seen_is_recorded(desk: Desk) -> None:
    done = await desk.do("spend", spending("20000", mode="OBSERVED"), desk.officer("a"))
    assert done["errors"] == []
    document = "query E($p: BigInt!) { entry(position: $p) { breaches { code } } }"
    entry = (await desk.data(document, desk.officer("a"), p=done["position"]))["entry"]
    assert [breach["code"] for breach in entry["breaches"]] == ["APPROVAL_REQUIRED"]


# ---------------------------------------------------------------- signatures


class Signer:
    """An officer's key, as a client holds it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.secret = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        self.public = self.secret.public_key().public_bytes_raw().hex()

    def enrolment(self, origin: str, **more: object) -> dict[str, object]:
        """The input that enrols it."""
        proof = self.secret.sign(possession_bytes(origin, CHARITY, self.name, self.public)).hex()
        return {
            "id": new_id(), "organization": CHARITY, "holder": self.name, "key": self.public, "proof": proof, **more
        }  # fmt: skip

    def sign(self, seen: dict[str, Any]) -> str:
        """The signature over what a proposal asks this officer to sign."""
        return self.secret.sign(bytes.fromhex(seen["toSign"])).hex()


async def test_officers_with_keys_sign(desk: Desk) -> None:
    a, b = Signer("a"), Signer("b")
    for signer in (a, b):
        enrolled = await desk.do("enrolKey", signer.enrolment("mingzhang.test/main"), desk.officer(signer.name))
        assert enrolled["errors"] == []
    name = await _waiting(desk)
    given = {"proposal": name}
    (seen,) = await desk.proposals(desk.officer("b"))
    signed = given | {"signature": b.sign(seen)}
    (error,) = (await desk.do("approveProposal", signed, desk.officer("b")))["errors"]
    assert (error["code"], error["facts"]) == ("SIGNATURE_MISSING", {"signer": "a"})
    (error,) = (await desk.do("signProposal", signed, desk.officer("b"), "proposal { id }"))["errors"]
    assert error["code"] == "NOT_THE_INITIATOR"
    (mine,) = await desk.proposals(desk.officer("a"))
    assert mine["toSign"] != seen["toSign"]
    done = await desk.do("signProposal", given | {"signature": a.sign(mine)}, desk.officer("a"), "proposal { signed }")
    assert done["proposal"] == {"signed": True}
    (error,) = (await desk.do("approveProposal", given, desk.officer("b")))["errors"]
    assert error["code"] == "SIGNATURE_MISSING"
    (error,) = (await desk.do("approveProposal", given | {"signature": a.sign(seen)}, desk.officer("b")))["errors"]
    assert error["code"] == "SIGNATURE_INVALID"
    (error,) = (await desk.do("approveProposal", given | {"signature": "00"}, desk.officer("b")))["errors"]
    assert error["code"] == "MALFORMED"
    assert (await desk.do("approveProposal", signed, desk.officer("b")))["errors"] == []


async def test_an_officer_enrols_and_revokes_its_own_key_alone(desk: Desk) -> None:
    signer = Signer("a")
    given = signer.enrolment("mingzhang.test/main")
    (error,) = (await desk.do("enrolKey", given, desk.officer("b")))["errors"]
    assert error["code"] == "FORBIDDEN"
    assert (await desk.do("enrolKey", given, desk.officer("a")))["errors"] == []
    revoked = {"id": new_id(), "organization": CHARITY, "holder": "a", "ground": "LOST"}
    (error,) = (await desk.do("revokeKey", revoked, desk.officer("b")))["errors"]
    assert error["code"] == "FORBIDDEN"
    assert (await desk.do("revokeKey", revoked, desk.officer("a")))["errors"] == []
    (error,) = (await desk.do("revokeKey", revoked | {"id": new_id()}, desk.officer("a")))["errors"]
    assert (error["code"], error["facts"]) == ("KEY_NOT_ENROLLED", {"holder": "a"})


async def test_officers_do_not_name_who_checks_them(desk: Desk) -> None:
    given = {"id": new_id(), "organization": CHARITY, "authority": "council", "approver": "d"}
    for mutation in ("nameApprover", "dismissApprover"):
        (error,) = (await desk.do(mutation, given, desk.officer("a")))["errors"]
        assert error["code"] == "FORBIDDEN"
    dismissed = given | {"approver": "b"}
    assert (await desk.do("dismissApprover", dismissed, desk.world.administrator))["errors"] == []
    name = await _waiting(desk)
    (error,) = (await desk.do("approveProposal", {"proposal": name}, desk.officer("b")))["errors"]
    assert error["code"] == "NOT_AN_APPROVER"
