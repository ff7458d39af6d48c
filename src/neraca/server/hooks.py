"""What follows a stored answer, in this order, in its transaction: the same in the API and in the worker."""

from neraca import answers, doors, quality

ANSWER_STORED: answers.Handlers = (doors.answer_stored, quality.answer_stored)
