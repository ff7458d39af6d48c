"""A person's sign-in for programs: what an API key may not do, such as making API keys."""

import contextlib
from typing import Literal, Self

from neraca.client.connection import Wire
from neraca.client.errors import NeracaError
from neraca.wire.accounts import CellToken, KeyCreated, Session


class SignedIn:
    """A person's session, bound to one of their clients. Usable as a context manager."""

    def __init__(self, url: str, email: str, password: str, *, client_id: str | None = None) -> None:
        """Signs in, by default for the first client that the person manages.

        Raises `NotAllowed` for a wrong password, `Missing` where there is no such client.
        """
        self._wire = Wire(url)
        self.session = self._wire.ask(
            Session, "POST", "/api/session", json={"email": email, "password": password}, repeatable=True
        )
        self.client_id = client_id or self._managed()
        self.token = self._wire.ask(
            CellToken, "POST", "/api/cell-tokens", json={"client_id": self.client_id},
            headers={"X-CSRF-Token": self.session.csrf}, repeatable=True,
        ).token  # fmt: skip
        self._wire.http.headers["Authorization"] = f"Bearer {self.token}"

    def _managed(self) -> str:
        return next(m.client_id for m in self.session.memberships if m.role == "manager")

    def make_key(
        self, name: str, *, mode: Literal["live", "test"] = "live", role: Literal["manager", "labeler"] = "manager"
    ) -> KeyCreated:
        """A new API key; its text is in the answer and nowhere else."""
        return self._wire.ask(KeyCreated, "POST", "/api/keys", json={"name": name, "mode": mode, "role": role})

    def revoke_key(self, key_id: str) -> None:
        """Ends a key."""
        self._wire.send("DELETE", f"/api/keys/{key_id}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Signs out."""
        with contextlib.suppress(NeracaError):
            self._wire.send("DELETE", "/api/session", headers={"X-CSRF-Token": self.session.csrf})
        self._wire.close()
