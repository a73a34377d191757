/* Trust: who may give and take rights, and that what counts is the same whatever came first. */
#include "config.h"

#include "daemon/engine/trust.h"

#include <string.h>

#include "daemon/engine/policy.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/revoke.h"
#include "daemon/engine/system_fields.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

/* --- writing ---------------------------------------------------------------------------------- */

static enum err
write_system(struct node *n, unsigned type, const struct submit_field *fields, size_t count, int64_t *ret_record,
             struct error *e)
{
    struct submit_op op = {.kind = SUBMIT_ADD, .type = type, .space = node_space(n, SPACE_INNER).id,
                           .fields = fields, .fields_count = count};
    struct submit_request request = {.ops = &op, .ops_count = 1, .system = true};
    enum err err = node_submit(n, &request, e);

    if (err == OK)
        *ret_record = op.ret_record;
    return err;
}

static struct submit_field
bytes_field(unsigned id, const void *bytes, size_t size)
{
    return (struct submit_field){id, {.kind = VALUE_BYTES, .bytes = bytes, .size = size}};
}

static struct submit_field
reference_field(unsigned id, int64_t record)
{
    return (struct submit_field){id, {.kind = VALUE_REFERENCE, .record = record}};
}

/* Grant a role to a node's device; parent 0: null. */
static enum err
grant(struct node *by, struct node *to, unsigned role, int64_t parent, int64_t *ret_grant, struct error *e)
{
    struct submit_field fields[3] = {
        bytes_field(GRANT_DEVICE, to->me.sign.public_key, DEVICE_BYTES),
        {GRANT_ROLE, {.kind = VALUE_INTEGER, .integer = role}},
        reference_field(GRANT_PARENT, parent),
    };

    return write_system(by, RECORD_GRANT, fields, parent != 0 ? 3 : 2, ret_grant, e);
}

static enum err
adopt(struct node *by, struct node *parent, int64_t previous, int64_t *ret_adoption, struct error *e)
{
    struct submit_field fields[2] = {
        bytes_field(ADOPTION_PARENT_DEVICE, parent->me.sign.public_key, DEVICE_BYTES),
        reference_field(ADOPTION_PREVIOUS, previous),
    };

    return write_system(by, RECORD_ADOPTION, fields, previous != 0 ? 2 : 1, ret_adoption, e);
}

static enum err
revoke(struct node *by, struct node *whom, int64_t since_s, struct error *e)
{
    struct revoke_request request = {.device = whom->me.sign.public_key, .since_s = since_s};
    uint64_t cut;
    enum err err;

    by->now_s += 60;
    assert_int_equal(store_begin(by->s, e), OK);
    err = revoke_device(by->s, &by->me, &request, 0, by->now_s, &cut, e);
    if (err == OK) {
        assert_int_equal(submit_sign(by->s, &by->me, e), OK);
        assert_int_equal(store_commit(by->s, e), OK);
    } else {
        store_rollback(by->s);
    }
    return err;
}

static unsigned
roles(struct node *at, struct node *of)
{
    struct space_row space = node_space(at, SPACE_INNER);
    struct error e = {0};
    unsigned found = 0;

    assert_int_equal(policy_roles(at->s, &space, of->me.sign.public_key, &at->arena, &found, &e), OK);
    return found;
}

/* A machine of the unit that `by` invites, as an office machine; it has what `by` has. */
static void
office(struct node *n, unsigned seed, struct node *by)
{
    node_enrol(n, seed, by, INVITE_CLERK, NULL);
    node_sync(by, n);
}

static bool
is_there(struct node *n, struct node *at, int64_t record)
{
    struct record *r = node_read(at, node_translate(n, record, at));

    return r != NULL && r->live;
}

static void
expect_same(struct node *a, struct node *b)
{
    struct space_row space = node_space(a, SPACE_INNER);
    struct hash x = node_digest(a, space.space), y = node_digest(b, space.space);

    assert_true(hash_equal(&x, &y));
}

static void
expect_rebuild_equal(struct node *n)
{
    struct space_row space = node_space(n, SPACE_INNER);
    struct hash before = node_digest(n, space.space), after;
    struct error e = {0};
    uint64_t entries;

    assert_int_equal(store_begin(n->s, &e), OK);
    assert_int_equal(replay_all(n->s, &entries, &e), OK);
    after = node_digest(n, space.space);
    assert_true(hash_equal(&before, &after));
    assert_int_equal(store_commit(n->s, &e), OK);
}

