/* Entries: what decodes encodes to the same bytes; a run of arbitrary items never verifies by luck and
 * never reads outside itself. */
#include "config.h"

#include <string.h>

#include "protocol/chain.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES_MAX = 64 << 20 };

static void
check_body(const uint8_t *bytes, size_t size, unsigned version)
{
    struct change_body body;
    struct arena a;
    struct buf again;

    arena_init(&a, ARENA_BYTES_MAX);
    buf_init(&again, CHANGESET_BYTES_MAX);
    if (change_decode_body(bytes, size, version, &a, &body, NULL) == OK) {
        change_encode_body(&again, &body);
        fuzz_must(again.err == OK && again.size == size && memcmp(again.bytes, bytes, size) == 0);
    }
    buf_release(&again);
    arena_release(&a);
}

/* Split items as the own store is read; header and body of each must survive a round trip. */
static void
check_items(const uint8_t *input, size_t size)
{
    size_t at = 0;

    while (at < size) {
        struct verified_entry entry;
        struct arena a;
        struct buf again;

        arena_init(&a, ARENA_BYTES_MAX);
        if (item_split(input + at, size - at, &a, &entry, NULL) != OK) {
            arena_release(&a);
            return;
        }
        fuzz_must(entry.item == input + at && entry.item_size <= size - at &&
                  entry.header_size < entry.item_size);
        buf_init(&again, CHANGESET_BYTES_MAX);
        change_encode_header(&again, &entry.header);
        fuzz_must(again.err == OK && again.size == entry.header_size &&
                  memcmp(again.bytes, entry.item, again.size) == 0);
        if (entry.body != NULL)
            check_body(entry.body, entry.body_size, entry.header.version);
        at += entry.item_size;
        buf_release(&again);
        arena_release(&a);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct verified_run *verified = NULL;
    struct run run = {.first_seq = 1, .last_seq = 1, .items = input, .items_size = size};
    struct hash start;

    if (protocol_init(NULL) != OK)
        return 0;
    check_items(input, size);
    check_body(input, size, CHANGE_VERSION);
    chain_start(&run.id, &start);
    fuzz_must(run_verify(&run, &start, &verified, NULL) != OK);
    return 0;
}
