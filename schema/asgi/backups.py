"""`mingzhang backup`, `archive`, `restore`, `erase`: copies of the database, the way back from them, and forgetting.

After `restore` the erasures that the journal tells of are done again before anything is served; with `--journal` those
of a newer mirror, too.  The publisher then signs nothing until the head continues what was signed, or is adopted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from db import archiving, trees
from db import backup as copies
from db.embedded import Server
from db.restoring import Wanted
from db.restoring import restore as put_in_place
from resolvers import mirrors
from resolvers.erasure import erase_again, erase_person
from schema.asgi.command import data_option, json_option, say, settings, told, within
from schema.asgi.composition import Platform
from schema.asgi.settings import Settings

_folder = click.Path(path_type=Path, file_okay=False)
_ELSEWHERE = "The server at DATABASE_URL has backup tools of its own; see README."


def _embedded(data: Path | None, origin: str | None) -> Settings:
    """The settings of an installation whose database is embedded."""
    chosen = settings(data, origin)
    if chosen.database_url:
        raise click.UsageError(_ELSEWHERE)
    return chosen


@click.command()
@data_option
@click.argument("destination", type=_folder)
@json_option
@told
def backup(*, data: Path | None, origin: str | None, destination: Path, as_json: bool) -> None:
    """Copy the embedded database to DESTINATION while it serves; keys are not in it."""
    with Server.start(_embedded(data, origin).data) as server:
        home = copies.take(server, destination.absolute())
    say({"backup": str(home)}, as_json=as_json, text=f"{home} (keys and state are not in it: README says why)")


@click.command()
@data_option
@click.argument("folder", type=_folder, required=False)
@click.option("--off", is_flag=True, help="Archive no more; what is archived stays.")
@json_option
@told
def archive(*, data: Path | None, origin: str | None, folder: Path | None, off: bool, as_json: bool) -> None:
    """Archive PostgreSQL's log into FOLDER [DIR/archive] from its next start on, for restoring to any moment.

    Take a backup after that: the archive brings a backup forward, and cannot replace one.
    """
    chosen = _embedded(data, origin)
    if off:
        archiving.end(chosen.data)
        say({"archive": None}, as_json=as_json, text="the log is archived no more, once the server starts again")
        return
    place = archiving.begin(chosen.data, folder or chosen.data / "archive")
    text = f"the log is archived in {place}, once the server starts again; then take a backup"
    say({"archive": str(place)}, as_json=as_json, text=text)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Erasures that were done again; `mirror` is the size of the journal that told of them."""

    entries: int
    again: int
    mirror: int | None


def forgetting(mirror: Path | None) -> Callable[[Platform], Awaitable[Forgotten]]:
    """Erase what a mirror tells of, besides what the journal itself does (which opening has done already)."""

    async def work(platform: Platform) -> Forgotten:
        size: int | None = None
        lost: dict[bytes, str] = {}
        if mirror is not None:
            signers = platform.publisher.store.signers(platform.journal.origin)
            size, lost = mirrors.erasures(mirror, [signer.verifier for signer in signers])
        again = await erase_again(platform.context, lost)
        entries, _ = await trees.head(platform.reader, platform.journal.id)
        return Forgotten(entries, platform.erased_again + again, size)

    return work


@click.command()
@data_option
@click.argument("backup_", metavar="BACKUP", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--archive", "archive_", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="The log archive that brings the backup forward, to its end unless told otherwise.")  # fmt: skip
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S"]),
              help="With --archive: to this moment (UTC).")  # fmt: skip
@click.option("--position", type=click.IntRange(0), help="With --archive: to the transaction that wrote this entry.")
@click.option("--journal", "mirror", type=click.Path(path_type=Path, exists=True),
              help="The newest mirror or archive of the journal: whoever it says is erased stays erased.")  # fmt: skip
@json_option
@told
def restore(
    *, data: Path | None, origin: str | None, backup_: Path, archive_: Path | None, until: datetime | None,
    position: int | None, mirror: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Put BACKUP in the place of a stopped installation's database; what lay there is kept beside it."""
    if until is not None and position is not None:
        raise click.UsageError("one of --until and --position")
    chosen = _embedded(data, origin)
    moment = until.replace(tzinfo=UTC) if until is not None else None
    entry = (chosen.journal, position) if position is not None else None
    before = put_in_place(chosen.data, backup_.absolute(), Wanted(archive_, moment, entry))
    if archive_ is not None:
        archiving.begin(chosen.data, archive_)
    done = within(chosen, forgetting(mirror), publish=False)
    found: dict[str, Any] = {"entries": done.entries, "erasedAgain": done.again, "mirror": done.mirror,
                             "before": str(before) if before else None}  # fmt: skip
    lines = [f"{done.entries} entries are restored; {done.again} persons were erased again"]
    if mirror is None:
        lines.append("no newer mirror was named: erasures after this moment are not known here (--journal)")
    if before is not None:
        lines.append(f"the former database is {before}: remove it when you no longer need it")
    lines.append("entries that were signed and are missing now stop publication: see `mingzhang check` and README")
    say(found, as_json=as_json, text="\n".join(lines))


@click.command()
@data_option
@click.argument("commitment", required=False)
@click.option("--ground", type=click.Choice(["request", "consent-withdrawn", "purpose-ended", "unlawful"]))
@click.option("--journal", "mirror", type=click.Path(path_type=Path, exists=True),
              help="Instead: whom a newer mirror or archive of the journal says are erased.")  # fmt: skip
@json_option
@told
def erase(
    *, data: Path | None, origin: str | None, commitment: str | None, ground: str | None, mirror: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Forget the person behind a COMMITMENT (64 hexadecimal digits): an entry, then the vault.

    With --journal, after a database was restored by other means than `mingzhang restore`: forget again.
    """
    if (mirror is None) != (commitment is not None and ground is not None):
        raise click.UsageError("name a COMMITMENT with its --ground, or a --journal")
    if mirror is not None:
        again = within(settings(data, origin), forgetting(mirror), publish=False)
        say(asdict(again), as_json=as_json, text=f"{again.again} persons were erased again")
        return
    assert commitment is not None, "asked above"
    assert ground is not None, "asked above"
    try:
        wanted = bytes.fromhex(commitment)
    except ValueError:
        raise click.BadParameter("64 hexadecimal digits", param_hint="COMMITMENT") from None
    done = within(settings(data, origin), lambda found: erase_person(found.context, commitment=wanted, ground=ground))
    say(asdict(done), as_json=as_json, text=f"{done.commitments} commitments erased; entries {done.positions}")
