"""Owns the search for very frames in what somebody heard."""


def holds(heard: tuple[bytes, ...], frames: tuple[bytes, ...]) -> bool:
    """Whether these frames were heard in a row."""
    return any(heard[at : at + len(frames)] == frames for at in range(len(heard)))
