"""Second looks: the verdict of a task is sent back, or an answer is put in its place."""

from neraca.review.service import fix, hold, send_back

__all__ = ["fix", "hold", "send_back"]
