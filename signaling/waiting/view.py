"""Owns what the waiting room tells about one caller, for the announcements he hears. Reads; changes nothing."""

from collections.abc import Callable

from signaling.clock import Clock
from signaling.waiting import pace, places
from signaling.waiting.board import Board


class RoomView:
    """Answers at once, from the board as ``room`` gives it; a caller it does not know has no place and no wait."""

    def __init__(self, room: Callable[[], Board], clock: Clock) -> None:
        self._room = room
        self._clock = clock

    def place(self, call_id: str) -> int | None:
        """1 for who is next; None for a call that does not wait, or for which an agent is being rung."""
        return places.place(self._room(), call_id)

    def estimate(self, call_id: str) -> float | None:
        """Seconds until an agent will answer; None while too little is known."""
        room = self._room()
        place = places.place(room, call_id)
        if place is None:
            return None
        return pace.estimate(room.answered.get(room.calls[call_id].queue, ()), place, self._clock())

    def about_to_connect(self, call_id: str) -> bool:
        """Whether nothing may be announced to the call now (#21); so it is, too, for a call that does not wait."""
        return not places.may_announce(self._room(), call_id)
