"""README's table of the configuration is the configuration."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from mediaserver.config import Config

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- configuration: kept equal to mediaserver/config.py by tests/house/test_readme.py -->\n"
END = "<!-- end of configuration -->"


def table() -> str:
    """The configuration as README shows it."""
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for section, field in Config.model_fields.items():
        rows += _rows(section, field.annotation)
    return "\n".join(rows) + "\n"


def _rows(section: str, annotation: object) -> Iterator[str]:
    """The keys of a table, or of each table of an array; tables inside of tables follow their table."""
    model, is_array = _model(annotation)
    assert model is not None, f"{section} is neither a table nor an array of tables"
    shown = f"{section}[]" if is_array else section
    for name, key in model.model_fields.items():
        if _model(key.annotation)[0] is not None:
            yield from _rows(f"{shown}.{name}", key.annotation)
            continue
        assert key.description, f"{shown}.{name} needs a description"
        default = "required" if key.default is PydanticUndefined else f"`{_toml(key.default)}`"
        yield f"| `{shown}.{name}` | {default} | {key.description} |"


def _model(annotation: object) -> tuple[type[BaseModel] | None, bool]:
    """The model behind an annotation, and whether there may be many of it."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind, get_origin(annotation) is tuple
    return None, False


def _toml(value: object) -> str:
    match value:
        case Enum():
            return f'"{value.value}"'
        case bool():
            return str(value).lower()
        case str() | Path():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case None:
            return "none"
        case _:
            return str(value)


def test_readme_tells_every_key_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = readme.split(BEGIN)[1].split(END)[0]
    assert shown == table(), "README and configuration disagree; paste the expected table"
