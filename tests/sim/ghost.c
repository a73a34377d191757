/* Ghosts. */
#include "config.h"

#include "tests/sim/ghost.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/ghost_craft.h"

enum { NORMAL_S = 1750000000 };

static const unsigned all_types[] = {
    RECORD_UNIT, RECORD_UNIT_LINK, RECORD_PERSON, RECORD_HOUSEHOLD, RECORD_OPERATOR, RECORD_CAMPAIGN,
    RECORD_MOVEMENT, RECORD_OBLIGATION, RECORD_OBLIGATION_UNIT, RECORD_REPORT_ROUTE, RECORD_INDICATOR,
    RECORD_REGISTRATION, RECORD_REGISTRATION_CAMPAIGN, RECORD_MILESTONE, RECORD_PROGRESS, RECORD_REPORT,
    RECORD_REPORT, RECORD_MEASUREMENT, RECORD_REMINDER, RECORD_RECEIPT,
};
const struct palette palette_all = {.types = all_types, .count = sizeof all_types / sizeof all_types[0]};

static const unsigned keyed_types[] = {
    RECORD_UNIT, RECORD_REPORT_ROUTE, RECORD_UNIT_LINK, RECORD_UNIT_LINK, RECORD_OBLIGATION_UNIT,
    RECORD_OBLIGATION_UNIT, RECORD_REPORT, RECORD_REPORT, RECORD_RECEIPT, RECORD_REMINDER,
};
const struct palette palette_keyed = {.types = keyed_types, .count = sizeof keyed_types / sizeof keyed_types[0]};

void
ghost_init(struct ghost *g, struct chance *c)
{
    uint8_t seed[SIGN_SEED_BYTES];

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t) chance_next(c);
    sign_key_init(&g->key, seed);
    g->epoch = chance_next(c);
    g->wall_s = NORMAL_S;
}

/* --- values ---------------------------------------------------------------------------------- */

static struct value
integer_value(struct chance *c, enum value_kind kind, const struct registry_field *f)
{
    struct value v = {.kind = kind, .integer = (int64_t) chance_below(c, 4)};

    if (f == NULL || kind != VALUE_INTEGER)
        return v;
    if (f->choices != NULL) {
        uint64_t count = 0;

        while (f->choices[count].name != NULL)
            count++;
        v.integer = f->choices[(f->flags & FIELD_KEY) && !chance_in(c, 30) ? 0 : chance_below(c, count < 3 ? count : 3)]
                        .number;
    } else if (f->min != 0 || f->max != 0) {
        v.integer = f->min + (int64_t) chance_below(c, (uint64_t) (f->max - f->min < 3 ? f->max - f->min : 3) + 1);
    }
    return v;
}

struct value
ghost_value(struct chance *c, enum value_kind kind, const struct registry_field *f)
{
    static const char *const texts[] = {"Thôn Đông", "Thôn Đoài", "tổ 1", "1"};
    static const uint8_t bytes[2][HASH_BYTES] = {{1}, {2}};
    struct value v = {.kind = kind};
    bool is_key = f != NULL && (f->flags & FIELD_KEY) != 0;
    uint64_t which = is_key && !chance_in(c, 30) ? 0 : chance_below(c, 4); /* keys meet */

    switch (kind) {
    case VALUE_TEXT:
        v.bytes = (const uint8_t *) texts[which];
        v.size = strlen(texts[which]);
        break;
    case VALUE_DATE:
        v.date = (struct date){which == 0 ? DATE_YEAR : DATE_DAY, which == 0 ? 53 : 19600 + (int32_t) which};
        break;
    case VALUE_BYTES:
        v.bytes = bytes[which % 2];
        v.size = HASH_BYTES;
        break;
    case VALUE_ATTACHMENT:
        v.bytes = bytes[which % 2];
        v.size = HASH_BYTES;
        v.attachment_bytes = 1000 + which;
        break;
    case VALUE_DECIMAL:
        v.integer = (int64_t) (1 + 2 * which);
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        return integer_value(c, kind, f);
    case VALUE_NULL:
    case VALUE_REFERENCE:
        break;
    }
    return v;
}

