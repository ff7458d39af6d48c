"""The files of a task that moves house: those it was asked with, and those its response names."""

import asyncio
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from neraca.kit import urlguard

LIMIT = 80 * 2**20  # what a file may have at Scale, and here
SECONDS = 60.0
TRIES = 3
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
FILE = "scaledata://"
ADDRESSES = ("http://", "https://", FILE)
NAMES = ("url", "scale_url")  # where an object of a response names a file
COLLECTED = "fields"  # what people typed or found: an address in there is an answer
Upload = Callable[[io.BytesIO, str, str], str]


class Unread(Exception):
    """A file cannot be had; the text is told."""


@dataclass(frozen=True, slots=True)
class Old:
    """The account that is left: its base address up to /v1, and its key."""

    url: str
    key: str

    def owns(self, url: str) -> bool:
        """Whether an address is one of the account's server: the key goes nowhere else."""
        return urlsplit(url)[:2] == urlsplit(self.url)[:2]

    def content(self, address: str) -> str:
        """Where another Neraca gives an uploaded file."""
        return f"{self.url.rstrip('/')}/files/{address.rpartition('/')[2]}/content"


class Carrier:
    """Copies files, each once: a file that was copied in an earlier run is known by its reference.

    Addresses of the old account's own server are asked with its key. All others go through the URL guard, on the
    machine that runs the command; `private` lets them lead into its own network.
    """

    def __init__(self, old: Old, here: httpx.Client, upload: Upload, *, private: bool) -> None:
        self._old = old
        self._here = here
        self._upload = upload
        self._private = private
        self._http = httpx.Client(timeout=SECONDS, follow_redirects=False)
        self._dead: set[str] = set()
        self.files = 0
        self.unread: dict[str, str] = {}

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def task(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The task with every file that could be read as a file of the new account; the others keep their address."""
        task = _Task(self, str(told["task_id"]))
        for n, one in enumerate(told.get("attachmentS3Downloads") or []):
            if one.get("attachmentURL") and one.get("s3URL"):
                task.known[one["attachmentURL"]] = self.file(f"{task.name}:{n}", one["attachmentURL"], one["s3URL"])
        moved = {**told, "params": task.params(dict(told.get("params") or {}))}
        if isinstance(told.get("response"), dict):
            moved["response"] = task.response(told["response"], everything=told.get("type") == "segmentannotation")
        return moved

    def file(self, reference: str, named: str, url: str) -> str:
        """The address of a copy; where it cannot be read, the address that it had."""
        known = self._here.get("files", params={"reference_id": reference}).raise_for_status().json()["files"]
        if known:
            return str(known[0]["attachment_url"])
        try:
            body = self._read(self._old.content(url) if url.startswith(FILE) else url)
        except Unread as why:
            self.unread[named] = str(why)
            return named
        made = self._upload(io.BytesIO(body), urlsplit(named).path.rpartition("/")[2] or "file", reference)
        self.files += 1
        return made

    def _read(self, url: str) -> bytes:
        """The bytes behind an address; a host that did not answer three times is not waited for again."""
        host = urlsplit(url).netloc
        for n in range(TRIES):
            try:
                status, body = self._own(url) if self._old.owns(url) else self._other(url)
            except (httpx.TransportError, urlguard.Failed) as failure:
                why, again = f"it could not be fetched ({failure})", getattr(failure, "code", "") != "too-large"
            else:
                if status == httpx.codes.OK:
                    self._dead.discard(host)
                    return body
                why, again = f"its server answers {status}", status in AGAIN
            if not again or host in self._dead:
                raise Unread(why)
            time.sleep(2.0**n)
        self._dead.add(host)
        raise Unread(why)

    def _own(self, url: str) -> tuple[int, bytes]:
        """From the old account's server; where it points elsewhere, from there and without the key."""
        response = self._http.get(url, auth=(self._old.key, ""))
        if response.next_request is not None and not self._old.owns(str(response.next_request.url)):
            return self._other(str(response.next_request.url))
        return response.status_code, response.content

    def _other(self, url: str) -> tuple[int, bytes]:
        try:
            reply = asyncio.run(urlguard.get(url, limit=LIMIT, private=self._private, seconds=SECONDS))
        except urlguard.Refused as refusal:
            raise Unread(f"it may not be called from here: {refusal}") from None
        return reply.status, reply.body


class _Task:
    """One task's addresses, each copied once."""

    def __init__(self, carrier: Carrier, name: str) -> None:
        self._carrier = carrier
        self.name = name
        self.known: dict[str, str] = {}
        self._copied = 0

    def _copy(self, address: str) -> str:
        if address not in self.known:
            self._copied += 1
            self.known[address] = self._carrier.file(f"{self.name}:r{self._copied}", address, address)
        return self.known[address]

    def params(self, value: Any) -> Any:
        """What was listed as attachments, and every file of the old account, wherever it stands."""
        if isinstance(value, dict):
            return {key: self.params(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.params(each) for each in value]
        if isinstance(value, str) and value.startswith(FILE):
            return self._copy(value)
        return self.known.get(value, value) if isinstance(value, str) else value

    def response(self, value: Any, *, everything: bool) -> Any:
        """Files that objects name under `url`; in the masks of a segmentation every address is one."""
        if isinstance(value, list):
            return [self.response(each, everything=everything) for each in value]
        if isinstance(value, str):
            return self._copy(value) if everything and value.startswith(ADDRESSES) else value
        if not isinstance(value, dict):
            return value
        told = {
            key: each if key == COLLECTED else self.response(each, everything=everything)
            for key, each in value.items()
            if key not in NAMES
        }
        named = {key: value[key] for key in NAMES if key in value}
        file = next((each for each in named.values() if isinstance(each, str) and each.startswith(ADDRESSES)), None)
        if file is None:
            return told | named
        copy = self._copy(file)
        return told | (dict.fromkeys(named, copy) if copy != file else named)
