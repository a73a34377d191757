/* Host: what a peer is served, and what may come from it. Who it is says the handshake; what is its own say the
 * records of the spaces above it: a `child` record names the two spaces of a unit below, an `adoption` names the
 * device above. Naming a space gives no right to it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/policy.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"
#include "daemon/net/host_core.h"

enum { ADMIT_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* --- spaces below ---------------------------------------------------------------------------- */

/* A note of this store: through which peer a space below came. */
static void
via_name(const uint8_t space[SPACE_BYTES], char ret_name[HOST_VIA_NAME_BYTES])
{
    size_t at = (size_t) snprintf(ret_name, HOST_VIA_NAME_BYTES, "via.");

    for (size_t i = 0; i < SPACE_BYTES; i++)
        at += (size_t) snprintf(ret_name + at, HOST_VIA_NAME_BYTES - at, "%02x", space[i]);
}

static void
via_text(const struct host_peer *peer, char ret_text[24])
{
    snprintf(ret_text, 24, "%lld", (long long) peer->id);
}

static bool
came_through(struct store *s, const struct host_peer *peer, const struct space_row *space)
{
    char name[HOST_VIA_NAME_BYTES];
    char wanted[24];
    const char *text = "";
    struct peer_row founder;
    struct arena a;
    bool found;

    via_name(space->space, name);
    via_text(peer, wanted);
    arena_init(&a, ADMIT_ARENA_BYTES_MAX);
    found = store_meta_get(s, name, &a, &text, NULL) == OK && strcmp(text, wanted) == 0;
    /* A child of this hub's own is served its spaces itself, whoever else once offered them. */
    if (found && peer_by_device(s, space->genesis.founder, &a, &founder, NULL) == OK)
        found = founder.id == peer->id;
    arena_release(&a);
    return found;
}

/* Whether a device was this unit's superior, and another one is now. */
static bool
is_former(struct store *s, const uint8_t device[DEVICE_BYTES])
{
    struct space_row own;
    bool closed = false;

    return space_own(s, SPACE_INNER, &own, NULL) == OK &&
           trust_is_closed(s, &own, device, &closed, NULL) == OK && closed;
}

/* Whether the peer is a machine with a right in a unit below: not the founder, whose key may be lost. */
static bool
manages(struct store *s, const struct host_peer *peer, const struct space_row *space)
{
    struct arena a;
    unsigned roles = 0;
    bool found;

    if (!peer->has_device)
        return false;
    arena_init(&a, ADMIT_ARENA_BYTES_MAX);
    found = policy_roles(s, space, peer->device, &a, &roles, NULL) == OK && roles != 0;
    arena_release(&a);
    return found;
}

bool
host_serves(struct store *s, const struct host_peer *peer, const struct space_row *space)
{
    if (peer->id == 0)
        return false;
    if (peer->role == PEER_PARENT && ((peer->has_device && is_former(s, peer->device)) ||
                                      (space->origin == SPACE_ABOVE && is_former(s, space->genesis.founder))))
        return false;
    if (peer->role != PEER_CHILD)
        return true;
    if (space->origin == SPACE_BELOW)
        return (peer->has_device && memcmp(space->genesis.founder, peer->device, DEVICE_BYTES) == 0) ||
               came_through(s, peer, space) || manages(s, peer, space);
    return space->genesis.kind == SPACE_OUTER;
}

/* --- spaces that are offered ----------------------------------------------------------------- */

bool
host_may_bring(const struct host_peer *peer, const struct genesis *genesis)
{
    switch (peer->role) {
    case PEER_PARENT:
        return genesis->kind == SPACE_OUTER;
    case PEER_CHILD:
    case PEER_OWN_DEVICE:
        return genesis->kind == SPACE_INNER || genesis->kind == SPACE_OUTER;
    }
    return false;
}

static enum err
find_records(struct store *s, unsigned type, unsigned field, const uint8_t *bytes, size_t size, struct arena *a,
             struct record ***ret_records, size_t *ret_count, struct error *e)
{
    struct state_filter filter = {.field = field, .value = {.kind = VALUE_BYTES, .bytes = bytes, .size = size}};
    struct state_query query = {.type = type, .filters = &filter, .filters_count = 1};

    return state_list(s, &query, a, ret_records, ret_count, e);
}

/* Whether a unit that this peer may speak for has taken the space's unit in. */
static enum err
is_named_below(struct store *s, const struct host_peer *peer, const uint8_t space[SPACE_BYTES],
               const struct genesis *genesis, struct arena *a, bool *ret_named, struct error *e)
{
    unsigned field = genesis->kind == SPACE_INNER ? CHILD_INNER : CHILD_OUTER;
    struct record **children;
    size_t count = 0;
    enum err err = find_records(s, RECORD_CHILD, field, space, SPACE_BYTES, a, &children, &count, e);

    *ret_named = false;
    for (size_t i = 0; err == OK && i < count && !*ret_named; i++) {
        const struct value *device = record_value(children[i], CHILD_DEVICE);
        struct space_row parent;

        err = space_get(s, children[i]->space, &parent, e);
        if (err == OK && parent.genesis.kind == SPACE_INNER && device != NULL && device->size == DEVICE_BYTES &&
            memcmp(device->bytes, genesis->founder, DEVICE_BYTES) == 0)
            *ret_named = peer->role == PEER_OWN_DEVICE ||
                         (parent.origin == SPACE_BELOW && host_serves(s, peer, &parent));
    }
    return err;
}

