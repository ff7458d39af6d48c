"""Drafts, submissions, and the hook for what must happen with them."""

from neraca.answers.hooks import AnswerStored, Handler, Handlers
from neraca.answers.service import enter, submit

__all__ = ["AnswerStored", "Handler", "Handlers", "enter", "submit"]
