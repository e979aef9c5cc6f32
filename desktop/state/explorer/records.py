"""The library of pictures and the document: what one knows of a picture's parents, the other learns."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.client import RequestFailed
from desktop.document.document import Kin
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.session import Session
from desktop.state.tasks import Tasks
from engine.api.family import CheckLibrary, FindFamily, KeepPicture
from engine.api.latent import Latent
from engine.api.place_kinds import Place


class Records:
    """A library that was damaged is told of once in a sitting."""

    def __init__(self, session: Session, link: Link, tasks: Tasks, notices: Notices) -> None:
        self._session = session
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._is_checked = False

    def check(self) -> None:
        """Have the library mended, where it needs it, before it is used for the first time."""
        if not self._is_checked:
            self._is_checked = True
            self._tasks.spawn(self._check(), "check the library")

    def remember(self, latent: Latent, place: Place) -> None:
        """Let the document know what a picture that was laid on it came of."""
        self._session.remember((Kin(latent, place, latent.name),))
        self._tasks.spawn(self._remember(latent), "family of a layer")

    def take_in(self, family: Iterable[Kin]) -> None:
        """Let the library know what came with a document."""
        kept = tuple(family)
        if kept:
            self.check()
            self._tasks.spawn(self._take_in(kept), "family of a document")

    async def _check(self) -> None:
        said = await self._link.run(CheckLibrary())
        if said:
            self._notices.trouble(said)

    async def _remember(self, latent: Latent) -> None:
        try:
            family = await self._link.run(FindFamily(latent.key, near=True))
        except RequestFailed:
            return  # where the library has nothing to tell, the document knows the parents
        self._session.remember(Kin(member.latent, member.place, member.name) for member in family)

    async def _take_in(self, family: tuple[Kin, ...]) -> None:
        for kin in family:
            await self._link.run(KeepPicture(kin.latent, kin.place, kin.name))
