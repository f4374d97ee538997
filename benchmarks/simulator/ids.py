"""Owns ids like Meta's: opaque, unique, with characters that must be escaped in JSON and in addresses."""

import base64
import secrets


def new_call_id() -> str:
    """A WACID."""
    return f"wacid.{_opaque()}"


def new_message_id() -> str:
    """A WAMID."""
    return f"wamid.{_opaque()}"


def _opaque() -> str:
    return base64.b64encode(secrets.token_bytes(24)).decode()
