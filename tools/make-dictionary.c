/* Makes the shipped dictionary from sample changesets. Its output is committed and is the file of
 * record: both ends of a connection must hold the same bytes, so it is never made during a build.
 * Run it only to ship a new dictionary, and then keep the old one for the releases that speak it.
 *
 *     make tools/make-dictionary && tools/make-dictionary FILE
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <zdict.h>

#include "tests/util/sample.h"

enum {
    COMMUNES = 40,
    ENTRIES_EACH = 150,
    FIRST_SEED = 1, /* benchmarks use seeds from 1000, so they never see these communes */
    DICTIONARY_BYTES = 20 * 1024,
    SAMPLES_BYTES_MAX = 8 << 20,
};

static size_t
make_samples(struct buf *samples, size_t *sizes)
{
    static struct sample commune;
    size_t count = 0;

    for (uint64_t i = 0; i < COMMUNES; i++) {
        sample_init(&commune, FIRST_SEED + i);
        for (size_t k = 0; k < ENTRIES_EACH; k++) {
            size_t before = samples->size;

            sample_entry(&commune, samples);
            sizes[count++] = samples->size - before;
        }
    }
    return count;
}

int
main(int argc, char **argv)
{
    static size_t sizes[COMMUNES * ENTRIES_EACH];
    static uint8_t dictionary[DICTIONARY_BYTES];
    struct buf samples;
    size_t count, size;
    FILE *file;

    if (argc != 2) {
        fprintf(stderr, "usage: make-dictionary FILE\n");
        return 2;
    }
    buf_init(&samples, SAMPLES_BYTES_MAX);
    count = make_samples(&samples, sizes);
    size = ZDICT_trainFromBuffer(dictionary, sizeof dictionary, samples.bytes, sizes,
                                 (unsigned) count);
    buf_release(&samples);
    if (ZDICT_isError(size)) {
        fprintf(stderr, "make-dictionary: %s\n", ZDICT_getErrorName(size));
        return 1;
    }
    file = fopen(argv[1], "wb");
    if (file == NULL || fwrite(dictionary, 1, size, file) != size || fclose(file) != 0) {
        perror(argv[1]);
        return 1;
    }
    printf("%s: %zu bytes from %zu changesets\n", argv[1], size, count);
    return 0;
}
