"""The engine as the studio's state sees it: there from the start, although its thread begins after the first paint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

from desktop.client import Client, Stop
from engine.api.events import Body
from engine.api.requests import Request

R = TypeVar("R")


class Link:
    """Passes requests on to the client; what is asked before there is one waits for it."""

    def __init__(self) -> None:
        self._connected = asyncio.Event()
        self._client: Client | None = None

    def connect(self, client: Client) -> None:
        self._client = client
        self._connected.set()

    async def run(self, request: Request[R]) -> R:
        """As `Client.run`."""
        return await (await self._there()).run(request)

    async def stream(self, request: Request[Any], stop: Stop | None = None) -> AsyncGenerator[Body, None]:
        """As `Client.stream`."""
        client = await self._there()
        async with aclosing(client.stream(request, stop)) as bodies:
            async for body in bodies:
                yield body

    async def _there(self) -> Client:
        await self._connected.wait()
        assert self._client is not None
        return self._client
