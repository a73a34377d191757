/* The simulator of sessions: hubs, communes and their machines, joined by the daemon's own sessions and
 * hosts over links that are slow, cut at any byte, half open, or replayed. In some worlds one machine
 * loses its power in the middle of a commit, or gets an old copy of its database put back.
 *     session-sim [--seed N | --worlds N --from M] */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/node.h"
#include "tests/sim/links.h"
#include "tests/util/faultvfs.h"
#include "tests/util/tap.h"

enum { WORLDS_IN_CHECK = 25, UNITS_MAX = 6, NO_UNIT = UINT32_MAX, ROUNDS_MAX = 40 };

struct world {
    struct sim sim;
    struct links links;
    unsigned units_count;
    unsigned parent[UNITS_MAX];      /* unit above, or NO_UNIT */
    unsigned unit[SIM_NODES_MAX];    /* of each node */
    unsigned upstream[SIM_NODES_MAX]; /* node that it connects to; itself: none */
    unsigned fragile;                /* node with files, or SIM_NODES_MAX */
    char path[64];
    bool has_copy;
    uint64_t crashes, restores, replays;
};

static struct world w;

void
sim_fail(const struct sim *sim, const char *format, ...)
{
    va_list args;

    printf("not ok 1 - whatever links and machines do, all comes to all whom it concerns\n");
    printf("# seed %llu step %llu: ", (unsigned long long) sim->seed, (unsigned long long) sim->steps);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n# again: session-sim --seed %llu\n", (unsigned long long) sim->seed);
    fflush(stdout);
    _exit(1);
}

/* --- making a world -------------------------------------------------------------------------- */

static unsigned
new_node(unsigned unit, unsigned upstream)
{
    unsigned index = w.sim.nodes_count++;

    if (w.fragile == index)
        node_place(w.path);
    w.unit[index] = unit;
    w.upstream[index] = upstream;
    return index;
}

static unsigned
node_seed(unsigned index)
{
    return (unsigned) (chance_below(&w.sim.c, 256) << 8) | (index + 1);
}

/* A unit with a machine; below another's, or on top. */
static unsigned
add_unit(unsigned upstream)
{
    unsigned unit = w.units_count++, index = new_node(unit, upstream);

    w.parent[unit] = upstream < SIM_NODES_MAX ? w.unit[upstream] : NO_UNIT;
    if (upstream >= SIM_NODES_MAX)
        w.upstream[index] = index;
    node_found(&w.sim.nodes[index], node_seed(index), "Đơn vị", "commune");
    sim_harvest(&w.sim, index);
    node_add(&w.sim.nodes[index], RECORD_UNIT, "name", "Thôn 1", NULL);
    sim_harvest(&w.sim, index);
    if (upstream < SIM_NODES_MAX) {
        node_adopt(&w.sim.nodes[index], &w.sim.nodes[upstream]);
        sim_harvest(&w.sim, index);
        sim_harvest(&w.sim, upstream);
    }
    return index;
}

static void
add_laptop(unsigned upstream)
{
    unsigned index = new_node(w.unit[upstream], upstream);

    node_enrol(&w.sim.nodes[index], node_seed(index), &w.sim.nodes[upstream], INVITE_CLERK, NULL);
    sim_harvest(&w.sim, upstream);
}

