"""Tasks from a file: received in pieces, read as a stream, each row exactly once."""
