/* A peer in the test's hands: it has come through the handshake and says from then on what the test likes.
 * For tests of the session engine; a header, since each test is one program. */
#ifndef TESTS_ATTACK_ATTACK_H
#define TESTS_ATTACK_ATTACK_H

#include <string.h>

#include "protocol/session_core.h"
#include "tests/util/replica.h"
#include "tests/util/tap.h"

static const struct link_options attack_options = {
    .keep_open = true, .early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 3};

/* Come through the handshake and the exchange, then fall silent: what the victim says is lost. */
static inline void
attack_open(struct link *l, struct replica *attacker, struct replica *victim)
{
    link_open(l, attacker, victim, &attack_options);
    link_run(l);
    assert_int_equal(session_state(l->b), SESSION_OPEN);
    l->a->state = SESSION_ENDED;
}

static inline void
attack_close(struct link *l)
{
    link_break(l);
    link_close(l);
}

/* Let the victim do what it has to do; what it says to one that has fallen silent is dropped. */
static inline void
attack_run(struct link *l)
{
    do {
        if (l->a->state == SESSION_ENDED)
            buf_reset(&l->to_a);
        link_run(l);
    } while (l->to_a.size > 0 && session_state(l->b) < SESSION_ENDED);
}

/* Say a payload, and let the victim do with it what it does. */
static inline void
attack_say(struct link *l, struct buf *payload)
{
    size_t at;

    assert_int_equal(payload->err, OK);
    assert_int_equal(frame_begin(&l->to_b, &at), OK);
    assert_int_equal(noise_seal(&l->a->transport, NULL, 0, payload->bytes, payload->size, &l->to_b), OK);
    assert_int_equal(frame_end(&l->to_b, at), OK);
    buf_reset(payload);
    attack_run(l);
}

/* How the victim's tables call a log of a space; introduced in this payload when they do not have it. */
static inline struct message_ref
attack_log(struct link *l, const struct log_id *id, struct buf *payload)
{
    struct message_log m = {.epoch = id->epoch};
    struct message_ref ref;
    uint32_t space, index;

    assert_int_equal(table_space(l->b, id->space, &space), OK);
    assert_int_equal(table_log(l->b, space, id->device, id->epoch, &index), OK);
    if (l->b->logs[index].in_place != PLACE_NONE)
        return (struct message_ref) {l->b->logs[index].in_place, false};
    if (table_log_ref(l->b, index, &ref))
        return (struct message_ref) {ref.place, !ref.yours};
    memcpy(m.device, id->device, DEVICE_BYTES);
    assert_true(table_space_ref(l->b, space, &ref));
    m.space = (struct message_ref) {ref.place, !ref.yours};
    message_put_log(payload, &m);
    return (struct message_ref) {(uint32_t) l->b->places_count[TABLE_LOGS_IN], false};
}

/* The step that makes a run begin at `first`. */
static inline int64_t
attack_step(struct link *l, const struct log_id *id, uint64_t first)
{
    uint32_t space, index;

    assert_int_equal(table_space(l->b, id->space, &space), OK);
    assert_int_equal(table_log(l->b, space, id->device, id->epoch, &index), OK);
    return (int64_t) first - 1 - l->b->logs[index].in_end;
}

/* A run in one stored chunk. */
static inline void
attack_put_run(struct link *l, struct buf *payload, const struct run *run)
{
    struct message_run m = {.log = attack_log(l, &run->id, payload),
                            .step = attack_step(l, &run->id, run->first_seq),
                            .count = (uint32_t) (run->last_seq - run->first_seq + 1),
                            .chunk = {.mode = COMPRESS_STORED, .last = true,
                                      .raw_size = (uint32_t) run->items_size, .bytes = run->items,
                                      .size = run->items_size}};

    memcpy(m.signature, run->signature, SIGNATURE_BYTES);
    message_put_run(payload, &m);
}

/* The run of one entry as its author holds it. */
static inline struct run
attack_run_of(const struct replica_log *log, uint64_t seq)
{
    size_t from = seq == 1 ? 0 : log->entries[seq - 2].end;
    struct run run = {.id = log->id, .first_seq = seq, .last_seq = seq, .items = log->items.bytes + from,
                      .items_size = log->entries[seq - 1].end - from};

    memcpy(run.signature, log->entries[seq - 1].signature, SIGNATURE_BYTES);
    return run;
}

#endif
