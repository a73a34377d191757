/* The simulator of the engine: worlds of nodes, ghosts and random deliveries, each from one seed.
 *     engine-sim                 a few hundred small worlds, as TAP
 *     engine-sim --seed N        one world again
 *     engine-sim --worlds N [--from M]  more worlds */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/sim.h"

enum { WORLDS_IN_CHECK = 80 };

static const struct sim *current;

void
sim_fail(const struct sim *sim, const char *format, ...)
{
    va_list args;

    printf("not ok 1 - every node comes to the state that the entries define\n");
    printf("# seed %llu step %llu: ", (unsigned long long) sim->seed, (unsigned long long) sim->steps);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n# again: engine-sim --seed %llu\n", (unsigned long long) sim->seed);
    current = NULL;
    exit(1);
}

static void
on_exit_say(void)
{
    if (current != NULL)
        printf("# seed %llu step %llu ended the program\n", (unsigned long long) current->seed,
               (unsigned long long) current->steps);
}

/* --- making a world -------------------------------------------------------------------------- */

static unsigned
node_seed(struct sim *sim, unsigned index)
{
    return (unsigned) (chance_below(&sim->c, 256) << 8) | (index + 1);
}

/* All that there is, until nothing more is taken: what somebody waits for opens a closed log. */
static void
bring_all(struct sim *sim, unsigned node)
{
    struct error e = {0};
    bool moved = true;

    sim_expect(sim, store_begin(sim->nodes[node].s, &e), &e, "begin");
    while (moved) {
        moved = false;
        for (uint32_t i = 0; i < sim->ar.logs_count; i++) {
            bool carries;
            uint64_t received = sim_received(sim, node, i, &carries);

            while (carries && received < sim->ar.logs[i].count &&
                   sim_deliver(sim, node, i, received + 1, sim->ar.logs[i].count) == OK) {
                received = sim_received(sim, node, i, &carries);
                moved = true;
            }
        }
    }
    sim_expect(sim, store_commit(sim->nodes[node].s, &e), &e, "commit");
}

static void
add_device(struct sim *sim)
{
    static const enum invite_kind kinds[] = {INVITE_CLERK, INVITE_CLERK, INVITE_CLERK, INVITE_UNIT, INVITE_EVENT};
    enum invite_kind kind = kinds[chance_below(&sim->c, 5)];
    char name[32];
    unsigned index = sim->nodes_count;

    if (index == SIM_NODES_MAX || !sim_is_admin(sim, 0))
        return;
    snprintf(name, sizeof name, "Chi bộ %u", index);
    sim->nodes[0].now_s = 1750000000 + 60 * (int64_t) chance_below(&sim->c, 60);
    node_enrol(&sim->nodes[index], node_seed(sim, index), &sim->nodes[0], kind,
               kind == INVITE_UNIT ? name : NULL);
    sim->nodes_count++;
    sim_harvest(sim, 0);
    if (chance_in(&sim->c, 70))
        bring_all(sim, index);
}

