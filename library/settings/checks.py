"""What is wrong with the settings, one sentence each. The production profile asks for more: it stands on the open
network.
"""

import ipaddress
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from library.database.limits import is_postgres
from library.settings.fields import Settings, variable

SCHEMES = {"database": ("sqlite", "postgresql+psycopg"), "files": ("file", "s3"), "index": ("tantivy", "https", "http")}
ONE_MACHINE = {
    (
        "database",
        "sqlite",
    ): "SQLite is one file that the processes of one machine share; many machines need postgresql+psycopg://…",
    ("files", "file"): "a folder is seen by one machine only; many machines need s3://…",
    (
        "index",
        "tantivy",
    ): "a Tantivy index is a folder of one machine and has one writer; many machines need https://… (Elasticsearch)",
}
PLACEHOLDERS = re.compile(
    r"change|placeholder|example|secret|passw|mat-?khau|minioadmin|hoclieu|postgres|elastic|admin|123456|qwerty|xxxx|todo|[<>{}$]",
    re.I,
)
SHORTEST_SECRET, FEWEST_LETTERS = 16, 8
OURS_ALONE = Path("/run/secrets")  # mounted into this container only
BORN = 2026
SHORTEST_LEASE = 10  # seconds
# of one process: a worker has four hands; a PostgreSQL takes a hundred unless it is told otherwise
CONNECTIONS = (4, 100)
GB = 1024**3


def without_secret(value: object) -> str:
    """The value as it may be shown: without what stands before the @ of an address, and without a password in its
    query.
    """
    return re.sub(r"([?&][a-z_]*password=)[^&#\s]*", r"\1…", re.sub(r"//[^/@\s]*@", "//…@", str(value)))


def scheme_mistakes(values: Mapping[str, str]) -> list[str]:
    """One sentence for each URL whose scheme has no adapter."""
    return [
        f"{variable(name)}: {without_secret(values[name])!r} does not begin with "
        f"{' or '.join(s + '://' for s in schemes)}."
        for name, schemes in SCHEMES.items()
        if name in values and urlsplit(values[name]).scheme not in schemes
    ]


def place_mistakes(settings: Settings) -> Iterator[str]:
    """Places and addresses that no profile can use."""
    for name in ("public_url", "content_url", "files_public_url"):
        if (url := getattr(settings, name)) and not url.startswith(("http://", "https://")):
            yield f"{variable(name)}: {url!r} does not begin with http:// or https://."
    existing = next(
        parent for parent in (settings.home.absolute(), *settings.home.absolute().parents) if parent.exists()
    )
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        yield f"{variable('home')}: the folder {settings.home} cannot be written."
    if settings.database_owner and not (is_postgres(settings.database) and is_postgres(settings.database_owner)):
        yield (
            f"{variable('database_owner')}: it is the owner's address of the PostgreSQL in {variable('database')}; "
            "without one leave it away."
        )
    store = urlsplit(settings.files)
    if store.scheme == "s3" and not (store.username and store.password and store.hostname and store.path.strip("/")):
        yield f"{variable('files')}: an S3 store is s3://ACCESS:SECRET@host:port/bucket, and a part of that is missing."


def mail_mistakes(settings: Settings) -> Iterator[str]:
    """What keeps letters from going out. The address of the server holds a password and is never told."""
    if not settings.mail:
        return
    where = urlsplit(settings.mail)
    if where.scheme not in ("smtp", "smtps") or not where.hostname:
        yield f"{variable('mail')}: needs smtp://user:password@host:port or smtps://…."
    if settings.mail_from.count("@") != 1 or any(sign.isspace() for sign in settings.mail_from):
        yield f"{variable('mail_from')}: needs the address that letters come from, like thu-vien@truong.edu.vn."


def production_mistakes(
    settings: Settings, secret_files: Mapping[str, Path], environment: Mapping[str, str], at: datetime
) -> Iterator[str]:
    """Everything that is good enough at home and not on the open network."""
    yield from address_mistakes(settings)
    yield from engine_mistakes(settings)
    yield from secret_mistakes(settings, secret_files)
    yield from switch_mistakes(settings, environment)
    yield from limit_mistakes(settings)
    yield from machine_mistakes(settings, at)


def address_mistakes(settings: Settings) -> Iterator[str]:
    """The three host names: the house, its content, its store."""
    hosts: dict[str, str] = {}
    for name, why in (
        ("public_url", "the address people use"),
        ("content_url", "the second host name, where uploaded packages run away from every sign-in"),
        ("files_public_url", ""),
    ):
        url = getattr(settings, name)
        if not url and not why:
            continue
        parts = urlsplit(url)
        if not url:
            yield f"{variable(name)} is missing: {why}."
        elif parts.scheme != "https":
            yield f"{variable(name)}: {url!r} is not https; sign-ins and files would travel in the open."
        elif parts.path.strip("/") or parts.query or parts.username:
            yield f"{variable(name)}: {without_secret(url)!r} must be a host name alone, without a path."
        elif is_here(parts.hostname or ""):
            yield f"{variable(name)}: {url!r} is this machine itself; nobody else can reach it."
        host = (parts.hostname or "").casefold()
        if host and (other := hosts.get(host)):
            yield (
                f"{variable(name)}: the host name of {variable(other)} again; what people upload would stand on the "
                "house's own origin."
            )
        hosts.setdefault(host, name)