/* Whether the space's founder was adopted as a parent by this unit, or by one above it. */
static enum err
is_named_above(struct store *s, const struct genesis *genesis, struct arena *a, bool *ret_named, struct error *e)
{
    struct record **adoptions;
    size_t count = 0;
    enum err err = find_records(s, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, genesis->founder, DEVICE_BYTES, a,
                                &adoptions, &count, e);

    *ret_named = false;
    for (size_t i = 0; err == OK && i < count && !*ret_named; i++) {
        struct space_row child;

        err = space_get(s, adoptions[i]->space, &child, e);
        *ret_named = err == OK && child.origin != SPACE_BELOW;
    }
    return err;
}

/* As what a space that is not carried yet comes from this peer.
 *   Returns  ERR_NOT_FOUND  nothing here names it (yet): it is refused in this session */
static enum err
judge_space(struct store *s, const struct host_peer *peer, const uint8_t space[SPACE_BYTES],
            const struct genesis *genesis, enum space_origin *ret_origin, struct error *e)
{
    struct arena a;
    bool named = false;
    enum err err = OK;

    *ret_origin = SPACE_BELOW;
    if (!host_may_bring(peer, genesis))
        return err_set(e, ERR_NOT_FOUND, "a space of a kind that this peer does not bring");
    arena_init(&a, ADMIT_ARENA_BYTES_MAX);
    if (peer->role != PEER_PARENT)
        err = is_named_below(s, peer, space, genesis, &a, &named, e);
    if (err == OK && !named && peer->role != PEER_CHILD && genesis->kind == SPACE_OUTER) {
        *ret_origin = SPACE_ABOVE;
        named = peer->role == PEER_PARENT;
        if (!named)
            err = is_named_above(s, genesis, &a, &named, e);
    }
    arena_release(&a);
    if (err == OK && !named)
        err = err_set(e, ERR_NOT_FOUND, "a space of a unit that nobody here has taken in");
    return err;
}

static enum err
carry_space(struct store *s, const struct host_peer *peer, const uint8_t bytes[GENESIS_BYTES],
            struct space_row *ret_space, struct error *e)
{
    struct genesis genesis;
    uint8_t id[SPACE_BYTES];
    char name[HOST_VIA_NAME_BYTES];
    char text[24];
    enum space_origin origin;
    enum err err;

    genesis_space(bytes, id);
    err = space_find(s, id, ret_space, e);
    if (err != ERR_NOT_FOUND)
        return err;
    err = genesis_decode(bytes, GENESIS_BYTES, &genesis, e);
    if (err == OK)
        err = judge_space(s, peer, id, &genesis, &origin, e);
    if (err == OK)
        err = space_add(s, bytes, origin, ret_space, e);
    if (err != OK || origin != SPACE_BELOW)
        return err;
    via_name(id, name);
    via_text(peer, text);
    return store_meta_set(s, name, text, e);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* What lies above its own units comes from there, and a child at most gives it back: to a hub that was restored.
 * Whatever else it brought would be kept, and sent on to all other children. */
static enum err
judge_log(struct store *s, const struct host_peer *peer, const struct space_row *space, const struct log_id *id,
          struct error *e)
{
    struct log_row log;
    struct arena a;
    unsigned roles = 0;
    uint64_t count = 0;
    enum err err = log_find(s, id, &log, e);

    if (err != OK && err != ERR_NOT_FOUND)
        return err;
    if (err == ERR_NOT_FOUND || log.received_seq == 0) {
        err = log_count_of(s, space->id, &count, e);
        if (err == OK && count >= HOST_LOGS_MAX)
            err = err_set(e, ERR_LIMIT, "more than %d logs in one space", HOST_LOGS_MAX);
    }
    if (err != OK || peer->role != PEER_CHILD || space->origin == SPACE_BELOW)
        return err;
    arena_init(&a, ADMIT_ARENA_BYTES_MAX);
    err = policy_roles(s, space, id->device, &a, &roles, e);
    arena_release(&a);
    if (err == OK && roles == 0)
        err = err_set(e, ERR_AUTH, "entries of a machine that has no right in this space");
    return err;
}

enum err
host_admit(struct store *s, const struct host_peer *peer, const uint8_t genesis[GENESIS_BYTES],
           const struct log_id *log, struct error *e)
{
    struct space_row space;
    enum err err = carry_space(s, peer, genesis, &space, e);

    /* It was offered before it was carried, and has come from another meanwhile. A superior that has just handed this
     * unit over still has the rest of that to say; whether it counts, its rights decide. */
    if (err == OK && peer->role != PEER_PARENT && !host_serves(s, peer, &space))
        err = err_set(e, ERR_NOT_FOUND, "a space that is carried here, but not for this peer");
    return err == OK ? judge_log(s, peer, &space, log, e) : err;
}
