/* Statements on the state tables, generated from the registry and kept prepared. */
#include "config.h"

#include "daemon/store/state_table.h"

#include <string.h>

#include "protocol/util/mem.h"

bool
table_of_type(unsigned type, size_t *ret_place)
{
    size_t low = 0;
    size_t high = registry_records_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (registry_records[middle]->type < type)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_place = low;
    return low < registry_records_count && registry_records[low]->type == type;
}

void
table_put_text(struct buf *b, const char *text)
{
    buf_append(b, text, strlen(text));
}

static void
put_fields(struct buf *b, const struct registry_record *r)
{
    for (const struct registry_field *f = r->fields; f->id != 0; f++) {
        table_put_text(b, ", \"");
        table_put_text(b, f->name);
        table_put_text(b, "\"");
    }
}

void
table_put_columns(struct buf *b, const struct registry_record *r)
{
    table_put_text(b, "_id, _space, _version, _live, _several, _stamps");
    put_fields(b, r);
}

/* Prepare what `b` holds and release it. */
static enum err
prepare_buf(struct store *s, struct buf *b, sqlite3_stmt **ret_stmt, struct error *e)
{
    enum err err;

    buf_append(b, "", 1);
    err = b->err == OK ? sql_prepare(s, (const char *) b->bytes, ret_stmt, e)
                       : err_set(e, b->err, "store: statement too long");
    buf_release(b);
    return err;
}

enum err
table_get_stmt(struct store *s, size_t place, sqlite3_stmt **ret_stmt, struct error *e)
{
    const struct registry_record *r = registry_records[place];
    enum err err = OK;
    struct buf b;

    if (s->types[place].get == NULL) {
        buf_init(&b, SQL_TEXT_BYTES_MAX);
        table_put_text(&b, "SELECT ");
        table_put_columns(&b, r);
        table_put_text(&b, " FROM \"r_");
        table_put_text(&b, r->name);
        table_put_text(&b, "\" WHERE _id = ?1");
        err = prepare_buf(s, &b, &s->types[place].get, e);
    }
    *ret_stmt = s->types[place].get;
    return err;
}

enum err
table_put_stmt(struct store *s, size_t place, sqlite3_stmt **ret_stmt, struct error *e)
{
    const struct registry_record *r = registry_records[place];
    enum err err = OK;
    struct buf b;

    if (s->types[place].put == NULL) {
        buf_init(&b, SQL_TEXT_BYTES_MAX);
        table_put_text(&b, "INSERT OR REPLACE INTO \"r_");
        table_put_text(&b, r->name);
        table_put_text(&b, "\" (_conflicts, ");
        table_put_columns(&b, r);
        table_put_text(&b, ") VALUES (?, ?, ?, ?, ?, ?, ?");
        for (const struct registry_field *f = r->fields; f->id != 0; f++)
            table_put_text(&b, ", ?");
        table_put_text(&b, ")");
        err = prepare_buf(s, &b, &s->types[place].put, e);
    }
    *ret_stmt = s->types[place].put;
    return err;
}

/* --- lists ----------------------------------------------------------------------------------- */

/* The statement that was used longest ago makes room. */
static struct list_statement *
free_list(struct store *s)
{
    struct list_statement *oldest = &s->lists[0];

    for (size_t i = 0; i < SQL_LISTS_MAX; i++) {
        if (s->lists[i].text == NULL)
            return &s->lists[i];
        if (s->lists[i].used < oldest->used)
            oldest = &s->lists[i];
    }
    sqlite3_finalize(oldest->stmt);
    mem_free(oldest->text);
    *oldest = (struct list_statement){0};
    return oldest;
}

enum err
table_list_stmt(struct store *s, struct buf *text, sqlite3_stmt **ret_stmt, struct error *e)
{
    struct list_statement *list;
    enum err err;

    buf_append(text, "", 1);
    if (text->err != OK)
        return err_set(e, text->err, "store: statement too long");
    for (size_t i = 0; i < SQL_LISTS_MAX; i++) {
        list = &s->lists[i];
        if (list->text != NULL && strcmp(list->text, (const char *) text->bytes) == 0) {
            list->used = ++s->uses;
            *ret_stmt = list->stmt;
            return OK;
        }
    }
    list = free_list(s);
    list->text = mem_text((const char *) text->bytes);
    if (list->text == NULL)
        return err_set(e, ERR_NOMEM, "store: no memory");
    err = sql_prepare(s, list->text, &list->stmt, e);
    if (err != OK) {
        mem_free(list->text);
        *list = (struct list_statement){0};
        return err;
    }
    list->used = ++s->uses;
    *ret_stmt = list->stmt;
    return OK;
}
