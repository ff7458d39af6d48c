"""Projects: instructions, ontology, policy, price; and the events and the outbox of a cell."""

from neraca.projects.queries import add_event, outbox
from neraca.projects.service import get

__all__ = ["add_event", "get", "outbox"]
