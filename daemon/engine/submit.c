/* The local pipeline: validate -> authorise -> build changeset -> encode -> chain -> log + state. A request
 * is split by space; each part becomes one entry of this device's log there, and since the places of all
 * new records are known beforehand, parts may refer to each other. Signing waits for the commit, so that
 * a group of requests carries one signature. */
#include "config.h"

#include "daemon/engine/submit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/clock.h"
#include "daemon/engine/ingest.h"
#include "daemon/engine/merge.h"
#include "daemon/engine/policy.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/validate.h"
#include "protocol/util/mem.h"

enum {
    SUBMIT_ARENA_BYTES_MAX = 64 * CHANGESET_BYTES_MAX,
    SUBMIT_SPACES_MAX = 8,
};

/* The operations of a request that go to one space. */
struct part {
    struct space_row space;
    struct log_row log;
    uint32_t ops_count;
    struct change_op *ops;
    uint32_t intros_count;
    struct change_intro *intros;
    uint32_t seen_count;
    struct change_seen *seen;
    int64_t *intro_logs; /* local ids, in the order of intros */
    uint32_t places;     /* size of the log's table before this entry */
};

struct work {
    struct store *s;
    const struct identity *me;
    struct submit_request *request;
    struct arena arena;
    struct part parts[SUBMIT_SPACES_MAX];
    size_t parts_count;
    uint8_t *op_part;     /* for each operation its part */
    uint32_t *op_index;   /* and its place there */
    struct record **stood; /* for SET and DELETE of stored records: as they stand, else NULL */
    bool *dropped;        /* operations that change nothing */
};

/* --- where operations go --------------------------------------------------------------------- */

static enum err
open_log(struct work *w, struct part *part, struct error *e)
{
    struct log_id name;
    unsigned roles;
    enum err err = log_own(w->s, part->space.id, &part->log, e);

    if (err != ERR_NOT_FOUND)
        return err;
    err = policy_roles(w->s, &part->space, w->me->sign.public_key, &w->arena, &roles, e);
    if (err != OK)
        return err;
    if (roles == 0)
        return err_say(e, ERR_AUTH,
                       N_("this machine has no right to write there yet: let it reach its unit first "
                          "(thidua sync), then try again"),
                       NULL);
    memcpy(name.space, part->space.space, SPACE_BYTES);
    memcpy(name.device, w->me->sign.public_key, DEVICE_BYTES);
    name.epoch = w->request->random_epoch;
    return log_add(w->s, &name, true, &part->log, e);
}

static enum err
part_for_space(struct work *w, int64_t space, uint8_t *ret_part, struct error *e)
{
    struct part *part = &w->parts[w->parts_count];
    enum err err;

    for (size_t i = 0; i < w->parts_count; i++) {
        if (w->parts[i].space.id == space) {
            *ret_part = (uint8_t) i;
            return OK;
        }
    }
    if (w->parts_count == SUBMIT_SPACES_MAX)
        return err_set(e, ERR_LIMIT, "a request writes to more than %d spaces", SUBMIT_SPACES_MAX);
    *part = (struct part){0};
    err = space_get(w->s, space, &part->space, e);
    if (err == OK)
        err = open_log(w, part, e);
    if (err == OK && (part->ops = arena_array(&w->arena, w->request->ops_count, sizeof *part->ops)) == NULL)
        err = err_set(e, ERR_NOMEM, "submit: no memory");
    if (err == OK)
        *ret_part = (uint8_t) w->parts_count++;
    return err;
}

static const struct value *
submitted_value(const struct submit_op *op, unsigned field)
{
    for (size_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == field)
            return &op->fields[i].value;
    return NULL;
}

