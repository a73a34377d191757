/* Entries that do not count, in words: whose machine wrote what and when, why it does not count, and what to
 * do. And logs that wait for their past. */
#include "config.h"

#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/engine/merge.h"
#include "daemon/local/handlers.h"
#include "daemon/local/machine.h"

enum {
    ASIDE_DEFAULT = 100,
    ASIDE_MAX = 1000,
    OPERATIONS_SHOWN_MAX = 20, /* of one entry; a plan has hundreds */
};

/* The page of entries that is being told. */
struct telling {
    struct request *r;
    int64_t log;             /* whose machine is known */
    struct machine machine;
    const char *space;       /* filters, folded; NULL: all */
    const char *wanted;
    int64_t limit, offset, count;
};

/* --- what to do ------------------------------------------------------------------------------- */

/* By the words of the reason, which the engine writes: the first line that has them. */
static const struct {
    const char *words, *advice;
} advices[] = {
    {"revoked", N_("nothing: its machine had lost the right; what is still needed has to be entered again")},
    {"no right in this space",
     N_("ask whoever keeps the rights to invite the machine (thidua invite), then enter it there again")},
    {"may not write this kind",
     N_("enter it at the office, or ask whoever keeps the rights to invite the machine for that unit")},
    {"later release", N_("upgrade this machine: it is read then by itself")},
    {"", N_("the machine's program is faulty: tell whoever looks after it, upgrade it, and enter it again")},
};

static const char *
advice_for(const char *reason)
{
    size_t i = 0;

    while (strstr(reason, advices[i].words) == NULL) /* the last has none, and always fits */
        i++;
    return advices[i].advice;
}

/* --- what it would have written ---------------------------------------------------------------- */

static const struct value *
title_value(const struct registry_record *type, const struct change_op *op)
{
    const struct registry_field *f = type != NULL ? type_title_field(type) : NULL;

    for (uint32_t i = 0; f != NULL && i < op->fields_count; i++)
        if (op->fields[i].id == f->id && op->fields[i].value.kind == VALUE_TEXT)
            return &op->fields[i].value;
    for (uint32_t i = 0; f != NULL && i < op->keys_count; i++)
        if (op->keys[i].id == f->id && op->keys[i].value.kind == VALUE_TEXT)
            return &op->keys[i].value;
    return NULL;
}

/* The record that an operation changes, when it is here. */
static void
target_to_json(struct telling *t, const struct log_row *log, uint64_t seq, const struct change_op *op,
               json_t *one)
{
    char text[RECORD_ID_TEXT_BYTES];
    int64_t id = 0, space;

    if ((op->kind != CHANGE_PUT && op->kind != CHANGE_DELETE)
        || merge_resolve(t->r->store, log, seq, op->target, &id, &space, NULL) != OK
        || state_get(t->r->store, id, &t->r->arena, &(struct record *){NULL}, NULL) != OK)
        return;
    record_id_format(id, text);
    json_object_set_new(one, "id", json_string(text));
    json_object_set_new(one, "title", json_string(view_title(&t->r->view, id)));
}

static json_t *
fields_to_json(const struct registry_record *type, const struct change_op *op)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < op->keys_count + op->fields_count; i++) {
        unsigned id = i < op->keys_count ? op->keys[i].id : op->fields[i - op->keys_count].id;
        const struct registry_field *f = type != NULL ? registry_field_by_id(type, id) : NULL;

        json_array_append_new(list, f != NULL ? json_string(f->name) : json_integer((json_int_t) id));
    }
    return list;
}

static json_t *
operation_to_json(struct telling *t, const struct log_row *log, uint64_t seq, const struct change_op *op)
{
    static const char *const actions[] = {
        [CHANGE_PUT_NEW] = "add", [CHANGE_PUT_KEYED] = "add", [CHANGE_PUT] = "set", [CHANGE_DELETE] = "delete"};
    const struct registry_record *type = registry_by_type(op->type);
    const struct value *title = title_value(type, op);
    json_t *one = json_pack("{s:s, s:o}", "action", actions[op->kind], "fields", fields_to_json(type, op));

    if (type != NULL)
        json_object_set_new(one, "record", json_string(type->name));
    else
        json_object_set_new(one, "type", json_integer((json_int_t) op->type));
    target_to_json(t, log, seq, op, one);
    if (title != NULL && (op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED))
        json_object_set_new(one, "title", json_stringn((const char *) title->bytes, title->size));
    return one;
}

