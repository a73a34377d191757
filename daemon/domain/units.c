/* Units, spaces and whose they are. */
#include "config.h"

#include "daemon/domain/units.h"

#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/words.h"
#include "daemon/store/peers.h"

/* --- spaces ---------------------------------------------------------------------------------- */

/* The spaces of one unit have its root in common. */
static bool
same_unit(const struct space_row *a, const struct space_row *b)
{
    return memcmp(a->genesis.unit, b->genesis.unit, UNIT_ROOT_BYTES) == 0
           && memcmp(a->genesis.founder, b->genesis.founder, DEVICE_BYTES) == 0;
}

static void
take_profile(struct space_fact *space, const struct record *profile)
{
    const char *kind = fact_choice(profile, "kind");

    if (space->unit_name == NULL)
        space->unit_name = fact_text(profile, "name");
    if (space->unit_kind == NULL)
        space->unit_kind = kind;
    if (space->unit == 0)
        space->unit = fact_reference(profile, "unit");
}

/* Profiles stand in the spaces themselves; the outer one's holds for the inner one too. */
static enum err
read_profiles(struct store *s, struct arena *a, struct space_fact *spaces, size_t count,
              struct error *e)
{
    struct record **profiles;
    size_t profiles_count = 0;
    enum err err = fact_list(s, a, RECORD_PROFILE, NULL, 0, 0, &profiles, &profiles_count, e);

    for (size_t p = 0; err == OK && p < profiles_count; p++) {
        const struct space_fact *home = units_space(spaces, count, profiles[p]->space);

        for (size_t i = 0; home != NULL && i < count; i++)
            if (same_unit(&spaces[i].row, &home->row))
                take_profile(&spaces[i], profiles[p]);
    }
    return err;
}

static bool
is_bytes(const struct record *r, const char *field, const uint8_t *bytes, size_t size)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->size == size && memcmp(v->bytes, bytes, size) == 0;
}

static enum err
read_children(struct store *s, struct arena *a, struct space_fact *spaces, size_t count,
              struct error *e)
{
    struct record **children;
    size_t children_count = 0;
    enum err err = fact_list(s, a, RECORD_CHILD, NULL, 0, 0, &children, &children_count, e);

    for (size_t c = 0; err == OK && c < children_count; c++)
        for (size_t i = 0; i < count; i++)
            if (spaces[i].unit_name == NULL
                && (is_bytes(children[c], "inner", spaces[i].row.space, SPACE_BYTES)
                    || is_bytes(children[c], "outer", spaces[i].row.space, SPACE_BYTES))) {
                spaces[i].unit_name = fact_text(children[c], "name");
                spaces[i].unit_kind = fact_choice(children[c], "kind");
            }
    return err;
}

/* A machine writes logs in the spaces of its unit; contact with it is contact with that unit. A
 * superior writes there too, so a child's spaces count only peers below, and the reverse. */
static enum err
read_contacts(struct store *s, struct arena *a, struct space_fact *spaces, size_t count,
              struct error *e)
{
    struct peer_row *peers;
    size_t peers_count = 0;
    enum err err = peer_list(s, a, &peers, &peers_count, e);

    for (size_t i = 0; err == OK && i < count; i++) {
        struct log_row *logs = NULL;
        size_t logs_count = 0;

        err = log_list(s, spaces[i].row.id, a, &logs, &logs_count, e);
        for (size_t p = 0; err == OK && p < peers_count; p++) {
            enum peer_role wanted = spaces[i].row.origin == SPACE_BELOW   ? PEER_CHILD
                                    : spaces[i].row.origin == SPACE_ABOVE ? PEER_PARENT
                                                                          : PEER_OWN_DEVICE;
            bool theirs = memcmp(peers[p].device, spaces[i].row.genesis.founder, DEVICE_BYTES) == 0;

            for (size_t k = 0; !theirs && k < logs_count; k++)
                theirs = memcmp(logs[k].name.device, peers[p].device, DEVICE_BYTES) == 0;
            if (theirs && peers[p].has_device && peers[p].role == wanted
                && peers[p].last_contact_s > spaces[i].last_contact_s)
                spaces[i].last_contact_s = peers[p].last_contact_s;
        }
    }
    return err;
}

