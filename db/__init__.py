"""The only folder that knows PostgreSQL.

Read in order:

1. `embedded`     a PostgreSQL of our own (`binaries`, `account`, `launch`, `cluster` are its parts)
2. `roles`        who may write evidence, who may read, who may erase
3. `migrations`   how the tables come to be
4. `statements`   SQL as prose in its own files
5. `pools`        connections per role, and what a server must be
"""
