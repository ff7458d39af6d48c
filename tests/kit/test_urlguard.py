"""IN-U01 to U06 and the behaviour of a call to a bad receiver."""

import asyncio
import ipaddress
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from neraca.kit import urlguard

REFUSED = [
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00:ec2::254]/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://metadata.google.internal/",
    "https://metadata/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://①②⑦.⓪.⓪.①/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://localhost./",
    "https://localhost/",
    "https://a.localhost/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://0.0.0.0/",
    "https://255.255.255.255/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://224.0.0.1/",
    "https://[ff02::1]/",
    "https://100.64.0.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[2001:db8::1]/",
    "https://[2001:0:53aa:64c::1]/",
    "https://198.18.0.1/",
    "https://203.0.113.5/",
    "https://240.0.0.1/",
    "https://printer.local/",
    "https://db.internal/",
    "https://intranet/",
    "file:///etc/passwd",
    "ftp://example.com/",
    "data:text/plain,x",
    "gopher://example.com/",
    "dict://example.com/",
    "jar:https://example.com!/",
    "\\\\host\\share",
    "//example.com/",
    "example.com",
    "",
    "https:///path",
    "https://",
    "HTTPS:/example.com",
    "http://example.com/",
    "https://user:pw@example.com/",
    "https://user@example.com/",
    "https://@example.com/",
    "https://example.com/#part",
    "https://example.com/a b",
    "https://example.com/\r\nX: y",
    "https://example.com/\t",
    " https://example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:6379/",
    "https://example.com:5432/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:/",
    "https://example.com:-1/",
    "https://exa mple.com/",
    "https://-bad.com/",
    "https://a..b/",
    "https://[::1/",
    "https://[v1.x]/",
    "https://" + "a" * 250 + ".com/",
    "https://example.com/" + "a" * 2100,
]
ALLOWED = [
    "https://example.com/hook?x=1",
    "https://example.com:8443/",
    "https://93.184.216.34/",
    "https://example.com./",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    "https://xn--bcher-kva.example/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_refuses(url: str) -> None:
    with pytest.raises(urlguard.Refused):
        urlguard.parse(url)


@pytest.mark.parametrize("url", ALLOWED)
def test_allows(url: str) -> None:
    urlguard.parse(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081/", "http://localhost:8081/", "http://[::1]:8081/", "http://10.1.2.3/", "http://db/"]
)
def test_private_hosts_when_allowed(url: str) -> None:
    urlguard.parse(url, private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://metadata.google.internal/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:169.254.169.254]/",
        "http://224.0.0.1/",
        "http://100.100.100.200/",
        "http://127.1/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:6379/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
def test_never_even_when_private_is_allowed(url: str) -> None:
    with pytest.raises(urlguard.Refused):
        urlguard.parse(url, private=True)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["93.184.216.34", "::1"], ["::ffff:10.0.0.1"], []]
)
def test_one_bad_address_refuses_the_name(addresses: list[str]) -> None:
    with pytest.raises(urlguard.Refused):
        urlguard.choose(addresses, private=False)


def test_chooses_ipv4_first() -> None:
    assert urlguard.choose(["2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34"], private=False) == "93.184.216.34"


def test_every_public_v6_is_inside_the_global_block() -> None:
    assert not urlguard.allowed(ipaddress.ip_address("5f00::1"))
    assert not urlguard.allowed(ipaddress.ip_address("::7f00:1"), private=True)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_resolved_names_are_checked(name: str) -> None:
    with pytest.raises(urlguard.Refused):
        urlguard.choose([await urlguard.resolve(urlguard.Target("https", name, 443, "/"), private=True)], private=False)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handled, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        server.close()


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
    return head, await reader.readexactly(length)


