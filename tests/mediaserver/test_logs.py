"""The net under the logs: what looks personal is masked, what is not stays readable."""

import json
import subprocess
import sys

import pytest

from mediaserver.logs import PERSONAL, mask


@pytest.mark.parametrize(
    "text",
    [
        "called by +447700900123",
        "447700900123",
        "wacid.HBgMNDQ3NzAwOTAwMTIzFQIAEhggQTE5RjA4",
        "from 203.0.113.40",
        "v=0\r\no=- 1 2 IN IP4 0.0.0.0",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ",
    ],
)
def test_what_is_personal_is_masked(text: str) -> None:
    masked = mask(None, "info", {"event": "x", "field": text})["field"]
    assert not PERSONAL.search(masked), "the net has a hole"
    assert "***" in masked, "a reader should see that something was there"


@pytest.mark.parametrize("text", ["b30a601be8e7", "listening on 127.0.0.1:8080", "0.5 s", "code 138021", "12345678"])
def test_what_helps_an_operator_stays(text: str) -> None:
    assert mask(None, "info", {"event": text})["event"] == text, "masking too much makes logs useless"


def test_log_lines_are_json_and_library_chatter_is_silent() -> None:
    script = (
        "import logging, structlog\n"
        "from mediaserver.logs import configure\n"
        "configure('info')\n"
        "structlog.get_logger('x').info('call moved', phase='waiting', number='447700900123')\n"
        "structlog.get_logger('x').debug('event ignored')\n"
        "logging.getLogger('aioice').info('checks with 203.0.113.40')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    said = json.loads(line)
    assert said["phase"] == "waiting", "fields stay fields"
    assert said["number"] == "***", "the net holds in the real configuration"
