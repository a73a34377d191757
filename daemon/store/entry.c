/* Entries, their signatures, and what they say about other logs. */
#include "config.h"

#include <string.h>

#include "daemon/store/log.h"
#include "daemon/store/sql.h"

/* --- entries --------------------------------------------------------------------------------- */

enum err
log_append(struct store *s, int64_t log, const struct verified_entry *entry, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ENTRY_ADD);
    query_bind_int(&q, entry_id(log, entry->seq));
    query_bind_bytes(&q, entry->hash.bytes, HASH_BYTES);
    query_bind_bytes(&q, entry->item, entry->item_size);
    return query_run(&q, e);
}

static enum err
one_entry(struct query *q, struct arena *a, struct entry_row *ret_entry, struct error *e)
{
    struct entry_row row = {0};
    bool found = query_row(q);
    enum err err;

    if (found) {
        const uint8_t *item = query_bytes(q, 5, &row.item_size);

        row.log = entry_id_log(query_int(q, 0));
        row.seq = entry_id_seq(query_int(q, 0));
        query_copy(q, 1, row.hash.bytes, HASH_BYTES);
        row.applied = query_int(q, 2);
        row.wall_s = query_int(q, 3);
        row.operator = query_int(q, 4);
        row.item = (const uint8_t *) arena_text(a, item, row.item_size);
    }
    err = query_end(q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such entry");
    if (err == OK && row.item == NULL)
        err = sql_no_memory(e);
    if (err == OK)
        *ret_entry = row;
    return err;
}

enum err
entry_get(struct store *s, int64_t log, uint64_t seq, struct arena *a, struct entry_row *ret_entry,
          struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ENTRY_GET);
    query_bind_int(&q, entry_id(log, seq));
    return one_entry(&q, a, ret_entry, e);
}

enum err
entry_by_applied(struct store *s, int64_t applied, struct arena *a, struct entry_row *ret_entry,
                 struct error *e)
{
    struct query q;

    if (applied <= 0)
        return err_set(e, ERR_NOT_FOUND, "store: no such entry");
    query_start(&q, s, ST_ENTRY_BY_APPLIED);
    query_bind_int(&q, applied);
    return one_entry(&q, a, ret_entry, e);
}

enum err
entry_hash(struct store *s, int64_t log, uint64_t seq, struct hash *ret_hash, struct error *e)
{
    struct hash hash;
    struct query q;
    bool found;
    enum err err;

    query_start(&q, s, ST_ENTRY_HASH);
    query_bind_int(&q, entry_id(log, seq));
    found = query_row(&q);
    if (found)
        query_copy(&q, 0, hash.bytes, HASH_BYTES);
    err = query_end(&q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such entry");
    if (err == OK)
        *ret_hash = hash;
    return err;
}

enum err
entry_set_applied(struct store *s, const struct entry_row *entry, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ENTRY_SET_APPLIED);
    query_bind_int(&q, entry_id(entry->log, entry->seq));
    if (entry->applied > 0)
        query_bind_int(&q, entry->applied);
    else
        query_bind_null(&q);
    query_bind_int(&q, entry->wall_s);
    query_bind_int(&q, entry->operator);
    return query_run(&q, e);
}

/* A query that gives one number, or no row. */
static enum err
one_number(struct query *q, int64_t *ret_number, struct error *e)
{
    bool found = query_row(q) && !query_is_null(q, 0);
    int64_t number = found ? query_int(q, 0) : 0;
    enum err err = query_end(q, e);

    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such row");
    if (err == OK)
        *ret_number = number;
    return err;
}

enum err
entry_last_applied(struct store *s, int64_t *ret_applied, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ENTRY_LAST_APPLIED);
    return one_number(&q, ret_applied, e);
}

enum err
log_read_items(struct store *s, int64_t log, uint64_t first, uint64_t last, size_t bytes_max,
               struct buf *b, uint64_t *ret_last, struct error *e)
{
    uint64_t appended = first - 1;
    size_t used = 0;
    struct query q;
    enum err err = OK;

