"""The frozen bundle of doc/bundle.md, made again from the keys that stand beside it."""
import re

import curves
from thidua_decode import H, sint, sized, varint

WALL, DAYS_30 = 1700000000, 2592000


def ascending(first, count=32):
    return bytes((first + i) & 255 for i in range(count))


def seal(plain, recipient, ephemeral_secret):
    ephemeral = curves.x25519_public(ephemeral_secret)
    material = curves.x25519(ephemeral_secret, recipient), ephemeral, recipient
    key, mark = H("thidua/1 bundle-key", *material), H("thidua/1 bundle-for", *material)[:16]
    head = b"thidua-b\1" + ephemeral + mark
    parts = [plain[at:at + 65519] for at in range(0, len(plain), 65519)]
    sealed = [curves.aead_encrypt(key, (n == len(parts) - 1).to_bytes(4, "little") + n.to_bytes(8, "little"), head, part)
              for n, part in enumerate(parts)]
    return head + b"".join(sealed)


def frozen():
    device_seed = ascending(0)
    device = curves.ed25519_public(device_seed)
    noise = curves.x25519_public(ascending(0x20))

    def sign(domain, message):
        return curves.ed25519_sign(device_seed, bytes([len(domain)]) + domain.encode() + message)

    certificate = varint(1) + device + noise + varint(1)
    certificate += sign("thidua/1 noise-key", certificate)
    body = sized(b"laptop") + sized("Máy thôn 1".encode()) + b"\0"
    sections = b"\0"
    header = (b"\1" + certificate + ascending(0xA0, 16) + ascending(0xC0) + sint(WALL) + varint(WALL + DAYS_30)
              + sized(body) + H("thidua/1 bundle-runs", sections))
    plain = sized(header) + sign("thidua/1 bundle", header) + sections
    return seal(plain, curves.x25519_public(ascending(0x40)), ascending(0x60))


def check(document):
    text = document[document.index("## A frozen file"):]
    octets = bytes.fromhex("".join(re.findall(r"(?m)^    ((?:[0-9a-f]{2})+)$", text)))
    assert octets == frozen()
    open_key = curves.x25519_public(H("thidua/1 bundle-open"))
    assert open_key.hex() == re.search(r"public key of open bundles is\s+`(\w+)`", text).group(1)