struct unit {
    struct node founder, laptop, clerk;
    int64_t grant_of_laptop;
};

static int
unit_begin(void **state)
{
    static struct unit u;

    node_found(&u.founder, 1, "Xã Trấn Ninh", "commune");
    office(&u.laptop, 2, &u.founder);
    office(&u.clerk, 3, &u.founder);
    *state = &u;
    return 0;
}

static int
unit_end(void **state)
{
    struct unit *u = *state;

    node_release(&u->founder);
    node_release(&u->laptop);
    node_release(&u->clerk);
    return 0;
}

/* --- revocation ------------------------------------------------------------------------------- */

static void
what_a_lost_machine_wrote_after_the_cut_off_stops_counting_everywhere(void **state)
{
    struct unit *u = *state;
    struct error e = {0};
    int64_t before = node_add(&u->laptop, RECORD_PERSON, "full_name", "Lý Văn Nam", NULL), after;
    int64_t lost_at;

    node_sync(&u->laptop, &u->founder);
    u->laptop.now_s += 86400;
    lost_at = u->laptop.now_s;
    after = node_add(&u->laptop, RECORD_PERSON, "full_name", "Kẻ gian", NULL);
    node_sync(&u->laptop, &u->founder);
    node_sync(&u->founder, &u->clerk);
    assert_true(is_there(&u->laptop, &u->clerk, after));

    assert_int_equal(revoke(&u->founder, &u->laptop, lost_at, &e), OK);
    assert_true(is_there(&u->laptop, &u->founder, before));
    assert_false(is_there(&u->laptop, &u->founder, after));
    node_sync(&u->founder, &u->clerk);
    assert_true(is_there(&u->laptop, &u->clerk, before));
    assert_false(is_there(&u->laptop, &u->clerk, after));
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->clerk);
    assert_int_equal(roles(&u->clerk, &u->laptop), 0);
}

static void
what_others_wrote_through_its_records_stays(void **state)
{
    struct unit *u = *state;
    struct error e = {0};
    int64_t lost_at = u->laptop.now_s, unit, link;
    struct submit_field keys[4];
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .fields = keys, .fields_count = 4};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct record *r;

    unit = node_add(&u->laptop, RECORD_UNIT, "name", "Thôn 1", "head", "Kẻ gian", NULL);
    keys[0] = reference_field(1, unit);
    keys[1] = (struct submit_field){2, {.kind = VALUE_INTEGER, .integer = 1}};
    keys[2] = (struct submit_field){3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 2023 - 1970}}};
    keys[3] = reference_field(4, unit);
    assert_int_equal(node_submit(&u->laptop, &request, &e), OK);
    link = op.ret_record;
    node_sync(&u->laptop, &u->founder);
    node_sync(&u->founder, &u->clerk);
    assert_int_equal(node_set(&u->clerk, node_translate(&u->laptop, unit, &u->clerk), "phone", "0900", &e), OK);
    assert_int_equal(node_delete(&u->clerk, node_translate(&u->laptop, link, &u->clerk), &e), OK);
    assert_int_equal(revoke(&u->founder, &u->laptop, lost_at, &e), OK);
    node_sync(&u->founder, &u->clerk);

    r = node_read(&u->founder, node_translate(&u->laptop, unit, &u->founder));
    assert_non_null(r);
    assert_string_equal(record_text(r, registry_field_by_name(r->registry, "phone")->id), "0900");
    assert_null(record_value(r, registry_field_by_name(r->registry, "head")->id));
    r = node_read(&u->clerk, node_translate(&u->laptop, link, &u->clerk));
    assert_non_null(r);
    assert_false(r->live);
    assert_int_equal(record_reference(r, 1), node_translate(&u->laptop, unit, &u->clerk));
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->founder);
}