async def test_posts_with_the_name_in_the_host_header() -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async with serving(handler) as url:
        named = url.replace("127.0.0.1", "localhost")
        reply = await urlguard.post(named, b"body", {"X-A": "b"}, private=True)
    assert (reply.status, reply.body) == (200, b"ok")
    assert b"host: localhost:" in seen[0][0].lower()
    assert seen[0][1] == b"body"


async def test_a_redirect_is_only_an_answer() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(handler) as url:
        assert (await urlguard.post(url, b"", {}, private=True)).status == 302


async def test_an_endless_body_is_cut() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with serving(handler) as url:
        assert len((await urlguard.post(url, b"", {}, private=True)).body) == urlguard.BODY_LIMIT


@pytest.mark.parametrize("begin", [b"", b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nx"])
@pytest.mark.parametrize("drip", [b"", b"a"])
async def test_slow_answers_end_in_time(begin: bytes, drip: bytes) -> None:
    """Answers that never end, in silence or byte after byte: only the time for the whole ends them."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while not writer.is_closing():
            writer.write(drip)
            await asyncio.sleep(0.05)

    async with serving(handler) as url, asyncio.timeout(60):
        with pytest.raises(urlguard.Failed) as failed:
            await urlguard.post(url, b"", {}, private=True, seconds=0.4)
        assert failed.value.code == "timeout"


async def test_closing_in_the_middle_is_a_failure() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()

    async with serving(handler) as url:
        with pytest.raises(urlguard.Failed) as failed:
            await urlguard.post(url, b"", {}, private=True)
        assert failed.value.code == "protocol"


async def test_a_plain_server_is_no_tls_peer() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(handler) as url:
        with pytest.raises(urlguard.Failed) as failed:
            await urlguard.post(url.replace("http:", "https:"), b"", {}, private=True)
        assert failed.value.code == "tls"


async def test_nobody_there() -> None:
    with pytest.raises(urlguard.Failed) as failed:
        await urlguard.post("http://127.0.0.1:1029/", b"", {}, private=True)
    assert failed.value.code == "unreachable"


async def test_the_checked_address_is_called_whatever_the_name_says_later(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await read_request(reader))[0])
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async def resolved(_target: urlguard.Target, *, private: bool = False) -> str:
        return "127.0.0.1" if private else ""

    monkeypatch.setattr(urlguard, "resolve", resolved)
    async with serving(handler) as url:
        port = url.rsplit(":", 1)[1].split("/")[0]
        reply = await urlguard.post(f"http://no-such-host.example.com:{port}/x", b"", {}, private=True)
    assert reply.status == 204
    assert f"host: no-such-host.example.com:{port}".encode() in seen[0].lower()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for hook.example.com that nobody trusts, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=hook.example.com", "-addext", "subjectAltName=DNS:hook.example.com"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return str(folder / "cert.pem"), str(folder / "key.pem")


@pytest.mark.parametrize(
    ("host", "trusted", "works"),
    [("hook.example.com", True, True), ("hook.example.com", False, False), ("other.example.com", True, False)],
)
async def test_tls_is_verified_against_the_name(
    monkeypatch: pytest.MonkeyPatch, certificate: tuple[str, str], host: str, trusted: bool, works: bool
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def resolved(_target: urlguard.Target, *, private: bool = False) -> str:
        return "127.0.0.1" if private else ""

    monkeypatch.setattr(urlguard, "resolve", resolved)
    names: list[str | None] = []
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(*certificate)
    ours.sni_callback = lambda _socket, name, _context: names.append(name)
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=ours)
    url = f"https://{host}:{server.sockets[0].getsockname()[1]}/"
    theirs = ssl.create_default_context(cafile=certificate[0] if trusted else None)
    try:
        if works:
            assert (await urlguard.post(url, b"", {}, private=True, tls=theirs)).status == 204
        else:
            with pytest.raises(urlguard.Failed) as failed:
                await urlguard.post(url, b"", {}, private=True, tls=theirs)
            assert failed.value.code == "tls"
    finally:
        server.close()
    assert names == [host]
