"""A second reader of thidua's signed forms, written from doc/protocol.md, doc/transport.md and the records
document alone, so that a sentence that misleads shows up as a difference. Forms first, then chains, then merge.
"""
import calendar
import datetime
import hashlib
import re

from curves import ed25519_verify


class Malformed(Exception):
    """Not canonical: whoever decodes must refuse it."""


class LaterRelease(Exception):
    """A version, kind or type that this release cannot read."""


class Unreadable(Exception):
    """A reference to what its author cannot have known."""


def need(condition, why):
    if not condition:
        raise Malformed(why)


# --- Primitives ---------------------------------------------------------------------------------------------

def varint(n):
    octets = bytearray()
    while n >= 128:
        octets.append(n & 127 | 128)
        n >>= 7
    return bytes(octets + bytes([n]))


def sint(n):
    return varint((n << 1 ^ n >> 63) & (2 ** 64 - 1))


def u64(n):
    return n.to_bytes(8, "little")


def sized(octets):
    return varint(len(octets)) + octets


def H(domain, *parts):
    name = domain.encode()
    return hashlib.blake2b(bytes([len(name)]) + name + b"".join(parts), digest_size=32).digest()


class Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def take(self, size):
        need(self.at + size <= len(self.octets), "ends early")
        self.at += size
        return self.octets[self.at - size:self.at]

    def varint(self, most=2 ** 64 - 1):
        n = shift = 0
        while True:
            octet = self.take(1)[0]
            n |= (octet & 127) << shift
            shift += 7
            if octet < 128:
                break
            need(shift < 70, "varint too long")
        need(n < 2 ** 64 and (octet or shift == 7), "varint not minimal")
        need(n <= most, "number too large")
        return n

    def sint(self):
        n = self.varint()
        return n >> 1 ^ -(n & 1)

    def sized(self, most):
        return self.take(self.varint(most))

    def need_left(self, count):
        need(count <= len(self.octets) - self.at, "a count of more than is left")

    def end(self):
        need(self.at == len(self.octets), "trailing bytes")


# --- Values -------------------------------------------------------------------------------------------------

NULL, INTEGER, DECIMAL, TEXT, DATE, TIME, BYTES, REFERENCE, ATTACHMENT = range(9)
SEQ_MAX = 2147483647
DAY_ZERO = datetime.date(1970, 1, 1).toordinal()
DATE_RANGE = [(1 - 1970, 9999 - 1970)]  # years; then half-years, quarters, months, days
DATE_RANGE += [((1 - 1970) * n, (10000 - 1970) * n - 1) for n in (2, 4, 12)]
DATE_RANGE += [(1 - DAY_ZERO, datetime.date(9999, 12, 31).toordinal() - DAY_ZERO)]


def read_reference(r, places=65535):
    """(None, None, operation) in the same entry, or (place, entry, operation)."""
    place = r.varint(places + 1)
    if place == 0:
        return None, None, r.varint(4095)
    seq = r.varint(SEQ_MAX)
    need(seq, "entry 0")
    return place - 1, seq, r.varint(4095)


def write_reference(ref):
    place, seq, op = ref
    return varint(0) + varint(op) if place is None else varint(place + 1) + varint(seq) + varint(op)


def read_text(r, most=65536):
    octets = r.sized(most)
    need(0 not in octets, "NUL in text")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8")


def read_value(r, kind):
    if kind == NULL:
        return None
    if kind in (INTEGER, TIME):
        return r.sint()
    if kind == DECIMAL:
        mantissa, exponent = r.sint(), r.sint()
        need(-18 <= exponent <= 18, "exponent")
        need(mantissa % 10 or (mantissa == 0 and exponent == 0), "decimal not in lowest form")
        return mantissa, exponent
    if kind == TEXT:
        return read_text(r)
    if kind == DATE:
        n = r.varint()
        precision, zigzag = n & 7, n >> 3
        ordinal = zigzag >> 1 ^ -(zigzag & 1)
        need(precision <= 4, "precision")
        need(DATE_RANGE[precision][0] <= ordinal <= DATE_RANGE[precision][1], "year")
        return precision, ordinal
    if kind == BYTES:
        return r.sized(4096)
    if kind == REFERENCE:
        return read_reference(r)
    if kind == ATTACHMENT:
        return r.take(32), r.varint()
    raise LaterRelease("kind of value %d" % kind)


def write_value(kind, value):
    if kind == NULL:
        return b""
    if kind in (INTEGER, TIME):
        return sint(value)
    if kind == DECIMAL:
        return sint(value[0]) + sint(value[1])
    if kind == TEXT:
        return sized(value.encode())
    if kind == DATE:
        precision, ordinal = value
        return varint((ordinal << 1 ^ ordinal >> 63) << 3 | precision)
    if kind == BYTES:
        return sized(value)
    if kind == REFERENCE:
        return write_reference(value)
    return value[0] + varint(value[1])


