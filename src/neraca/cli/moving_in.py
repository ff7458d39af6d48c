"""Moving house: a Scale account, or another Neraca, copied through Scale's own client."""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import scaleapi

from neraca.cli.carrying import SECONDS, Carrier, Old
from neraca.cli.speech import Refused

PAGE = 100
HELD = frozenset({"staging", "paused"})  # nobody works on such a batch here before it is finalized
CANCELLED = "cancelled"
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # before a server is asked again that says it is asked too often
OWN = frozenset({"version", "created_at"})  # what a project's history says beside the parameters
Told = Callable[[float, float | None], None]
Json = dict[str, Any]
Answer = TypeVar("Answer")


@dataclass
class Copied:
    """What is here now that was not, and what could not be brought."""

    projects: int = 0
    batches: int = 0
    tasks: int = 0
    files: int = 0
    unread: dict[str, str] = field(default_factory=dict)  # files that keep the address they had, and why
    uncalled: dict[str, str] = field(default_factory=dict)  # callbacks that cannot be called from here, and why
    refused: dict[str, str] = field(default_factory=dict)  # tasks by their id, projects and batches by their name


class Here(ValueError):
    """The name is taken: another run of the command was quicker."""


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """An answer of a server that may be asked only so often."""
    for wait in WAITS:
        try:
            return ask()
        except scaleapi.exceptions.ScaleTooManyRequests:
            time.sleep(wait)
    return ask()


def _met(account: scaleapi.ScaleClient) -> list[Any]:
    """An account's projects: what is asked of it first. Raises `Refused` for one that cannot be asked."""
    url = account.api.base_api_url
    try:
        found: list[Any] = _patiently(account.projects)
    except scaleapi.exceptions.ScaleUnauthorized:
        raise Refused(f"{url} does not accept the key.") from None
    except scaleapi.exceptions.ScaleException as wrong:
        said = "does not answer" if wrong.code is None else f"answers {wrong.code}, not as Scale does"
        raise Refused(f"{url} {said}.") from None
    except (TypeError, ValueError, AttributeError):
        raise Refused(f"{url} does not answer as Scale does: give the address up to /v1.") from None
    return found