/* --- the past -------------------------------------------------------------------------------- */

static void
choose_past(struct craft *w)
{
    const struct archive *ar = w->ar;
    bool is_closed = !chance_in(w->c, 20), moved = true;
    unsigned share = chance_in(w->c, 30) ? (unsigned) chance_below(w->c, 101) : 85;

    for (uint32_t i = 0; i < ar->logs_count; i++) {
        const struct archive_log *log = &ar->logs[i];
        uint64_t seq;

        if (i == w->log || log->space != w->space || log->count <= w->target[i] || !chance_in(w->c, share))
            continue;
        seq = w->target[i] + 1 + chance_below(w->c, log->count - w->target[i]);
        if (archive_entry(ar, i, seq)->merged || chance_in(w->c, 2))
            w->target[i] = seq;
    }
    while (is_closed && moved) {
        moved = false;
        for (uint32_t i = 0; i < ar->logs_count; i++) {
            const struct archive_entry *seen = i != w->log ? archive_entry(ar, i, w->target[i]) : NULL;

            for (uint32_t k = 0; seen != NULL && k < ar->logs_count; k++)
                if (k != w->log && seen->vector[k] > w->target[k] &&
                    archive_entry(ar, k, seen->vector[k]) != NULL) {
                    w->target[k] = seen->vector[k];
                    moved = true;
                }
        }
    }
}

static uint32_t
introduce(struct craft *w, uint32_t log)
{
    const struct log_id *id = &w->ar->logs[log].id;
    struct change_intro *intro = &w->intros[w->intros_count];

    *intro = (struct change_intro){.foreign = w->ar->logs[log].space != w->space, .epoch = id->epoch};
    if (intro->foreign)
        memcpy(intro->space, id->space, SPACE_BYTES);
    memcpy(intro->device, id->device, DEVICE_BYTES);
    w->intro_logs[w->intros_count++] = log;
    return w->ar->logs[w->log].places_count + w->intros_count;
}

uint32_t
craft_place(struct craft *w, uint32_t log)
{
    const struct archive_log *own = &w->ar->logs[w->log];

    if (log == w->log)
        return 0;
    for (uint32_t i = 0; i < own->places_count; i++)
        if (own->places[i] == log)
            return i + 1;
    for (uint32_t i = 0; i < w->intros_count; i++)
        if (w->intro_logs[i] == log)
            return own->places_count + i + 1;
    return introduce(w, log);
}

static int
by_place(const void *a, const void *b)
{
    const struct change_seen *x = a, *y = b;

    return (x->log > y->log) - (x->log < y->log);
}

static void
write_seen(struct craft *w)
{
    const struct archive_entry *before = archive_entry(w->ar, w->log, w->seq - 1);

    for (uint32_t i = 0; i < w->ar->logs_count; i++) {
        uint64_t had = before != NULL ? before->vector[i] : 0;
        struct change_seen *seen = &w->seen[w->seen_count];

        if (i == w->log || w->target[i] <= had || archive_entry(w->ar, i, w->target[i]) == NULL)
            continue;
        seen->log = craft_place(w, i);
        seen->step = w->target[i] - had;
        memcpy(seen->hash, archive_entry(w->ar, i, w->target[i])->hash.bytes, SEEN_HASH_BYTES);
        w->seen_count++;
    }
    qsort(w->seen, w->seen_count, sizeof w->seen[0], by_place);
}

