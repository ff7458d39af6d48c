"""What can be asked of accounts: sign in, invite, add a client, make a key."""

import asyncio
import secrets
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from neraca.accounts import queries, rules
from neraca.accounts.gate import MANAGE, CellSession, Principal, SignedIn
from neraca.accounts.house import Cell, House
from neraca.kit import clock, urlguard
from neraca.kit.session import Connection
from neraca.kit.signing import digest, pseudonym, token
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
from neraca.wire.errors import Conflict, Fault, Forbidden, NotFound, TooManyRequests, UrlNotAllowed, WrongPassword

EVERYBODY = 10_000
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


async def _proven(home: House, email: str, password: str) -> UUID:
    """The person behind address and password.

    Raises wrong-password, and too-many-requests after ten failures in a quarter of an hour.
    """
    async with home.control() as control:
        failures = await queries.recent_failures(control, email)
        person = await queries.person_by_email(control, email)
    if failures >= rules.MAX_FAILURES:
        raise TooManyRequests(seconds=900, headers={"Retry-After": "900"})
    good = await asyncio.to_thread(_matches, person["password_hash"] if person else _NOBODY, password)
    async with home.control() as control:
        if person is not None and good and person["disabled_at"] is None:
            await queries.clear_failures(control, email)
            known: UUID = person["id"]
            return known
        await queries.add_failure(control, email)
    raise WrongPassword


async def sign_in(home: House, email: str, password: str) -> tuple[str, Session]:
    """Checks the password and opens a session; gives the cookie's value.

    Raises wrong-password, too-many-requests.
    """
    person_id = await _proven(home, email, password)
    async with home.control() as control:
        return await _open(control, person_id, email)


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
    """Makes the person (or adds the membership, where the password is theirs) and signs in.

    Nothing is hashed for a token that is none. Raises not-found, wrong-password, too-many-requests.
    """
    secret = digest(asked.token)
    async with home.control() as control:
        found = await queries.invitation(control, secret)
        known = await queries.person_by_email(control, found["email"]) if found else None
    if found is None:
        raise NotFound
    email = found["email"]
    person_id = await _proven(home, email, asked.password) if known else None
    hashed = "" if known else await hash_password(asked.password)
    async with home.control() as control:
        invitation = await queries.take_invitation(control, secret)
        if not known:
            person_id = await queries.add_person(control, email, asked.name, hashed)
        if invitation is None or person_id is None:  # somebody was faster
            raise NotFound
        client_id, role = invitation["client_id"], invitation["role"]
        await queries.add_membership(control, person_id, client_id, role, invitation["team"])
        await queries.add_event(
            control, f"person:{person_id}", "invitation.accepted", {"client": str(client_id), "role": role}
        )
        opened = await _open(control, person_id, email)
    _forget_person(home, person_id)
    return opened


def _forget_person(home: House, person_id: UUID) -> None:
    """The next request of a person here is checked anew; other processes do so within a second."""
    home.forget(lambda what: isinstance(what, Principal) and what.person_id == person_id)


async def may_grant(home: House, who: Principal, what: str, person_id: UUID | None = None) -> None:
    """Only a person who manages may give roles, invitations and keys, and nobody changes their own role.

    A refused try leaves an event. Raises forbidden.
    """
    if who.role in MANAGE and who.person_id is not None and who.person_id != person_id:
        return
    async with home.control() as control:
        await queries.add_event(
            control, who.actor, "grant.refused", {"client": str(who.client_id), "role": who.role, "what": what}
        )
    raise Forbidden


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


async def people(session: CellSession) -> tuple[list[queries.Row], list[queries.Row]]:
    """All members of the caller's client, and the invitations that nobody has taken."""
    async with session.house.control() as control:
        members = await queries.members(control, session.who.client_id, None, EVERYBODY)
        invited = await queries.invitations(control, session.who.client_id, None, EVERYBODY)
    return members, [i for i in invited if i["accepted_at"] is None and i["expires_at"] > clock.now()]


