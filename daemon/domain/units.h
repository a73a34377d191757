/* The tree of units as this machine sees it: its own units, their links, and the units that joined.
 * Source: doc/domain-rules.md, "Units". */
#ifndef DAEMON_DOMAIN_UNITS_H
#define DAEMON_DOMAIN_UNITS_H

#include <jansson.h>

#include "daemon/store/log.h"
#include "daemon/store/state.h"

/* A unit of this unit's own tree. One that joined with its own machine is known by the record that
 * it made of itself; a record that was typed here for it before, with the same name, stays in the
 * tree. */
struct unit_node {
    int64_t id;              /* local record id */
    const char *name;        /* in the arena, never NULL */
    const char *code;        /* or NULL */
    const char *kind;        /* name of the choice, "other" when not said */
    const char *other_names; /* or NULL */
    int64_t parent;          /* local id by unit_link, 0 = directly below this unit */
    bool is_self;            /* the record of this unit itself */
    int64_t child;           /* record `child` when it joined with its own machine, else 0 */
    int64_t joined_as; /* typed here before it joined: the record that it made of itself, else 0 */
    int64_t inner_space; /* local ids of its spaces, 0 when it has none here */
    int64_t outer_space;
};

struct unit_tree {
    struct unit_node *nodes; /* in the order of names */
    size_t count;
    int64_t inner_space; /* this unit's own */
    int64_t outer_space;
};

/* Load the tree. Units that ended or have a successor are left out.
 *   a        holds it
 *   Returns  ERR_NOT_FOUND this machine has no unit yet; ERR_IO, ERR_NOMEM */
enum err units_load(struct store *s, struct arena *a, struct unit_tree *ret_tree, struct error *e);

/* A unit by its record; NULL when it is none of the tree. */
const struct unit_node *units_find(const struct unit_tree *tree, int64_t id);

/* What is known of a space: whose it is, and when it was last heard of. */
struct space_fact {
    struct space_row row;
    const char *unit_name;  /* from its profile, else from the record `child`, else NULL */
    const char *unit_kind;  /* or NULL */
    int64_t unit;           /* the record of the unit itself in its own tree, 0 = unknown */
    int64_t last_contact_s; /* with a machine of that unit; 0 = never */
};

/* Every space that this machine carries, with its facts.
 *   Returns  ERR_IO, ERR_NOMEM */
enum err units_spaces(struct store *s, struct arena *a, struct space_fact **ret_spaces,
                      size_t *ret_count, struct error *e);

/* A space of that list by local id; NULL. */
const struct space_fact *units_space(const struct space_fact *spaces, size_t count, int64_t id);

#endif
