"""Meta's answer about permissions is read whatever it lacks (whatsapp-calling 2.2)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.records import Can, Snapshot, Status, Usage
from signaling.whatsapp.permission_answer import period, read_permissions

AT = 1_795_334_400.0


def answer(permission: object, *actions: object) -> bytes:
    return json.dumps({"messaging_product": "whatsapp", "permission": permission, "actions": list(actions)}).encode()


def test_the_sample() -> None:
    raw = answer(
        {"status": "temporary", "expiration_time": 1795934800},
        {
            "action_name": "send_call_permission_request",
            "can_perform_action": True,
            "limits": [
                {"time_period": "PT24H", "max_allowed": 1, "current_usage": 0},
                {"time_period": "P7D", "max_allowed": 2, "current_usage": 1},
            ],
        },
        {
            "action_name": "start_call",
            "can_perform_action": False,
            "limits": [
                {
                    "time_period": "PT24H",
                    "max_allowed": 100,
                    "current_usage": 100,
                    "limit_expiration_time": 1795400000,
                }
            ],
        },
    )
    assert read_permissions(raw, AT) == Snapshot(
        at=AT,
        status=Status.TEMPORARY,
        expires_at=1795934800.0,
        call=Can(now=False, usage=(Usage(window_s=86400, allowed=100, used=100, free_at=1795400000.0),)),
        request=Can(
            now=True, usage=(Usage(window_s=86400, allowed=1, used=0), Usage(window_s=604800, allowed=2, used=1))
        ),
    )


@pytest.mark.parametrize("name", ["expiration_time", "expiration"])
@pytest.mark.parametrize("value", [1795934800, "1795934800"])
def test_the_end_has_two_names_and_two_types(name: str, value: object) -> None:
    """Register row 7: Meta's samples and its table differ."""
    read = read_permissions(answer({"status": "temporary", name: value}), AT)
    assert read is not None
    assert read.expires_at == 1795934800.0, "a permission without an end"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (answer({"status": "permanent"}), Snapshot(at=AT, status=Status.PERMANENT)),
        (
            answer({"status": "no_permission"}, 7, {"action_name": "start_call"}),
            Snapshot(at=AT, status=Status.NO_PERMISSION),
        ),
        (
            answer({"status": "permanent"}, {"action_name": "start_call", "can_perform_action": True, "limits": 5}),
            Snapshot(at=AT, status=Status.PERMANENT, call=Can(now=True)),
        ),
        (
            answer(
                {"status": "permanent"},
                {"action_name": "start_call", "can_perform_action": True, "limits": [{"time_period": "soon"}, None]},
            ),
            Snapshot(at=AT, status=Status.PERMANENT, call=Can(now=True)),
        ),
        (answer({"status": "unheard_of"}), None),
        (answer({}), None),
        (b'{"error":{"code":613}}', None),
        (b"[]", None),
        (b"\xff", None),
    ],
)
def test_what_cannot_be_read_is_left_out(raw: bytes, expected: Snapshot | None) -> None:
    assert read_permissions(raw, AT) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["permission", "status", "actions", "limits", "action_name"]), inner)
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reading(value: Any) -> None:
    read = read_permissions(json.dumps(value).encode(), AT)
    assert read is None or read.at == AT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT24H", 86_400.0),
        ("P7D", 604_800.0),
        ("P1D", 86_400.0),
        ("P1W", 604_800.0),
        ("P1DT12H", 129_600.0),
        ("PT90M", 5_400.0),
        ("PT86400S", 86_400.0),
        ("P", None),
        ("PT", None),
        ("P1M", None),
        ("24H", None),
        (24, None),
        (None, None),
    ],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert period(text) == seconds
