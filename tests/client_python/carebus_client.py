"""carebus_client - the bus from Python, written from proto/README.md and proto/bus.proto alone.

Needs pyzmq (python3-zmq), protobuf (python3-protobuf) and bus_pb2.py, which
`protoc -I proto --python_out=. proto/bus.proto` writes.  One socket, one thread.
"""
import struct
import time

import bus_pb2 as bus
import zmq

(HELLO, WELCOME, RESET, REJECT, PING, PONG, PUBLISH, STORED, REFUSED, SUBSCRIBE, DELIVER, CREDIT, TAKE,
 LEASED, RECEIPT, RETURN, EXTEND, PEEK, PEEKED, REDRIVE, SETTLED, QUERY, ANSWER, ADMIN, ADMIN_ANSWER,
 BYE) = range(1, 27)

ITEMS = {WELCOME: bus.Welcome, PONG: bus.Pong, REJECT: bus.Reject, STORED: bus.Acknowledged,
         REFUSED: bus.PublishRefused, LEASED: bus.Lease, SETTLED: bus.Settled, QUERY: bus.Query,
         ANSWER: bus.Answer}


class Refused(Exception):
    """The broker's Reject or PublishRefused; .args[0] has code, reason, retry_ms."""


def pack_frame(type, epoch, items):
    body = b"".join(struct.pack("<I", len(item)) + item for item in items)
    return struct.pack("<2sBBIII", b"CB", 1, type, epoch, len(items), len(body)) + body


def unpack_frame(data):
    magic, version, type, epoch, count, size = struct.unpack_from("<2sBBIII", data)
    if magic != b"CB" or version != 1 or size != len(data) - 16:
        raise ValueError("no frame of this protocol")
    items, at = [], 16
    for _ in range(count):
        length, = struct.unpack_from("<I", data, at)
        items.append(data[at + 4:at + 4 + length])
        at += 4 + length
    return type, epoch, items


class Client:
    def __init__(self, endpoint, broker_key, public_key, secret_key, instance="", epoch=1, service=""):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.curve_serverkey, self.socket.linger = broker_key, 1000
        self.socket.curve_publickey, self.socket.curve_secretkey = public_key, secret_key
        self.socket.connect(endpoint)
        self.me = bus.Hello(instance=instance, epoch=epoch, service=service, version=1)
        self.run, self.number, self.request = 0, 0, 0  # the broker's epoch, our last number, last request
        self.unstored, self.outcomes = {}, {}          # number -> envelope; request -> answer
        self.subscription, self.from_seq, self.takes = None, 0, []
        self.heard, self.leases, self.queries = [], [], []
        self.hello()

    def send(self, type, *items):
        self.socket.send(pack_frame(type, self.run, [item.SerializeToString() for item in items]))

    def hello(self):
        """Begins a session; what was under way in the last one is said again."""
        self.run, self.welcome = 0, None
        self.send(HELLO, self.me)
        self.wait(lambda: self.welcome)
        self.number = max(self.number, self.welcome.number)
        for number in [n for n in self.unstored if n <= self.welcome.number]:
            del self.unstored[number]
        for envelope in self.unstored.values():
            self.send(PUBLISH, envelope)
        if self.subscription is not None:
            self.subscribe(self.subscription, self.from_seq)
        for take in self.takes:
            self.send(TAKE, take)

    def wait(self, done, seconds=10):
        """Handles what comes until done() is true, and returns that."""
        end = time.monotonic() + seconds
        while not (outcome := done()):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self.socket.poll(min(left, 1) * 1000):
                self.handle(self.socket.recv())
            elif self.run:
                self.send(PING)
        return outcome

    def handle(self, data):
        type, epoch, items = unpack_frame(data)
        if type == RESET:
            return self.hello()
        if type == DELIVER:
            range_ = bus.Range.FromString(items[0])
            for item in items[1:]:
                stored = bus.Stored.FromString(item)
                if stored.seq >= self.from_seq:
                    self.heard.append((stored, bus.Envelope.FromString(stored.envelope)))
            self.from_seq = range_.last + 1
            return self.send(CREDIT, bus.Credit(bytes=len(data)))
        for item in (ITEMS[type].FromString(item) for item in items if type in ITEMS):
            if type == WELCOME:
                self.run, self.welcome, self.time_ms = epoch, item, item.time_ms
            elif type == PONG:
                self.time_ms = item.time_ms
            elif type == STORED:
                for number in [n for n in self.unstored if n <= item.number]:
                    del self.unstored[number]
                for envelope in self.unstored.values() if item.gap else ():
                    self.send(PUBLISH, envelope)
            elif type == REFUSED:  # its number is not used up
                self.unstored.pop(item.number)
                self.number = item.number - 1
                raise Refused(item)
            elif type == REJECT and item.request == 0:
                raise Refused(item)
            elif type in (REJECT, SETTLED, ANSWER):
                self.outcomes[item.request] = item
            elif type == LEASED:
                self.leases.append((item, bus.Stored.FromString(item.stored)))
            elif type == QUERY:
                self.queries.append(item)

    def publish(self, subject, body=b"", **fields):
        """Returns when the message is on the broker's disk."""
        number = self.number = self.number + 1
        self.unstored[number] = bus.Envelope(epoch=self.me.epoch, number=number, subject=subject,
                                             body=body, **fields)
        self.send(PUBLISH, self.unstored[number])
        self.wait(lambda: number not in self.unstored)
        return number

    def subscribe(self, filters, from_seq=0):
        self.subscription, self.from_seq = filters, from_seq
        self.send(SUBSCRIBE, bus.Subscribe(filters=filters, from_seq=from_seq, credit_bytes=1 << 20))

    def ask(self, type, item):
        """A request that has an outcome: sends it, returns the outcome, raises a refusal."""
        self.request = item.request = self.request + 1
        self.send(type, item)
        outcome = self.wait(lambda: self.outcomes.pop(item.request, None))
        if isinstance(outcome, bus.Reject):
            raise Refused(outcome)
        return outcome

    def take(self, mailbox, count, lease_ms):
        self.takes.append(bus.Take(mailbox=mailbox, count=count, lease_ms=lease_ms))
        self.send(TAKE, self.takes[-1])

    def receipt(self, lease):
        return self.ask(RECEIPT, bus.Receipt(mailbox=lease.mailbox, seq=lease.seq, token=lease.token))

    def query(self, subject, body=b"", deadline_ms=5000):
        return self.ask(QUERY, bus.Query(subject=subject, body=body, deadline_ms=deadline_ms))

    def close(self):
        self.send(BYE)
        self.socket.close()
