"""What the platform can do: one function a use case, in the imperative.

Every use case opens with its authorization, hands the door one command with
its companion rows, and owns no write transaction.  Nothing here knows GraphQL,
HTTP or SQL: `schema` asks, `db` stores, `ledger` decides.

Files that people bring are read here as well, in two halves.  The first half
is pure: bytes in, values and problems out (`iati_files`, `sheets` ...), where
a file that cannot be read at all is a `file_errors.FileRejected`.  The second
half turns those values into commands.
"""
