/* What honest admins do with rights: grant, take back, hand on, join a unit above and move. */
#include "config.h"

#include <string.h>

#include "daemon/engine/policy.h"
#include "daemon/engine/revoke.h"
#include "daemon/engine/system_fields.h"
#include "tests/sim/sim.h"

bool
sim_is_admin(struct sim *sim, unsigned node)
{
    struct node *n = &sim->nodes[node];
    struct error e = {0};

    for (enum space_kind kind = SPACE_INNER; kind <= SPACE_OUTER; kind++) {
        struct space_row space = node_space(n, kind);
        unsigned roles = 0;

        sim_expect(sim, policy_roles(n->s, &space, n->me.sign.public_key, &n->arena, &roles, &e), &e, "roles");
        if (!(roles & ROLE_ADMIN))
            return false;
    }
    return true;
}

static const uint8_t *
any_device(struct sim *sim)
{
    uint64_t which = chance_below(&sim->c, sim->nodes_count + sim->ghosts_count);

    return which < sim->nodes_count ? sim->nodes[which].me.sign.public_key
                                    : sim->ghosts[which - sim->nodes_count].key.public_key;
}

static void
take_back(struct sim *sim, unsigned node)
{
    struct node *n = &sim->nodes[node];
    struct revoke_request request = {.device = any_device(sim), .since_s = INT64_MAX};
    struct error e = {0};
    uint64_t cut;
    bool changed;
    enum err err;

    if (chance_in(&sim->c, 65))
        request.since_s = 1750000000 + 60 * (int64_t) chance_below(&sim->c, 60);
    n->now_s += 60;
    sim_expect(sim, store_begin(n->s, &e), &e, "begin");
    err = revoke_device(n->s, &n->me, &request, 0, n->now_s, &cut, &e);
    if (err == OK) {
        sim_expect(sim, submit_sign(n->s, &n->me, &e), &e, "sign");
        sim_expect(sim, store_commit(n->s, &e), &e, "commit");
        sim_expect(sim, identity_note_heads(&n->me, n->s, &changed, &e), &e, "note heads");
        sim_harvest(sim, node);
    } else {
        store_rollback(n->s);
        if (err != ERR_AUTH && err != ERR_NOT_FOUND)
            sim_expect(sim, err, &e, "revoke");
    }
}

static struct submit_field
device_field(const uint8_t *device)
{
    return (struct submit_field){1, {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}};
}

static void
write_right(struct sim *sim, unsigned node, const struct submit_op *op)
{
    struct submit_op copy = *op;
    struct submit_request request = {.ops = &copy, .ops_count = 1, .system = true};
    struct error e = {0};
    enum err err = sim_submit(sim, node, &request, &e);

    if (err != OK && err != ERR_AUTH && !sim->disk_failed)
        sim_expect(sim, err, &e, "write a right");
}

/* Grant anything under one of the own rights, or hand that right on as it is. */
static void
give(struct sim *sim, unsigned node, const struct space_row *space)
{
    static const unsigned roles[] = {ROLE_ADMIN, ROLE_ADMIN, ROLE_CLERK, ROLE_REVIEWER};
    struct node *n = &sim->nodes[node];
    struct submit_field fields[4] = {device_field(any_device(sim))};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_GRANT, .space = space->id, .fields = fields,
                           .fields_count = 2};
    struct right_row *rights, none = {.role = 0}, *own = &none;
    struct error e = {0};
    size_t count;

    sim_expect(sim, trust_rights_of(n->s, space, n->me.sign.public_key, &n->arena, &rights, &count, &e), &e,
               "own rights");
    if (count > 0)
        own = &rights[chance_below(&sim->c, count)];
    fields[1] = (struct submit_field){GRANT_ROLE, {.kind = VALUE_INTEGER, .integer = roles[chance_below(&sim->c, 4)]}};
    if (own->role != 0 && own->role != ROLE_ADMIN) {
        fields[1].value.integer = own->role;
        if (own->unit != 0)
            fields[op.fields_count++] =
                (struct submit_field){GRANT_UNIT, {.kind = VALUE_REFERENCE, .record = own->unit}};
    }
    if (own->id > 0)
        fields[op.fields_count++] =
            (struct submit_field){GRANT_PARENT, {.kind = VALUE_REFERENCE, .record = own->id}};
    write_right(sim, node, &op);
}

static void
move(struct sim *sim, unsigned node, const struct space_row *space)
{
    struct node *n = &sim->nodes[node];
    struct state_query query = {.type = RECORD_ADOPTION, .space = space->id};
    struct submit_field fields[2] = {device_field(any_device(sim))};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_ADOPTION, .space = space->id, .fields = fields,
                           .fields_count = 1};
    struct record **records;
    struct error e = {0};
    size_t count;

    sim_expect(sim, state_list(n->s, &query, &n->arena, &records, &count, &e), &e, "list adoptions");
    if (count > 0)
        fields[op.fields_count++] =
            (struct submit_field){ADOPTION_PREVIOUS,
                                  {.kind = VALUE_REFERENCE, .record = records[chance_below(&sim->c, count)]->id}};
    write_right(sim, node, &op);
}

void
sim_rights(struct sim *sim, unsigned node)
{
    uint64_t what = chance_below(&sim->c, 100);
    struct space_row *spaces;
    struct error e = {0};
    size_t count;

    sim_expect(sim, space_list(sim->nodes[node].s, &sim->nodes[node].arena, &spaces, &count, &e), &e, "spaces");
    if (what < 60)
        take_back(sim, node);
    else if (what < 85)
        give(sim, node, &spaces[chance_below(&sim->c, count)]);
    else
        move(sim, node, &spaces[chance_below(&sim->c, count)]);
}
