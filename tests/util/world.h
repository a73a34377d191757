/* A few nodes in one process, each with an engine and a store in memory, for tests of the engine. Runs go
 * from one to another as they would over a link, signatures checked. */
#ifndef TESTS_UTIL_WORLD_H
#define TESTS_UTIL_WORLD_H

#include "daemon/engine/digest.h"
#include "daemon/engine/enrol.h"
#include "daemon/engine/ingest.h"
#include "daemon/engine/submit.h"
#include "daemon/store/state.h"

struct node {
    struct store *s;
    struct identity me;
    int64_t now_s;      /* its clock */
    uint64_t random;    /* counts up; stands for randomness */
    struct arena arena; /* for what tests read */
};

/* Found a unit of its own. Every function here asserts that it works. */
void node_found(struct node *n, unsigned seed, const char *name, const char *kind);

/* Let the next node's store be a file instead of memory. */
void node_place(const char *path);

/* An empty store that is to become a device of another's unit, with a role. */
void node_enrol(struct node *n, unsigned seed, struct node *inviter, enum invite_kind kind,
                const char *unit_name);

/* Adoption: `child` joins `parent`. */
void node_adopt(struct node *child, struct node *parent);

void node_release(struct node *n);

/* Send all that `to` lacks of the spaces that it carries; gives the number of entries that were new. */
uint64_t node_send(struct node *from, struct node *to);

/* Both ways, until nothing is new. */
void node_sync(struct node *a, struct node *b);

/* Add a record with text fields: pairs of field name and text, then NULL. */
int64_t node_add(struct node *n, unsigned type, ...) __attribute__((sentinel));

/* Set one text field; delete; both may fail. */
enum err node_set(struct node *n, int64_t record, const char *field, const char *text, struct error *e);
enum err node_delete(struct node *n, int64_t record, struct error *e);

/* Submit in a transaction, signed and committed. */
enum err node_submit(struct node *n, struct submit_request *request, struct error *e);

/* Read a record; NULL when there is none. */
struct record *node_read(struct node *n, int64_t record);

/* The id that another node gives to a record. */
int64_t node_translate(struct node *from, int64_t record, struct node *to);

/* The digest of the own (or first) space of a kind, on any node that carries it. */
struct hash node_digest(struct node *n, const uint8_t space[SPACE_BYTES]);
struct space_row node_space(struct node *n, enum space_kind kind);

#endif
