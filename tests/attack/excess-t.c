/* Too much of everything, from a peer in good standing: sizes, vectors, histories, claims. What is measured is
 * memory; what it may cost is in protocol/session.h. And what a peer may not have cannot be guessed at. */
#include "config.h"

#include <stdlib.h>

#include "tests/attack/attack.h"

enum {
    MEBIBYTE = 1024 * 1024,
    /* 65,536 logs and 16,384 spaces, their orders and places, with room to grow into */
    TABLES_BYTES_MAX = 24 * MEBIBYTE,
    /* one run, one payload, one input, and a decoder with its history */
    WORK_BYTES_MAX = 6 * MEBIBYTE,
    BOMB_BYTES = 60000,
};

static struct replica commune, hub, attacker;
static const uint8_t *inner, *own;

/* The attacker shares a space of its own with the hub, and the commune's inner one unless a test hides it. */
static int
set_up(void **state)
{
    (void) state;
    assert_int_equal(protocol_init(NULL), OK);
    replica_init(&commune, "commune", 1);
    replica_init(&hub, "hub", 2);
    replica_init(&attacker, "attacker", 3);
    inner = replica_found(&commune, SPACE_INNER);
    own = replica_found(&attacker, SPACE_INNER);
    replica_carry(&hub, inner);
    replica_carry(&hub, own);
    replica_write(&commune, inner, 5);
    replica_write(&attacker, own, 2);
    link_sync(&commune, &hub);
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

/* --- sizes --------------------------------------------------------------------------------------- */

/* Zeros, packed in a mode: some bytes that stand for sixty thousand. */
static struct buf
bomb(bool stream)
{
    static uint8_t zeros[BOMB_BYTES];
    struct compressor *c = compress_new(HISTORY_BYTES_DEFAULT);
    struct compress_input in = {.bytes = zeros, .size = sizeof zeros, .level = 3, .same_shipped = true,
                                .stream = stream, .stream_bytes = sizeof zeros};
    enum compress_mode mode;
    struct buf out;

    buf_init(&out, BOMB_BYTES);
    assert_int_equal(compress_encode(c, &in, &out, &mode, NULL), OK);
    assert_true(out.size < 200);
    compress_free(c);
    return out;
}

/* A run of the attacker's next entry whose chunk declares so many raw bytes. */
static void
put_chunked(struct link *l, struct buf *payload, unsigned mode, uint32_t raw_size, const struct buf *bytes)
{
    struct replica_log *log = replica_own_log(&attacker, own);
    struct message_run m = {.log = attack_log(l, &log->id, payload), .count = 1,
                            .step = attack_step(l, &log->id, log->count + 1),
                            .chunk = {.mode = mode, .last = true, .raw_size = raw_size, .bytes = bytes->bytes,
                                      .size = bytes->size}};

    message_put_run(payload, &m);
}

static void
a_chunk_that_unpacks_to_more_than_it_declares_is_refused(void **state)
{
    static const struct {
        bool stream;
        unsigned mode;
        uint32_t raw_size;
    } bombs[] = {
        {false, COMPRESS_SHIPPED, 1000},     {false, COMPRESS_SHIPPED, BOMB_BYTES - 1},
        {false, COMPRESS_SHIPPED, BOMB_BYTES + 1}, {false, COMPRESS_SHARED, 1000},
        {true, COMPRESS_STREAM_SHARED, 1000}, {true, COMPRESS_STREAM_SHARED, BOMB_BYTES - 1},
        {true, COMPRESS_STREAM_HISTORY, CHUNK_RAW_BYTES_MAX},
    };

    (void) state;
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        struct buf bytes = bomb(bombs[i].stream), payload;
        struct session_counts counts;
        struct link l;

        buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
        attack_open(&l, &attacker, &hub);
        put_chunked(&l, &payload, bombs[i].mode, bombs[i].raw_size, &bytes);
        attack_say(&l, &payload);
        session_counts(l.b, &counts);
        assert_true(counts.again_in == 1 || session_error(l.b)->code == ERR_FORMAT);
        assert_true(session_memory_bytes(l.b) < WORK_BYTES_MAX);
        if (counts.again_in == 1) { /* history could be wrong by honest means: once */
            put_chunked(&l, &payload, COMPRESS_SHIPPED, bombs[i].raw_size, &bytes);
            attack_say(&l, &payload);
            assert_int_equal(session_error(l.b)->code, ERR_FORMAT);
        }
        attack_close(&l);
        buf_release(&bytes);
        buf_release(&payload);
    }
    expect_honest_service();
}

