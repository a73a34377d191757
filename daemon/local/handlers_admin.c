/* Requests on the machine itself: status, peers, conflicts, verification. */
#include "config.h"

#include <string.h>

#include "daemon/engine/digest.h"
#include "daemon/engine/rescue.h"
#include "daemon/engine/verify.h"
#include "daemon/local/handlers.h"
#include "daemon/net/net.h"
#include "daemon/store/peers.h"

/* --- peers ------------------------------------------------------------------------------------ */

/* What the network knows of each peer, gathered on the loop thread. */
struct live_peer {
    int64_t id;
    struct net_peer_status status;
};
struct live_peers {
    struct live_peer *items;
    size_t count;
};

enum err
prepare_peers(struct request *r, struct error *e)
{
    struct daemon *d = r->daemon;
    struct live_peers *live = arena_alloc(&r->arena, sizeof *live);
    struct peer_row *peers = NULL;
    size_t count = 0;
    enum err err;

    if (live == NULL)
        return err_set(e, ERR_NOMEM, "no memory for peers");
    r->prepared = live;
    if (d->net == NULL)
        return OK;
    err = store_begin(d->reader, e);
    if (err != OK)
        return err;
    err = peer_list(d->reader, &r->arena, &peers, &count, e);
    store_end(d->reader);
    if (err == OK)
        live->items = arena_array(&r->arena, count + 1, sizeof *live->items);
    if (err == OK && live->items == NULL)
        err = err_set(e, ERR_NOMEM, "no memory for peers");
    for (; err == OK && live->count < count; live->count++) {
        live->items[live->count].id = peers[live->count].id;
        net_peer_status(d->net, peers[live->count].id, &live->items[live->count].status);
    }
    return err;
}

/* A peer's row, and of the session under way what the row does not have yet. */
static json_t *
peer_to_json(const struct request *r, const struct peer_row *peer, uint64_t *unsent)
{
    static const char *const roles[] = {
        [PEER_PARENT] = "parent", [PEER_CHILD] = "child", [PEER_OWN_DEVICE] = "own"};
    const struct live_peers *prepared = r->prepared;
    struct net_peer_status live = {.connected = false};
    const struct peer_counters *sum = &peer->counters, *now = &live.session;
    json_t *json;

    for (size_t i = 0; i < prepared->count; i++)
        if (prepared->items[i].id == peer->id)
            live = prepared->items[i].status;
    if (peer->role == PEER_PARENT)
        *unsent += live.unsent;
    json = json_pack(
        "{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "name", peer->name, "role",
        peer->role >= PEER_PARENT && peer->role <= PEER_OWN_DEVICE ? roles[peer->role] : "",
        "address", peer->address, "connected", live.connected, "unsent", (json_int_t) live.unsent,
        "bytes_in", (json_int_t) (sum->bytes_in + now->bytes_in), "bytes_out",
        (json_int_t) (sum->bytes_out + now->bytes_out), "entries_in",
        (json_int_t) (sum->entries_in + now->entries_in), "entries_out",
        (json_int_t) (sum->entries_out + now->entries_out), "sessions",
        (json_int_t) (sum->sessions + now->sessions), "round_trips",
        (json_int_t) (sum->round_trips + now->round_trips));
    if (json == NULL)
        return NULL;
    if (peer->has_device)
        json_object_set_new(json, "device", json_hex(peer->device, sizeof peer->device));
    if (peer->last_contact_s != 0)
        json_object_set_new(json, "last_contact", json_time(peer->last_contact_s));
    if (peer->last_error[0] != '\0')
        json_object_set_new(json, "error", json_string(peer->last_error));
    return json;
}

static enum err
peers_to_json(struct request *r, json_t **ret_json, uint64_t *ret_unsent, struct error *e)
{
    struct peer_row *peers = NULL;
    size_t count = 0;
    json_t *list = NULL;
    enum err err = peer_list(r->store, &r->arena, &peers, &count, e);

    if (err != OK)
        return err;
    *ret_unsent = 0;
    list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, peer_to_json(r, &peers[i], ret_unsent));
    *ret_json = list;
    return list == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

enum err
handle_peers(struct request *r, struct error *e)
{
    json_t *list = NULL;
    uint64_t unsent;
    enum err err = peers_to_json(r, &list, &unsent, e);

    if (err == OK)
        r->answer = json_pack("{s:o}", "peers", list);
    return err;
}

/* --- status ----------------------------------------------------------------------------------- */

static enum err
entries_of(struct request *r, int64_t space, uint64_t *ret_entries, struct error *e)
{
    struct log_row *logs = NULL;
    size_t count = 0;
    enum err err = log_list(r->store, space, &r->arena, &logs, &count, e);

    *ret_entries = 0;
    for (size_t i = 0; i < count && err == OK; i++)
        *ret_entries += logs[i].received_seq;
    return err;
}

/* One space for the list `spaces`, and its digest for `digests` (NULL: not asked for, since it
 * reads every record). */
