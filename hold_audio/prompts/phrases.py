"""Owns which recordings, in which order, say a place, a wait or an offer. Pure; plays nothing.

Both languages say them in one pattern: words before, the number, words after. A recording's clip is named
``locale/recording``, which no clip of an installation can be.
"""

from hold_audio.prompts.texts import MINUTES, SINGLE_NUMBERS

LAST_PLACE = 99
"""Nobody is cheered up by hearing a higher one."""
KEYS = {**{str(digit): str(digit) for digit in range(1, 10)}, "0": "zero", "*": "star", "#": "hash"}
"""Every key of a telephone, and the recording that names it."""


def place_in_queue(locale: str, place: int | None) -> tuple[str, ...]:
    """The clips that say the place; none if there is nothing to say."""
    if place is None or not 1 <= place <= LAST_PLACE:
        return ()
    if place == 1:
        return _clips(locale, "next")
    return _clips(locale, "place-before", *_number(place), "place-after")


def time_to_wait(locale: str, seconds: float | None) -> tuple[str, ...]:
    """The clips that say the wait, rounded up, for who waits shorter than told is glad; none if it is not known."""
    if seconds is None or not seconds >= 0:
        return ()
    told = next((minutes for minutes in MINUTES if seconds <= minutes * 60), None)
    if told is None:
        return _clips(locale, "wait-long")
    return _clips(locale, "wait-before", f"minutes-{told}", "wait-after")


def offer_of_call_back(locale: str, key: str) -> tuple[str, ...]:
    """The clips that offer to call back who presses this key; none for a key that no telephone has."""
    if key not in KEYS:
        return ()
    return _clips(locale, "offer-before", KEYS[key], "offer-after")


def _number(number: int) -> tuple[str, ...]:
    if number in SINGLE_NUMBERS:
        return (str(number),)
    return str(number // 10 * 10), str(number % 10)


def _clips(locale: str, *recordings: str) -> tuple[str, ...]:
    return tuple(f"{locale}/{recording}" for recording in recordings)
