"""Asks a daemon that has started again for everything that was acknowledged."""
import http.client
import json
import re
import time

from ledger import IDENTIFIER
from load import PATIENCE, Client, packets

SESSION = "keeper"


def remember(mqtt_port):
    """The durable session that is away while the others publish."""
    client = Client(mqtt_port, SESSION, clean=False)
    client.subscribe("cut/session/#", 2)
    client.close()


class Examination:
    """One for a whole run: what was found once need not be found again before `everything`."""

    def __init__(self, ledger):
        self._ledger = ledger
        self._found = {kind: set() for kind in ("session", "routed", "shadow", "posted", "invoked", "thing")}
        self._offsets = {}
        self.sessions_lost = 0

    def everything(self, mqtt_port, http_port, patience):
        """From the beginning of all that can be read twice; messages of the session were handed over before."""
        for kind, found in self._found.items():
            if kind != "session":
                found.clear()
        self._offsets.clear()
        return self.run(mqtt_port, http_port, patience)

    def run(self, mqtt_port, http_port, patience):
        """What is missing, as lists of identifiers by kind; patience is in seconds without anything new."""
        self._http = http.client.HTTPConnection("127.0.0.1", http_port, timeout=PATIENCE)
        self._drain(mqtt_port, patience)
        self._read("routed", "routed")
        self._read("posted", "posted")
        self._read("shadow", "$shadows")
        self._list_things()
        self._wait_for_functions(patience)
        missing = {kind: self._missing(kind) for kind in self._found}
        missing["retained"] = self._stale_retained(mqtt_port)
        missing["shadow state"] = self._stale_shadows()
        self._http.close()
        return {kind: names for kind, names in missing.items() if names}

    def _missing(self, kind):
        return sorted(self._ledger.acknowledged[kind] - self._found[kind])

    def _get(self, path):
        self._http.request("GET", path)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def _drain(self, mqtt_port, patience):
        if not self._missing("session"):
            return
        client = Client(mqtt_port, SESSION, clean=False)
        if not client.is_session_present:
            self.sessions_lost += 1
            return
        quiet_since = time.monotonic()
        # All that is missing has to come; what nobody saw acknowledged may.
        while self._missing("session") and time.monotonic() - quiet_since < patience:
            answers = bytearray()
            for first_byte, body in client.wait_for_packets(1):
                packet = first_byte >> 4
                if packet == packets.PUBREL:
                    answers += packets.acknowledgement(packets.PUBCOMP, int.from_bytes(body[:2], "big"))
                if packet != packets.PUBLISH:
                    continue
                quiet_since = time.monotonic()
                _, payload, quality, identifier = packets.read_publish(5, first_byte, body)
                self._take("session", payload)
                if quality:
                    answers += packets.acknowledgement(packets.PUBACK if quality == 1 else packets.PUBREC, identifier)
            client.send(answers)
        client.close()

    def _take(self, kind, text):
        self._found[kind].update(name.decode() for name in IDENTIFIER.findall(text))

    def _read(self, kind, stream):
        """On from where the last run ended."""
        while True:
            status, body = self._get(f"/api/v1/streams/{stream}/records?from={self._offsets.get(stream, 'oldest')}&max=2000&wait=0")
            if status != 200:
                raise SystemExit(f"the stream {stream} cannot be read: {status} {body[:300]!r}")
            lines = body.splitlines()
            if not lines:
                return
            self._take(kind, body)
            self._offsets[stream] = json.loads(lines[-1])["offset"] + 1

    def _list_things(self):
        token = ""
        while token is not None:
            status, body = self._get(f"/api/v1/registry/things?pageSize=250{token and '&nextToken=' + token}")
            if status != 200:
                raise SystemExit(f"the things cannot be listed: {status} {body[:300]!r}")
            self._found["thing"].update(name.decode() for name in re.findall(rb'"cut-(\d+-[a-z0-9]+-\d+)"', body))
            token = json.loads(body).get("nextToken")

    def _wait_for_functions(self, patience):
        """What was accepted runs, and its result or its dead letter is there."""
        end = time.monotonic() + patience
        count = -1
        while True:
            self._read("invoked", "noted")
            self._read("invoked", "$functions-dead")
            if not self._missing("invoked") or time.monotonic() > end:
                return
            if len(self._found["invoked"]) > count:
                count, end = len(self._found["invoked"]), time.monotonic() + patience
            time.sleep(0.5)

    def _stale_retained(self, mqtt_port):
        """Topics whose retained message is older than one that was acknowledged."""
        acknowledged = {topic: numbers[-1] for topic, numbers in self._ledger.retained.items()}
        seen = {}
        if acknowledged:
            client = Client(mqtt_port, "reader")
            client.subscribe("cut/retained/#")
            end = time.monotonic() + 30
            while len(seen) < len(acknowledged) and time.monotonic() < end:
                for first_byte, body in client.wait_for_packets(1):
                    if first_byte >> 4 == packets.PUBLISH:
                        topic, payload, _, _ = packets.read_publish(5, first_byte, body)
                        seen[topic] = int(payload)
            client.close()
        return [f"{topic}: {seen.get(topic)}, acknowledged {number}" for topic, number in acknowledged.items() if seen.get(topic, -1) < number]

    def _stale_shadows(self):
        """Things whose shadow is older than an update that was acknowledged."""
        newest = {}
        for name in self._ledger.acknowledged["shadow"]:
            run, writer, number = name.split("-")
            thing = f"{'m' if writer == 's1' else 'h'}{int(number) % 4}"
            newest[thing] = max(newest.get(thing, (0, 0)), (int(run), int(number)))
        stale = []
        for thing, (run, number) in newest.items():
            status, body = self._get(f"/things/{thing}/shadow")
            # A later run begins its numbers anew, and may have been cut before it was told of its first.
            state = json.loads(body).get("state", {}).get("reported", {}) if status == 200 else {}
            if (state.get("run", -1), state.get("number", -1)) < (run, number):
                stale.append(f"{thing}: {status} {state}, acknowledged run {run} number {number}")
        return stale
