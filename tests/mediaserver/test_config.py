"""A wrong configuration is told in full, at once, with the key and the fix."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediaserver.__main__ import main
from mediaserver.config import Config, ConfigProblems, load_config, load_secrets

SECRETS = {
    "RINGBRIDGE_APP_SECRET": "app-secret-of-a-test",
    "RINGBRIDGE_VERIFY_TOKEN": "verify-token-of-a-test",
    "RINGBRIDGE_ACCESS_TOKEN": "access-token-of-a-test",
    "RINGBRIDGE_AGENT_SECRET": "agent-secret-of-a-test-32-bytes-long",
}


def _route(line: str) -> str:
    return f'[[routes]]\nname = "a"\nqueue = "main"\n{line}'


def _hours(line: str) -> str:
    return f'[[queues]]\n[queues.hours]\nzone = "Europe/London"\n{line}'


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
    path.write_text('[[queues]]\nname = "support"\n[media]\nadvertised = ["198.51.100.7"]\n')
    config = load_config(path)
    assert config.queues[0].name == "support", "the file is read"
    assert config.media.advertised == ("198.51.100.7",), "lists are read"
    assert config.http == Config().http, "what the file does not name keeps its default"


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, '[http]\nport = 99999\nhots = "x"\n[media]\nhost = "example.org"\n[queue]\na = 1\n')
    keys = [line.split(":")[0] for line in said]
    assert sorted(keys) == ["http.hots", "http.port", "media.host", "queue"], "one restart must be enough to mend all"


def test_broken_references_are_told_together_with_broken_keys(tmp_path: Path) -> None:
    text = '[[queues]]\nname = "a"\nring_s = 0\n[[routes]]\nname = "r"\nqueue = "b"\n[[agents]]\nqueues = ["c", 3]\n'
    keys = [line.split(":")[0] for line in problems(tmp_path, text)]
    assert sorted(keys) == [
        "agents.0.name",
        "agents.0.queues.0",
        "agents.0.queues.1",
        "queues.0.ring_s",
        "routes.0.queue",
    ], "a queue that does not exist must not wait for the second restart"


def test_a_circle_of_overflows_is_told_once(tmp_path: Path) -> None:
    text = "".join(
        f'[[queues]]\nname = "{name}"\noverflow = "queue"\noverflow_queue = "{other}"\n'
        for name, other in (("in", "a"), ("a", "b"), ("b", "a"))
    )
    assert problems(tmp_path, text) == (
        "queues: a -> b -> a overflow in a circle; let one of them hang_up or call_back",
    )


def test_the_waiting_room_is_read_from_arrays_of_tables(tmp_path: Path) -> None:
    path = tmp_path / "ringbridge.toml"
    path.write_text(
        '[[queues]]\nname = "sales"\n[[queues]]\nname = "support"\n'
        + '[[routes]]\nname = "fr"\nqueue = "support"\ncommunication = "call"\ncountries = ["FR"]\n'
        + '[[agents]]\nname = "ana"\nqueues = ["support"]\n'
    )
    config = load_config(path)
    assert [queue.name for queue in config.queues] == ["sales", "support"]
    assert config.routes[0].countries == ("FR",)
    assert config.agents[0].queues == ("support",)


@pytest.mark.parametrize(
    ("text", "key", "fix"),
    [
        ('[http]\nhots = "x"', "http.hots", "did you mean host?"),
        ("[queue]\na = 1", "queue", "did you mean queues?"),
        ("[queues]\na = 1", "queues", "should be a valid tuple"),
        ("queues = [7]", "queues.0", "should be a valid dictionary"),
        ("queues = []", "queues", "at least one queue"),
        ("[http]\nport = 99999", "http.port", "less than or equal to 65535"),
        ("[http]\nzzz = 1", "http.zzz", "the keys here are host, origins, port"),
        ('[media]\nhost = "example.org"', "media.host", "does not appear to be an IPv4 or IPv6 address"),
        ('[media]\nadvertised = ["192.0.2.1", "zz"]', "media.advertised.1", "does not appear to be an IPv4 or IPv6"),
        ("[media]\nstall_ms = 2000\nlost_ms = 500", "media.lost_ms", "must not be less than stall_ms"),
        ("[media]\nport = 65530", "media.ports", "the last port would lie above 65535"),
        ("[[queues]]\nring_s = -1", "queues.0.ring_s", "How long one agent is rung"),
        ("[[queues]]\nmusik = true", "queues.0.musik", "did you mean music?"),
        ('[[routes]]\nqueue = "main"', "routes.0.name", "is missing; give Name of the route"),
        ('[[routes]]\nname = "a"\nqueue = "mail"', "routes.0.queue", "the queues are main"),
        ('[[queues]]\nstrategy = "ring_two"', "queues.0.strategy", "'longest_idle'"),
        ('[[queues]]\noverflow = "queue"', "queues.0.overflow_queue", "say into which queue"),
        ('[[queues]]\noverflow = "queue"\noverflow_queue = "x"', "queues.0.overflow_queue", "there is no queue 'x'"),
        ('[[queues]]\noverflow_queue = "main"', "queues.0.overflow_queue", 'set overflow = "queue"'),
        ('[[queues]]\noverflow = "queue"\noverflow_queue = "main"', "queues", "main -> main overflow in a circle"),
        ('[[queues]]\n[queues.hours]\nzone = "London"', "queues.0.hours.zone", "is no IANA time zone"),
        (_hours('monday = ["9-5"]'), "queues.0.hours.monday", "write it like 08:30-12:30"),
        (_hours('monday = ["18:00-08:00"]'), "queues.0.hours.monday", "ends before it begins"),
        (_hours('monday = ["08:00-24:30"]'), "queues.0.hours.monday", "end one day with 24:00"),
        (_hours('monday = ["08:00-12:00", "11:00-18:00"]'), "queues.0.hours.monday", "write them in order"),
        (_hours('holidays = "XX"'), "queues.0.hours.holidays", "has no calendar of holidays"),
        (_hours('holidays = "GB-CA"'), "queues.0.hours.holidays", "those of GB are"),
        (_hours('closed = ["soon"]'), "queues.0.hours.closed.0", "valid date"),
        (_hours('mon = ["08:00-12:00"]'), "queues.0.hours.mon", "did you mean monday?"),
        ('[whatsapp.calling]\nicon = "HIDDEN"', "whatsapp.calling.icon", "'DEFAULT' or 'DISABLE_ALL'"),
        ('[whatsapp.calling]\nhours_of = "x"', "whatsapp.calling.hours_of", "there is no queue 'x'"),
        (_route('countries = ["GB", "Wales"]'), "routes.0.countries.1", "write two capital letters"),
        (_route('communication = "fax"'), "routes.0.communication", "'call' or 'message'"),
        ('[[agents]]\nname = "ana"\nqueues = ["main", "x"]', "agents.0.queues.1", "there is no queue 'x'"),
        ("[[queues]]\n[[queues]]", "queues", "names are unique"),
        ('[[agents]]\nname = "ana"\n[[agents]]\nname = "ana"', "agents", "(agents.0, agents.1)"),
        ('[whatsapp]\ngraph_version = "26"', "whatsapp.graph_version", "v"),
        ('[store]\nurl = "http://host"', "store.url", "rediss://user@host:6379/0"),
        ('[store]\nurl = "redis:///0"', "store.url", "rediss://user@host:6379/0"),
        ('[store]\nurl = "redis://host"\npath = "a"', "store", "give path or url, not both"),
        ("http = 3", "http", "it is 3 now"),
    ],
)
def test_a_problem_names_its_key_and_its_fix(tmp_path: Path, text: str, key: str, fix: str) -> None:
    (said,) = problems(tmp_path, text)
    assert said.startswith(f"{key}: "), "the key tells where to look"
    assert fix in said, "the sentence tells what would be right"


@pytest.mark.parametrize(
    "url",
    ["redis://:s3cret@host", "rediss://me:s3cr/s3cret@host/0", "unix:///socket?password=s3cret", "s3://:s3cret@x"],
)
def test_a_password_in_the_file_is_refused_and_not_printed(tmp_path: Path, url: str) -> None:
    (said,) = problems(tmp_path, f'[store]\nurl = "{url}"')
    assert said.startswith("store.url: "), "a file is read by more people than the environment"
    assert "s3cret" not in said, "a password must not be printed, not even a misplaced one"


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


def test_relays_without_the_secret_they_share_are_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else agents behind a firewall would find out in their first call."""
    path = tmp_path / "ringbridge.toml"
    path.write_text('[turn]\nurls = ["turns:relay.example:443?transport=tcp"]\n')
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(main, ["check-config", "--config", str(path)])
    assert refused.exit_code == 2
    assert "RINGBRIDGE_TURN_SECRET" in refused.output
    monkeypatch.setenv("RINGBRIDGE_TURN_SECRET", "shared-with-coturn")
    assert CliRunner().invoke(main, ["check-config", "--config", str(path)]).exit_code == 0
    path.write_text('[turn]\nurls = ["https://relay.example"]\n')
    assert "turn.urls" in CliRunner().invoke(main, ["check-config", "--config", str(path)]).output
