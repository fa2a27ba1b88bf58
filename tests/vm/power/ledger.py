"""What the daemon has acknowledged."""
import collections
import re
import threading
import time

# RUN-WRITER-NUMBER, as it stands in payloads, tokens and names.
IDENTIFIER = re.compile(rb"id:(\d+-[a-z0-9]+-\d+)")


KINDS = ("session", "routed", "retained", "shadow", "posted", "invoked", "thing")
RETAINED_PER_RUN = 1_000_000  # what is retained is a number, of which this tells the load


class Ledger:
    def __init__(self):
        self._lock = threading.Lock()
        self.acknowledged = collections.defaultdict(set)  # kind -> identifiers
        self.retained = collections.defaultdict(list)  # topic -> numbers, in their order
        self.refused = collections.Counter()  # kind -> answers that said no

    def acknowledge(self, kind, identifier):
        with self._lock:
            self.acknowledged[kind].add(identifier)

    def retain(self, topic, number):
        with self._lock:
            self.retained[topic].append(number)

    def refuse(self, kind):
        with self._lock:
            self.refused[kind] += 1

    def has_all(self, run):
        """Whether something of every kind has been acknowledged to this load."""
        with self._lock:
            kinds = {kind for kind, names in self.acknowledged.items() if any(name.startswith(f"{run}-") for name in names)}
            return kinds == set(KINDS) - {"retained"} and any(number // RETAINED_PER_RUN == run for numbers in self.retained.values() for number in numbers)

    def grows(self, seconds):
        """Whether anything is acknowledged in this time."""
        before = self.counts()
        time.sleep(seconds)
        return self.counts() != before

    def counts(self):
        with self._lock:
            counts = {kind: len(entries) for kind, entries in self.acknowledged.items()}
            counts["retained"] = sum(len(entries) for entries in self.retained.values())
            return counts
