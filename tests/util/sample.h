/* Sample changesets: what a commune's clerks might write, in Vietnamese, made from a seed. For the
 * shipped dictionary, for benchmarks and for tests that need many plausible entries. Nothing here
 * is real: people, hamlets and works are put together from lists. */
#ifndef TESTS_UTIL_SAMPLE_H
#define TESTS_UTIL_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/util/buf.h"

enum {
    SAMPLE_HAMLETS = 9,
    SAMPLE_PEOPLE = 40,
    SAMPLE_TEXT_BYTES = 4096,
    SAMPLE_RECORDS_MAX = 256, /* registrations that later notes refer to */
};

/* One commune and its log so far. */
struct sample {
    uint64_t random;
    uint64_t entry; /* what the present entry's choices come from */
    uint64_t seq;   /* of the last entry */
    char commune[64];
    char hamlets[SAMPLE_HAMLETS][64];
    char people[SAMPLE_PEOPLE][64];
    uint64_t registrations[SAMPLE_RECORDS_MAX]; /* sequence numbers, newest last, as a ring */
    size_t registrations_count;
    char text[SAMPLE_TEXT_BYTES];
};

/* Found a commune; the same seed gives the same commune and the same entries. */
void sample_init(struct sample *s, uint64_t seed);

/* Append the canonical bytes (header and body) of the commune's next entry. */
void sample_entry(struct sample *s, struct buf *out);

/* Append one entry that edits a word in the long text of an earlier one: the same bytes but for the
 * word.
 *   text  borrowed, the text as it now stands */
void sample_edit(struct sample *s, const char *text, struct buf *out);

/* A long text, as in a registration's description: about `size` bytes, at most SAMPLE_TEXT_BYTES -
 * 1. */
const char *sample_text(struct sample *s, size_t size);

#endif
