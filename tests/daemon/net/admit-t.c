/* What a peer may bring, and what it is served. */
#include "config.h"

#include "daemon/net/host_core.h"

#include <string.h>

#include "daemon/daemon.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

/* The daemon's clock and randomness stand in its app.c. */
int64_t
daemon_now_s(void)
{
    return 1750000000;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    memset(ret_bytes, 7, size);
}

/* How one node knows the other. */
static struct host_peer
peer_at(struct node *at, struct node *who)
{
    struct peer_row row;
    struct host_peer peer = {.has_device = true};
    struct error e = {0};

    assert_int_equal(peer_by_device(at->s, who->me.sign.public_key, &at->arena, &row, &e), OK);
    peer.id = row.id;
    peer.role = row.role;
    memcpy(peer.device, row.device, DEVICE_BYTES);
    return peer;
}

/* What becomes of a run of `device` in a space that `from` brings to `at`. */
static enum err
admit(struct node *at, struct node *from, const struct space_row *space, const uint8_t *device)
{
    struct host_peer peer = peer_at(at, from);
    struct log_id log = {.epoch = 99};
    struct error e = {0};
    enum err err;

    memcpy(log.space, space->space, SPACE_BYTES);
    memcpy(log.device, device, DEVICE_BYTES);
    assert_int_equal(store_begin(at->s, &e), OK);
    err = host_admit(at->s, &peer, space->genesis_bytes, &log, &e);
    if (err == OK)
        assert_int_equal(store_commit(at->s, &e), OK);
    else
        store_rollback(at->s);
    return err;
}

static bool
carries(struct node *n, const struct space_row *space, enum space_origin origin)
{
    struct space_row row;

    return space_find(n->s, space->space, &row, NULL) == OK && row.origin == origin;
}

static void
a_child_brings_the_spaces_of_those_that_it_has_taken_in_and_no_others(void **state)
{
    struct node province, district, commune, stranger;
    struct space_row inner, outer, strange;
    struct host_peer peer;

    (void) state;
    node_found(&province, 1, "Tỉnh", "province");
    node_found(&district, 2, "Huyện", "district");
    node_found(&commune, 3, "Xã Một", "commune");
    node_found(&stranger, 4, "Xã Hai", "commune");
    node_adopt(&district, &province);
    node_adopt(&commune, &district);
    inner = node_space(&commune, SPACE_INNER);
    outer = node_space(&commune, SPACE_OUTER);
    strange = node_space(&stranger, SPACE_INNER);
    assert_int_equal(admit(&province, &district, &strange, stranger.me.sign.public_key), ERR_NOT_FOUND);
    assert_false(carries(&province, &strange, SPACE_BELOW));
    /* The district's record of the commune has not come yet. */
    assert_int_equal(admit(&province, &district, &inner, commune.me.sign.public_key), ERR_NOT_FOUND);
    node_sync(&district, &province);
    assert_int_equal(admit(&province, &district, &inner, commune.me.sign.public_key), OK);
    assert_int_equal(admit(&province, &district, &outer, commune.me.sign.public_key), OK);
    assert_true(carries(&province, &inner, SPACE_BELOW));
    assert_true(carries(&province, &outer, SPACE_BELOW));
    assert_int_equal(space_find(province.s, inner.space, &inner, NULL), OK);
    peer = peer_at(&province, &district);
    assert_true(host_serves(province.s, &peer, &inner));
    assert_int_equal(admit(&province, &district, &strange, stranger.me.sign.public_key), ERR_NOT_FOUND);
    node_release(&province);
    node_release(&district);
    node_release(&commune);
    node_release(&stranger);
}

static void
a_sibling_does_not_get_what_another_child_brought(void **state)
{
    struct node province, district, sibling, commune;
    struct host_peer peer;
    struct space_row inner;

    (void) state;
    node_found(&province, 1, "Tỉnh", "province");
    node_found(&district, 2, "Huyện Một", "district");
    node_found(&sibling, 3, "Huyện Hai", "district");
    node_found(&commune, 4, "Xã Một", "commune");
    node_adopt(&district, &province);
    node_adopt(&sibling, &province);
    node_adopt(&commune, &district);
    node_sync(&district, &province);
    inner = node_space(&commune, SPACE_INNER);
    /* The record stands in the district's space, not in the sibling's. */
    assert_int_equal(admit(&province, &sibling, &inner, commune.me.sign.public_key), ERR_NOT_FOUND);
    assert_int_equal(admit(&province, &district, &inner, commune.me.sign.public_key), OK);
    assert_int_equal(space_find(province.s, inner.space, &inner, NULL), OK);
    peer = peer_at(&province, &sibling);
    assert_false(host_serves(province.s, &peer, &inner));
    node_release(&province);
    node_release(&district);
    node_release(&sibling);
    node_release(&commune);
}

