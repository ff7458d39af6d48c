"""Calls to addresses that a client chose: only to public hosts, and only to the address that was checked.

A name is resolved once; every address found must be allowed; the connection goes to the checked
address and its peer is verified, so that DNS cannot turn between check and call. TLS and the Host
header keep the name. Redirects are not followed, no proxy of the environment is used.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpcore

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
TOTAL_SECONDS = 10.0
RESOLVE_SECONDS = 5.0
BODY_LIMIT = 64 * 1024
URL_LIMIT = 2048

# Never, whatever is configured: cloud metadata, link-local, multicast, unspecified, reserved.
_NEVER = [
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::/32",
        "fd20:ce::/32",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
    )
]
# Only on one's own network: allowed where private hosts are.
_PRIVATE = [
    ipaddress.ip_network(n)
    for n in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
]
# Neither public nor one's own: documentation, benchmarks, translation and retired ranges.
_SPECIAL = [
    ipaddress.ip_network(n)
    for n in (
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001::/23",
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
]
_LOOPBACK_V6 = ipaddress.IPv6Address("::1")
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_PORTS_REFUSED = frozenset(
    {
        1080,
        1433,
        1521,
        2049,
        2181,
        2375,
        2376,
        2379,
        2380,
        3128,
        3306,
        3389,
        4369,
        5432,
        5672,
        5900,
        5984,
        6000,
        6379,
        6443,
        6666,
        6667,
        7001,
        8086,
        8500,
        9042,
        9092,
        9100,
        9200,
        9300,
        10250,
        10255,
        11211,
        15672,
        26379,
        27017,
        27018,
        50070,
    }
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBERISH = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")


class Refused(ValueError):
    """The address may not be called. `code` is ours, the text a sentence without a full stop."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        super().__init__(why)


class Failed(RuntimeError):
    """The call was made and did not work: `code` is timeout, unreachable, tls or protocol."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose spelling was checked."""

    scheme: str
    host: str
    port: int
    path: str  # with the query, as it goes on the wire


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the body up to the limit, and how long it took in milliseconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    ms: int


def allowed(address: Ip, *, private: bool = False) -> bool:
    """Whether an address may be called; `private` also allows loopback and private networks."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return private and allowed(address.ipv4_mapped, private=True)
        if address == _LOOPBACK_V6:
            return private
        if address.scope_id:
            return False
    if any(address in network for network in _NEVER):
        return False
    if any(address in network for network in _PRIVATE):
        return private
    special = any(address in network for network in _SPECIAL)
    return not special and (address.version == 4 or address in _GLOBAL_V6)


def _literal(host: str) -> Ip | None:
    """The host as an address, None if it is a name. Raises `Refused` for a disguised number."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            raise Refused("url-not-allowed", "the host is not a valid IPv6 address") from None
    if _NUMBERISH.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        try:
            return ipaddress.IPv4Address(host)
        except ValueError:
            raise Refused("url-not-allowed", "the host is a number that is not written as four decimal parts") from None
    return None


