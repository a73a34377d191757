/* Session messages with a few bytes changed, and a base with its digest. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/message.h"
#include "tests/decoder/craft.h"
#include "tests/util/tap.h"

#define X16 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define X32 X16 X16
#define X64 X32 X32
#define GENESIS "0101" X64
#define CERT "01" X64 "ac02" X64

const char *const message_samples[] = {
    "010102030405060708", "02", "03" X16 "bbbbbbbbbbbbbbbb8002", "04", "05" GENESIS,
    "0603" X32 "0100000000000000ac02cccccccccccccccc", "0600" X32 "010000000000000000",
    "0707ac02cccccccccccccccc", "0809", "0902010a" X64 "04050102030405", "0902018001" X64 "06c8010378797a",
    "0a0e0302030900c8010178", "0a1403010203", "0a2803010109010203", "0a2b0301010902aabb",
    "0b00", "0c07", "0d", "0e", "0f03026e6f",
    "10" X16 CERT X16 "0468756202c3a101" GENESIS "0102" X64, "10" X16 CERT X16 "000000",
    "11" CERT X16 "0102c3a10102" GENESIS, "128010", "130209810105",
};
const size_t message_samples_count = sizeof message_samples / sizeof message_samples[0];

void
message_judge(const uint8_t *bytes, size_t size)
{
    struct message m;
    struct wire w;
    enum err err;

    wire_init(&w, bytes, size);
    err = message_read(&w, &m, NULL);
    mutant_print("message", err, err == OK ? size - wire_left(&w) : 0, bytes, size);
}

static void
print_field(const void *bytes, size_t size)
{
    printf(" ");
    for (size_t i = 0; i < size; i++)
        printf("%02x", ((const uint8_t *) bytes)[i]);
}

static void
print_party(const struct vector_party *p)
{
    printf("party");
    print_field(p->store, sizeof p->store);
    print_field(p->dictionary, sizeof p->dictionary);
    printf(" %" PRIu32 "\n", p->history_bytes);
}

void
base_print(void)
{
    struct base base = {.own = {.history_bytes = 262144}, .peer = {.history_bytes = 65536}};
    uint8_t digest[VECTOR_DIGEST_BYTES];

    memset(base.own.store, 9, sizeof base.own.store);
    memset(base.peer.store, 8, sizeof base.peer.store);
    vector_init(&base.vector);
    for (unsigned i = 0; i < 4; i++) {
        struct vector_entry v = {.seq = 300 - i, .beyond = i};

        v.id.epoch = 0x0102030405060708u + (i % 2) * 256;
        memset(v.id.space, (int) (3 - i / 2), SPACE_BYTES);
        memset(v.id.device, 5, DEVICE_BYTES);
        memset(v.hash.bytes, (int) i, HASH_BYTES);
        assert_int_equal(vector_add(&base.vector, &v), OK);
    }
    assert_int_equal(vector_sort(&base.vector), OK);
    base_digest(&base, digest);
    printf("base");
    print_field(digest, sizeof digest);
    printf("\n");
    print_party(&base.own);
    print_party(&base.peer);
    for (size_t i = 0; i < base.vector.count; i++) {
        const struct vector_entry *v = &base.vector.entries[i];

        printf("upto");
        print_field(v->id.space, SPACE_BYTES);
        print_field(v->id.device, DEVICE_BYTES);
        printf(" %" PRIu64 " %" PRIu64, v->id.epoch, v->seq);
        print_field(v->hash.bytes, HASH_BYTES);
        printf("\n");
    }
    vector_release(&base.vector);
}
