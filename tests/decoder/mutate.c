/* Bodies, headers and messages with a few bytes changed, and what the decoder makes of each. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/decoder/craft.h"
#include "tests/util/tap.h"

enum { MUTANTS = 4500, BYTES_MAX = 512 };

#define EVERY_KIND \
    "01 8001 08 1101 124e03 130461c3a162 14849013 15d00f 160200ff 17010700 18" \
    "0909090909090909090909090909090909090909090909090909090909090909ac02"

static const char *const bodies[] = {
    /* the one of doc/protocol.md */
    "0480010213075468c3b46e203121038901011700000144849013820103ac0201012083010107 00",
    /* every kind of value */
    EVERY_KIND,
    "01 8001 03 12 0105 12 4e24 12 d70403",
    "01 8001 05 14 08 14 11 14 921b 14 f34f 14 8480a301",
};

#define SPELT_OUT \
    "1f8a01020504 02 00 0101010101010101010101010101010101010101010101010101010101010101 0807060504030201" \
    "01 0202020202020202020202020202020202020202020202020202020202020202" \
    "0303030303030303030303030303030303030303030303030303030303030303 0100000000000000" \
    "02 0105 04040404040404040404040404040404 0201 05050505050505050505050505050505"

static const char *const headers[] = {
    SPELT_OUT,
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

void
mutant_print(const char *what, enum err err, size_t used, const uint8_t *bytes, size_t size)
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
        mutant_print("header", err, err == OK ? size - wire_left(&w) : 0, bytes, size);
    } else {
        struct change_body body;

        err = change_decode_body(bytes, size, CHANGE_VERSION, &a, &body, NULL);
        mutant_print("body", err, 0, bytes, size);
    }
    arena_release(&a);
}

void
mutate_all(void)
{
    uint32_t seed = 1;

    for (unsigned i = 0; i < MUTANTS; i++) {
        unsigned what = i % 3;
        const char *text = what == 0   ? headers[next(&seed, sizeof headers / sizeof headers[0])]
                           : what == 1 ? bodies[next(&seed, sizeof bodies / sizeof bodies[0])]
                                       : message_samples[next(&seed, (unsigned) message_samples_count)];
        uint8_t bytes[BYTES_MAX + 8];
        size_t size = from_hex(text, bytes);

        for (unsigned changes = next(&seed, 4); changes > 0; changes--)
            size = mutate(&seed, bytes, size);
        if (what == 2)
            message_judge(bytes, size);
        else
            judge(what == 0, bytes, size);
    }
}
