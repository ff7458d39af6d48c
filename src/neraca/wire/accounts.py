"""Sign-in, members, invitations, clients and keys."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from neraca.wire.shape import Asked, Email, Money, Name, Page, Told, Uuid

Role = Literal["manager", "reviewer", "labeler"]
Team = Literal["in-house", "vendor"]
Locale = Literal["en", "id"]
Password = Annotated[str, Field(min_length=10, max_length=200)]


class SignIn(Asked):
    email: Email
    password: Annotated[str, Field(min_length=1, max_length=200)]


class SessionChange(Asked):
    locale: Locale


class Person(Told):
    id: str
    name: str
    email: str
    locale: str
    operator: bool


class Membership(Told):
    client_id: str
    client_name: str
    role: Role
    team: Team


class Session(Told):
    person: Person
    csrf: str
    memberships: list[Membership]


class CellTokenNew(Asked):
    client_id: Uuid


class CellToken(Told):
    token: str
    expires_at: datetime
    client_id: str
    role: Role


class Offer(Told):
    client_id: str
    client_name: str
    project_id: str
    kind: str
    price: Money
    minutes: float
    open_slots: int


class Offers(Page):
    items: list[Offer]


class ClientNew(Asked):
    name: Name
    exclusion_group: Name | None = None
    exclusion_days: Annotated[int, Field(ge=0, le=3650)] = 0


class Client(Told):
    id: str
    name: str
    exclusion_group: str | None
    exclusion_days: int
    created_at: datetime


class ClientCreated(Client):
    live_key: str
    test_key: str


class Clients(Page):
    items: list[Client]


class FirstManager(Asked):
    """Who is to manage a client that nobody manages yet."""

    email: Email


class Member(Told):
    person_id: str
    name: str
    email: str
    role: Role
    team: Team
    created_at: datetime


class Members(Page):
    items: list[Member]


class MemberChange(Asked):
    role: Role


class InvitationNew(Asked):
    email: Email
    role: Role
    team: Team = "in-house"


class Invitation(Told):
    id: str
    email: str
    role: Role
    team: Team
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None


class InvitationCreated(Invitation):
    token: str
    url: str


class Invitations(Page):
    items: list[Invitation]


class InvitationAccept(Asked):
    token: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name
    password: Password


class KeyNew(Asked):
    name: Name
    mode: Literal["live", "test"]
    role: Literal["manager", "labeler"] = "manager"


class Key(Told):
    id: str
    name: str
    mode: Literal["live", "test"]
    role: Literal["manager", "labeler"]
    last4: str
    created_at: datetime
    revoked_at: datetime | None


class KeyLimit(Told):
    """A key as the operator sees it; without a number there is no limit."""

    id: str
    name: str
    mode: Literal["live", "test"]
    role: Literal["manager", "labeler"]
    last4: str
    per_minute: int | None


class KeyCreated(Key):
    key: str


class Keys(Page):
    items: list[Key]
