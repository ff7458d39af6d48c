"""A project's state at one sealed position, as a file or a stream."""
