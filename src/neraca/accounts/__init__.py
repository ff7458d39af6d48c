"""Clients, cells, people, roles, keys and sessions: who is asking, and which cell they may reach."""

from neraca.accounts.gate import (
    MANAGE,
    SEE,
    WORK,
    CellSession,
    Principal,
    house,
    inside,
    key_as_user,
    principal,
    taken,
    viewer,
)
from neraca.accounts.house import Cell, House
from neraca.accounts.queries import (
    add_event,
    add_membership,
    add_person,
    beat,
    client_named,
    clients,
    note_work,
    person_by_email,
    put_offers,
    put_person,
)
from neraca.accounts.service import add_client, add_key, hash_password, invite_manager, reset_password
from neraca.tables import CONTROL

__all__ = [
    "CONTROL",
    "MANAGE",
    "SEE",
    "WORK",
    "Cell",
    "CellSession",
    "House",
    "Principal",
    "add_client",
    "add_event",
    "add_key",
    "add_membership",
    "add_person",
    "beat",
    "client_named",
    "clients",
    "hash_password",
    "house",
    "inside",
    "invite_manager",
    "key_as_user",
    "note_work",
    "person_by_email",
    "principal",
    "put_offers",
    "put_person",
    "reset_password",
    "taken",
    "viewer",
]
