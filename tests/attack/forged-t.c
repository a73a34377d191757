/* Entries that their author did not write, messages that were said before or to somebody else, and streams
 * that break off: refused, with nothing stored, while the author goes on being served. */
#include "config.h"

#include <stdio.h>

#include "tests/attack/attack.h"

static struct replica commune, hub, attacker;
static const uint8_t *inner, *outer;

/* The attacker is a peer in good standing: it shares the commune's spaces with the hub. */
static int
set_up(void **state)
{
    (void) state;
    assert_int_equal(protocol_init(NULL), OK);
    replica_init(&commune, "commune", 1);
    replica_init(&hub, "hub", 2);
    replica_init(&attacker, "attacker", 3);
    inner = replica_found(&commune, SPACE_INNER);
    outer = replica_found(&commune, SPACE_OUTER);
    replica_carry(&hub, inner);
    replica_carry(&hub, outer);
    replica_carry(&attacker, inner);
    replica_carry(&attacker, outer);
    replica_write(&commune, inner, 5);
    replica_write(&commune, outer, 3);
    link_sync(&commune, &hub);
    link_sync(&attacker, &hub);
    assert_true(replica_same(&commune, &attacker));
    return 0;
}

static int
tear_down(void **state)
{
    (void) state;
    replica_release(&commune);
    replica_release(&hub);
    replica_release(&attacker);
    return 0;
}