/* Something that no honest header says. */
static void
spoil_past(struct craft *w)
{
    struct change_seen *last = &w->seen[w->seen_count > 0 ? w->seen_count - 1 : 0];
    uint32_t places = w->ar->logs[w->log].places_count + w->intros_count;

    switch (chance_below(w->c, 5)) {
    case 0: /* a log that was never introduced */
        w->seen[w->seen_count++] = (struct change_seen){.log = places + 1, .step = 1};
        break;
    case 1: /* itself */
        if (w->intros_count < GHOST_INTROS_MAX)
            introduce(w, w->log);
        break;
    case 2: /* the same log twice */
        if (w->intros_count > 0 && w->intros_count < GHOST_INTROS_MAX)
            introduce(w, w->intro_logs[0]);
        break;
    case 3: /* further than it can be; held for ever, or malformed */
        if (w->seen_count > 0)
            last->step = ENTRY_SEQ_MAX;
        break;
    case 4: /* another branch: held for ever */
        if (w->seen_count > 0)
            last->hash[0] ^= 1;
        break;
    }
}

/* --- operations ------------------------------------------------------------------------------ */

/* An operation that introduces a record: of a type (0 = any), mostly one that the entry has seen. */
static bool
pick_record(struct craft *w, unsigned type, bool same_space, struct op_name *ret_name)
{
    const struct archive *ar = w->ar;
    bool seen_only = !chance_in(w->c, 4);
    bool first_only = chance_in(w->c, 50); /* so that references, and keys made of them, meet */
    uint64_t found = 0;

    for (uint32_t log = 0; log < ar->logs_count; log++)
        for (uint64_t seq = 1; seq <= ar->logs[log].count; seq++) {
            const struct archive_entry *entry = archive_entry(ar, log, seq);
            bool same = ar->logs[log].space == w->space;

            if ((same_space && !same) || (same && seen_only && log != w->log && seq > w->target[log]))
                continue;
            for (uint32_t i = 0; i < entry->body.ops_count; i++) {
                const struct change_op *op = &entry->body.ops[i];

                if (op->kind != CHANGE_PUT_NEW && op->kind != CHANGE_PUT_KEYED)
                    continue;
                if (type != 0 ? op->type != type && !chance_in(w->c, 1) : op->type < RECORD_UNIT && !chance_in(w->c, 10))
                    continue;
                if (chance_below(w->c, ++found) == 0 || (first_only && found == 1))
                    *ret_name = (struct op_name){log, seq, i};
                if (first_only)
                    return true;
            }
        }
    return found > 0;
}

bool
craft_pick(struct craft *w, uint32_t mask, struct op_name *ret_name)
{
    uint64_t found = 0;

    for (uint32_t log = 0; log < w->ar->logs_count; log++)
        for (uint64_t seq = 1; w->ar->logs[log].space == w->space && seq <= w->ar->logs[log].count; seq++) {
            const struct archive_entry *entry = archive_entry(w->ar, log, seq);

            if (log == w->log ? seq >= w->seq : seq > w->target[log] && !chance_in(w->c, 1))
                continue;
            for (uint32_t i = 0; i < entry->body.ops_count; i++)
                if (entry->body.ops[i].type < 32 && (mask >> entry->body.ops[i].type & 1) &&
                    chance_below(w->c, ++found) == 0)
                    *ret_name = (struct op_name){log, seq, i};
        }
    return found > 0;
}

static bool
reference_to(struct craft *w, unsigned type, bool same_space, struct short_ref *ret_ref)
{
    static const unsigned any[] = {RECORD_REPORT, RECORD_MOVEMENT, RECORD_UNIT_LINK, RECORD_OBLIGATION_UNIT, 0};
    struct op_name name;

    if (type == 0)
        type = any[chance_below(w->c, 5)];
    if (w->ops_count > 0 && chance_in(w->c, 15)) { /* an operation of the same entry, or a later one */
        *ret_ref = (struct short_ref){.index = (uint32_t) chance_below(w->c, w->ops_count + chance_in(w->c, 10))};
        return true;
    }
    if (w->intros_count == GHOST_INTROS_MAX - 4 || !pick_record(w, type, same_space, &name))
        return false;
    *ret_ref = (struct short_ref){craft_place(w, name.log), name.seq, name.index};
    return true;
}

