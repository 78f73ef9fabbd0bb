"""The rules about what is installed and what is committed: the lock, the pins, addresses, machine paths, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Written in two halves, so that this file does not hold what it forbids.
_HOSTS = re.compile(
    "|".join(
        re.escape(first + second)
        for first, second in [
            ("pypi", ".org"), ("pythonhosted", ".org"), ("registry.npm", "js.org"), ("registry.yarn", "pkg.com"),
            ("npm", "mirror.com"), ("proxy.go", "lang.org"), ("crates", ".io/"), ("deb.deb", "ian.org"),
        ]
    )
    + "|(?:index-url|trusted-host)[ =]",
    re.IGNORECASE,
)  # fmt: skip
_MACHINE_PATHS = re.compile(
    "(?<![A-Za-z0-9._~-])(?:/wo" + r"rk/|/ho" + r"me/[a-z]|/Us" + r"ers/[A-Za-z]|[A-Z]:\\\\Us" + "ers)"
)
_SECRETS = {
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----"),
    "a note signer's key": re.compile("PRIVATE" + r"\+KEY\+\S+\+[0-9a-f]{8}\+\S{20}"),
    "an AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "a password in an address": re.compile(r"\bpostgres(?:ql)?://[^\s:/@{}$<>]+:[^\s:/@{}$<>]{3,}@"),
}

_PIN = re.compile(r'^\s*"(?P<name>[A-Za-z0-9._-]+)(?P<rest>[^"]*)"\s*,?\s*(?P<comment>#.*)?$')


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> dict[str, tuple[str, int]]:
    """What a lock holds: name -> (version, number of hashes)."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in lock.splitlines():
        start = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        if start:
            name = normal(start[1])
            found[name] = (start[2], 0)
        elif "--hash=sha256:" in line and name:
            version, hashes = found[name]
            found[name] = (version, hashes + len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)))
    return found


def faults_of_the_lock(lock: str) -> list[str]:
    """Every line is a pinned requirement, one of its hashes, or a comment; nothing says where to fetch it."""
    complaints = [f"{name}: no hash" for name, (_version, hashes) in locked(lock).items() if hashes == 0]
    for number, line in enumerate(lock.splitlines(), 1):
        if not re.match(r"[A-Za-z0-9._-]+==\S+|    --hash=sha256:[0-9a-f]{64}\b|\s*#|\s*$", line):
            complaints.append(f"requirements.lock:{number}: not a pin with hashes: {line.strip()[:60]}")
        if "://" in line or _HOSTS.search(line):
            complaints.append(f"requirements.lock:{number}: names an address: {line.strip()[:60]}")
    return complaints


def faults_of_the_pins(requirements: Iterable[str], lock: str) -> list[str]:
    """Every requirement of pyproject.toml is pinned exactly, to the version that the lock holds."""
    held = locked(lock)
    complaints = []
    for requirement in requirements:
        match = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", requirement)
        if match is None:
            complaints.append(f"{requirement}: pin it with ==")
        elif held.get(normal(match[1]), ("nothing", 0))[0] != match[2]:
            complaints.append(f"{requirement}: requirements.lock holds {held.get(normal(match[1]), ('nothing', 0))[0]}")
    return complaints


def unreasoned(pyproject: str) -> list[str]:
    """Each dependency, and each ignored rule, stands on a line (or a line with its like) that gives its reason."""
    complaints = []
    inside = False
    for number, line in enumerate(pyproject.splitlines(), 1):
        if re.match(r'^(dependencies|test|build|ignore|exclude_rules|"[^"]+") = \[\s*$', line):
            inside = True
        elif line.startswith("]"):
            inside = False
        elif inside and line.strip().startswith('"'):
            _code, mark, reason = line.partition(" #")
            if not mark or len(reason.strip()) < 10:
                complaints.append(f"pyproject.toml:{number}: no reason: {line.strip()}")
    return complaints


def addresses(path: str, text: str) -> list[str]:
    """No tracked file names a package registry or a path of the machine it was written on."""
    return [
        f"{path}:{number}: {what}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in (("a registry host", _HOSTS), ("a machine's path", _MACHINE_PATHS))
        if pattern.search(line)
    ]


def secrets(path: str, text: str) -> list[str]:
    """No tracked file holds a key, a token or a password."""
    return [f"{path}: {what}" for what, pattern in _SECRETS.items() if pattern.search(text)]


def claimed(owners: Mapping[str, Iterable[str]], names: Iterable[str], ours: str) -> list[str]:
    """No other installed distribution owns one of our top-level names."""
    return [
        f"{name}: also installed by {', '.join(sorted(strangers))}"
        for name in names
        if (strangers := set(owners.get(name, ())) - {ours})
    ]
