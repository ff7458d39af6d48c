"""A client's own judgements on what was answered."""
