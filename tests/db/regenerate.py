"""Write the golden files `db/structure.sql` and `tests/db/signatures.json` anew, from a server of their own.

    python -m tests.db.regenerate

Read the difference before committing it: it is what an audit will expect of every database from then on.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import asyncpg

from db import statements, structure
from db.embedded import Server
from db.pools import Database

SIGNATURES = Path(__file__).parent / "signatures.json"

Signature = dict[str, list[str]]


async def signatures(conn: asyncpg.Connection) -> dict[str, Signature]:
    """Prepare every statement of `db/queries/` and return its parameters' types and its columns' names and types."""
    found: dict[str, Signature] = {}
    for noun in statements.nouns():
        for name, text in statements.load(noun).items():
            statement = await conn.prepare(text)
            found[f"{noun}.{name}"] = {
                "parameters": [kind.name for kind in statement.get_parameters()],
                "columns": [f"{column.name} {column.type.name}" for column in statement.get_attributes()],
            }
    return found


def as_text(found: dict[str, Signature]) -> str:
    """Return the golden file of signatures: one statement a line, sorted."""
    lines = (f"  {json.dumps(key)}: {json.dumps(found[key], ensure_ascii=False)}" for key in sorted(found))
    return "{\n" + ",\n".join(lines) + "\n}\n"


async def _write(database: Database) -> None:
    await database.prepare()
    conn = await asyncpg.connect(database.keeper)
    try:
        structure.STRUCTURE.write_text(structure.render(await structure.read(conn)), encoding="utf-8")
        SIGNATURES.write_text(as_text(await signatures(conn)), encoding="utf-8")
    finally:
        await conn.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Server.start(Path(folder), settings={"fsync": "off"}) as server:
        asyncio.run(_write(Database.embedded(server)))
