"""The messages of a session and the digest of a base: doc/session.md."""
from thidua_decode import SEQ_MAX, H, Malformed, Reader, need, read_text, sint, u64, varint


def sized_as(octets):
    return lambda r: r.take(octets)


def number(least, most):
    def read(r):
        n = r.varint(most)
        need(n >= least, "number too small")
        return varint(n)
    return read


def step(r):
    return sint(r.sint())


def text(least, most):
    def read(r):
        octets = read_text(r, most).encode()
        need(len(octets) >= least, "empty text")
        return varint(len(octets)) + octets
    return read


def genesis(r):
    return r.take(66)


def certificate(r):
    version = r.varint()
    need(version == 1, "certificate of another version")
    return varint(version) + r.take(64) + varint(r.varint()) + r.take(64)


REF = number(0, 2 * 65536 - 1)
SEQ = number(0, SEQ_MAX)
ENTRIES = number(0, 65535)


def head(r):
    seq = r.varint(SEQ_MAX)
    return varint(seq) + (r.take(8) if seq else b"")


def chunk(r):
    flags = r.take(1)[0]
    need(flags < 64, "flags of a chunk")
    raw = r.varint(64512)
    need(raw, "an empty chunk")
    out = bytes([flags]) + varint(raw)
    if flags & 8:
        count = r.varint(32)
        need(count, "an empty list")
        out += varint(count) + b"".join(REF(r) + SEQ(r) for _ in range(count))
    size = raw
    if flags & (32 | 3):
        size = r.varint(64512)
        out += varint(size)
    return out + r.take(size)


def spaces(r):
    given = r.take(1)
    need(given[0] <= 1, "spaces")
    return given + (genesis(r) + genesis(r) if given[0] else b"")


def carried(r):
    count = r.varint(16)
    return varint(count) + b"".join(r.take(1) + genesis(r) for _ in range(count))


BODIES = {
    1: [sized_as(8)],
    2: [],
    3: [sized_as(16), sized_as(8), number(64, 1024)],
    4: [],
    5: [genesis],
    6: [REF, sized_as(32), sized_as(8), head],
    7: [REF, head],
    8: [REF],
    9: [REF, step, ENTRIES, sized_as(64), chunk],
    10: [chunk],
    11: [ENTRIES],
    12: [sized_as(1)],
    13: [],
    14: [],
    15: [sized_as(1), text(0, 200)],
    16: [sized_as(16), certificate, sized_as(16), text(0, 15), text(0, 200), spaces],
    17: [certificate, sized_as(16), number(0, 255), text(0, 200), carried],
    18: [number(512, 65535)],
    19: [REF, SEQ, ENTRIES, number(1, 327680)],
}


def read_message(r):
    """Reads one message; gives it back encoded anew."""
    kind = r.take(1)[0]
    need(kind in BODIES, "unknown message")
    return bytes([kind]) + b"".join(read(r) for read in BODIES[kind])


def verdict(octets):
    """("ok", how many bytes the message took), or ("format", 0)"""
    r = Reader(octets)
    try:
        assert read_message(r) == octets[:r.at]
        return "ok", r.at
    except Malformed:
        return "format", 0


def base_digest(parties, entries):
    """parties: (store, dictionary, history); entries: (space, device, epoch, seq, hash)"""
    parts = [store + dictionary + u64(history) for store, dictionary, history in sorted(parties)]
    parts += [space + device + u64(epoch) + u64(seq) + h for space, device, epoch, seq, h in sorted(entries)]
    return H("thidua/1 vector", *parts)[:8]