def show_date(precision, ordinal):
    """The text form for programs."""
    if precision == 4:
        return datetime.date.fromordinal(ordinal + DAY_ZERO).isoformat()
    per_year = (1, 2, 4, 12)[precision]
    year, part = 1970 + ordinal // per_year, ordinal % per_year + 1
    return ("%04d", "%04d-H%d", "%04d-Q%d", "%04d-%02d")[precision] % ((year, part)[:precision + 1][:2])


# --- Entries ------------------------------------------------------------------------------------------------

class Header:
    def __init__(self, r):
        begin = r.at
        head = r.varint(65535)
        self.version, self.flags = head >> 4, head & 15
        need(self.version, "version 0")
        self.wall_step = r.sint()
        self.operator = self.read_operator(r) if self.flags & 2 else None
        self.intros, self.seen = [], []
        if self.flags & 4:
            self.intros = [self.read_intro(r) for _ in range(self.count(r))]
        if self.flags & 8:
            place = 0
            for _ in range(self.count(r)):
                step = r.varint(65535)
                need(step, "places do not ascend")
                place += step
                advance = r.varint(SEQ_MAX)
                need(advance, "seen nothing new")
                self.seen.append((place, advance, r.take(16)))
        self.octets = r.octets[begin:r.at]

    @staticmethod
    def count(r):
        n = r.varint(4096)
        need(n, "an empty list")
        r.need_left(n)
        return n

    @staticmethod
    def read_operator(r):
        return read_reference(r)

    @staticmethod
    def read_intro(r):
        """(space or None for the same, device, epoch)"""
        foreign = r.take(1)[0]
        need(foreign <= 1, "introduction")
        space = r.take(32) if foreign else None
        return space, r.take(32), int.from_bytes(r.take(8), "little")

    def encode(self):
        out = varint(self.version << 4 | self.flags) + sint(self.wall_step)
        if self.flags & 2:
            out += write_reference(self.operator)
        if self.intros:
            out += varint(len(self.intros))
            for space, device, epoch in self.intros:
                out += (b"\0" if space is None else b"\1" + space) + device + u64(epoch)
        if self.seen:
            out += varint(len(self.seen))
            before = 0
            for place, advance, head in self.seen:
                out += varint(place - before) + varint(advance) + head
                before = place
        return out


NEW, KEYED, PUT, DELETE, _, RESTATE = range(6)


class Operation:
    def __init__(self, r):
        head = r.varint()
        self.type, self.kind = head >> 3, head & 7
        if self.kind not in (NEW, KEYED, PUT, DELETE, RESTATE) or self.type > 1023:
            raise LaterRelease("operation of kind %d, type %d" % (self.kind, self.type))
        need(self.type, "record type 0")
        self.target, self.keys, self.fields = None, [], []
        if self.kind in (PUT, DELETE, RESTATE):
            self.target = read_reference(r)
        self.keyed = self.kind == KEYED
        if self.kind == RESTATE:
            octet = r.take(1)[0]
            need(octet <= 1, "neither with a key nor without")
            self.keyed = octet == 1
        if self.keyed:
            self.keys = self.read_fields(r)
            need(self.keys and all(kind != NULL for _, kind, _ in self.keys), "key fields")
        if self.kind != DELETE:
            self.fields = self.read_fields(r)

    @staticmethod
    def read_fields(r):
        """[(number, kind, value)]"""
        fields, number, count = [], 0, r.varint(64)
        r.need_left(count)
        for _ in range(count):
            head = r.varint()
            step, kind = head >> 4, head & 15
            need(step, "fields do not ascend")
            number += step
            need(number <= 255, "field number")
            fields.append((number, kind, read_value(r, kind)))
        return fields

    @staticmethod
    def write_fields(fields):
        out, before = varint(len(fields)), 0
        for number, kind, value in fields:
            out += varint((number - before) << 4 | kind) + write_value(kind, value)
            before = number
        return out

    def encode(self):
        out = varint(self.type << 3 | self.kind)
        if self.target:
            out += write_reference(self.target)
        if self.kind == RESTATE:
            out += bytes([self.keyed])
        if self.keyed:
            out += self.write_fields(self.keys)
        return out if self.kind == DELETE else out + self.write_fields(self.fields)


def decode_body(octets, version=1):
    if version != 1:
        raise LaterRelease("version %d" % version)
    r = Reader(octets)
    count = r.varint(4096)
    need(count, "no operations")
    r.need_left(count)
    operations = [Operation(r) for _ in range(count)]
    r.end()
    return operations


