/* Messages: frozen bytes for each, and what is refused. */
#include "config.h"

#include "protocol/message.h"

#include <string.h>

#include "protocol/compress.h"
#include "tests/util/bytes.h"

static struct buf out;

static int
make_buffer(void **state)
{
    (void) state;
    buf_init(&out, 1 << 16);
    return protocol_init(NULL) == OK ? 0 : -1;
}

static int
free_buffer(void **state)
{
    (void) state;
    buf_release(&out);
    return 0;
}

/* The one message in `out`, which must be these bytes; the message is given back. */
static struct message
frozen(const char *hex)
{
    struct message m;
    struct wire w;

    assert_int_equal(out.err, OK);
    assert_bytes_are(out.bytes, out.size, hex);
    wire_init(&w, out.bytes, out.size);
    assert_int_equal(message_read(&w, &m, NULL), OK);
    assert_int_equal(wire_finish(&w), OK);
    for (size_t size = 0; size < out.size; size++) { /* no shorter input passes */
        struct message cut;

        wire_init(&w, out.bytes, size);
        assert_int_equal(message_read(&w, &cut, NULL), ERR_FORMAT);
    }
    return m;
}

static void
a_base_is_nine_bytes(void **state)
{
    (void) state;
    message_put_base(&out, (const uint8_t *) "\1\2\3\4\5\6\7\10");
    assert_memory_equal(frozen("010102030405060708").u.digest, "\1\2\3\4\5\6\7\10", 8);
}

static void
bare_messages_are_their_type(void **state)
{
    static const enum message_type types[] = {MESSAGE_SAME, MESSAGE_END, MESSAGE_AGAIN, MESSAGE_IDLE};
    static const char *const hex[] = {"02", "04", "0d", "0e"};

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        buf_reset(&out);
        message_put_bare(&out, types[i]);
        assert_int_equal(frozen(hex[i]).type, types[i]);
    }
}

static void
parameters_come_back(void **state)
{
    struct vector_party party = {.history_bytes = HISTORY_BYTES_DEFAULT};
    struct message m;

    (void) state;
    memset(party.store, 0xAA, sizeof party.store);
    memset(party.dictionary, 0xBB, sizeof party.dictionary);
    message_put_full(&out, &party);
    m = frozen("03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb8002");
    assert_true(vector_party_same(&m.u.party, &party));
}

static void
a_history_below_the_least_is_refused(void **state)
{
    struct vector_party party = {.history_bytes = HISTORY_BYTES_MIN - 1024};
    struct message m;
    struct wire w;

    (void) state;
    message_put_full(&out, &party);
    wire_init(&w, out.bytes, out.size);
    assert_int_equal(message_read(&w, &m, NULL), ERR_FORMAT);
}

static void
a_head_is_a_reference_a_number_and_eight_bytes(void **state)
{
    struct message_has has = {.log = {3, true}, .seq = 300};
    struct message m;

    (void) state;
    memset(has.head, 0xCC, sizeof has.head);
    message_put_has(&out, &has);
    m = frozen("0707ac02cccccccccccccccc");
    assert_int_equal(m.u.has.log.place, 3);
    assert_true(m.u.has.log.yours);
    assert_int_equal(m.u.has.seq, 300);
}

static void
a_log_is_introduced_with_its_device_and_epoch(void **state)
{
    struct message_log log = {.space = {1, false}, .epoch = 0x0102030405060708, .seq = 0};
    struct message m;

    (void) state;
    memset(log.device, 0xDD, sizeof log.device);
    message_put_log(&out, &log);
    m = frozen("0602dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd080706050403020100");
    assert_true(m.u.log.epoch == log.epoch);
    assert_int_equal(m.u.log.seq, 0);
}

static void
a_small_run_has_a_head_of_72_bytes(void **state)
{
    struct message_run run = {.log = {2, false}, .count = 1};
    struct message m;

    (void) state;
    memset(run.signature, 0xEE, sizeof run.signature);
    run.chunk = (struct message_chunk) {.mode = COMPRESS_SHARED, .last = true, .raw_size = 5,
                                        .bytes = (const uint8_t *) "abc", .size = 3};
    message_put_run(&out, &run);
    m = frozen("09040000"
               "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
               "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
               "060503616263");
    assert_int_equal(m.u.run.count, 1);
    assert_int_equal(m.u.run.chunk.size, 3);
    assert_true(m.u.run.chunk.last);
    assert_int_equal(out.size, 71 + 3);
}

static void
a_stored_chunk_needs_no_second_size(void **state)
{
    struct message_chunk chunk = {.mode = COMPRESS_STORED, .raw_size = 3, .bytes = (const uint8_t *) "abc",
                                  .size = 3};

    (void) state;
    message_put_chunk(&out, &chunk);
    assert_memory_equal(frozen("0a0003616263").u.chunk.bytes, "abc", 3);
}

static void
a_list_of_history_comes_back(void **state)
{
    struct message_chunk chunk = {.mode = COMPRESS_SHARED, .last = true, .raw_size = 3, .history_count = 2,
                                  .bytes = (const uint8_t *) "x", .size = 1};
    struct message m;

    (void) state;
    chunk.history[0] = (struct message_entry) {{1, true}, 9};
    chunk.history[1] = (struct message_entry) {{0, false}, 200};
    message_put_chunk(&out, &chunk);
    m = frozen("0a0e0302030900c8010178");
    assert_int_equal(m.u.chunk.history_count, 2);
    assert_int_equal(m.u.chunk.history[1].seq, 200);
}

