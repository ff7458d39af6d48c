"""A network backend for httpcore that connects to one checked address and to no other."""

from collections.abc import Iterable

import httpcore
from httpcore import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream


class Pinned(AsyncNetworkBackend):
    """Whatever name is asked for, the connection goes to `address`, and the peer is verified."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - httpcore's signature
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        stream = await self._backend.connect_tcp(
            self._address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )
        peer = stream.get_extra_info("server_addr")
        if not peer or str(peer[0]).split("%")[0] != self._address:
            await stream.aclose()
            raise httpcore.ConnectError("the peer is not the address that was checked")
        return stream

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - httpcore's signature
        timeout: float | None = None,  # noqa: ASYNC109, ARG002
        socket_options: Iterable[SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> AsyncNetworkStream:
        raise httpcore.ConnectError("only TCP")
