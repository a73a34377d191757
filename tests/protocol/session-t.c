/* Two sessions over a wire in memory: what they bring each other, what it costs, and what they make of
 * links that break. */
#include "config.h"

#include "protocol/session.h"

#include <stdio.h>
#include <string.h>

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

static void
a_first_contact_brings_both_sides_everything(void **state)
{
    (void) state;
    replica_write(&commune, inner, 300);
    replica_write(&commune, outer, 5);
    replica_write(&hub, above, 50);
    link_sync(&commune, &hub);
    assert_int_equal(replica_count(&commune), 355);
    assert_true(replica_same(&commune, &hub));
}

static void
nothing_to_do_costs_200_bytes_at_most(void **state)
{
    uint64_t bytes;

    (void) state;
    warm_up(100);
    bytes = link_sync(&commune, &hub);
    print_message("# nothing to do: %u bytes\n", (unsigned) bytes);
    assert_in_range(bytes, 150, 200);
}

static void
the_costs_of_changes_stay_within_their_targets(void **state)
{
    static const struct {
        size_t changes;
        unsigned bytes_max;
    } targets[] = {{1, 400}, {10, 1000}, {100, 7500}, {1000, 69000}};

    (void) state;
    warm_up(3000);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        uint64_t bytes;

        replica_write(&commune, inner, targets[i].changes);
        bytes = link_sync(&commune, &hub);
        print_message("# %zu changes: %u bytes\n", targets[i].changes, (unsigned) bytes);
        assert_true(replica_same(&commune, &hub));
        assert_in_range(bytes, 150, targets[i].bytes_max);
    }
}


static void
few_changes_take_one_round_trip_and_one_frame_more(void **state)
{
    struct link l;
    struct session_counts n;
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 19};

    (void) state;
    warm_up(200);
    replica_write(&commune, inner, 10);
    replica_write(&hub, above, 2);
    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    session_counts(l.a, &n);
    assert_int_equal(n.round_trips, 1);
    assert_true(n.same_base);
    assert_int_equal(n.entries_out, 10);
    assert_int_equal(n.entries_in, 2);
    assert_true(replica_same(&commune, &hub));
    link_close(&l);
}

static void
the_closing_frame_is_20_bytes_at_most(void **state)
{
    struct link l;
    uint64_t before;
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 19};

    (void) state;
    warm_up(50);
    replica_write(&commune, inner, 1);
    replica_write(&hub, above, 1);
    link_open(&l, &commune, &hub, &options);
    assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
    before = l.to_b.size;
    link_run(&l);
    assert_in_range(l.bytes_up - before, 18, 20);
    link_close(&l);
}

static void
a_lost_closing_frame_costs_nothing_the_next_time(void **state)
{
    struct link l;
    struct session_counts n;
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 19};

    (void) state;
    warm_up(100);
    replica_write(&commune, inner, 3);
    replica_write(&hub, above, 2);
    link_open(&l, &commune, &hub, &options);
    assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
    l.cut_up = l.to_b.size; /* message 1 arrives, nothing after it */
    link_run(&l);
    assert_true(replica_same(&commune, &hub));
    assert_int_equal(hub.contacts, 1); /* only that of warm_up(): this one is not proven */
    link_close(&l);

    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    session_counts(l.a, &n);
    assert_true(n.same_base);
    assert_in_range(l.bytes_up + l.bytes_down, 150, 200);
    link_close(&l);
}

static void
a_lost_second_message_is_made_good_from_the_old_base(void **state)
{
    struct link l;
    struct session_counts n;
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 19};

    (void) state;
    warm_up(100);
    replica_write(&commune, inner, 3);
    replica_write(&hub, above, 2);
    link_open(&l, &commune, &hub, &options);
    l.cut_down = 10;
    link_run(&l);
    assert_int_equal(session_error(l.a)->code, ERR_CLOSED);
    link_close(&l);

    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    session_counts(l.a, &n);
    assert_true(n.same_base);
    assert_true(replica_same(&commune, &hub));
    link_close(&l);
}

/* Entries that are here, and raw bytes of the next ones. */
static size_t
progress(void)
{
    return (replica_count(&commune) + replica_count(&hub)) * RUN_BYTES_MAX + commune.partial.bytes.size +
           hub.partial.bytes.size;
}

static void
a_link_that_dies_all_the_time_still_moves_forward(void **state)
{
    static const struct link_options options = {
        .early_bytes_max = SESSION_EARLY_BYTES_MAX, .link_bytes = 1024, .level = 3};
    unsigned attempts = 0;
    uint64_t total = 0;

    (void) state;
    warm_up(50);
    replica_write(&commune, inner, 2000);
    replica_write(&hub, above, 1000);
    while (!replica_same(&commune, &hub)) {
        struct link l;
        size_t before = progress();

        assert_true(++attempts < 200);
        link_open(&l, &commune, &hub, &options);
        l.step_bytes = 700;
        l.cut_up = l.cut_down = 2500; /* a run of 32 KiB is some 5 KB in such small pieces */
        link_run(&l);
        total += l.bytes_up + l.bytes_down;
        link_close(&l);
        assert_true(progress() > before);
    }
    print_message("# 3,000 changes over a link that dies every 2,500 bytes: %u bytes in %u attempts\n",
                  (unsigned) total, attempts);
    assert_in_range(total, 1, 300000);
}

