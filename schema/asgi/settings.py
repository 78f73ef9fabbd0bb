"""What an operator chooses: by options of the command line, else by environment, else by default.

--data / MINGZHANG_DATA       where everything of one installation lies
--host, --port                where to listen; 127.0.0.1 unless said otherwise
--workers                     how many processes answer requests
--allow-origin                whose pages may call the API, besides those of this machine
--deadline                    seconds after which a request to `/graphql` is given up
--public-introspection        whether the contract may be asked for by GraphQL without a token
--origin / MINGZHANG_ORIGIN   the journal's name for the world, as checkpoints state it
--checkpoint-interval, --checkpoint-entries   how long, and for how many entries, a checkpoint may wait
MINGZHANG_TRACES              console or otlp: traces as spans (`schema/asgi/spans.py`)
DATABASE_URL                  a PostgreSQL to use instead of the embedded one
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.disk import RESERVE
from resolvers.checkpoints import Rhythm
from resolvers.keys import Last
from resolvers.snapshots import EVERY
from schema.rates import Rates

WEB = Path(__file__).resolve().parents[2] / "clients" / "web"
"""The web application's files."""
PORT = 8400
DEMO_PORT = 8401
DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """One server's settings.  `database_url` holds a password and is not shown.

    `reserve` bytes of the data directory's disk are kept free: entries are refused before the disk is full.
    """

    data: Path
    journal: str = "main"
    origin: str = "mingzhang.local/main"
    host: str = "127.0.0.1"
    port: int = PORT
    database_url: str | None = None
    open_entries: bool = False
    web: Path = WEB
    reserve: int = RESERVE
    snapshot_every: int = EVERY
    """Entries after which the balances of all accounts are committed to."""
    witnesses: tuple[str, ...] = ()
    """Witnesses besides those of the policy file, each as `URL VKEY`."""
    rhythm: Rhythm = field(default_factory=Rhythm)
    """When checkpoints are signed."""
    after: Last | None = None
    """The final head of another origin that this journal begins after; only where it is opened for the first time."""
    trusted: tuple[Path, ...] = ()
    """Manifests of trusted documents besides the web application's."""
    traces: str | None = None
    """Where spans go: `console` or `otlp`; nowhere unless asked for."""
    private_webhooks: bool = False
    """Whether webhooks may lie in private networks, such as this machine's own."""
    trusted_only: bool = False
    """Whether only auditors, inspectors and administrators may send documents of their own."""
    oidc: Path | None = None
    """The file that names an OpenID Connect issuer whose tokens count (`schema/asgi/oidc_settings.py`)."""
    public_introspection: bool = False
    """Whether the public may introspect; `/schema.graphql` is there for everyone."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may call the API, each as `https://host[:port]`."""
    deadline: float = DEADLINE
    """Seconds that a request to `/graphql` may take once its body has arrived."""
    workers: int = 1
    """Processes that answer requests."""
    rates: Rates = field(default_factory=Rates)
    """What each principal may ask of this process."""

    @property
    def policy(self) -> Path:
        """The tlog-policy file that says which witnesses are asked, and whose word counts."""
        return self.data / "witnesses.policy"

    @property
    def auditors(self) -> Path:
        """The file of auditors' verifier keys, one a line, whose attestations are taken."""
        return self.data / "auditors.keys"

    def __repr__(self) -> str:
        """Show no password."""
        return f"Settings({self.journal} in {self.data}, {self.host}:{self.port})"


def settings_of(
    environment: Mapping[str, str],
    *,
    data: Path | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    origin: str | None = None,
    demo: bool = False,
) -> Settings:
    """Put options, environment and defaults together."""
    given = environment.get("MINGZHANG_DATA")
    place = data or (Path(given) if given else user_data(environment) / ("demo" if demo else "main"))
    journal = "demo" if demo else "main"
    # The demo's origin is never production's, so that a sandbox proof never passes as real.
    default = "mingzhang.demo/demo" if demo else environment.get("MINGZHANG_ORIGIN") or "mingzhang.local/main"
    return Settings(
        data=place.expanduser().absolute(),
        journal=journal,
        origin=origin or default,
        host=host,
        port=port if port is not None else DEMO_PORT if demo else PORT,
        database_url=environment.get("DATABASE_URL") or None,
        traces=environment.get("MINGZHANG_TRACES") or None,
    )


def user_data(environment: Mapping[str, str]) -> Path:
    """Where this system keeps a user's data."""
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - expands `~` without raising
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "mingzhang"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "mingzhang"
