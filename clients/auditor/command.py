"""`mingzhang-audit`: stdout is data, stderr is progress (on a terminal only), exit codes as documented.

0 verified · 1 proven inconsistent · 2 usage · 3 cannot decide · 4 policy unmet · 5 rule broken or wrong figure ·
6 verified in part, as asked · 130 interrupted
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import orjson

from clients.auditor import archive, messages
from clients.auditor.ahead import Ahead
from clients.auditor.errors import ArchiveExistsError, UndecidableError
from clients.auditor.reports import EXITS, Report
from clients.auditor.verification import Options, verify
from clients.auditor.web import Web

USAGE: Final = 2
CANNOT_DECIDE: Final = 3
INTERRUPTED: Final = 130


def _language() -> str:
    """The language of the terminal's locale."""
    spoken = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def _token(value: str | None) -> str | None:
    """A token as given, or the first line of the file that is named instead."""
    if value is None or value.startswith("mz_"):
        return value
    path = Path(value.removeprefix("@"))
    try:
        return path.read_text("utf-8").strip() if path.is_file() else value
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--token") from None


_lang = click.option("--lang", type=click.Choice(messages.LANGUAGES), default=_language, help="Language of sentences.")
_journal = click.option("--journal", help="The journal's name; otherwise main, then demo.")
_given_token = click.option(
    "--token", envvar="MINGZHANG_TOKEN", help="An auditor's token, or the path of a file that holds it."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """独立核验账簿: recompute a journal from its evidence, without trusting who serves it."""


@cli.command("verify")
@click.argument("source")
@_journal
@_given_token
@click.option("--key", help="The log's verifier key (vkey), pinned; otherwise the source's own is believed.")
@click.option("--known", type=click.Path(path_type=Path, dir_okay=False), help="A signed head kept earlier.")
@click.option("--no-projections", is_flag=True, help="Leave out the served tables (exit 6: verified in part).")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@_lang
def verify_command(  # the options are the command line
    source: str, journal: str | None, token: str | None, key: str | None, known: Path | None, lang: str,
    *, no_projections: bool, as_json: bool,
) -> None:  # fmt: skip
    """Verify SOURCE, a server's address or an archive: bytes, chain, tree, signature, every decision, every table."""
    try:
        kept = None if known is None else known.read_bytes()
        opened = _opened(source, journal, _token(token))
        try:
            with _progress(lang) as progress:
                report = verify(
                    opened, source, Options(key=key, projections=not no_projections, known=kept, progress=progress)
                )
        finally:
            opened.close()
    except UndecidableError as error:
        report = Report(source=source, pinned=key is not None, undecided=(error.code, error.facts))
    except OSError as error:
        report = Report(source=source, undecided=("unread_file", {"path": known, "why": error.strerror}))
    _print(report, lang, as_json=as_json)
    sys.exit(report.exit)


@cli.command("bundle")
@click.argument("source")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@_journal
@_given_token
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
@_lang
def bundle_command(
    source: str, output: Path, journal: str | None, token: str | None, lang: str, *, force: bool, as_json: bool
) -> None:
    """Write everything that SOURCE serves for auditors into one file, to be verified without a network."""
    try:
        opened = _opened(source, journal, _token(token))
        try:
            with _progress(lang) as progress:
                entries = archive.write(
                    opened, output, force=force, progress=lambda done, all_: progress("progress_entries", done, all_)
                )
        finally:
            opened.close()
    except UndecidableError as error:
        _fail(CANNOT_DECIDE, error.code, error.facts, lang, as_json=as_json)
    except ArchiveExistsError:
        _fail(USAGE, "exists", {"path": output}, lang, as_json=as_json)
    except OSError as error:
        _fail(USAGE, "cannot_write", {"path": output, "why": error.strerror}, lang, as_json=as_json)
    facts = {"path": str(output), "entries": entries, "bytes": output.stat().st_size}
    click.echo(orjson.dumps({"schema": "mingzhang-audit/bundle/1", "ok": True} | facts) if as_json
               else messages.text("written", lang, facts))  # fmt: skip


def _opened(source: str, journal: str | None, token: str | None) -> Ahead | archive.Archive:
    """An archive when a file of that name exists or it looks like no address, else a server."""
    path = Path(source)
    if "://" not in source and (path.exists() or path.suffix in {".zip", ".mza"}):
        return archive.Archive(path)
    return Ahead(Web(source, journal, token))


def _print(report: Report, language: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(report.as_json(language), option=orjson.OPT_INDENT_2))
    else:
        click.echo(report.as_text(language))


def _fail(code: int, message: str, facts: dict[str, Any], language: str, *, as_json: bool) -> None:
    sentence = messages.text(message, language, facts)
    if as_json:
        click.echo(orjson.dumps({"schema": "mingzhang-audit/bundle/1", "ok": False, "sentence": sentence}))
    else:
        click.echo(sentence, err=True)
    sys.exit(code)


@contextmanager
def _progress(language: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr when it is a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 -- imported lazily: nothing is drawn in a pipe
    from rich.progress import Progress  # noqa: PLC0415 -- as above

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(messages.text(stage, language), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show


def main() -> None:
    """The entry point: an interruption or a fault of our own is never mistaken for a verdict."""
    try:
        cli.main(standalone_mode=False)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except BrokenPipeError:
        sys.exit(CANNOT_DECIDE)
    except Exception as error:  # noqa: BLE001 -- Python's own exit code would be 1, which means "proven inconsistent"
        click.echo(messages.text("fault", _language(), {"why": repr(error)}), err=True)
        sys.exit(EXITS["unreachable"])


if __name__ == "__main__":
    main()