static void
a_size_beyond_the_limit_is_refused_before_anything_is_allocated(void **state)
{
    static const uint32_t sizes[] = {0, CHUNK_RAW_BYTES_MAX + 1, 0x7FFFFFFF, UINT32_MAX};

    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf bytes = bomb(false), payload;
        struct link l;
        size_t before;

        buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
        attack_open(&l, &attacker, &hub);
        before = session_memory_bytes(l.b);
        put_chunked(&l, &payload, COMPRESS_SHIPPED, sizes[i], &bytes);
        attack_say(&l, &payload);
        assert_true(session_error(l.b)->code == ERR_FORMAT || session_error(l.b)->code == ERR_LIMIT);
        assert_true(session_memory_bytes(l.b) < before + CHUNK_RAW_BYTES_MAX);
        attack_close(&l);
        buf_release(&bytes);
        buf_release(&payload);
    }
    expect_honest_service();
}

/* Chunks without end: the run has a maximum, whatever is in them. */
static void
a_run_that_never_ends_is_cut_off(void **state)
{
    struct replica_log *log = replica_own_log(&attacker, own);
    struct buf bytes = bomb(false), payload;
    struct message_run m;
    unsigned chunks = 0;
    struct link l;

    (void) state;
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    m = (struct message_run) {.log = attack_log(&l, &log->id, &payload), .count = 1,
                              .step = attack_step(&l, &log->id, log->count + 1),
                              .chunk = {.mode = COMPRESS_SHIPPED, .raw_size = BOMB_BYTES, .bytes = bytes.bytes,
                                        .size = bytes.size}};
    message_put_run(&payload, &m);
    attack_say(&l, &payload);
    for (; chunks < 100 && session_state(l.b) == SESSION_OPEN; chunks++) {
        message_put_chunk(&payload, &m.chunk);
        attack_say(&l, &payload);
        assert_true(session_memory_bytes(l.b) < WORK_BYTES_MAX);
    }
    assert_int_equal(chunks, RUN_BYTES_MAX / BOMB_BYTES);
    assert_int_equal(session_error(l.b)->code, ERR_LIMIT);
    attack_close(&l);
    buf_release(&bytes);
    buf_release(&payload);
    expect_honest_service();
}

/* Thirty-two times the largest entry that the hub holds: the history has its own limit. */
static void
a_history_of_huge_entries_stays_within_its_limit(void **state)
{
    struct buf bytes = bomb(false), payload;
    uint8_t *body = calloc(1, 200000);
    struct replica_log *log;
    struct session_counts counts;
    struct message_run m;
    struct link l;

    (void) state;
    assert_non_null(body);
    for (size_t i = 0; i < 200000; i++)
        body[i] = (uint8_t) (i * i >> 7);
    replica_write_body(&attacker, own, body, 200000);
    link_sync(&attacker, &hub);
    log = replica_own_log(&attacker, own);
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    m = (struct message_run) {.log = attack_log(&l, &log->id, &payload), .count = 1,
                              .step = attack_step(&l, &log->id, log->count + 1),
                              .chunk = {.mode = COMPRESS_HISTORY, .last = true, .raw_size = BOMB_BYTES,
                                        .history_count = MESSAGE_HISTORY_MAX, .bytes = bytes.bytes,
                                        .size = bytes.size}};
    for (unsigned i = 0; i < MESSAGE_HISTORY_MAX; i++)
        m.chunk.history[i] = (struct message_entry) {.log = m.log, .seq = log->count};
    message_put_run(&payload, &m);
    attack_say(&l, &payload);
    session_counts(l.b, &counts);
    assert_int_equal(counts.again_in, 1);
    assert_true(session_memory_bytes(l.b) < WORK_BYTES_MAX);
    attack_close(&l);
    buf_release(&bytes);
    buf_release(&payload);
    free(body);
    expect_honest_service();
}

/* --- vectors and claims -------------------------------------------------------------------------- */

