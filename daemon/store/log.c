/* Spaces and logs: which there are, and how far each is stored and merged. */
#include "config.h"

#include "daemon/store/log.h"

#include <string.h>

#include "daemon/store/sql.h"

enum { EPOCH_BYTES = 8 };

/* --- spaces ---------------------------------------------------------------------------------- */

/* The row of a query that selects id, genesis, origin. */
static enum err
read_space(const struct query *q, struct space_row *ret_space, struct error *e)
{
    struct space_row row = {.id = query_int(q, 0), .origin = (enum space_origin) query_int(q, 2)};
    enum err err;

    query_copy(q, 1, row.genesis_bytes, GENESIS_BYTES);
    err = genesis_decode(row.genesis_bytes, GENESIS_BYTES, &row.genesis, e);
    if (err != OK)
        return err_set(e, ERR_IO, "store: space %lld is damaged", (long long) row.id);
    genesis_space(row.genesis_bytes, row.space);
    *ret_space = row;
    return OK;
}

static enum err
one_space(struct query *q, struct space_row *ret_space, struct error *e)
{
    bool found = query_row(q);
    struct space_row row;
    enum err err = found ? read_space(q, &row, e) : OK;

    err = query_end_after(q, err, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such space");
    if (err == OK)
        *ret_space = row;
    return err;
}

/* Logs of the space may be known already, by reference. */
static enum err
adopt_logs(struct store *s, const struct space_row *space, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SPACE_ADOPT_LOGS);
    query_bind_int(&q, space->id);
    query_bind_bytes(&q, space->space, SPACE_BYTES);
    return query_run(&q, e);
}

enum err
space_add(struct store *s, const uint8_t genesis[GENESIS_BYTES], enum space_origin origin,
          struct space_row *ret_space, struct error *e)
{
    struct space_row row = {.origin = origin};
    struct query q;
    enum err err = genesis_decode(genesis, GENESIS_BYTES, &row.genesis, e);

    if (err != OK)
        return err;
    memcpy(row.genesis_bytes, genesis, GENESIS_BYTES);
    genesis_space(genesis, row.space);
    err = space_find(s, row.space, ret_space, e);
    if (err != ERR_NOT_FOUND)
        return err;
    query_start(&q, s, ST_SPACE_ADD);
    query_bind_bytes(&q, row.space, SPACE_BYTES);
    query_bind_bytes(&q, row.genesis_bytes, GENESIS_BYTES);
    query_bind_int(&q, row.genesis.kind);
    query_bind_int(&q, origin);
    err = query_run(&q, e);
    if (err != OK)
        return err;
    row.id = sqlite3_last_insert_rowid(s->db);
    err = adopt_logs(s, &row, e);
    if (err == OK)
        *ret_space = row;
    return err;
}

enum err
space_get(struct store *s, int64_t id, struct space_row *ret_space, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SPACE_GET);
    query_bind_int(&q, id);
    return one_space(&q, ret_space, e);
}

enum err
space_find(struct store *s, const uint8_t space[SPACE_BYTES], struct space_row *ret_space,
           struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SPACE_FIND);
    query_bind_bytes(&q, space, SPACE_BYTES);
    return one_space(&q, ret_space, e);
}

enum err
space_own(struct store *s, enum space_kind kind, struct space_row *ret_space, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SPACE_OWN);
    query_bind_int(&q, kind);
    return one_space(&q, ret_space, e);
}

enum err
space_list(struct store *s, struct arena *a, struct space_row **ret_spaces, size_t *ret_count,
           struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct space_row)};
    struct query q;
    enum err err = OK;

    query_start(&q, s, ST_SPACE_LIST);
    while (err == OK && query_row(&q)) {
        struct space_row *row = rows_add(&rows);

        err = row != NULL ? read_space(&q, row, e) : sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_spaces = rows.items;
    *ret_count = rows.count;
    return OK;
}

