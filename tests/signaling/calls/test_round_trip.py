"""Events, effects and calls survive JSON: the trace replays the first two, recovery after a crash reads the third."""

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.calls.call import Call
from signaling.calls.effects import Effect
from signaling.calls.events import Event

UNHURRIED = settings(deadline=None)
"""A busy machine must not fail a test of content."""
NUMBERS: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
}
"""Codes and seconds as a clock or Meta may give them: JSON knows no NaN."""


@cache
def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Every value a field of this type may hold, every optional field included."""
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(anything(inner) for inner in get_args(kind)))
    if get_origin(kind) is tuple:
        inner, dots = get_args(kind)
        assert dots is Ellipsis, "records hold tuples of one type and any length"
        return st.lists(anything(inner), max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(*map(anything, get_args(kind)), max_size=3)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return st.builds(kind, **{field.name: anything(field.type) for field in fields})
    return NUMBERS[kind] if kind in NUMBERS else st.from_type(kind)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: str(kind.__name__))
@UNHURRIED
@given(data=st.data())
def test_every_event_survives_json(kind: type, data: st.DataObject) -> None:
    event = data.draw(anything(kind))
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event, "a trace would not replay"


@pytest.mark.parametrize("kind", get_args(Effect), ids=lambda kind: str(kind.__name__))
@UNHURRIED
@given(data=st.data())
def test_every_effect_survives_json(kind: type, data: st.DataObject) -> None:
    effect = data.draw(anything(kind))
    assert msgspec.json.decode(msgspec.json.encode(effect), type=Effect) == effect, "a trace could not be compared"


@UNHURRIED
@given(call=anything(Call))
def test_every_call_survives_json(call: Call) -> None:
    assert msgspec.json.decode(msgspec.json.encode(call), type=Call) == call, "a crash could not be cleaned up after"
