"""Every value that the documents freeze, read out of the documents and computed again."""
import base64
import re

import curves
import noise
import session
from thidua_decode import (ATTACHMENT, BYTES, DATE, DECIMAL, INTEGER, KEYED, REFERENCE, TEXT, TIME, Genesis, H,
                           Header, Log, Malformed, Operation, Reader, decode_body, encode_body, read_text,
                           read_value, show_date, sint, sized, varint, write_value)


def unhex(text):
    """Hex digits with blanks between, and 01×32 for thirty-two times 01."""
    text = re.sub(r"([0-9a-f]{2})×(\d+)", lambda m: m.group(1) * int(m.group(2)), text)
    return bytes.fromhex(re.sub(r"\s", "", text))


def section(document, title):
    """The text under a heading, up to the next one of the same or a higher level."""
    m = re.search(r"(?ms)^(#+) %s$\n(.*?)(?=^#{1,3} |\Z)" % re.escape(title), document)
    assert m, "no section " + title
    return m.group(2)


def hex_after(text, label, count):
    """So many bytes of hex behind a label, over several lines."""
    m = re.search(label + r"\s+((?:[0-9a-f]{2,}\s+)+)", text + "\n")
    assert m, "nothing frozen behind " + label
    octets = unhex(m.group(1))
    assert len(octets) >= count, label
    return octets[:count]


def primitives(protocol, transport):
    text = section(protocol, "Primitives")
    m = re.search(r"`0` is `(\w+)`, `300` is `(\w+)`", text)
    assert [varint(0).hex(), varint(300).hex()] == list(m.groups())
    m = re.search(r"`([-\d, ]+)` are `([0-9a-f, ]+)`", text)
    assert [sint(int(n)).hex() for n in m.group(1).split(", ")] == m.group(2).split(", ")
    for octets in ("8000", "ffffffffffffffffff02", "ff"):
        assert refused(lambda: Reader(unhex(octets)).varint())


def refused(call):
    try:
        call()
    except Malformed:
        return True
    return False


EXAMPLES = {  # of the values' table: how the left column is read
    r"integer (-?\d+)": lambda m: (INTEGER, int(m[1])),
    r"decimal 0,39": lambda m: (DECIMAL, (39, -2)),
    r"decimal 0": lambda m: (DECIMAL, (0, 0)),
    r"text \"(.*)\"": lambda m: (TEXT, m[1]),
    r"year (\d+)": lambda m: (DATE, m[1]),
    r"second half of (\d+)": lambda m: (DATE, m[1] + "-H2"),
    r"second quarter of (\d+)": lambda m: (DATE, m[1] + "-Q2"),
    r"April (\d+)": lambda m: (DATE, m[1] + "-04"),
    r"15 August (\d+)": lambda m: (DATE, m[1] + "-08-15"),
    r"time (\d+)": lambda m: (TIME, int(m[1])),
    r"bytes (.*)": lambda m: (BYTES, unhex(m[1])),
    r"reference, same entry, index (\d+)": lambda m: (REFERENCE, (None, None, int(m[1]))),
    r"reference, own log, sequence (\d+), index (\d+)": lambda m: (REFERENCE, (0, int(m[1]), int(m[2]))),
    r"reference, log (\d+), sequence (\d+), index (\d+)": lambda m: (REFERENCE, tuple(map(int, m.groups()))),
}


def values(protocol, transport):
    rows = re.findall(r"(?m)^\| (.*) \| `([0-9a-f]+)` \|$", section(protocol, "Values"))
    assert len(rows) >= 14
    for label, frozen in rows:
        pattern = next(p for p in EXAMPLES if re.fullmatch(p, label))
        kind, expected = EXAMPLES[pattern](re.fullmatch(pattern, label))
        r = Reader(unhex(frozen))
        value = read_value(r, kind)
        r.end()
        assert (show_date(*value) if kind == DATE else value) == expected, label
        assert write_value(kind, value).hex() == frozen, label
    assert refused(lambda: read_value(Reader(unhex("1400")), DECIMAL))
    assert refused(lambda: read_value(Reader(b"\5"), DATE))
    assert refused(lambda: read_value(Reader(b"\2\xc0\x80"), TEXT))


