/* What an entry did to a record, read from the log: for the few records where the state alone does not tell. */
#include "config.h"

#include "daemon/domain/finding_core.h"
#include "daemon/engine/merge.h"
#include "protocol/change.h"

/* Which record an operation is about; 0 when its reference cannot be followed. */
static int64_t
record_of(struct look *l, const struct log_row *log, uint64_t seq, const struct change_op *op, uint32_t index)
{
    int64_t id = record_id(log->id, seq, index), space = 0, alias;

    if (op->kind == CHANGE_PUT_NEW)
        return id;
    if (op->kind == CHANGE_PUT_KEYED)
        return state_alias_get(l->s, id, &alias, NULL) == OK ? alias : id;
    return merge_resolve(l->s, log, seq, op->target, &id, &space, NULL) == OK ? id : 0;
}

static bool
has_field(const struct change_op *op, unsigned field)
{
    for (uint32_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == field && op->fields[i].value.kind != VALUE_NULL
            && !(op->fields[i].value.kind == VALUE_TEXT && op->fields[i].value.size == 0))
            return true;
    return false;
}

static enum err
read_body(struct look *l, struct stamp entry, struct change_body *ret_body)
{
    struct verified_entry verified;
    struct entry_row row;
    enum err err = entry_get(l->s, entry.log, entry.seq, &l->page, &row, l->e);

    *ret_body = (struct change_body){0};
    if (err == OK)
        err = item_decode(row.item, row.item_size, &l->page, &verified, l->e);
    if (err == OK && verified.body != NULL)
        err = change_decode_body(verified.body, verified.body_size, verified.header.version, &l->page,
                                 ret_body, l->e);
    if (err == ERR_NOT_FOUND || err == ERR_FORMAT || err == ERR_UNSUPPORTED) {
        *ret_body = (struct change_body){0};
        return OK;
    }
    return err;
}

enum err
look_entry(struct look *l, struct stamp entry, const struct record *r, unsigned field, bool *ret_makes,
           bool *ret_writes)
{
    struct change_body body;
    struct log_row log;
    enum err err = read_body(l, entry, &body);

    *ret_makes = *ret_writes = false;
    if (err == OK && body.ops_count > 0)
        err = log_get(l->s, entry.log, &log, l->e);
    for (uint32_t i = 0; err == OK && i < body.ops_count; i++) {
        const struct change_op *op = &body.ops[i];

        if (op->type != r->type || record_of(l, &log, entry.seq, op, i) != r->id)
            continue;
        *ret_makes |= op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED;
        *ret_writes |= has_field(op, field);
    }
    return err;
}

enum err
look_wall(struct look *l, struct stamp entry, int64_t *ret_wall_s)
{
    struct entry_row row;
    enum err err = entry_get(l->s, entry.log, entry.seq, &l->page, &row, l->e);

    if (err == OK)
        *ret_wall_s = row.wall_s;
    return err;
}
