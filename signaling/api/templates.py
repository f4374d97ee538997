"""Owns the operations about message templates: the list, our tags, and how one reads when it is filled."""

from typing import Annotated

import msgspec

from signaling.api.operation import STAFF, AnyOperation, Asked, Nothing, operation
from signaling.api.refused import unless_refused
from signaling.conversations.requests import Filled, Requests
from signaling.conversations.shelf import Shelf
from signaling.conversations.template import Preview, Template, matching


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which templates."""

    query: Annotated[str, msgspec.Meta(max_length=100, description="Words of the name, the text or the tags.")] = ""
    tag: Annotated[str, msgspec.Meta(max_length=100, description="One of our tags.")] | None = None
    asks_permission: Annotated[
        bool | None, msgspec.Meta(description="Only those that ask for permission to call, or only the others.")
    ] = None
    call_button: Annotated[bool | None, msgspec.Meta(description="Only those with a call button, or only others.")] = (
        None
    )


class Templates(msgspec.Struct, frozen=True):
    """Templates, those that can be sent first."""

    templates: list[Template]


class Tags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tags of ours."""

    tags: tuple[str, ...]


def operations(shelf: Shelf, requests: Requests) -> tuple[AnyOperation, ...]:
    """The operations, on this shelf."""

    async def find(asked: Asked[Wanted, Nothing]) -> Templates:
        wanted = asked.query
        found = matching(unless_refused(await shelf.all()), wanted.query, tag=wanted.tag)
        return Templates(
            [
                template
                for template in found
                if wanted.asks_permission in (None, template.asks_permission)
                and wanted.call_button in (None, template.call_button is not None)
            ]
        )

    async def tag(asked: Asked[Nothing, Tags]) -> Tags:
        unless_refused(await shelf.tag(asked.path["name"], asked.body.tags))
        return asked.body

    async def preview(asked: Asked[Nothing, Filled]) -> Preview:
        return unless_refused(await requests.preview(asked.body))

    return (
        operation("GET", "/templates", "Find message templates by name, text or tag", find, tag="templates"),
        operation("PUT", "/templates/{name}/tags", "Give a template other tags", tag, tag="templates", roles=STAFF),
        operation(
            "POST",
            "/templates/preview",
            "How a template reads with these values; nothing is sent",
            preview,
            tag="templates",
        ),
    )
