/* Peers, bases and counters. */
#include "config.h"

#include "daemon/store/peers.h"

#include <string.h>

#include "daemon/store/sql.h"

enum { DAYS_KEPT = 400 /* a year to compare with, and some */ };

/* --- reading --------------------------------------------------------------------------------- */

static bool
read_key(const struct query *q, int column, uint8_t *ret_key, size_t size)
{
    query_copy(q, column, ret_key, size);
    return !query_is_null(q, column);
}

static const char *
read_text(const struct query *q, int column, struct arena *a)
{
    size_t size;
    const char *text = query_text(q, column, &size);

    return arena_text(a, text, size);
}

/* The row of a query that selects PEER_COLUMNS. */
static enum err
read_peer(const struct query *q, struct arena *a, struct peer_row *ret_peer, struct error *e)
{
    struct peer_row row = {
        .id = query_int(q, 0),
        .name = read_text(q, 3, a),
        .address = read_text(q, 4, a),
        .role = (enum peer_role) query_int(q, 5),
        .last_contact_s = query_int(q, 7),
        .counters = {.bytes_in = (uint64_t) query_int(q, 8),
                     .bytes_out = (uint64_t) query_int(q, 9),
                     .entries_in = (uint64_t) query_int(q, 10),
                     .entries_out = (uint64_t) query_int(q, 11),
                     .sessions = (uint64_t) query_int(q, 12),
                     .round_trips = (uint64_t) query_int(q, 13)},
        .last_error = read_text(q, 14, a),
    };

    row.has_device = read_key(q, 1, row.device, DEVICE_BYTES);
    row.has_noise = read_key(q, 2, row.noise, NOISE_KEY_BYTES);
    row.has_store_id = read_key(q, 6, row.store_id, STORE_ID_BYTES);
    if (row.name == NULL || row.address == NULL || row.last_error == NULL)
        return sql_no_memory(e);
    *ret_peer = row;
    return OK;
}

static enum err
one_peer(struct query *q, struct arena *a, struct peer_row *ret_peer, struct error *e)
{
    struct peer_row row;
    bool found = query_row(q);
    enum err err = found ? read_peer(q, a, &row, e) : OK;

    err = query_end_after(q, err, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such peer");
    if (err == OK)
        *ret_peer = row;
    return err;
}

enum err
peer_get(struct store *s, int64_t id, struct arena *a, struct peer_row *ret_peer, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_PEER_GET);
    query_bind_int(&q, id);
    return one_peer(&q, a, ret_peer, e);
}

enum err
peer_by_device(struct store *s, const uint8_t device[DEVICE_BYTES], struct arena *a,
               struct peer_row *ret_peer, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_PEER_BY_DEVICE);
    query_bind_bytes(&q, device, DEVICE_BYTES);
    return one_peer(&q, a, ret_peer, e);
}

enum err
peer_by_noise(struct store *s, const uint8_t noise[NOISE_KEY_BYTES], struct arena *a,
              struct peer_row *ret_peer, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_PEER_BY_NOISE);
    query_bind_bytes(&q, noise, NOISE_KEY_BYTES);
    return one_peer(&q, a, ret_peer, e);
}

