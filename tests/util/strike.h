/* One call of the engine, struck by every fault in turn: each allocation of our own, allocations inside SQLite,
 * and each operation on the database's files, which fails, finds the disk full, is half done, or is where the
 * power goes. After each the store holds what it held before, to the last row, or the whole change, and the same
 * call without a fault gives what an undisturbed store gives. */
#ifndef TESTS_UTIL_STRIKE_H
#define TESTS_UTIL_STRIKE_H

#include "tests/util/world.h"

struct strike {
    const char *words;   /* for failures and figures */
    struct node *node;   /* whose store is a file at strike_place() */
    /* The call under test, inside a transaction. What it gives back goes into *ret_result, as a number. */
    enum err (*act)(struct node *n, void *context, uint64_t *ret_result, struct error *e);
    void *context;
    bool reads;          /* changes nothing, so only memory can fail */
    bool memory_only;    /* what it writes is struck elsewhere */
    /* With too little memory the call may do less and succeed; this is then called in the same transaction,
     * to make up for it and to see that it is. NULL: it may not. */
    void (*make_up)(struct node *n, void *context);
};

/* Before the first store is opened: the file layer and the allocator of SQLite, and the seed of the strides
 * (environment FAULT_SEED; printed). With FAULT_EVERY there are no strides: a minute or more for each file. */
void strike_setup(void);

/* Let the next node's store be a file in a folder of this test. */
void strike_place(void);

/* Strike the call everywhere. The node's store is as before in the end, and open. */
void strike_everywhere(const struct strike *k);

/* Remove the folder. */
void strike_teardown(void);

/* Path of the database, and of the folder. */
const char *strike_path(void);
const char *strike_folder(void);

/* A number for bytes, to be compared. */
uint64_t strike_number(uint64_t before, const void *bytes, size_t size);

#endif