/* --- logs ------------------------------------------------------------------------------------ */

/* Big-endian, so that bytes sort as the unsigned numbers do. */
static void
epoch_to_bytes(uint64_t epoch, uint8_t ret_bytes[EPOCH_BYTES])
{
    for (int i = 0; i < EPOCH_BYTES; i++)
        ret_bytes[i] = (uint8_t) (epoch >> (8 * (EPOCH_BYTES - 1 - i)));
}

/* The row of a query that selects LOG_COLUMNS. */
static void
read_log(const struct query *q, struct log_row *ret_log)
{
    uint8_t epoch[EPOCH_BYTES];

    *ret_log = (struct log_row){
        .id = query_int(q, 0),
        .space = query_int(q, 1),
        .received_seq = (uint64_t) query_int(q, 5),
        .applied_seq = (uint64_t) query_int(q, 7),
        .wall_s = query_int(q, 9),
        .operator = query_int(q, 10),
        .own = query_int(q, 11) != 0,
        .closed = query_int(q, 12) != 0,
        .reach = (uint64_t) query_int(q, 13),
    };
    query_copy(q, 2, ret_log->name.space, SPACE_BYTES);
    query_copy(q, 3, ret_log->name.device, DEVICE_BYTES);
    query_copy(q, 4, epoch, EPOCH_BYTES);
    for (int i = 0; i < EPOCH_BYTES; i++)
        ret_log->name.epoch = ret_log->name.epoch << 8 | epoch[i];
    query_copy(q, 6, ret_log->received_hash.bytes, HASH_BYTES);
    query_copy(q, 8, ret_log->applied_hash.bytes, HASH_BYTES);
}

static enum err
one_log(struct query *q, struct log_row *ret_log, struct error *e)
{
    bool found = query_row(q);
    struct log_row row;
    enum err err;

    if (found)
        read_log(q, &row);
    err = query_end(q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such log");
    if (err == OK)
        *ret_log = row;
    return err;
}

static enum err
insert_log(struct store *s, const struct log_id *name, bool own, int64_t *ret_id, struct error *e)
{
    uint8_t epoch[EPOCH_BYTES];
    struct hash start;
    struct query q;
    enum err err;

    epoch_to_bytes(name->epoch, epoch);
    chain_start(name, &start);
    query_start(&q, s, ST_LOG_ADD);
    query_bind_bytes(&q, name->space, SPACE_BYTES);
    query_bind_bytes(&q, name->device, DEVICE_BYTES);
    query_bind_bytes(&q, epoch, EPOCH_BYTES);
    query_bind_bytes(&q, start.bytes, HASH_BYTES);
    query_bind_int(&q, own);
    err = query_run(&q, e);
    if (err != OK)
        return err;
    *ret_id = sqlite3_last_insert_rowid(s->db);
    if (*ret_id > LOG_ID_MAX)
        return err_set(e, ERR_LIMIT, "store: more than %d logs", LOG_ID_MAX);
    return OK;
}

enum err
log_add(struct store *s, const struct log_id *name, bool own, struct log_row *ret_log,
        struct error *e)
{
    int64_t id;
    enum err err = log_find(s, name, ret_log, e);

    if (err == OK && own && !ret_log->own) {
        ret_log->own = true;
        return log_update(s, ret_log, e);
    }
    if (err != ERR_NOT_FOUND)
        return err;
    err = insert_log(s, name, own, &id, e);
    return err == OK ? log_get(s, id, ret_log, e) : err;
}

enum err
log_get(struct store *s, int64_t id, struct log_row *ret_log, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_LOG_GET);
    query_bind_int(&q, id);
    return one_log(&q, ret_log, e);
}

