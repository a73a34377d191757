/* BLAKE2b-256 under domain strings. libsodium's state is kept as bytes, so that the header does not
 * include it. */
#include "config.h"

#include "protocol/hash.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#define X(name, text, use)                                                                         \
    const char name[sizeof text] = text;                                                           \
    _Static_assert(sizeof text - 1 <= DOMAIN_BYTES_MAX, "domain string too long");
DOMAIN_LIST(X)
#undef X

_Static_assert(sizeof(crypto_generichash_state) <= HASHER_STATE_BYTES, "libsodium's state grew");
_Static_assert(_Alignof(crypto_generichash_state) <= HASHER_STATE_ALIGN, "libsodium's state moved");
_Static_assert(HASH_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

static crypto_generichash_state *
state_of(struct hasher *h)
{
    return (crypto_generichash_state *) (void *) h->state;
}

void
hash_begin(struct hasher *h, const char *domain)
{
    size_t size = strlen(domain);
    uint8_t size_byte = (uint8_t) size;

    assert(size >= 1 && size <= DOMAIN_BYTES_MAX);
    crypto_generichash_init(state_of(h), NULL, 0, HASH_BYTES);
    hash_add(h, &size_byte, 1);
    hash_add(h, domain, size);
}

void
hash_add(struct hasher *h, const void *bytes, size_t size)
{
    if (size > 0)
        crypto_generichash_update(state_of(h), bytes, size);
}

void
hash_add_uint(struct hasher *h, uint64_t value)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t) (value >> (8 * i));
    hash_add(h, bytes, sizeof bytes);
}

void
hash_add_hash(struct hasher *h, const struct hash *part)
{
    hash_add(h, part->bytes, HASH_BYTES);
}

void
hash_end(struct hasher *h, struct hash *ret)
{
    crypto_generichash_final(state_of(h), ret->bytes, HASH_BYTES);
}

void
hash_once(const char *domain, const void *bytes, size_t size, struct hash *ret)
{
    struct hasher h;

    hash_begin(&h, domain);
    hash_add(&h, bytes, size);
    hash_end(&h, ret);
}

bool
hash_equal(const struct hash *a, const struct hash *b)
{
    return hash_compare(a, b) == 0;
}

int
hash_compare(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_BYTES);
}
