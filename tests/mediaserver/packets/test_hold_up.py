"""A machine that stands still for a moment: afterwards the stream makes good what it missed, and keeps to its clock."""

import signal
import socket
import subprocess
import sys

from tests.support.engine_room import EngineRoom
from tests.support.rtp_peer import PATIENCE_S

ENGINE = """
import sys
from tests.support.engine_room import EngineRoom

with EngineRoom() as room:
    leg = room.leg()
    room.engine.secure(leg, room.peer().sessions())
    room.engine.set_remote(leg, ("127.0.0.1", int(sys.argv[1])))
    room.engine.comfort(leg)
    sys.stdin.read()
"""
HELD_FRAMES = 8
"""160 ms, less than what is given up."""


def frames(listener: socket.socket, count: int) -> int:
    """Wait for this many RTP packets; how many have come in by then, all that wait included."""
    taken = 0
    listener.settimeout(PATIENCE_S)
    while True:
        try:
            data = listener.recv(2048)
        except BlockingIOError:
            return taken
        taken += not 192 <= data[1] <= 223
        if taken == count:
            listener.setblocking(False)


def test_a_hold_up_is_made_good(room: EngineRoom) -> None:
    """One engine is stopped while another one runs; in the end both have sent as many frames since the start."""
    witness = room.join()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
        port = str(listener.getsockname()[1])
        with subprocess.Popen([sys.executable, "-c", ENGINE, port], stdin=subprocess.PIPE) as process:
            try:
                listener.recv(2048)
                room.engine.comfort(witness.leg)
                held = frames(listener, 1)
                process.send_signal(signal.SIGSTOP)
                free = frames(witness.peer.socket, HELD_FRAMES)
                process.send_signal(signal.SIGCONT)
                held += frames(listener, 3 * HELD_FRAMES)
                free += frames(witness.peer.socket, 3 * HELD_FRAMES - 1)
                held += frames(listener, 1)
            finally:
                process.send_signal(signal.SIGCONT)
                process.communicate(timeout=PATIENCE_S)
    assert abs(held - free) < HELD_FRAMES // 2, "what was missed in the hold-up is missing for ever"
