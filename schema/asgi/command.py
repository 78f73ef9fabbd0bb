"""`mingzhang`: the operator's command line.

    mingzhang demo                       a small world to look at, with one token per role
    mingzhang serve --data DIR           the same without the world
    mingzhang migrate | check            bring a database up to date | look whether all is well
    mingzhang token create|list|revoke   who may do what over HTTP
    mingzhang keys show|adopt|rotate     the log's public key | accept a head after a loss | A → A+B → B
    mingzhang keys mldsa44               a post-quantum key that signs beside the log's
    mingzhang keys succeed               a new origin after one that may sign nothing more
    mingzhang keys rewrap                a new key-encryption key for the vault
    mingzhang backup DESTINATION         copy the embedded database while it serves
    mingzhang archive [FOLDER]           keep PostgreSQL's log, for restoring to any moment
    mingzhang restore BACKUP             put a copy in the place of the database; persons who are erased stay erased
    mingzhang erase COMMITMENT           forget a person, unless the law keeps their data
    mingzhang import donations|iati      files into the journal
    mingzhang load regions|…             reference lists

Commands that need the database join a running server of the same data directory, or start PostgreSQL themselves.
Exit codes: `failures`.  Everything heavy is imported when a command runs, so that `--help` is quick.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from schema.asgi.options import checked, network_of, network_options, principal_options, rates_of

if TYPE_CHECKING:
    from schema.asgi.composition import Platform
    from schema.asgi.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class LazyGroup(click.Group):
    """A group whose commands live in a module that is imported when one of them is asked for."""

    def __init__(self, *args: Any, module: str = "", names: tuple[str, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401 - what click hands to its groups
        super().__init__(*args, **kwargs)
        self._module = module
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, without importing anything."""
        return sorted({*super().list_commands(ctx), *self._names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        if cmd_name not in self._names:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(self._module)
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(module, name, None) or getattr(module, f"{name}_")
        return found


def told(function: Callable[P, T]) -> Callable[P, T]:
    """Tell an operator's own faults in a sentence, with their exit code; ours keep their traceback."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            sys.exit(130)
        except Exception as fault:
            from schema.asgi.failures import explained  # noqa: PLC0415 - imported when the command runs

            found = explained(fault)
            if found is None:
                raise
            code, sentence = found
            click.echo(f"mingzhang: {sentence}", err=True)
            sys.exit(code)

    return run


def data_option(function: Callable[P, T]) -> Callable[P, T]:
    """`--data` and `--origin`, which every command of an installation has."""
    data = click.option(
        "--data", type=click.Path(path_type=Path, file_okay=False), help="The data directory [MINGZHANG_DATA]."
    )
    origin = click.option("--origin", help="The journal's name for the world, as checkpoints state it.")
    return data(origin(function))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def settings(data: Path | None, origin: str | None = None, **more: Any) -> Settings:  # noqa: ANN401 - see settings_of
    """The settings of a command, from its options and the environment."""
    from schema.asgi.settings import settings_of  # noqa: PLC0415 - imported when the command runs

    return settings_of(os.environ, data=data, origin=origin, **more)


def within(chosen: Settings, work: Callable[[Platform], Awaitable[T]], *, publish: bool = True) -> T:
    """Open the installation, do the work, close it."""
    from schema.asgi.composition import opened  # noqa: PLC0415 - imported when the command runs

    async def run() -> T:
        async with opened(chosen, publish=publish) as platform:
            return await work(platform)

    return asyncio.run(run())


@click.group(
    cls=LazyGroup, module="schema.asgi.backups", names=("archive", "backup", "erase", "restore"),
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.version_option("0.1.0", prog_name="mingzhang")
def main() -> None:
    """Mingzhang 明账: charitable funds, in a journal that anyone can check."""


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), help="Which port; 0 takes any free one [8400].")
@click.option("--open-entries", is_flag=True, help="Serve entry bundles without a token.")
@click.option(
    "--snapshot-every",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Commit to all balances after so many entries, and when books are closed.",
)
@click.option("--witness", "witnesses", multiple=True, help="'URL VKEY' of a witness, besides DIR/witnesses.policy.")
@click.option("--traces", type=click.Choice(["console", "otlp"]),
              help="Traces as spans, to stderr or by OTLP over HTTP [MINGZHANG_TRACES].")  # fmt: skip
@click.option(
    "--checkpoint-interval", type=click.FloatRange(0.01, 0.8), default=0.2, show_default=True,
    help="Seconds after which a new entry is covered by a signed checkpoint.",
)  # fmt: skip
@click.option(
    "--checkpoint-entries", type=click.IntRange(1), default=1000, show_default=True,
    help="New entries that are covered at once, whatever the interval.",
)  # fmt: skip
@click.option("--trusted", "trusted", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A frontend's manifest of trusted documents: JSON of sha256 id to text.")  # fmt: skip
@click.option(
    "--trusted-only", is_flag=True, help="Take other documents from auditors, inspectors and administrators only."
)
@click.option("--private-webhooks", is_flag=True, help="Let webhooks lie in private networks, as this machine's own.")
@network_options
@principal_options
@json_option
@told
def serve(
    *, data: Path | None, origin: str | None, host: str, port: int | None, witnesses: tuple[str, ...],
    trusted: tuple[Path, ...], as_json: bool, checkpoint_interval: float, checkpoint_entries: int, traces: str | None,
    **more: Any,  # noqa: ANN401 -- click's options
) -> None:  # fmt: skip
    """Serve a journal until Ctrl-C."""
    from dataclasses import replace  # noqa: PLC0415 - imported when the command runs

    from resolvers.checkpoints import Rhythm  # noqa: PLC0415 - imported when the command runs
    from schema.asgi.starting import announce_server  # noqa: PLC0415 - imported when the command runs
    from schema.asgi.workers import run  # noqa: PLC0415 - imported when the command runs

    given = settings(data, origin, host=host, port=port)
    rhythm = Rhythm(checkpoint_interval, checkpoint_entries)
    chosen = replace(
        given, traces=traces or given.traces, witnesses=witnesses, trusted=trusted, rhythm=rhythm,
        snapshot_every=more["snapshot_every"], rates=rates_of(more), oidc=checked(more["oidc"]),
        open_entries=more["open_entries"], trusted_only=more["trusted_only"],
        private_webhooks=more["private_webhooks"], **network_of(more),
    )  # fmt: skip
    run(chosen, announce_server(as_json=as_json))


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), help="Which port; 0 takes any free one [8401].")
@json_option
@told
def demo(*, data: Path | None, origin: str | None, host: str, port: int | None, as_json: bool) -> None:
    """Serve a small deterministic world, with one token per role."""
    from schema.asgi.serving import run  # noqa: PLC0415 - imported when the command runs
    from schema.asgi.starting import announce_demo  # noqa: PLC0415 - imported when the command runs

    run(settings(data, origin, host=host, port=port, demo=True), announce_demo(as_json=as_json))


@main.command()
@data_option
@json_option
@told
def migrate(*, data: Path | None, origin: str | None, as_json: bool) -> None:
    """Make roles and tables ready; repeatable."""
    from schema.asgi.composition import database_of  # noqa: PLC0415 - imported when the command runs

    with database_of(settings(data, origin)) as database:
        ran = asyncio.run(database.prepare())
    say({"migrations": ran}, as_json=as_json, text="\n".join(ran) or "nothing to do")


@main.command()
@data_option
@click.option("--quick", is_flag=True, help="Without replaying the journal.")
@json_option
@told
def check(*, data: Path | None, origin: str | None, quick: bool, as_json: bool) -> None:
    """Look whether fences, tables, checkpoints, disk and clock are as they should be; exit 1 if not."""
    from schema.asgi.checking import looked, written  # noqa: PLC0415 - imported when the command runs
    from schema.asgi.failures import FAILED  # noqa: PLC0415 - imported when the command runs

    # Nothing is published meanwhile: who looks changes nothing.
    found = within(settings(data, origin), lambda platform: looked(platform, quick=quick), publish=False)
    say(found, as_json=as_json, text=written(found))
    if not found["ok"]:
        sys.exit(FAILED)


@main.group(cls=LazyGroup, module="schema.asgi.importing", names=("donations", "iati"), name="import")
def import_() -> None:
    """Read files into the journal."""


@main.group(cls=LazyGroup, module="schema.asgi.loading", names=("regions", "poverty-counties", "focus-areas"))
def load() -> None:
    """Load reference lists."""


@main.group(cls=LazyGroup, module="schema.asgi.tokens", names=("create", "list", "revoke"))
def token() -> None:
    """Tokens: who may do what over HTTP."""


@main.group(
    cls=LazyGroup,
    module="schema.asgi.key_commands",
    names=("show", "adopt", "rotate", "mldsa44", "succeed", "rewrap"),
)
def keys() -> None:
    """The log's signing key."""


def say(value: object, *, as_json: bool, text: str) -> None:
    """Print a result: for programs, or for people."""
    if as_json:
        import orjson  # noqa: PLC0415 - imported when the command runs

        text = orjson.dumps(value, default=str).decode()
    click.echo(text)


if __name__ == "__main__":
    main()