/* Cut once at every place of a session with something in both directions; the next one must repair it. */
static void
a_cut_anywhere_loses_nothing(void **state)
{
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 1};
    uint64_t up = 0, down = 0;

    (void) state;
    warm_up(30);
    for (unsigned direction = 0; direction < 2; direction++) {
        for (uint64_t at = 0; at < (direction == 0 ? up + 1 : down + 1); at += 13) {
            struct link l;

            replica_write(&commune, inner, 2);
            replica_write(&hub, above, 1);
            link_open(&l, &commune, &hub, &options);
            if (direction == 0)
                l.cut_up = at;
            else
                l.cut_down = at;
            link_run(&l);
            up = l.bytes_up > up ? l.bytes_up : up;
            down = l.bytes_down > down ? l.bytes_down : down;
            link_close(&l);
            link_open(&l, &commune, &hub, &options);
            link_run(&l);
            assert_true(replica_same(&commune, &hub));
            assert_int_equal(session_state(l.a), SESSION_ENDED);
            up = l.bytes_up > up ? l.bytes_up : up;
            down = l.bytes_down > down ? l.bytes_down : down;
            link_close(&l);
        }
    }
    assert_true(up > 150 && down > 60);
}

static void
a_forgotten_base_is_made_good_with_full_lists(void **state)
{
    struct session_counts n;
    struct link l;

    (void) state;
    warm_up(100);
    replica_write(&commune, inner, 5);
    replica_write(&hub, above, 5);
    hub.party.store[0] ^= 1; /* restored from a backup: another store */
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    session_counts(l.a, &n);
    assert_false(n.same_base);
    assert_true(replica_same(&commune, &hub));
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    link_break(&l);
    link_close(&l);
    assert_in_range(link_sync(&commune, &hub), 150, 200);
}

/* What message 1 says of the link holds although its base means nothing to the hub. */
static void
a_forgotten_base_is_made_good_on_a_poor_link_too(void **state)
{
    static const struct link_options options = {
        .early_bytes_max = SESSION_EARLY_BYTES_MAX, .link_bytes = 1024, .level = 3};
    struct link l;

    (void) state;
    warm_up(100);
    replica_write(&commune, inner, 5);
    hub.party.store[0] ^= 1;
    link_open(&l, &commune, &hub, &options);
    link_run(&l);
    assert_int_equal(session_error(l.a)->code, OK);
    assert_true(replica_same(&commune, &hub));
    link_close(&l);
}

/* What a hub lost with its disk comes back from the communes. */
static void
a_restored_hub_is_sent_again_what_it_lost(void **state)
{
    struct replica old;

    (void) state;
    warm_up(100);
    replica_write(&commune, inner, 20);
    replica_init(&old, "restored", 2);
    old.party.store[0] ^= 1;
    replica_carry(&old, inner);
    replica_carry(&old, outer);
    replica_carry(&old, above);
    link_sync(&commune, &old);
    assert_true(replica_same(&commune, &old));
    assert_int_equal(replica_count(&old), 100 + 20 + 20 + 40);
    replica_release(&old);
}

static void
connected_peers_push_changes_as_they_happen(void **state)
{
    struct link l;
    uint64_t before;

    (void) state;
    warm_up(100);
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    assert_int_equal(session_state(l.a), SESSION_OPEN);
    before = l.bytes_up + l.bytes_down;
    replica_write(&hub, above, 1);
    session_notify(l.b, l.now_ms);
    link_run(&l);
    assert_true(replica_same(&commune, &hub));
    assert_in_range(l.bytes_up + l.bytes_down - before, 50, 260);
    replica_write(&commune, inner, 1);
    replica_write(&commune, outer, 1);
    session_notify(l.a, l.now_ms);
    link_run(&l);
    assert_true(replica_same(&commune, &hub));
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    before = l.bytes_up + l.bytes_down;
    session_notify(l.a, l.now_ms);
    link_run(&l);
    assert_int_equal(l.bytes_up + l.bytes_down, before); /* nothing new, nothing said */
    link_break(&l);
    assert_int_equal(session_error(l.a)->code, OK);
    assert_int_equal(session_error(l.b)->code, OK);
    link_close(&l);
    assert_in_range(link_sync(&commune, &hub), 150, 200); /* both have saved the same base at the end */
}

