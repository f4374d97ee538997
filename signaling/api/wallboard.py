"""Owns the operation that shows the site as it is now, for those who do not watch it through a socket."""

from collections.abc import Callable

from signaling.api.operation import STAFF, AnyOperation, Asked, Nothing, operation
from signaling.wallboard.view import WallboardNow


def operations(look: Callable[[], WallboardNow]) -> tuple[AnyOperation, ...]:
    """The operation, on the site as ``look`` gives it."""

    async def now(_: Asked[Nothing, Nothing]) -> WallboardNow:
        return look()

    return (
        operation(
            "GET",
            "/wallboard",
            "Queues, agents and calls as they are now, and how the day has gone",
            now,
            tag="wallboard",
            roles=STAFF,
        ),
    )
