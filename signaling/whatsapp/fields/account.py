"""Owns the reading of the account's fields: restrictions, changed call settings, judged templates. Pure.

Meta: webhooks reference, *account_update*, *account_settings_update*, *message_template_status_update*.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from signaling.conversations.news import (
    AccountNews,
    AccountRestricted,
    AccountWarned,
    Restriction,
    SettingsChanged,
    TemplateChanged,
)
from signaling.whatsapp.fields.findings import Ignored
from signaling.whatsapp.fields.shapes import (
    AccountSettingsValue,
    AccountValue,
    CallingItem,
    PhoneNumberSettings,
    RestrictionItem,
    TemplateValue,
    ViolationItem,
)
from signaling.whatsapp.payload import digits, epoch, part, parts, text

_Read: TypeAlias = Callable[[msgspec.Raw, str], AccountNews | Ignored]
MAX_REMEDY = 500
"""Longest advice of Meta's that is kept, in characters."""


def read(field: str, raw: msgspec.Raw, where: str) -> Iterator[AccountNews | Ignored]:
    """What the value of a change of one of ``FIELDS`` says."""
    yield FIELDS[field](raw, where)


def _account(raw: msgspec.Raw, where: str) -> AccountNews | Ignored:
    value = part(raw, AccountValue) or AccountValue()
    event = (text(value.event) or "").upper()
    number = digits(value.phone_number)
    if event == "ACCOUNT_RESTRICTION":
        items = [part(item, RestrictionItem) for item in parts(value.restriction_info) or ()]
        restrictions = tuple(
            Restriction(type=kind, until=epoch(item.expiration), remedy=_remedy(item.remediation))
            for item in items
            if item is not None and (kind := text(item.restriction_type)) is not None
        )
        return AccountRestricted(business_number=number, restrictions=restrictions)
    if event == "ACCOUNT_VIOLATION":
        item = part(value.violation_info, ViolationItem) or ViolationItem()
        return AccountWarned(
            business_number=number, violation=text(item.violation_type) or "unknown", remedy=_remedy(item.remediation)
        )
    return Ignored("an account_update that changes nothing about calls", where)


def _settings(raw: msgspec.Raw, where: str) -> AccountNews | Ignored:
    value = part(raw, AccountSettingsValue) or AccountSettingsValue()
    settings = part(value.phone_number_settings, PhoneNumberSettings) or PhoneNumberSettings()
    phone_number_id, at = text(settings.phone_number_id), epoch(value.timestamp)
    if phone_number_id is None:
        return Ignored("no phone_number_id", where)
    status = (text((part(settings.calling, CallingItem) or CallingItem()).status) or "").upper()
    calling = {"ENABLED": True, "DISABLED": False}.get(status)
    return SettingsChanged(phone_number_id=phone_number_id, calling=calling, at=at or 0.0)


def _template(raw: msgspec.Raw, where: str) -> AccountNews | Ignored:
    value = part(raw, TemplateValue) or TemplateValue()
    name, event = text(value.message_template_name), text(value.event)
    if name is None or event is None:
        return Ignored("a template status without a name or an event", where)
    return TemplateChanged(
        name=name, language=text(value.message_template_language), event=event.upper(), reason=text(value.reason)
    )


def _remedy(value: object) -> str | None:
    words = text(value)
    return words[:MAX_REMEDY] if words else None


FIELDS: Mapping[str, _Read] = {
    "account_update": _account,
    "account_settings_update": _settings,
    "message_template_status_update": _template,
}