/* The operations of a body, or why it cannot be read: "later", "malformed", "erased". */
static enum err
body_to_json(struct telling *t, struct stamp stamp, const struct verified_entry *entry, json_t *one,
             struct error *e)
{
    json_t *list = json_array();
    struct change_body body = {0};
    struct log_row log;
    const char *state = "read";
    enum err err = log_get(t->r->store, stamp.log, &log, e), read = OK;

    if (entry->body != NULL)
        read = change_decode_body(entry->body, entry->body_size, entry->header.version, &t->r->arena, &body, NULL);
    if (entry->body == NULL)
        state = "erased";
    else if (read != OK)
        state = read == ERR_UNSUPPORTED ? "later" : "malformed";
    for (uint32_t i = 0; err == OK && read == OK && i < body.ops_count && i < OPERATIONS_SHOWN_MAX; i++)
        json_array_append_new(list, operation_to_json(t, &log, stamp.seq, &body.ops[i]));
    json_object_set_new(one, "body", json_string(state));
    json_object_set_new(one, "operations", list);
    json_object_set_new(one, "operations_count", json_integer(read == OK ? (json_int_t) body.ops_count : 0));
    return err == OK && read == ERR_NOMEM ? err_set(e, ERR_NOMEM, "no memory for an entry") : err;
}

/* --- the list --------------------------------------------------------------------------------- */

static enum err
aside_to_json(struct telling *t, const struct aside_row *aside, json_t *list, struct error *e)
{
    struct request *r = t->r;
    struct stamp stamp = {aside->log, aside->seq};
    struct verified_entry entry;
    struct entry_row row;
    char id[RECORD_ID_TEXT_BYTES];
    json_t *one = json_object();
    enum err err = entry_get(r->store, aside->log, aside->seq, &r->arena, &row, e);

    if (err == OK)
        err = item_decode(row.item, row.item_size, &r->arena, &entry, e);
    if (err == OK)
        err = body_to_json(t, stamp, &entry, one, e);
    if (err == OK) {
        record_id_format(record_id(aside->log, aside->seq, 0), id);
        json_object_set_new(one, "entry", json_string(id));
        machine_to_json(&t->machine, one);
        if (row.operator > 0)
            json_object_set_new(one, "operator", json_string(view_title(&r->view, row.operator)));
        json_object_set_new(one, "at", json_time(row.wall_s));
        json_object_set_new(one, "clock_suspect",
                            json_boolean((entry.header.flags & CHANGE_CLOCK_SUSPECT) != 0));
        json_object_set_new(one, "reason", json_string(aside->reason));
        json_object_set_new(one, "advice", json_string(advice_for(aside->reason)));
        json_array_append(list, one);
    }
    json_decref(one);
    return err;
}

/* Whether a filter's folded words stand in one of two texts. */
static bool
fits(struct telling *t, const char *wanted, const char *a, const char *b)
{
    const char *folded;

    if (wanted == NULL)
        return true;
    for (int i = 0; i < 2; i++) {
        const char *text = i == 0 ? a : b;

        folded = text != NULL ? fold_text(&t->r->arena, text) : NULL;
        if (folded != NULL && strstr(folded, wanted) != NULL)
            return true;
    }
    return false;
}

static enum err
tell(struct telling *t, const struct aside_row *aside, json_t *list, struct error *e)
{
    enum err err = OK;

    if (t->log != aside->log) { /* they come log by log */
        err = machine_of_log(&t->r->view, aside->log, &t->machine, e);
        t->log = err == OK ? aside->log : 0;
    }
    if (err != OK || !fits(t, t->space, t->machine.space, t->machine.space_unit)
        || !(fits(t, t->wanted, t->machine.name, t->machine.key) || fits(t, t->wanted, t->machine.unit, NULL)))
        return err;
    if (t->count++ < t->offset || (json_int_t) json_array_size(list) >= t->limit)
        return OK;
    return aside_to_json(t, aside, list, e);
}

static const char *
folded_query(struct request *r, const char *name)
{
    const char *text = request_query(r, name);

    return text != NULL && text[0] != '\0' ? fold_text(&r->arena, text) : NULL;
}