/* The space of the record that a submitted reference names; 0 when it is unknown here. */
static enum err
space_of_reference(struct work *w, const struct value *v, int64_t *ret_space, struct error *e)
{
    struct log_row log;
    enum err err;

    *ret_space = 0;
    if (v == NULL || v->kind != VALUE_REFERENCE)
        return OK;
    if (v->record < 0) {
        *ret_space = w->parts[w->op_part[-1 - v->record]].space.id;
        return OK;
    }
    err = log_get(w->s, record_id_log(v->record), &log, e);
    if (err == OK)
        *ret_space = log.space;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Whether this device may write in a space at all. */
static enum err
may_write(struct work *w, int64_t space, enum space_kind *ret_kind, bool *ret_may, struct error *e)
{
    struct space_row row;
    unsigned roles = 0;
    enum err err;

    *ret_may = false;
    if (space == 0)
        return OK;
    err = space_get(w->s, space, &row, e);
    if (err == OK)
        err = policy_roles(w->s, &row, w->me->sign.public_key, &w->arena, &roles, e);
    if (err == OK) {
        *ret_kind = row.genesis.kind;
        *ret_may = roles != 0;
    }
    return err;
}

/* A plan's record stands beside its campaign; a record about a unit in that unit's inner space; in both
 * cases only where this device may write. Else the registry's home, in this unit's own spaces. */
static enum err
choose_space(struct work *w, const struct submit_op *op, const struct registry_record *registry,
             int64_t *ret_space, struct error *e)
{
    enum space_kind kind = registry->home == HOME_OUTER ? SPACE_OUTER : SPACE_INNER;
    const struct registry_field *f = registry->fields;
    struct space_row own;
    int64_t beside = 0;
    bool may = false;
    enum space_kind beside_kind = SPACE_INNER;
    enum err err = OK;

    if (op->space != 0) {
        *ret_space = op->space;
        return OK;
    }
    if (registry->home == HOME_PLAN && registry->plan_parent != 0)
        err = space_of_reference(w, submitted_value(op, registry->plan_parent), &beside, e);
    while (f->id != 0 && !(f->flags & FIELD_OWNER))
        f++;
    if (err == OK && registry->home == HOME_INNER && f->id != 0)
        err = space_of_reference(w, submitted_value(op, f->id), &beside, e);
    if (err == OK)
        err = may_write(w, beside, &beside_kind, &may, e);
    if (err != OK)
        return err;
    if (may && (registry->home == HOME_PLAN || beside_kind == SPACE_INNER)) {
        *ret_space = beside;
        return OK;
    }
    err = space_own(w->s, kind, &own, e);
    if (err == OK)
        *ret_space = own.id;
    if (err == ERR_NOT_FOUND)
        err = err_say(e, ERR_AUTH,
                      N_("this machine does not have its unit's data yet: connect it once "
                         "(thidua sync), then try again"),
                      NULL);
    return err;
}

/* Give every operation its part and its place there. */
static enum err
place_ops(struct work *w, struct error *e)
{
    struct submit_request *request = w->request;

    for (size_t i = 0; i < request->ops_count; i++) {
        struct submit_op *op = &request->ops[i];
        int64_t space = 0;
        enum err err = OK;

        if (w->dropped[i])
            continue;
        if (op->kind == SUBMIT_ADD)
            err = choose_space(w, op, registry_by_type(op->type), &space, e);
        else if (op->kind == SUBMIT_RESTATE)
            space = op->space;
        else if (op->record < 0)
            space = w->parts[w->op_part[-1 - op->record]].space.id;
        else
            space = w->stood[i]->space;
        if (err == OK)
            err = part_for_space(w, space, &w->op_part[i], e);
        if (err != OK)
            return err;
        w->op_index[i] = w->parts[w->op_part[i]].ops_count++;
    }
    return OK;
}

/* --- references ------------------------------------------------------------------------------ */

/* The place of a log in the part's table; introduces it when it has none. */
static enum err
place_for_log(struct work *w, struct part *part, int64_t log_id, uint32_t *ret_place, struct error *e)
{
    struct log_row log;
    struct change_intro *intro;
    enum err err = place_of(w->s, part->log.id, log_id, ret_place, e);

    if (err != ERR_NOT_FOUND)
        return err;
    for (uint32_t i = 0; i < part->intros_count; i++) {
        if (part->intro_logs[i] == log_id) {
            *ret_place = part->places + 1 + i;
            return OK;
        }
    }
    if (part->intros_count == CHANGE_SEEN_MAX)
        return err_set(e, ERR_LIMIT, "an entry refers to more than %d new logs", CHANGE_SEEN_MAX);
    err = log_get(w->s, log_id, &log, e);
    if (err != OK)
        return err;
    intro = &part->intros[part->intros_count];
    *intro = (struct change_intro){.foreign = log.space != part->space.id, .epoch = log.name.epoch};
    if (intro->foreign)
        memcpy(intro->space, log.name.space, SPACE_BYTES);
    memcpy(intro->device, log.name.device, DEVICE_BYTES);
    part->intro_logs[part->intros_count++] = log_id;
    *ret_place = part->places + part->intros_count;
    return OK;
}

static enum err
short_reference(struct work *w, struct part *part, int64_t record, struct short_ref *ret_ref,
                struct error *e)
{
    int64_t log;
    uint64_t seq;
    uint32_t index, place = 0;
    enum err err = OK;

    if (record < 0) {
        size_t op = (size_t) (-1 - record);
        const struct part *made = &w->parts[w->op_part[op]];

        log = made->log.id;
        seq = made->log.received_seq + 1;
        index = w->op_index[op];
    } else {
        log = record_id_log(record);
        seq = record_id_seq(record);
        index = record_id_index(record);
    }
    if (log != part->log.id)
        err = place_for_log(w, part, log, &place, e);
    else if (seq == part->log.received_seq + 1)
        seq = 0;
    if (err == OK)
        *ret_ref = (struct short_ref){place, seq, index};
    return err;
}

/* --- building -------------------------------------------------------------------------------- */

static int
by_id(const struct change_field *fields, uint32_t count, unsigned id)
{
    uint32_t at = 0;

    while (at < count && fields[at].id < id)
        at++;
    return (int) at;
}

static enum err
insert_field(struct work *w, struct part *part, struct change_field *fields, uint32_t *count,
             const struct submit_field *field, struct error *e)
{
    uint32_t at = (uint32_t) by_id(fields, *count, field->id);
    struct value v = field->value;
    enum err err = OK;

    if (v.kind == VALUE_REFERENCE) {
        err = short_reference(w, part, v.record, &v.ref, e);
        v.record = 0;
    }
    if (err != OK)
        return err;
    memmove(&fields[at + 1], &fields[at], (*count - at) * sizeof fields[0]);
    fields[at] = (struct change_field){field->id, v};
    ++*count;
    return OK;
}

/* A field of a stored record that already has just this value, and no other, is not written again. */
static bool
is_unchanged(const struct record *stood, const struct submit_field *field)
{
    const struct record_field *f;

    if (stood == NULL || !stood->live || stood->life_conflict)
        return false;
    f = record_find(stood, field->id);
    if (f == NULL)
        return field->value.kind == VALUE_NULL;
    return !f->conflict && value_equal(&f->value, &field->value);
}

static enum err
build_op(struct work *w, size_t i, struct error *e)
{
    const struct submit_op *op = &w->request->ops[i];
    struct part *part = &w->parts[w->op_part[i]];
    struct change_op *out = &part->ops[w->op_index[i]];
    const struct registry_record *registry;
    struct change_field *keys = arena_array(&w->arena, op->fields_count, sizeof *keys);
    struct change_field *fields = arena_array(&w->arena, op->fields_count, sizeof *fields);
    enum err err = OK;

    if (op->fields_count > 0 && (keys == NULL || fields == NULL))
        return err_set(e, ERR_NOMEM, "submit: no memory");
    out->type = op->kind == SUBMIT_ADD || op->kind == SUBMIT_RESTATE ? op->type
                : op->record < 0       ? w->request->ops[-1 - op->record].type
                                       : w->stood[i]->type;
    registry = registry_by_type(out->type);
    out->kind = op->kind == SUBMIT_SET      ? CHANGE_PUT
                : op->kind == SUBMIT_DELETE ? CHANGE_DELETE
                : op->kind == SUBMIT_RESTATE ? CHANGE_RESTATE
                : registry_is_keyed(registry) ? CHANGE_PUT_KEYED
                                              : CHANGE_PUT_NEW;
    if (op->kind != SUBMIT_ADD)
        err = short_reference(w, part, w->stood[i] != NULL ? w->stood[i]->id : op->record, &out->target, e);
    for (size_t k = 0; err == OK && k < op->fields_count; k++) {
        const struct registry_field *f = registry_field_by_id(registry, op->fields[k].id);
        bool is_key = (f->flags & FIELD_KEY) != 0;

        if (op->kind == SUBMIT_ADD && !is_key && op->fields[k].value.kind == VALUE_NULL)
            continue;
        if (op->kind == SUBMIT_SET && !op->restores && is_unchanged(w->stood[i], &op->fields[k]))
            continue;
        err = insert_field(w, part, is_key ? keys : fields, is_key ? &out->keys_count : &out->fields_count,
                           &op->fields[k], e);
    }
    out->keys = keys;
    out->fields = fields;
    return err;
}

/* What this log has not told yet: how far the other logs of the space have come. */
static enum err
build_seen(struct work *w, struct part *part, struct error *e)
{
    struct log_row *logs;
    size_t count;
    enum err err = log_list(w->s, part->space.id, &w->arena, &logs, &count, e);

    if (err != OK)
        return err;
    part->seen = arena_array(&w->arena, count, sizeof *part->seen);
    if (part->seen == NULL && count > 0)
        return err_set(e, ERR_NOMEM, "submit: no memory");
    for (size_t i = 0; err == OK && i < count; i++) {
        struct change_seen *seen = &part->seen[part->seen_count];
        struct hash head = logs[i].applied_hash;
        uint64_t before, upto = logs[i].applied_seq;
        uint32_t at = part->seen_count;

        /* What a device wrote after its rights were taken back is nobody's past. */
        if (logs[i].closed && logs[i].reach < upto)
            upto = logs[i].reach;
        if (logs[i].id == part->log.id || upto == 0)
            continue;
        err = seen_get(w->s, part->log.id, part->log.received_seq, logs[i].id, &before, e);
        if (err != OK || upto <= before)
            continue;
        if (upto < logs[i].applied_seq)
            err = entry_hash(w->s, logs[i].id, upto, &head, e);
        if (part->seen_count == CHANGE_SEEN_MAX)
            return err_set(e, ERR_LIMIT, "more than %d logs advanced", CHANGE_SEEN_MAX);
        if (err == OK)
            err = place_for_log(w, part, logs[i].id, &seen->log, e);
        seen->step = upto - before;
        memcpy(seen->hash, head.bytes, SEEN_HASH_BYTES);
        part->seen_count++;
        for (struct change_seen moved = *seen; at > 0 && part->seen[at - 1].log > moved.log; at--) {
            part->seen[at] = part->seen[at - 1];
            part->seen[at - 1] = moved;
        }
    }
    return err;
}

static enum err
build_header(struct work *w, struct part *part, int64_t now_s, struct change_header *ret_header,
             struct error *e)
{
    struct change_header h = {.version = CHANGE_VERSION, .wall_step_s = now_s - part->log.wall_s};
    enum err err = build_seen(w, part, e);

    if (!clock_is_plausible(now_s, part->log.wall_s))
        h.flags |= CHANGE_CLOCK_SUSPECT;
    if (err == OK && w->request->operator != part->log.operator) {
        h.flags |= CHANGE_OPERATOR;
        /* The entry itself can be nobody's operator: a reference to it says "nobody". */
        if (w->request->operator != 0)
            err = short_reference(w, part, w->request->operator, &h.operator, e);
    }
    h.intros_count = part->intros_count;
    h.intros = part->intros;
    h.seen_count = part->seen_count;
    h.seen = part->seen;
    h.flags |= (h.intros_count > 0 ? CHANGE_INTRODUCES : 0U) | (h.seen_count > 0 ? CHANGE_SEES : 0U);
    *ret_header = h;
    return err;
}

/* Encode a part, chain it to the log and send it down the same way as everything that arrives. */
static enum err
write_part(struct work *w, struct part *part, const struct change_header *h, struct error *e)
{
    struct change_body body = {part->ops_count, part->ops};
    struct buf header, content, item;
    struct verified_run *run = NULL;
    struct ingest_result result;
    enum err err;

    buf_init(&header, CHANGESET_BYTES_MAX);
    buf_init(&content, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX + 16);
    change_encode_header(&header, h);
    change_encode_body(&content, &body);
    if (header.err == OK && content.err == OK) /* no body would mean: erased */
        item_encode(&item, header.bytes, header.size, content.bytes, content.size, NULL);
    if (header.err == ERR_NOMEM || content.err == ERR_NOMEM || item.err == ERR_NOMEM) {
        err = err_set(e, ERR_NOMEM, "submit: no memory");
        goto out;
    }
    if (header.err != OK || content.err != OK || item.err != OK ||
        header.size + content.size > CHANGESET_BYTES_MAX) {
        err = err_say(e, ERR_LIMIT,
                      N_("this is too much for one change (256 KiB): split it into smaller ones"), NULL);
        goto out;
    }
    err = run_of_own(NULL, &part->log.name, part->log.received_seq + 1, &part->log.received_hash,
                     item.bytes, item.size, &run, e);
    if (err == OK)
        err = ingest_run(w->s, run, &result, e);
    if (err == OK && result.set_aside > 0)
        err = err_say(e, ERR_AUTH,
                      N_("this machine may not write this kind of record, or not for this unit: ask the "
                         "office that invited it"),
                      NULL);
out:
    verified_run_free(run);
    buf_release(&header);
    buf_release(&content);
    buf_release(&item);
    return err;
}

static enum err
write_parts(struct work *w, int64_t now_s, struct error *e)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < w->parts_count; i++) {
        struct part *part = &w->parts[i];

        part->intros = arena_array(&w->arena, CHANGE_SEEN_MAX, sizeof *part->intros);
        part->intro_logs = arena_array(&w->arena, CHANGE_SEEN_MAX, sizeof *part->intro_logs);
        if (part->intros == NULL || part->intro_logs == NULL)
            err = err_set(e, ERR_NOMEM, "submit: no memory");
        else
            err = place_count(w->s, part->log.id, &part->places, e);
    }
    for (size_t i = 0; err == OK && i < w->request->ops_count; i++)
        if (!w->dropped[i])
            err = build_op(w, i, e);
    for (size_t i = 0; err == OK && i < w->parts_count; i++) {
        struct part *part = &w->parts[i];
        struct change_header h;

        if (part->ops_count == 0)
            continue;
        err = build_header(w, part, now_s, &h, e);
        if (err == OK)
            err = write_part(w, part, &h, e);
    }
    return err;
}

