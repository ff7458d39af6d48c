"""Drafts, submissions, and the hook for what must happen with them."""

from neraca.answers.hooks import AnswerStored, Handler, Handlers

__all__ = ["AnswerStored", "Handler", "Handlers"]
