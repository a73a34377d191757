/* A peer that asks for what is others', offers what it may not bring, and says again what it said before: the
 * session engine with the daemon's own host behind it, on a real store. */
#include "config.h"

#include "daemon/net/host_core.h"

#include <stdio.h>

#include "daemon/daemon.h"
#include "daemon/engine/submit.h"
#include "tests/attack/attack.h"
#include "tests/util/world.h"

static int64_t clock_s = 1750000000;

/* The daemon's clock and randomness stand in its app.c. */
int64_t
daemon_now_s(void)
{
    return clock_s;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    memset(ret_bytes, 7, size);
}

/* A session with a node, from a machine whose keys the test has. */
struct raid {
    struct link l;               /* l.b is the node's */
    struct replica *attacker;
    struct replica nobody;       /* stands where link_open() wants a server */
    struct node *victim;
    struct host *host;
    struct job *jobs[64];        /* done, not answered */
    size_t jobs_count;
};

static enum err
post(void *context, struct job *job, struct error *e)
{
    struct raid *raid = context;
    struct node *n = raid->victim;

    (void) e;
    assert_true(raid->jobs_count < 64);
    job->error = (struct error) {.code = OK};
    assert_int_equal(store_begin(n->s, &job->error), OK);
    job->err = job->run(job, n->s, &n->me, &job->error);
    if (job->err == OK)
        job->err = submit_sign(n->s, &n->me, &job->error);
    if (job->err == OK)
        job->err = store_commit(n->s, &job->error);
    else
        store_rollback(n->s);
    raid->jobs[raid->jobs_count++] = job;
    return OK;
}

static void
on_committed(void *context, uint64_t ticket, enum err err, const struct error *e)
{
    struct raid *raid = context;

    session_committed(raid->l.b, ticket, err, e, raid->l.now_ms);
}

static bool
answer_jobs(struct raid *raid)
{
    struct job *jobs[64];
    size_t count = raid->jobs_count;

    memcpy(jobs, raid->jobs, sizeof jobs);
    raid->jobs_count = 0;
    for (size_t i = 0; i < count; i++)
        jobs[i]->done(jobs[i], jobs[i]->err, &jobs[i]->error);
    return count > 0;
}

static void
raid_run(struct raid *raid)
{
    do {
        attack_run(&raid->l);
        host_flush(raid->host, raid->l.b, false);
    } while (answer_jobs(raid));
}

/* A machine with a node's keys, and nothing in its store. */
static void
take_keys(struct replica *attacker, struct node *of)
{
    replica_init(attacker, "attacker", 50);
    attacker->sign = of->me.sign;
    attacker->noise = of->me.noise;
}

static void
raid_begin(struct raid *raid, struct replica *attacker, struct node *victim)
{
    const struct host_events events = {.on_committed = on_committed, .context = raid};
    struct link_options options = attack_options;
    struct session_options own = {.role = SESSION_RESPONDER, .own_static = &victim->me.noise, .level = 3,
                                  .now_ms = 1000};
    struct host_store store = {.reader = victim->s, .me = &victim->me, .post = post, .context = raid};
    struct error e = {.code = OK};

    memset(raid, 0, sizeof *raid);
    raid->attacker = attacker;
    raid->victim = victim;
    options.server_key = victim->me.noise.public_key;
    link_open(&raid->l, attacker, &raid->nobody, &options);
    session_free(raid->l.b);
    own.ephemeral_seed[0] = (uint8_t) victim->random++;
    assert_int_equal(host_party(victim->s, &own.own, &e), OK);
    assert_int_equal(host_new(&store, &events, 0, NULL, &raid->host, &e), OK);
    assert_int_equal(session_new(&own, &host_calls, raid->host, &raid->l.b, &e), OK);
}

/* Come in, take what one is given, and have the session in one's own hands. */
static void
raid_open(struct raid *raid, struct replica *attacker, struct node *victim)
{
    raid_begin(raid, attacker, victim);
    raid_run(raid);
    assert_int_equal(session_state(raid->l.b), SESSION_OPEN);
    raid->l.a->state = SESSION_ENDED;
}

static void
raid_say(struct raid *raid, struct buf *payload)
{
    attack_say(&raid->l, payload);
    raid_run(raid);
}

static void
raid_close(struct raid *raid)
{
    session_eof(raid->l.b, raid->l.now_ms);
    session_eof(raid->l.a, raid->l.now_ms);
    host_flush(raid->host, raid->l.b, true);
    answer_jobs(raid);
    host_release(raid->host);
    link_close(&raid->l);
}

