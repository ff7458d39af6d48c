"""How well answers are aggregated and how fast, beside crowd-kit, on real crowds: `make bench-quality`."""
