"""Projects: instructions, ontology, policy, price; and the events and the outbox of a cell."""

from neraca.projects.queries import add_event, instructions, outbox
from neraca.projects.service import change, create, get, policy_faults

__all__ = ["add_event", "change", "create", "get", "instructions", "outbox", "policy_faults"]