/* --- before and after ------------------------------------------------------------------------ */

/* Read the records that are to be changed, hold the versions against them, find what changes nothing. */
static enum err
read_stored(struct work *w, struct error *e)
{
    for (size_t i = 0; i < w->request->ops_count; i++) {
        struct submit_op *op = &w->request->ops[i];
        enum err err;
        bool changes;

        if (op->kind == SUBMIT_ADD || op->kind == SUBMIT_RESTATE || op->record < 0)
            continue;
        err = state_get(w->s, op->record, &w->arena, &w->stood[i], e);
        if (err == ERR_NOT_FOUND)
            return err_say(e, ERR_NOT_FOUND, N_("there is no such record: list the records to find it"),
                           NULL);
        if (err == OK && op->versioned)
            err = validate_version(w->s, op, w->stood[i], &w->arena, e);
        if (err != OK)
            return err;
        /* without fields it says no more than: it lives */
        changes = op->fields_count == 0 && w->stood[i]->life_conflict;
        for (size_t k = 0; k < op->fields_count; k++)
            changes = changes || !is_unchanged(w->stood[i], &op->fields[k]);
        w->dropped[i] = op->kind == SUBMIT_SET && !op->restores && !changes;
    }
    return OK;
}

/* The records that were written, by their ids on this machine. */
static enum err
report_records(struct work *w, struct error *e)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < w->request->ops_count; i++) {
        struct submit_op *op = &w->request->ops[i];
        const struct part *part = &w->parts[w->op_part[i]];

        if (op->kind != SUBMIT_ADD) {
            op->ret_record = op->record < 0 ? w->request->ops[-1 - op->record].ret_record
                             : w->stood[i] != NULL ? w->stood[i]->id
                                                   : op->record;
            continue;
        }
        op->ret_record = record_id(part->log.id, part->log.received_seq + 1, w->op_index[i]);
        err = state_alias_get(w->s, op->ret_record, &op->ret_record, e);
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    return err;
}