static void
results_and_reasons_come_back(void **state)
{
    (void) state;
    message_put_ack(&out, 1);
    assert_int_equal(frozen("0b00").u.count, 1);
    buf_reset(&out);
    message_put_refuse(&out, REASON_FORK);
    assert_int_equal(frozen("0c07").u.reason, REASON_FORK);
    buf_reset(&out);
    message_put_decline(&out, (struct message_ref) {4, true});
    assert_int_equal(frozen("0809").u.space.place, 4);
    buf_reset(&out);
    message_put_error(&out, REASON_AUTH, "no");
    assert_int_equal(frozen("0f03026e6f").u.error.size, 2);
    buf_reset(&out);
    message_put_part(&out, &(struct message_part) {.log = {1, false}, .first_seq = 9, .count = 130, .bytes = 5});
    assert_int_equal(frozen("130209810105").u.part.bytes, 5);
    buf_reset(&out);
    message_put_link(&out, 2048);
    assert_int_equal(frozen("128010").u.link_bytes, 2048);
}

static void
a_long_text_is_cut_at_a_whole_character(void **state)
{
    char text[MESSAGE_TEXT_BYTES_MAX + 8];
    struct message m;
    struct wire w;

    (void) state;
    memset(text, 'a', sizeof text);
    memcpy(text + MESSAGE_TEXT_BYTES_MAX - 1, "\xE1\xBB\x87\0", 4);
    message_put_error(&out, REASON_AUTH, text);
    wire_init(&w, out.bytes, out.size);
    assert_int_equal(message_read(&w, &m, NULL), OK);
    assert_int_equal(m.u.error.size, MESSAGE_TEXT_BYTES_MAX - 1);
}

static void
joining_and_its_answer_come_back(void **state)
{
    uint8_t seed[SIGN_SEED_BYTES] = {1};
    uint8_t genesis[2 * JOINED_SPACE_BYTES] = {1, 2, 3};
    struct sign_key key;
    struct message_join join = {.node = "commune", .node_size = 7, .unit_name = "Xã", .unit_name_size = 3};
    struct message_joined joined = {.kind = 1, .unit_name = "", .spaces_count = 2, .spaces = genesis};
    struct message m;
    struct wire w;

    (void) state;
    sign_key_init(&key, seed);
    assert_int_equal(sign_cert_make(&key, seed, 1, &join.cert), OK);
    join.inner = genesis;
    join.outer = genesis + 1;
    message_put_join(&out, &join);
    wire_init(&w, out.bytes, out.size);
    assert_int_equal(message_read(&w, &m, NULL), OK);
    assert_int_equal(wire_finish(&w), OK);
    assert_memory_equal(m.u.join.outer, genesis + 1, GENESIS_BYTES);
    assert_int_equal(m.u.join.node_size, 7);
    assert_int_equal(sign_cert_verify(&m.u.join.cert), OK);
    buf_reset(&out);
    joined.cert = join.cert;
    message_put_joined(&out, &joined);
    wire_init(&w, out.bytes, out.size);
    assert_int_equal(message_read(&w, &m, NULL), OK);
    assert_int_equal(wire_finish(&w), OK);
    assert_int_equal(m.u.joined.spaces_count, 2);
    assert_memory_equal(m.u.joined.spaces, genesis, sizeof genesis);
}

static void
what_no_version_writes_is_refused(void **state)
{
    static const char *const inputs[] = {
        "00", "14", "ff",
        "0a2003616263",   /* an unknown flag of a chunk */
        "0a0000",         /* an empty chunk */
        "0a080000",       /* a list of history with nothing in it */
        "0a00ff ff07",    /* more raw bytes than a chunk may have */
        "0d8000",         /* not minimal */
        "0b80808004",     /* too many results */
        "0f0302ff41",     /* not UTF-8 */
        "12ff03",         /* a link below the least */
        "07feff0800",     /* a place beyond all tables */
    };

    (void) state;
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        uint8_t bytes[32];
        size_t size;
        struct message m;
        struct wire w;
        char hex[32];
        size_t n = 0;

        for (const char *p = inputs[i]; *p != '\0'; p++)
            if (*p != ' ')
                hex[n++] = *p;
        hex[n] = '\0';
        size = bytes_from_hex(hex, bytes, sizeof bytes);
        wire_init(&w, bytes, size);
        if (message_read(&w, &m, NULL) == OK && wire_finish(&w) == OK)
            fail_msg("%s is read", inputs[i]);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_buffer, free_buffer)
    const struct CMUnitTest tests[] = {
        TEST(a_base_is_nine_bytes),
        TEST(bare_messages_are_their_type),
        TEST(parameters_come_back),
        TEST(a_history_below_the_least_is_refused),
        TEST(a_head_is_a_reference_a_number_and_eight_bytes),
        TEST(a_log_is_introduced_with_its_device_and_epoch),
        TEST(a_small_run_has_a_head_of_72_bytes),
        TEST(a_stored_chunk_needs_no_second_size),
        TEST(a_list_of_history_comes_back),
        TEST(results_and_reasons_come_back),
        TEST(a_long_text_is_cut_at_a_whole_character),
        TEST(joining_and_its_answer_come_back),
        TEST(what_no_version_writes_is_refused),
    };
#undef TEST

    return tap_run("message", tests, NULL, NULL);
}