def parse(url: str, *, private: bool = False, plain: bool = False) -> Target:
    """Checks how a URL is written, without any packet; `plain` also takes http. Raises `Refused`."""
    _check_spelling(url, plain=plain or private)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        raise Refused("url-not-allowed", "its host or port cannot be read") from None
    if "@" in parts.netloc:
        raise Refused("url-not-allowed", "it holds a user name or password")
    if "[" in parts.netloc and ":" not in host:
        raise Refused("url-not-allowed", "the host is not a valid IPv6 address")
    if port == 0 or parts.netloc.endswith(":"):
        raise Refused("url-not-allowed", "its port cannot be read")
    port = port or {"https": 443, "http": 80}[parts.scheme]
    if port not in {80, 443} and (port < 1024 or port in _PORTS_REFUSED):
        raise Refused("url-not-allowed", f"port {port} belongs to another kind of service")
    _check_host(host, private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _check_spelling(url: str, *, plain: bool) -> None:
    if len(url) > URL_LIMIT:
        raise Refused("url-not-allowed", f"it is longer than {URL_LIMIT} characters")
    if not url.isascii() or any(ord(c) <= 32 or ord(c) == 127 or c in '\\"<>^`{|}' for c in url):
        raise Refused("url-not-allowed", "it holds a space, a control character or one that must be percent-encoded")
    scheme, colon, _ = url.partition("://")
    if not colon or scheme not in {"http", "https"}:
        raise Refused("url-not-allowed", "it does not begin with https://")
    if scheme == "http" and not plain:
        raise Refused("url-not-allowed", "it is not encrypted: use https://")
    if "#" in url:
        raise Refused("url-not-allowed", "it has a fragment")


def _check_host(host: str, *, private: bool) -> None:
    literal = _literal(host) if host else None
    if literal is not None:
        if not allowed(literal, private=private):
            raise Refused("url-not-allowed", "the address is not a public one")
        return
    name = host.removesuffix(".")
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise Refused("url-not-allowed", "the host is not a valid name")
    inward = name == "localhost" or name.endswith(_PRIVATE_SUFFIXES) or "." not in name
    if name in _METADATA_NAMES or (inward and not private):
        raise Refused("url-not-allowed", "the host is not a public one")


async def resolve(target: Target, *, private: bool = False) -> str:
    """The one address to connect to. Raises `Refused` if any address of the name is not allowed."""
    literal = _literal(target.host)
    if literal is not None:
        return str(literal)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except TimeoutError:
        raise Refused("dns-failed", "the host's name could not be looked up in time") from None
    except (OSError, UnicodeError):
        raise Refused("dns-failed", "the host's name is not known") from None
    return choose((str(entry[4][0]) for entry in found), private=private)


def choose(addresses: Iterable[str], *, private: bool) -> str:
    """The first address, IPv4 before IPv6, once all are allowed. Raises `Refused`."""
    found = [ipaddress.ip_address(a) for a in addresses]
    if not found:
        raise Refused("dns-failed", "the host's name has no address")
    if not all(allowed(a, private=private) for a in found):
        raise Refused("url-not-allowed", "the host's name leads to an address that is not a public one")
    return str(min(found, key=lambda a: a.version))


async def check(url: str, *, private: bool = False) -> Target:
    """Spelling and present addresses of a URL. Raises `Refused`; an unknown name is refused too."""
    target = parse(url, private=private)
    await resolve(target, private=private)
    return target


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The machine's trust store: an operator's own authorities work."""
    return ssl.create_default_context()


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool = False,
    seconds: float = TOTAL_SECONDS,
    tls: ssl.SSLContext | None = None,
    limit: int = BODY_LIMIT,
) -> Reply:
    """One POST within `seconds` in all, with at most `limit` bytes of the answer's body read.

    A 3xx is an answer like any other. Raises `Refused` before any packet, `Failed` after.
    """
    target = parse(url, private=private)
    return await _call("POST", target, body, headers, private=private, seconds=seconds, tls=tls, limit=limit)


async def get(url: str, *, limit: int, private: bool = False, seconds: float = TOTAL_SECONDS) -> Reply:
    """One GET of at most `limit` bytes, also over http. Raises `Refused`, `Failed` (`too-large` among others)."""
    target = parse(url, private=private, plain=True)
    reply = await _call("GET", target, b"", {}, private=private, seconds=seconds, tls=None, limit=limit + 1)
    if len(reply.body) > limit:
        raise Failed("too-large")
    return reply


async def _call(
    method: str,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool,
    seconds: float,
    tls: ssl.SSLContext | None,
    limit: int,
) -> Reply:
    import httpcore  # noqa: PLC0415 - an idle worker does not hold it

    from neraca.kit.pinned import Pinned  # noqa: PLC0415

    begun = time.monotonic()
    default = {"https": 443, "http": 80}[target.scheme]
    bare = f"[{target.host}]" if ":" in target.host else target.host
    host = bare if target.port == default else f"{bare}:{target.port}"
    request = httpcore.Request(
        method,
        httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=[
            ("Host", host),
            *([("Content-Length", str(len(body)))] if method == "POST" else []),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *headers.items(),
        ],
        content=body,
    )
    try:
        async with asyncio.timeout(seconds):
            address = await resolve(target, private=private)
            async with httpcore.AsyncConnectionPool(
                ssl_context=tls or _tls(), network_backend=Pinned(address), retries=0, http2=False
            ) as pool:
                return await _answer(pool, request, begun, limit)
    except TimeoutError:
        raise Failed("timeout") from None
    except ssl.SSLError:
        raise Failed("tls") from None
    except httpcore.ConnectError as wrong:
        raise Failed(
            "tls" if isinstance(wrong.__cause__, ssl.SSLError) or "SSL" in str(wrong) else "unreachable"
        ) from None
    except (httpcore.NetworkError, OSError):
        raise Failed("unreachable") from None
    except httpcore.ProtocolError:
        raise Failed("protocol") from None


async def _answer(pool: "httpcore.AsyncConnectionPool", request: "httpcore.Request", begun: float, limit: int) -> Reply:
    response = await pool.handle_async_request(request)
    try:
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) >= limit:
                break
    finally:
        # The status has come: how the connection ends no longer matters.
        await response.aclose()
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
    return Reply(response.status, headers, bytes(body[:limit]), round((time.monotonic() - begun) * 1000))
