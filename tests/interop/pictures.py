"""Owns the pictures of the README, cut from those that ``test_looks`` took: ``python -m tests.interop.pictures``."""

from pathlib import Path
from typing import NamedTuple

from PIL import Image

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "tests/artifacts"
DOCS = ROOT / "docs"
QUALITY = 82
"""Of WebP; text stays sharp, and no picture is above 60 KB."""
PHONE = (0, 0, 445, 900)
"""Left, top, right and bottom of the phone on a page of 1400 by 900 pixels."""

WHOLE = (0, 0, 1500, 950)


class Picture(NamedTuple):
    """One picture: the state it shows, in which language and theme, and what of it."""

    name: str
    taken: str
    part: tuple[int, int, int, int]


PICTURES = (
    Picture("ringing", "ringing-en-light", PHONE),
    Picture("consulting", "consulting-en-dark", PHONE),
    Picture("conversation", "panel-thread-en-light", WHOLE),
    Picture("wallboard", "away-en-light", (0, 0, 1400, 810)),
)


def main() -> None:
    """Cut and write them all."""
    DOCS.mkdir(exist_ok=True)
    for name, taken, part in PICTURES:
        with Image.open(ARTIFACTS / f"{taken}.png") as whole:
            whole.crop(part).save(DOCS / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
