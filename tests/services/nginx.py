"""A real nginx with the proxy configuration that is deployed, TLS by a throw-away certificate, and two host names."""

import shutil
import socket
import ssl
import string
import subprocess
from pathlib import Path

import httpx

from tests.services.machinery import Server, free_port, missing

TEMPLATE = Path(__file__).parents[2] / "deploy" / "nginx" / "hoclieu.conf.template"
PUBLIC, CONTENT = "thu-vien.test", "noi-dung.test"
MAIN = """daemon off; pid $folder/nginx.pid; worker_processes 1; error_log stderr warn; $user
events { worker_connections 1024; }
http {
  client_body_temp_path $folder/body; proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/f; uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;
  include $folder/hoclieu.conf;
}
"""


class Nginx(Server):
    """The proxy in front of two houses' addresses (`host:port`)."""

    name = "nginx"
    needs_ordinary_user = False

    def __init__(self, first: str, second: str) -> None:
        super().__init__()
        self.behind = (first, second)
        self.plain = free_port()
        self.certificate = self.folder / "certificate.pem"

    def prepare(self) -> None:
        """Certificate and configuration."""
        names = f"subjectAltName=DNS:{PUBLIC},DNS:{CONTENT}"
        key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        self.run("openssl", "req", "-x509", *key, "-days", "2", "-subj", f"/CN={PUBLIC}", "-addext", names)
        (self.folder / "hoclieu.conf").write_text(filled(self.names()))
        user = "user root;" if Path("/proc/self").owner() == "root" else ""
        (self.folder / "nginx.conf").write_text(string.Template(MAIN).substitute(folder=self.folder, user=user))

    def names(self) -> dict[str, str]:
        """What the configuration leaves open."""
        certificate = {"CERTIFICATE": str(self.certificate), "CERTIFICATE_KEY": str(self.folder / "key.pem")}
        places = {
            "SERVE_1": self.behind[0],
            "SERVE_2": self.behind[1],
            "HTTP_PORT": f"127.0.0.1:{self.plain}",
            "HTTPS_PORT": f"127.0.0.1:{self.port}",
        }
        return {"PUBLIC_HOST": PUBLIC, "CONTENT_HOST": CONTENT, **places, **certificate}

    def program(self) -> str:
        """The binary."""
        return (
            shutil.which("nginx")
            or shutil.which("/usr/sbin/nginx")
            or missing("nginx is missing: apt install nginx-light")
        )

    def command(self) -> list[str]:
        return [self.program(), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    def check(self) -> subprocess.CompletedProcess[str]:
        """What nginx itself says of the configuration."""
        return self.run(self.program(), "-t", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"))

    def answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), 1):
            return True

    def client(self, host: str = PUBLIC) -> httpx.Client:
        """A client for which that host name leads here, and which checks the certificate."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        way = httpx.HTTPTransport(verify=trusted)
        return httpx.Client(base_url=f"https://{host}:{self.port}", transport=Here(way), timeout=30)


class Here(httpx.BaseTransport):
    """Every name leads to this machine; TLS still asks for the name."""

    def __init__(self, way: httpx.HTTPTransport) -> None:
        self.way = way

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, headers = request.url.host, httpx.Headers(request.headers)
        headers["Host"] = host
        named, here = {**request.extensions, "sni_hostname": host}, request.url.copy_with(host="127.0.0.1")
        # a copy: cookies belong to the name
        sent = httpx.Request(request.method, here, headers=headers, stream=request.stream, extensions=named)
        return self.way.handle_request(sent)

    def close(self) -> None:
        self.way.close()


def filled(names: dict[str, str]) -> str:
    """The template as the image fills it in: its own names, and nothing of nginx's."""
    text = TEMPLATE.read_text()
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    return text