static void
a_closed_log_goes_no_further_than_somebody_has_seen_it(void **state)
{
    struct unit *u = *state;
    struct error e = {0};
    struct log_row log;
    struct log_id name;
    uint64_t reach;

    node_add(&u->laptop, RECORD_PERSON, "full_name", "Một", NULL);
    node_sync(&u->laptop, &u->founder);
    assert_int_equal(revoke(&u->founder, &u->laptop, INT64_MAX, &e), OK);
    node_add(&u->laptop, RECORD_PERSON, "full_name", "Hai", NULL);
    node_add(&u->laptop, RECORD_PERSON, "full_name", "Ba", NULL);
    node_send(&u->laptop, &u->clerk); /* not known there yet */
    node_sync(&u->founder, &u->clerk);
    expect_same(&u->founder, &u->clerk);

    assert_int_equal(log_own(u->laptop.s, node_space(&u->laptop, SPACE_INNER).id, &log, &e), OK);
    name = log.name;
    assert_int_equal(log_find(u->clerk.s, &name, &log, &e), OK);
    assert_true(log.closed);
    assert_true(log.received_seq == log.reach + 2);
    assert_int_equal(log_shown_seq(&log), log.reach);
    assert_int_equal(log_find(u->founder.s, &name, &log, &e), OK);
    assert_int_equal(log.received_seq, log.reach);
    /* and nobody takes the rest along */
    node_add(&u->clerk, RECORD_PERSON, "full_name", "Bốn", NULL);
    reach = log.reach;
    node_sync(&u->founder, &u->clerk);
    assert_int_equal(log_find(u->founder.s, &name, &log, &e), OK);
    assert_int_equal(log.reach, reach);
    assert_int_equal(log.received_seq, reach);
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->clerk);
    expect_same(&u->founder, &u->clerk);
}

static void
a_right_that_was_given_before_the_cut_off_stays_and_a_later_one_falls(void **state)
{
    struct unit *u = *state;
    struct node early, late;
    struct error e = {0};
    int64_t given, lost_at;

    node_enrol(&early, 11, &u->founder, INVITE_CLERK, NULL);
    node_enrol(&late, 12, &u->founder, INVITE_CLERK, NULL);
    /* forget what the invitations gave: only what the laptop hands on matters here */
    assert_int_equal(revoke(&u->founder, &early, INT64_MAX, &e), OK);
    assert_int_equal(revoke(&u->founder, &late, INT64_MAX, &e), OK);
    assert_int_equal(grant(&u->founder, &u->laptop, ROLE_ADMIN, 0, &given, &e), OK);
    node_sync(&u->founder, &u->laptop);
    given = node_translate(&u->founder, given, &u->laptop);
    assert_int_equal(grant(&u->laptop, &early, ROLE_CLERK, given, &(int64_t){0}, &e), OK);
    u->laptop.now_s += 86400;
    lost_at = u->laptop.now_s;
    assert_int_equal(grant(&u->laptop, &late, ROLE_CLERK, given, &(int64_t){0}, &e), OK);
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(roles(&u->founder, &early), ROLE_CLERK);
    assert_int_equal(roles(&u->founder, &late), ROLE_CLERK);

    assert_int_equal(revoke(&u->founder, &u->laptop, lost_at, &e), OK);
    assert_int_equal(roles(&u->founder, &early), ROLE_CLERK);
    assert_int_equal(roles(&u->founder, &late), 0);
    node_sync(&u->founder, &u->clerk);
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->founder);
    node_release(&early);
    node_release(&late);
}

static void
only_seniors_revoke(void **state)
{
    struct unit *u = *state;
    struct node parent;
    struct error e = {0};
    int64_t admin, adoption;

    node_found(&parent, 21, "Tỉnh Nam Định", "province");
    assert_int_equal(grant(&u->founder, &u->clerk, ROLE_ADMIN, 0, &admin, &e), OK);
    node_sync(&u->founder, &u->clerk);
    /* neither a sibling nor the founder nor himself */
    assert_int_equal(revoke(&u->clerk, &u->laptop, INT64_MAX, &e), ERR_AUTH);
    assert_int_equal(revoke(&u->clerk, &u->founder, INT64_MAX, &e), ERR_AUTH);
    assert_int_equal(revoke(&u->clerk, &u->clerk, INT64_MAX, &e), ERR_AUTH);
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(revoke(&u->laptop, &u->clerk, INT64_MAX, &e), ERR_AUTH);
    assert_int_equal(roles(&u->clerk, &u->laptop), ROLE_CLERK);
    /* a parent is an admin; that it may revoke the founder is tried where the commune moves */
    assert_int_equal(adopt(&u->founder, &parent, 0, &adoption, &e), OK);
    assert_int_equal(roles(&u->founder, &parent), ROLE_ADMIN);
    node_release(&parent);
}

