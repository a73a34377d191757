/* How fast a hub takes in what a machine has written, beside SQLite alone with the same rows of
 * state.
 *
 *     ingest DATA-DIRECTORY SCRATCH-DIRECTORY      prints JSON
 *
 * The first is that of a stopped daemon. Its own entries are signed in runs, verified, and ingested
 * into a new store, durably, in transactions of 1, 100 and 1,000 entries: all that stands behind
 * the network. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plain_sqlite.h"
#include "daemon/engine/enrol.h"
#include "daemon/engine/ingest.h"
#include "daemon/engine/verify.h"
#include "daemon/store/state.h"
#include "protocol/limits.h"
#include "protocol/util/mem.h"

enum { RUN_ENTRIES_MAX = 100, ARENA_BYTES = 512 << 20 };

struct signed_run {
    struct run run;
    struct buf items;
    struct hash previous;
};

struct source {
    struct store *s;
    struct identity me;
    struct arena arena;
    struct space_row *spaces;
    size_t spaces_count;
};

static void
must(enum err err, const struct error *e)
{
    if (err == OK)
        return;
    fprintf(stderr, "ingest: %s: %s\n", err_name(err), e->text);
    exit(1);
}

static void
source_open(struct source *from, const char *directory)
{
    char path[1024];
    struct error e = {0};

    must(protocol_init(&e), &e);
    arena_init(&from->arena, ARENA_BYTES);
    snprintf(path, sizeof path, "%s/device.key", directory);
    must(identity_load(&from->me, path, &e), &e);
    snprintf(path, sizeof path, "%s/thidua.db", directory);
    must(store_open(path, STORE_READ, &from->s, &e), &e);
    must(store_begin(from->s, &e), &e);
    must(space_list(from->s, &from->arena, &from->spaces, &from->spaces_count, &e), &e);
}

static void
make_run(struct source *from, const struct log_row *log, uint64_t first, uint64_t last,
         struct signed_run *ret)
{
    struct error e = {0};
    struct hash head;

    memset(ret, 0, sizeof *ret);
    buf_init(&ret->items, RUN_BYTES_MAX);
    must(log_read_items(from->s, log->id, first, last, RUN_BYTES_MAX, &ret->items, &last, &e), &e);
    if (first == 1)
        chain_start(&log->name, &ret->previous);
    else
        must(entry_hash(from->s, log->id, first - 1, &ret->previous, &e), &e);
    must(entry_hash(from->s, log->id, last, &head, &e), &e);
    ret->run = (struct run){.id = log->name,
                            .first_seq = first,
                            .last_seq = last,
                            .items = ret->items.bytes,
                            .items_size = ret->items.size};
    must(chain_sign(&from->me.sign, &log->name, last, &head, ret->run.signature), &e);
}

/* The runs of this device's own logs, at most `entries_max` in each.
 *   ret_entries  how many in all */
static struct signed_run *
make_runs(struct source *from, uint64_t entries_max, size_t *ret_count, uint64_t *ret_entries)
{
    struct signed_run *runs = NULL;
    struct error e = {0};

    *ret_count = 0;
    *ret_entries = 0;
    for (size_t i = 0; i < from->spaces_count; i++) {
        struct log_row log;
        enum err err = log_own(from->s, from->spaces[i].id, &log, &e);

        if (err == ERR_NOT_FOUND)
            continue;
        must(err, &e);
        for (uint64_t first = 1; first <= log.received_seq;) {
            uint64_t last = first + entries_max - 1;

            runs = mem_resize(runs, (*ret_count + 1) * sizeof *runs);
            must(runs == NULL ? ERR_NOMEM : OK, &e);
            last = last < log.received_seq ? last : log.received_seq;
            make_run(from, &log, first, last, &runs[*ret_count]);
            first = runs[(*ret_count)++].run.last_seq + 1;
        }
        *ret_entries += log.received_seq;
    }
    return runs;
}

static void
free_runs(struct signed_run *runs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_release(&runs[i].items);
    mem_free(runs);
}

static double
verify_runs(const struct signed_run *runs, size_t count)
{
    double start = plain_now_s();
    struct error e = {0};

    for (size_t i = 0; i < count; i++) {
        struct verified_run *verified;

        must(run_verify(&runs[i].run, &runs[i].previous, &verified, &e), &e);
        verified_run_free(verified);
    }
    return plain_now_s() - start;
}

