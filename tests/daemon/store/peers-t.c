/* Peers, bases and counters. */
#include "config.h"

#include "daemon/store/peers.h"

#include "tests/daemon/store/fixture.h"

static struct peer_row
a_peer(uint8_t mark, enum peer_role role)
{
    struct peer_row peer = {.has_device = true, .has_noise = true, .name = "Trấn Ninh", .role = role};

    memset(peer.device, mark, sizeof peer.device);
    memset(peer.noise, mark + 1, sizeof peer.noise);
    return peer;
}

static void
a_peer_is_found_by_its_keys(void **state)
{
    struct fixture *f = *state;
    struct peer_row child = a_peer(10, PEER_CHILD);
    struct peer_row hub = {.address = "hub.example:4710", .role = PEER_PARENT, .has_noise = true};
    struct peer_row found;
    int64_t child_id, hub_id;

    memset(hub.noise, 7, sizeof hub.noise);
    assert_ok(f, peer_put(f->store, &child, &child_id, &f->error));
    assert_ok(f, peer_put(f->store, &hub, &hub_id, &f->error));
    assert_ok(f, peer_by_device(f->store, child.device, &f->arena, &found, &f->error));
    assert_int_equal(found.id, child_id);
    assert_string_equal(found.name, "Trấn Ninh");
    assert_string_equal(found.address, "");
    assert_false(found.has_store_id);
    assert_ok(f, peer_by_noise(f->store, hub.noise, &f->arena, &found, &f->error));
    assert_int_equal(found.id, hub_id);
    assert_false(found.has_device);
    assert_string_equal(found.address, "hub.example:4710");
    assert_int_equal(peer_by_device(f->store, hub.noise, &f->arena, &found, NULL), ERR_NOT_FOUND);
}

static void
writing_a_peer_keeps_its_counters(void **state)
{
    struct fixture *f = *state;
    struct peer_row peer = a_peer(10, PEER_CHILD), found, *list;
    const struct peer_counters more = {100, 50, 3, 2, 1, 1};
    int64_t id, again;
    size_t count;

    assert_ok(f, peer_put(f->store, &peer, &id, &f->error));
    assert_ok(f, peer_count(f->store, id, 20000, &more, &f->error));
    peer.has_store_id = true;
    peer.store_id[0] = 9;
    peer.last_contact_s = 1700000000;
    peer.last_error = "no route";
    assert_ok(f, peer_put(f->store, &peer, &again, &f->error));
    assert_int_equal(again, id);
    assert_ok(f, peer_count(f->store, id, 20001, &more, &f->error));
    assert_ok(f, peer_list(f->store, &f->arena, &list, &count, &f->error));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].counters.bytes_in, 200);
    assert_int_equal(list[0].counters.bytes_out, 100);
    assert_int_equal(list[0].counters.entries_in, 6);
    assert_int_equal(list[0].counters.entries_out, 4);
    assert_int_equal(list[0].counters.sessions, 2);
    assert_int_equal(list[0].counters.round_trips, 2);
    assert_ok(f, peer_get(f->store, id, &f->arena, &found, &f->error));
    assert_true(found.has_store_id);
    assert_int_equal(found.store_id[0], 9);
    assert_int_equal(found.last_contact_s, 1700000000);
    assert_string_equal(found.last_error, "no route");
}

static void
two_peers_never_have_one_device(void **state)
{
    struct fixture *f = *state;
    struct peer_row first = a_peer(10, PEER_CHILD), second = a_peer(20, PEER_CHILD);
    int64_t id;

    assert_ok(f, peer_put(f->store, &first, &id, &f->error));
    assert_ok(f, peer_put(f->store, &second, &second.id, &f->error));
    memcpy(second.device, first.device, sizeof second.device);
    assert_int_equal(peer_put(f->store, &second, &id, NULL), ERR_CONFLICT);
    second.id = 99;
    second.has_device = false;
    assert_int_equal(peer_put(f->store, &second, &id, NULL), ERR_NOT_FOUND);
    assert_int_equal(peer_count(f->store, 99, 1, &(struct peer_counters){0}, NULL), ERR_NOT_FOUND);
}