enum err
log_find(struct store *s, const struct log_id *name, struct log_row *ret_log, struct error *e)
{
    uint8_t epoch[EPOCH_BYTES];
    struct query q;

    epoch_to_bytes(name->epoch, epoch);
    query_start(&q, s, ST_LOG_FIND);
    query_bind_bytes(&q, name->space, SPACE_BYTES);
    query_bind_bytes(&q, name->device, DEVICE_BYTES);
    query_bind_bytes(&q, epoch, EPOCH_BYTES);
    return one_log(&q, ret_log, e);
}

enum err
log_own(struct store *s, int64_t space, struct log_row *ret_log, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_LOG_OWN);
    query_bind_int(&q, space);
    return one_log(&q, ret_log, e);
}

enum err
log_update(struct store *s, const struct log_row *log, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_LOG_UPDATE);
    query_bind_int(&q, log->id);
    query_bind_int(&q, (int64_t) log->received_seq);
    query_bind_bytes(&q, log->received_hash.bytes, HASH_BYTES);
    query_bind_int(&q, (int64_t) log->applied_seq);
    query_bind_bytes(&q, log->applied_hash.bytes, HASH_BYTES);
    query_bind_int(&q, log->wall_s);
    query_bind_int(&q, log->operator);
    query_bind_int(&q, log->own);
    return query_run(&q, e);
}

enum err
log_close(struct store *s, int64_t id, bool closed, uint64_t reach, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_LOG_CLOSE);
    query_bind_int(&q, id);
    query_bind_int(&q, closed);
    query_bind_int(&q, (int64_t) reach);
    return query_run(&q, e);
}

enum err
log_any_closed(struct store *s, int64_t space, bool *ret_any, struct error *e)
{
    struct query q;
    bool any;
    enum err err;

    query_start(&q, s, ST_LOG_ANY_CLOSED);
    query_bind_int(&q, space);
    any = query_row(&q);
    err = query_end(&q, e);
    if (err == OK)
        *ret_any = any;
    return err;
}

static enum err
list_logs(struct store *s, enum statement statement, int64_t space, struct arena *a,
          struct log_row **ret_logs, size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct log_row)};
    struct query q;
    enum err err = OK;

    query_start(&q, s, statement);
    query_bind_int(&q, space);
    while (err == OK && query_row(&q)) {
        struct log_row *row = rows_add(&rows);

        if (row != NULL)
            read_log(&q, row);
        else
            err = sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_logs = rows.items;
    *ret_count = rows.count;
    return OK;
}

enum err
log_list(struct store *s, int64_t space, struct arena *a, struct log_row **ret_logs,
         size_t *ret_count, struct error *e)
{
    return list_logs(s, ST_LOG_LIST, space, a, ret_logs, ret_count, e);
}

enum err
log_list_held(struct store *s, int64_t space, struct arena *a, struct log_row **ret_logs,
              size_t *ret_count, struct error *e)
{
    return list_logs(s, ST_LOG_LIST_HELD, space, a, ret_logs, ret_count, e);
}

enum err
log_count_of(struct store *s, int64_t space, uint64_t *ret_count, struct error *e)
{
    uint64_t count = 0;
    struct query q;
    enum err err;

    query_start(&q, s, ST_LOG_COUNT_OF);
    query_bind_int(&q, space);
    if (query_row(&q))
        count = (uint64_t) query_int(&q, 0);
    err = query_end(&q, e);
    if (err == OK)
        *ret_count = count;
    return err;
}

enum err
log_count(struct store *s, struct log_counts *ret_counts, struct error *e)
{
    struct log_counts counts = {0};
    struct query q;
    enum err err;

    query_start(&q, s, ST_LOG_COUNT);
    if (query_row(&q)) {
        counts.entries = (uint64_t) query_int(&q, 0);
        counts.held = (uint64_t) query_int(&q, 1);
        counts.own_entries = (uint64_t) query_int(&q, 2);
        counts.set_aside = (uint64_t) query_int(&q, 3);
    }
    err = query_end(&q, e);
    if (err == OK)
        *ret_counts = counts;
    return err;
}
