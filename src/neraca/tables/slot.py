"""States of a slot, as stored in `slot.state`."""

OPEN = 0
LEASED = 1
FILLED = 2
CLOSED = 3