static uint64_t
runs_sent(const struct raid *raid)
{
    struct session_counts counts;

    session_counts(raid->l.b, &counts);
    return counts.runs_out;
}

static uint64_t
entries_of(struct node *n)
{
    struct log_counts counts;
    struct error e = {0};

    assert_int_equal(log_count(n->s, &counts, &e), OK);
    return counts.entries;
}

static bool
has_space(const struct replica *r, const struct space_row *space)
{
    for (size_t i = 0; i < r->logs_count; i++)
        if (memcmp(r->logs[i].id.space, space->space, SPACE_BYTES) == 0 && r->logs[i].count > 0)
            return true;
    return false;
}

/* --- the spaces of others ------------------------------------------------------------------------ */

struct tree {
    struct node hub, commune, sibling;
    struct space_row hub_inner, hub_outer, inner, outer, sibling_inner, sibling_outer;
};

static void
make_tree(struct tree *t, bool sibling_joins)
{
    node_found(&t->hub, 1, "Tỉnh", "province");
    node_found(&t->commune, 2, "Xã Một", "commune");
    node_found(&t->sibling, 3, "Xã Hai", "commune");
    node_adopt(&t->commune, &t->hub);
    node_sync(&t->commune, &t->hub);
    t->hub_inner = node_space(&t->hub, SPACE_INNER);
    t->hub_outer = node_space(&t->hub, SPACE_OUTER);
    t->inner = node_space(&t->commune, SPACE_INNER);
    t->outer = node_space(&t->commune, SPACE_OUTER);
    t->sibling_inner = node_space(&t->sibling, SPACE_INNER);
    t->sibling_outer = node_space(&t->sibling, SPACE_OUTER);
    node_add(&t->sibling, RECORD_UNIT, "name", "Thôn Kín", NULL);
    if (sibling_joins) {
        node_adopt(&t->sibling, &t->hub);
        node_sync(&t->sibling, &t->hub);
    }
}

static void
free_tree(struct tree *t)
{
    node_release(&t->hub);
    node_release(&t->commune);
    node_release(&t->sibling);
}

/* Name a space and its log, say to hold nothing of it, and ask to go on. */
static void
ask_for(struct raid *raid, const struct space_row *space, const uint8_t *device)
{
    struct log_id id;
    struct buf payload;
    uint32_t index;

    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    assert_int_equal(table_space(raid->l.b, space->space, &index), OK);
    if (raid->l.b->spaces[index].in_place == PLACE_NONE) {
        message_put_space(&payload, space->genesis_bytes);
        raid_say(raid, &payload);
    }
    enrol_founder_log(space, &id);
    memcpy(id.device, device, DEVICE_BYTES);
    attack_log(&raid->l, &id, &payload);
    message_put_bare(&payload, MESSAGE_IDLE);
    raid_say(raid, &payload);
    session_notify(raid->l.b, raid->l.now_ms);
    raid_run(raid);
    buf_release(&payload);
}

/* Bring a run of one's own in a space: rightly signed. */
static void
bring(struct raid *raid, const struct space_row *space)
{
    struct replica_log *log;
    struct buf payload;
    struct run run;

    replica_write(raid->attacker, space->genesis_bytes, 1);
    log = replica_own_log(raid->attacker, space->genesis_bytes);
    run = attack_run_of(log, 1);
    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    attack_put_run(&raid->l, &payload, &run);
    raid_say(raid, &payload);
    buf_release(&payload);
}

static void
a_commune_gets_and_brings_nothing_of_its_siblings_spaces_nor_of_its_hubs_inner_one(void **state)
{
    struct replica attacker;
    struct tree t;
    const struct space_row *others[] = {&t.sibling_inner, &t.sibling_outer, &t.hub_inner};

    (void) state;
    make_tree(&t, true);
    take_keys(&attacker, &t.commune);

    for (size_t i = 0; i < 3; i++) {
        uint64_t entries = entries_of(&t.hub), sent;
        struct session_counts counts;
        struct raid raid;

        raid_open(&raid, &attacker, &t.hub);
        assert_true(has_space(&attacker, &t.inner) && has_space(&attacker, &t.hub_outer));
        assert_false(has_space(&attacker, others[i]));
        sent = runs_sent(&raid);
        ask_for(&raid, others[i], others[i]->genesis.founder);
        assert_int_equal(runs_sent(&raid), sent);
        assert_false(session_shares(raid.l.b, others[i]->space));
        bring(&raid, others[i]);
        session_counts(raid.l.b, &counts);
        assert_int_equal(counts.refused_in, 1);
        assert_int_equal(entries_of(&t.hub), entries);
        assert_int_equal(runs_sent(&raid), sent);
        raid_close(&raid);
    }
    node_add(&t.sibling, RECORD_UNIT, "name", "Thôn Mới", NULL);
    node_sync(&t.sibling, &t.hub);
    replica_release(&attacker);
    free_tree(&t);
}

