"""Kinds of events, as stored in `event.kind`; the first group is what progress counts."""

from typing import Final

TASKS_ADDED: Final = "tasks.added"  # n: how many
TASK_DECIDED: Final = "task.decided"
TASK_ESCALATED: Final = "task.escalated"  # data: because, to which skill
TASK_CANCELED: Final = "task.canceled"
TASK_REOPENED: Final = "task.reopened"  # a verdict was sent back, with a `task.decided` of n -1; data: note
TASK_FIXED: Final = "task.fixed"  # an answer was put in the place of a verdict; data: note
ANSWER_STORED: Final = "answer.stored"  # data: the pay facts of the lease, active_ms
PAID_MICROS: Final = "paid.micros"  # no event: the tally of the prices in `answer.stored`
ENDED: Final = "ended."  # and a reason; no event: the tally of the reasons in `task.decided`
LEASE_GRANTED: Final = "lease.granted"  # data: price, currency and terms shown
LEASE_SKIPPED: Final = "lease.skipped"
LEASE_EXPIRED: Final = "lease.expired"
PROJECT_CREATED: Final = "project.created"
PROJECT_CHANGED: Final = "project.changed"
BATCH_CREATED: Final = "batch.created"
GOLD_MADE: Final = "gold.made"  # n: how many; data: use
GOLD_MOVED: Final = "gold.moved"  # data: use
GOLD_RETIRED: Final = "gold.retired"  # data: reason
EXAM_DECIDED: Final = "exam.decided"  # data: labeler, state, answered, correct, attempt
