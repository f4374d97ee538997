"""A wrong configuration is told in full, at once, with the key and the fix."""

from pathlib import Path

import pytest

from mediaserver.config import Config, ConfigProblems, load_config, load_secrets

SECRETS = {
    "RINGBRIDGE_APP_SECRET": "app-secret-of-a-test",
    "RINGBRIDGE_VERIFY_TOKEN": "verify-token-of-a-test",
    "RINGBRIDGE_ACCESS_TOKEN": "access-token-of-a-test",
    "RINGBRIDGE_AGENT_SECRET": "agent-secret-of-a-test-32-bytes-long",
}


def problems(tmp_path: Path, text: str) -> tuple[str, ...]:
    """What is said about a file with this text."""
    path = tmp_path / "ringbridge.toml"
    path.write_text(text)
    with pytest.raises(ConfigProblems) as caught:
        load_config(path)
    return caught.value.problems


def test_no_file_means_defaults() -> None:
    assert load_config(None) == Config(), "the demo must work without a file"


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "ringbridge.toml"
    path.write_text('[queue]\nname = "support"\n[media]\nadvertised = ["198.51.100.7"]\n')
    config = load_config(path)
    assert config.queue.name == "support", "the file is read"
    assert config.media.advertised == ("198.51.100.7",), "lists are read"
    assert config.http == Config().http, "what the file does not name keeps its default"


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, '[http]\nport = 99999\nhots = "x"\n[media]\nhost = "example.org"\n[queues]\na = 1\n')
    keys = [line.split(":")[0] for line in said]
    assert sorted(keys) == ["http.hots", "http.port", "media.host", "queues"], "one restart must be enough to mend all"


@pytest.mark.parametrize(
    ("text", "key", "fix"),
    [
        ('[http]\nhots = "x"', "http.hots", "did you mean host?"),
        ("[queues]\na = 1", "queues", "did you mean queue?"),
        ("[http]\nport = 99999", "http.port", "less than or equal to 65535"),
        ("[http]\nzzz = 1", "http.zzz", "the keys here are host, port"),
        ('[media]\nhost = "example.org"', "media.host", "does not appear to be an IPv4 or IPv6 address"),
        ('[media]\nadvertised = ["192.0.2.1", "zz"]', "media.advertised.1", "does not appear to be an IPv4 or IPv6"),
        ("[media]\nport = 65530", "media.ports", "the last port would lie above 65535"),
        ("[queue]\nring_s = -1", "queue.ring_s", "How long one agent is rung"),
        ('[whatsapp]\ngraph_version = "26"', "whatsapp.graph_version", "v"),
        ("http = 3", "http", "it is 3 now"),
    ],
)
def test_a_problem_names_its_key_and_its_fix(tmp_path: Path, text: str, key: str, fix: str) -> None:
    (said,) = problems(tmp_path, text)
    assert said.startswith(f"{key}: "), "the key tells where to look"
    assert fix in said, "the sentence tells what would be right"


def test_a_file_that_is_no_toml_or_not_there_is_said_plainly(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, "[http\n")
    assert "is not TOML" in said, "the line to mend is named"
    with pytest.raises(ConfigProblems, match="cannot be read"):
        load_config(tmp_path / "missing.toml")


def test_secrets_come_from_the_environment_and_stay_hidden() -> None:
    secrets = load_secrets(SECRETS)
    assert secrets.app_secret.get_secret_value() == "app-secret-of-a-test", "the value is usable"
    assert "app-secret-of-a-test" not in repr(secrets), "a printed configuration must not give secrets away"


def test_missing_and_short_secrets_are_all_named_without_their_values() -> None:
    with pytest.raises(ConfigProblems) as caught:
        load_secrets({**SECRETS, "RINGBRIDGE_AGENT_SECRET": "short-one", "RINGBRIDGE_APP_SECRET": ""})
    assert len(caught.value.problems) == 2, "all of them at once"
    assert "short-one" not in str(caught.value), "not even a wrong secret is printed"
    with pytest.raises(ConfigProblems) as none_set:
        load_secrets({})
    assert len(none_set.value.problems) == len(SECRETS), "each missing variable is named"