static void
expect_honest_service(void)
{
    replica_write(&commune, inner, 1);
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

/* The hub refuses the run for this reason, keeps nothing, and says so; the author can bring the true one. */
static void
expect_refused(const struct run *run, unsigned reason)
{
    size_t before = replica_count(&hub);
    struct session_counts counts;
    struct buf payload;
    struct link l;
    char words[32];

    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    attack_put_run(&l, &payload, run);
    attack_say(&l, &payload);
    session_counts(l.b, &counts);
    assert_int_equal(counts.refused_in, 1);
    assert_int_equal(counts.entries_in, 0);
    assert_int_equal(replica_count(&hub), before);
    snprintf(words, sizeof words, "refused, reason %u", reason);
    assert_non_null(strstr(hub.last_event, words));
    assert_int_equal(session_state(l.b), SESSION_OPEN);
    attack_close(&l);
    buf_release(&payload);
}

static void
an_entry_signed_by_another_key_is_refused(void **state)
{
    struct replica_log *log = replica_own_log(&commune, inner);
    struct run run;

    (void) state;
    replica_write(&commune, inner, 1);
    run = attack_run_of(log, 6);
    assert_int_equal(chain_sign(&attacker.sign, &run.id, 6, &log->entries[5].hash, run.signature), OK);
    expect_refused(&run, REASON_AUTH);
    run = attack_run_of(log, 6);
    run.signature[17] ^= 1;
    expect_refused(&run, REASON_AUTH);
    expect_honest_service();
}

static void
a_signature_is_good_for_its_own_log_epoch_space_and_place_only(void **state)
{
    struct replica_log *log = replica_own_log(&commune, inner);
    struct log_id elsewhere;
    struct run run;

    (void) state;
    replica_write(&commune, inner, 1);
    for (unsigned kind = 0; kind < 4; kind++) {
        uint64_t seq = kind == 3 ? 7 : 6;

        run = attack_run_of(log, 6);
        elsewhere = run.id;
        if (kind == 0)
            genesis_space(outer, elsewhere.space);
        else if (kind == 1)
            elsewhere.epoch++;
        else if (kind == 2)
            memcpy(elsewhere.device, attacker.sign.public_key, DEVICE_BYTES);
        assert_int_equal(chain_sign(&commune.sign, &elsewhere, seq, &log->entries[5].hash, run.signature), OK);
        expect_refused(&run, REASON_AUTH);
    }
    expect_honest_service();
}

/* What the commune wrote and signed, presented as an entry of another log. */
static void
a_true_run_under_another_name_is_refused(void **state)
{
    struct replica_log *log = replica_own_log(&commune, inner);
    struct run run;

    (void) state;
    replica_write(&commune, inner, 1);
    run = attack_run_of(log, 6);
    genesis_space(outer, run.id.space);
    run.first_seq = run.last_seq = 4;
    expect_refused(&run, REASON_AUTH);
    run = attack_run_of(log, 1);
    run.id.epoch = 99;
    expect_refused(&run, REASON_AUTH);
    run = attack_run_of(log, 1);
    memcpy(run.id.device, attacker.sign.public_key, DEVICE_BYTES);
    expect_refused(&run, REASON_AUTH);
    expect_honest_service();
}

static void
a_chain_that_starts_elsewhere_is_refused(void **state)
{
    struct replica_log *log = replica_own_log(&commune, inner);
    struct run run;

    (void) state;
    replica_write(&commune, inner, 1);
    replica_write(&commune, inner, 1);
    run = attack_run_of(log, 7); /* its own place: what comes before is not there */
    expect_refused(&run, REASON_GAP);
    run = attack_run_of(log, 7); /* in the place of the one before */
    run.first_seq = run.last_seq = 6;
    expect_refused(&run, REASON_AUTH);
    run = attack_run_of(log, 1); /* an old one once more, as the newest */
    run.first_seq = run.last_seq = 6;
    expect_refused(&run, REASON_AUTH);
    expect_honest_service();
}

static void
what_is_there_already_changes_nothing(void **state)
{
    struct run run = attack_run_of(replica_own_log(&commune, inner), 5);
    size_t before = replica_count(&hub);
    struct session_counts counts;
    struct buf payload;
    struct link l;

    (void) state;
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    for (unsigned i = 0; i < 50; i++) {
        attack_put_run(&l, &payload, &run);
        attack_say(&l, &payload);
    }
    session_counts(l.b, &counts);
    assert_int_equal(counts.entries_in, 0);
    assert_int_equal(counts.refused_in, 0);
    assert_int_equal(replica_count(&hub), before);
    attack_close(&l);
    buf_release(&payload);
    expect_honest_service();
}

static void
a_peer_that_brings_only_bad_runs_is_cut_off(void **state)
{
    struct log_id id = {.epoch = 1000};
    struct run run = attack_run_of(replica_own_log(&commune, inner), 5);
    struct session_counts counts;
    struct buf payload;
    struct link l;

    (void) state;
    run.first_seq = run.last_seq = 1;
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    genesis_space(inner, id.space);
    for (unsigned i = 0; i < 2 * SESSION_REFUSALS_MAX && session_state(l.b) == SESSION_OPEN; i++) {
        id.epoch++;
        run.id = id;
        attack_put_run(&l, &payload, &run);
        attack_say(&l, &payload);
    }
    session_counts(l.b, &counts);
    assert_int_equal(counts.refused_in, SESSION_REFUSALS_MAX + 1);
    assert_int_equal(session_error(l.b)->code, ERR_LIMIT);
    attack_close(&l);
    buf_release(&payload);
    expect_honest_service();
}

/* --- messages that were said before, or to somebody else ------------------------------------------ */

/* What a side says first. */
static void
record_first(struct session *from, struct buf *out)
{
    buf_init(out, 1 << 20);
    assert_int_equal(session_output(from, out, 1000), OK);
    assert_true(out->size > 0);
}

static void
a_first_message_for_one_hub_says_nothing_to_another(void **state)
{
    struct replica other;
    struct buf first;
    struct link l, m;

    (void) state;
    replica_init(&other, "other hub", 4);
    replica_carry(&other, inner);
    replica_write(&commune, inner, 1);
    link_open(&l, &commune, &hub, &attack_options);
    record_first(l.a, &first);
    link_open(&m, &commune, &other, &attack_options);
    session_input(m.b, first.bytes, first.size, m.now_ms);
    assert_int_equal(session_output(m.b, &m.to_a, m.now_ms), OK);
    assert_int_equal(m.to_a.size, 1); /* "another key": not even whether it knows the commune */
    assert_int_equal(m.to_a.bytes[0], FRAME_PREAMBLE_XX);
    assert_int_equal(session_state(m.b), SESSION_ENDED);
    assert_int_equal(replica_count(&other), 0);
    assert_int_equal(other.contacts, 0);
    attack_close(&m);
    attack_close(&l);
    buf_release(&first);
    replica_release(&other);
    expect_honest_service();
}

static void
a_first_message_sent_back_to_its_sender_is_refused(void **state)
{
    unsigned contacts = commune.contacts;
    struct buf first;
    struct link l;

    (void) state;
    replica_write(&commune, inner, 1);
    link_open(&l, &commune, &hub, &attack_options);
    record_first(l.a, &first);
    session_input(l.a, first.bytes, first.size, l.now_ms);
    assert_true(session_state(l.a) >= SESSION_ENDING);
    assert_true(session_error(l.a)->code != OK);
    assert_int_equal(commune.contacts, contacts);
    attack_close(&l);
    buf_release(&first);
    expect_honest_service();
}

static void
an_answer_of_before_is_refused(void **state)
{
    unsigned contacts, confirmed;
    struct buf first, second;
    struct link l;

    (void) state;
    link_open(&l, &commune, &hub, &attack_options);
    record_first(l.a, &first);
    session_input(l.b, first.bytes, first.size, l.now_ms);
    record_first(l.b, &second);
    attack_close(&l);
    contacts = commune.contacts;
    confirmed = commune.saves_confirmed;
    for (unsigned i = 0; i < 3; i++) {
        link_open(&l, &commune, &hub, &attack_options);
        assert_int_equal(session_output(l.a, &l.to_b, l.now_ms), OK);
        session_input(l.a, second.bytes, second.size, l.now_ms);
        assert_int_equal(session_error(l.a)->code, ERR_AUTH);
        attack_close(&l);
    }
    assert_int_equal(commune.contacts, contacts);
    assert_int_equal(commune.saves_confirmed, confirmed);
    buf_release(&first);
    buf_release(&second);
    expect_honest_service();
}

static void
a_frame_said_twice_or_sent_back_ends_the_session(void **state)
{
    size_t before = replica_count(&hub);

    (void) state;
    for (unsigned reflected = 0; reflected < 2; reflected++) {
        struct buf payload, frame;
        struct link l;

        buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
        buf_init(&frame, 1 << 20);
        attack_open(&l, &attacker, &hub);
        message_put_bare(&payload, MESSAGE_IDLE);
        if (reflected == 1) {
            replica_write(&hub, outer, 1); /* it has something to push */
            session_notify(l.b, l.now_ms);
            assert_int_equal(session_output(l.b, &frame, l.now_ms), OK);
            assert_true(frame.size > 0);
            buf_append(&l.to_b, frame.bytes, frame.size);
        } else {
            size_t at = 0;

            assert_int_equal(frame_begin(&frame, &at), OK);
            noise_seal(&l.a->transport, NULL, 0, payload.bytes, payload.size, &frame);
            assert_int_equal(frame_end(&frame, at), OK);
            buf_append(&l.to_b, frame.bytes, frame.size);
            link_run(&l);
            assert_int_equal(session_state(l.b), SESSION_OPEN);
            buf_append(&l.to_b, frame.bytes, frame.size);
        }
        link_run(&l);
        assert_int_equal(session_error(l.b)->code, ERR_AUTH);
        attack_close(&l);
        buf_release(&payload);
        buf_release(&frame);
    }
    assert_int_equal(replica_count(&hub), before + 1);
    expect_honest_service();
}

/* --- streams that break off ---------------------------------------------------------------------- */

/* Whatever byte the stream ends at, on the way up or down, whole runs are kept and nothing else. */
static void
a_stream_may_break_off_at_every_byte(void **state)
{
    (void) state;
    for (unsigned down = 0; down < 2; down++)
        for (uint64_t cut = 0; cut < 700; cut++) {
            size_t hub_had, commune_had;
            struct link l;

            if (cut % 16 == 0) {
                replica_write(&commune, inner, 2);
                replica_write(&hub, outer, 1);
            }
            hub_had = replica_count(&hub);
            commune_had = replica_count(&commune);
            link_open(&l, &commune, &hub, &attack_options);
            *(down ? &l.cut_down : &l.cut_up) = cut;
            link_run(&l);
            link_break(&l);
            assert_true(replica_count(&hub) >= hub_had && replica_count(&commune) >= commune_had);
            link_close(&l);
        }
    expect_honest_service();
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_entry_signed_by_another_key_is_refused),
        TEST(a_signature_is_good_for_its_own_log_epoch_space_and_place_only),
        TEST(a_true_run_under_another_name_is_refused),
        TEST(a_chain_that_starts_elsewhere_is_refused),
        TEST(what_is_there_already_changes_nothing),
        TEST(a_peer_that_brings_only_bad_runs_is_cut_off),
        TEST(a_first_message_for_one_hub_says_nothing_to_another),
        TEST(a_first_message_sent_back_to_its_sender_is_refused),
        TEST(an_answer_of_before_is_refused),
        TEST(a_frame_said_twice_or_sent_back_ends_the_session),
        TEST(a_stream_may_break_off_at_every_byte),
    };
#undef TEST

    return tap_run("forged", tests, NULL, NULL);
}
