/* Who may speak with whom, how a device joins, and what sessions make of peers that lie. */
#include "config.h"

#include "protocol/session.h"

#include <stdio.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"
#include "tests/util/bytes.h"
#include "tests/util/replica.h"

static const struct link_options open_options = {
    .keep_open = true, .early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 3};

static struct replica commune, hub;
static const uint8_t *inner, *outer, *above;

/* A commune with its two spaces, a hub with its outer space; both carry all three. */
static int
make_pair(void **state)
{
    (void) state;
    assert_int_equal(protocol_init(NULL), OK);
    replica_init(&commune, "commune", 1);
    replica_init(&hub, "hub", 2);
    inner = replica_found(&commune, SPACE_INNER);
    outer = replica_found(&commune, SPACE_OUTER);
    above = replica_found(&hub, SPACE_OUTER);
    replica_carry(&commune, above);
    replica_carry(&hub, inner);
    replica_carry(&hub, outer);
    return 0;
}

static int
free_pair(void **state)
{
    (void) state;
    replica_release(&commune);
    replica_release(&hub);
    return 0;
}

/* Both sides hold a year's work and a common base. */
static void
warm_up(size_t entries)
{
    replica_write(&commune, inner, entries);
    replica_write(&commune, outer, 20);
    replica_write(&hub, above, 40);
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

/* A payload of the test's own making, encrypted as the session would. */
static enum err
session_send_raw(struct session *s, const void *bytes, size_t size, struct buf *out)
{
    size_t at;
    enum err err = frame_begin(out, &at);

    if (err == OK)
        err = noise_seal(&s->transport, NULL, 0, bytes, size, out);
    return err == OK ? frame_end(out, at) : err;
}

static void
an_unknown_device_is_told_so(void **state)
{
    struct link l;

    (void) state;
    hub.known_key = hub.noise.public_key;
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    assert_int_equal(session_error(l.a)->code, ERR_NOT_FOUND);
    assert_string_equal(session_error(l.a)->args[0], "this device is not known here");
    assert_int_equal(session_error(l.b)->code, ERR_NOT_FOUND);
    link_close(&l);
}

static void
a_changed_hub_key_is_told_in_words(void **state)
{
    struct link_options options = open_options;
    struct link l;

    (void) state;
    options.server_key = commune.noise.public_key;
    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    assert_int_equal(session_error(l.a)->code, ERR_AUTH);
    assert_string_equal(session_error(l.a)->text, "the hub's key has changed: ask for a new invitation");
    assert_int_equal(l.bytes_down, 1);
    link_close(&l);
}

static void
joining_brings_a_device_its_spaces_and_entries(void **state)
{
    struct link_options options = open_options;
    struct message_join join;
    struct message_joined answer;
    struct replica device;
    struct link l;
    uint8_t spaces[2 * JOINED_SPACE_BYTES];

    (void) state;
    warm_up(50);
    replica_init(&device, "device", 3);
    memset(&join, 0, sizeof join);
    memset(join.secret, 5, sizeof join.secret);
    join.cert = device.cert;
    join.node = "laptop";
    join.node_size = 6;
    join.unit_name = "Thôn 1";
    join.unit_name_size = strlen(join.unit_name);
    options.join = &join;
    commune.known_key = hub.noise.public_key;
    link_open(&l, &device, &commune, &options);
    link_run(&l);
    assert_true(commune.join_ticket != 0);
    assert_memory_equal(commune.join.secret, join.secret, sizeof join.secret);
    assert_int_equal(l.bytes_down, 0); /* the answer waits for the commit, however long */

    memset(&answer, 0, sizeof answer);
    answer.cert = commune.cert;
    answer.unit_name = "Xã";
    answer.unit_name_size = strlen(answer.unit_name);
    answer.spaces_count = 2;
    answer.spaces = spaces;
    spaces[0] = spaces[JOINED_SPACE_BYTES] = 1;
    memcpy(spaces + 1, inner, GENESIS_BYTES);
    memcpy(spaces + JOINED_SPACE_BYTES + 1, outer, GENESIS_BYTES);
    session_joined(l.b, commune.join_ticket, OK, &answer, NULL, l.now_ms);
    link_run(&l);
    assert_true(device.join_ticket != 0);
    assert_int_equal(replica_count(&device), 0);
    session_joined(l.a, device.join_ticket, OK, NULL, NULL, l.now_ms);
    link_run(&l);
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    assert_int_equal(replica_count(&device), 50 + 20 + 40);
    link_break(&l);
    link_close(&l);
    commune.known_key = NULL;
    assert_in_range(link_sync(&device, &commune), 150, 200);
    replica_release(&device);
}

static void
a_refused_request_to_join_names_the_reason(void **state)
{
    struct link_options options = open_options;
    struct message_join join;
    struct error why;
    struct link l;

    (void) state;
    memset(&join, 0, sizeof join);
    join.cert = commune.cert;
    join.node = join.unit_name = "";
    options.join = &join;
    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    err_set(&why, ERR_AUTH, "this invitation is past its end date");
    session_joined(l.b, hub.join_ticket, ERR_AUTH, NULL, &why, l.now_ms);
    link_run(&l);
    assert_int_equal(session_error(l.a)->code, ERR_AUTH);
    assert_string_equal(session_error(l.a)->args[0], "this invitation is past its end date");
    link_close(&l);
}

static void
a_request_to_join_with_another_devices_certificate_is_refused(void **state)
{
    struct link_options options = open_options;
    struct message_join join;
    struct link l;

    (void) state;
    memset(&join, 0, sizeof join);
    join.cert = hub.cert;
    join.node = join.unit_name = "";
    options.join = &join;
    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    assert_int_equal(hub.join_ticket, 0);
    assert_int_equal(session_error(l.a)->code, ERR_AUTH);
    link_close(&l);
}

/* Message 1 may be replayed by anybody: it must move nothing but signed runs. */
static void
a_replayed_first_message_moves_no_contact_and_no_confirmed_base(void **state)
{
    struct link l;
    struct buf first;
    unsigned contacts, confirmed;

    (void) state;
    warm_up(50);
    replica_write(&commune, inner, 2);
    buf_init(&first, 1 << 20);
    link_open(&l, &commune, &hub, &open_options);
    assert_int_equal(session_output(l.a, &first, l.now_ms), OK);
    buf_append(&l.to_b, first.bytes, first.size);
    link_run(&l);
    link_break(&l);
    link_close(&l);
    contacts = hub.contacts;
    confirmed = hub.saves_confirmed;
    for (unsigned i = 0; i < 3; i++) {
        link_open(&l, &commune, &hub, &open_options);
        session_input(l.b, first.bytes, first.size, l.now_ms);
        assert_int_equal(session_output(l.b, &l.to_a, l.now_ms), OK);
        assert_int_equal(session_state(l.b), SESSION_UNPROVEN);
        link_close(&l);
    }
    assert_int_equal(hub.contacts, contacts);
    assert_int_equal(hub.saves_confirmed, confirmed);
    assert_in_range(link_sync(&commune, &hub), 150, 200);
    buf_release(&first);
}

/* A peer with a valid key may send anything. */
static void
hostile_payloads_end_the_session_and_nothing_else(void **state)
{
    static const struct {
        const char *hex;
        enum err err;
    } payloads[] = {
        {"00", ERR_FORMAT},                 /* no such type */
        {"14", ERR_FORMAT},
        {"01", ERR_FORMAT},                 /* cut short */
        {"09", ERR_FORMAT},
        {"0a00", ERR_FORMAT},
        {"04", ERR_FORMAT},                 /* an end of no listing */
        {"02", ERR_FORMAT},                 /* an answer to no base */
        {"0b05", ERR_FORMAT},               /* results for runs that were never sent */
        {"0d", ERR_FORMAT},
        {"0c07", ERR_FORMAT},
        {"07fe0100", ERR_FORMAT},            /* no such log */
        {"08fe01", ERR_FORMAT},
        {"11", ERR_FORMAT},                 /* joined, unasked */
        {"0a040141", ERR_FORMAT},           /* a chunk without a run */
        {"0f0302686a", ERR_AUTH},           /* an error, in order */
    };

    (void) state;
    warm_up(5);
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        uint8_t bytes[64];
        size_t size = bytes_from_hex(payloads[i].hex, bytes, sizeof bytes);
        struct link l;

        link_open(&l, &commune, &hub, &open_options);
        link_run(&l);
        assert_int_equal(session_state(l.b), SESSION_OPEN);
        assert_int_equal(session_send_raw(l.a, bytes, size, &l.to_b), OK);
        link_run(&l);
        if (session_error(l.b)->code != payloads[i].err)
            print_message("# payload %s\n", payloads[i].hex);
        assert_int_equal(session_error(l.b)->code, payloads[i].err);
        assert_int_equal(session_state(l.b), SESSION_ENDED);
        link_break(&l);
        link_close(&l);
    }
    replica_write(&commune, inner, 1);
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

static void
changed_bytes_on_the_way_end_the_session(void **state)
{
    (void) state;
    warm_up(20);
    for (size_t at = 1; at < 400; at += 23) {
        struct link l;

        replica_write(&commune, inner, 1);
        link_open(&l, &commune, &hub, &open_options);
        assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
        if (at < l.to_b.size)
            l.to_b.bytes[at] ^= 0x40;
        link_run(&l);
        link_break(&l);
        assert_true(session_error(l.b)->code != OK || at >= l.to_b.size);
        link_close(&l);
    }
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

static void
a_stranger_who_speaks_another_protocol_is_cut_off(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\n\r\n";
    struct link l;

    (void) state;
    link_open(&l, &commune, &hub, &open_options);
    session_input(l.b, request, sizeof request - 1, l.now_ms);
    assert_int_equal(session_output(l.b, &l.to_a, l.now_ms), OK);
    assert_int_equal(session_state(l.b), SESSION_ENDED);
    assert_int_equal(l.to_a.size, 0);
    link_close(&l);
}

static void
every_failed_allocation_ends_in_an_error_or_goes_unnoticed(void **state)
{
    (void) state;
    warm_up(20);
    for (long call = 0; call < 400; call += 3) {
        static const struct link_options options = {.early_bytes_max = 4096, .level = 1};
        struct link l;

        replica_write(&commune, inner, 1);
        replica_write(&hub, above, 1);
        link_open(&l, &commune, &hub, &options);
        if (call % 2 == 0) {
            mem_fail_after(call / 2);
            (void) !session_output(l.a, &l.to_b, l.now_ms);
            mem_fail_after(-1);
        } else {
            assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
            mem_fail_after(call / 2);
            session_input(l.b, l.to_b.bytes, l.to_b.size, l.now_ms);
            (void) !session_output(l.b, &l.to_a, l.now_ms);
            mem_fail_after(-1);
            buf_reset(&l.to_b);
        }
        link_break(&l);
        link_close(&l);
    }
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, free_pair)
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_device_is_told_so),
        TEST(a_changed_hub_key_is_told_in_words),
        TEST(joining_brings_a_device_its_spaces_and_entries),
        TEST(a_refused_request_to_join_names_the_reason),
        TEST(a_request_to_join_with_another_devices_certificate_is_refused),
        TEST(a_replayed_first_message_moves_no_contact_and_no_confirmed_base),
        TEST(hostile_payloads_end_the_session_and_nothing_else),
        TEST(changed_bytes_on_the_way_end_the_session),
        TEST(a_stranger_who_speaks_another_protocol_is_cut_off),
        TEST(every_failed_allocation_ends_in_an_error_or_goes_unnoticed),
    };
#undef TEST

    return tap_run("session-peer", tests, NULL, NULL);
}
