"""`mingzhang-audit`: stdout is data, stderr is progress (on a terminal only), exit codes as documented.

0 verified · 1 proven inconsistent · 2 usage · 3 cannot decide · 4 policy unmet · 5 rule broken or wrong figure ·
6 verified in part, as asked · 130 interrupted
"""

import sys
from pathlib import Path

import click
import orjson

from clients.auditor import archive, messages, proof_command
from clients.auditor.attesting import attest_command
from clients.auditor.errors import ArchiveExistsError, UndecidableError
from clients.auditor.heads_command import compare_command, init_command, judge_command, mirror_command
from clients.auditor.officer_command import officer
from clients.auditor.options import (
    CANNOT_DECIDE,
    INTERRUPTED,
    USAGE,
    fail,
    journal_option,
    json_option,
    lang_option,
    language,
    opened,
    progress_bar,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.receipt_command import receipt
from clients.auditor.reports import EXITS
from clients.auditor.verify_command import verify_command
from clients.auditor.watch_command import watch_command
from clients.auditor.witness_command import witness


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """独立核验账簿: recompute a journal from its evidence, without trusting who serves it."""


for _command in (
    verify_command, witness, receipt, init_command, compare_command, judge_command, mirror_command, watch_command,
    officer,
    attest_command, proof_command.trace, proof_command.statement, proof_command.balance,
    proof_command.roster_command,
):  # fmt: skip
    cli.add_command(_command)


@cli.command("bundle")
@click.argument("source")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@journal_option
@token_option
@json_option
@lang_option
def bundle_command(
    source: str, output: Path, journal: str | None, token: str | None, lang: str, *, force: bool, as_json: bool
) -> None:
    """Write everything that SOURCE serves for auditors into one file, to be verified without a network."""
    try:
        read = opened(source, journal, token_of(token))
        try:
            with progress_bar(lang) as progress:
                entries = archive.write(
                    read, output, force=force, progress=lambda done, all_: progress("progress_entries", done, all_)
                )
        finally:
            read.close()
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "bundle", error.code, error.facts, lang, as_json=as_json)
    except ArchiveExistsError:
        fail(USAGE, "bundle", "exists", {"path": output}, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, "bundle", "cannot_write", {"path": output, "why": error.strerror}, lang, as_json=as_json)
    facts = {"path": str(output), "entries": entries, "bytes": output.stat().st_size}
    click.echo(orjson.dumps({"schema": "mingzhang-audit/bundle/1", "ok": True} | facts) if as_json
               else messages.text("written", lang, facts))  # fmt: skip


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
        click.echo(messages.text("fault", language(), {"why": repr(error)}), err=True)
        sys.exit(EXITS["unreachable"])


if __name__ == "__main__":
    main()
