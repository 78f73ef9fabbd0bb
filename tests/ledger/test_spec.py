"""SPEC.md sections 1 to 3: every named block is worked out again, from the blocks before it."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from ledger import canonical, chain, checkpoints, merkle, notes, tiles
from ledger.errors import ProfileError

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTIONS = SPEC.read_text(encoding="utf-8").split("\n## ")
FIRST_THREE = "\n## ".join(section for section in SECTIONS if re.match(r"[123] |# ", section))
BLOCKS: dict[str, str] = {
    name: body for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)```", FIRST_THREE, re.DOTALL)
}
USED: set[str] = set()


def text(name: str) -> str:
    """Return a block as it stands."""
    USED.add(name)
    return BLOCKS[name]


def line(name: str) -> str:
    """Return a block of one line, without its newline."""
    return text(name).removesuffix("\n")


def blob(name: str) -> bytes:
    """Return the bytes of a hex block; lines are only for the eye."""
    return bytes.fromhex(text(name))


def hashes(name: str) -> list[bytes]:
    """Return the hashes of a hex block, one a line."""
    return [bytes.fromhex(row) for row in text(name).split()]


LEAVES = [line(f"leaf-{i}").encode() for i in range(3)]
HASHES = [blob(f"hash-{i}") for i in range(3)]
ROOT = blob("root-3")


def test_the_leaves_are_canonical_and_chained() -> None:
    assert LEAVES[0] == blob("leaf-0-bytes")
    prev = chain.GENESIS_PREV
    for position, leaf in enumerate(LEAVES):
        document, prev = chain.read_link(leaf, position, prev)
        assert canonical.encode(document) == leaf
        assert prev == HASHES[position].hex()


def test_every_refused_line_is_refused() -> None:
    refused = text("refused").splitlines()
    assert len(refused) == 13
    for leaf in refused:
        with pytest.raises(ProfileError):
            canonical.decode(leaf.encode())


def test_the_tree_and_its_proofs() -> None:
    assert [sha256(b"\0" + leaf).digest() for leaf in LEAVES] == HASHES
    node = blob("node-1-0")
    assert node == sha256(b"\1" + HASHES[0] + HASHES[1]).digest()
    assert sha256(b"\1" + node + HASHES[2]).digest() == ROOT == merkle.root(HASHES)
    assert merkle.Frontier().extend(HASHES).nodes == (node, HASHES[2])
    inclusion, consistency = hashes("inclusion-1-of-3"), hashes("consistency-2-to-3")
    reader = tiles.node_reader({(0, 0): b"".join(HASHES)})
    assert merkle.inclusion_proof(1, 3, reader) == inclusion
    assert merkle.consistency_proof(2, 3, reader) == consistency
    merkle.verify_inclusion(1, 3, HASHES[1], inclusion, ROOT)
    merkle.verify_consistency(2, 3, node, ROOT, consistency)


def test_the_checkpoint_is_signed_and_cosigned() -> None:
    head = checkpoints.Checkpoint("example.org/journals/demo", 3, ROOT)
    log = notes.Signer(head.origin, blob("log-seed"))
    witness = notes.Signer("witness.example/w1", blob("witness-seed"), notes.COSIGNATURE_V1)
    assert [str(log.verifier), str(witness.verifier)] == [line("log-key"), line("witness-key")]
    note = checkpoints.sign(head, log)
    cosignature = checkpoints.cosign(note, [log.verifier], witness, 1767225600)
    assert checkpoints.add_cosignatures(note, [cosignature]) == text("checkpoint")
    opened = checkpoints.open_cosigned(text("checkpoint"), [log.verifier, witness.verifier])
    assert opened == checkpoints.CosignedCheckpoint(head, (notes.Verified(witness.verifier, 1767225600),))


def test_the_tile_and_the_bundle() -> None:
    assert [str(tile) for tile in tiles.tiles_at(3)] == text("tiles").split()
    assert b"".join(HASHES) == b"".join(hashes("tile-0"))
    bundle = tiles.encode_bundle(LEAVES)
    assert f"`{bundle[:2].hex()}`, {len(LEAVES[0])} in decimal; the whole has {len(bundle)} bytes" in FIRST_THREE
    assert sha256(bundle).digest() == blob("bundle-0-sha256")
    tiles.check_bundle(tiles.decode_bundle(bundle), b"".join(HASHES))


def test_no_block_stands_unchecked() -> None:
    """Run last: each test above has taken its blocks."""
    for check in (
        test_the_leaves_are_canonical_and_chained,
        test_every_refused_line_is_refused,
        test_the_tree_and_its_proofs,
        test_the_checkpoint_is_signed_and_cosigned,
        test_the_tile_and_the_bundle,
    ):
        check()
    assert set(BLOCKS) == USED
