"""Owns the configuration of our own numbers: which there are, and what each may be used for."""

from pydantic import Field

from mediaserver.section import Section


class NumberSection(Section):
    """One business number. Without any, ``whatsapp.phone_number_id`` is the only one."""

    phone_number_id: str = Field(min_length=1, description="Meta's id of the number (PNID).")
    number: str | None = Field(
        default=None, pattern=r"^\d{5,15}$", description="The number itself: digits with the country code, without +."
    )
    name: str = Field(default="", description="Name of the number, shown to agents.")
    chats: bool = Field(default=True, description="Whether agents may write messages from this number.")
    calls: bool = Field(default=True, description="Whether this number takes part in calls.")
