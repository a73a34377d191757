/* Bodies and headers with a few bytes changed, and what the decoder makes of each. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/decoder/craft.h"
#include "tests/util/tap.h"

enum { MUTANTS = 3000, BYTES_MAX = 512 };

static const char *const bodies[] = {
    /* the one of doc/protocol.md */
    "0480010213075468c3b46e203121038901011700000144849013820103ac0201012083010107 00",
    /* every kind of value */
    "018001081101124e03130461c3a1621484901315d00f16020 0ff 17010700"
    "180909090909090909090909090909090909090909090909090909090909090909ac02",
    "01 8001 03 12 0105 12 4e24 12 d70403",
    "01 8001 05 14 08 14 11 14 921b 14 f34f 14 8480a301",
};

static const char *const headers[] = {
    "1f8a0102050402000101010101010101010101010101010101010101010101010101010101010101080706050403020101"
    "0202020202020202020202020202020202020202020202020202020202020202"
    "03030303030303030303030303030303030303030303030303030303030303030100000000000000"
    "02010504040404040404040404040404040404020105050505050505050505050505050505",
    "10 02",
    "12 02 0000",
    "18 02 01 8101 02 04040404040404040404040404040404",
};

/* Numbers of a fixed sequence; every run makes the same mutants. */
static unsigned
next(uint32_t *seed, unsigned bound)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % bound;
}

static size_t
from_hex(const char *text, uint8_t bytes[BYTES_MAX])
{
    size_t n = 0;
    unsigned octet;
    int used;

    while (n < BYTES_MAX && sscanf(text, " %2x%n", &octet, &used) == 1) {
        bytes[n++] = (uint8_t) octet;
        text += used;
    }
    return n;
}

static size_t
mutate(uint32_t *seed, uint8_t *bytes, size_t size)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff, 0xc0, 0xed, 0xa0, 0xf4};
    size_t at = next(seed, (unsigned) size);

    switch (next(seed, 5)) {
    case 0:
        bytes[at] = (uint8_t) next(seed, 256);
        return size;
    case 1:
        bytes[at] ^= (uint8_t) (1u << next(seed, 8));
        return size;
    case 2:
        bytes[at] = telling[next(seed, sizeof telling)];
        return size;
    case 3:
        memmove(bytes + at + 1, bytes + at, size - at);
        bytes[at] = telling[next(seed, sizeof telling)];
        return size + 1;
    default:
        if (size < 2)
            return size;
        memmove(bytes + at, bytes + at + 1, size - at - 1);
        return size - 1;
    }
}

static void
print_verdict(const char *what, enum err err, size_t used, const uint8_t *bytes, size_t size)
{
    printf("%s %s %zu ", what, err_name(err), used);
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

static void
judge(bool is_header, const uint8_t *bytes, size_t size)
{
    struct arena a;
    enum err err;

    arena_init(&a, 1u << 20);
    if (is_header) {
        struct change_header header;
        struct wire w;

        wire_init(&w, bytes, size);
        err = change_decode_header(&w, &a, &header, NULL);
        print_verdict("header", err, err == OK ? size - wire_left(&w) : 0, bytes, size);
    } else {
        struct change_body body;

        err = change_decode_body(bytes, size, CHANGE_VERSION, &a, &body, NULL);
        print_verdict("body", err, 0, bytes, size);
    }
    arena_release(&a);
}

void
mutate_all(void)
{
    uint32_t seed = 1;

    for (unsigned i = 0; i < MUTANTS; i++) {
        bool is_header = i % 3 == 0;
        const char *text = is_header ? headers[next(&seed, sizeof headers / sizeof headers[0])]
                                     : bodies[next(&seed, sizeof bodies / sizeof bodies[0])];
        uint8_t bytes[BYTES_MAX + 8];
        size_t size = from_hex(text, bytes);

        for (unsigned changes = 1 + next(&seed, 3); changes > 0; changes--)
            size = mutate(&seed, bytes, size);
        judge(is_header, bytes, size);
    }
}