enum err
handle_set_aside(struct request *r, struct error *e)
{
    struct telling t = {.r = r, .space = folded_query(r, "space"), .wanted = folded_query(r, "machine")};
    struct aside_row *asides = NULL;
    size_t count = 0;
    json_t *list = NULL;
    enum err err = request_query_number(r, "limit", ASIDE_DEFAULT, ASIDE_MAX, &t.limit, e);

    if (err == OK)
        err = request_query_number(r, "offset", 0, INT32_MAX, &t.offset, e);
    if (err == OK)
        err = aside_list(r->store, &r->arena, &asides, &count, e);
    if (err != OK)
        return err;
    list = json_array();
    for (size_t i = 0; i < count && err == OK; i++)
        err = tell(&t, &asides[i], list, e);
    if (err == OK)
        r->answer = json_pack("{s:O, s:I}", "entries", list, "count", (json_int_t) t.count);
    json_decref(list);
    return err;
}

/* --- logs that wait ---------------------------------------------------------------------------- */

/* The log that a held entry names by its place in the table of its own log: from before, or from this very header. */
static enum err
named_log(struct request *r, const struct log_row *log, const struct verified_entry *entry, uint32_t place,
          struct log_row *ret_log)
{
    uint32_t places = 0;
    struct log_id name = log->name;
    int64_t other;
    enum err err = place_log(r->store, log->id, entry->seq, place, &other, NULL);

    if (err == OK)
        return log_get(r->store, other, ret_log, NULL);
    err = place_count(r->store, log->id, &places, NULL);
    if (err != OK || place <= places || place - places > entry->header.intros_count)
        return ERR_NOT_FOUND;
    memcpy(name.device, entry->header.intros[place - places - 1].device, DEVICE_BYTES);
    name.epoch = entry->header.intros[place - places - 1].epoch;
    return log_find(r->store, &name, ret_log, NULL);
}

static json_t *
waited_to_json(struct request *r, const struct log_row *other, uint64_t needed)
{
    json_t *one = json_object();
    struct machine m;

    if (machine_of_log(&r->view, other->id, &m, NULL) == OK)
        machine_to_json(&m, one);
    json_object_set_new(one, "has", json_integer((json_int_t) other->received_seq));
    json_object_set_new(one, "needs", json_integer((json_int_t) needed));
    return one;
}

/* What the first held entry of a log has seen and this machine has not. */
static enum err
waits_to_json(struct request *r, const struct log_row *log, json_t *waits, struct error *e)
{
    struct verified_entry entry;
    struct entry_row row;
    enum err err = entry_get(r->store, log->id, log->applied_seq + 1, &r->arena, &row, e);

    if (err == OK)
        err = item_decode(row.item, row.item_size, &r->arena, &entry, e);
    entry.seq = log->applied_seq + 1;
    for (uint32_t i = 0; err == OK && i < entry.header.seen_count; i++) {
        const struct change_seen *seen = &entry.header.seen[i];
        struct log_row other;
        uint64_t before = 0;

        if (named_log(r, log, &entry, seen->log, &other) != OK) {
            json_array_append_new(waits, json_pack("{s:i, s:I}", "has", 0, "needs", (json_int_t) seen->step));
            continue;
        }
        err = seen_get(r->store, log->id, log->applied_seq, other.id, &before, e);
        if (err == OK && other.applied_seq < before + seen->step)
            json_array_append_new(waits, waited_to_json(r, &other, before + seen->step));
    }
    return err;
}

enum err
held_to_json(struct request *r, json_t **ret_list, struct error *e)
{
    struct space_row *spaces = NULL;
    size_t spaces_count = 0;
    json_t *list = json_array();
    enum err err = space_list(r->store, &r->arena, &spaces, &spaces_count, e);

    for (size_t i = 0; err == OK && i < spaces_count; i++) {
        struct log_row *logs = NULL;
        size_t count = 0;

        err = log_list_held(r->store, spaces[i].id, &r->arena, &logs, &count, e);
        for (size_t k = 0; err == OK && k < count; k++) {
            json_t *one = json_object(), *waits = json_array();
            struct machine m;

            err = machine_of_log(&r->view, logs[k].id, &m, e);
            if (err == OK)
                err = waits_to_json(r, &logs[k], waits, e);
            if (err == OK) {
                machine_to_json(&m, one);
                json_object_set_new(one, "entries",
                                    json_integer((json_int_t) (logs[k].received_seq - logs[k].applied_seq)));
                json_object_set(one, "waits_for", waits);
                json_array_append(list, one);
            }
            json_decref(one);
            json_decref(waits);
        }
    }
    if (err == OK)
        *ret_list = list;
    else
        json_decref(list);
    return err;
}
