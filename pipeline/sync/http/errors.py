"""What goes wrong between two installs, each with a sentence and the next step."""

from http import HTTPStatus
from typing import ClassVar

from core.errors import UserError


class PeerGone(UserError):
    """The other side is not there, or no more."""

    code: ClassVar[str] = "peer_gone"


class PeerSlow(UserError):
    """The other side takes longer than anybody waits."""

    code: ClassVar[str] = "peer_slow"


class PeerUnknown(UserError):
    """Another install than the one that was called is at this address."""

    code: ClassVar[str] = "peer_unknown"


class PeerRefused(UserError):
    """The other side's own sentence about why it did not do what was asked.

    `status` is the answer's; `refusal` its code for that, as in `page_refused`.
    """

    code: ClassVar[str] = "peer_refused"

    def __init__(self, sentence: str, *, advice: str, status: int = 400, refusal: str = "") -> None:
        super().__init__(sentence, advice=advice)
        self.status = status
        self.refusal = refusal


class RequestRefused(UserError):
    """What was asked is not what the protocol allows; the other side is told, with this status."""

    code: ClassVar[str] = "request_refused"
    status: ClassVar[int] = HTTPStatus.BAD_REQUEST


class NoSuchRequest(RequestRefused):
    """A path or a method that this version does not know."""

    code = "no_such_request"
    status = HTTPStatus.NOT_FOUND


class Later(RequestRefused):
    """This machine meets nobody now, whoever calls."""

    code = "later"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class BodyTooLarge(RequestRefused):
    """A body goes on beyond its limit, as it comes or once it is inflated."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class BodyDamaged(RequestRefused):
    """A body ends too early, or is not what its headers say."""

    code = "body_damaged"


def too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"More than {most_bytes} bytes came where no more are allowed.",
        advice="Update both machines to the same version, then try again.",
    )


def damaged() -> BodyDamaged:
    return BodyDamaged("What came cannot be read to its end.", advice="It is asked for again.")


def gone() -> PeerGone:
    return PeerGone(
        "The other machine has hung up.", advice="It is tried again; nothing that came is lost."
    )


def slow() -> PeerSlow:
    return PeerSlow(
        "The other machine takes too long to answer.",
        advice="It is tried again; check that both are well within reach of the Wi-Fi.",
    )