/* Records that keys are made of, in both spaces. */
static void
add_bases(struct sim *sim)
{
    static const unsigned types[] = {RECORD_UNIT, RECORD_CAMPAIGN, RECORD_REPORT_ROUTE};
    struct node *n = &sim->nodes[0];

    for (enum space_kind kind = SPACE_INNER; kind <= SPACE_OUTER; kind++) {
        struct submit_op ops[3];
        struct submit_field fields[3] = {
            {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Thôn", .size = 5}},
            {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Thi đua", .size = 8}},
            {1, {.kind = VALUE_REFERENCE, .record = SUBMIT_NEW(1)}},
        };
        struct submit_request request = {.ops = ops, .ops_count = 3};
        struct error e = {0};

        for (int i = 0; i < 3; i++)
            ops[i] = (struct submit_op){.kind = SUBMIT_ADD, .type = types[i], .space = node_space(n, kind).id,
                                        .fields = &fields[i], .fields_count = 1};
        sim_expect(sim, node_submit(n, &request, &e), &e, "first records");
        sim_harvest(sim, 0);
    }
}

static void
make_world(struct sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof *sim);
    sim->seed = seed;
    sim->c.state = seed * 0x2545F4914F6CDD1Du + 1;
    sim->palette = chance_in(&sim->c, 50) ? &palette_all : &palette_keyed;
    /* Erasures and revocations not in one world: what was dropped for an erasure that is cut off later comes back
     * only when it is asked for. */
    if (chance_in(&sim->c, 70)) {
        bool erases = chance_in(&sim->c, 35);

        sim->with_rights = *sim->palette;
        sim->with_rights.trust_percent = erases ? 0 : 5 + (unsigned) chance_below(&sim->c, 40);
        sim->with_rights.erasure_percent = erases ? 10 : 0;
        sim->palette = &sim->with_rights;
    }
    archive_init(&sim->ar);
    node_found(&sim->nodes[0], node_seed(sim, 0), "Xã Trấn Ninh", "commune");
    sim->nodes_count = 1;
    sim_harvest(sim, 0);
    node_add(&sim->nodes[0], RECORD_UNIT, "name", "Thôn 1", NULL);
    node_add(&sim->nodes[0], RECORD_UNIT, "name", "Thôn 2", NULL);
    add_bases(sim);
    if (chance_in(&sim->c, 40)) {
        node_found(&sim->nodes[1], node_seed(sim, 1), "Tỉnh", "province");
        sim->nodes_count = 2;
        sim->has_hub = true;
        sim_harvest(sim, 1);
        node_adopt(&sim->nodes[0], &sim->nodes[1]);
        sim_harvest(sim, 0);
        sim_harvest(sim, 1);
    }
    for (uint64_t k = chance_below(&sim->c, 3); k > 0; k--)
        sim_add_ghost(sim, 0);
    add_device(sim);
}

/* --- what happens in it ---------------------------------------------------------------------- */

/* One run of one log, perhaps once more, perhaps with a gap before it. */
static void
deliver_some(struct sim *sim, unsigned node)
{
    uint32_t log = (uint32_t) chance_below(&sim->c, sim->ar.logs_count);
    uint64_t count = sim->ar.logs[log].count, received, first, last;
    enum err wanted = OK, err;
    bool carries;

    received = sim_received(sim, node, log, &carries);
    if (count == 0)
        return;
    first = received + 1;
    if (received > 0 && chance_in(&sim->c, 15))
        first = 1 + chance_below(&sim->c, received);
    else if (chance_in(&sim->c, 5))
        first++;
    if (first > count)
        return;
    last = first + chance_below(&sim->c, count - first + 1);
    if (chance_in(&sim->c, 30))
        last = count;
    if (!carries)
        wanted = ERR_NOT_FOUND;
    else if (first > received + 1)
        wanted = ERR_AGAIN;
    err = sim_deliver(sim, node, log, first, last);
    if (err == ERR_AUTH && wanted != ERR_NOT_FOUND)
        return; /* a closed log */
    if (err != wanted)
        sim_fail(sim, "node %u log %u entries %llu to %llu over %llu: %s, not %s", node, log,
                 (unsigned long long) first, (unsigned long long) last, (unsigned long long) received,
                 err_name(err), err_name(wanted));
}

static void
deliver_group(struct sim *sim, unsigned node)
{
    struct node *n = &sim->nodes[node];
    struct error e = {0};

    sim_expect(sim, store_begin(n->s, &e), &e, "begin");
    for (uint64_t k = 1 + chance_below(&sim->c, 4); k > 0; k--) {
        bool undo = chance_in(&sim->c, 10);

        sim_expect(sim, store_savepoint(n->s, &e), &e, "savepoint");
        deliver_some(sim, node);
        if (undo)
            store_savepoint_undo(n->s);
        else
            store_savepoint_keep(n->s, NULL);
    }
    if (chance_in(&sim->c, 8))
        store_rollback(n->s);
    else
        sim_expect(sim, store_commit(n->s, &e), &e, "commit");
}

static void
step(struct sim *sim)
{
    uint64_t what = chance_below(&sim->c, 100);
    unsigned node = (unsigned) chance_below(&sim->c, sim->nodes_count);

    sim->steps++;
    if (what < 9 && sim->palette->trust_percent > 0)
        sim_rights(sim, chance_in(&sim->c, 50) ? 0 : node);
    else if (what < 35)
        sim_write(sim, node);
    else if (what < 68)
        deliver_group(sim, node);
    else if (what < 72)
        bring_all(sim, node);
    else if (what < 98 && sim->ghosts_count > 0)
        ghost_write(&sim->ghosts[chance_below(&sim->c, sim->ghosts_count)], &sim->ar, &sim->c,
                    (uint32_t) chance_below(&sim->c, chance_in(&sim->c, 60) ? 1 : sim->ar.spaces_count), sim->palette);
    else if (what == 98 && sim->ghosts_count < SIM_GHOSTS_MAX)
        sim_add_ghost(sim, 0);
    else if (what == 99)
        add_device(sim);
}

static void
settle(struct sim *sim)
{
    for (unsigned round = 0; round < 20; round++)
        for (unsigned node = 0; node < sim->nodes_count; node++)
            deliver_group(sim, node);
    for (unsigned node = 0; node < sim->nodes_count; node++)
        bring_all(sim, node);
}

struct totals {
    uint64_t worlds, nodes, entries, deliveries, refused, aside, held;
    uint64_t grants, adoptions, revocations, erasures, closed; /* that count; logs */
};

static void
count_rights(const struct archive_entry *entry, struct totals *t)
{
    for (uint32_t i = 0; entry->counts && i < entry->body.ops_count; i++) {
        unsigned type = entry->body.ops[i].type;

        t->grants += type == RECORD_GRANT;
        t->adoptions += type == RECORD_ADOPTION;
        t->revocations += type == RECORD_REVOCATION;
        t->erasures += type == RECORD_ERASURE;
    }
}

static void
count_entries(const struct sim *sim, struct totals *t)
{
    t->worlds++;
    t->nodes += sim->nodes_count;
    t->entries += sim->ar.entries_count;
    t->deliveries += sim->deliveries;
    t->refused += sim->refused;
    for (uint32_t i = 0; i < sim->ar.logs_count; i++) {
        t->closed += sim->ar.logs[i].closed && sim->ar.logs[i].count > 0;
        for (size_t k = 0; k < sim->ar.logs[i].count; k++) {
            count_rights(sim->ar.logs[i].entries[k], t);
            t->aside += sim->ar.logs[i].entries[k]->merged && !sim->ar.logs[i].entries[k]->counts;
            t->held += !sim->ar.logs[i].entries[k]->merged;
        }
    }
}

static void
run_world(uint64_t seed, struct totals *t)
{
    static struct sim sim;
    uint64_t steps;

    current = &sim;
    make_world(&sim, seed);
    for (steps = 20 + chance_below(&sim.c, chance_in(&sim.c, 10) ? 800 : 150); steps > 0; steps--)
        step(&sim);
    settle(&sim);
    sim_check(&sim);
    count_entries(&sim, t);
    for (unsigned i = 0; i < sim.nodes_count; i++)
        node_release(&sim.nodes[i]);
    archive_release(&sim.ar);
    current = NULL;
}

int
main(int argc, char **argv)
{
    uint64_t worlds = WORLDS_IN_CHECK, from = 1;
    struct totals t = {0};

    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t number = strtoull(argv[i + 1], NULL, 10);

        if (strcmp(argv[i], "--seed") == 0) {
            from = number;
            worlds = 1;
        } else if (strcmp(argv[i], "--worlds") == 0) {
            worlds = number;
        } else if (strcmp(argv[i], "--from") == 0) {
            from = number;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    atexit(on_exit_say);
    printf("1..1\n");
    for (uint64_t i = 0; i < worlds; i++)
        run_world(from + i, &t);
    printf("ok 1 - every node comes to the state that the entries define\n");
    printf("# %llu worlds, %llu nodes, %llu entries (%llu set aside, %llu held for ever), %llu deliveries, "
           "%llu writes refused\n",
           (unsigned long long) t.worlds, (unsigned long long) t.nodes, (unsigned long long) t.entries,
           (unsigned long long) t.aside, (unsigned long long) t.held, (unsigned long long) t.deliveries,
           (unsigned long long) t.refused);
    printf("# that count: %llu grants, %llu adoptions, %llu revocations, %llu erasures; %llu logs closed\n",
           (unsigned long long) t.grants, (unsigned long long) t.adoptions, (unsigned long long) t.revocations,
           (unsigned long long) t.erasures, (unsigned long long) t.closed);
    return 0;
}