static struct store *
target_open(const struct source *from, const char *path)
{
    uint8_t random[STORE_ID_BYTES] = {1};
    struct space_row space;
    struct error e = {0};
    struct store *s;

    plain_remove(path);
    must(store_open(path, STORE_CREATE, &s, &e), &e);
    must(store_begin(s, &e), &e);
    must(enrol_store(s, "hub", random, &e), &e);
    for (size_t i = 0; i < from->spaces_count; i++)
        must(space_add(s, from->spaces[i].genesis_bytes, SPACE_BELOW, &space, &e), &e);
    must(store_commit(s, &e), &e);
    return s;
}

/* Verify and ingest, and commit after every `runs_each`. */
static double
ingest_runs(struct store *s, const struct signed_run *runs, size_t count, size_t runs_each)
{
    double start = plain_now_s();
    struct error e = {0};

    for (size_t i = 0; i < count; i++) {
        struct verified_run *verified;
        struct ingest_result result;

        if (i % runs_each == 0)
            must(store_begin(s, &e), &e);
        must(run_verify(&runs[i].run, &runs[i].previous, &verified, &e), &e);
        must(ingest_run(s, verified, &result, &e), &e);
        verified_run_free(verified);
        if (i % runs_each == runs_each - 1 || i == count - 1)
            must(store_commit(s, &e), &e);
    }
    return plain_now_s() - start;
}

static void
print_verify(struct store *s)
{
    struct verify_report report = {0};
    struct error e = {0};
    struct arena a;
    double start = plain_now_s();

    arena_init(&a, ARENA_BYTES);
    must(store_begin(s, &e), &e);
    must(verify_logs(s, &a, &report, &e), &e);
    printf("  \"verify_entries_s\": %.0f,\n", (double) report.entries / (plain_now_s() - start));
    start = plain_now_s();
    must(verify_rebuild(s, &a, &report, &e), &e);
    printf("  \"rebuild_entries_s\": %.0f,\n", (double) report.entries / (plain_now_s() - start));
    must(report.problems_count > 0 ? ERR_FORMAT : OK, &e);
    store_rollback(s);
    arena_release(&a);
}

int
main(int argc, char **argv)
{
    static const size_t sizes[] = {1, 100, 1000};
    char path[1024], plain_path[1024];
    struct source from = {0};
    struct plain *plain;

    if (argc != 3) {
        fprintf(stderr, "usage: ingest DATA-DIRECTORY SCRATCH-DIRECTORY\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/thidua.db", argv[1]);
    plain = plain_read(path);
    source_open(&from, argv[1]);
    snprintf(path, sizeof path, "%s/ingest.db", argv[2]);
    snprintf(plain_path, sizeof plain_path, "%s/plain.db", argv[2]);
    printf("{\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t run_entries = sizes[i] < RUN_ENTRIES_MAX ? sizes[i] : RUN_ENTRIES_MAX;
        size_t count;
        uint64_t entries;
        struct signed_run *runs = make_runs(&from, run_entries, &count, &entries);
        struct store *s = target_open(&from, path);
        double verify_s = verify_runs(runs, count);
        double bare_s = plain_write(plain, plain_path, entries, sizes[i]);
        double own_s = ingest_runs(s, runs, count, sizes[i] / run_entries);

        printf("  \"transactions_of_%zu\": {\"entries\": %llu, \"rows\": %zu, \"ingest_s\": %.3f, "
               "\"plain_s\": %.3f, "
               "\"ingest_entries_s\": %.0f, \"plain_writes_s\": %.0f, \"ratio\": %.2f, "
               "\"run_verify_entries_s\": %.0f},\n",
               sizes[i], (unsigned long long) entries, plain_rows_count(plain), own_s, bare_s,
               (double) entries / own_s, (double) entries / bare_s, bare_s / own_s,
               (double) entries / verify_s);
        if (i == sizeof sizes / sizeof sizes[0] - 1)
            print_verify(s);
        store_close(s);
        free_runs(runs, count);
    }
    printf("  \"entries_in_a_run\": %d\n}\n", RUN_ENTRIES_MAX);
    plain_remove(path);
    plain_remove(plain_path);
    plain_free(plain);
    store_end(from.s);
    store_close(from.s);
    identity_release(&from.me);
    arena_release(&from.arena);
    return 0;
}
