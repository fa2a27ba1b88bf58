"""What was published, what was acknowledged, what arrived where; and what is wrong about it in the end."""


class Sent:
    """One publisher's messages, numbered from 0. Written by its thread only."""

    def __init__(self, name, kind, quality):
        self.name, self.kind, self.quality = name, kind, quality
        self.topic = f"k/{name}"
        self.count = 0
        self.acknowledged = bytearray()
        self.refused = 0
        self.repeated_by_client = set()  # published once more after their PUBREL: new messages to any broker

    def next_payload(self):
        payload = f"{self.name} {self.count} ".encode().ljust(100, b".")
        self.count += 1
        self.acknowledged.append(0)
        return payload

    def acknowledge(self, sequence):
        self.acknowledged[sequence] = 1


class Received:
    """One subscriber's view of all publishers. Written by its thread only."""

    def __init__(self, name, kind, quality):
        self.name, self.kind, self.quality = name, kind, quality
        self.times = {}
        self.highest = {}
        self.disorder = 0
        self.total = 0
        self.sessions_lost = 0
        self.identifiers_reused = 0

    def take(self, payload):
        name, number, _ = payload.split(b" ", 2)
        publisher, sequence = name.decode(), int(number)
        times = self.times.setdefault(publisher, {})
        times[sequence] = times.get(sequence, 0) + 1
        self.total += 1
        if times[sequence] == 1:
            # Copies of a QoS 1 message may come late; its first arrival may not overtake another's.
            if sequence < self.highest.get(publisher, -1):
                self.disorder += 1
            else:
                self.highest[publisher] = sequence


def judge(publishers, subscribers):
    """One row for each pair of kinds: acknowledged, lost, repeated (QoS 2 on both sides), out of order."""
    rows = []
    for subscriber in subscribers:
        lost = repeated = acknowledged = 0
        missing = []
        for publisher in publishers:
            times = subscriber.times.get(publisher.name, {})
            acknowledged += sum(publisher.acknowledged)
            gone = [s for s, yes in enumerate(publisher.acknowledged) if yes and s not in times]
            lost += len(gone)
            missing += [(publisher.name, s) for s in gone[:3]]
            if publisher.quality == 2 and subscriber.quality == 2:
                again = [s for s, count in times.items() if count > 1 and s not in publisher.repeated_by_client]
                repeated += len(again)
                missing += [(publisher.name, s, "twice") for s in again[:3]]
        rows.append({"subscriber": subscriber.name, "kind": subscriber.kind, "acknowledged": acknowledged,
                     "delivered": subscriber.total, "lost": lost, "repeated": repeated, "disorder": subscriber.disorder,
                     "sessions_lost": subscriber.sessions_lost, "identifiers_reused": subscriber.identifiers_reused,
                     "examples": missing[:6]})
    return rows