def entries(protocol, transport):
    lines = section(protocol, "A header and a body, spelt out").split("\n")
    blocks, block = [], []
    for line in lines + [""]:
        if line.startswith("    "):
            block.append(re.split(r"   +", line.strip())[0])
        elif block:
            blocks.append(unhex(" ".join(block)))
            block = []
    header = Header(Reader(blocks[0]))
    assert header.encode() == blocks[0] == header.octets
    assert (header.version, header.flags, header.wall_step, header.operator) == (1, 15, 69, (1, 5, 4))
    assert header.intros == [(None, b"\1" * 32, 0x0102030405060708), (b"\2" * 32, b"\3" * 32, 1)]
    assert header.seen == [(1, 5, b"\4" * 16), (3, 1, b"\5" * 16)]
    body = decode_body(blocks[1])
    assert encode_body(body) == blocks[1]
    assert [o.kind for o in body] == [0, 1, 2, 3] and [o.type for o in body] == [16, 17, 16, 16]
    assert body[0].fields == [(1, TEXT, "Thôn 1"), (3, INTEGER, -2)]
    assert body[1].kind == KEYED and body[1].keys == [(1, REFERENCE, (None, None, 0))]
    assert show_date(*body[1].fields[0][2]) == "2023-08-15" and body[1].fields[0][0] == 4
    assert body[2].target == (2, 300, 1) and body[3].target == (0, 7, 0)
    assert refused(lambda: decode_body(blocks[1] + b"\0"))


def runs(protocol, transport):
    text = section(protocol, "Items, runs, signatures")
    seed = b"\7" * 32
    device = curves.ed25519_public(seed)
    genesis = Genesis(b"\1\1" + device + b"\1" * 16 + b"\2" * 16)
    assert genesis.space == hex_after(text, "inner space", 32)
    items = b""
    for wall, name in ((1690000000, "Thôn 1"), (60, "Thôn 2"), (-5, "Thôn 3")):
        operation = Operation(Reader(varint(16 << 3) + varint(1) + varint(1 << 4 | TEXT) + sized(name.encode())))
        body = encode_body([operation])
        items += varint(1 << 4) + sint(wall) + varint(len(body) << 1) + body
    log = Log(genesis.space, device, 0x0102030405060708)
    log.append_run(items, 3, hex_after(text, "signature", 64))
    assert log.head(3) == hex_after(text, r"hash\(3\)", 32)
    assert b"".join(e.encode() for e in log.entries) == items == b"".join(e.item for e in log.entries)
    assert curves.ed25519_sign(seed, log.signed(3)) == hex_after(text, "signature", 64)
    fork = Log(genesis.space, device, 0x0102030405060709)
    assert refused(lambda: fork.append_run(items, 3, hex_after(text, "signature", 64)))


def hashes(protocol, transport):
    text = section(transport, "Hash")
    m = re.search(r'H\("thidua/1 body", "(.*?)" in UTF-8\) =\s+([0-9a-f]{64})', text)
    assert H("thidua/1 body", m.group(1).encode()).hex() == m.group(2)
    m = re.search(r'H\("thidua/1 entry", nothing\) =\s+([0-9a-f]{64})', text)
    assert H("thidua/1 entry").hex() == m.group(1)


def certificate(protocol, transport):
    frozen = hex_after(section(transport, "Keys and signatures"), r"serial 300:", 131)
    seed = bytes(range(32))
    r = Reader(frozen)
    assert r.varint() == 1
    device, key = r.take(32), r.take(32)
    assert device == curves.ed25519_public(seed)
    assert key == curves.x25519_public(bytes(range(32, 64)))
    assert r.varint() == 300
    message = b"\x12thidua/1 noise-key" + frozen[:r.at]
    signature = r.take(64)
    r.end()
    assert curves.ed25519_verify(device, message, signature)
    assert curves.ed25519_sign(seed, message) == signature
    assert not curves.ed25519_verify(device, message + b"\0", signature)


