"""Owns which operations the REST interface of a server has, and on which services."""

from collections.abc import Callable, Mapping

from mediaserver.correspondence import Correspondence
from signaling.agents.desk import Desk
from signaling.api import calls, conversations, customers, dialling, messages, permissions, templates, wallboard
from signaling.api.operation import AnyOperation
from signaling.erasure import Erasure
from signaling.store.records import Records
from signaling.wallboard.view import WallboardNow


def operations(
    records: Records,
    desk: Desk,
    look: Callable[[], WallboardNow],
    correspondence: Correspondence,
    numbers: Mapping[str, str | None],
) -> tuple[AnyOperation, ...]:
    """All of them, in the order in which the page shows their groups."""
    return (
        *calls.operations(records),
        *dialling.operations(desk, correspondence.permissions, records, numbers),
        *permissions.operations(correspondence.permissions),
        *conversations.operations(correspondence.conversations),
        *messages.operations(correspondence.requests, correspondence.conversations),
        *templates.operations(correspondence.shelf, correspondence.requests),
        *customers.operations(
            correspondence.contacts,
            correspondence.senders,
            Erasure(correspondence.contacts, correspondence.threads, records).forget,
        ),
        *wallboard.operations(look),
    )