/* Whoever knows the genesis of a unit that has not joined yet, such as its former parent, may have offered its
 * space: that gives no right to what comes later. */
static void
a_space_that_was_offered_before_its_owner_came_stays_the_owners(void **state)
{
    struct session_counts counts;
    struct replica attacker;
    struct raid raid;
    struct tree t;
    uint64_t sent, entries;
    struct log_id log;
    struct buf item;

    (void) state;
    make_tree(&t, false);
    take_keys(&attacker, &t.commune);
    raid_open(&raid, &attacker, &t.hub);
    sent = runs_sent(&raid);
    ask_for(&raid, &t.sibling_inner, t.sibling.me.sign.public_key);
    node_adopt(&t.sibling, &t.hub);
    node_sync(&t.sibling, &t.hub);
    entries = entries_of(&t.hub);
    ask_for(&raid, &t.sibling_inner, t.sibling.me.sign.public_key);
    assert_int_equal(runs_sent(&raid), sent);
    bring(&raid, &t.sibling_inner);
    session_counts(raid.l.b, &counts);
    assert_int_equal(counts.refused_in, 1);
    assert_int_equal(entries_of(&t.hub), entries);
    enrol_founder_log(&t.sibling_inner, &log);
    buf_init(&item, CHANGESET_BYTES_MAX);
    assert_int_equal(host_calls.item(raid.host, &log, 1, &item, NULL), ERR_NOT_FOUND);
    assert_int_equal(item.size, 0);
    raid_close(&raid);
    replica_release(&attacker);
    free_tree(&t);
}

static void
a_child_that_offers_its_siblings_space_as_its_own_childs_gets_no_place_for_it(void **state)
{
    struct replica attacker;
    struct host_peer peer = {.has_device = true};
    struct peer_row row;
    struct raid raid;
    struct tree t;
    struct error e = {0};

    (void) state;
    make_tree(&t, true);
    take_keys(&attacker, &t.commune);
    raid_open(&raid, &attacker, &t.hub);
    ask_for(&raid, &t.sibling_inner, attacker.sign.public_key);
    bring(&raid, &t.sibling_inner);
    raid_close(&raid);
    assert_int_equal(peer_by_device(t.hub.s, t.commune.me.sign.public_key, &t.hub.arena, &row, &e), OK);
    peer.id = row.id;
    peer.role = row.role;
    memcpy(peer.device, row.device, DEVICE_BYTES);
    assert_int_equal(space_find(t.hub.s, t.sibling_inner.space, &t.sibling_inner, &e), OK);
    assert_false(host_serves(t.hub.s, &peer, &t.sibling_inner));
    replica_release(&attacker);
    free_tree(&t);
}

/* --- replays ------------------------------------------------------------------------------------- */

struct facts {
    struct peer_row row;
    char error[ERR_TEXT_BYTES_MAX];
    uint8_t base[BASE_DIGEST_BYTES];
    uint64_t entries;
};

static struct facts
look(struct node *at, struct node *who)
{
    struct facts f;
    struct base_row base;
    struct error e = {0};

    memset(&f, 0, sizeof f);
    assert_int_equal(peer_by_device(at->s, who->me.sign.public_key, &at->arena, &f.row, &e), OK);
    snprintf(f.error, sizeof f.error, "%s", f.row.last_error);
    assert_int_equal(base_last_confirmed(at->s, f.row.id, &at->arena, &base, &e), OK);
    memcpy(f.base, base.digest, sizeof f.base);
    f.entries = entries_of(at);
    return f;
}

static void
expect_unmoved(const struct facts *now, const struct facts *before)
{
    assert_int_equal(now->row.last_contact_s, before->row.last_contact_s);
    assert_memory_equal(&now->row.counters, &before->row.counters, sizeof now->row.counters);
    assert_memory_equal(now->row.store_id, before->row.store_id, STORE_ID_BYTES);
    assert_string_equal(now->error, before->error);
    assert_memory_equal(now->base, before->base, sizeof now->base);
    assert_int_equal(now->entries, before->entries);
}

/* A whole exchange. */
static void
exchange(struct replica *client, struct node *with)
{
    struct raid raid;

    raid_begin(&raid, client, with);
    raid_run(&raid);
    assert_int_equal(session_state(raid.l.b), SESSION_OPEN);
    assert_true(session_quiet(raid.l.b));
    raid_close(&raid);
}

