/* Honest writes: what clerks do at a node, through its engine. Refusals are part of it. */
#include "config.h"

#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

enum { OPS_MAX = 3, FIELDS_MAX = 40 };

struct request {
    struct sim *sim;
    struct node *n;
    struct arena a;
    struct submit_op ops[OPS_MAX];
    struct submit_field fields[OPS_MAX][FIELDS_MAX];
    size_t count;
};

static unsigned
any_type(struct sim *sim)
{
    return sim->palette->types[chance_below(&sim->c, sim->palette->count)];
}

/* A record of a type (0 = any) that the node has; 0 when there is none. */
static int64_t
pick(struct request *r, unsigned type, struct record **ret_record)
{
    struct state_query query = {.type = type != 0 ? type : any_type(r->sim), .deleted_too = chance_in(&r->sim->c, 20)};
    struct record **records;
    struct error e = {0};
    size_t count, at;

    sim_expect(r->sim, state_list(r->n->s, &query, &r->a, &records, &count, &e), &e, "list records");
    if (count == 0)
        return 0;
    at = chance_in(&r->sim->c, 40) ? 0 : chance_below(&r->sim->c, count);
    if (ret_record != NULL)
        *ret_record = records[at];
    return records[at]->id;
}

static bool
fill_field(struct request *r, const struct registry_field *f, struct submit_field *field)
{
    *field = (struct submit_field){f->id, ghost_value(&r->sim->c, f->kind, f)};
    if (f->kind != VALUE_REFERENCE)
        return true;
    if (r->count > 0 && chance_in(&r->sim->c, 10) && r->ops[0].kind == SUBMIT_ADD)
        field->value.record = SUBMIT_NEW(0);
    else
        field->value.record = pick(r, f->target, NULL);
    return field->value.record != 0;
}

static void
add_fields(struct request *r, struct submit_op *op, const struct registry_record *registry, unsigned share)
{
    struct submit_field *fields = r->fields[r->count];

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        bool is_fixed = (f->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE)) != 0;
        bool is_wanted = op->kind == SUBMIT_ADD && (f->flags & (FIELD_KEY | FIELD_OWNER | FIELD_REQUIRED)) != 0;
        struct submit_field *field = &fields[op->fields_count];

        if (op->kind == SUBMIT_SET && is_fixed)
            continue;
        if (!is_wanted && !chance_in(&r->sim->c, share))
            continue;
        if (op->kind == SUBMIT_SET && !(f->flags & FIELD_REQUIRED) && chance_in(&r->sim->c, 15)) {
            *field = (struct submit_field){.id = f->id};
            op->fields_count++;
        } else if (fill_field(r, f, field)) {
            op->fields_count++;
        }
    }
    op->fields = fields;
}

/* Not where the registry would put it. */
static int64_t
pick_space(struct request *r)
{
    struct space_row *spaces;
    struct error e = {0};
    size_t count;

    sim_expect(r->sim, space_list(r->n->s, &r->a, &spaces, &count, &e), &e, "list spaces");
    return spaces[chance_below(&r->sim->c, count)].id;
}

static void
make_add(struct request *r)
{
    struct submit_op *op = &r->ops[r->count];

    *op = (struct submit_op){.kind = SUBMIT_ADD, .type = any_type(r->sim)};
    if (chance_in(&r->sim->c, 30))
        op->space = pick_space(r);
    add_fields(r, op, registry_by_type(op->type), 15);
    r->count++;
}

static void
make_change(struct request *r)
{
    struct submit_op *op = &r->ops[r->count];
    struct record *record = NULL;
    int64_t id = pick(r, 0, &record);

    if (id == 0 || (record->registry->grow_only && chance_in(&r->sim->c, 90)))
        return;
    *op = (struct submit_op){.kind = chance_in(&r->sim->c, 15) ? SUBMIT_DELETE : SUBMIT_SET, .record = id,
                             .versioned = chance_in(&r->sim->c, 30),
                             .version = record->version - chance_in(&r->sim->c, 20)};
    if (op->kind == SUBMIT_SET)
        add_fields(r, op, record->registry, 25);
    if (op->kind == SUBMIT_DELETE || op->fields_count > 0)
        r->count++;
}

/* Settle a conflict: write one of its fields anew. */
static void
make_settlement(struct request *r)
{
    struct submit_op *op = &r->ops[r->count];
    struct record *record;
    struct error e = {0};
    int64_t *ids;
    size_t count;

    sim_expect(r->sim, state_conflicts(r->n->s, &r->a, &ids, &count, &e), &e, "list conflicts");
    if (count == 0)
        return;
    sim_expect(r->sim, state_get(r->n->s, ids[chance_below(&r->sim->c, count)], &r->a, &record, &e), &e,
               "read a record in conflict");
    *op = (struct submit_op){.kind = SUBMIT_SET, .record = record->id, .fields = r->fields[r->count]};
    for (uint32_t i = 0; i < record->fields_count; i++) {
        if (!record->fields[i].conflict)
            continue;
        r->fields[r->count][op->fields_count++] =
            (struct submit_field){record->fields[i].id, record->fields[i].value};
    }
    if (op->fields_count > 0)
        r->count++;
    else if (record->life_conflict) {
        op->kind = SUBMIT_DELETE;
        r->count++;
    }
}

static void
set_clock(struct sim *sim, struct node *n)
{
    static const int64_t extremes[] = {0, INT64_C(4070908800), 86400};

    if (chance_in(&sim->c, 4))
        n->now_s = extremes[chance_below(&sim->c, 3)];
    else if (chance_in(&sim->c, 10) || n->now_s < 1000000000 || n->now_s > 2000000000)
        n->now_s = 1750000000 + 60 * (int64_t) chance_below(&sim->c, 60);
}

void
sim_write(struct sim *sim, unsigned node)
{
    struct request *r = calloc(1, sizeof *r);
    struct submit_request submitted = {.ops = r->ops};
    struct error e = {0};
    size_t wanted = 1 + (chance_in(&sim->c, 20) ? chance_below(&sim->c, OPS_MAX) : 0);
    enum err err;

    r->sim = sim;
    r->n = &sim->nodes[node];
    arena_init(&r->a, 64u << 20);
    set_clock(sim, r->n);
    for (size_t i = 0; i < wanted; i++) {
        if (chance_in(&sim->c, 45))
            make_add(r);
        else if (chance_in(&sim->c, 70))
            make_change(r);
        else
            make_settlement(r);
    }
    submitted.ops_count = r->count;
    if (r->count > 0) {
        if (chance_in(&sim->c, 10))
            submitted.operator = pick(r, RECORD_OPERATOR, NULL);
        err = sim_submit(sim, node, &submitted, &e);
        if (err != OK && err != ERR_AUTH && err != ERR_CONFLICT && err != ERR_USAGE && err != ERR_FORMAT &&
            !sim->disk_failed)
            sim_expect(sim, err, &e, "write");
        sim->refused += err != OK;
    }
    arena_release(&r->a);
    free(r);
}
