"""Options of `serve`: what one principal may ask, how the server meets the network, and what they become."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from schema.rates import Rates

F = TypeVar("F", bound=Callable[..., Any])

_NAMES: Final = ("capacity", "refill", "burst", "requests", "concurrent")


def rate_options(function: F) -> F:
    """The options of rates; what is left out keeps the default of `schema/rates.py`."""
    one = click.IntRange(1)
    for option in (
        click.option("--concurrent", type=one, help="Requests of one principal that are answered at once [256]."),
        click.option("--requests", type=one, help="Requests a second of one principal [1000]."),
        click.option("--burst", type=one, help="Requests that a principal who was quiet may send at once [5000]."),
        click.option("--cost-refill", "refill", type=one, help="Objects a second that come back [100000]."),
        click.option("--cost-capacity", "capacity", type=click.IntRange(20_000),
                     help="Objects that a principal who was quiet may ask for at once [1000000]."),
    ):  # fmt: skip
        function = option(function)
    return function


def rates_of(given: Mapping[str, Any]) -> Rates:
    """The rates that these options make."""
    from schema.rates import Rates  # noqa: PLC0415 - imported when the command runs

    return Rates(**{name: given[name] for name in _NAMES if given[name] is not None})


def network_options(function: F) -> F:
    """How `serve` meets the network."""
    options = (
        click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
                     help="How many processes answer requests."),
        click.option("--allow-origin", "origins", multiple=True, callback=_origins,
                     help="An origin whose pages may call the API, such as https://app.example.org."),
        click.option("--deadline", type=click.FloatRange(0.1, 3600), default=60.0, show_default=True,
                     help="Seconds that a GraphQL request may take."),
        click.option("--public-introspection", is_flag=True, help="Answer introspection without a token, too."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def network_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that these options are."""
    return {name: given[name] for name in ("workers", "origins", "deadline", "public_introspection")}


def _origins(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what no browser sends as an origin."""
    for text in given:
        if not re.fullmatch(
            r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?", text, re.ASCII
        ):
            raise click.BadParameter(f"{text!r} is no origin: scheme and host in small letters, no path.")
    return given
