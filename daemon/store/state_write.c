/* Writing the state: for the merge and for rebuilds only. */
#include "config.h"

#include <string.h>

#include "daemon/store/alias.h"
#include "daemon/store/column.h"
#include "daemon/store/schema.h"
#include "daemon/store/sql.h"
#include "daemon/store/state.h"
#include "daemon/store/state_table.h"

enum { STAMPS_BYTES_MAX = (REGISTRY_FIELDS_MAX + 1) * 16 };

/* --- records --------------------------------------------------------------------------------- */

/* A record whose fields go by ascending id, are of the registry, and hold values of its kinds. */
static enum err
check_record(const struct record *r, struct error *e)
{
    const struct registry_field *f = r->registry->fields;

    for (uint32_t i = 0; i < r->fields_count; i++) {
        enum value_kind kind = r->fields[i].value.kind;

        while (f->id != 0 && f->id < r->fields[i].id)
            f++;
        if (f->id != r->fields[i].id)
            return err_set(e, ERR_USAGE, "store: %s has no field %u, or it comes twice",
                           r->registry->name, r->fields[i].id);
        if (kind != f->kind && kind != VALUE_NULL)
            return err_set(e, ERR_USAGE, "store: %s.%s holds another kind of value",
                           r->registry->name, f->name);
        f++;
    }
    return OK;
}

static int64_t
count_conflicts(const struct record *r)
{
    int64_t count = r->life_conflict;

    for (uint32_t i = 0; i < r->fields_count; i++)
        count += r->fields[i].conflict;
    return count;
}

/* Parameters in the order of table_put_stmt(). */
static void
bind_record(struct query *q, const struct record *r, const struct buf *stamps)
{
    uint32_t next = 0;

    query_bind_int(q, count_conflicts(r));
    query_bind_int(q, r->id);
    query_bind_int(q, r->space);
    query_bind_int(q, r->version);
    query_bind_int(q, r->live);
    query_bind_int(q, r->several);
    if (stamps->size > 0)
        query_bind_bytes(q, stamps->bytes, stamps->size);
    else
        query_bind_null(q);
    for (const struct registry_field *f = r->registry->fields; f->id != 0; f++) {
        if (next < r->fields_count && r->fields[next].id == f->id)
            column_bind(q, &r->fields[next++].value);
        else
            query_bind_null(q);
    }
}

enum err
state_note_type(struct store *s, int64_t record, unsigned type, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_RECORD_ADD);
    query_bind_int(&q, record);
    query_bind_int(&q, type);
    return query_run(&q, e);
}

enum err
state_put(struct store *s, const struct record *r, struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    struct buf stamps;
    struct query q;
    size_t place;
    enum err err = check_record(r, e);

    if (err == OK && !table_of_type(r->type, &place))
        err = err_set(e, ERR_USAGE, "store: no record type %u", r->type);
    if (err == OK)
        err = table_put_stmt(s, place, &stmt, e);
    if (err == OK)
        err = state_note_type(s, r->id, r->type, e);
    if (err != OK)
        return err;
    buf_init(&stamps, STAMPS_BYTES_MAX);
    stamps_encode(&stamps, r);
    if (stamps.err != OK) {
        err = err_set(e, stamps.err, "store: no memory");
    } else {
        query_start_stmt(&q, s, stmt);
        bind_record(&q, r, &stamps);
        err = query_run(&q, e);
    }
    buf_release(&stamps);
    return err;
}

/* --- standing values ------------------------------------------------------------------------- */

static enum err
add_standing(struct store *s, int64_t record, unsigned field, const struct standing_row *row,
             struct error *e)
{
    struct query q;

    query_start(&q, s, ST_STANDING_ADD);
    query_bind_int(&q, record);
    query_bind_int(&q, field);
    query_bind_int(&q, entry_id(row->stamp.log, row->stamp.seq));
    query_bind_int(&q, row->wall_s);
    query_bind_int(&q, row->displayed);
    query_bind_int(&q, row->value.kind);
    column_bind(&q, &row->value);
    return query_run(&q, e);
}

enum err
state_put_standing(struct store *s, int64_t record, unsigned field, const struct standing_row *rows,
                   size_t count, struct error *e)
{
    struct query q;
    enum err err;

    query_start(&q, s, ST_STANDING_DROP);
    query_bind_int(&q, record);
    query_bind_int(&q, field);
    err = query_run(&q, e);
    for (size_t i = 0; i < count && err == OK; i++)
        err = add_standing(s, record, field, &rows[i], e);
    return err;
}

/* --- keys, aliases, history, names ----------------------------------------------------------- */

enum err
state_key_add(struct store *s, int64_t space, const struct hash *key, int64_t record,
              struct error *e)
{
    struct query q;

    query_start(&q, s, ST_KEY_ADD);
    query_bind_int(&q, space);
    query_bind_bytes(&q, key->bytes, HASH_BYTES);
    query_bind_int(&q, record);
    return query_run(&q, e);
}

/* Aliases name records, never other aliases: those of the new alias move on with it. */
enum err
state_alias_add(struct store *s, int64_t alias, int64_t record, struct error *e)
{
    struct query q;
    enum err err = alias_follow(s, &record, e);

    if (err != OK)
        return err;
    if (alias == record)
        return err_set(e, ERR_USAGE, "store: a record as an alias of itself");
    query_start(&q, s, ST_ALIAS_MOVE);
    query_bind_int(&q, alias);
    query_bind_int(&q, record);
    err = query_run(&q, e);
    if (err != OK)
        return err;
    query_start(&q, s, ST_ALIAS_ADD);
    query_bind_int(&q, alias);
    query_bind_int(&q, record);
    err = query_run(&q, e);
    if (err == OK)
        s->aliases = ALIASES_SOME;
    return err;
}

/* The entry that introduced the record is named by its id: no row. */
enum err
state_touch_add(struct store *s, int64_t record, int64_t applied, struct stamp stamp,
                struct error *e)
{
    struct query q;

    if (stamp.log == record_id_log(record) && stamp.seq == record_id_seq(record))
        return OK;
    query_start(&q, s, ST_TOUCH_ADD);
    query_bind_int(&q, record);
    query_bind_int(&q, applied);
    query_bind_int(&q, entry_id(stamp.log, stamp.seq));
    return query_run(&q, e);
}

enum err
local_name_set(struct store *s, const char *name, int64_t record, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_NAME_SET);
    query_bind_text(&q, name, strlen(name));
    query_bind_int(&q, record);
    return query_run(&q, e);
}

enum err
local_name_drop(struct store *s, int64_t record, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_NAME_DROP);
    query_bind_int(&q, record);
    return query_run(&q, e);
}

enum err
state_clear(struct store *s, struct error *e)
{
    enum err err = schema_clear_derived(s, e);

    s->aliases = ALIASES_UNKNOWN;
    return err;
}
