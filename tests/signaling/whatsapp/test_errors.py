"""Each of Meta's error codes has its remedy."""

import json

import pytest

from signaling.calls.events import MetaError
from signaling.whatsapp.errors import ERRORS, MAX_TEXT, Remedy, read_error, remedy

RETRY = {138004, 138007, 131000}
WAIT = {138002, 138003, 138005, 138009, 138012, 613, 4, 80007}
NONE = {100, 138001, 138006, 138008, 138013, 138017, 190, 10, 200}


@pytest.mark.parametrize(("codes", "expected"), [(RETRY, Remedy.RETRY), (WAIT, Remedy.WAIT), (NONE, Remedy.NONE)])
def test_the_table_follows_the_retry_classes(codes: set[int], expected: Remedy) -> None:
    wrong = {code for code in codes if ERRORS[code].remedy is not expected}
    assert not wrong, "a code is retried, or given up, against whatsapp-calling 4"


def test_nothing_else_is_retried() -> None:
    others = {code for code, known in ERRORS.items() if known.remedy is not Remedy.NONE}
    assert others == RETRY | WAIT, "a refusal would be sent again and again"


@pytest.mark.parametrize(
    ("code", "http_status", "expected"),
    [
        (138006, 500, Remedy.NONE),
        (138004, 400, Remedy.RETRY),
        (999999, 500, Remedy.RETRY),
        (999999, 503, Remedy.RETRY),
        (999999, 429, Remedy.WAIT),
        (999999, 400, Remedy.NONE),
        (0, 404, Remedy.NONE),
        (0, 200, Remedy.RETRY),
    ],
)
def test_the_code_decides_before_the_status(code: int, http_status: int, expected: Remedy) -> None:
    assert remedy(code, http_status) is expected, "the wrong remedy for this code and HTTP status"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"code": 138021, "message": "Media receive timeout", "error_data": {"details": "no media"}},
            MetaError(138021, "Media receive timeout: no media"),
        ),
        ({"code": 138021, "title": "Media timeout"}, MetaError(138021, "Media timeout")),
        ({"code": "138021"}, MetaError(138021, ERRORS[138021].meaning)),
        ({"code": 424242}, MetaError(424242, "")),
        ({"code": 100, "message": 7, "error_data": [1]}, MetaError(100, ERRORS[100].meaning)),
    ],
)
def test_only_the_code_of_an_error_is_needed(item: object, expected: MetaError) -> None:
    """#64: models that demanded a message broke in production."""
    assert read_error(json.dumps(item).encode()) == expected, "Meta's reason would be lost (#107)"


@pytest.mark.parametrize("item", [{}, {"code": None}, {"code": True}, {"code": -1}, {"code": 2**70}, [], 5, "x"])
def test_no_code_no_error(item: object) -> None:
    assert read_error(json.dumps(item).encode()) is None, "an error was made up"


def test_a_long_text_is_cut() -> None:
    error = read_error(json.dumps({"code": 1, "message": "x" * 100_000}).encode())
    assert error is not None
    assert len(error.text) == MAX_TEXT, "a call record could grow without bound"
