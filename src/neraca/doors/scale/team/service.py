"""Teammates: the client's members and whoever is invited."""

from typing import Any

from neraca import accounts
from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.wire.accounts import InvitationNew
from neraca.wire.errors import Forbidden, NotFound

OURS = {"labeler": "labeler", "member": "reviewer"}  # a manager is made by a person in the app, never by a key
THEIRS = {"labeler": "labeler", "reviewer": "member", "manager": "manager"}
MOST = 100


def _addresses(value: object) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > MOST or not all(isinstance(e, str) for e in value):
        raise words.wrong("emails", f"emails must be a list of 1 to {MOST} addresses.")
    return list(dict.fromkeys(value))


def _role(value: object) -> str:
    role = words.among(value, "team_role", {*OURS, "manager", "admin"})
    if role not in OURS:
        raise Forbidden
    return OURS[role]


async def listed(session: CellSession) -> list[dict[str, Any]]:
    """Every member, then everybody who is invited, each once."""
    members, invited = await accounts.people(session)
    told = [
        {
            "email": m["email"], "role": THEIRS[m["role"]], "company": session.cell.name, "firstName": m["name"],
            "lastName": "", "isStudioLabeler": m["role"] == "labeler",
        }
        for m in members
    ]  # fmt: skip
    known = {m["email"].lower() for m in members}
    latest = {i["email"].lower(): i for i in sorted(invited, key=lambda i: i["expires_at"])}
    return told + [
        {"email": i["email"], "role": THEIRS[i["role"]], "expiry": words.told_at(i["expires_at"])}
        for address, i in latest.items()
        if address not in known
    ]


async def invite(session: CellSession, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Invitations with their links, which this server shows once and does not mail; then the whole team."""
    role, links = _role(given.get("team_role")), {}
    for email in _addresses(given.get("emails")):
        try:
            asked = InvitationNew.model_validate({"email": email, "role": role})
        except ValueError:
            raise words.wrong("emails", f"emails: {email!a:.80} is not an address.") from None
        links[email.lower()] = (await accounts.invite(session, asked)).url
    return [
        one | ({"invitation_url": links[one["email"].lower()]} if one["email"].lower() in links else {})
        for one in await listed(session)
    ]


async def set_role(session: CellSession, given: dict[str, Any]) -> list[dict[str, Any]]:
    """A new role for members, and for whoever is invited. Raises 404 for somebody who is neither."""
    role = _role(given.get("team_role"))
    members, invited = await accounts.people(session)
    by_email = {one["email"].lower(): one for one in [*invited, *members]}
    for email in _addresses(given.get("emails")):
        mate = by_email.get(email.lower())
        if mate is None:
            raise NotFound
        if mate["role"] == "manager":
            raise Forbidden
        if "person_id" in mate:
            await accounts.change_role(session, mate["person_id"], role)
        else:
            await accounts.change_invited_role(session, email, role)
    return await listed(session)
