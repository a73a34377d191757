"""The initiator's and the responder's first IK message, as doc/transport.md freezes them."""
import hashlib
import hmac

from curves import aead_encrypt, x25519, x25519_public


def blake2b(*parts):
    return hashlib.blake2b(b"".join(parts)).digest()


def hkdf(chaining_key, material):
    temporary = hmac.new(chaining_key, material, hashlib.blake2b).digest()
    first = hmac.new(temporary, b"\1", hashlib.blake2b).digest()
    return first, hmac.new(temporary, first + b"\2", hashlib.blake2b).digest()


class Symmetric:
    def __init__(self, name, prologue):
        self.h = name + bytes(64 - len(name)) if len(name) <= 64 else blake2b(name)
        self.ck = self.h
        self.key, self.nonce = None, 0
        self.mix_hash(prologue)

    def mix_hash(self, octets):
        self.h = blake2b(self.h, octets)

    def mix_key(self, secret):
        assert any(secret)
        self.ck, key = hkdf(self.ck, secret)
        self.key, self.nonce = key[:32], 0

    def encrypt(self, text):
        sealed = text
        if self.key:
            sealed = aead_encrypt(self.key, bytes(4) + self.nonce.to_bytes(8, "little"), self.h, text)
            self.nonce += 1
        self.mix_hash(sealed)
        return sealed


def ik_messages(initiator, responder, initiator_ephemeral, responder_ephemeral, payloads, preamble):
    """Both messages and the handshake's hash; what one side writes the other one reads."""
    s = Symmetric(b"Noise_IK_25519_ChaChaPoly_BLAKE2b", b"thidua" + preamble)
    rs, e, re = (x25519_public(k) for k in (responder, initiator_ephemeral, responder_ephemeral))
    s.mix_hash(rs)
    s.mix_hash(e)
    s.mix_key(x25519(initiator_ephemeral, rs))
    first = e + s.encrypt(x25519_public(initiator))
    s.mix_key(x25519(initiator, rs))
    first += s.encrypt(payloads[0])
    s.mix_hash(re)
    s.mix_key(x25519(responder_ephemeral, e))
    s.mix_key(x25519(responder_ephemeral, x25519_public(initiator)))
    second = re + s.encrypt(payloads[1])
    return first, second, s.h