static void
remove_files(const char *path)
{
    char name[96];
    static const char *const ends[] = {"", "-wal", "-shm", ".copy"};

    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void
make_world(uint64_t seed)
{
    unsigned top, communes;
    bool three_levels;

    memset(&w, 0, sizeof w);
    w.sim.seed = seed;
    w.sim.c.state = seed * 0x2545F4914F6CDD1Du + 7;
    w.sim.palette = chance_in(&w.sim.c, 50) ? &palette_all : &palette_keyed;
    archive_init(&w.sim.ar);
    links_init(&w.links, &w.sim);
    snprintf(w.path, sizeof w.path, "session-sim.%ld.db", (long) getpid());
    remove_files(w.path);
    w.fragile = chance_in(&w.sim.c, 60) ? (unsigned) chance_below(&w.sim.c, 4) : SIM_NODES_MAX;
    three_levels = chance_in(&w.sim.c, 40);
    communes = 1 + (unsigned) chance_below(&w.sim.c, 3);
    top = add_unit(SIM_NODES_MAX);
    if (three_levels)
        top = add_unit(top);
    while (communes-- > 0) {
        unsigned commune = add_unit(top);

        if (chance_in(&w.sim.c, 50))
            add_laptop(commune);
    }
    if (chance_in(&w.sim.c, 20))
        add_laptop(0);
    if (w.fragile >= w.sim.nodes_count)
        w.fragile = SIM_NODES_MAX;
    for (unsigned k = 0; k < 2 && chance_in(&w.sim.c, 40); k++)
        sim_add_ghost(&w.sim, three_levels);
}

/* --- machines that fail ---------------------------------------------------------------------- */

static void
copy_file(const char *from, const char *to)
{
    static char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t size;

    if (in == NULL || out == NULL)
        sim_fail(&w.sim, "cannot copy %s", from);
    while ((size = fread(bytes, 1, sizeof bytes, in)) > 0)
        if (fwrite(bytes, 1, size, out) != size)
            sim_fail(&w.sim, "cannot write %s", to);
    fclose(in);
    fclose(out);
}

static void
stop_node(unsigned node)
{
    links_drop_node(&w.links, node);
    store_close(w.sim.nodes[node].s);
    w.sim.nodes[node].s = NULL;
}

static void
start_node(unsigned node)
{
    struct node *n = &w.sim.nodes[node];
    struct error e = {0};

    sim_expect(&w.sim, store_open(w.path, STORE_WRITE, &n->s, &e), &e, "open after a crash");
    sim_expect(&w.sim, node_prepare(n->s, &n->me, &e), &e, "prepare after a crash");
}

/* What a node was told is written must be there. */
static void
check_durable(unsigned node)
{
    bool carries;

    for (uint32_t i = 0; i < w.sim.ar.logs_count; i++)
        if (memcmp(w.sim.ar.logs[i].id.device, w.sim.nodes[node].me.sign.public_key, DEVICE_BYTES) == 0 &&
            sim_received(&w.sim, node, i, &carries) < w.sim.ar.logs[i].count)
            sim_fail(&w.sim, "node %u lost what it had committed of log %u: %llu of %zu are left", node, i,
                     (unsigned long long) sim_received(&w.sim, node, i, &carries), w.sim.ar.logs[i].count);
}

static void
lose_power(void)
{
    unsigned node = w.fragile;

    w.crashes++;
    stop_node(node);
    fault_vfs_disarm();
    w.sim.disk_failed = false;
    start_node(node);
    sim_harvest(&w.sim, node); /* a commit may have reached the disk although it was answered with an error */
    if (w.restores == 0)
        check_durable(node);
}

static void
copy_database(void)
{
    char copy[96];
    struct error e = {0};

    snprintf(copy, sizeof copy, "%s.copy", w.path);
    stop_node(w.fragile);
    copy_file(w.path, copy);
    sim_expect(&w.sim, store_open(w.path, STORE_WRITE, &w.sim.nodes[w.fragile].s, &e), &e, "open again");
    w.has_copy = true;
}

/* What nobody else has got, and is not in the copy, is gone for good. */
static void
forget_lost(unsigned node)
{
    for (uint32_t i = 0; i < w.sim.ar.logs_count; i++) {
        struct archive_log *log = &w.sim.ar.logs[i];
        uint64_t most = 0;
        bool carries;

        if (memcmp(log->id.device, w.sim.nodes[node].me.sign.public_key, DEVICE_BYTES) != 0)
            continue;
        for (unsigned k = 0; k < w.sim.nodes_count; k++) {
            uint64_t received = sim_received(&w.sim, k, i, &carries);

            most = received > most ? received : most;
        }
        log->count = most < log->count ? most : log->count;
        w.sim.ar.judged = false;
    }
}

/* Cut every link, and let what had arrived be committed. */
static void
end_links(void)
{
    for (size_t i = 0; i < LINKS_MAX; i++)
        links_cut(&w.links, &w.links.list[i], false);
    while (!links_idle(&w.links))
        links_step(&w.links);
}

static void
restore_copy(void)
{
    unsigned node = w.fragile;
    char name[96];

    if (!w.has_copy)
        return;
    w.restores++;
    fault_vfs_disarm();
    stop_node(node);
    end_links();
    snprintf(name, sizeof name, "%s-wal", w.path);
    unlink(name);
    snprintf(name, sizeof name, "%s.copy", w.path);
    copy_file(name, w.path);
    start_node(node);
    forget_lost(node);
}

/* --- what happens ---------------------------------------------------------------------------- */

static unsigned
founder_of(uint32_t space)
{
    unsigned node = 0;

    while (memcmp(w.sim.nodes[node].me.sign.public_key, w.sim.ar.spaces[space].genesis.founder, DEVICE_BYTES) != 0)
        node++;
    return node;
}

static void
open_some_link(void)
{
    unsigned node = (unsigned) chance_below(&w.sim.c, w.sim.nodes_count);

    if (w.upstream[node] != node)
        links_open(&w.links, node, w.upstream[node], chance_in(&w.sim.c, 50));
}

static void
fragile_step(void)
{
    if (w.fragile == SIM_NODES_MAX)
        return;
    if (w.sim.disk_failed)
        lose_power();
    else if (chance_in(&w.sim.c, 10))
        fault_vfs_arm(FAULT_POWER, (long) chance_below(&w.sim.c, 60));
    else if (chance_in(&w.sim.c, 3) && !w.has_copy && !fault_vfs_disarm())
        copy_database();
    else if (chance_in(&w.sim.c, 2) && w.restores < 2 && w.sim.ghosts_count == 0)
        restore_copy(); /* a ghost may have seen what is lost */
}

/* A ghost writes, and brings it to the machine that founded the space; from there it goes round. */
static void
haunt(void)
{
    struct ghost *g = &w.sim.ghosts[chance_below(&w.sim.c, w.sim.ghosts_count)];
    uint32_t space = (uint32_t) chance_below(&w.sim.c, w.sim.ar.spaces_count), log;
    unsigned node = founder_of(space);
    struct log_id id = {.epoch = g->epoch};
    struct error e = {0};
    bool carries;

    if (node == w.fragile || ghost_write(g, &w.sim.ar, &w.sim.c, space, w.sim.palette) == NULL)
        return;
    memcpy(id.space, w.sim.ar.spaces[space].id, SPACE_BYTES);
    memcpy(id.device, g->key.public_key, DEVICE_BYTES);
    log = archive_log(&w.sim.ar, &id);
    sim_expect(&w.sim, store_begin(w.sim.nodes[node].s, &e), &e, "begin");
    sim_deliver(&w.sim, node, log, sim_received(&w.sim, node, log, &carries) + 1, w.sim.ar.logs[log].count);
    sim_expect(&w.sim, store_commit(w.sim.nodes[node].s, &e), &e, "commit");
    links_notify(&w.links, node);
}

static void
step(void)
{
    uint64_t what = chance_below(&w.sim.c, 100);

    w.sim.steps++;
    if (what < 8) {
        unsigned node = (unsigned) chance_below(&w.sim.c, w.sim.nodes_count);

        sim_write(&w.sim, node);
        if (!w.sim.disk_failed)
            links_notify(&w.links, node);
    } else if (what < 12) {
        open_some_link();
    } else if (what < 14) {
        links_cut(&w.links, &w.links.list[chance_below(&w.sim.c, LINKS_MAX)], chance_in(&w.sim.c, 30));
    } else if (what < 15 && w.links.replay.size > 0) {
        w.replays++;
        links_replay(&w.links, (unsigned) chance_below(&w.sim.c, w.sim.nodes_count));
    }
    if (w.sim.ghosts_count > 0 && chance_in(&w.sim.c, 2))
        haunt();
    links_step(&w.links);
    fragile_step();
}

static uint64_t
stored_everywhere(void)
{
    uint64_t stored = 0;

    for (unsigned i = 0; i < w.sim.nodes_count; i++) {
        struct log_counts counts;
        struct error e = {0};

        sim_expect(&w.sim, log_count(w.sim.nodes[i].s, &counts, &e), &e, "count entries");
        stored += counts.entries;
    }
    return stored;
}

/* Good links, one after the other, until nothing is new. */
static void
sync_all(void)
{
    uint64_t before, after = stored_everywhere();
    unsigned rounds = 0, quiet = 0;

    end_links();
    while (quiet < 2) {
        before = after;
        for (unsigned i = 0; i < w.sim.nodes_count; i++) {
            if (w.upstream[i] == i)
                continue;
            links_open(&w.links, i, w.upstream[i], false);
            while (!links_idle(&w.links))
                links_step(&w.links);
        }
        after = stored_everywhere();
        quiet = after == before ? quiet + 1 : 0;
        if (++rounds > ROUNDS_MAX)
            sim_fail(&w.sim, "after %d rounds there is still something new", ROUNDS_MAX);
    }
}

static bool
is_above(unsigned unit, unsigned below)
{
    while (below != NO_UNIT && below != unit)
        below = w.parent[below];
    return below == unit;
}

/* Every node carries just the spaces that are its unit's to carry. */
static void
check_spaces(void)
{
    for (unsigned node = 0; node < w.sim.nodes_count; node++)
        for (uint32_t i = 0; i < w.sim.ar.spaces_count; i++) {
            const struct archive_space *space = &w.sim.ar.spaces[i];
            unsigned founder = founder_of(i);
            struct space_row row;
            bool may, carries;

            may = is_above(w.unit[node], w.unit[founder]) ||
                  (space->genesis.kind == SPACE_OUTER && is_above(w.unit[founder], w.unit[node]));
            carries = space_find(w.sim.nodes[node].s, space->id, &row, NULL) == OK;
            if (may != carries)
                sim_fail(&w.sim, "node %u of unit %u %s space %u of unit %u, kind %d", node, w.unit[node],
                         carries ? "carries" : "does not carry", i, w.unit[founder], (int) space->genesis.kind);
        }
}

struct totals {
    uint64_t worlds, nodes, entries, links, cuts, bytes, crashes, restores, replays;
};

static void
run_world(uint64_t seed, struct totals *t)
{
    make_world(seed);
    for (uint64_t steps = 200 + chance_below(&w.sim.c, 1500); steps > 0; steps--)
        step();
    fault_vfs_disarm();
    if (w.sim.disk_failed)
        lose_power();
    sync_all();
    check_spaces();
    sim_check(&w.sim);
    t->worlds++;
    t->nodes += w.sim.nodes_count;
    t->entries += w.sim.ar.entries_count;
    t->links += w.links.opened;
    t->cuts += w.links.cuts;
    t->bytes += w.links.bytes;
    t->crashes += w.crashes;
    t->restores += w.restores;
    t->replays += w.replays;
    for (unsigned i = 0; i < w.sim.nodes_count; i++)
        node_release(&w.sim.nodes[i]);
    links_release(&w.links);
    archive_release(&w.sim.ar);
    remove_files(w.path);
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
    fault_vfs_register();
    printf("1..1\n");
    for (uint64_t i = 0; i < worlds; i++)
        run_world(from + i, &t);
    printf("ok 1 - whatever links and machines do, all comes to all whom it concerns\n");
    printf("# %llu worlds, %llu nodes, %llu entries, %llu links (%llu cut, %llu replays), %llu bytes, "
           "%llu power cuts, %llu old copies put back\n",
           (unsigned long long) t.worlds, (unsigned long long) t.nodes, (unsigned long long) t.entries,
           (unsigned long long) t.links, (unsigned long long) t.cuts, (unsigned long long) t.replays,
           (unsigned long long) t.bytes, (unsigned long long) t.crashes, (unsigned long long) t.restores);
    return 0;
}