def encode_body(operations):
    return varint(len(operations)) + b"".join(o.encode() for o in operations)


# --- Spaces, logs, items, runs ------------------------------------------------------------------------------

class Genesis:
    def __init__(self, octets):
        need(len(octets) == 66 and octets[0] == 1 and 1 <= octets[1] <= 3, "genesis")
        self.kind, self.founder = octets[1], octets[2:34]
        self.unit, self.nonce = octets[34:50], octets[50:]
        self.space = H("thidua/1 space", octets)


class Entry:
    """One item of a log: (device, epoch) and number, parsed as far as it can be."""

    def __init__(self, r, log, seq, before):
        begin = r.at
        self.log, self.seq = log, seq
        self.header = Header(r)
        n = r.varint()
        self.erased, size = bool(n & 1), n >> 1
        need(1 <= size and size + len(self.header.octets) <= 262144, "size of the body")
        self.body = None if self.erased else r.take(size)
        body_hash = r.take(32) if self.erased else H("thidua/1 body", self.body)
        self.item = r.octets[begin:r.at]
        self.hash = H("thidua/1 entry", before, self.header.octets, body_hash)
        self.operations, self.unread = [], "erased" if self.erased else None
        if not self.erased:
            try:
                self.operations = decode_body(self.body, self.header.version)
            except (Malformed, LaterRelease) as e:
                self.unread = "%s: %s" % (type(e).__name__, e)

    def encode(self):
        body = self.body if self.unread else encode_body(self.operations)
        return self.header.encode() + varint(len(body) << 1) + body


class Log:
    def __init__(self, space, device, epoch):
        self.space, self.device, self.epoch = space, device, epoch
        self.name = device, epoch
        self.start = log_start(space, device, epoch)
        self.entries = []

    def head(self, seq):
        return self.entries[seq - 1].hash if seq else self.start

    def append_run(self, items, last, signature):
        """Entries behind the last one, with the signature over entry `last`."""
        r = Reader(items)
        need(len(items) <= 327680, "run too long")
        while r.at < len(items):
            seq = len(self.entries) + 1
            self.entries.append(Entry(r, self, seq, self.head(seq - 1)))
        need(len(self.entries) == last, "run ends elsewhere")
        if not ed25519_verify(self.device, self.signed(last), signature):
            raise Malformed("signature")

    def signed(self, seq):
        message = self.space + self.device + u64(self.epoch) + u64(seq) + self.head(seq)
        return b"\x0cthidua/1 run" + message


def log_start(space, device, epoch):
    return H("thidua/1 log", space, device, u64(epoch))


# --- Registry -----------------------------------------------------------------------------------------------

KINDS = {"text": TEXT, "integer": INTEGER, "choice": INTEGER, "yes or no": INTEGER, "decimal": DECIMAL,
         "date": DATE, "time": TIME, "bytes": BYTES, "attachment": ATTACHMENT, "reference": REFERENCE}
ROLES = {"administrator": 1, "clerk": 2, "the unit that owns it": 4, "event": 8, "the level above": 16}


class RecordType:
    def __init__(self, name):
        self.name, self.number, self.writers, self.grow_only = name, 0, 0, False
        self.fields = {}  # number -> (kind, marks)

    def keys(self):
        return [n for n, (_, marks) in sorted(self.fields.items()) if "key" in marks]

    def owner(self):
        return next((n for n, (_, marks) in self.fields.items() if "owner" in marks), None)

    def fixed(self):
        """Fields that only introducing operations write."""
        fixed = {"key", "owner", "set once"}
        return {n for n, (_, marks) in self.fields.items() if marks & fixed}


def read_registry(text):
    """(version, number -> RecordType) out of doc/records.md."""
    version = int(re.search(r"registry, version (\d+)", text).group(1))
    types = {}
    for section in re.split(r"(?m)^### ", text)[1:]:
        record = RecordType(re.match(r"`(\w+)`", section).group(1))
        record.number = int(re.search(r"(?m)^- Number: (\d+)", section).group(1))
        record.grow_only = "- Merge: append-only" in section
        for role in re.search(r"(?m)^- Written by: (.*)$", section).group(1).split(", "):
            record.writers |= ROLES[role]
        for number, holds, marks in re.findall(r"(?m)^\| (\d+) \|(?:[^|]*\|){3} ([^|]*) \| ([^|]*)\|$", section):
            kind = KINDS[re.match(r"yes or no|\w+", holds).group(0)]
            record.fields[int(number)] = kind, set(marks.strip().split(", "))
        types[record.number] = record
    return version, types
