/* Trust operations, rights, cut-offs and erasures. */
#include "config.h"

#include "daemon/store/rights.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/sql.h"
#include "protocol/registry.h"

/* --- trust operations ------------------------------------------------------------------------ */

enum err
trust_add(struct store *s, int64_t space, const struct trust_row *row, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_TRUST_ADD);
    query_bind_int(&q, row->id);
    query_bind_int(&q, space);
    query_bind_int(&q, row->type);
    if (row->has_device)
        query_bind_bytes(&q, row->device, DEVICE_BYTES);
    else
        query_bind_null(&q);
    query_bind_int(&q, row->role);
    query_bind_int(&q, row->unit);
    query_bind_int(&q, row->subject);
    if (row->cutoffs != NULL)
        query_bind_bytes(&q, row->cutoffs, row->cutoffs_size);
    else
        query_bind_null(&q);
    query_bind_int(&q, row->alone);
    query_bind_int(&q, row->counts);
    return query_run(&q, e);
}

static enum err
read_trust(const struct query *q, struct arena *a, struct trust_row *row, struct error *e)
{
    size_t size;
    const uint8_t *cutoffs = query_bytes(q, 6, &size);

    row->id = query_int(q, 0);
    row->type = (unsigned) query_int(q, 1);
    row->has_device = !query_is_null(q, 2);
    if (row->has_device)
        query_copy(q, 2, row->device, DEVICE_BYTES);
    row->role = query_int(q, 3);
    row->unit = query_int(q, 4);
    row->subject = query_int(q, 5);
    row->alone = query_int(q, 7) != 0;
    row->counts = query_int(q, 8) != 0;
    if (cutoffs == NULL)
        return OK;
    row->cutoffs = (const uint8_t *) arena_text(a, cutoffs, size);
    row->cutoffs_size = size;
    return row->cutoffs != NULL ? OK : sql_no_memory(e);
}

enum err
trust_list(struct store *s, int64_t space, struct arena *a, struct trust_row **ret_rows, size_t *ret_count,
           struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct trust_row)};
    struct query q;
    enum err err = OK;

    query_start(&q, s, ST_TRUST_LIST);
    query_bind_int(&q, space);
    while (err == OK && query_row(&q)) {
        struct trust_row *row = rows_add(&rows);

        err = row != NULL ? read_trust(&q, a, row, e) : sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_rows = rows.items;
    *ret_count = rows.count;
    return OK;
}

enum err
trust_set_counts(struct store *s, int64_t id, bool counts, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_TRUST_COUNTS);
    query_bind_int(&q, id);
    query_bind_int(&q, counts);
    return query_run(&q, e);
}

enum err
trust_entry_counts(struct store *s, int64_t log, uint64_t seq, bool *ret_counts, struct error *e)
{
    struct query q;
    bool counts = false;
    enum err err;

    query_start(&q, s, ST_TRUST_OF);
    query_bind_int(&q, record_id(log, seq, 0));
    query_bind_int(&q, record_id(log, seq, CHANGE_OPS_MAX - 1));
    if (query_row(&q))
        counts = query_int(&q, 0) != 0;
    err = query_end(&q, e);
    if (err == OK)
        *ret_counts = counts;
    return err;
}

/* --- rights ---------------------------------------------------------------------------------- */

enum err
right_add(struct store *s, int64_t space, const struct right_row *row, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RIGHT_ADD);
    query_bind_int(&q, row->id);
    query_bind_int(&q, space);
    query_bind_bytes(&q, row->device, DEVICE_BYTES);
    query_bind_int(&q, row->role);
    query_bind_int(&q, row->unit);
    query_bind_int(&q, (int64_t) row->revocations);
    query_bind_int(&q, row->ended);
    query_bind_int(&q, row->print);
    return query_run(&q, e);
}

/* The rows of a query that was started. */
static enum err
read_rights(struct query *q, struct arena *a, struct right_row **ret_rows, size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct right_row)};
    enum err err = OK;

    while (err == OK && query_row(q)) {
        struct right_row *row = rows_add(&rows);

        if (row == NULL) {
            err = sql_no_memory(e);
            break;
        }
        row->id = query_int(q, 0);
        query_copy(q, 1, row->device, DEVICE_BYTES);
        row->role = (unsigned) query_int(q, 2);
        row->unit = query_int(q, 3);
        row->revocations = (uint64_t) query_int(q, 4);
        row->ended = query_int(q, 5);
        row->print = query_int(q, 6);
    }
    err = query_end_after(q, err, e);
    if (err != OK)
        return err;
    *ret_rows = rows.items;
    *ret_count = rows.count;
    return OK;
}

