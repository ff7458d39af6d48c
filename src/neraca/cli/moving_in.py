"""Moving house: a Scale account, or another Neraca, copied through Scale's own client."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import scaleapi

PAGE = 100
SECONDS = 60.0
OWN = frozenset({"version", "created_at"})  # what a project's history says beside the parameters
Told = Callable[[float, float | None], None]


@dataclass
class Copied:
    """What is here now that was not, and what could not be brought."""

    projects: int = 0
    batches: int = 0
    tasks: int = 0
    files: int = 0
    refused: dict[str, str] = field(default_factory=dict)


class Mover:
    """From one account to another. What has moved in is passed over, so it may be broken off and run again."""

    def __init__(self, old_url: str, old_key: str, new_url: str, new_key: str) -> None:
        self._old = scaleapi.ScaleClient(old_key, api_instance_url=old_url.rstrip("/"))
        self._new = scaleapi.ScaleClient(new_key, api_instance_url=f"{new_url.rstrip('/')}/scale/v1")
        self._host, self._auth = urlsplit(old_url).netloc, (old_key, "")
        self._http = httpx.Client(base_url=f"{new_url.rstrip('/')}/scale/v1/", auth=(new_key, ""), timeout=SECONDS)
        self._media = httpx.Client(timeout=SECONDS)
        self.copied = Copied()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
        self._media.close()

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
        return self.copied

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self._http.post(path, json=body)
        if response.status_code != httpx.codes.OK:
            raise ValueError(str(response.json().get("error", response.text)))
        found: dict[str, Any] = response.json()
        return found

    def _projects(self) -> None:
        here = {p.name: p for p in self._new.projects()}
        for project in self._old.projects():
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
            told = self._with_media(task)
            self.copied.tasks += bool(self._post("arrivals", told)["added"])
        except (ValueError, httpx.HTTPError, scaleapi.exceptions.ScaleException) as wrong:
            self.copied.refused[str(task["task_id"])] = str(wrong)

    def _with_media(self, task: dict[str, Any]) -> dict[str, Any]:
        """The task with its attachments as files of the new account."""
        there = {
            one["attachmentURL"]: self._file(f"{task['task_id']}:{n}", one)
            for n, one in enumerate(task.get("attachmentS3Downloads") or [])
            if one.get("attachmentURL") and one.get("s3URL")
        }
        params = dict(task.get("params") or {})
        if isinstance(params.get("attachment"), str):
            params["attachment"] = there.get(params["attachment"], params["attachment"])
        if isinstance(params.get("attachments"), list):
            params["attachments"] = [
                there.get(one, one) if isinstance(one, str) else one for one in params["attachments"]
            ]
        return {**task, "params": params}

    def _file(self, reference: str, one: dict[str, Any]) -> str:
        """The address of a copy; where it cannot be read, the address that it had."""
        known = self._http.get("files", params={"reference_id": reference}).json()["files"]
        if known:
            return str(known[0]["attachment_url"])
        own = urlsplit(one["s3URL"]).netloc == self._host  # the key goes only to the account that it belongs to
        response = self._media.get(one["s3URL"], auth=self._auth if own else None, follow_redirects=False)
        if response.status_code != httpx.codes.OK:
            return str(one["attachmentURL"])
        name = urlsplit(one["attachmentURL"]).path.rpartition("/")[2] or "file"
        made = self._new.upload_file(io.BytesIO(response.content), display_name=name, reference_id=reference)
        self.copied.files += 1
        return str(made.attachment_url)
