"""Where a request may connect to: allowed hosts, public addresses, and the machine's own sample site.

Belongs here: name resolution and the decision on each address. The decision is made on the very address
that is then connected to, so that a name that changes its answer cannot slip through.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingest.fetch.errors import AddressRefusedError, ConnectError

Resolver = Callable[[str, int], list[str]]
LOCAL_SUFFIX = ".localhost"


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, by the system's resolver. Raises OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet (also looks inside IPv4 carried by IPv6)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if carried is not None:
            return is_public(str(carried))
    return ip.is_global and not ip.is_multicast


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    inside = ip in ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if inside else None


@dataclass(frozen=True)
class Guard:
    """Turns a host and port into the addresses to connect to, or refuses.

    `local_address` is the host:port at which hosts ending in `.localhost` of local sources answer (the
    sample site), so that their addresses never carry a port; `connect_to` does the same for single
    hosts. `resolver` is replaceable for tests.
    """

    local_address: str | None = None
    connect_to: Mapping[str, str] = field(default_factory=dict)
    resolver: Resolver = resolve

    def addresses(self, host: str, port: int, *, is_local: bool) -> list[tuple[str, int]]:
        """The addresses to try, in order. Raises AddressRefusedError or ConnectError."""
        if is_local and (mapped := self._mapped(host)):
            return [mapped]
        try:
            found = self.resolver(host.strip("[]"), port)
        except OSError as error:
            raise ConnectError(f"the host {host} has no address ({error.strerror or error})") from error
        if not is_local:
            self._refuse_private(host, found)
        return [(address, port) for address in found]

    def check_named(self, host: str, *, is_local: bool) -> None:
        """Refuse what is visibly not public without resolving: for requests that a proxy resolves."""
        if is_local:
            return
        bare = host.strip("[]").lower()
        if bare == "localhost" or bare.endswith((LOCAL_SUFFIX, ".local", ".internal")):
            raise AddressRefusedError(f"the host {host} is a local name, and the source is not local")
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            return
        self._refuse_private(host, [bare])

    def _mapped(self, host: str) -> tuple[str, int] | None:
        target = self.connect_to.get(host)
        if target is None and host.endswith(LOCAL_SUFFIX):
            target = self.local_address
        if target is None:
            return None
        name, _, port = target.rpartition(":")
        return name.strip("[]"), int(port)

    @staticmethod
    def _refuse_private(host: str, addresses: list[str]) -> None:
        private = [address for address in addresses if not is_public(address)]
        if private:
            raise AddressRefusedError(f"the host {host} leads to {private[0]}, which is not a public address")