async def labelers(home: House, cell: Cell) -> dict[str, UUID]:
    """The pseudonyms of all members of a client in its cell, by their address in small letters."""
    async with home.control() as control:
        members = await queries.members(control, cell.client_id, None, EVERYBODY)
    return {m["email"].lower(): pseudonym(cell.pseudonym_key, f"person:{m['person_id']}") for m in members}


async def keys_of(home: House, client: str) -> list[queries.Row]:
    """The keys of a client of this name, with their limits. Raises not-found."""
    async with home.control() as control:
        known = await queries.client_named(control, client)
        if known is None:
            raise NotFound
        return await queries.limits(control, known["id"])


async def limit_key(home: House, key_id: UUID, per_minute: int | None, actor: str) -> queries.Row:
    """How many requests a minute a key may send; None lifts the limit. It holds within a second. Raises not-found."""
    async with home.control() as control:
        row = await queries.limit_key(control, key_id, per_minute)
        if row is None:
            raise NotFound
        await queries.add_event(control, actor, "key.limited", {"key": str(key_id), "per_minute": per_minute})
    return row


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
    told = {"client": str(client_id), "key": str(row["id"]), "role": asked.role, "mode": asked.mode}
    await queries.add_event(control, actor, "key.made", told)
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
    """A member's new role, from their next request on. Raises not-found.

    Their open invitations end, so that an old one cannot bring an old role back.
    """
    client_id = session.who.client_id
    async with session.house.control() as control:
        row = await queries.set_role(control, client_id, person_id, role)
        if row is None:
            raise NotFound
        await queries.end_invitations(control, client_id, person_id)
        told = {"client": str(client_id), "person": str(person_id), "role": role}
        await queries.add_event(control, session.who.actor, "member.changed", told)
    _forget_person(session.house, person_id)
    return row


async def change_invited_role(session: CellSession, email: str, role: str) -> None:
    """The role with which somebody will join who is invited and has not joined yet."""
    client_id = session.who.client_id
    async with session.house.control() as control:
        await queries.set_invited_role(control, client_id, email, role)
        await queries.add_event(
            control, session.who.actor, "invitation.changed", {"client": str(client_id), "role": role}
        )


async def remove_member(session: CellSession, person_id: UUID) -> None:
    """Ends a membership with its tokens and its open invitations. Raises forbidden, not-found."""
    if person_id == session.who.person_id:
        raise Forbidden
    client_id = session.who.client_id
    async with session.house.control() as control:
        if not await queries.remove_member(control, client_id, person_id):
            raise NotFound
        await queries.end_invitations(control, client_id, person_id)
        told = {"client": str(client_id), "person": str(person_id)}
        await queries.add_event(control, session.who.actor, "member.removed", told)
    _forget_person(session.house, person_id)


async def revoke_key(session: CellSession, key_id: UUID) -> None:
    """Ends a key: here at once, in other processes within a second. Raises not-found."""
    client_id = session.who.client_id
    async with session.house.control() as control:
        if not await queries.revoke_key(control, client_id, key_id):
            raise NotFound
        told = {"client": str(client_id), "key": str(key_id)}
        await queries.add_event(control, session.who.actor, "key.revoked", told)
    session.house.forget(lambda what: isinstance(what, Principal) and what.key_id == key_id)


async def sign_out(home: House, who: SignedIn) -> None:
    """Ends a sign-in, with the tokens and links that rest on it."""
    async with home.control() as control:
        await queries.end_login(control, who.id_hash)
    home.forget(lambda what: isinstance(what, Principal) and what.credential == who.id_hash)


async def check_url(home: House, url: str) -> None:
    """Whether a client's address may be called. Raises url-not-allowed. It is asked again before every call."""
    try:
        await urlguard.check(url, private=home.private_hosts)
    except urlguard.Refused as wrong:
        why = str(wrong)
        said = f"{why[0].upper()}{why[1:]}."
        raise UrlNotAllowed(why=why, errors=[Fault("#/url", "url-not-allowed", said)]) from None