enum err
right_list(struct store *s, int64_t space, struct arena *a, struct right_row **ret_rows, size_t *ret_count,
           struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RIGHT_LIST);
    query_bind_int(&q, space);
    return read_rights(&q, a, ret_rows, ret_count, e);
}

enum err
right_list_of(struct store *s, int64_t space, const uint8_t device[DEVICE_BYTES], struct arena *a,
              struct right_row **ret_rows, size_t *ret_count, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RIGHT_OF);
    query_bind_int(&q, space);
    query_bind_bytes(&q, device, DEVICE_BYTES);
    return read_rights(&q, a, ret_rows, ret_count, e);
}

/* Run a statement on one number. */
static enum err
run_on(struct store *s, enum statement which, int64_t number, struct error *e)
{
    struct query q;

    query_start(&q, s, which);
    query_bind_int(&q, number);
    return query_run(&q, e);
}

enum err
right_drop_all(struct store *s, int64_t space, struct error *e)
{
    enum err err = run_on(s, ST_CUTOFF_DROP, space, e);

    return err == OK ? run_on(s, ST_RIGHT_DROP, space, e) : err;
}

enum err
cutoff_add(struct store *s, int64_t right, int64_t revocation, int64_t log, uint64_t seq, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_CUTOFF_ADD);
    query_bind_int(&q, right);
    query_bind_int(&q, revocation);
    query_bind_int(&q, log);
    query_bind_int(&q, (int64_t) seq);
    return query_run(&q, e);
}

static enum err
one_count(struct query *q, uint64_t *ret_count, struct error *e)
{
    uint64_t count = query_row(q) ? (uint64_t) query_int(q, 0) : 0;
    enum err err = query_end(q, e);

    if (err == OK)
        *ret_count = count;
    return err;
}

enum err
cutoff_count(struct store *s, int64_t right, int64_t log, uint64_t seq, uint64_t *ret_count, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_CUTOFF_COUNT);
    query_bind_int(&q, right);
    query_bind_int(&q, log);
    query_bind_int(&q, (int64_t) seq);
    return one_count(&q, ret_count, e);
}

enum err
cutoff_last(struct store *s, int64_t log, uint64_t *ret_seq, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_CUTOFF_POINTS);
    query_bind_int(&q, log);
    return one_count(&q, ret_seq, e);
}

/* --- erasures -------------------------------------------------------------------------------- */

enum err
erasure_add(struct store *s, int64_t id, int64_t log, uint64_t seq, bool counts, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ERASURE_ADD);
    query_bind_int(&q, id);
    query_bind_int(&q, entry_id(log, seq));
    query_bind_int(&q, counts);
    return query_run(&q, e);
}

enum err
erasure_of(struct store *s, int64_t log, uint64_t seq, bool *ret_erased, struct error *e)
{
    struct query q;
    uint64_t count = 0;
    enum err err;

    query_start(&q, s, ST_ERASURE_OF);
    query_bind_int(&q, entry_id(log, seq));
    err = one_count(&q, &count, e);
    if (err == OK)
        *ret_erased = count > 0;
    return err;
}

enum err
restated_add(struct store *s, int64_t id, int64_t by, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RESTATED_ADD);
    query_bind_int(&q, id);
    query_bind_int(&q, by);
    return query_run(&q, e);
}

/* The numbers of a query that was started. */
static enum err
read_numbers(struct query *q, struct arena *a, int64_t **ret_numbers, size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(int64_t)};
    enum err err = OK;

    while (err == OK && query_row(q)) {
        int64_t *number = rows_add(&rows);

        if (number != NULL)
            *number = query_int(q, 0);
        else
            err = sql_no_memory(e);
    }
    err = query_end_after(q, err, e);
    if (err != OK)
        return err;
    *ret_numbers = rows.items;
    *ret_count = rows.count;
    return OK;
}

