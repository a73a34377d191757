"""Ed25519 (RFC 8032), X25519 (RFC 7748) and ChaCha20-Poly1305 (RFC 8439), from their mathematics.

Slow and not in constant time: for checking published values, never for secrets.
"""
import functools
import hashlib

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1


def recover_x(y, sign):
    """The x of a point on -x^2 + y^2 = 1 + d x^2 y^2, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(a, b):
    """Extended coordinates X, Y, Z, T with x = X / Z, y = Y / Z, xy = T / Z."""
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(k, point):
    result = (0, 1, 1, 0)
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def same(a, b):
    return not (a[0] * b[2] - b[0] * a[2]) % P and not (a[1] * b[2] - b[1] * a[2]) % P


def decompress(octets):
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & (2 ** 255 - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def sha512_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def ed25519_secret(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (2 ** 254 - 8) | 2 ** 254
    return scalar, digest[32:]


def ed25519_public(seed):
    return compress(multiply(ed25519_secret(seed)[0], BASE))


def ed25519_sign(seed, message):
    scalar, prefix = ed25519_secret(seed)
    public = compress(multiply(scalar, BASE))
    nonce = sha512_scalar(prefix, message)
    commitment = compress(multiply(nonce, BASE))
    s = (nonce + sha512_scalar(commitment, public, message) * scalar) % ORDER
    return commitment + s.to_bytes(32, "little")


@functools.lru_cache(None)
def ed25519_verify(public, message, signature):
    key, commitment = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= ORDER or len(signature) != 64:
        return False
    if same(multiply(8, key), (0, 1, 1, 0)):
        return False
    h = sha512_scalar(signature[:32], public, message)
    return same(multiply(s, BASE), add(commitment, multiply(h, key)))


def x25519(scalar, u):
    """The Montgomery ladder."""
    k = int.from_bytes(scalar, "little") & (2 ** 254 - 8) | 2 ** 254
    x1 = int.from_bytes(u, "little") & (2 ** 255 - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def x25519_public(scalar):
    return x25519(scalar, (9).to_bytes(32, "little"))


def chacha20_block(key, counter, nonce):
    def quarter(a, b, c, d):
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            v = s[z] ^ s[x]
            s[z] = (v << bits | v >> (32 - bits)) & 0xFFFFFFFF

    octets = b"expand 32-byte k" + key + counter.to_bytes(4, "little") + nonce
    start = [int.from_bytes(octets[i:i + 4], "little") for i in range(0, 64, 4)]
    s = list(start)
    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return b"".join(((a + b) & 0xFFFFFFFF).to_bytes(4, "little") for a, b in zip(s, start))


def chacha20(key, counter, nonce, text):
    stream = b"".join(chacha20_block(key, counter + i, nonce) for i in range((len(text) + 63) // 64))
    return bytes(a ^ b for a, b in zip(text, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2 ** 128).to_bytes(16, "little")


def aead_encrypt(key, nonce, data, text):
    sealed = chacha20(key, 1, nonce, text)
    pad = [bytes(-len(x) % 16) for x in (data, sealed)]
    lengths = len(data).to_bytes(8, "little") + len(sealed).to_bytes(8, "little")
    tag = poly1305(chacha20_block(key, 0, nonce)[:32], data + pad[0] + sealed + pad[1] + lengths)
    return sealed + tag