static bool
make_value(struct craft *w, const struct registry_field *f, struct value *ret_value)
{
    enum value_kind kind = f->kind;

    if (chance_in(w->c, 3))
        kind = (enum value_kind) chance_below(w->c, VALUE_ATTACHMENT + 1);
    *ret_value = ghost_value(w->c, kind, kind == f->kind ? f : NULL);
    return kind != VALUE_REFERENCE || reference_to(w, f->target, !chance_in(w->c, f->target == 0 ? 50 : 10), &ret_value->ref);
}

static void
make_fields(struct craft *w, const struct registry_record *registry, struct change_op *op)
{
    struct change_field *keys = w->keys[w->ops_count], *fields = w->fields[w->ops_count];
    bool is_keyed = op->kind == CHANGE_PUT_KEYED;
    bool is_odd = chance_in(w->c, 3);

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        bool is_key = (f->flags & FIELD_KEY) != 0 && is_keyed && !(is_odd && chance_in(w->c, 30));
        bool is_wanted = is_key || (f->flags & (FIELD_OWNER | FIELD_REQUIRED)) != 0 || chance_in(w->c, 20);
        struct change_field field = {.id = f->id};

        if (is_wanted && chance_in(w->c, 5) && !is_key)
            field.value = (struct value){.kind = VALUE_NULL};
        else if (!is_wanted || !make_value(w, f, &field.value))
            continue;
        if (is_key && field.value.kind != VALUE_NULL)
            keys[op->keys_count++] = field;
        else
            fields[op->fields_count++] = field;
        if (is_key && field.value.kind != VALUE_NULL && is_odd && chance_in(w->c, 20))
            fields[op->fields_count++] = field;
    }
    if (chance_in(w->c, 4) && op->fields_count < GHOST_FIELDS_MAX)
        fields[op->fields_count++] = (struct change_field){REGISTRY_FIELD_MAX, ghost_value(w->c, VALUE_INTEGER, NULL)};
    op->keys = keys;
    op->fields = fields;
}

/* An operation on a record that stands, of the type that it has, or that is said of it. */
static bool
make_put(struct craft *w, struct change_op *op)
{
    struct op_name name;
    const struct change_op *made;

    if (!pick_record(w, 0, !chance_in(w->c, 3), &name))
        return false;
    made = archive_op(w->ar, name);
    op->type = made == NULL || chance_in(w->c, 2) ? RECORD_UNIT : made->type;
    op->kind = chance_in(w->c, 20) ? CHANGE_DELETE : CHANGE_PUT;
    op->target = (struct short_ref){craft_place(w, name.log), name.seq, name.index};
    if (w->ops_count > 0 && chance_in(w->c, 15))
        op->target = (struct short_ref){.index = (uint32_t) chance_below(w->c, w->ops_count + 1)};
    return true;
}

static void
make_op(struct craft *w)
{
    struct change_op *op = &w->ops[w->ops_count];
    const struct registry_record *registry;

    *op = (struct change_op){.type = w->palette->types[chance_below(w->c, w->palette->count)]};
    if (chance_in(w->c, 3))
        op->type = RECORD_GRANT;
    if (chance_in(w->c, 2))
        op->type = 900; /* of a later release */
    registry = registry_by_type(op->type);
    if (!chance_in(w->c, 55) || !make_put(w, op)) {
        op->kind = registry != NULL && registry_is_keyed(registry) ? CHANGE_PUT_KEYED : CHANGE_PUT_NEW;
        if (chance_in(w->c, 2))
            op->kind = CHANGE_PUT_NEW + CHANGE_PUT_KEYED - op->kind;
    }
    registry = registry_by_type(op->type);
    if (registry != NULL && op->kind != CHANGE_DELETE)
        make_fields(w, registry, op);
    if (op->kind == CHANGE_PUT_KEYED && op->keys_count == 0)
        op->kind = CHANGE_PUT_NEW;
    w->ops_count++;
}

