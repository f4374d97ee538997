"""Owns the shape that all messages of the agent protocol have."""

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", rename="camel"):
    """Common shape: JSON objects whose ``type`` names the message, fields in camelCase."""
