"""Studio: who of the client's people works on what, in groups, and which batches come first."""
