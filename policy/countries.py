"""Owns the country of a business number. Which countries are excluded is a figure (``limits``)."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=256)
def country_of(digits: str) -> str | None:
    """The country (ISO 3166) of a number in international digits, ``+`` or not; None if it cannot be told."""
    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('+')}")
    except phonenumbers.NumberParseException:
        return None
    # Numbers too new for the tables still tell by their calling code where they belong.
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return country if country in phonenumbers.SUPPORTED_REGIONS else None
