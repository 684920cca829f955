"""Settings: three URLs choose the deployment; the rest has good defaults. All mistakes are told at once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from library.postgres import Limits, is_postgres

PREFIX = "HOCLIEU_"
SCHEMES = {"database": ("sqlite", "postgresql+psycopg"), "files": ("file",), "index": ("tantivy",)}
OUTSIDE = {"HOCLIEU_REQUEST_ID", "HOCLIEU_TESSDATA", "HOCLIEU_FAILPOINT", "HOCLIEU_TESTS_ON"}  # read where they are used, by child processes too


class SettingsMistaken(Exception):
    """The settings cannot be used; `mistakes` holds one sentence each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class Settings(BaseSettings):
    """What an operator may set, by environment variables named `HOCLIEU_…`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    home: Path = Field(default=Path("var"), description="folder for everything that embedded mode keeps")
    database: str = Field(default="", description="sqlite:///path (default: in home) or postgresql+psycopg://user@host/name")
    database_owner: str = Field(default="", description="the same PostgreSQL as the role that owns the tables; only migrations use it")
    database_connections: int = Field(default=16, ge=2, description="connections of one process to PostgreSQL, and its places for requests")
    statement_seconds: float = Field(default=30, gt=0, description="the longest statement on PostgreSQL")
    lock_seconds: float = Field(default=10, gt=0, description="the longest wait for a lock on PostgreSQL")
    wait_seconds: float = Field(default=1.5, gt=0, description="how long a request waits for a place at PostgreSQL before it hears: try again")
    files: str = Field(default="", description="file://path (default: in home)")
    index: str = Field(default="", description="tantivy://path (default: in home)")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="", description="address people use, e.g. https://thuvien.example.vn")
    library_name: str = "Thư viện số"
    demo: bool = Field(default=False, description="say on every page that this is a demonstration")
    lease_seconds: float = Field(default=60, gt=0, description="how long a worker may be silent before another takes over")
    poll_seconds: float = Field(default=0.25, gt=0, description="how often an idle worker looks for work")
    upload_days: float = Field(default=7, gt=0, description="an unfinished upload is kept this long")
    upload_limit: int = Field(default=4 * 1024**3, gt=0, description="largest file, bytes")
    page_limit: int = Field(default=2500, gt=0, description="most pages of one PDF")

    @model_validator(mode="after")
    def fill_urls(self) -> Self:
        """Put what was not set under the home folder."""
        home = self.home.absolute()
        defaults = {"database": f"sqlite:///{home}/hoclieu.db", "files": f"file://{home}/files", "index": f"tantivy://{home}/index"}
        for name, url in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, url)
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach this house over https."""
        return self.public_url.startswith("https://")

    @property
    def staging(self) -> Path:
        """Where unfinished uploads grow."""
        return self.home.absolute() / "uploads"

    @property
    def limits(self) -> Limits:
        """What a process may take of PostgreSQL."""
        return Limits(self.database_connections, self.statement_seconds, self.lock_seconds)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsMistaken with every mistake at once."""
    environment = os.environ if environment is None else environment
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OUTSIDE
    mistakes = [f"{name} is not a setting." for name in sorted(environment) if name.startswith(PREFIX) and name not in known]
    given = {name: environment[PREFIX + name.upper()] for name in Settings.model_fields if environment.get(PREFIX + name.upper())}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic turns the words into numbers and paths
    except ValidationError as error:
        mistakes += [f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']} (given: {one['input']!r})." for one in error.errors()]
        raise SettingsMistaken(mistakes + scheme_mistakes(given)) from error
    mistakes += scheme_mistakes({name: getattr(settings, name) for name in SCHEMES}) + place_mistakes(settings)
    if mistakes:
        raise SettingsMistaken(mistakes)
    return settings


def scheme_mistakes(values: Mapping[str, str]) -> list[str]:
    """One sentence for each URL whose scheme has no adapter."""
    return [
        f"{PREFIX}{name.upper()}: {values[name]!r} does not begin with {' or '.join(s + '://' for s in schemes)}."
        for name, schemes in SCHEMES.items()
        if name in values and urlsplit(values[name]).scheme not in schemes
    ]


def place_mistakes(settings: Settings) -> list[str]:
    """One sentence for each place that cannot be used."""
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        return [f"{PREFIX}PUBLIC_URL: {settings.public_url!r} does not begin with http:// or https://."]
    if settings.database_owner and not (is_postgres(settings.database) and is_postgres(settings.database_owner)):
        return [f"{PREFIX}DATABASE_OWNER: it is the owner's address of the PostgreSQL in {PREFIX}DATABASE; without one leave it away."]
    existing = next(parent for parent in (settings.home.absolute(), *settings.home.absolute().parents) if parent.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        return [f"{PREFIX}HOME: the folder {settings.home} cannot be written."]
    return []
