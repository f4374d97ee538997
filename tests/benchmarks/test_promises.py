"""A report breaks a promise exactly when a figure is over its limit, was never measured, or nobody heard anybody."""

from typing import Any

import pytest

from benchmarks.promises import HEARD, PROMISES, broken

KEPT: dict[str, Any] = {promise.key: promise.at_most for promise in PROMISES} | {
    "caller_hears_agent": True,
    "agent_hears_caller": True,
    "violations": [],
}


def test_figures_at_their_limits_are_kept() -> None:
    assert broken(KEPT) == []


@pytest.mark.parametrize("key", [promise.key for promise in PROMISES])
@pytest.mark.parametrize("worse", [lambda limit: limit + 0.5, lambda _: None], ids=["over", "unmeasured"])
def test_one_figure_over_its_limit_or_missing_breaks_one_promise(key: str, worse: Any) -> None:
    assert len(broken(KEPT | {key: worse(KEPT[key])})) == 1


@pytest.mark.parametrize("key", [key for key, _ in HEARD])
def test_not_being_heard_breaks_a_promise(key: str) -> None:
    assert len(broken(KEPT | {key: False})) == 1


def test_a_broken_rule_of_meta_breaks_a_promise() -> None:
    assert broken(KEPT | {"violations": ["answered too early"]}) == ["answered too early"]
