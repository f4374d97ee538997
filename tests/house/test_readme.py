"""README's table of the configuration is the configuration."""

from pathlib import Path

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
        assert isinstance(field.annotation, type), "sections are plain models"
        assert issubclass(field.annotation, BaseModel), "sections are plain models"
        for name, key in field.annotation.model_fields.items():
            assert key.description, f"{section}.{name} needs a description"
            assert key.default is not PydanticUndefined, f"{section}.{name} needs a default"
            rows.append(f"| `{section}.{name}` | `{_toml(key.default)}` | {key.description} |")
    return "\n".join(rows) + "\n"


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return "[]"
        case None:
            return "none"
        case _:
            return str(value)


def test_readme_tells_every_key_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = readme.split(BEGIN)[1].split(END)[0]
    assert shown == table(), "README and configuration disagree; paste the expected table"
