"""RFC 6962 proofs, right and wrong: every public vector of inclusion, consistency, and both of subtrees.

Each runs against the ledger and against the one-file verifier, which was written by another rule of the same texts
(ranges of leaves here, the bits of two indexes there).
"""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.auditor import verify
from ledger import merkle
from ledger.errors import ProofError

Case = dict[str, Any]
Run = tuple[Callable[..., None], Callable[..., None]]


def blob(text: str | None) -> bytes:
    """Read a hash as the vectors write it; a missing one is no bytes."""
    return b64decode(text or "")


def blobs(texts: list[str] | None) -> list[bytes]:
    """Read a proof as the vectors write it; a missing one is empty."""
    return [blob(text) for text in texts or []]


def inclusion(case: Case, by: str) -> None:
    check = merkle.verify_inclusion if by == "ledger" else verify.verify_inclusion
    check(case["leafIdx"], case["treeSize"], blob(case["leafHash"]), blobs(case["proof"]), blob(case["root"]))


def consistency(case: Case, by: str) -> None:
    check = merkle.verify_consistency if by == "ledger" else verify.verify_consistency
    check(case["size1"], case["size2"], blob(case["root1"]), blob(case["root2"]), blobs(case["proof"]))


def subtree_inclusion(case: Case, by: str) -> None:
    """A subtree is a tree of its own, with indexes counted from its start."""
    index, start, end = case["leafIdx"], case["start"], case["end"]
    leaf, proof, root = blob(case["leafHash"]), blobs(case["proof"]), blob(case["root"])
    if by == "ledger":
        merkle.verify_subtree_inclusion(index, start, end, leaf, proof, root)
        return
    if not verify.is_subtree(start, end):
        raise ValueError("there is no such subtree")
    verify.verify_inclusion(index - start, end - start, leaf, proof, root)


def subtree_consistency(case: Case, by: str) -> None:
    check = merkle.verify_subtree_consistency if by == "ledger" else verify.verify_subtree_consistency
    root1, root2, proof = blob(case["root1"]), blob(case["root2"]), blobs(case["proof"])
    check(case["start"], case["end"], case["size"], root1, root2, proof)


FAMILIES: dict[str, tuple[Callable[[Case, str], None], tuple[int, int]]] = {
    "inclusion": (inclusion, (6, 92)),
    "consistency": (consistency, (6, 92)),
    "subtreeinclusion": (subtree_inclusion, (12, 192)),
    "subtreeconsistency": (subtree_consistency, (12, 106)),
}
"""Every folder, what runs it, and how many cases are to pass and to be refused: 518 in all."""


@pytest.mark.parametrize("by", ["ledger", "one file"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_case(family: str, by: str, vectors: Path) -> None:
    check, expected = FAMILIES[family]
    passed = refused = 0
    for path in sorted((vectors / "merkle-rfc6962/testdata" / family).rglob("*.json")):
        case = json.loads(path.read_bytes())
        try:
            check(case, by)
        except (ProofError, ValueError):
            assert case["wantErr"], f"{path}: {case['desc']} should pass"
            refused += 1
        else:
            assert not case["wantErr"], f"{path}: {case['desc']} should fail"
            passed += 1
    assert (passed, refused) == expected


def test_every_family_is_run(vectors: Path) -> None:
    folder = vectors / "merkle-rfc6962/testdata"
    found = {path.name: sum(1 for _ in path.rglob("*.json")) for path in folder.iterdir()}
    assert found == {name: sum(expected) for name, (_, expected) in FAMILIES.items()}
    assert sum(found.values()) == 518


def test_every_subtree_of_small_trees_is_proven_to_both() -> None:
    """The prover has no vectors: what it proves, both verifiers believe, and nothing else."""
    for size in range(1, 18):
        hashes = [bytes([n]) * 32 for n in range(size)]
        root = merkle.root(hashes)

        def node(level: int, index: int, hashes: list[bytes] = hashes) -> bytes:
            return merkle.root(hashes[index << level : index + 1 << level])

        for start in range(size):
            for end in range(start + 1, size + 1):
                if not verify.is_subtree(start, end):
                    with pytest.raises(ProofError):
                        merkle.subtree_consistency_proof(start, end, size, node)
                    continue
                proof = merkle.subtree_consistency_proof(start, end, size, node)
                subtree = merkle.root(hashes[start:end])
                merkle.verify_subtree_consistency(start, end, size, subtree, root, proof)
                verify.verify_subtree_consistency(start, end, size, subtree, root, proof)
                for wrong in ([*proof, root], proof[:-1] if proof else [root]):
                    with pytest.raises(ProofError):
                        merkle.verify_subtree_consistency(start, end, size, subtree, root, wrong)
                    with pytest.raises(ValueError, match="proof"):
                        verify.verify_subtree_consistency(start, end, size, subtree, root, wrong)
