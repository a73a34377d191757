/* What every fuzz target defines, and how it says that something is wrong. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* Stop at once when a property does not hold; the fuzzer keeps the input. */
#define fuzz_must(property)                                                                        \
    do {                                                                                           \
        if (!(property)) {                                                                         \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #property);           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