enum err
peer_list(struct store *s, struct arena *a, struct peer_row **ret_peers, size_t *ret_count,
          struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct peer_row)};
    struct query q;
    enum err err = OK;

    query_start(&q, s, ST_PEER_LIST);
    while (err == OK && query_row(&q)) {
        struct peer_row *row = rows_add(&rows);

        err = row != NULL ? read_peer(&q, a, row, e) : sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_peers = rows.items;
    *ret_count = rows.count;
    return OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static void
bind_key(struct query *q, bool known, const uint8_t *key, size_t size)
{
    if (known)
        query_bind_bytes(q, key, size);
    else
        query_bind_null(q);
}

static void
bind_text(struct query *q, const char *text)
{
    query_bind_text(q, text, text != NULL ? strlen(text) : 0);
}

/* The id that a device has already; 0 when it is new. */
static enum err
id_of_device(struct store *s, const uint8_t device[DEVICE_BYTES], int64_t *ret_id, struct error *e)
{
    struct query q;
    int64_t id = 0;
    enum err err;

    query_start(&q, s, ST_PEER_BY_DEVICE);
    query_bind_bytes(&q, device, DEVICE_BYTES);
    if (query_row(&q))
        id = query_int(&q, 0);
    err = query_end(&q, e);
    if (err == OK)
        *ret_id = id;
    return err;
}

enum err
peer_put(struct store *s, const struct peer_row *peer, int64_t *ret_id, struct error *e)
{
    int64_t id = peer->id;
    int64_t same_device = 0;
    struct query q;
    enum err err = OK;

    if (peer->has_device)
        err = id_of_device(s, peer->device, &same_device, e);
    if (err != OK)
        return err;
    if (id != 0 && same_device != 0 && same_device != id)
        return err_set(e, ERR_CONFLICT, "store: peer %lld has this device",
                       (long long) same_device);
    if (id == 0)
        id = same_device;
    query_start(&q, s, id == 0 ? ST_PEER_ADD : ST_PEER_SET);
    bind_key(&q, peer->has_device, peer->device, DEVICE_BYTES);
    bind_key(&q, peer->has_noise, peer->noise, NOISE_KEY_BYTES);
    bind_text(&q, peer->name);
    bind_text(&q, peer->address);
    query_bind_int(&q, peer->role);
    bind_key(&q, peer->has_store_id, peer->store_id, STORE_ID_BYTES);
    query_bind_int(&q, peer->last_contact_s);
    bind_text(&q, peer->last_error);
    if (id != 0)
        query_bind_int(&q, id);
    err = query_run(&q, e);
    if (err == OK && sqlite3_changes(s->db) == 0)
        err = err_set(e, ERR_NOT_FOUND, "store: no such peer");
    if (err == OK)
        *ret_id = id != 0 ? id : sqlite3_last_insert_rowid(s->db);
    return err;
}

enum err
peer_drop(struct store *s, int64_t id, struct error *e)
{
    static const enum statement drops[] = {ST_PEER_DROP, ST_PEER_DROP_BASES, ST_PEER_DROP_DAYS};
    enum err err = OK;

    for (size_t i = 0; i < sizeof drops / sizeof drops[0] && err == OK; i++) {
        struct query q;

        query_start(&q, s, drops[i]);
        query_bind_int(&q, id);
        err = query_run(&q, e);
    }
    return err;
}

/* --- counters -------------------------------------------------------------------------------- */

static enum err
count_day(struct store *s, int64_t id, int32_t day, const struct peer_counters *more,
          struct error *e)
{
    struct query q;
    enum err err;

    query_start(&q, s, ST_PEER_DAY_ADD);
    query_bind_int(&q, id);
    query_bind_int(&q, day);
    query_bind_int(&q, (int64_t) more->bytes_in);
    query_bind_int(&q, (int64_t) more->bytes_out);
    err = query_run(&q, e);
    if (err != OK)
        return err;
    query_start(&q, s, ST_PEER_DAY_FORGET);
    query_bind_int(&q, id);
    query_bind_int(&q, (int64_t) day - DAYS_KEPT);
    return query_run(&q, e);
}

enum err
peer_count(struct store *s, int64_t id, int32_t day, const struct peer_counters *more,
           struct error *e)
{
    struct query q;
    enum err err;

    query_start(&q, s, ST_PEER_COUNT);
    query_bind_int(&q, id);
    query_bind_int(&q, (int64_t) more->bytes_in);
    query_bind_int(&q, (int64_t) more->bytes_out);
    query_bind_int(&q, (int64_t) more->entries_in);
    query_bind_int(&q, (int64_t) more->entries_out);
    query_bind_int(&q, (int64_t) more->sessions);
    query_bind_int(&q, (int64_t) more->round_trips);
    err = query_run(&q, e);
    if (err == OK && sqlite3_changes(s->db) == 0)
        err = err_set(e, ERR_NOT_FOUND, "store: no such peer");
    return err == OK ? count_day(s, id, day, more, e) : err;
}

enum err
peer_day_bytes(struct store *s, int64_t id, int32_t day, uint64_t *ret_in, uint64_t *ret_out,
               struct error *e)
{
    uint64_t in = 0;
    uint64_t out = 0;
    struct query q;
    enum err err;

    query_start(&q, s, ST_PEER_DAY_GET);
    query_bind_int(&q, id);
    query_bind_int(&q, day);
    if (query_row(&q)) {
        in = (uint64_t) query_int(&q, 0);
        out = (uint64_t) query_int(&q, 1);
    }
    err = query_end(&q, e);
    if (err == OK) {
        *ret_in = in;
        *ret_out = out;
    }
    return err;
}

/* --- bases ----------------------------------------------------------------------------------- */

static enum err
one_base(struct query *q, struct arena *a, struct base_row *ret_base, struct error *e)
{
    struct base_row row = {0};
    bool found = query_row(q);
    enum err err;

    if (found) {
        const uint8_t *vector = query_bytes(q, 1, &row.vector_size);

        query_copy(q, 0, row.digest, BASE_DIGEST_BYTES);
        row.vector = (const uint8_t *) arena_text(a, vector, row.vector_size);
        row.confirmed = query_int(q, 2) != 0;
    }
    err = query_end(q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no such base");
    if (err == OK && row.vector == NULL)
        err = sql_no_memory(e);
    if (err == OK)
        *ret_base = row;
    return err;
}

enum err
base_get(struct store *s, int64_t peer, const uint8_t digest[BASE_DIGEST_BYTES], struct arena *a,
         struct base_row *ret_base, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_BASE_GET);
    query_bind_int(&q, peer);
    query_bind_bytes(&q, digest, BASE_DIGEST_BYTES);
    return one_base(&q, a, ret_base, e);
}

enum err
base_last_confirmed(struct store *s, int64_t peer, struct arena *a, struct base_row *ret_base,
                    struct error *e)
{
    struct query q;

    query_start(&q, s, ST_BASE_CONFIRMED);
    query_bind_int(&q, peer);
    return one_base(&q, a, ret_base, e);
}

enum err
base_put(struct store *s, int64_t peer, const struct base_row *base, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_BASE_PUT);
    query_bind_int(&q, peer);
    query_bind_bytes(&q, base->digest, BASE_DIGEST_BYTES);
    query_bind_bytes(&q, base->vector, base->vector_size);
    query_bind_int(&q, base->confirmed);
    return query_run(&q, e);
}

enum err
base_drop_others(struct store *s, int64_t peer, const uint8_t digest[BASE_DIGEST_BYTES],
                 struct error *e)
{
    struct query q;

    query_start(&q, s, ST_BASE_DROP_OTHERS);
    query_bind_int(&q, peer);
    query_bind_bytes(&q, digest, BASE_DIGEST_BYTES);
    return query_run(&q, e);
}

enum err
base_drop_all(struct store *s, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_BASE_DROP_ALL);
    return query_run(&q, e);
}