static void
a_device_hands_its_own_right_on_and_no_other(void **state)
{
    struct unit *u = *state;
    struct node fresh;
    struct right_row *rights;
    struct space_row space = node_space(&u->laptop, SPACE_INNER);
    struct error e = {0};
    size_t count;
    int64_t own, given;

    node_enrol(&fresh, 31, &u->founder, INVITE_CLERK, NULL);
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(revoke(&u->founder, &fresh, INT64_MAX, &e), OK);
    assert_int_equal(trust_rights_of(u->laptop.s, &space, u->laptop.me.sign.public_key, &u->laptop.arena,
                                     &rights, &count, &e),
                     OK);
    assert_int_equal(count, 1);
    own = rights[0].id;
    assert_int_equal(grant(&u->laptop, &fresh, ROLE_ADMIN, own, &given, &e), ERR_AUTH);
    assert_int_equal(grant(&u->laptop, &fresh, ROLE_CLERK, 0, &given, &e), ERR_AUTH);
    assert_int_equal(grant(&u->laptop, &fresh, ROLE_CLERK, own, &given, &e), OK);
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(roles(&u->founder, &fresh), ROLE_CLERK);
    /* what hangs on it falls with it, where it was cut */
    assert_int_equal(revoke(&u->founder, &u->laptop, 0, &e), OK);
    assert_int_equal(roles(&u->founder, &fresh), 0);
    expect_rebuild_equal(&u->founder);
    node_release(&fresh);
}

/* --- the unit above --------------------------------------------------------------------------- */

static void
a_commune_moves_and_its_former_superior_writes_no_more(void **state)
{
    struct unit *u = *state;
    struct node one, two;
    struct error e = {0};
    int64_t first, second, early;

    /* two superiors, as machines that carry the commune's space */
    node_enrol(&one, 41, &u->founder, INVITE_CLERK, NULL);
    node_enrol(&two, 42, &u->founder, INVITE_CLERK, NULL);
    assert_int_equal(revoke(&u->founder, &one, 0, &e), OK);
    assert_int_equal(revoke(&u->founder, &two, 0, &e), OK);
    assert_int_equal(adopt(&u->founder, &one, 0, &first, &e), OK);
    node_sync(&u->founder, &one);
    early = node_add(&one, RECORD_PERSON, "full_name", "Sớm", NULL);
    assert_int_equal(adopt(&one, &two, node_translate(&u->founder, first, &one), &second, &e), OK);
    assert_int_equal(roles(&one, &two), ROLE_ADMIN);
    assert_int_equal(roles(&one, &one), 0);
    node_sync(&u->founder, &one);
    node_sync(&u->founder, &two);
    assert_true(is_there(&one, &two, early));
    assert_int_equal(node_set(&one, early, "full_name", "Muộn", &e), ERR_AUTH);
    /* the superior of now takes back even the founder's right, from its first entry on; the chain holds */
    assert_int_equal(write_system(&two, RECORD_REVOCATION, NULL, 0, &second, &e), OK);
    assert_int_equal(roles(&two, &u->founder), 0);
    assert_int_equal(roles(&two, &two), ROLE_ADMIN);
    node_sync(&u->founder, &two);
    expect_same(&u->founder, &two);
    expect_rebuild_equal(&two);
    node_release(&one);
    node_release(&two);
}

