"""Money, entries and proofs, as pure functions and values.

Nothing here reads a clock, a socket, a file, a database or a source of chance: time, randomness and keys are
arguments.  The same arguments give the same bytes on every machine and under every supported Python, so that an
auditor who runs this package judges exactly as the server did.  `SPEC.md` holds the bytes.  Read in order:

1. `errors`       the tree of what can be wrong
2. `canonical`    the bytes that an entry is: one form, read only as it would have been written
3. `chain`        how each entry names the one before
4. `merkle`       the tree over all leaves, its right edge, and the two proofs
5. `notes`        text signed by keys that have names
6. `checkpoints`  the signed head: origin, size, root
7. `tiles`        the tree cut into immutable resources, and which of them a proof needs
   `witnesses`, `policies`, `receipts`: what a witness signs, whose word counts, and a proof to take away
8. `assets`, `intervals`, `accounts`, `regions`, `restrictions`: amounts, the queue of units, where money
   rests and what it may be used for
9. `commands`, `kinds`, `entries`, `state`: what is asked, what each kind carries, what stands in a leaf
10. `rejections`  every named no, in precedence; `forms`, `repeats`, `guards`, `rules` ask in that order
11. `draft`, `postings`, `corrections`, `decide`: a command becomes an entry
12. `flows`, `projections`, `records`, `replay`: what entries mean, and the whole walk done again

Every reader in this package obeys one rule: parse, print, compare.  Every verifier raises; none returns a boolean.
"""
