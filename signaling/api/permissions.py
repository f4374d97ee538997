"""Owns the operation that tells whether a customer may be called or asked, and the whole picture behind it."""

from typing import Protocol

from policy.verdict import Explanation
from signaling.api.conversations import Between, customer
from signaling.api.operation import AnyOperation, Asked, Nothing, operation
from signaling.api.problem import invalid
from signaling.permissions.pair import Pair


class Explains(Protocol):
    """Where verdicts come from. Implemented by ``signaling.permissions.permissions.Permissions``."""

    async def explain(self, pair: Pair) -> Explanation:
        """The whole picture of the pair. Raises StoreUnavailable."""


def operations(permissions: Explains) -> tuple[AnyOperation, ...]:
    """The operation, on these permissions."""

    async def explain(asked: Asked[Between, Nothing]) -> Explanation:
        user = customer(asked.query)
        if user.number is None and user.user_id is None:
            raise invalid("Name the customer by number or user_id.")
        return await permissions.explain(Pair(phone_number_id=asked.query.phone_number_id, user=user))

    return (
        operation(
            "GET",
            "/permissions",
            "May this customer be called or asked, why, and when it changes",
            explain,
            tag="permissions",
        ),
    )