static void
a_machine_of_the_unit_brings_what_records_of_the_unit_name(void **state)
{
    struct node hub, laptop, commune, stranger, province;
    struct space_row inner, outer, strange, above;

    (void) state;
    node_found(&province, 5, "Tỉnh", "province");
    node_found(&hub, 1, "Huyện", "district");
    node_enrol(&laptop, 2, &hub, INVITE_CLERK, NULL);
    node_found(&commune, 3, "Xã Một", "commune");
    node_found(&stranger, 4, "Xã Hai", "commune");
    node_sync(&hub, &laptop);
    node_adopt(&commune, &hub);
    node_adopt(&hub, &province);
    inner = node_space(&commune, SPACE_INNER);
    outer = node_space(&commune, SPACE_OUTER);
    strange = node_space(&stranger, SPACE_OUTER);
    above = node_space(&province, SPACE_OUTER);
    assert_int_equal(admit(&laptop, &hub, &inner, commune.me.sign.public_key), ERR_NOT_FOUND);
    assert_int_equal(admit(&laptop, &hub, &above, province.me.sign.public_key), ERR_NOT_FOUND);
    node_sync(&hub, &laptop);
    assert_int_equal(admit(&laptop, &hub, &inner, commune.me.sign.public_key), OK);
    assert_int_equal(admit(&laptop, &hub, &outer, commune.me.sign.public_key), OK);
    assert_int_equal(admit(&laptop, &hub, &above, province.me.sign.public_key), OK);
    assert_true(carries(&laptop, &inner, SPACE_BELOW));
    assert_true(carries(&laptop, &outer, SPACE_BELOW));
    assert_true(carries(&laptop, &above, SPACE_ABOVE));
    assert_int_equal(admit(&hub, &laptop, &strange, stranger.me.sign.public_key), ERR_NOT_FOUND);
    node_release(&hub);
    node_release(&laptop);
    node_release(&commune);
    node_release(&stranger);
    node_release(&province);
}

static void
a_child_adds_no_logs_of_strangers_to_what_its_siblings_share(void **state)
{
    static const uint8_t stranger[DEVICE_BYTES] = {1, 2, 3};
    struct node hub, commune;
    struct space_row outer, inner;

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_adopt(&commune, &hub);
    outer = node_space(&hub, SPACE_OUTER);
    inner = node_space(&commune, SPACE_INNER);
    assert_int_equal(admit(&hub, &commune, &outer, stranger), ERR_AUTH);
    assert_int_equal(admit(&hub, &commune, &outer, commune.me.sign.public_key), ERR_AUTH);
    /* A hub that was restored gets its own back. */
    assert_int_equal(admit(&hub, &commune, &outer, hub.me.sign.public_key), OK);
    assert_int_equal(admit(&hub, &commune, &inner, stranger), OK);
    node_release(&hub);
    node_release(&commune);
}

static void
the_logs_of_a_space_are_bounded(void **state)
{
    struct node hub, commune;
    struct space_row inner;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_adopt(&commune, &hub);
    inner = node_space(&commune, SPACE_INNER);
    assert_int_equal(store_begin(hub.s, &e), OK);
    for (uint64_t i = 0; i < HOST_LOGS_MAX; i++) {
        struct log_id id = {.epoch = 1000 + i};
        struct log_row log;

        memcpy(id.space, inner.space, SPACE_BYTES);
        memcpy(id.device, commune.me.sign.public_key, DEVICE_BYTES);
        assert_int_equal(log_add(hub.s, &id, false, &log, &e), OK);
        log.received_seq = 1;
        assert_int_equal(log_update(hub.s, &log, &e), OK);
    }
    assert_int_equal(store_commit(hub.s, &e), OK);
    assert_int_equal(admit(&hub, &commune, &inner, commune.me.sign.public_key), ERR_LIMIT);
    node_release(&hub);
    node_release(&commune);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_brings_the_spaces_of_those_that_it_has_taken_in_and_no_others),
        cmocka_unit_test(a_sibling_does_not_get_what_another_child_brought),
        cmocka_unit_test(a_machine_of_the_unit_brings_what_records_of_the_unit_name),
        cmocka_unit_test(a_child_adds_no_logs_of_strangers_to_what_its_siblings_share),
        cmocka_unit_test(the_logs_of_a_space_are_bounded),
    };

    return tap_run("admit", tests, NULL, NULL);
}