def engine_mistakes(settings: Settings) -> Iterator[str]:
    """Engines of one machine, and lines that others can read."""
    for name in SCHEMES:
        url = urlsplit(getattr(settings, name))
        if reason := ONE_MACHINE.get((name, url.scheme)):
            yield f"{variable(name)}: {reason}."
        elif in_the_open(url) and not is_private(url.hostname or ""):
            yield (
                f"{variable(name)}: http to {url.hostname} leaves the private network unprotected; use https (s3 "
                "without secure=false)."
            )


def secret_mistakes(settings: Settings, secret_files: Mapping[str, Path]) -> Iterator[str]:
    """Passwords inside of addresses: strong, and in a file that others cannot read."""
    for name, value in settings:
        parts = urlsplit(value) if isinstance(value, str) and "@" in value else None
        if parts is None or not parts.password:
            continue
        secret = unquote(parts.password)
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_LETTERS:
            yield f"{variable(name)}: the password is too weak; take {SHORTEST_SECRET} random characters or more."
        elif PLACEHOLDERS.search(secret) or secret == unquote(parts.username or ""):
            yield f"{variable(name)}: the password looks like a placeholder; replace it with random characters."
        if name not in secret_files:
            yield (
                f"{variable(name)}: whoever sees the environment reads the password in it; put it into a file and name "
                f"that in {variable(name)}_FILE."
            )
    for name, path in secret_files.items():
        mode = path.stat().st_mode
        if mode & (stat.S_IWGRP | stat.S_IWOTH) or (mode & stat.S_IROTH and OURS_ALONE not in path.resolve().parents):
            yield f"{variable(name)}_FILE: {path} can be read or changed by other users; chmod 600 it."


def switch_mistakes(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Switches that are for trying things out, and numbers that do not go together."""
    if settings.demo:
        yield f"{variable('demo')}: the demonstration has passwords that everybody knows."
    if environment.get(variable("failpoint")):
        yield f"{variable('failpoint')}: kills the process on purpose; it is for tests."
    if settings.port == 0:
        yield f"{variable('port')}: 0 takes any free port, which no proxy can find."
    if settings.lease_seconds < SHORTEST_LEASE:
        yield (
            f"{variable('lease_seconds')}: {settings.lease_seconds:g} s is shorter than a slow batch; work would be "
            "taken away from those who do it."
        )
    if settings.poll_seconds >= settings.lease_seconds:
        yield (
            f"{variable('poll_seconds')}: a worker that looks every {settings.poll_seconds:g} s comes too late for "
            f"leases of {settings.lease_seconds:g} s."
        )
    if wrong := list(bad_networks(settings.trusted_proxies)):
        yield f"{variable('trusted_proxies')}: {', '.join(wrong)} is no address and no network."


def limit_mistakes(settings: Settings) -> Iterator[str]:
    """What a process takes of PostgreSQL, and how long it waits there."""
    few, many = CONNECTIONS
    if not few <= settings.database_connections <= many:
        yield (
            f"{variable('database_connections')}: {settings.database_connections} for one process; fewer than {few} "
            "let the hands of a worker wait for"
            f" each other, more than {many} are all that PostgreSQL has by itself."
        )
    for name, longer, why in (
        ("statement_seconds", "lease_seconds", "the work would be taken away from whoever still waits for it"),
        ("lock_seconds", "statement_seconds", "the wait for a lock would never be the reason that is told"),
    ):
        if getattr(settings, name) >= getattr(settings, longer):
            limits = (
                f"{getattr(settings, name):g} s is not shorter than {variable(longer)}, {getattr(settings, longer):g} s"
            )
            yield f"{variable(name)}: {limits}; {why}."


def machine_mistakes(settings: Settings, at: datetime) -> Iterator[str]:
    """The machine: room and clock."""
    existing = next(
        parent for parent in (settings.home.absolute(), *settings.home.absolute().parents) if parent.exists()
    )
    free = shutil.disk_usage(existing).free // GB
    if free < settings.free_gb:
        yield (
            f"{variable('home')}: {free} GB are free in {settings.home}, {settings.free_gb} are needed "
            f"({variable('free_gb')})."
        )
    if at.year < BORN:
        yield (
            f"The clock says {at:%Y-%m-%d}, which is before this program was made; set it, or every due date will be "
            "wrong."
        )


def is_here(host: str) -> bool:
    """Whether a name means the machine it is said on."""
    return host in ("localhost", "0.0.0.0", "::") or host.startswith("127.") or host == "::1"


def is_private(host: str) -> bool:
    """Whether a host stands in a network of our own: a name without dots (of a container), or a private address."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host


def in_the_open(url: SplitResult) -> bool:
    """Whether what is said to this engine can be read on the way."""
    return url.scheme == "http" or (url.scheme == "s3" and parse_qs(url.query).get("secure") == ["false"])


def bad_networks(listed: str) -> Iterable[str]:
    """What is neither an address nor a network."""
    for one in filter(None, (part.strip() for part in listed.split(","))):
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            yield one
