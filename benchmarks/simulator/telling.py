"""Owns the order in which Meta tells of a business-initiated call, which need not be the order it happened in. Pure."""

import enum
from collections.abc import Callable, Mapping

from benchmarks.simulator.payloads import Json


class Told(enum.Enum):
    """The webhooks of a business-initiated call; each is told at most once, apart from repetitions."""

    CONNECT = "connect"
    """Carries Meta's SDP answer."""
    RINGING = "RINGING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    TERMINATE = "terminate"


class Telling:
    """Holds an event back until another one was told, as ``late`` says; after the terminate nothing waits."""

    def __init__(self, late: Mapping[Told, Told], send: Callable[[Told, Json], None]) -> None:
        self._late = late
        self._send = send
        self._told: set[Told] = set()
        self._held: dict[Told, Json] = {}

    def tell(self, event: Told, value: Json) -> None:
        """It happened; send it now or in its turn."""
        self._held[event] = value
        while (due := next(filter(self._is_due, self._held), None)) is not None:
            self._told.add(due)
            self._send(due, self._held.pop(due))

    def _is_due(self, event: Told) -> bool:
        awaited = self._late.get(event)
        return awaited is None or event is Told.TERMINATE or bool(self._told & {awaited, Told.TERMINATE})
