#!/usr/bin/python3
"""Gives commands to a running qemu: qmp.py SOCKET COMMAND [JSON-ARGUMENTS] ..., and waits until a migration that was begun has ended."""
import json
import socket
import sys
import time


def connect(path):
    """qemu opens its socket a moment after it was started."""
    end = time.monotonic() + 60
    while True:
        try:
            monitor = socket.socket(socket.AF_UNIX)
            monitor.connect(path)
            return monitor
        except OSError as fault:
            if time.monotonic() > end:
                raise SystemExit(f"qemu does not answer at {path}: {fault}") from fault
            time.sleep(0.1)


class Monitor:
    def __init__(self, path):
        self._socket = connect(path)
        self._lines = self._socket.makefile("r")
        self._lines.readline()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """The answer; events that come in between are passed over. SystemExit when qemu refuses."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "error" in answer:
                raise SystemExit(f"qemu refuses {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def wait_for_migration(self):
        # A machine that begins with a migration has no status of it for a moment.
        while (state := self.ask("query-migrate").get("status")) != "completed":
            if state in ("failed", "cancelled"):
                raise SystemExit(f"qemu could not write or read the machine's state: {state}")
            time.sleep(0.1)


def main():
    monitor = Monitor(sys.argv[1])
    words = sys.argv[2:]
    while words:
        command = words.pop(0)
        arguments = json.loads(words.pop(0)) if words and words[0].startswith("{") else {}
        if command == "wait-for-migration":
            monitor.wait_for_migration()
        else:
            monitor.ask(command, **arguments)


main()
