"""The site for nginx that we hand out (`config/proxy`), before a test's worker and edge; ports and files are the test's."""

import contextlib
import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.paths.street import ROOT, Street
from tests.ports import free_port

CHAT, STAFF = "chat.example.no", "staff.example.no"
SITE = ROOT / "config" / "proxy"
WHOLE = """user USER;
worker_processes 1;
daemon off;
pid FOLDER/pid;
error_log FOLDER/log info;
events { worker_connections 256; }
http {
    log_format all '$remote_addr "$request" $status "$http_referer" "$http_user_agent" "$http_origin" "$http_x_forwarded_for" COOKIE'
                   ' "$http_sec_websocket_protocol" "$http_authorization" "$sent_http_location" "$sent_http_sec_websocket_protocol"';
    access_log FOLDER/log all;
    client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;
    include FOLDER/site;
}
"""
"""Around the site: a machine that logs all that nginx can tell of a request, unless the site says otherwise."""


@dataclass
class Proxy:
    """One nginx."""

    port: int
    trust: ssl.SSLContext
    folder: Path

    def log(self) -> str:
        """Return all that it has written down."""
        return (self.folder / "log").read_text("utf-8", "replace")


def certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for both names and its key; return what trusts it."""
    key, now = generate_private_key(SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, CHAT)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(CHAT), x509.DNSName(STAFF)]), critical=False)
        .sign(key, SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "cert.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


@contextlib.contextmanager
def nginx(street: Street, folder: Path, *, logs: bool) -> Iterator[Proxy]:
    """Run it before this street, as it is handed out; with `logs` as somebody runs it who has crossed out that nothing is logged."""
    folder.mkdir()
    port, trust = free_port(), certificate(folder)
    (folder / "worker.conf").write_text((SITE / "alarmtelefonen-worker.conf").read_text("utf-8"), "utf-8")
    changes = {
        "    listen [::]:443 ssl http2;\n": "",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/run/alarmtelefonen/web1.sock": str(street.worker),
        "    server unix:/run/alarmtelefonen/web2.sock max_fails=1 fail_timeout=2s;\n": "",
        "/run/alarmtelefonen-edge/edge.sock": str(street.edge),
        "/etc/nginx/alarmtelefonen-worker.conf": f"{folder}/worker.conf",
        **{f"/etc/ssl/{name}.pem": f"{folder}/cert.pem" for name in (CHAT, STAFF)},
        **{f"/etc/ssl/private/{name}.key": f"{folder}/cert.key" for name in (CHAT, STAFF)},
    }
    if logs:
        changes |= {"    access_log off;\n": "", "    error_log  /dev/null crit;\n": ""}
    site = (SITE / "nginx.conf").read_text("utf-8")
    for before, after in changes.items():
        assert before in site, before
        site = site.replace(before, after)
    (folder / "site").write_text(site, "utf-8")
    whole = WHOLE.replace("FOLDER", str(folder)).replace("COOKIE", '"$http_cookie"')
    whole = whole.replace("user USER;\n", "user root;\n" if os.geteuid() == 0 else "")
    (folder / "nginx.conf").write_text(whole, "utf-8")
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is missing: make .make/browsers"
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")])
    try:
        deadline = time.monotonic() + 30
        while not listens(port):
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Proxy(port, trust, folder)
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
