"""News of the account are read: restrictions, warnings, changed settings, judged templates (whatsapp-calling 1.11)."""

import pytest

from signaling.conversations.news import (
    AccountNews,
    AccountRestricted,
    AccountWarned,
    Restriction,
    SettingsChanged,
    TemplateChanged,
)
from signaling.whatsapp.webhook import read
from tests.signaling.whatsapp import samples
from tests.signaling.whatsapp.samples import Json, change, entry, envelope


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "account_update",
            samples.ACCOUNT_RESTRICTION,
            AccountRestricted(
                business_number="442079460018",
                restrictions=(
                    Restriction(
                        type="RESTRICTED_BUSINESS_INITIATED_CALLING",
                        until=1795939200.0,
                        remedy="Raise pick-up and feedback quality",
                    ),
                ),
            ),
        ),
        (
            "account_update",
            samples.ACCOUNT_VIOLATION,
            AccountWarned(
                business_number="442079460018", violation="LOW_BUSINESS_INITIATED_CALLING_QUALITY", remedy="Call less"
            ),
        ),
        (
            "account_settings_update",
            samples.SETTINGS_UPDATE,
            SettingsChanged(phone_number_id=samples.PHONE_NUMBER_ID, calling=True, at=1795334400.0),
        ),
        (
            "account_settings_update",
            {
                **samples.SETTINGS_UPDATE,
                "type": "PHONE_NUMBER_SETTINGS",
                "timestamp": 1795334400,
                "phone_number_settings": {
                    "phone_number_id": samples.PHONE_NUMBER_ID,
                    "calling": {"status": "Disabled"},
                },
            },
            SettingsChanged(phone_number_id=samples.PHONE_NUMBER_ID, calling=False, at=1795334400.0),
        ),
        (
            "message_template_status_update",
            samples.TEMPLATE_UPDATE,
            TemplateChanged(name="ask_call_v1", language="en_GB", event="REJECTED", reason="ABUSIVE_CONTENT"),
        ),
    ],
    ids=["restriction", "violation", "settings", "settings in capitals", "template"],
)
def test_news_of_the_account(field: str, value: Json, expected: AccountNews) -> None:
    reading = read(envelope(entry(change(value, field=field))))
    assert (reading.events, reading.ignored) == ((expected,), ()), "news of the account are lost or misread"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_update", {"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}),
        ("account_update", None),
        ("account_settings_update", {"type": "phone_number_settings"}),
        ("account_settings_update", {"phone_number_settings": [1]}),
        ("message_template_status_update", {"event": "APPROVED"}),
        ("message_template_status_update", 7),
    ],
)
def test_what_says_nothing_is_ignored(field: str, value: object) -> None:
    reading = read(envelope(entry(change(value, field=field))))
    assert not reading.events, "an event was made of nothing"
    assert len(reading.ignored) == 1, "nobody sees that it was ignored"
