"""Verify in this browser: it says yes to what is so, no to any change, and the same without the browser's cryptography.

Python's `ledger` is the twin: proofs over random trees are made there and checked in the browser.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from ledger import merkle
from tests.clients.web.conftest import Site, Watched

Answer = dict[str, Any]
NO_SUBTLE = "Object.defineProperty(globalThis.crypto, 'subtle', {value: undefined})"
"""What a page that came over plain http finds."""


def _verify(page: Page) -> None:
    page.get_by_role("button", name="Verify", exact=True).click()


def test_the_public_verifies_a_whole_gift(watched: Watched, site: Site) -> None:
    """A gift's leaf is the donor's receipt: anyone may recompute it."""
    page = watched.open(f"/entries/{site.places['gift']}")
    _verify(page)
    expect(page.locator("#verify .verdict")).to_contain_text(f"exactly entry {site.places['gift']} of the journal")


def test_the_public_learns_that_a_hash_is_in_the_journal(watched: Watched, site: Site) -> None:
    """The bytes of spending are not public; the sentence says what is not proven."""
    page = watched.open(f"/entries/{site.places['meals']}")
    _verify(page)
    expect(page.locator("#verify .verdict")).to_contain_text("Not proven: that the content shown matches it")
    expect(page.locator("#verify .checks")).to_contain_text("the browser's own Ed25519")


@pytest.mark.parametrize("means", ["native", "script"])
def test_an_auditor_verifies_the_whole_entry(watched: Watched, site: Site, means: str) -> None:
    """Leaf, inclusion, signature; without `crypto.subtle` the vendored script does the same and says so."""
    if means == "script":
        watched.page.add_init_script(NO_SUBTLE)
    page = watched.open(f"/entries/{site.places['gift']}", token=site.tokens["auditor"])
    _verify(page)
    expect(page.locator("#verify .verdict")).to_contain_text(f"exactly entry {site.places['gift']} of the journal")
    said = {"native": "the browser's own Ed25519", "script": "the script that came with the page"}[means]
    expect(page.locator("#verify .checks")).to_contain_text(said)
    assert ("plain http" in page.inner_text("#verify")) == (means == "script")


def _amount(answer: Answer) -> None:
    for posting in answer["data"].get("entry", {}).get("postings", {}).get("nodes", []):
        posting["amount"]["minorUnits"] = str(int(posting["amount"]["minorUnits"]) - 1)


def _leaf(answer: Answer) -> None:
    if answer["data"].get("inclusionProof"):
        answer["data"]["entry"]["leaf"] = answer["data"]["entry"]["leaf"].replace('"donation"', '"income"')


def _hash(answer: Answer) -> None:
    if answer["data"].get("inclusionProof"):
        first = answer["data"]["inclusionProof"]["hashes"][0]
        answer["data"]["inclusionProof"]["hashes"][0] = ("0" if first[0] != "0" else "1") + first[1:]


@pytest.mark.parametrize("lie", [_amount, _leaf, _hash], ids=lambda lie: lie.__name__)
def test_a_lie_is_seen(watched: Watched, site: Site, lie: Callable[[Answer], None]) -> None:
    """Another amount on the page, other bytes, another sibling: inconsistent."""

    def change(route: Route) -> None:
        answer = route.fetch().json()
        lie(answer)
        route.fulfill(json=answer)

    watched.page.route("**/graphql", change)
    page = watched.open(f"/entries/{site.places['gift']}", token=site.tokens["auditor"])
    _verify(page)
    expect(page.locator("#verify .verdict")).to_contain_text("Inconsistent")


def test_a_note_by_another_key_is_never_called_fine(watched: Watched, site: Site) -> None:
    """A checkpoint whose text was changed after signing: nothing is concluded."""

    def change(route: Route) -> None:
        answer = route.fetch().json()
        if proof := answer["data"].get("inclusionProof"):
            proof["checkpoint"] = proof["checkpoint"].replace("mingzhang.test/demo\n", "mingzhang.test/demx\n", 1)
        route.fulfill(json=answer)

    watched.page.route("**/graphql", change)
    watched.page.route(
        "**/journals/demx/**", lambda route: route.continue_(url=route.request.url.replace("demx", "demo"))
    )
    page = watched.open(f"/entries/{site.places['gift']}", token=site.tokens["auditor"])
    _verify(page)
    expect(page.locator("#verify .verdict")).to_contain_text("nothing is concluded")


def test_proofs_over_random_trees_are_checked_as_python_makes_them(watched: Watched) -> None:
    """Every size to 40 and some more: the right root for the right proof, and a refusal of one that is cut or grown."""
    chance, cases = random.Random(7), []
    for size in [*range(1, 41), 127, 128, 129, 255]:
        leaves = [merkle.leaf_hash(str(n).encode()) for n in range(size)]
        index = chance.randrange(size)
        proof = [merkle.root(leaves[start:end]).hex() for start, end in merkle.inclusion_ranges(index, size)]
        cases.append([leaves[index].hex(), str(index), str(size), proof, merkle.root(leaves).hex()])
    page = watched.open("/journal")
    wrong = page.evaluate(
        """async (cases) => {
            const { bytes, hex, rootFrom } = await import('/code/verify.js');
            const refused = (...given) => rootFrom(...given).then(() => false, () => true);
            const wrong = [];
            for (const [leaf, index, size, proof, root] of cases) {
                const [hashes, at, all] = [proof.map(bytes), BigInt(index), BigInt(size)];
                const said = (what) => wrong.push(`${what} ${index} of ${size}`);
                const start = bytes(leaf);
                if (hex(await rootFrom(start, at, all, hashes)) !== root) said('root');
                if (!(await refused(start, at, all, [...hashes, start]))) said('grown');
                if (hashes.length && !(await refused(start, at, all, hashes.slice(1)))) said('cut');
                if (!(await refused(start, all, all, hashes))) said('beyond');
            }
            return wrong;
        }""",
        cases,
    )
    assert wrong == []


def test_a_leaf_is_hashed_as_the_specification_says(watched: Watched) -> None:
    """SHA-256(0x00 ‖ leaf), over UTF-8."""
    page = watched.open("/journal")
    leaf = '{"memo":"明账"}'
    found = page.evaluate(
        "async (leaf) => { const v = await import('/code/verify.js'); return v.hex(await v.leafHash(leaf)); }", leaf
    )
    assert found == sha256(b"\x00" + leaf.encode()).hexdigest()


@pytest.mark.parametrize(
    "note",
    [
        "origin\n1\nAAAA\n",
        "origin\n01\nAAAA\n\n— origin AAAAAAAA\n",
        "origin\n1\nAAAA\nextra\n\n— origin AAAAAAAA\n",
        "origin\n1\nAAAB=\n\n— origin AAAAAAAA\n",
        "origin\n1\nAAAA\n\n- origin AAAAAAAA\n",
        "origin\n1\nAAAA\n\n— origin AAAAAAAA",
    ],
)
def test_a_note_of_another_form_is_refused(watched: Watched, note: str) -> None:
    """Only what would have been written so is read."""
    page = watched.open("/journal")
    script = """(note) => import('/code/verify.js').then((v) => {
        try { v.readNote(note); return true; } catch { return false; }
    })"""
    assert page.evaluate(script, note) is False
    good = json.dumps("origin\n1\nAAAA\n\n— origin AAAAAAAA\n")
    assert page.evaluate(script, json.loads(good)) is True