static void
an_idle_connection_is_small_and_lives_on_rare_frames(void **state)
{
    struct link l;
    uint64_t before;

    (void) state;
    warm_up(300);
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    assert_in_range(session_memory_bytes(l.a), 1, 16 * 1024);
    assert_in_range(session_memory_bytes(l.b), 1, 16 * 1024);
    before = l.bytes_up;
    l.now_ms = session_deadline_ms(l.a);
    assert_int_equal(l.now_ms, 1000 + SESSION_KEEPALIVE_MS);
    session_tick(l.a, l.now_ms);
    link_run(&l);
    assert_int_equal(l.bytes_up - before, 18);
    assert_int_equal(session_state(l.a), SESSION_OPEN);
    l.now_ms += SESSION_IDLE_MS;
    session_tick(l.b, l.now_ms);
    link_run(&l);
    assert_int_equal(session_state(l.b), SESSION_ENDED);
    link_close(&l);
}

static void
a_peer_that_says_nothing_is_given_up(void **state)
{
    struct link l;

    (void) state;
    link_open(&l, &commune, &hub, &open_options);
    assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
    l.now_ms = session_deadline_ms(l.a);
    session_tick(l.a, l.now_ms);
    assert_int_equal(session_error(l.a)->code, ERR_CLOSED);
    session_tick(l.b, session_deadline_ms(l.b));
    assert_int_equal(session_error(l.b)->code, ERR_CLOSED);
    link_close(&l);
}

/* One byte now and then keeps nobody's place: of those before the proof there are few. */
static void
a_stranger_that_trickles_is_given_up(void **state)
{
    struct link l;
    size_t sent = 0;

    (void) state;
    link_open(&l, &commune, &hub, &open_options);
    assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
    while (session_state(l.b) == SESSION_WAIT_M1 && sent + 1 < l.to_b.size) {
        session_input(l.b, l.to_b.bytes + sent++, 1, l.now_ms);
        l.now_ms += SESSION_HALF_OPEN_MS - 1;
        session_tick(l.b, l.now_ms);
    }
    assert_int_equal(session_error(l.b)->code, ERR_CLOSED);
    assert_in_range(sent, 2, 10);
    link_close(&l);
}

static void
the_second_message_waits_for_the_commit_half_a_second(void **state)
{
    struct link l;

    (void) state;
    warm_up(50);
    replica_write(&commune, inner, 4);
    link_open(&l, &commune, &hub, &open_options);
    hub.holds_commits = true;
    link_run(&l);
    assert_int_equal(l.bytes_down, 0);
    l.now_ms = session_deadline_ms(l.b);
    assert_int_equal(l.now_ms, 1000 + SESSION_COMMIT_WAIT_MS);
    link_run(&l);
    assert_true(l.bytes_down > 0);
    assert_false(session_quiet(l.a)); /* not acknowledged yet */
    hub.holds_commits = false;
    link_run(&l);
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    assert_true(replica_same(&commune, &hub));
    link_break(&l);
    link_close(&l);
}

static void
wrong_history_is_asked_for_again_in_plain(void **state)
{
    struct link l;
    struct session_counts n;

    (void) state;
    warm_up(200);
    replica_write(&commune, inner, 40);
    hub.spoils_history = true;
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    session_counts(l.b, &n);
    assert_int_equal(n.again_in, 1);
    assert_int_equal(n.refused_in, 0);
    assert_true(replica_same(&commune, &hub));
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    link_break(&l);
    link_close(&l);
}

/* The driver gives the bytes in pieces, and the session holds nothing but the stream between its calls. */
static void
a_bulk_goes_as_a_stream_of_which_nothing_is_asked_for_again(void **state)
{
    struct session_counts sent, received;
    struct link l;

    (void) state;
    warm_up(200);
    replica_write(&commune, inner, 9000);
    replica_write(&hub, above, 1000);
    link_open(&l, &commune, &hub, &open_options);
    l.step_bytes = 5000;
    link_run(&l);
    assert_true(replica_same(&commune, &hub));
    session_counts(l.a, &sent);
    session_counts(l.b, &received);
    print_message("# %u raw, %u sent, %u again\n", (unsigned) sent.raw_out, (unsigned) l.bytes_up, (unsigned) (sent.again_in + received.again_in));
    assert_int_equal(sent.again_in + received.again_in, 0);
    assert_in_range(l.bytes_up, 1, sent.raw_out / 7);
    link_break(&l);
    link_close(&l);
}

static void
several_runs_on_wrong_history_come_again_in_plain(void **state)
{
    struct link l;

    (void) state;
    warm_up(200);
    replica_write(&commune, inner, 2000);
    hub.spoils_history = true;
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    assert_true(replica_same(&commune, &hub));
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    link_break(&l);
    link_close(&l);
}

