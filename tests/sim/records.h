/* Records by definition: every write of the counting entries of a space, and what stands of them. */
#ifndef TESTS_SIM_RECORDS_H
#define TESTS_SIM_RECORDS_H

#include "tests/sim/archive.h"

/* One value that a counting entry writes to a field. */
struct write {
    struct hash record;      /* its name */
    unsigned field;          /* 0 = life */
    unsigned type;
    uint32_t log;
    uint64_t seq;
    const struct archive_entry *entry;
    struct value value;
    struct hash reference;   /* the name of what a reference names */
    bool foreign;            /* a reference to another space */
    bool stands;
    bool displayed;
};

struct records {
    struct write *writes;    /* in the arena; those that stand come by record, field, then writer */
    size_t count;
    size_t records_count;    /* distinct records */
};

/* Compute a space's records from the archive. */
void records_of(const struct archive *ar, uint32_t space, struct arena *a, struct records *ret_records);

/* What stands in a field of a record: a view, and how many. */
const struct write *records_find(const struct records *r, const struct hash *record, unsigned field,
                                 size_t *ret_count);

/* The same value, references by what they name. */
bool write_same(const struct write *x, const struct write *y);

#endif
