"""What is built is what is there: the explicit package list of pyproject.toml misses nothing."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("hold_audio", "mediaserver", "policy", "signaling")


def test_every_package_is_shipped() -> None:
    """A forgotten package works in a checkout and is missing in the image."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = sorted(
        str(init.parent.relative_to(ROOT)).replace("/", ".")
        for top in SHIPPED
        for init in (ROOT / top).rglob("__init__.py")
    )
    assert listed == found, "pyproject.toml and the tree disagree"


def test_everything_beside_python_is_shipped() -> None:
    """Pages, styles and the engine's sources are package data or they are not in the image."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for top in SHIPPED:
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc", ".c", ".so"):
                holder = next(folder for folder in path.parents if (folder / "__init__.py").exists())
                package = str(holder.relative_to(ROOT)).replace("/", ".")
                assert any(path.match(pattern) for pattern in data.get(package, [])), f"{path.name} is not shipped"