static enum err
space_to_json(struct request *r, const struct space_row *space, json_t *spaces, json_t *digests,
              struct error *e)
{
    static const char *const kinds[] = {
        [SPACE_INNER] = "inner", [SPACE_OUTER] = "outer", [SPACE_EVENT] = "event"};
    static const char *const origins[] = {
        [SPACE_OWN] = "own", [SPACE_ABOVE] = "above", [SPACE_BELOW] = "below"};
    const char *unit = NULL;
    struct hash digest;
    uint64_t entries;
    json_t *id = json_hex(space->space, sizeof space->space);
    enum err err = entries_of(r, space->id, &entries, e);

    if (err == OK)
        err = view_space_unit(&r->view, space->id, &unit, e);
    if (err == OK && digests != NULL)
        err = digest_space(r->store, space, &digest, e);
    if (err == OK) {
        json_array_append_new(spaces, json_pack("{s:O, s:s, s:s, s:s*, s:I}", "id", id, "kind",
                                                kinds[space->genesis.kind], "origin",
                                                origins[space->origin], "unit", unit, "entries",
                                                (json_int_t) entries));
        if (digests != NULL)
            json_object_set_new(digests, json_string_value(id),
                                json_hex(digest.bytes, sizeof digest.bytes));
    }
    json_decref(id);
    return err;
}

static enum err
spaces_to_json(struct request *r, struct error *e)
{
    struct space_row *spaces = NULL;
    size_t count = 0;
    json_t *list = json_array(), *digests = NULL;
    int64_t with_digest;
    enum err err = request_query_number(r, "digest", 1, 1, &with_digest, e);

    if (err == OK)
        err = space_list(r->store, &r->arena, &spaces, &count, e);
    if (err == OK && with_digest != 0)
        digests = json_object();
    for (size_t i = 0; i < count && err == OK; i++) {
        err = space_to_json(r, &spaces[i], list, digests, e);
        if (err == OK && spaces[i].origin == SPACE_OWN
            && json_object_get(r->answer, "unit") == NULL)
            json_object_set(r->answer, "unit", json_object_get(json_array_get(list, i), "unit"));
    }
    if (digests != NULL)
        json_object_set_new(r->answer, "state_digest", digests);
    json_object_set_new(r->answer, "spaces", list);
    return err;
}

/* Like the digests it reads every record, so it is left out with them. */
static enum err
findings_to_json(struct request *r, struct error *e)
{
    int64_t wanted;
    uint64_t count;
    enum err err = request_query_number(r, "digest", 1, 1, &wanted, e);

    if (err != OK || wanted == 0)
        return err;
    err = findings_count(r, &count, e);
    if (err == OK)
        json_object_set_new(r->answer, "findings", json_integer((json_int_t) count));
    return err;
}

static enum err
counts_to_json(struct request *r, struct error *e)
{
    struct log_counts counts;
    json_t *held = NULL;
    int64_t *conflicts;
    size_t conflicts_count = 0;
    enum err err = log_count(r->store, &counts, e);

    if (err == OK)
        err = state_conflicts(r->store, &r->arena, &conflicts, &conflicts_count, e);
    if (err == OK && counts.held > 0)
        err = held_to_json(r, &held, e);
    if (err != OK)
        return err;
    if (held != NULL)
        json_object_set_new(r->answer, "held_logs", held);
    json_object_set_new(r->answer, "entries", json_integer((json_int_t) counts.entries));
    json_object_set_new(r->answer, "held", json_integer((json_int_t) counts.held));
    json_object_set_new(r->answer, "set_aside", json_integer((json_int_t) counts.set_aside));
    json_object_set_new(r->answer, "conflicts", json_integer((json_int_t) conflicts_count));
    return findings_to_json(r, e);
}

