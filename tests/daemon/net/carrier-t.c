/* What comes out of a file is admitted like what a session brings: all of it, or nothing. */
#include "config.h"

#include "daemon/net/carrier.h"

#include <string.h>

#include "daemon/daemon.h"
#include "daemon/store/peers.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

enum { FILE_BYTES_MAX = 8 * 1024 * 1024 };

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

/* --- files ------------------------------------------------------------------------------------ */

/* Seal what a writer holds, from one node to another. */
static void
seal(struct bundle_writer *w, const struct node *from, const struct node *to, struct buf *ret_file)
{
    uint8_t seed[DH_BYTES] = {1};
    struct bundle_seal how = {.key = &from->me.sign, .recipient = to->me.noise.public_key, .seed = seed};
    struct bundle_header header = {.kind = BUNDLE_REQUEST, .cert = from->me.cert, .body = seed};
    struct error e = {0};

    buf_init(ret_file, FILE_BYTES_MAX);
    assert_int_equal(bundle_finish(w, &header, &how, ret_file, &e), OK);
    bundle_writer_free(w);
}

/* A file with a space of one node, sent by another. */
static void
load(struct node *holder, const struct space_row *space, const struct node *from, const struct node *to,
     struct buf *ret_file)
{
    struct bundle_writer *w = NULL;
    struct error e = {0};

    assert_int_equal(bundle_writer_new(&w, &e), OK);
    assert_int_equal(carrier_load(holder->s, space->genesis_bytes, w, &e), OK);
    seal(w, from, to, ret_file);
}

static enum err
unload(struct node *at, const struct buf *file, uint64_t *ret_stored, struct error *e)
{
    struct bundle *b = NULL;
    enum err err;

    *ret_stored = 0;
    assert_int_equal(bundle_open(file->bytes, file->size, &at->me.noise, &b, e), OK);
    assert_int_equal(store_begin(at->s, e), OK);
    err = carrier_unload(at->s, b, ret_stored, e);
    if (err == OK)
        assert_int_equal(store_commit(at->s, e), OK);
    else
        store_rollback(at->s);
    bundle_free(b);
    return err;
}

