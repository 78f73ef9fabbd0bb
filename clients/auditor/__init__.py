"""`mingzhang-audit`: recompute a journal from its evidence, over HTTP or from one archive file.

Read in order:

1. `errors`        what keeps a verifier from deciding
2. `source`        what is read, and the HTTP contract
3. `web`, `ahead`, `archive`  the two sources: a server (read a step ahead), and one file
4. `rows`          served rows compared with expected ones
5. `tree`          checkpoints, hash tiles and the key that signs
6. `walk`          every leaf read, hashed, chained, decided again
7. `comparisons`   every served table compared with what the leaves say
8. `verification`  the whole of it, in order
9. `reports`       verdict, exit code, JSON; `messages` has the words in both languages
"""
