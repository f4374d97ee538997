"""The figures are the ones that were published, and each says where it comes from."""

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from policy.limits import DEFAULT, LARGEST, META_PRESENT, PROFILES, SANDBOX, Limit, Limits
from tests.policy.builders import DAY, WEEK


@pytest.mark.parametrize(
    ("profile", "figures"),
    [(DEFAULT, (1, 2, 5, 2, 4)), (META_PRESENT, (1, 2, 100, 2, 4)), (SANDBOX, (25, 100, 100, 5, 10))],
    ids=lambda value: value.name if isinstance(value, Limits) else "",
)
def test_the_figures(profile: Limits, figures: tuple[int, ...]) -> None:
    assert figures == (
        profile.requests_per_day.value,
        profile.requests_per_week.value,
        profile.connected_calls.value,
        profile.run_warns.value,
        profile.run_revokes.value,
    )
    assert (profile.requests_per_day.window_s, profile.requests_per_week.window_s) == (DAY, WEEK)
    assert (profile.connected_calls.window_s, profile.permission.value) == (DAY, WEEK)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_every_figure_says_what_it_counts_and_where_it_comes_from(profile: Limits) -> None:
    limits = [value for value in msgspec.structs.asdict(profile).values() if isinstance(value, Limit)]
    assert len(limits) == 8, "a figure is not among those that are checked here"
    sources = [(limit.source, limit.dated) for limit in limits] + [(profile.excluded.source, profile.excluded.dated)]
    for source, dated in sources:
        assert "Meta" in source, "a figure without a source"
        assert date.fromisoformat(dated) <= date(2026, 11, 23), "a source from the future"
    assert all(limit.unit for limit in limits), "a figure without a unit"


@pytest.mark.parametrize("value", [0, LARGEST + 1])
def test_a_limit_that_a_ledger_cannot_count_is_refused(value: int) -> None:
    with pytest.raises(AssertionError, match="count"):
        replace(DEFAULT, connected_calls=replace(DEFAULT.connected_calls, value=value))
