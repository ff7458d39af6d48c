"""An account as Scale's users have one, and the people who work for it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import scaleapi
from scaleapi.teams import TeammateRole
from tests.fixtures.served import Client, Served, soon

PASSWORD = "a long password"


def fresh(word: str) -> str:
    """A name that no other test has."""
    return f"{word} {uuid4().hex[:8]}"


class Account:
    """A client of an installation, through Scale's package."""

    def __init__(self, served: Served, client: Client) -> None:
        self.served = served
        self.client = client
        self.live = self.scale(client.live)
        self.test = self.scale(client.test)
        self._open: list[httpx.Client] = []

    def close(self) -> None:
        for one in self._open:
            one.close()

    def scale(self, key: str) -> Any:
        """Scale's own client; the base address is all that is different."""
        made = scaleapi.ScaleClient(key, api_instance_url=f"{self.served.url}/scale/v1")
        made.v2.api_client.configuration.host = f"{self.served.url}/scale"
        return made

    def raw(self, key: str | None = None) -> httpx.Client:
        """Plain HTTP with the key as the user name of Basic."""
        return httpx.Client(base_url=self.served.url, auth=(key or self.client.live, ""), trust_env=False, timeout=30)

    def labeler(self) -> "Labeler":
        (key,) = asyncio.run(self.served.keys(self.client, 1))
        made = Labeler(self.served.url, key)
        self._open.append(made.http)
        return made

    def person(self, email: str | None = None, role: str = "labeler") -> "Labeler":
        """A person who is invited, joins, and signs in."""
        email = email or f"{uuid4().hex[:8]}@example.org"
        team = self.live.invite_teammates([email], TeammateRole(role))
        (url,) = [mate.as_dict()["invitation_url"] for mate in team if mate.email == email]
        with httpx.Client(base_url=self.served.url, trust_env=False, timeout=30) as http:
            http.get("/api/session")
            body = {"token": url.rpartition("/")[2], "name": "Ann", "password": PASSWORD}
            http.post("/api/invitations/accept", json=body).raise_for_status()
            said = http.post("/api/session", json={"email": email, "password": PASSWORD}).raise_for_status()
            headers = {"X-CSRF-Token": said.json()["csrf"]}
            asked = {"client_id": str(self.client.id)}
            token = http.post("/api/cell-tokens", json=asked, headers=headers).raise_for_status().json()["token"]
        made = Labeler(self.served.url, token, email)
        self._open.append(made.http)
        return made

    def callback_key(self) -> str:
        with self.raw() as http:
            return str(http.get("/scale/v1/account").json()["callback_auth_key"])


class Labeler:
    """Somebody who works through the house's own API, as the editor does."""

    def __init__(self, url: str, key: str, email: str = "") -> None:
        self.email = email
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)

    def offers(self) -> list[dict[str, Any]]:
        """What is offered, in its order."""
        items: list[dict[str, Any]] = self.http.get("/api/work/projects").raise_for_status().json()["items"]
        return items

    def project(self, name: str) -> dict[str, Any]:
        """What is offered under a name."""
        return next(p for p in self.offers() if p["name"] == name)

    def next(self, project_id: str) -> dict[str, Any] | None:
        said = self.http.post("/api/work/next", json={"project_id": project_id}).raise_for_status()
        return None if said.status_code == 204 else dict(said.json())

    def submit(self, lease: dict[str, Any], answer: dict[str, Any]) -> httpx.Response:
        body = {"fence": lease["fence"], "answer": answer, "active_ms": 900}
        return self.http.post(f"/api/work/leases/{lease['lease_id']}/submit", json=body)


@dataclass
class Web:
    """A server of files that also takes callbacks."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    status: int = 200

    def wait(self, calls: int, seconds: float = 20.0) -> None:
        soon(lambda: len(self.calls) >= calls, seconds, f"{len(self.calls)} of {calls} callbacks came")


@contextmanager
def serving_files(files: dict[str, bytes]) -> Iterator[Web]:
    """Files under their names, whatever is asked of them; everything else 404; a POST is kept."""
    web = Web(files=files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = web.files.get(self.path.partition("?")[0].removeprefix("/"))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            web.calls.append(({k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
            self.send_response(web.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
