"""The error catalogue: every problem that the API answers with, in one place."""

from neraca.kit.problems import CATALOGUE, MAX_FAULTS, Fault, Problem

__all__ = ["CATALOGUE", "Fault", "Problem"]


class MalformedJson(Problem, slug="malformed-json", status=400):
    """The body is not valid JSON: {why}.

    One JSON document in UTF-8, without comments, trailing commas, NaN or Infinity.
    """


class InvalidEncoding(Problem, slug="invalid-encoding", status=400):
    """The body is not valid UTF-8 at byte {at}.

    Send UTF-8 without a byte order mark.
    """


class DuplicateKey(Problem, slug="duplicate-key", status=400):
    """The object has the key {key} twice.

    A reader could take either value, so none is taken.
    """


class NumberTooLong(Problem, slug="number-too-long", status=400):
    """A number in the body has more than {limit} characters or is out of range."""


class TooDeep(Problem, slug="too-deep", status=400):
    """The body is nested more than {limit} levels deep."""


class TooManyKeys(Problem, slug="too-many-keys", status=422):
    """The body has more than {limit} keys in {where}."""


class KeyTooLong(Problem, slug="key-too-long", status=422):
    """A key in the body is longer than {limit} bytes."""


class InvalidUnicode(Problem, slug="invalid-unicode", status=422):
    """The string at {where} holds half of a surrogate pair.

    Send whole code points.
    """


class NulNotAllowed(Problem, slug="nul-not-allowed", status=422):
    """The string at {where} holds the character NUL, which cannot be stored."""


class BadRequest(Problem, slug="bad-request", status=400):
    """The request could not be read: {why}."""


class CursorInvalid(Problem, slug="cursor-invalid", status=400):
    """The cursor is not one of ours for this list.

    Start again without a cursor; a cursor belongs to one list with one set of filters.
    """


class Unauthenticated(Problem, slug="unauthenticated", status=401):
    """Sign in, or send a valid API key as `Authorization: Bearer …`."""


class WrongPassword(Problem, slug="wrong-password", status=401):
    """The e-mail address and the password do not belong together."""


class Forbidden(Problem, slug="forbidden", status=403):
    """Your role does not allow this."""


class CrossSite(Problem, slug="cross-site", status=403):
    """This request did not come from the app's own page."""


class NotEligible(Problem, slug="not-eligible", status=403):
    """You are not eligible for this work at present.

    A conflict rule of the operator keeps apart work that must not be mixed; it ends by itself.
    """


class NotFound(Problem, slug="not-found", status=404):
    """There is nothing here, or nothing that you may see."""


class MethodNotAllowed(Problem, slug="method-not-allowed", status=405):
    """This address does not know that method."""


class RequestTimeout(Problem, slug="request-timeout", status=408):
    """The request did not arrive in time."""


class Conflict(Problem, slug="conflict", status=409):
    """The request does not fit the present state: {why}."""


class Duplicate(Problem, slug="duplicate", status=409):
    """{why}.

    A name or a unique id stands for one thing only.
    """


class LeaseLost(Problem, slug="lease-lost", status=409):
    """Your lease on this task has ended.

    Answers are taken only while the lease is held. Ask for the next task; your draft is kept.
    """


class AlreadySubmitted(Problem, slug="already-submitted", status=409):
    """This task already has your answer."""


class OffsetMismatch(Problem, slug="offset-mismatch", status=409):
    """The next byte expected is number {expected}."""


class IdempotencyInFlight(Problem, slug="idempotency-in-flight", status=409):
    """A request with this Idempotency-Key is still being worked on."""


class PreconditionFailed(Problem, slug="precondition-failed", status=412):
    """Nothing here has the version that If-Match names.

    Resources have no ETag yet that a change could be tied to: send the request without If-Match.
    """


class PayloadTooLarge(Problem, slug="payload-too-large", status=413):
    """The body is larger than {limit} bytes."""


class UriTooLong(Problem, slug="uri-too-long", status=414):
    """The address is longer than {limit} bytes."""


class UnsupportedMediaType(Problem, slug="unsupported-media-type", status=415):
    """Send the body as {expected}."""


class RangeNotSatisfiable(Problem, slug="range-not-satisfiable", status=416):
    """That range lies outside the file."""


class WrongHost(Problem, slug="wrong-host", status=421):
    """This server does not answer for that host."""


class ValidationFailed(Problem, slug="validation-failed", status=422):
    """{what} cannot be accepted.

    `errors` names each by its place, in the order of the document, at most 50.
    """

    def __init__(self, errors: list[Fault], headers: dict[str, str] | None = None) -> None:
        many = len(errors) >= MAX_FAULTS
        what = "One value" if len(errors) == 1 else f"{'At least ' if many else ''}{len(errors)} values"
        super().__init__(errors=errors, headers=headers, what=what)


class NotStorable(Problem, slug="not-storable", status=422):
    """A value in the request is outside of what can be stored."""


class IdempotencyMismatch(Problem, slug="idempotency-mismatch", status=422):
    """This Idempotency-Key was used with another body."""


class UnknownFilter(Problem, slug="unknown-filter", status=422):
    """The list does not know the parameter {name}."""


class UrlNotAllowed(Problem, slug="url-not-allowed", status=422):
    """That address may not be called from here: {why}."""


class MediaCorrupt(Problem, slug="media-corrupt", status=422):
    """The file is not a readable image."""


class MediaTooLarge(Problem, slug="media-too-large", status=422):
    """The image has more than {limit} megapixels."""


class TooManyRequests(Problem, slug="too-many-requests", status=429):
    """Too many requests; try again in {seconds} seconds.

    After failed sign-ins, or because the operator has set a limit for this key.
    """


class HeadersTooLarge(Problem, slug="headers-too-large", status=431):
    """The request's headers are too large or too many."""


class Internal(Problem, slug="internal-error", status=500):
    """Something went wrong on our side; it is logged under this request's number."""


class Unavailable(Problem, slug="unavailable", status=503):
    """The database cannot be reached at present; try again shortly."""


class StorageExhausted(Problem, slug="storage-exhausted", status=507):
    """There is no room left on this server's disk.

    Nothing of the request was kept; send it again when the operator has made room.
    """