static void
of_two_adoptions_that_do_not_know_of_each_other_one_holds_everywhere(void **state)
{
    struct unit *u = *state;
    struct node one, two, at, manager;
    struct error e = {0};
    int64_t first, second, given;
    struct hash by_one, by_two;
    bool first_holds;

    node_enrol(&one, 51, &u->founder, INVITE_CLERK, NULL);
    node_enrol(&two, 52, &u->founder, INVITE_CLERK, NULL);
    node_enrol(&at, 53, &u->founder, INVITE_CLERK, NULL);
    node_sync(&u->founder, &one);
    node_sync(&u->founder, &two);
    assert_int_equal(adopt(&u->founder, &at, 0, &first, &e), OK);
    node_sync(&u->founder, &at);
    node_enrol(&manager, 54, &u->founder, INVITE_CLERK, NULL);
    node_sync(&u->founder, &at);
    assert_int_equal(grant(&at, &manager, ROLE_ADMIN, 0, &given, &e), OK);
    node_sync(&u->founder, &at);
    node_sync(&u->founder, &manager);
    /* the superior and one who manages for it name two successors apart from each other */
    assert_int_equal(adopt(&at, &one, node_translate(&u->founder, first, &at), &second, &e), OK);
    assert_int_equal(entry_hash(at.s, record_id_log(second), record_id_seq(second), &by_one, &e), OK);
    assert_int_equal(adopt(&at, &two, node_translate(&u->founder, first, &at), &second, &e), ERR_AUTH);
    assert_int_equal(adopt(&manager, &two, node_translate(&u->founder, first, &manager), &second, &e), OK);
    assert_int_equal(entry_hash(manager.s, record_id_log(second), record_id_seq(second), &by_two, &e), OK);
    assert_int_equal(roles(&at, &one), ROLE_ADMIN | ROLE_CLERK);
    assert_int_equal(roles(&manager, &two), ROLE_ADMIN | ROLE_CLERK);
    node_sync(&u->founder, &at);
    node_sync(&u->founder, &manager);
    node_sync(&u->founder, &at);
    first_holds = hash_compare(&by_one, &by_two) < 0;
    assert_int_equal(roles(&at, &one), first_holds ? ROLE_ADMIN | ROLE_CLERK : ROLE_CLERK);
    assert_int_equal(roles(&at, &two), first_holds ? ROLE_CLERK : ROLE_ADMIN | ROLE_CLERK);
    assert_int_equal(roles(&manager, &one), roles(&at, &one));
    assert_int_equal(roles(&manager, &two), roles(&at, &two));
    expect_same(&u->founder, &at);
    expect_same(&u->founder, &manager);
    expect_rebuild_equal(&manager);
    node_release(&one);
    node_release(&two);
    node_release(&at);
    node_release(&manager);
}

static void
who_is_revoked_himself_revokes_nobody(void **state)
{
    struct unit *u = *state;
    struct node second;
    struct error e = {0};
    int64_t admin, given, since;

    node_enrol(&second, 61, &u->founder, INVITE_CLERK, NULL);
    assert_int_equal(grant(&u->founder, &u->laptop, ROLE_ADMIN, 0, &admin, &e), OK);
    node_sync(&u->founder, &u->laptop);
    admin = node_translate(&u->founder, admin, &u->laptop);
    assert_int_equal(grant(&u->laptop, &second, ROLE_ADMIN, admin, &given, &e), OK);
    since = u->laptop.now_s + 30;
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(roles(&u->founder, &second) & ROLE_ADMIN, ROLE_ADMIN);
    /* the thief revokes; then he is revoked from before that */
    {
        struct submit_field fields[1] = {reference_field(REVOCATION_RIGHT, given)};

        assert_int_equal(write_system(&u->laptop, RECORD_REVOCATION, fields, 1, &given, &e), OK);
    }
    node_sync(&u->founder, &u->laptop);
    assert_int_equal(roles(&u->founder, &second), ROLE_CLERK);
    assert_int_equal(revoke(&u->founder, &u->laptop, since, &e), OK);
    assert_int_equal(roles(&u->founder, &second), ROLE_CLERK | ROLE_ADMIN);
    node_sync(&u->founder, &u->clerk);
    assert_int_equal(roles(&u->clerk, &second), ROLE_CLERK | ROLE_ADMIN);
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->clerk);
    node_release(&second);
}

/* The clerk had read what the thief wrote, and wrote on; both were revoked, and the clerk got a new right. */
static void
a_closed_log_goes_as_far_as_what_does_not_count_has_seen_it_before_what_counts(void **state)
{
    struct unit *u = *state;
    struct error e = {0};
    int64_t own, given, later;

    node_add(&u->laptop, RECORD_PERSON, "full_name", "Kẻ gian", NULL);
    node_sync(&u->laptop, &u->clerk);
    node_add(&u->clerk, RECORD_PERSON, "full_name", "Trước", NULL);
    assert_int_equal(revoke(&u->founder, &u->laptop, 0, &e), OK);
    assert_int_equal(revoke(&u->founder, &u->clerk, 0, &e), OK);
    assert_int_equal(grant(&u->founder, &u->clerk, ROLE_CLERK, 0, &given, &e), OK);
    node_sync(&u->founder, &u->clerk);
    later = node_add(&u->clerk, RECORD_PERSON, "full_name", "Sau", NULL);
    node_sync(&u->clerk, &u->founder);
    own = node_translate(&u->clerk, later, &u->founder);
    assert_non_null(node_read(&u->founder, own));
    expect_same(&u->founder, &u->clerk);
    expect_rebuild_equal(&u->clerk);
}

