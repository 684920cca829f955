"""Under which names this house answers, and which one it gives as its own: never the one that a request claims."""

from urllib.parse import urlsplit

from starlette.requests import Request

from library.errors import Wrong
from library.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})
PROBES = frozenset({"/livez", "/readyz"})  # asked by number, from within


class ForeignHost(Wrong):
    code = "foreign-host"
    vi = "Thư viện không mở ở địa chỉ này. Mở đúng địa chỉ của thư viện rồi thử lại."
    en = "The library is not found under this address. Open the library's own address and try again."


def is_foreign(settings: Settings, host: str | None) -> bool:
    """Whether a request names a host that is not ours; where no public address is set, every name is good."""
    if not settings.public_url:
        return False
    ours = LOOPBACK | {urlsplit(settings.public_url).hostname} | ({settings.host} - EVERYWHERE)
    return name_of(host or "") not in ours


def name_of(host: str) -> str | None:
    """The name in a Host header, without its port; None when it is no host at all."""
    try:
        parts = urlsplit(f"//{host}")
        whole = parts.netloc == host and parts.username is None and parts.port != 0
        return parts.hostname if whole else None
    except ValueError:
        return None


def address_of(request: Request, settings: Settings) -> str:
    """The address that links of this house begin with: the public one, else the one that the connection was made to."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host, port = request.scope.get("server") or (settings.host, settings.port)
    return f"{request.url.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