/* --- encoding -------------------------------------------------------------------------------- */

static void
encode_body(struct craft *w, struct buf *body, unsigned *ret_version)
{
    struct change_body plain = {w->ops_count, w->ops};

    change_encode_body(body, &plain);
    if (chance_in(w->c, 2))
        *ret_version = 2;
    else if (chance_in(w->c, 2) && body->size > 2)
        body->bytes[body->size - 1 - chance_below(w->c, body->size - 1)] ^= (uint8_t) (1 + chance_below(w->c, 255));
    else if (chance_in(w->c, 1))
        wire_put_u8(body, 0);
}

static struct archive_entry *
encode(struct craft *w, int64_t wall_step_s)
{
    struct change_header h = {.version = CHANGE_VERSION, .wall_step_s = wall_step_s,
                              .intros_count = w->intros_count, .intros = w->intros,
                              .seen_count = w->seen_count, .seen = w->seen};
    struct archive_entry *entry = NULL;
    struct buf header, body, item;

    h.flags = (w->intros_count > 0 ? CHANGE_INTRODUCES : 0U) | (w->seen_count > 0 ? CHANGE_SEES : 0U);
    buf_init(&header, CHANGESET_BYTES_MAX);
    buf_init(&body, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX);
    encode_body(w, &body, &h.version);
    change_encode_header(&header, &h);
    if (header.err == OK && body.err == OK) {
        item_encode(&item, header.bytes, header.size, body.bytes, body.size, NULL);
        entry = archive_append(w->ar, w->log, item.bytes, item.size);
    }
    buf_release(&header);
    buf_release(&body);
    buf_release(&item);
    return entry;
}

static int64_t
choose_wall(struct ghost *g, struct chance *c)
{
    static const int64_t extremes[] = {0, INT64_C(4070908800), INT64_MAX / 2, INT64_MIN / 2};
    int64_t before = g->wall_s;

    g->wall_s = chance_in(c, 10) ? extremes[chance_below(c, 4)]
                                 : NORMAL_S + 60 * (int64_t) chance_below(c, 40);
    return g->wall_s - before;
}

struct archive_entry *
ghost_write(struct ghost *g, struct archive *ar, struct chance *c, uint32_t space,
            const struct palette *palette)
{
    struct craft *w = calloc(1, sizeof *w);
    struct log_id id = {.epoch = g->epoch};
    struct archive_entry *entry = NULL;
    uint32_t ops = chance_in(c, 60) ? 1 : 1 + (uint32_t) chance_below(c, 3);

    if (w == NULL)
        abort();
    memcpy(id.space, ar->spaces[space].id, SPACE_BYTES);
    memcpy(id.device, g->key.public_key, DEVICE_BYTES);
    w->log = archive_log(ar, &id);
    if (w->log != ARCHIVE_NO_LOG && ar->logs[w->log].places_count + GHOST_INTROS_MAX < ARCHIVE_PLACES_MAX) {
        ar->logs[w->log].key = &g->key;
        w->ar = ar;
        w->c = c;
        w->space = space;
        w->palette = palette;
        w->seq = ar->logs[w->log].count + 1;
        if (w->seq > 1)
            memcpy(w->target, archive_entry(ar, w->log, w->seq - 1)->vector, sizeof w->target);
        choose_past(w);
        while (ops-- > 0 && !w->is_alone && w->ops_count < GHOST_OPS_MAX)
            if (!(chance_in(c, palette->trust_percent) && craft_trust(w)) &&
                !(chance_in(c, palette->erasure_percent) && craft_erasure(w)))
                make_op(w);
        write_seen(w);
        if (chance_in(c, 2))
            spoil_past(w);
        entry = encode(w, choose_wall(g, c));
    }
    free(w);
    return entry;
}
