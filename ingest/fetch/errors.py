"""What can go wrong with one request, each with the outcome and the short code under which it is recorded.

Belongs here: the exceptions of fetching. `outcome` is a value of `ingest.schemas.FETCH_OUTCOMES`, `check`
the code that quarantine rows carry; the message is the reason a reader sees.
"""

from __future__ import annotations

from typing import ClassVar


class FetchError(Exception):
    """A request without a usable answer. `status` is the last HTTP status met, if any."""

    outcome: ClassVar[str] = "failed"
    check: ClassVar[str] = "fetch_failed"
    can_retry: ClassVar[bool] = False

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.attempts = 0
        self.elapsed_ms = 0


class HostNotAllowedError(FetchError):
    """The catalogue does not list the host (of the address, or of a redirect)."""

    outcome = "host_not_allowed"
    check = "host_not_allowed"


class AddressRefusedError(FetchError):
    """The host leads to a loopback, private or link-local address."""

    outcome = "host_not_allowed"
    check = "address_not_public"


class RobotsRefusedError(FetchError):
    """robots.txt forbids the address, or could not be read while the server failed."""

    outcome = "refused_by_robots"
    check = "refused_by_robots"


class ConnectError(FetchError):
    """No connection, or it broke before a whole answer came."""

    check = "connection"
    can_retry = True


class TlsError(FetchError):
    """The server's certificate or handshake is not acceptable."""

    check = "tls"


class TimedOutError(FetchError):
    """The bound on connecting, on reading or on the whole request was reached."""

    check = "time_out"
    can_retry = True


class TooLargeError(FetchError):
    """The body is larger than the source's bound, as sent or after decompression."""

    check = "too_large"


class BadEncodingError(FetchError):
    """The body is not what its Content-Encoding says."""

    check = "bad_content_encoding"


class ContentTypeError(FetchError):
    """The answer is of a type that the source does not read."""

    check = "content_type"


class RedirectError(FetchError):
    """A redirect without a usable target, in a circle, or too many of them."""

    check = "redirect"


class BusyError(FetchError):
    """The server asks to come back later (429, 502, 503, 504)."""

    check = "server_busy"
    can_retry = True

    def __init__(self, reason: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(reason, status)
        self.retry_after = retry_after


class HostGivenUpError(FetchError):
    """The host failed so often in this run that it is left alone until the next."""

    check = "host_given_up"