/* The outer space of a unit is as fresh as its inner one: one exchange brings both. */
static void
share_contacts(struct space_fact *spaces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (same_unit(&spaces[i].row, &spaces[k].row)
                && spaces[k].last_contact_s > spaces[i].last_contact_s)
                spaces[i].last_contact_s = spaces[k].last_contact_s;
}

enum err
units_spaces(struct store *s, struct arena *a, struct space_fact **ret_spaces, size_t *ret_count,
             struct error *e)
{
    struct space_row *rows;
    struct space_fact *spaces = NULL;
    size_t count = 0;
    enum err err = space_list(s, a, &rows, &count, e);

    if (err == OK && (spaces = arena_array(a, count + 1, sizeof *spaces)) == NULL)
        err = err_set(e, ERR_NOMEM, "no memory for %zu spaces", count);
    if (err != OK)
        return err;
    for (size_t i = 0; i < count; i++)
        spaces[i].row = rows[i];
    err = read_profiles(s, a, spaces, count, e);
    if (err == OK)
        err = read_children(s, a, spaces, count, e);
    if (err == OK)
        err = read_contacts(s, a, spaces, count, e);
    if (err != OK)
        return err;
    share_contacts(spaces, count);
    *ret_spaces = spaces;
    *ret_count = count;
    return OK;
}

const struct space_fact *
units_space(const struct space_fact *spaces, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (spaces[i].row.id == id)
            return &spaces[i];
    return NULL;
}

/* --- the tree -------------------------------------------------------------------------------- */

static void
take_unit(struct unit_node *node, const struct record *unit)
{
    const char *kind = fact_choice(unit, "kind"), *name = fact_text(unit, "name");

    *node = (struct unit_node){.id = unit->id,
                               .name = name != NULL ? name : "",
                               .code = fact_text(unit, "code"),
                               .kind = kind != NULL ? kind : "other",
                               .other_names = fact_text(unit, "other_names")};
}

/* The local id of a space named by a field of bytes; 0 when this machine does not carry it. */
static int64_t
space_named(struct store *s, const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);
    struct space_row row;

    if (v == NULL || v->size != SPACE_BYTES || space_find(s, v->bytes, &row, NULL) != OK)
        return 0;
    return row.id;
}

/* A unit that joined: its own record of itself, where it has arrived, else what it said when it
 * joined. */
static void
take_child(struct store *s, struct arena *a, struct unit_node *node, const struct record *child)
{
    const char *kind = fact_choice(child, "kind"), *name = fact_text(child, "name");
    struct record *unit;

    *node = (struct unit_node){.id = fact_reference(child, "unit"),
                               .name = name != NULL ? name : "",
                               .kind = kind != NULL ? kind : "other"};
    if (state_get(s, node->id, a, &unit, NULL) == OK && unit->type == RECORD_UNIT) {
        take_unit(node, unit);
        if (strcmp(node->kind, "other") == 0 && kind != NULL)
            node->kind = kind;
    }
    node->child = child->id;
    node->inner_space = space_named(s, child, "inner");
    node->outer_space = space_named(s, child, "outer");
}

static bool
is_over(const struct record *unit)
{
    return fact_reference(unit, "successor") != 0 || fact_value(unit, "active_to") != NULL;
}

