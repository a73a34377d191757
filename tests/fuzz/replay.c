/* Runs a fuzz target without a fuzzer: over every file of its corpus, as it is, cut short at each
 * of its first bytes, and with seeded changes. Prints TAP, so that `make check` keeps what fuzzing
 * found.
 *
 * A target NAME is tests/fuzz/NAME-fuzz.c with LLVMFuzzerTestOneInput(); its corpus is the folder
 * tests/fuzz/corpus/NAME. With --enable-fuzz (clang) libFuzzer takes the place of this file:
 *     tests/fuzz/NAME-fuzz SRCDIR/tests/fuzz/corpus/NAME */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum {
    FILES_MAX = 256,
    FILE_BYTES_MAX = 70 * 1024,
    CUTS_MAX = 256,
    CHANGES = 256, /* changed copies of each file */
};

static uint8_t bytes[FILE_BYTES_MAX];

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static size_t
list_files(const char *folder, char *names[FILES_MAX])
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t count = 0;

    if (dir == NULL)
        return 0;
    while ((entry = readdir(dir)) != NULL && count < FILES_MAX) {
        if (entry->d_name[0] == '.')
            continue;
        names[count] = malloc(strlen(entry->d_name) + 1);
        if (names[count] == NULL)
            break;
        strcpy(names[count++], entry->d_name);
    }
    closedir(dir);
    qsort(names, count, sizeof names[0], compare_names);
    return count;
}

/* The target gets a block of exactly the input's size, so that a sanitizer sees any step beyond
 * it. */
static void
run(const uint8_t *input, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        abort();
    if (size > 0)
        memcpy(copy, input, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void
run_changes(size_t size)
{
    uint32_t random = (uint32_t) size * 2654435761u + 1;

    for (size_t cut = 0; cut < size && cut < CUTS_MAX; cut++)
        run(bytes, cut);
    for (size_t i = 0; i < CHANGES && size > 0; i++) {
        size_t at;
        uint8_t before;

        random = random * 1664525 + 1013904223;
        at = (random >> 8) % size;
        before = bytes[at];
        bytes[at] = i % 2 == 0 ? (uint8_t) (before ^ 1u << (random >> 29)) : (uint8_t) (random >> 24);
        run(bytes, size);
        if (i % 8 != 0) /* let some changes add up */
            bytes[at] = before;
    }
}

static int
run_file(const char *folder, const char *name)
{
    char path[1024];
    FILE *file;
    size_t size;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    run(bytes, size);
    run_changes(size);
    return 1;
}

int
main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir"), *base = strrchr(argv[0], '/');
    char *names[FILES_MAX], folder[768];
    size_t count;
    int failed = 0;

    (void) argc;
    base = base != NULL ? base + 1 : argv[0];
    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%.*s", srcdir != NULL ? srcdir : ".",
             (int) strcspn(base, "-"), base);
    count = list_files(folder, names);
    printf("1..%zu\n", count + 1);
    printf("%s 1 - the corpus %s has files\n", count > 0 ? "ok" : "not ok", folder);
    for (size_t i = 0; i < count; i++) {
        int ran = run_file(folder, names[i]);

        failed |= !ran;
        printf("%s %zu - %s, cut and changed, is taken without a fault\n", ran ? "ok" : "not ok",
               i + 2, names[i]);
        free(names[i]);
    }
    return failed || count == 0;
}
