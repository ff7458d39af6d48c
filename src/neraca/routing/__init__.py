"""Who gets what next: slots and leases."""

from neraca.routing.queries import close_slots, offers, open_slot
from neraca.routing.queries import sweep_expired as sweep
from neraca.routing.service import held, take

__all__ = ["close_slots", "held", "offers", "open_slot", "sweep", "take"]