enum err
submit(struct store *s, const struct identity *me, struct submit_request *request, int64_t now_s,
       struct error *e)
{
    struct work *w = mem_alloc(sizeof *w);
    enum err err;

    if (w == NULL)
        return err_set(e, ERR_NOMEM, "submit: no memory");
    w->s = s;
    w->me = me;
    w->request = request;
    arena_init(&w->arena, SUBMIT_ARENA_BYTES_MAX);
    err = validate_request(request, e);
    if (err == OK) {
        w->op_part = arena_array(&w->arena, request->ops_count, sizeof *w->op_part);
        w->op_index = arena_array(&w->arena, request->ops_count, sizeof *w->op_index);
        w->stood = arena_array(&w->arena, request->ops_count, sizeof *w->stood);
        w->dropped = arena_array(&w->arena, request->ops_count, sizeof *w->dropped);
        if (w->op_part == NULL || w->op_index == NULL || w->stood == NULL || w->dropped == NULL)
            err = err_set(e, ERR_NOMEM, "submit: no memory");
    }
    if (err == OK)
        err = read_stored(w, e);
    if (err == OK)
        err = validate_fields(request, w->stood, e);
    if (err == OK)
        err = place_ops(w, e);
    if (err == OK)
        err = write_parts(w, now_s, e);
    if (err == OK)
        err = report_records(w, e);
    arena_release(&w->arena);
    mem_free(w);
    return err;
}