static void
more_logs_than_a_session_may_have_end_it(void **state)
{
    struct message_log m = {.epoch = 1};
    uint8_t space[SPACE_BYTES];
    struct message_ref ref;
    struct buf payload;
    struct link l;
    uint32_t index;
    uint32_t count = 0;

    (void) state;
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    genesis_space(own, space);
    assert_int_equal(table_space(l.b, space, &index), OK);
    assert_true(table_space_ref(l.b, index, &ref));
    m.space = (struct message_ref) {ref.place, !ref.yours};
    while (session_state(l.b) == SESSION_OPEN && count < 70000) {
        for (unsigned i = 0; i < 1000; i++) {
            count++;
            memcpy(m.device, &count, sizeof count);
            message_put_log(&payload, &m);
        }
        attack_say(&l, &payload);
    }
    assert_int_equal(session_error(l.b)->code, ERR_LIMIT);
    assert_true(l.b->logs_count <= SESSION_LOGS_MAX);
    assert_true(session_memory_bytes(l.b) < TABLES_BYTES_MAX);
    attack_close(&l);
    buf_release(&payload);
    expect_honest_service();
}

static void
spaces_without_end_end_the_session(void **state)
{
    struct genesis g = {.kind = SPACE_INNER};

    (void) state;
    for (unsigned takes = 0; takes < 2; takes++) {
        uint8_t genesis[GENESIS_BYTES];
        struct buf payload;
        struct link l;
        uint32_t count = 0;
        size_t carried = hub.spaces_count;

        hub.takes_offers = takes == 1;
        buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
        attack_open(&l, &attacker, &hub);
        while (session_state(l.b) == SESSION_OPEN && count < 20000) {
            for (unsigned i = 0; i < 500; i++) {
                count++;
                memcpy(g.nonce, &count, sizeof count);
                genesis_encode(&g, genesis);
                message_put_space(&payload, genesis);
            }
            attack_say(&l, &payload);
        }
        assert_int_equal(session_error(l.b)->code, ERR_LIMIT);
        assert_true(l.b->spaces_count <= SESSION_SPACES_MAX);
        assert_true(session_memory_bytes(l.b) < TABLES_BYTES_MAX);
        assert_int_equal(hub.spaces_count, carried); /* nothing is carried for being named */
        attack_close(&l);
        buf_release(&payload);
    }
    expect_honest_service();
}

static void
a_thing_introduced_twice_ends_the_session(void **state)
{
    struct message_log m = {.epoch = 1};

    (void) state;
    for (unsigned log = 0; log < 2; log++) {
        struct genesis g = {.kind = SPACE_INNER};
        uint8_t genesis[GENESIS_BYTES];
        struct buf payload;
        struct link l;

        buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
        attack_open(&l, &attacker, &hub);
        m.space = (struct message_ref) {(uint32_t) l.b->places_count[TABLE_SPACES_IN], false};
        genesis_encode(&g, genesis);
        message_put_space(&payload, genesis);
        if (log == 0)
            message_put_space(&payload, genesis);
        for (unsigned i = 0; log == 1 && i < 2; i++)
            message_put_log(&payload, &m);
        attack_say(&l, &payload);
        assert_int_equal(session_error(l.b)->code, ERR_FORMAT);
        attack_close(&l);
        buf_release(&payload);
    }
    expect_honest_service();
}

/* To hold far more than there is, under a hash of its own making: it is not sent what it says to have, nothing of
 * it becomes a base, and nobody else notices. */
static void
a_claim_to_hold_what_is_not_there_hurts_only_its_maker(void **state)
{
    struct replica_log *log = replica_own_log(&commune, inner);
    struct base base;
    struct buf payload;
    struct link l;

    (void) state;
    replica_carry(&attacker, inner);
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    for (unsigned i = 0; i < 2; i++) {
        struct message_has m = {.log = attack_log(&l, &log->id, &payload),
                                .seq = i == 0 ? log->count : ENTRY_SEQ_MAX, .head = {1, 2, 3}};

        message_put_has(&payload, &m);
    }
    message_put_bare(&payload, MESSAGE_IDLE);
    attack_say(&l, &payload);
    assert_int_equal(session_state(l.b), SESSION_OPEN);
    attack_close(&l);
    for (size_t i = 0; i < hub.bases_count; i++) {
        assert_int_equal(base_decode(hub.bases[i].bytes.bytes, hub.bases[i].bytes.size, &base, NULL), OK);
        for (size_t k = 0; k < base.vector.count; k++)
            assert_true(base.vector.entries[k].seq <= log->count);
        base_release(&base);
    }
    buf_release(&payload);
    expect_honest_service();
}