class Mover:
    """From one account to another. What has moved in is passed over, so it may be broken off and run again."""

    def __init__(self, old_url: str, old_key: str, new_url: str, new_key: str, *, private: bool = False) -> None:
        self._root = f"{new_url.rstrip('/')}/scale"
        self._old = scaleapi.ScaleClient(old_key, api_instance_url=old_url.rstrip("/"))
        self._new = scaleapi.ScaleClient(new_key, api_instance_url=f"{self._root}/v1")
        self._http = httpx.Client(base_url=f"{self._root}/v1/", auth=(new_key, ""), timeout=SECONDS)
        self._carrier = Carrier(Old(old_url, old_key), self._http, self._upload, private=private)
        self.copied = Copied()
        self._ended: list[str] = []  # batches that are cancelled there and not here

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
        self._carrier.close()

    def move(self, told: Told) -> Copied:
        """Projects first, then batches, then tasks with their media; `told` hears how many tasks are done.

        What one of them lacks stops none of the others. Raises `Refused` where a server is lost.
        """
        done = 0
        try:
            self._projects()
            self._batches()
            for page, total in self._pages():
                missing = set(self._post("v1/arrivals/missing", {"task_ids": [t["task_id"] for t in page]})["missing"])
                for task in page:
                    if task["task_id"] in missing:
                        self._task(task)
                    done += 1
                    told(done, total)
            self._end()
        except (scaleapi.exceptions.ScaleException, httpx.HTTPError, ValueError) as wrong:
            raise Refused(f"Broken off after {done} tasks: {wrong}. Run it again: it goes on from there.") from None
        self.copied.files, self.copied.unread = self._carrier.files, self._carrier.unread
        return self.copied

    def _upload(self, body: io.BytesIO, name: str, reference: str) -> str:
        def once() -> str:
            body.seek(0)
            return str(self._new.upload_file(body, display_name=name[:200], reference_id=reference).attachment_url)

        return _patiently(once)

    def _post(self, path: str, body: Json) -> Json:
        """What this server answers. Raises ValueError with its sentence."""

        def once() -> Json:
            response = self._http.post(f"{self._root}/{path}", json=body)
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise scaleapi.exceptions.ScaleTooManyRequests(response.text, response.status_code)
            if response.status_code != httpx.codes.OK:
                kind = Here if response.status_code == httpx.codes.CONFLICT else ValueError
                raise kind(str(response.json().get("error", response.text)))
            found: Json = response.json()
            return found

        return _patiently(once)

    def _projects(self) -> None:
        here = {p.name: p.as_dict() for p in _met(self._new)}
        for project in _met(self._old):
            try:
                self._project(project.as_dict(), here.get(project.name))
            except Here:
                continue
            except ValueError as wrong:
                self.copied.refused[project.name] = str(wrong)

    def _project(self, told: Json, here: Json | None) -> None:
        """A project with every version of its parameters that is not here."""
        history = [{k: v for k, v in one.items() if k not in OWN} for one in told["param_history"]]
        if here is None:
            asked = {field: told.get(field) for field in ("name", "type", "rapid", "studio", "datasetId")}
            here = self._post("v1/projects", {**asked, "params": history[0] if history else None})
            self.copied.projects += 1
        for params in history[len(here["param_history"]) :]:
            self._post(f"v1/projects/{quote(told['name'], safe='')}/setParams", params)

    def _batches(self) -> None:
        here = {b.name: b.status for b in _patiently(lambda: list(self._new.get_batches()))}
        for batch in _patiently(lambda: list(self._old.get_batches())):
            if batch.status == CANCELLED != here.get(batch.name):
                self._ended.append(batch.name)
            if batch.name in here:
                continue
            try:
                self._batch(batch.as_dict())
                self.copied.batches += 1
            except Here:
                continue
            except ValueError as wrong:
                self.copied.refused[batch.name] = str(wrong)

    def _batch(self, told: Json) -> None:
        """A batch as it is there: the newer protocol makes one in staging, whatever its project is."""
        asked = {field: told.get(field) for field in ("name", "calibration_batch", "self_label_batch", "metadata")}
        callback, held = told.get("callback"), told["status"] in HELD
        path = "v2/batch" if held else "v1/batches"
        asked |= {"project_name" if held else "project": told["project"]}
        try:
            self._post(path, {**asked, "callback": callback})
        except ValueError as wrong:
            if not callback or isinstance(wrong, Here):
                raise
            self._post(path, asked)
            self.copied.uncalled[str(callback)] = str(wrong)
        if not held:
            self._post(f"v1/batches/{quote(told['name'], safe='')}/finalize", {})

    def _end(self) -> None:
        """Cancels what is cancelled there: its tasks are here now."""
        for name in self._ended:
            if name not in self.copied.refused:
                self._post("v2/batch/cancel", {"batch_name": name})

    def _pages(self) -> Iterator[tuple[list[Json], int]]:
        token = None
        while True:
            asked = {"limit": PAGE, "include_attachment_url": True} | ({"next_token": token} if token else {})
            page = _patiently(partial(self._old.tasks, **asked))
            yield [task.as_dict() for task in page.docs], page.total
            token = page.next_token
            if not page.has_more or not token:
                return

    def _task(self, task: Json) -> None:
        try:
            made = self._post("v1/arrivals", self._carrier.task(task))
        except (ValueError, httpx.HTTPError, scaleapi.exceptions.ScaleException) as wrong:
            self.copied.refused[str(task["task_id"])] = str(wrong)
            return
        self.copied.tasks += made["added"]
        if "uncalled" in made:
            self.copied.uncalled[task["callback_url"]] = made["uncalled"]
