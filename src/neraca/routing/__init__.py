"""Who gets what next: slots and leases."""

from neraca.routing.queries import close_slots, offers, open_slot
from neraca.routing.queries import sweep_expired as sweep
from neraca.routing.rules import wanted
from neraca.routing.service import give_back, held, hold, take

__all__ = ["close_slots", "give_back", "held", "hold", "offers", "open_slot", "sweep", "take", "wanted"]