/* Units and children, in no order. */
static enum err
read_nodes(struct store *s, struct arena *a, struct unit_tree *tree, struct error *e)
{
    struct record **units, **children;
    size_t units_count = 0, children_count = 0;
    enum err err = fact_list(s, a, RECORD_UNIT, NULL, 0, tree->inner_space, &units, &units_count,
                             e);

    if (err == OK)
        err = fact_list(s, a, RECORD_CHILD, NULL, 0, tree->inner_space, &children, &children_count,
                        e);
    if (err != OK)
        return err;
    tree->nodes = arena_array(a, units_count + children_count + 1, sizeof *tree->nodes);
    if (tree->nodes == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu units", units_count + children_count);
    for (size_t i = 0; i < units_count; i++)
        if (!is_over(units[i]))
            take_unit(&tree->nodes[tree->count++], units[i]);
    for (size_t i = 0; i < children_count; i++)
        if (fact_reference(children[i], "unit") != 0)
            take_child(s, a, &tree->nodes[tree->count++], children[i]);
    return OK;
}

/* A record typed here and one that the unit made of itself are one unit when their names are equal;
 * a `child` may also name the record typed here. */
static enum err
join_twins(struct arena *a, struct unit_tree *tree, struct error *e)
{
    const char **names = arena_array(a, tree->count + 1, sizeof *names);

    if (names == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu units", tree->count);
    for (size_t i = 0; i < tree->count; i++)
        if ((names[i] = words_fold(a, tree->nodes[i].name)) == NULL)
            return err_set(e, ERR_NOMEM, "no memory for %zu units", tree->count);
    for (size_t c = 0; c < tree->count; c++) {
        const struct unit_node *child = &tree->nodes[c];

        for (size_t i = 0; child->child != 0 && i < tree->count; i++) {
            struct unit_node *typed = &tree->nodes[i];

            if (typed->child != 0 || (typed->id != child->id && strcmp(names[i], names[c]) != 0))
                continue;
            typed->joined_as = child->id;
            typed->inner_space = child->inner_space;
            typed->outer_space = child->outer_space;
        }
    }
    return OK;
}

static enum err
sort_nodes(struct arena *a, struct unit_tree *tree, struct error *e)
{
    struct name_item *items = arena_array(a, tree->count + 1, sizeof *items);
    struct unit_node *nodes = arena_array(a, tree->count + 1, sizeof *nodes);
    enum err err;

    if (items == NULL || nodes == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu units", tree->count);
    for (size_t i = 0; i < tree->count; i++)
        items[i] = (struct name_item){tree->nodes[i].name, &tree->nodes[i]};
    err = name_sort(a, NAME_PLAIN, items, tree->count, e);
    if (err != OK)
        return err;
    for (size_t i = 0; i < tree->count; i++)
        nodes[i] = *(struct unit_node *) items[i].item;
    tree->nodes = nodes;
    return OK;
}

static struct unit_node *
node_of(struct unit_tree *tree, int64_t id)
{
    for (size_t i = 0; id != 0 && i < tree->count; i++)
        if (tree->nodes[i].id == id)
            return &tree->nodes[i];
    return NULL;
}

static enum err
read_links(struct store *s, struct arena *a, struct unit_tree *tree, struct error *e)
{
    struct record **links;
    size_t count = 0;
    enum err err = fact_list(s, a, RECORD_UNIT_LINK, NULL, 0, tree->inner_space, &links, &count, e);

    for (size_t i = 0; err == OK && i < count; i++) {
        struct unit_node *child = node_of(tree, fact_reference(links[i], "child"));
        const char *line = fact_choice(links[i], "line");

        /* A unit may hang on several lines; the State's one is shown where there is one. */
        if (child != NULL && fact_value(links[i], "to") == NULL
            && (child->parent == 0 || (line != NULL && strcmp(line, "state") == 0)))
            child->parent = fact_reference(links[i], "parent");
    }
    return err;
}

static enum err
mark_self(struct store *s, struct arena *a, struct unit_tree *tree, struct error *e)
{
    struct record **profiles;
    size_t count = 0;
    enum err err = fact_list(s, a, RECORD_PROFILE, NULL, 0, 0, &profiles, &count, e);

    for (size_t i = 0; err == OK && i < count; i++) {
        struct unit_node *node = node_of(tree, fact_reference(profiles[i], "unit"));

        if (node != NULL
            && (profiles[i]->space == tree->inner_space || profiles[i]->space == tree->outer_space))
            node->is_self = true;
    }
    return err;
}

enum err
units_load(struct store *s, struct arena *a, struct unit_tree *ret_tree, struct error *e)
{
    struct unit_tree tree = {0};
    struct space_row inner, outer;
    enum err err = space_own(s, SPACE_INNER, &inner, e);

    if (err != OK)
        return err;
    tree.inner_space = inner.id;
    if (space_own(s, SPACE_OUTER, &outer, NULL) == OK)
        tree.outer_space = outer.id;
    err = read_nodes(s, a, &tree, e);
    if (err == OK)
        err = join_twins(a, &tree, e);
    if (err == OK)
        err = sort_nodes(a, &tree, e);
    if (err == OK)
        err = read_links(s, a, &tree, e);
    if (err == OK)
        err = mark_self(s, a, &tree, e);
    if (err == OK)
        *ret_tree = tree;
    return err;
}

const struct unit_node *
units_find(const struct unit_tree *tree, int64_t id)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].id == id)
            return &tree->nodes[i];
    return NULL;
}