static void
bytes_are_counted_by_day_for_a_year(void **state)
{
    struct fixture *f = *state;
    struct peer_row first = a_peer(10, PEER_CHILD), second = a_peer(20, PEER_CHILD);
    const struct peer_counters more = {.bytes_in = 10, .bytes_out = 1};
    uint64_t in, out;

    assert_ok(f, peer_put(f->store, &first, &first.id, &f->error));
    assert_ok(f, peer_put(f->store, &second, &second.id, &f->error));
    assert_ok(f, peer_count(f->store, first.id, 1000, &more, &f->error));
    assert_ok(f, peer_count(f->store, first.id, 1000, &more, &f->error));
    assert_ok(f, peer_count(f->store, second.id, 1000, &more, &f->error));
    assert_ok(f, peer_count(f->store, first.id, 1400, &more, &f->error));
    assert_ok(f, peer_day_bytes(f->store, 0, 1000, &in, &out, &f->error));
    assert_int_equal(in, 30);
    assert_int_equal(out, 3);
    assert_ok(f, peer_day_bytes(f->store, first.id, 1000, &in, &out, &f->error));
    assert_int_equal(in, 20);
    assert_ok(f, peer_count(f->store, first.id, 1401, &more, &f->error));
    assert_ok(f, peer_day_bytes(f->store, first.id, 1000, &in, &out, &f->error));
    assert_int_equal(in, 0);
}

static void
a_base_is_kept_until_a_later_one_is_confirmed(void **state)
{
    struct fixture *f = *state;
    struct base_row old = {{1}, (const uint8_t *) "old", 3, true};
    struct base_row young = {{2}, (const uint8_t *) "young", 5, false};
    struct base_row found;

    assert_ok(f, base_put(f->store, 1, &old, &f->error));
    assert_ok(f, base_put(f->store, 1, &young, &f->error));
    assert_ok(f, base_last_confirmed(f->store, 1, &f->arena, &found, &f->error));
    assert_memory_equal(found.digest, old.digest, BASE_DIGEST_BYTES);
    assert_ok(f, base_get(f->store, 1, young.digest, &f->arena, &found, &f->error));
    assert_int_equal(found.vector_size, 5);
    assert_memory_equal(found.vector, "young", 5);
    assert_false(found.confirmed);
    young.confirmed = true;
    assert_ok(f, base_put(f->store, 1, &young, &f->error));
    assert_ok(f, base_last_confirmed(f->store, 1, &f->arena, &found, &f->error));
    assert_memory_equal(found.digest, young.digest, BASE_DIGEST_BYTES);
    assert_ok(f, base_drop_others(f->store, 1, young.digest, &f->error));
    assert_int_equal(base_get(f->store, 1, old.digest, &f->arena, &found, NULL), ERR_NOT_FOUND);
    assert_int_equal(base_get(f->store, 2, young.digest, &f->arena, &found, NULL), ERR_NOT_FOUND);
}

static void
a_dropped_peer_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct peer_row peer = a_peer(10, PEER_CHILD);
    struct base_row base = {{1}, (const uint8_t *) "v", 1, true};
    struct peer_row found;
    uint64_t in, out;

    assert_ok(f, peer_put(f->store, &peer, &peer.id, &f->error));
    assert_ok(f, base_put(f->store, peer.id, &base, &f->error));
    assert_ok(f, peer_count(f->store, peer.id, 5, &(struct peer_counters){.bytes_in = 5},
                            &f->error));
    assert_ok(f, peer_drop(f->store, peer.id, &f->error));
    assert_int_equal(peer_get(f->store, peer.id, &f->arena, &found, NULL), ERR_NOT_FOUND);
    assert_int_equal(base_get(f->store, peer.id, base.digest, &f->arena, &base, NULL),
                     ERR_NOT_FOUND);
    assert_ok(f, peer_day_bytes(f->store, 0, 5, &in, &out, &f->error));
    assert_int_equal(in, 0);
}

int
main(void)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        FRESH(a_peer_is_found_by_its_keys),
        FRESH(writing_a_peer_keeps_its_counters),
        FRESH(two_peers_never_have_one_device),
        FRESH(bytes_are_counted_by_day_for_a_year),
        FRESH(a_base_is_kept_until_a_later_one_is_confirmed),
        FRESH(a_dropped_peer_leaves_nothing),
    };

    return tap_run("peers", tests, NULL, NULL);
}
