/* A world: nodes with engines and stores, ghosts, and the archive of all that was written. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "tests/sim/archive.h"
#include "tests/sim/ghost.h"
#include "tests/sim/random.h"
#include "tests/util/world.h"

enum { SIM_NODES_MAX = 12, SIM_GHOSTS_MAX = 4 };

struct sim {
    uint64_t seed;
    struct chance c;
    struct archive ar;
    struct node nodes[SIM_NODES_MAX];
    unsigned nodes_count;
    struct ghost ghosts[SIM_GHOSTS_MAX];
    unsigned ghosts_count;
    const struct palette *palette;
    struct palette with_rights;   /* a copy with these in it */
    bool has_hub;                 /* node 1 */
    bool disk_failed;             /* the power of the node with files is gone */
    uint64_t writes, deliveries, refused, steps;
};

/* Print the world, the seed and what is wrong, then end the program. */
void sim_fail(const struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
void sim_expect(const struct sim *sim, enum err err, const struct error *e, const char *what);

/* The archive's name for a node's record, and the other way (0 when the node knows no such log). */
struct op_name sim_op_name(struct sim *sim, unsigned node, int64_t record);

/* Take what a node has written into the archive, and hold it against what the node had merged. */
void sim_harvest(struct sim *sim, unsigned node);

/* Bring a run of a log to a node, inside a transaction.
 *   Returns  what ingest_run() said; ERR_NOT_FOUND when the node does not carry the space */
enum err sim_deliver(struct sim *sim, unsigned node, uint32_t log, uint64_t first, uint64_t last);

/* How many entries of a log a node has stored; whether it carries the log's space. */
uint64_t sim_received(struct sim *sim, unsigned node, uint32_t log, bool *ret_carries);

/* A node writes a request as its writer would, and takes it into the archive.
 *   Returns  what submit() said; ERR_IO also when the disk failed at the commit */
enum err sim_submit(struct sim *sim, unsigned node, struct submit_request *request, struct error *e);

/* A device that has no store: the node gives it a grant, or none, and it writes what it likes. */
void sim_add_ghost(struct sim *sim, unsigned node);

/* Some random honest write by a node's own engine. */
void sim_write(struct sim *sim, unsigned node);

/* Some random use of rights by an honest machine; whether it may give some in its unit's spaces. */
void sim_rights(struct sim *sim, unsigned node);
bool sim_is_admin(struct sim *sim, unsigned node);

/* Everything that must hold once every node has everything. */
void sim_check(struct sim *sim);

#endif