def handshake(protocol, transport):
    text = section(transport, "Handshake")
    keys = [bytes([n]) * 32 for n in (0x11, 0x22, 0x33, 0x44)]
    payloads = [p.encode() for p in re.search(r'payloads "(.*?)" and "(.*?)"', text).groups()]
    first, second, digest = noise.ik_messages(*keys, payloads, b"\x11")
    assert hex_after(text, "message 1", len(first)) == first
    assert hex_after(text, "message 2", len(second)) == second
    assert hex_after(text, r"\bhash", 64) == digest
    assert (len(first) - len(payloads[0]), len(second) - len(payloads[1])) == (96, 48)


def invitation(protocol, transport):
    text = section(protocol, "Invitations")
    line = re.sub(r"\s", "", re.search(r"(?s)    thidua:(.*?)\n\n", text).group(1))
    octets = base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))
    r = Reader(octets)
    assert r.take(3) == b"\1\1\1"
    secret = r.take(16)
    assert secret == bytes(range(16)) and r.varint() == 1700000000
    assert r.take(64) == bytes(range(32, 96))
    addresses = tuple(r.sized(100).decode() for _ in range(r.varint(8)))
    assert addresses == re.search(r"addresses\s+`(.*?)` and `(.*?)`", text).groups()
    names = re.search(r'names "(.*?)" and "(.*?)"', text).groups()
    assert (read_text(r, 200), read_text(r, 200)) == names and r.varint() == 3
    assert H("thidua/1 invitation", octets[:r.at])[:4] == r.take(4)
    r.end()
    assert H("thidua/1 secret", secret).hex() == re.search(r"Digest of its secret: `(\w+)`", text).group(1)


def dictionary(protocol, transport, read):
    import hashlib
    text = section(transport, "Chunks")
    octets = read("protocol/dictionary/shipped.zdict")
    assert hashlib.sha256(octets).hexdigest() == re.search(r"SHA-256\s+`(\w+)`", text).group(1)
    assert H("thidua/1 dictionary", octets)[:8].hex() == re.search(r"stands in the hello: `(\w+)`", text).group(1)


def messages(sessions):
    """`hex` behind a label of capitals; HAS is given without its hash."""
    frozen = re.search(r"(?s)Frozen bytes \(.*?\): (.*?)\n\n", sessions).group(1)
    found = re.findall(r"([A-Z]{3,6})[^`A-Z]*`([0-9a-f]+)`( \+ 8 bytes)?", frozen)
    assert [name for name, _, _ in found] == ["BASE", "HAS", "ACK", "REFUSE", "LINK", "PART"], found
    numbers = {"HAS": "place 3 of the receiver's table, seq 300", "LINK": "2,048"}
    assert all(words in re.sub(r"\s+", " ", frozen) for words in numbers.values())
    for name, octets, more in found:
        octets = unhex(octets) + (bytes(8) if more else b"")
        assert session.verdict(octets) == ("ok", len(octets)), name
        kind = {"BASE": 1, "HAS": 7, "ACK": 11, "REFUSE": 12, "LINK": 18, "PART": 19}[name]
        assert octets[0] == kind, name
    assert unhex(found[1][1]) == b"\7" + varint(3 << 1 | 1) + varint(300)
    assert unhex(found[4][1]) == b"\x12" + varint(2048)


CHECKS = [
    (primitives, "numbers are encoded as the document says"),
    (values, "the frozen values decode, and encode to the same bytes"),
    (entries, "the entry that is spelt out decodes to what stands beside it"),
    (runs, "the frozen log has the frozen space, head and signature"),
    (hashes, "the frozen hashes are BLAKE2b under a domain"),
    (certificate, "the frozen certificate verifies"),
    (handshake, "the frozen handshake follows from its keys"),
    (invitation, "the frozen invitation and its digest hold"),
]