static void
a_log_whose_first_entry_gives_its_place_away_is_closed_everywhere(void **state)
{
    struct unit *u = *state;
    struct node one, two, *at[3];
    struct error e = {0};
    int64_t first, second;

    node_enrol(&one, 71, &u->founder, INVITE_CLERK, NULL);
    node_enrol(&two, 72, &u->founder, INVITE_CLERK, NULL);
    assert_int_equal(revoke(&u->founder, &one, 0, &e), OK);
    assert_int_equal(adopt(&u->founder, &one, 0, &first, &e), OK);
    node_sync(&u->founder, &one);
    assert_int_equal(adopt(&one, &two, node_translate(&u->founder, first, &one), &second, &e), OK);
    node_sync(&u->founder, &one);
    node_sync(&u->founder, &two);
    at[0] = &one;
    at[1] = &u->founder;
    at[2] = &two;
    for (int i = 0; i < 3; i++) {
        int64_t record = node_translate(&one, second, at[i]);
        struct log_row log;

        assert_int_equal(log_get(at[i]->s, record_id_log(record), &log, &e), OK);
        assert_true(log.closed);
        assert_int_equal(log.reach, 1);
    }
    node_release(&one);
    node_release(&two);
}

static void
cut_offs_have_one_form(void **state)
{
    struct trust_cutoff list[2] = {{.epoch = 5, .seq = 300, .hash = {1, 2}}, {.epoch = 6, .seq = 1}}, back[2];
    struct trust_cutoff read[TRUST_CUTOFFS_MAX];
    struct buf b;
    size_t count;

    (void) state;
    buf_init(&b, BYTES_VALUE_MAX);
    assert_int_equal(trust_cutoffs_encode(&b, list, 2), OK);
    assert_int_equal(b.size, 1 + 8 + 2 + 16 + 8 + 1 + 16);
    assert_int_equal(trust_cutoffs_decode(b.bytes, b.size, read, &count), OK);
    assert_int_equal(count, 2);
    memcpy(back, read, sizeof back);
    assert_int_equal(back[0].seq, 300);
    assert_int_equal(trust_cutoffs_decode(b.bytes, b.size - 1, read, &count), ERR_FORMAT);
    b.bytes[1] = 7; /* the first epoch behind the second */
    assert_int_equal(trust_cutoffs_decode(b.bytes, b.size, read, &count), ERR_FORMAT);
    buf_release(&b);
}

int
main(void)
{
#define WITH_UNIT(test) cmocka_unit_test_setup_teardown(test, unit_begin, unit_end)
    const struct CMUnitTest tests[] = {
        WITH_UNIT(what_a_lost_machine_wrote_after_the_cut_off_stops_counting_everywhere),
        WITH_UNIT(what_others_wrote_through_its_records_stays),
        WITH_UNIT(a_closed_log_goes_no_further_than_somebody_has_seen_it),
        WITH_UNIT(a_right_that_was_given_before_the_cut_off_stays_and_a_later_one_falls),
        WITH_UNIT(only_seniors_revoke),
        WITH_UNIT(a_device_hands_its_own_right_on_and_no_other),
        WITH_UNIT(a_commune_moves_and_its_former_superior_writes_no_more),
        WITH_UNIT(of_two_adoptions_that_do_not_know_of_each_other_one_holds_everywhere),
        WITH_UNIT(who_is_revoked_himself_revokes_nobody),
        WITH_UNIT(a_closed_log_goes_as_far_as_what_does_not_count_has_seen_it_before_what_counts),
        WITH_UNIT(a_log_whose_first_entry_gives_its_place_away_is_closed_everywhere),
        cmocka_unit_test(cut_offs_have_one_form),
    };

    return tap_run("trust", tests, NULL, NULL);
}
