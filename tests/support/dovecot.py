"""A real Dovecot as an ordinary process on a free port, which tests start, stop and kill."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from imapclient import IMAPClient

from tests.support.server import PATIENCE, eventually, free_port

USER, PASSWORD = "desk@example.com", "correct-horse-battery"
CAPABILITIES = "IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE AUTH=PLAIN"
"""Of a server that knows neither IDLE nor MOVE."""

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail:LAYOUT=fs
mailbox_list_index = no
mail_fsync = never
first_valid_uid = 0
mail_uid = {user}
mail_gid = {group}
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
shutdown_clients = yes
{more}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


def program() -> str | None:
    """Where the server lies, if it is installed."""
    return shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@contextmanager
def running(**more: str) -> Iterator["Dovecot"]:
    """A server with an empty mailbox; skips the test where none is installed."""
    if not program():
        pytest.skip("no Dovecot is installed")
    with TemporaryDirectory(prefix="dovecot") as folder:
        Path(folder).chmod(0o755)
        server = Dovecot(Path(folder), **more)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Dovecot:
    """One server with one user, whose mail lies in a folder that must not be deep: sockets lie there too."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self.port = folder, free_port()
        self.ca, self.password = folder / "cert.pem", PASSWORD
        for name in ("run", "state", "home", "mail"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._certify()
        self.process: subprocess.Popen | None = None
        self.configure(**more)

    def configure(self, **more: str) -> None:
        """Settings from the next start on."""
        lines = "\n".join(f"{name} = {value}" for name, value in more.items())
        me = os.getuid()
        root = me == 0
        names = {
            "user": "dovecot" if root else me,
            "group": "dovecot" if root else os.getgid(),
            "internal": "dovecot" if root else me,
            "login": "dovenull" if root else me,
        }
        for name in ("mail", "home"):
            self.own(self.folder / name)
        text = CONFIG.format(folder=self.folder, port=self.port, more=lines, password=self.password, **names)
        (self.folder / "dovecot.conf").write_text(text)

    def start(self) -> None:
        self.process = subprocess.Popen([program(), "-F", "-c", self.folder / "dovecot.conf"], start_new_session=True)
        try:
            eventually(self._answers)
        except AssertionError as silent:
            raise AssertionError((self.folder / "log").read_text()) from silent

    def stop(self) -> None:
        """With all its connections."""
        if self.process:
            self.signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            with suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def own(self, path: Path) -> None:
        """Hand a file to the user whose mail it is."""
        if os.getuid() == 0:
            shutil.chown(path, "dovecot", "dovecot")

    def signal(self, sign: signal.Signals) -> None:
        """To the server and all that it started: SIGSTOP makes them hang, SIGCONT go on."""
        os.killpg(self.process.pid, sign)

    def environment(self, **more: str) -> dict[str, str]:
        """The settings by which its mailbox is watched."""
        own = {"HOST": "localhost", "PORT": str(self.port), "USER": USER, "PASSWORD": PASSWORD, "CA": str(self.ca)}
        return {f"MAILBOX_{name}": value for name, value in (own | more).items()}

    def client(self, folder: str = "INBOX", readonly: bool = True) -> IMAPClient:
        """Somebody else who looks into the mailbox."""
        context = ssl.create_default_context(cafile=self.ca)
        client = IMAPClient("localhost", self.port, ssl_context=context, timeout=PATIENCE)
        client.login(USER, PASSWORD)
        client.select_folder(folder, readonly)
        return client

    def append(self, *raws: bytes, folder: str = "INBOX") -> None:
        """Let mails arrive."""
        with self.client() as client:
            for raw in raws:
                client.append(folder, raw)

    def content(self, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """The flags of each mail by uid."""
        with self.client(folder) as client:
            found = client.fetch(client.search(), ["FLAGS"])
            return {uid: tuple(f for f in row[b"FLAGS"] if f != b"\\Recent") for uid, row in found.items()}

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _certify(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        names = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", self.folder / "key.pem", "-out", self.ca]
        subprocess.run([*command, *names, *files], check=True, stderr=subprocess.DEVNULL)
