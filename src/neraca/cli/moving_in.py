"""Moving house: a Scale account, or another Neraca, copied through Scale's own client."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import scaleapi

from neraca.cli.carrying import SECONDS, Carrier, Old
from neraca.cli.speech import Refused

PAGE = 100
OWN = frozenset({"version", "created_at"})  # what a project's history says beside the parameters
Told = Callable[[float, float | None], None]


@dataclass
class Copied:
    """What is here now that was not, and what could not be brought."""

    projects: int = 0
    batches: int = 0
    tasks: int = 0
    files: int = 0
    unread: dict[str, str] = field(default_factory=dict)  # files that keep the address they had, and why
    refused: dict[str, str] = field(default_factory=dict)


def _met(account: scaleapi.ScaleClient) -> list[Any]:
    """An account's projects: what is asked of it first. Raises `Refused` for one that cannot be asked."""
    url = account.api.base_api_url
    try:
        found: list[Any] = account.projects()
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
        self._old = scaleapi.ScaleClient(old_key, api_instance_url=old_url.rstrip("/"))
        self._new = scaleapi.ScaleClient(new_key, api_instance_url=f"{new_url.rstrip('/')}/scale/v1")
        self._http = httpx.Client(base_url=f"{new_url.rstrip('/')}/scale/v1/", auth=(new_key, ""), timeout=SECONDS)
        self._carrier = Carrier(Old(old_url, old_key), self._http, self._upload, private=private)
        self.copied = Copied()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
        self._carrier.close()

    def move(self, told: Told) -> Copied:
        """Projects first, then batches, then tasks with their media; `told` hears how many tasks are done."""
        self._projects()
        self._batches()
        done = 0
        for page, total in self._pages():
            missing = set(self._post("arrivals/missing", {"task_ids": [t["task_id"] for t in page]})["missing"])
            for task in page:
                if task["task_id"] in missing:
                    self._task(task)
                done += 1
                told(done, total)
        self.copied.files, self.copied.unread = self._carrier.files, self._carrier.unread
        return self.copied

    def _upload(self, body: io.BytesIO, name: str, reference: str) -> str:
        return str(self._new.upload_file(body, display_name=name[:200], reference_id=reference).attachment_url)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self._http.post(path, json=body)
        if response.status_code != httpx.codes.OK:
            raise ValueError(str(response.json().get("error", response.text)))
        found: dict[str, Any] = response.json()
        return found

    def _projects(self) -> None:
        here = {p.name: p for p in _met(self._new)}
        for project in _met(self._old):
            told = project.as_dict()
            history = [{k: v for k, v in one.items() if k not in OWN} for one in told["param_history"]]
            if project.name not in here:
                first = history[0] if history else None
                self._new.create_project(
                    project.name, scaleapi.tasks.TaskType(told["type"]), first,
                    rapid=bool(told.get("rapid")), studio=bool(told.get("studio")), dataset_id=told.get("datasetId"),
                )  # fmt: skip
                self.copied.projects += 1
                known = 1 if history else 0
            else:
                known = len(here[project.name].as_dict()["param_history"])
            for params in history[known:]:
                self._new.update_project(project.name, **params)

    def _batches(self) -> None:
        here = {b.name for b in self._new.get_batches()}
        for batch in self._old.get_batches():
            if batch.name in here:
                continue
            told = batch.as_dict()
            self._new.create_batch(
                batch.project, batch.name, told.get("callback") or "", bool(told.get("calibration_batch")),
                bool(told.get("self_label_batch")), batch.metadata or None,
            )  # fmt: skip
            if batch.status != "staging":
                self._new.finalize_batch(batch.name)
            self.copied.batches += 1

    def _pages(self) -> Iterator[tuple[list[dict[str, Any]], int]]:
        token = None
        while True:
            asked = {"limit": PAGE, "include_attachment_url": True} | ({"next_token": token} if token else {})
            page = self._old.tasks(**asked)
            yield [task.as_dict() for task in page.docs], page.total
            token = page.next_token
            if not page.has_more or not token:
                return

    def _task(self, task: dict[str, Any]) -> None:
        try:
            told = self._carrier.task(task)
            self.copied.tasks += bool(self._post("arrivals", told)["added"])
        except (ValueError, httpx.HTTPError, scaleapi.exceptions.ScaleException) as wrong:
            self.copied.refused[str(task["task_id"])] = str(wrong)
