"""Owns the table ``[store]``: where records live. No secret may stand in it."""

from typing import Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator, model_validator

from mediaserver.section import Section

SCHEMES = ("redis", "rediss", "unix")


class StoreSection(Section):
    """Where records live: a file, or Redis."""

    path: str = Field(default="ringbridge.sqlite3", description="SQLite file; ':memory:' keeps nothing.")
    url: str | None = Field(
        default=None,
        description="Redis instead of the file, e.g. rediss://user@host:6379/0; RINGBRIDGE_STORE_PASSWORD opens it.",
    )

    keep_days: int = Field(
        default=365,
        ge=1,
        description="How many days call records and requests to be called back are kept; they hold names and numbers.",
    )

    @field_validator("url")
    @classmethod
    def _leads_to_redis(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in SCHEMES or not _names_a_place(parts):
            raise ValueError("write it like redis://host:6379/0, rediss://user@host:6379/0 or unix:///folder/socket")
        if parts.password is not None or "password=" in parts.query:
            raise ValueError("it must hold no password; set RINGBRIDGE_STORE_PASSWORD in the environment instead")
        return value

    @property
    def keep_s(self) -> float:
        """How long records are kept, in seconds."""
        return self.keep_days * 86_400.0

    @model_validator(mode="after")
    def _is_one_store(self) -> Self:
        if self.url is not None and "path" in self.model_fields_set:
            raise ValueError("give path or url, not both")
        return self


def _names_a_place(parts: SplitResult) -> bool:
    try:
        return bool(parts.path if parts.scheme == "unix" else parts.hostname) and parts.port != 0
    except ValueError:
        # What should be a port is none; perhaps it is a password, so nothing more is said about it.
        return False
