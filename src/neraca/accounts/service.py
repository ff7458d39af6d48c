"""What can be asked of accounts: sign in, invite, add a client, make a key."""

import asyncio
import secrets
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from neraca.accounts import queries, rules
from neraca.accounts.gate import CellSession, SignedIn
from neraca.accounts.house import House
from neraca.kit.session import Connection
from neraca.kit.signing import digest, token
from neraca.wire.accounts import (
    Client,
    ClientCreated,
    ClientNew,
    Invitation,
    InvitationAccept,
    InvitationCreated,
    InvitationNew,
    Key,
    KeyCreated,
    KeyNew,
    Membership,
    Person,
    Session,
)
from neraca.wire.errors import Conflict, Forbidden, NotFound, TooManyRequests, WrongPassword

_hasher = PasswordHasher()  # argon2id with the library's present defaults
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


async def hash_password(password: str) -> str:
    """The argon2id hash of a password; about 50 ms, off the event loop."""
    return await asyncio.to_thread(_hasher.hash, password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except VerificationError:
        return False


async def sign_in(home: House, email: str, password: str) -> tuple[str, Session]:
    """Checks the password and opens a session; gives the cookie's value.

    Raises wrong-password, and too-many-requests after ten failures in a quarter of an hour.
    """
    async with home.control() as control:
        failures = await queries.recent_failures(control, email)
        person = await queries.person_by_email(control, email)
    if failures >= rules.MAX_FAILURES:
        raise TooManyRequests(seconds=900, headers={"Retry-After": "900"})
    good = await asyncio.to_thread(_matches, person["password_hash"] if person else _NOBODY, password)
    if person is None or not good or person["disabled_at"] is not None:
        async with home.control() as control:
            await queries.add_failure(control, email)
        raise WrongPassword
    async with home.control() as control:
        await queries.clear_failures(control, email)
        return await _open(control, person["id"], email)


async def _open(control: Connection, person_id: UUID, email: str) -> tuple[str, Session]:
    cookie, csrf = token("nss"), secrets.token_urlsafe(24)
    await queries.add_login(control, digest(cookie), person_id, csrf)
    person = await queries.person_by_email(control, email)
    assert person is not None
    shown = Person(
        id=str(person["id"]),
        name=person["name"],
        email=person["email"],
        locale=person["locale"],
        operator=person["operator"],
    )
    return cookie, Session(person=shown, csrf=csrf, memberships=await memberships(control, person_id))


async def memberships(control: Connection, person_id: UUID) -> list[Membership]:
    """Where a person works, and as what."""
    rows = await queries.memberships(control, person_id)
    return [
        Membership(client_id=str(r["client_id"]), client_name=r["client_name"], role=r["role"], team=r["team"])
        for r in rows
    ]


def session_of(who: SignedIn, belongs: list[Membership]) -> Session:
    """What a signed-in person's app starts from."""
    person = Person(id=str(who.person_id), name=who.name, email=who.email, locale=who.locale, operator=who.operator)
    return Session(person=person, csrf=who.csrf, memberships=belongs)


async def accept_invitation(home: House, asked: InvitationAccept) -> tuple[str, Session]:
    """Makes the person (or adds the membership, where the password is theirs) and signs in."""
    hashed = await hash_password(asked.password)
    async with home.control() as control:
        invitation = await queries.take_invitation(control, digest(asked.token))
        if invitation is None:
            raise NotFound
        email = invitation["email"]
        person_id = await queries.add_person(control, email, asked.name, hashed)
        if person_id is None:
            person = await queries.person_by_email(control, email)
            assert person is not None
            if not await asyncio.to_thread(_matches, person["password_hash"], asked.password):
                raise WrongPassword
            person_id = person["id"]
        await queries.add_membership(
            control, person_id, invitation["client_id"], invitation["role"], invitation["team"]
        )
        await queries.add_event(
            control, f"person:{person_id}", "invitation.accepted", {"client": str(invitation["client_id"])}
        )
        return await _open(control, person_id, email)


async def invite(session: CellSession, asked: InvitationNew) -> InvitationCreated:
    """An invitation into the caller's own client; its token is shown once."""
    async with session.house.control() as control:
        return await _invite(session.house, control, session.who.client_id, asked, session.who.actor)


async def invite_manager(home: House, client_id: UUID, email: str, actor: str) -> InvitationCreated:
    """The operator's way to give a new client its first manager, who invites everybody else.

    Raises not-found, and conflict where the client has a manager: from then on it is theirs to invite.
    """
    async with home.control() as control:
        if await queries.cell(control, client_id) is None:
            raise NotFound
        if await queries.has_manager(control, client_id):
            raise Conflict(why="the client has a manager, who invites its people")
        return await _invite(home, control, client_id, InvitationNew(email=email, role="manager"), actor)


async def _invite(
    home: House, control: Connection, client_id: UUID, asked: InvitationNew, actor: str
) -> InvitationCreated:
    secret = token("nri")
    row = await queries.add_invitation(control, digest(secret), client_id, asked.email, asked.role, asked.team)
    await queries.add_event(control, actor, "invitation.made", {"client": str(client_id), "role": asked.role})
    shown = Invitation.model_validate({**row, "id": str(row["id"])})
    return InvitationCreated(**shown.model_dump(), token=secret, url=f"{home.url}/invite/{secret}")


async def reset_password(home: House, email: str, actor: str) -> str:
    """A new password of a person, shown here and never again; all their sessions end. Raises not-found."""
    password = secrets.token_urlsafe(12)
    hashed = await hash_password(password)
    async with home.control() as control:
        person = await queries.person_by_email(control, email)
        if person is None:
            raise NotFound
        await queries.put_person(control, person["email"], person["name"], hashed, operator=person["operator"])
        await queries.end_logins(control, email)
        await queries.clear_failures(control, email)
        await queries.add_event(control, actor, "password.reset", {"person": str(person["id"])})
    return password


async def add_key(control: Connection, client_id: UUID, asked: KeyNew, actor: str) -> KeyCreated:
    """A new API key of a client; the key itself is shown here and never again."""
    secret = token(f"nrc_{asked.mode}")
    row = await queries.add_key(
        control,
        client_id,
        name=asked.name,
        mode=asked.mode,
        role=asked.role,
        key_hash=digest(secret),
        last4=secret[-4:],
    )
    await queries.add_event(control, actor, "key.made", {"client": str(client_id), "key": str(row["id"])})
    return KeyCreated(**Key.model_validate({**row, "id": str(row["id"])}).model_dump(), key=secret)


async def add_client(home: House, asked: ClientNew, actor: str) -> ClientCreated:
    """A new client with its own database, role and keys. Raises conflict where the name is taken."""
    async with home.control() as control:
        known = await queries.client_named(control, asked.name)
        if known is not None and known["ready_at"] is not None:
            raise Conflict(why="a client of this name exists already")
        if known is None:
            database = rules.database_name()
            known = await queries.add_client(
                control,
                name=asked.name,
                database=database,
                role=f"{database}_rw",
                password=secrets.token_urlsafe(24),
                pseudonym_key=secrets.token_bytes(32),
                exclusion_group=asked.exclusion_group,
                exclusion_days=asked.exclusion_days,
            )
    await home.provision()
    async with home.control() as control:
        live = await add_key(control, known["id"], KeyNew(name="First live key", mode="live"), actor)
        test = await add_key(control, known["id"], KeyNew(name="First test key", mode="test"), actor)
        await queries.client_ready(control, known["id"])
        await queries.add_event(control, actor, "client.added", {"client": str(known["id"])})
    client = Client(
        id=str(known["id"]),
        name=known["name"],
        exclusion_group=known["exclusion_group"],
        exclusion_days=known["exclusion_days"],
        created_at=known["created_at"],
    )
    return ClientCreated(**client.model_dump(), live_key=live.key, test_key=test.key)


async def change_role(session: CellSession, person_id: UUID, role: str) -> queries.Row:
    """A member's new role. Nobody changes their own. Raises forbidden, not-found."""
    if person_id == session.who.person_id:
        raise Forbidden
    async with session.house.control() as control:
        row = await queries.set_role(control, session.who.client_id, person_id, role)
        if row is None:
            raise NotFound
        await queries.add_event(control, session.who.actor, "member.changed", {"person": str(person_id), "role": role})
    return row


async def remove_member(session: CellSession, person_id: UUID) -> None:
    """Ends a membership; its tokens die within a second. Raises forbidden, not-found."""
    if person_id == session.who.person_id:
        raise Forbidden
    async with session.house.control() as control:
        if not await queries.remove_member(control, session.who.client_id, person_id):
            raise NotFound
        await queries.add_event(control, session.who.actor, "member.removed", {"person": str(person_id)})
