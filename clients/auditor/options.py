"""What the commands of `mingzhang-audit` share: language, journal, token, the source that is meant, progress."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import orjson

from clients.auditor import archive, messages
from clients.auditor.ahead import Ahead
from clients.auditor.mirror import Store
from clients.auditor.standing import log_key, read_policy
from clients.auditor.tree import key_of
from clients.auditor.web import TRIES, Web
from ledger.notes import Verifier
from ledger.policies import Policy

USAGE: Final = 2
CANNOT_DECIDE: Final = 3
INTERRUPTED: Final = 130


def language() -> str:
    """The language of the terminal's locale."""
    spoken = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def token_of(value: str | None) -> str | None:
    """A token as given, or the first line of the file that is named instead."""
    if value is None or value.startswith("mz_"):
        return value
    path = Path(value.removeprefix("@"))
    try:
        return path.read_text("utf-8").strip() if path.is_file() else value
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--token") from None


lang_option = click.option(
    "--lang", type=click.Choice(messages.LANGUAGES), default=language, help="Language of sentences."
)
journal_option = click.option("--journal", help="The journal's name; otherwise main, then demo.")
token_option = click.option(
    "--token", envvar="MINGZHANG_TOKEN", help="An auditor's token, or the path of a file that holds it."
)
pins_option = click.option(
    "--pins", type=click.Path(path_type=Path, file_okay=False), envvar="MINGZHANG_PINS", help="Where pins are kept."
)
json_option = click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")


class Defaulted(click.Group):
    """A group in which arguments that begin with no command mean the one named `plain`."""

    def __init__(self, *args: Any, plain: str = "verify", **more: Any) -> None:  # noqa: ANN401 -- click's own
        super().__init__(*args, **more)
        self.plain = plain

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the plain command before arguments that name none."""
        named = next((arg for arg in args if not arg.startswith("-")), None)
        if named is not None and named not in self.commands:
            args = [self.plain, *args]
        return super().parse_args(ctx, args)


def opened(
    source: str, journal: str | None, token: str | None, *, tries: int = TRIES
) -> Ahead | archive.Archive | Store:  # fmt: skip
    """A mirror when it is a folder, an archive when a file of that name exists or it looks like one, else a server."""
    path = Path(source)
    if "://" not in source and path.is_dir():
        return Store(path)
    if "://" not in source and (path.exists() or path.suffix in {".zip", ".mza"}):
        return archive.Archive(path)
    web = Web(source, journal, token)
    web.tries = tries
    return Ahead(web)


def believed(asked: Mapping[str, Any]) -> tuple[Policy | None, Verifier]:
    """The policy of `--policy`, if one is named, and the log's key: that of `--key`, else the policy's only log's.

    Raises `UndecidableError` for a policy or a key that cannot be read, `click.UsageError` where no key is named.
    """
    policy = None if asked["policy"] is None else read_policy(asked["policy"])
    vkey = asked["key"] or (None if policy is None else log_key(policy))
    if vkey is None:
        raise click.UsageError("name the log's --key, or a --policy that names exactly one log")
    return policy, key_of(vkey)


def say(schema: str, code: str, facts: Mapping[str, Any], lang: str, *, as_json: bool) -> None:
    """Print an answer: one sentence for a person, or its facts for a program."""
    sentence = messages.text(code, lang, facts)
    if as_json:
        found = {"schema": f"mingzhang-audit/{schema}/1", "ok": True, "code": code, "sentence": sentence} | dict(facts)
        click.echo(orjson.dumps(found, default=str))
    else:
        click.echo(sentence)


def fail(
    exit_code: int, schema: str, code: str, facts: Mapping[str, Any], lang: str, *, as_json: bool
) -> NoReturn:  # fmt: skip
    """Say why there is no answer, and end with this exit code."""
    sentence = messages.text(code, lang, facts)
    if as_json:
        found = {"schema": f"mingzhang-audit/{schema}/1", "ok": False, "code": code, "sentence": sentence}
        click.echo(orjson.dumps(found))
    else:
        click.echo(sentence, err=True)
    sys.exit(exit_code)


@contextmanager
def progress_bar(lang: str) -> Iterator[Callable[[str, int, int], None]]:
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
                tasks[stage] = bar.add_task(messages.text(stage, lang), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show
