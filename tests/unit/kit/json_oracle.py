"""json_oracle.py CASES PROTO... - holds kit/json to what python3-protobuf's json_format says.

CASES has a line for each message: its full name, its bytes in hex, its JSON as kit/json wrote it.
The bytes must read as that JSON, and that JSON must read as those bytes.  Exit status 77: there is
no json_format here.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
except ImportError:
    sys.exit(77)


def types(protos):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "set")
        paths = ["-I" + os.path.dirname(p) for p in protos]
        subprocess.run(["protoc", *paths, "--include_imports", "--descriptor_set_out=" + out, *protos],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(open(out, "rb").read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return lambda name: message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName(name))


def main():
    find = types(sys.argv[2:])
    count = 0
    for line in open(sys.argv[1], encoding="utf-8"):
        name, raw, text = line.rstrip("\n").split(" ", 2)
        kind, raw = find(name), bytes.fromhex(raw)
        theirs = json.loads(json_format.MessageToJson(kind.FromString(raw)))
        if theirs != json.loads(text):
            sys.exit(f"{name}: kit/json says {text}, json_format {json.dumps(theirs)}")
        back = json_format.Parse(text, kind()).SerializeToString(deterministic=True)
        if back != raw:
            sys.exit(f"{name}: {text} reads as {back.hex()}, not {raw.hex()}")
        count += 1
    print(count, "messages agree")


main()