/* A first message as it went over the wire, never answered. */
static void
record_first(struct replica *client, struct node *to, struct buf *out)
{
    struct raid raid;

    raid_begin(&raid, client, to);
    assert_int_equal(session_output(raid.l.a, out, 1000), OK);
    raid_close(&raid);
}

static void
replay(struct replica *client, struct node *to, const struct buf *first)
{
    struct raid raid;

    raid_begin(&raid, client, to);
    raid.l.a->state = SESSION_ENDED;
    assert_int_equal(buf_append(&raid.l.to_b, first->bytes, first->size), OK);
    raid_run(&raid);
    assert_int_equal(session_state(raid.l.b), SESSION_UNPROVEN);
    raid_close(&raid);
}

static void
a_first_message_said_again_moves_nothing_of_its_peer(void **state)
{
    struct facts before, after;
    struct replica client;
    struct buf full, old, last;
    struct tree t;

    (void) state;
    make_tree(&t, false);
    take_keys(&client, &t.commune);
    buf_init(&full, 1 << 20);
    buf_init(&old, 1 << 20);
    buf_init(&last, 1 << 20);
    record_first(&client, &t.hub, &full);         /* with no base */
    exchange(&client, &t.hub);
    replica_write(&client, t.inner.genesis_bytes, 2);
    record_first(&client, &t.hub, &old);          /* with early data, and a base that will be of before */
    client.party.store[0] ^= 1;                   /* restored: the store that the first ones name is gone */
    replica_write(&client, t.inner.genesis_bytes, 1);
    exchange(&client, &t.hub);
    replica_write(&client, t.inner.genesis_bytes, 1);
    record_first(&client, &t.hub, &last);         /* what it brings is not there yet */
    before = look(&t.hub, &t.commune);
    assert_true(before.row.last_contact_s != 0);
    clock_s += 3600;
    for (unsigned i = 0; i < 10; i++) {
        replay(&client, &t.hub, &full);
        replay(&client, &t.hub, &old);
        after = look(&t.hub, &t.commune);
        expect_unmoved(&after, &before);
    }
    replay(&client, &t.hub, &last);
    before.entries++;                             /* signed by its author, whoever brings it */
    for (unsigned i = 0; i < 10; i++) {
        replay(&client, &t.hub, &last);
        after = look(&t.hub, &t.commune);
        expect_unmoved(&after, &before);
    }
    exchange(&client, &t.hub);                    /* the true one counts */
    after = look(&t.hub, &t.commune);
    assert_int_equal(after.row.last_contact_s, clock_s);
    assert_true(after.row.counters.sessions > before.row.counters.sessions);
    buf_release(&full);
    buf_release(&old);
    buf_release(&last);
    replica_release(&client);
    free_tree(&t);
}

/* --- strangers ----------------------------------------------------------------------------------- */

static void
a_device_that_was_never_granted_is_told_so_and_leaves_nothing(void **state)
{
    struct replica stranger;
    struct tree t;
    uint64_t entries;

    (void) state;
    make_tree(&t, false);
    replica_init(&stranger, "stranger", 77);
    replica_found(&stranger, SPACE_INNER);
    replica_write(&stranger, stranger.spaces[0], 20);
    entries = entries_of(&t.hub);
    for (unsigned i = 0; i < 100; i++) {
        struct raid raid;

        raid_begin(&raid, &stranger, &t.hub);
        raid_run(&raid);
        assert_int_equal(session_state(raid.l.b), SESSION_ENDED);
        assert_string_equal(session_error(raid.l.b)->text, "this device is not known here");
        assert_int_equal(session_error(raid.l.a)->code, ERR_NOT_FOUND);
        raid_close(&raid);
    }
    assert_int_equal(entries_of(&t.hub), entries);
    assert_int_equal(stranger.logs_count, 1);
    replica_release(&stranger);
    free_tree(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commune_gets_and_brings_nothing_of_its_siblings_spaces_nor_of_its_hubs_inner_one),
        cmocka_unit_test(a_space_that_was_offered_before_its_owner_came_stays_the_owners),
        cmocka_unit_test(a_child_that_offers_its_siblings_space_as_its_own_childs_gets_no_place_for_it),
        cmocka_unit_test(a_first_message_said_again_moves_nothing_of_its_peer),
        cmocka_unit_test(a_device_that_was_never_granted_is_told_so_and_leaves_nothing),
    };

    return tap_run("host", tests, NULL, NULL);
}