enum err
handle_status(struct request *r, struct error *e)
{
    const struct daemon *d = r->daemon;
    const char *node = NULL;
    json_t *peers = NULL;
    uint64_t unsent;
    enum err err;

    r->answer =
        json_pack("{s:s, s:i, s:o}", "version", PACKAGE_VERSION, "registry", REGISTRY_VERSION,
                  "device", json_hex(d->me.sign.public_key, sizeof d->me.sign.public_key));
    if (r->answer == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    err = store_meta_get(r->store, "node", &r->arena, &node, e);
    if (err != OK && err != ERR_NOT_FOUND)
        return err;
    json_object_set_new(r->answer, "node", json_string(err == OK ? node : ""));
    err = counts_to_json(r, e);
    if (err == OK)
        err = spaces_to_json(r, e);
    if (err == OK)
        err = peers_to_json(r, &peers, &unsent, e);
    if (err != OK)
        return err;
    json_object_set_new(r->answer, "unsent", json_integer((json_int_t) unsent));
    return json_object_set_new(r->answer, "peers", peers) == 0
               ? OK
               : err_set(e, ERR_NOMEM, "no memory for an answer");
}

/* --- what needs a person ---------------------------------------------------------------------- */

static enum err
add_conflict(struct request *r, int64_t id, json_t *list, struct error *e)
{
    struct record *record = NULL;
    const char *about = NULL;
    json_t *json = NULL;
    enum err err = state_get(r->store, id, &r->arena, &record, e);

    if (err == OK)
        err = view_about(&r->view, record, &about, e);
    if (err == OK)
        err = view_record(&r->view, record, &json, e);
    if (err == OK) {
        json_object_set_new(json, "about", json_string(about));
        json_array_append_new(list, json);
    }
    return err;
}

enum err
handle_conflicts(struct request *r, struct error *e)
{
    int64_t *ids = NULL, limit = 0, offset = 0;
    size_t count = 0;
    json_t *list = NULL;
    enum err err = request_query_number(r, "limit", REQUEST_LIST_DEFAULT, REQUEST_LIST_DEFAULT, &limit, e);

    if (err == OK)
        err = request_query_number(r, "offset", 0, INT32_MAX, &offset, e);
    if (err == OK)
        err = state_conflicts(r->store, &r->arena, &ids, &count, e);
    if (err != OK)
        return err;
    list = json_array();
    for (size_t i = (size_t) offset; i < count && err == OK && i < (size_t) (offset + limit); i++)
        err = add_conflict(r, ids[i], list, e);
    if (err == OK)
        r->answer = json_pack("{s:O, s:I}", "records", list, "count", (json_int_t) count);
    json_decref(list);
    return err;
}

/* --- verification ----------------------------------------------------------------------------- */

static enum err
report_to_json(struct request *r, const struct verify_report *report, struct error *e)
{
    struct space_row *spaces = NULL;
    size_t count = 0;
    json_t *problems = json_array(), *digests = json_object();
    enum err err = space_list(r->store, &r->arena, &spaces, &count, e);

    for (size_t i = 0; i < report->problems_count; i++)
        json_array_append_new(problems, json_string(report->problems[i]));
    for (size_t i = 0; i < count && err == OK; i++) {
        struct hash digest;

        err = digest_space(r->store, &spaces[i], &digest, e);
        if (err == OK) {
            json_t *id = json_hex(spaces[i].space, SPACE_BYTES);

            json_object_set_new(digests, json_string_value(id),
                                json_hex(digest.bytes, sizeof digest.bytes));
            json_decref(id);
        }
    }
    if (err == OK)
        r->answer = json_pack("{s:I, s:I, s:I, s:I, s:O, s:b, s:O}", "entries",
                              (json_int_t) report->entries, "logs", (json_int_t) report->logs,
                              "signatures", (json_int_t) report->signatures, "unsigned",
                              (json_int_t) report->unsigned_entries, "state_digest", digests, "ok",
                              report->problems_count == 0, "problems", problems);
    json_decref(problems);
    json_decref(digests);
    return err;
}

/* Only a rebuild needs the writer. */
enum err
prepare_verify(struct request *r, struct error *e)
{
    (void) e;
    if (!json_is_true(json_object_get(r->body, "rebuild")))
        r->access = ACCESS_READ;
    return OK;
}

enum err
handle_verify(struct request *r, struct error *e)
{
    static const char *const members[] = {"rebuild", NULL};
    json_t *rebuild = json_object_get(r->body, "rebuild");
    struct verify_report report = {.entries = 0};
    enum err err = request_members(r->body, members, e);

    if (err == OK && rebuild != NULL && !json_is_boolean(rebuild))
        err = err_say(e, ERR_FORMAT, N_("“{1}” must be true or false"), "rebuild", NULL);
    if (err == OK)
        err = verify_logs(r->store, &r->arena, &report, e);
    if (err == OK && json_is_true(rebuild))
        err = verify_rebuild(r->store, &r->arena, &report, e);
    return err == OK ? report_to_json(r, &report, e) : err;
}

/* --- backup ----------------------------------------------------------------------------------- */

/* It reads in the pool, on a connection of its own: neither the loop nor the writer waits for it. */
enum err
handle_backup(struct request *r, struct error *e)
{
    static const char *const members[] = {"path", "replace", NULL};
    json_t *replace = json_object_get(r->body, "replace");
    struct backup_facts facts;
    const char *path = NULL;
    uint64_t random;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = request_body_text(r, "path", true, &path, e);
    if (err == OK && replace != NULL && !json_is_boolean(replace))
        err = err_say(e, ERR_FORMAT, N_("“{1}” must be true or false"), "replace", NULL);
    daemon_random(&random, sizeof random);
    if (err == OK)
        err = rescue_backup(r->daemon->database_path, path, json_is_true(replace), random, &facts, e);
    if (err != OK)
        return err;
    r->answer = json_pack("{s:s, s:I, s:I}", "path", path, "bytes", (json_int_t) facts.bytes, "entries",
                          (json_int_t) facts.entries);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}