    query_start(&q, s, ST_ENTRY_ITEMS);
    query_bind_int(&q, entry_id(log, first));
    query_bind_int(&q, entry_id(log, last < ENTRY_SEQ_MAX ? last : ENTRY_SEQ_MAX));
    while (err == OK && query_row(&q)) {
        size_t size;
        const uint8_t *item = query_bytes(&q, 1, &size);

        if (appended >= first && (used >= bytes_max || size > bytes_max - used))
            break;
        if (buf_append(b, item, size) != OK)
            err = err_set(e, b->err, "store: items do not fit the buffer");
        used += size;
        appended = entry_id_seq(query_int(&q, 0));
    }
    err = query_end_after(&q, err, e);
    if (err == OK)
        *ret_last = appended;
    return err;
}

enum err
log_tail_first(struct store *s, int64_t log, uint64_t last, size_t bytes_max, uint64_t *ret_first,
               struct error *e)
{
    uint64_t first = last + 1;
    size_t left = bytes_max;
    struct query q;
    enum err err;

    query_start(&q, s, ST_ENTRY_SIZES);
    query_bind_int(&q, entry_id(log, 1));
    query_bind_int(&q, entry_id(log, last));
    while (query_row(&q)) {
        size_t size = (size_t) query_int(&q, 1);

        if (size > left)
            break;
        left -= size;
        first = entry_id_seq(query_int(&q, 0));
    }
    err = query_end(&q, e);
    if (err == OK)
        *ret_first = first;
    return err;
}

/* --- signatures ------------------------------------------------------------------------------ */

enum err
signature_add(struct store *s, int64_t log, uint64_t seq, const uint8_t signature[SIGNATURE_BYTES],
              struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SIGNATURE_ADD);
    query_bind_int(&q, entry_id(log, seq));
    query_bind_bytes(&q, signature, SIGNATURE_BYTES);
    return query_run(&q, e);
}

enum err
signature_drop(struct store *s, int64_t log, uint64_t seq, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SIGNATURE_DROP);
    query_bind_int(&q, entry_id(log, seq));
    return query_run(&q, e);
}

static enum err
one_signature(struct query *q, uint64_t *ret_seq, uint8_t ret_signature[SIGNATURE_BYTES],
              struct error *e)
{
    uint8_t signature[SIGNATURE_BYTES];
    bool found = query_row(q);
    uint64_t seq = found ? entry_id_seq(query_int(q, 0)) : 0;
    enum err err;

    if (found)
        query_copy(q, 1, signature, SIGNATURE_BYTES);
    err = query_end(q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no signature there");
    if (err != OK)
        return err;
    *ret_seq = seq;
    memcpy(ret_signature, signature, SIGNATURE_BYTES);
    return OK;
}

enum err
signature_at_or_after(struct store *s, int64_t log, uint64_t seq, uint64_t *ret_seq,
                      uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SIGNATURE_AFTER);
    query_bind_int(&q, entry_id(log, seq));
    query_bind_int(&q, entry_id(log, ENTRY_SEQ_MAX));
    return one_signature(&q, ret_seq, ret_signature, e);
}

enum err
signature_last_before(struct store *s, int64_t log, uint64_t first, uint64_t seq, uint64_t *ret_seq,
                      uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SIGNATURE_BEFORE);
    query_bind_int(&q, entry_id(log, first));
    query_bind_int(&q, entry_id(log, seq));
    return one_signature(&q, ret_seq, ret_signature, e);
}

/* --- a log's own table ----------------------------------------------------------------------- */

enum err
place_add(struct store *s, int64_t log, uint64_t seq, uint32_t place, int64_t other, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_PLACE_ADD);
    query_bind_int(&q, log);
    query_bind_int(&q, place);
    query_bind_int(&q, other);
    query_bind_int(&q, (int64_t) seq);
    return query_run(&q, e);
}

enum err
place_log(struct store *s, int64_t log, uint64_t seq, uint32_t place, int64_t *ret_other,
          struct error *e)
{
    struct query q;

