"""try_client DIR ENDPOINT - a desk and a service at a real broker, both in Python."""
import sys
import threading

from carebus_client import Client, Refused, bus

folder, endpoint = sys.argv[1:3]


def key(name):
    with open(f"{folder}/keys/{name}") as file:
        return file.read().strip().encode()


def client(unit, **options):
    return Client(endpoint, key("broker.public"), key(f"{unit}.public"), key(f"{unit}.secret"), **options)


desk = client("hcz", instance="desk2")
service = client("referral")
assert desk.welcome.source == "hcz.desk2" and desk.welcome.number == 0

# What is published is stored, and heard in order with its sender's name.
service.subscribe(["referral.Accept.*"], from_seq=1)
for n in range(3):
    assert desk.publish("referral.Accept.hcz", body=b"%d" % n, case_id="R-20230118-0001-1") == n + 1
service.wait(lambda: len(service.heard) == 3)
assert [(s.source, e.number, e.body) for s, e in service.heard] == [
    ("hcz.desk2", 1, b"0"), ("hcz.desk2", 2, b"1"), ("hcz.desk2", 3, b"2")]
assert all(a[0].seq < b[0].seq for a, b in zip(service.heard, service.heard[1:]))

# What may not be said is refused with a reason, and its number is free for another message.
try:
    desk.publish("referral.Accept.hcs")
    sys.exit("another unit's word was taken")
except Refused as refused:
    assert refused.args[0].code == bus.NOT_PERMITTED, refused
assert desk.publish("referral.Accept.hcz") == 4

# A mailbox: a lease, a receipt, and a receipt too many.
service.publish("referral.Dispatched.hcz", body=b"to the centre", to="hcz")
desk.take("hcz", count=5, lease_ms=30000)
lease, stored = desk.wait(lambda: desk.leases and desk.leases.pop())
assert stored.source == "referral" and lease.attempt == 1
assert bus.Envelope.FromString(stored.envelope).body == b"to the centre"
desk.receipt(lease)
try:
    desk.receipt(lease)
    sys.exit("a second receipt was taken")
except Refused as refused:
    assert refused.args[0].code == bus.NO_LEASE, refused

# A question to a live service; then one that nobody answers.
try:
    desk.query("registry.Card.c41")
    sys.exit("nobody answered, and still there was an answer")
except Refused as refused:
    assert refused.args[0].code == bus.NO_SERVICE, refused


def answer():
    registry = client("registry", service="registry")
    ready.set()
    question = registry.wait(lambda: registry.queries and registry.queries.pop())
    registry.send(23, bus.Answer(request=question.request, body=question.asker.encode() + question.body))
    registry.close()


ready = threading.Event()
thread = threading.Thread(target=answer)
thread.start()
assert ready.wait(10)
assert desk.query("registry.Card.c41", b" asks").body == b"hcz.desk2 asks"
thread.join()

# A session that the broker does not know: say HELLO again, and nothing is lost or doubled.
desk.run += 1
assert desk.publish("referral.Accept.hcz", body=b"after the reset") == 5
service.wait(lambda: len(service.heard) == 5)
assert service.heard[-1][1].body == b"after the reset"
again = client("hcz", instance="desk2")  # the same producer elsewhere: the newer one is alive
assert again.welcome.number == 5
again.close()
service.close()
print("a desk and a service in Python: all is well")
