"""What the daemon has acknowledged."""
import collections
import re
import threading

# RUN-WRITER-NUMBER, as it stands in payloads, tokens and names.
IDENTIFIER = re.compile(rb"id:(\d+-[a-z0-9]+-\d+)")


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

    def counts(self):
        with self._lock:
            counts = {kind: len(entries) for kind, entries in self.acknowledged.items()}
            counts["retained"] = sum(len(entries) for entries in self.retained.values())
            return counts
