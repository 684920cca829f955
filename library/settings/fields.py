"""What an operator may set: three URLs choose the deployment; the rest has good defaults."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from library.database.limits import Limits
from library.space import Disk

PREFIX = "HOCLIEU_"


def variable(name: str) -> str:
    """How an operator writes a setting."""
    return PREFIX + name.upper()


class Settings(BaseSettings):
    """What an operator may set, by environment variables named `HOCLIEU_…`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    profile: Literal["embedded", "production"] = Field(
        default="embedded", description="production: many processes behind a proxy; refuses what is unsafe there"
    )
    home: Path = Field(default=Path("var"), description="folder for everything that embedded mode keeps")
    database: str = Field(
        default="", description="sqlite:///path (default: in home) or postgresql+psycopg://user@host/name"
    )
    database_owner: str = Field(
        default="", description="the same PostgreSQL as the role that owns the tables; only migrations use it"
    )
    database_connections: int = Field(
        default=16, ge=2, description="connections of one process to PostgreSQL, and its places for requests"
    )
    statement_seconds: float = Field(default=30, gt=0, description="the longest statement on PostgreSQL")
    lock_seconds: float = Field(default=10, gt=0, description="the longest wait for a lock on PostgreSQL")
    wait_seconds: float = Field(
        default=1.5,
        gt=0,
        description="when nobody was served by PostgreSQL for so long, who waits for a place hears: try again",
    )
    files: str = Field(
        default="",
        description="file://path (default: in home), or s3://ACCESS:SECRET@host:port/bucket?secure=false&region=…",
    )
    files_public_url: str = Field(
        default="", description="where browsers reach the S3 store; public files are then fetched there by signed links"
    )
    index: str = Field(
        default="", description="tantivy://path (default: in home), or https://host/name of an Elasticsearch"
    )
    index_shards: int = Field(
        default=1, ge=1, le=64, description="parts of a new index on Elasticsearch; takes effect at the next rebuild"
    )
    index_replicas: int = Field(default=0, ge=0, le=8, description="copies of each part on other nodes")
    index_refresh_seconds: float = Field(
        default=1, gt=0, description="how often Elasticsearch shows what nobody has asked it to show"
    )
    index_bulk: int = Field(default=500, ge=1, le=10_000, description="documents in one request to Elasticsearch")
    index_answer_seconds: float = Field(
        default=0.7, gt=0, description="how long a search waits for Elasticsearch before the catalogue answers"
    )
    index_look_seconds: float = Field(
        default=60, gt=0, description="how often the worker asks whether the index still holds what the database knows"
    )
    index_authority: str = Field(default="", description="file with the certificate that signed Elasticsearch's own")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="", description="address people use, e.g. https://thuvien.example.vn")
    content_url: str = Field(
        default="", description="the second host name, on which uploaded packages run, e.g. https://noi-dung.example.vn"
    )
    trusted_proxies: str = Field(
        default="", description="addresses or networks of the reverse proxy, whose X-Forwarded-For is believed"
    )
    library_name: str = "Thư viện số"
    demo: bool = Field(default=False, description="say on every page that this is a demonstration")
    lease_seconds: float = Field(
        default=60, gt=0, description="how long a worker may be silent before another takes over"
    )
    poll_seconds: float = Field(default=0.25, gt=0, description="how often an idle worker looks for work")
    upload_days: float = Field(default=7, gt=0, description="an unfinished upload is kept this long")
    upload_limit: int = Field(default=4 * 1024**3, gt=0, description="largest file, bytes")
    mail: str = Field(default="", description="smtp://user:password@host:port or smtps://…; empty: no e-mail")
    mail_from: str = Field(default="", description="the address that letters come from")
    page_limit: int = Field(default=2500, gt=0, description="most pages of one PDF")
    fixity_days: float = Field(
        default=90, gt=0, description="within so many days every stored file is read again and compared with its hash"
    )
    fixity_mb: int = Field(
        default=8, ge=0, description="so many MB a second a worker reads for that at most; 0: as fast as it goes"
    )
    disk_reserve: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="this part of a disk stays free: uploads end there, and /readyz says that it is full",
    )
    free_gb: int = Field(default=2, ge=0, description="least free space in home at the start, in production")

    @model_validator(mode="after")
    def fill_urls(self) -> Self:
        """Put what was not set under the home folder."""
        home = self.home.absolute()
        defaults = {
            "database": f"sqlite:///{home}/hoclieu.db",
            "files": f"file://{home}/files",
            "index": f"tantivy://{home}/index",
        }
        for name, url in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, url)
        return self

    @property
    def in_production(self) -> bool:
        """Whether this is one of many processes on the open network."""
        return self.profile == "production"

    @property
    def secure(self) -> bool:
        """Whether people reach this house over https."""
        return self.public_url.startswith("https://")

    @property
    def staging(self) -> Path:
        """Where unfinished uploads grow."""
        return self.home.absolute() / "uploads"

    @property
    def disk(self) -> Disk:
        """The disk that uploads grow on."""
        return Disk(self.staging, self.disk_reserve)

    @property
    def disks(self) -> list[Disk]:
        """Every disk of this machine that the house writes to."""
        folders = [self.staging]
        folders += [Path(urlsplit(self.files).path)] if self.files.startswith("file:") else []
        folders += (
            [Path(self.database.removeprefix("sqlite:///")).absolute().parent]
            if self.database.startswith("sqlite:///")
            else []
        )
        return [Disk(folder, self.disk_reserve) for folder in folders]

    @property
    def fixity_every(self) -> timedelta:
        """How long a stored file may go without being read again."""
        return timedelta(days=self.fixity_days)

    @property
    def limits(self) -> Limits:
        """What a process may take of PostgreSQL."""
        return Limits(self.database_connections, self.statement_seconds, self.lock_seconds)
