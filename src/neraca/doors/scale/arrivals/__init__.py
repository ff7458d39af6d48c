"""Tasks that move in from a Scale account, or from another Neraca, under the ids that they had."""