/* Sign one own log up to its head, with a signature at least every RUN_SIGN_BYTES: a run ends at one, and
 * a large import is one commit. */
static enum err
sign_log(struct store *s, const struct identity *me, const struct log_row *log, struct error *e)
{
    uint8_t signature[SIGNATURE_BYTES];
    uint64_t at = 0;
    struct buf items;
    enum err err = signature_last_before(s, log->id, 1, log->received_seq, &at, signature, e);

    if (err == ERR_NOT_FOUND)
        err = OK;
    buf_init(&items, RUN_BYTES_MAX);
    while (err == OK && at < log->received_seq) {
        struct hash head;

        buf_reset(&items);
        err = log_read_items(s, log->id, at + 1, log->received_seq, RUN_SIGN_BYTES, &items, &at, e);
        if (err == OK)
            err = entry_hash(s, log->id, at, &head, e);
        if (err == OK)
            err = chain_sign(&me->sign, &log->name, at, &head, signature);
        if (err == OK)
            err = ingest_signed(s, log->id, at, signature, e);
    }
    buf_release(&items);
    return err;
}

enum err
submit_sign(struct store *s, const struct identity *me, struct error *e)
{
    struct arena a;
    struct space_row *spaces;
    size_t count;
    enum err err;

    arena_init(&a, SUBMIT_ARENA_BYTES_MAX);
    err = space_list(s, &a, &spaces, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct log_row log;

        err = log_own(s, spaces[i].id, &log, e);
        if (err == OK && log.received_seq > 0)
            err = sign_log(s, me, &log, e);
        else if (err == ERR_NOT_FOUND)
            err = OK;
    }
    arena_release(&a);
    return err;
}
