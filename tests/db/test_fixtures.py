"""The fixtures keep what they promise: a migrated database, fresh for each test, for every role."""

from __future__ import annotations

import pytest

from db.migrations import read_folder
from db.pools import Database
from db.roles import ROLES, Role, role_name


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_reaches_a_fresh_database(fresh_database: Database, role: Role) -> None:
    async with fresh_database.pool(role) as pool:
        assert await pool.fetchval("select current_user") == role_name(role)
        assert await pool.fetchval("show jit") == "off"


async def test_the_template_has_seen_every_migration(fresh_database: Database) -> None:
    assert await fresh_database.prepare() == []
    conn = await fresh_database.connect("migrator")
    try:
        assert await conn.fetchval("select count(*) from pg_catalog.pg_class where relname = 'migration'") == 1
    finally:
        await conn.close()
    assert read_folder()


async def test_postgresql_15_has_seen_every_migration(fresh_database15: Database) -> None:
    assert await fresh_database15.prepare() == []
