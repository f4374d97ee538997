"""Owns what all tables of the configuration have in common, and the kinds of value that need more than a type."""

import ipaddress
from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the configuration: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _address(value: str) -> str:
    """Refuse names: a media address that needs looking up would be looked up once and then be wrong."""
    return str(ipaddress.ip_address(value))


def _country(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("is no country; write two capital letters (ISO 3166), e.g. GB")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is no IANA time zone; write it like Europe/London")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""An IPv4 or IPv6 address as text."""

Country = Annotated[str, AfterValidator(_country)]
"""A country with phone numbers, as ISO 3166 writes it."""

Zone = Annotated[str, AfterValidator(_zone)]
"""A time zone, as the IANA database names it."""