    if (place == 0) {
        *ret_other = log;
        return OK;
    }
    query_start(&q, s, ST_PLACE_LOG);
    query_bind_int(&q, log);
    query_bind_int(&q, place);
    query_bind_int(&q, (int64_t) seq);
    return one_number(&q, ret_other, e);
}

enum err
place_of(struct store *s, int64_t log, int64_t other, uint32_t *ret_place, struct error *e)
{
    int64_t place = 0;
    struct query q;
    enum err err = OK;

    if (other != log) {
        query_start(&q, s, ST_PLACE_OF);
        query_bind_int(&q, log);
        query_bind_int(&q, other);
        err = one_number(&q, &place, e);
    }
    if (err == OK)
        *ret_place = (uint32_t) place;
    return err;
}

enum err
place_count(struct store *s, int64_t log, uint32_t *ret_count, struct error *e)
{
    int64_t count = 0;
    struct query q;
    enum err err;

    query_start(&q, s, ST_PLACE_COUNT);
    query_bind_int(&q, log);
    err = one_number(&q, &count, e);
    if (err == OK)
        *ret_count = (uint32_t) count;
    return err;
}

/* --- what entries have seen ------------------------------------------------------------------ */

enum err
seen_add(struct store *s, int64_t log, uint64_t seq, int64_t other, uint64_t other_seq,
         struct error *e)
{
    struct query q;

    query_start(&q, s, ST_SEEN_ADD);
    query_bind_int(&q, log);
    query_bind_int(&q, other);
    query_bind_int(&q, (int64_t) seq);
    query_bind_int(&q, (int64_t) other_seq);
    return query_run(&q, e);
}

enum err
seen_get(struct store *s, int64_t log, uint64_t seq, int64_t other, uint64_t *ret_seq,
         struct error *e)
{
    int64_t seen = 0;
    struct query q;
    enum err err;

    if (other == log) {
        *ret_seq = seq;
        return OK;
    }
    query_start(&q, s, ST_SEEN_GET);
    query_bind_int(&q, log);
    query_bind_int(&q, other);
    query_bind_int(&q, (int64_t) seq);
    err = one_number(&q, &seen, NULL);
    if (err == ERR_NOT_FOUND)
        err = OK;
    if (err == OK)
        *ret_seq = (uint64_t) seen;
    else
        err_set(e, err, "store: cannot read what entries have seen");
    return err;
}

/* --- set aside ------------------------------------------------------------------------------- */

enum err
aside_add(struct store *s, int64_t log, uint64_t seq, const char *reason, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_ASIDE_ADD);
    query_bind_int(&q, entry_id(log, seq));
    query_bind_text(&q, reason, strlen(reason));
    return query_run(&q, e);
}

enum err
aside_has(struct store *s, int64_t log, uint64_t seq, bool *ret_has, struct error *e)
{
    struct query q;
    bool has;
    enum err err;

    query_start(&q, s, ST_ASIDE_HAS);
    query_bind_int(&q, entry_id(log, seq));
    has = query_row(&q);
    err = query_end(&q, e);
    if (err == OK)
        *ret_has = has;
    return err;
}

enum err
aside_list(struct store *s, struct arena *a, struct aside_row **ret_rows, size_t *ret_count,
           struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct aside_row)};
    struct query q;
    enum err err = OK;

    query_start(&q, s, ST_ASIDE_LIST);
    while (err == OK && query_row(&q)) {
        struct aside_row *row = rows_add(&rows);
        size_t size;
        const char *reason = query_text(&q, 1, &size);

        if (row == NULL) {
            err = sql_no_memory(e);
            break;
        }
        row->log = entry_id_log(query_int(&q, 0));
        row->seq = entry_id_seq(query_int(&q, 0));
        row->reason = arena_text(a, reason, size);
        if (row->reason == NULL)
            err = sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_rows = rows.items;
    *ret_count = rows.count;
    return OK;
}