/* --- guessing ------------------------------------------------------------------------------------ */

/* An entry of the attacker's own whose body is an item of the commune's, letter for letter. */
static void
write_guess(const struct run *secret)
{
    replica_write_body(&attacker, own, secret->items, secret->items_size);
}

/* First a run of the hidden space, which is refused, with the secret item as history of a stream; then one of
 * the attacker's own space that goes on in the stream. Whoever can read the second has the first. */
static void
put_guess(struct link *l, struct buf *payload, const struct run *secret, const struct run *guess)
{
    static const uint8_t zeros[400];
    struct compressor *c = compress_new(HISTORY_BYTES_DEFAULT);
    struct compress_piece piece = {secret->items, secret->items_size};
    struct compress_input in = {.bytes = zeros, .size = sizeof zeros, .level = 3,
                                .history = &piece, .history_count = 1, .stream = true, .stream_bytes = 4096};
    struct message_run m = {.log = attack_log(l, &secret->id, payload), .count = 1,
                            .step = attack_step(l, &secret->id, 1),
                            .chunk = {.last = true, .raw_size = sizeof zeros, .history_count = 1}};
    enum compress_mode mode;
    struct buf first, second;

    buf_init(&first, 4096);
    buf_init(&second, 4096);
    m.chunk.history[0] = (struct message_entry) {.log = m.log, .seq = 1};
    assert_int_equal(compress_encode(c, &in, &first, &mode, NULL), OK);
    m.chunk.mode = mode;
    m.chunk.bytes = first.bytes;
    m.chunk.size = first.size;
    message_put_run(payload, &m);
    in = (struct compress_input) {.bytes = guess->items, .size = guess->items_size, .level = 3, .stream = true};
    assert_int_equal(compress_encode(c, &in, &second, &mode, NULL), OK);
    assert_int_equal(mode, COMPRESS_STREAM_NEXT);
    assert_true(second.size < guess->items_size / 2); /* it leans on the secret */
    m = (struct message_run) {.log = attack_log(l, &guess->id, payload), .count = 1,
                              .step = attack_step(l, &guess->id, guess->first_seq),
                              .chunk = {.mode = mode, .last = true, .raw_size = (uint32_t) guess->items_size,
                                        .bytes = second.bytes, .size = second.size}};
    memcpy(m.signature, guess->signature, SIGNATURE_BYTES);
    message_put_run(payload, &m);
    compress_free(c);
    attack_say(l, payload);
    buf_release(&first);
    buf_release(&second);
}

static void
entries_of_a_space_that_is_not_shared_cannot_be_guessed_at(void **state)
{
    struct run secret = attack_run_of(replica_own_log(&commune, inner), 1), guess;
    struct session_counts counts;
    struct buf payload;
    struct link l;

    (void) state;
    hub.takes_offers = false;
    hub.hidden = hub.spaces[0];
    assert_memory_equal(hub.hidden, inner, GENESIS_BYTES);
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_open(&l, &attacker, &hub);
    write_guess(&secret);
    guess = attack_run_of(replica_own_log(&attacker, own), 3);
    message_put_space(&payload, inner);
    attack_say(&l, &payload);
    assert_false(session_shares(l.b, secret.id.space));
    put_guess(&l, &payload, &secret, &guess);
    session_counts(l.b, &counts);
    assert_int_equal(counts.entries_in, 2); /* of before */
    assert_int_equal(counts.again_in + (session_error(l.b)->code == ERR_FORMAT), 1);
    attack_close(&l);
    buf_release(&payload);
    hub.hidden = NULL;
    expect_honest_service();
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_chunk_that_unpacks_to_more_than_it_declares_is_refused),
        TEST(a_size_beyond_the_limit_is_refused_before_anything_is_allocated),
        TEST(a_run_that_never_ends_is_cut_off),
        TEST(a_history_of_huge_entries_stays_within_its_limit),
        TEST(more_logs_than_a_session_may_have_end_it),
        TEST(spaces_without_end_end_the_session),
        TEST(a_thing_introduced_twice_ends_the_session),
        TEST(a_claim_to_hold_what_is_not_there_hurts_only_its_maker),
        TEST(entries_of_a_space_that_is_not_shared_cannot_be_guessed_at),
    };
#undef TEST

    return tap_run("excess", tests, NULL, NULL);
}