enum err
restated_drop(struct store *s, int64_t by, struct error *e)
{
    return run_on(s, ST_RESTATED_DROP, by, e);
}

enum err
restated_list(struct store *s, int64_t log, struct arena *a, int64_t **ret_ops, size_t *ret_count,
              struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RESTATED_LIST);
    query_bind_int(&q, record_id(log, 0, 0));
    query_bind_int(&q, record_id(log, ENTRY_SEQ_MAX, CHANGE_OPS_MAX - 1));
    return read_numbers(&q, a, ret_ops, ret_count, e);
}

enum err
restated_by(struct store *s, int64_t id, struct arena *a, int64_t **ret_ops, size_t *ret_count,
            struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RESTATED_BY);
    query_bind_int(&q, id);
    return read_numbers(&q, a, ret_ops, ret_count, e);
}

enum err
entry_drop_body(struct store *s, int64_t log, uint64_t seq, const uint8_t *item, size_t item_size,
                struct error *e)
{
    struct query q;
    enum err err = sql_exec(s, "PRAGMA secure_delete = ON", e);

    if (err != OK)
        return err;
    query_start(&q, s, ST_ENTRY_SET_ITEM);
    query_bind_int(&q, entry_id(log, seq));
    query_bind_bytes(&q, item, item_size);
    return query_run(&q, e);
}

/* --- one space ------------------------------------------------------------------------------- */

enum err
entries_of_space(struct store *s, int64_t space, struct arena *a, int64_t **ret_ops, size_t *ret_count,
                 struct error *e)
{
    struct query q;
    enum err err;

    query_start(&q, s, ST_ENTRIES_OF_SPACE);
    query_bind_int(&q, space);
    err = read_numbers(&q, a, ret_ops, ret_count, e);
    for (size_t i = 0; err == OK && i < *ret_count; i++)
        (*ret_ops)[i] = record_id(entry_id_log((*ret_ops)[i]), entry_id_seq((*ret_ops)[i]), 0);
    return err;
}

/* Delete a table's rows between two keys. */
static enum err
drop_range(struct store *s, const char *table, const char *column, int64_t first, int64_t last,
           struct error *e)
{
    char text[192];

    snprintf(text, sizeof text, "DELETE FROM \"%s\" WHERE %s BETWEEN %lld AND %lld", table, column,
             (long long) first, (long long) last);
    return sql_exec(s, text, e);
}

/* What stands under the ids of one log. */
static enum err
clear_log(struct store *s, int64_t log, bool trust_too, struct error *e)
{
    static const struct {
        const char *table, *column;
        bool trust;
    } tables[] = {{"record", "id", false}, {"standing", "record", false}, {"touch", "record", false},
                  {"alias", "id", false},  {"trust", "id", true},         {"erasure", "id", true},
                  {"restated", "id", true}};
    int64_t first = record_id(log, 0, 0), last = record_id(log, ENTRY_SEQ_MAX, CHANGE_OPS_MAX - 1);
    enum err err = drop_range(s, "aside", "id", entry_id(log, 0), entry_id(log, ENTRY_SEQ_MAX), e);

    for (size_t i = 0; err == OK && i < sizeof tables / sizeof tables[0]; i++)
        if (trust_too || !tables[i].trust)
            err = drop_range(s, tables[i].table, tables[i].column, first, last, e);
    for (size_t i = 0; err == OK && i < registry_records_count; i++) {
        char name[64];

        snprintf(name, sizeof name, "r_%s", registry_records[i]->name);
        err = drop_range(s, name, "_id", first, last, e);
    }
    return err;
}

enum err
state_clear_space(struct store *s, int64_t space, bool trust_too, struct error *e)
{
    struct arena a;
    int64_t *logs;
    size_t count = 0;
    struct query q;
    enum err err;

    arena_init(&a, 64 * 1024 * 1024);
    query_start(&q, s, ST_LOG_LIST_ALL);
    query_bind_int(&q, space);
    err = read_numbers(&q, &a, &logs, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        err = clear_log(s, logs[i], trust_too, e);
    if (err == OK)
        err = run_on(s, ST_KEY_DROP_SPACE, space, e);
    if (err == OK && trust_too)
        err = right_drop_all(s, space, e);
    s->aliases = ALIASES_UNKNOWN;
    arena_release(&a);
    return err;
}