/* The same log written twice from one backup: neither side takes the other's branch, both are told, and
 * the other logs go on. */
static void
a_fork_is_refused_and_blocks_nothing_else(void **state)
{
    struct replica twin;
    struct link l;

    (void) state;
    warm_up(20);
    replica_init(&twin, "twin", 1);
    replica_carry(&twin, inner);
    replica_carry(&twin, outer);
    replica_carry(&twin, above);
    link_sync(&twin, &hub); /* the twin fetches what it lost */
    replica_write_body(&commune, inner, "one", 3);
    replica_write_body(&twin, inner, "other", 5);
    link_sync(&commune, &hub);
    replica_write(&hub, above, 3);
    link_open(&l, &twin, &hub, &open_options);
    link_run(&l);
    assert_true(hub.events > 0);
    assert_int_equal(replica_own_log(&twin, above)->count, 0);
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    assert_int_equal(replica_log(&twin, &replica_own_log(&hub, above)->id)->count, 43);
    link_break(&l);
    link_close(&l);
    replica_release(&twin);
}

static void
a_declined_space_is_not_sent(void **state)
{
    struct link l;
    const uint8_t *event;

    (void) state;
    warm_up(20);
    event = replica_found(&commune, SPACE_EVENT);
    replica_write(&commune, event, 200);
    replica_write(&commune, inner, 2);
    hub.takes_offers = false;
    link_open(&l, &commune, &hub, &open_options);
    link_run(&l);
    assert_true(session_quiet(l.a) && session_quiet(l.b));
    assert_int_equal(replica_count(&hub), 20 + 20 + 40 + 2);
    link_break(&l);
    link_close(&l);
}

static void
a_new_space_is_taken_when_it_is_offered(void **state)
{
    const uint8_t *event;

    (void) state;
    warm_up(20);
    event = replica_found(&commune, SPACE_EVENT);
    replica_write(&commune, event, 30);
    link_sync(&commune, &hub);
    assert_int_equal(replica_count(&hub), 20 + 20 + 40 + 30);
    assert_in_range(link_sync(&commune, &hub), 150, 200);
}

static void
what_both_learnt_elsewhere_is_not_sent_again(void **state)
{
    struct replica other;

    (void) state;
    warm_up(100);
    replica_init(&other, "other hub", 9);
    replica_carry(&other, inner);
    replica_carry(&other, outer);
    replica_carry(&other, above);
    replica_write(&commune, inner, 400);
    link_sync(&commune, &other);
    link_sync(&hub, &other); /* the hub has them from there */
    assert_true(replica_same(&commune, &hub));
    {
        static const struct link_options options = {.early_bytes_max = 512, .level = 3};
        struct link l;

        link_open(&l, &commune, &hub, &options);
        link_run(&l);
        assert_in_range(l.bytes_up + l.bytes_down, 150, 2000);
        assert_int_equal(session_state(l.a), SESSION_ENDED);
        session_eof(l.b, l.now_ms);
        link_close(&l);
    }
    assert_in_range(link_sync(&commune, &hub), 150, 200);
    replica_release(&other);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, free_pair)
    const struct CMUnitTest tests[] = {
        TEST(a_first_contact_brings_both_sides_everything),
        TEST(nothing_to_do_costs_200_bytes_at_most),
        TEST(the_costs_of_changes_stay_within_their_targets),
        TEST(few_changes_take_one_round_trip_and_one_frame_more),
        TEST(the_closing_frame_is_20_bytes_at_most),
        TEST(a_lost_closing_frame_costs_nothing_the_next_time),
        TEST(a_lost_second_message_is_made_good_from_the_old_base),
        TEST(a_link_that_dies_all_the_time_still_moves_forward),
        TEST(a_cut_anywhere_loses_nothing),
        TEST(a_forgotten_base_is_made_good_with_full_lists),
        TEST(a_forgotten_base_is_made_good_on_a_poor_link_too),
        TEST(a_restored_hub_is_sent_again_what_it_lost),
        TEST(connected_peers_push_changes_as_they_happen),
        TEST(an_idle_connection_is_small_and_lives_on_rare_frames),
        TEST(a_peer_that_says_nothing_is_given_up),
        TEST(a_stranger_that_trickles_is_given_up),
        TEST(the_second_message_waits_for_the_commit_half_a_second),
        TEST(wrong_history_is_asked_for_again_in_plain),
        TEST(a_bulk_goes_as_a_stream_of_which_nothing_is_asked_for_again),
        TEST(several_runs_on_wrong_history_come_again_in_plain),
        TEST(a_fork_is_refused_and_blocks_nothing_else),
        TEST(a_declined_space_is_not_sent),
        TEST(a_new_space_is_taken_when_it_is_offered),
        TEST(what_both_learnt_elsewhere_is_not_sent_again),
    };
#undef TEST

    return tap_run("session", tests, NULL, NULL);
}