static uint64_t
entries_of(struct node *n)
{
    struct log_counts counts;

    assert_int_equal(log_count(n->s, &counts, NULL), OK);
    return counts.entries;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
a_file_brings_what_a_session_would_bring_once(void **state)
{
    struct node hub, commune;
    struct space_row inner;
    struct hash there, here;
    struct buf file;
    uint64_t stored;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_adopt(&commune, &hub);
    for (int i = 0; i < 50; i++)
        node_add(&commune, RECORD_UNIT, "name", "Thôn", NULL);
    inner = node_space(&commune, SPACE_INNER);
    load(&commune, &inner, &commune, &hub, &file);
    assert_int_equal(unload(&hub, &file, &stored, &e), OK);
    assert_true(stored >= 50);
    there = node_digest(&commune, inner.space);
    here = node_digest(&hub, inner.space);
    assert_true(hash_equal(&there, &here));
    assert_int_equal(unload(&hub, &file, &stored, &e), OK);
    assert_int_equal(stored, 0);
    buf_release(&file);
    node_release(&hub);
    node_release(&commune);
}

static void
what_its_sender_may_not_bring_is_refused_as_a_whole(void **state)
{
    struct node hub, commune, stranger;
    struct bundle_writer *w = NULL;
    struct space_row inner, strange;
    struct buf file;
    uint64_t before, stored;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_found(&stranger, 3, "Xã Lạ", "commune");
    node_adopt(&commune, &hub);
    inner = node_space(&commune, SPACE_INNER);
    strange = node_space(&stranger, SPACE_INNER);
    before = entries_of(&hub);
    /* Its own records first, then those of a unit that nobody has taken in. */
    assert_int_equal(bundle_writer_new(&w, &e), OK);
    node_add(&commune, RECORD_UNIT, "name", "Thôn", NULL);
    assert_int_equal(carrier_load(commune.s, inner.genesis_bytes, w, &e), OK);
    assert_int_equal(carrier_load(stranger.s, strange.genesis_bytes, w, &e), OK);
    seal(w, &commune, &hub, &file);
    assert_int_equal(unload(&hub, &file, &stored, &e), ERR_FORMAT);
    assert_non_null(strstr(e.text, "nothing of it was taken"));
    assert_int_equal(entries_of(&hub), before);
    assert_int_equal(space_find(hub.s, strange.space, &strange, NULL), ERR_NOT_FOUND);
    buf_release(&file);
    /* Somebody who is no peer at all. */
    load(&commune, &inner, &stranger, &hub, &file);
    assert_int_equal(unload(&hub, &file, &stored, &e), ERR_NOT_FOUND);
    assert_int_equal(entries_of(&hub), before);
    buf_release(&file);
    node_release(&hub);
    node_release(&commune);
    node_release(&stranger);
}

/* An entry that a stranger has signed, in a space of the hub's own: it would go on to all other units. */
static void
a_child_brings_no_stranger_into_the_space_above(void **state)
{
    static const uint8_t header[] = {0x10, 0x02}, nothing_known[] = {0x01};
    struct node hub, commune, stranger;
    struct verified_run *verified = NULL;
    struct bundle_writer *w = NULL;
    struct space_row outer;
    struct run run = {.first_seq = 1, .last_seq = 1, .id = {.epoch = 9}};
    struct hash start;
    struct buf items, file;
    uint64_t before, stored;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_found(&stranger, 3, "Xã Lạ", "commune");
    node_adopt(&commune, &hub);
    outer = node_space(&hub, SPACE_OUTER);
    before = entries_of(&hub);
    buf_init(&items, RUN_BYTES_MAX);
    item_encode(&items, header, sizeof header, nothing_known, sizeof nothing_known, NULL);
    memcpy(run.id.space, outer.space, SPACE_BYTES);
    memcpy(run.id.device, stranger.me.sign.public_key, DEVICE_BYTES);
    chain_start(&run.id, &start);
    assert_int_equal(run_of_own(&stranger.me.sign, &run.id, 1, &start, items.bytes, items.size, &verified, &e), OK);
    memcpy(run.signature, verified_run_signature(verified), SIGNATURE_BYTES);
    run.items = items.bytes;
    run.items_size = items.size;
    assert_int_equal(bundle_writer_new(&w, &e), OK);
    assert_int_equal(bundle_put_run(w, outer.genesis_bytes, &run, &e), OK);
    seal(w, &commune, &hub, &file);
    assert_int_equal(unload(&hub, &file, &stored, &e), ERR_AUTH);
    assert_non_null(e.template);
    assert_int_equal(entries_of(&hub), before);
    verified_run_free(verified);
    buf_release(&items);
    buf_release(&file);
    node_release(&hub);
    node_release(&commune);
    node_release(&stranger);
}

/* The run of a log that is given, with one thing wrong. */
static void
put_wrong(struct node *commune, struct node *hub, const struct space_row *space, int wrong, struct buf *ret_file)
{
    struct bundle_writer *w = NULL;
    struct log_row log;
    struct run run = {.first_seq = 1};
    struct buf items;
    uint64_t read;
    struct error e = {0};

    buf_init(&items, RUN_BYTES_MAX);
    assert_int_equal(log_own(commune->s, space->id, &log, &e), OK);
    run.id = log.name;
    if (wrong == 1)
        run.first_seq = log.received_seq; /* what comes before is left out */
    assert_int_equal(log_read_items(commune->s, log.id, run.first_seq, log.received_seq, RUN_BYTES_MAX, &items, &read,
                                    &e),
                     OK);
    assert_int_equal(signature_at_or_after(commune->s, log.id, log.received_seq, &run.last_seq, run.signature,
                                           &e),
                     OK);
    if (wrong == 2)
        run.signature[5] ^= 1;
    if (wrong == 3)
        items.bytes[items.size - 1] ^= 1;
    run.items = items.bytes;
    run.items_size = items.size;
    assert_int_equal(bundle_writer_new(&w, &e), OK);
    assert_int_equal(bundle_put_run(w, space->genesis_bytes, &run, &e), OK);
    seal(w, commune, hub, ret_file);
    buf_release(&items);
}

static void
gaps_and_forgeries_are_refused_with_words(void **state)
{
    struct node hub, commune;
    struct space_row inner;
    struct buf file;
    uint64_t before, stored;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_adopt(&commune, &hub);
    node_sync(&commune, &hub);
    before = entries_of(&hub);
    for (int i = 0; i < 3; i++)
        node_add(&commune, RECORD_UNIT, "name", "Thôn", NULL);
    inner = node_space(&commune, SPACE_INNER);
    for (int wrong = 1; wrong < 4; wrong++) {
        put_wrong(&commune, &hub, &inner, wrong, &file);
        /* 3: the last byte of a body, so the text may still read, but the chain does not hold */
        assert_int_equal(unload(&hub, &file, &stored, &e), wrong == 1 ? ERR_FORMAT : ERR_AUTH);
        assert_non_null(e.template);
        assert_int_equal(entries_of(&hub), before);
        buf_release(&file);
    }
    put_wrong(&commune, &hub, &inner, 0, &file);
    assert_int_equal(unload(&hub, &file, &stored, &e), OK);
    assert_int_equal(stored, 3);
    buf_release(&file);
    node_release(&hub);
    node_release(&commune);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_brings_what_a_session_would_bring_once),
        cmocka_unit_test(what_its_sender_may_not_bring_is_refused_as_a_whole),
        cmocka_unit_test(a_child_brings_no_stranger_into_the_space_above),
        cmocka_unit_test(gaps_and_forgeries_are_refused_with_words),
    };

    return tap_run("carrier", tests, NULL, NULL);
}
