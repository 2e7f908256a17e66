"""differential.py FOLDER - reads fuzz-differential's lines and holds each against Python's protobuf.

What our scan lets pass, another decoder must read, and as the same message: packed again, the same bytes.
What it refuses, others may read: it is stricter, and that is counted.
"""
import sys

sys.path.insert(0, sys.argv[1])
import bus_pb2
import town_pb2
from google.protobuf.message import DecodeError

taken = refused = stricter = 0


def stop(what):
    print(what)
    sys.exit(1)


for line in sys.stdin:
    name, data, ours = line.split()
    package, message = name.split(".")
    data = bytes.fromhex(data[1:])
    try:
        theirs = getattr({"bus": bus_pb2, "town": town_pb2}[package], message).FromString(data)
    except DecodeError as error:
        if ours != "-":
            stop(f"we take what Python refuses ({error}): {line}")
        refused += 1
        continue
    if ours == "-":
        stricter += 1
        continue
    taken += 1
    if theirs.SerializeToString(deterministic=True) != bytes.fromhex(ours[1:]):
        stop(f"we read another message than Python: {line}")
print(f"{taken} read alike, {refused} refused by both, {stricter} refused by us alone")
if taken == 0 or stricter == 0:
    stop("nothing was compared")
