"""One broker under load, killed again and again; then the books are compared."""
import random
import socket
import statistics
import threading
import time

from . import packets
from .broker import Broker
from .ledger import Received, Sent, judge
from .raw import RawPublisher, RawSubscriber

SETTLE_LIMIT = 120  # seconds for everything to be acknowledged and delivered after the last restart
QUIET = 4  # seconds without a delivery after which nothing more is waited for; a peer that sends again late has its own


def make_clients(peer, port, kinds):
    """Publishers and subscribers of every kind, version and QoS that the broker speaks, each with its page of the books."""
    versions, qualities = peer.get("versions", (4, 5)), peer.get("qualities", (1, 2))
    publishers, subscribers = [], []
    makers = {"raw": (RawPublisher, RawSubscriber)}
    if "paho" in kinds:
        from .paho_clients import PahoPublisher, PahoSubscriber
        makers["paho"] = (PahoPublisher, PahoSubscriber)
    if "libmosquitto" in kinds:
        from .libmosquitto_clients import LibmosquittoPublisher, LibmosquittoSubscriber
        makers["libmosquitto"] = (LibmosquittoPublisher, LibmosquittoSubscriber)
    for kind, (publisher, subscriber) in makers.items():
        wanted = [(4, 2), (5, 1), (5, 2), (4, 1)] if kind == "raw" else [(4, 2), (5, 1)]
        for version, quality in dict.fromkeys((version, min(quality, max(qualities))) for version, quality in wanted if version in versions):
            name = f"{kind}-{version}-q{quality}"
            options = {"flap": 0.002} if kind == "raw" and version == 5 else {}
            publishers.append(publisher(port, Sent("p-" + name, kind, quality), version, **options))
            # QoS 2 with libmosquitto: see there.
            taken = min(quality, 1) if kind == "libmosquitto" else quality
            options = {"naps": True} if kind == "raw" and version == 5 else {}
            subscribers.append(subscriber(port, Received("s-" + name, kind, taken), version, **options))
    return publishers, subscribers


class Load:
    """
    A thread for each client, until `stop`. Publishers wait for the slowest subscriber, so that no broker has to drop; not for what does not come
    any more, or a broker that lost something would be left in peace.
    """

    def __init__(self, publishers, subscribers, lead, quiet):
        self.publishers, self.subscribers, self.lead, self.quiet = publishers, subscribers, lead, quiet
        self.is_sending = False
        self.is_stopping = False
        self.faults = []
        self.written_off = dict.fromkeys(subscribers, 0)
        self.progress = dict.fromkeys(subscribers, (0, 0.0))
        self.threads = [threading.Thread(target=self.run, args=(client, self.may_send)) for client in publishers]
        self.threads += [threading.Thread(target=self.run, args=(client, lambda: self.is_sending)) for client in subscribers]
        for thread in self.threads:
            thread.start()

    def begin(self):
        """Messages flow once every subscriber has its session."""
        until = time.monotonic() + 20
        while not all(s.has_session for s in self.subscribers):
            if time.monotonic() > until:
                raise SystemExit("the subscribers could not subscribe")
            time.sleep(0.02)
        self.is_sending = True

    def may_send(self):
        return self.is_sending and all(self.is_abreast(s) for s in self.subscribers)

    def is_abreast(self, subscriber):
        now, total = time.monotonic(), subscriber.received.total
        missing = sum(p.sent.count for p in self.publishers) - sum(len(times) for times in list(subscriber.received.times.values()))
        seen, at = self.progress[subscriber]
        if total != seen or not subscriber.is_ready:
            self.progress[subscriber] = (total, now)
        elif now - at > 0.3 and missing - self.written_off[subscriber] >= self.lead:
            self.written_off[subscriber] = missing
        return missing - self.written_off[subscriber] < self.lead

    def run(self, client, may):
        try:
            while not self.is_stopping:
                client.run_once(may())
            client.close()
        except Exception as fault:  # a fault of ours: the run does not count
            self.faults.append(f"{client.__class__.__name__}: {fault!r}")

    def settle(self):
        """Nothing new is sent; what is on its way may arrive. False: it did not come to an end."""
        self.is_sending = False
        until = time.monotonic() + SETTLE_LIMIT
        while time.monotonic() < until and not all(p.is_done() for p in self.publishers):
            time.sleep(0.05)
        everything = all(p.is_done() for p in self.publishers)
        quiet_since, last = time.monotonic(), -1
        while time.monotonic() < until and time.monotonic() - quiet_since < self.quiet:
            total = sum(s.received.total for s in self.subscribers)
            if total != last:
                last, quiet_since = total, time.monotonic()
            if all(not row["lost"] for row in judge([p.sent for p in self.publishers], [s.received for s in self.subscribers])) and \
                    time.monotonic() - quiet_since > 1:
                break  # all there; a second more for what should not come
            time.sleep(0.1)
        return everything

    def stop(self):
        self.is_stopping = True
        for thread in self.threads:
            thread.join(30)


def retained_lost(port, publishers):
    """Topics whose retained message is older than one that was acknowledged."""
    raw = [p for p in publishers if isinstance(p, RawPublisher)]
    found = {}
    with socket.create_connection(("127.0.0.1", port), timeout=5) as viewer:
        viewer.sendall(packets.connect(4, "viewer", clean=True) + packets.subscribe(4, 1, "k/#", 0))
        viewer.settimeout(2)
        stream = packets.Stream()
        try:
            while len(found) < len(raw):
                received = viewer.recv(65536)
                if not received:
                    break
                for first_byte, body in stream.feed(received):
                    if first_byte >> 4 == packets.PUBLISH:
                        topic, payload, _, _ = packets.read_publish(4, first_byte, body)
                        found[topic] = int(payload.split(b" ", 2)[1])
        except TimeoutError:
            pass
    return sum(1 for p in raw if found.get(p.sent.topic, -1) < p.retained_acknowledged)


def run(peer, kills, kinds, seconds, lead, progress):
    broker = Broker(peer)
    load = None
    try:
        broker.spawn()
        broker.wait_until_ready()
        publishers, subscribers = make_clients(peer, broker.port, kinds)
        load = Load(publishers, subscribers, lead, peer.get("quiet", QUIET))
        load.begin()
        restarts, early = [], 0
        for number in range(kills):
            time.sleep(random.uniform(0.02, seconds))
            broker.kill()
            began = time.monotonic()
            broker.spawn()
            if random.random() < 0.15:  # and sometimes while it is coming up
                time.sleep(random.uniform(0.02, 0.4))
                broker.kill()
                early += 1
                began = time.monotonic()
                broker.spawn()
            broker.wait_until_ready()
            restarts.append((time.monotonic() - began) * 1000)
            progress(f"{number + 1}/{kills} kills, {sum(p.sent.count for p in publishers)} sent, "
                     f"{sum(s.received.total for s in subscribers)} delivered, restart {restarts[-1]:.0f} ms")
        settled = load.settle()
        load.stop()
        sent = [p.sent for p in publishers]
        return {
            "rows": judge(sent, [s.received for s in subscribers]),
            "kills": kills + early, "early": early, "settled": settled, "faults": load.faults,
            "sent": sum(s.count for s in sent), "acknowledged": sum(sum(s.acknowledged) for s in sent), "refused": sum(s.refused for s in sent),
            "repeated_by_client": sum(len(s.repeated_by_client) for s in sent),
            "retained_lost": retained_lost(broker.port, publishers),
            "restart_median": statistics.median(restarts), "restart_max": max(restarts),
        }
    finally:
        if load:
            load.stop()
        broker.dispose()
