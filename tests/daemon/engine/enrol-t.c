/* Enrolment and identity: who may come in, once, and how a machine knows itself. */
#include "config.h"

#include "daemon/engine/enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/engine/policy.h"
#include "daemon/engine/system_fields.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

static void
invite(struct node *n, enum invite_kind kind, const char *unit, int64_t expires_s, uint8_t secret_byte,
       struct enrol_join *ret_present)
{
    struct enrol_invitation invitation = {.kind = kind, .unit_name = unit, .expires_s = expires_s,
                                          .random_epoch = 1};
    struct error e = {0};

    memset(ret_present, 0, sizeof *ret_present);
    ret_present->secret[0] = secret_byte;
    assert_int_equal(store_begin(n->s, &e), OK);
    if (enrol_invite(n->s, &n->me, &invitation, ret_present->secret, 0, n->now_s, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(submit_sign(n->s, &n->me, &e), OK);
    assert_int_equal(store_commit(n->s, &e), OK);
}

static enum err
accept(struct node *n, const struct enrol_join *present, struct enrol_welcome *ret_welcome, struct error *e)
{
    enum err err;

    assert_int_equal(store_begin(n->s, e), OK);
    err = enrol_accept(n->s, &n->me, present, 2, n->now_s, ret_welcome, e);
    if (err == OK) {
        assert_int_equal(submit_sign(n->s, &n->me, e), OK);
        assert_int_equal(store_commit(n->s, e), OK);
    } else {
        store_rollback(n->s);
    }
    return err;
}

static void
an_invitation_binds_to_the_first_machine_that_presents_it(void **state)
{
    struct node hub, one, two;
    struct enrol_join present, other;
    struct enrol_welcome welcome;
    struct error e = {0};
    struct log_counts before, after;

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&one, 2, "Xã Một", "commune");
    node_found(&two, 3, "Xã Hai", "commune");
    invite(&hub, INVITE_COMMUNE, "Xã Một", hub.now_s + 60, 9, &present);
    other = present;
    assert_int_equal(enrol_present(one.s, &one.me, true, &present, &e), OK);
    assert_int_equal(enrol_present(two.s, &two.me, true, &other, &e), OK);
    assert_int_equal(accept(&hub, &present, &welcome, &e), OK);
    assert_int_equal(welcome.spaces_count, 1);
    assert_int_equal(welcome.spaces[0].origin, SPACE_ABOVE);
    assert_string_equal(welcome.unit_name, "Tỉnh");
    /* A lost answer locks nobody out, also after the end date, and writes nothing anew. */
    hub.now_s += 3600;
    assert_int_equal(log_count(hub.s, &before, &e), OK);
    assert_int_equal(accept(&hub, &present, &welcome, &e), OK);
    assert_int_equal(log_count(hub.s, &after, &e), OK);
    assert_int_equal(before.entries, after.entries);
    assert_int_equal(accept(&hub, &other, &welcome, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "already used"));
    node_release(&hub);
    node_release(&one);
    node_release(&two);
}

static void
a_late_an_unknown_and_a_forged_one_are_refused_with_the_reason(void **state)
{
    struct node hub, one;
    struct enrol_join present;
    struct enrol_welcome welcome;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&one, 2, "Xã Một", "commune");
    invite(&hub, INVITE_COMMUNE, "Xã Một", hub.now_s + 60, 9, &present);
    assert_int_equal(enrol_present(one.s, &one.me, true, &present, &e), OK);
    hub.now_s += 61;
    assert_int_equal(accept(&hub, &present, &welcome, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "end date"));
    hub.now_s -= 61;
    present.secret[5] ^= 1;
    assert_int_equal(accept(&hub, &present, &welcome, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "not known"));
    present.secret[5] ^= 1;
    present.cert.signature[3] ^= 1;
    assert_int_equal(accept(&hub, &present, &welcome, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "certificate"));
    present.cert.signature[3] ^= 1;
    /* Somebody else's spaces are not this machine's to bring. */
    present.inner[20] ^= 1;
    assert_int_equal(accept(&hub, &present, &welcome, &e), ERR_AUTH);
    present.inner[20] ^= 1;
    present.has_spaces = false;
    assert_int_equal(accept(&hub, &present, &welcome, &e), ERR_AUTH);
    present.has_spaces = true;
    assert_int_equal(accept(&hub, &present, &welcome, &e), OK);
    node_release(&hub);
    node_release(&one);
}

static void
a_machine_of_a_unit_gets_its_role_and_both_spaces(void **state)
{
    struct node office, hamlet;
    struct space_row inner;
    unsigned roles;
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&hamlet, 2, &office, INVITE_UNIT, "Thôn 1");
    inner = node_space(&office, SPACE_INNER);
    assert_int_equal(policy_roles(office.s, &inner, hamlet.me.sign.public_key, &office.arena, &roles, &e), OK);
    assert_int_equal(roles, ROLE_UNIT);
    node_sync(&office, &hamlet);
    inner = node_space(&hamlet, SPACE_INNER);
    assert_int_equal(policy_roles(hamlet.s, &inner, hamlet.me.sign.public_key, &hamlet.arena, &roles, &e), OK);
    assert_int_equal(roles, ROLE_UNIT);
    assert_int_equal(node_space(&hamlet, SPACE_OUTER).origin, SPACE_OWN);
    node_release(&office);
    node_release(&hamlet);
}

/* --- whose right a grant hangs on, and requests that a person answers ------------------------------ */

static void
commit(struct node *n)
{
    struct error e = {0};

    assert_int_equal(submit_sign(n->s, &n->me, &e), OK);
    assert_int_equal(store_commit(n->s, &e), OK);
}

/* Give another device a role in a space by hand; the record's local id. */
static int64_t
give_role(struct node *n, const struct space_row *space, const struct node *to, unsigned role)
{
    struct submit_field fields[] = {
        {GRANT_DEVICE, {.kind = VALUE_BYTES, .bytes = to->me.sign.public_key, .size = DEVICE_BYTES}},
        {GRANT_ROLE, {.kind = VALUE_INTEGER, .integer = role}},
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_GRANT, .space = space->id, .fields = fields,
                           .fields_count = 2};
    struct submit_request request = {.ops = &op, .ops_count = 1, .system = true};
    struct error e = {0};

    assert_int_equal(node_submit(n, &request, &e), OK);
    return op.ret_record;
}

/* The grant of a device in a space; NULL when there is none. */
static struct record *
grant_of(struct node *at, const struct space_row *space, const struct node *device)
{
    struct state_filter filter = {
        .field = GRANT_DEVICE,
        .value = {.kind = VALUE_BYTES, .bytes = device->me.sign.public_key, .size = DEVICE_BYTES}};
    struct state_query query = {.type = RECORD_GRANT, .filters = &filter, .filters_count = 1, .space = space->id};
    struct record **records;
    size_t count;

    assert_int_equal(state_list(at->s, &query, &at->arena, &records, &count, NULL), OK);
    assert_true(count <= 1);
    return count == 1 ? records[0] : NULL;
}

/* A laptop without a unit, as `thiduad request` makes it, and what it presents. */
static void
make_laptop(struct node *n, unsigned seed, struct enrol_join *ret_present)
{
    uint8_t random[64];
    struct error e = {0};

    memset(n, 0, sizeof *n);
    memset(random, (int) seed, sizeof random);
    assert_int_equal(identity_init(&n->me, random, &e), OK);
    memset(ret_present, 0, sizeof *ret_present);
    ret_present->cert = n->me.cert;
    snprintf(ret_present->node, sizeof ret_present->node, "laptop");
}

static enum err
answer(struct node *at, const struct enrol_join *present, enum invite_kind kind, const char *unit, struct error *e)
{
    struct enrol_grant grant = {.kind = kind, .unit_name = unit, .random_epoch = at->random++};
    struct enrol_welcome welcome;
    enum err err;

    assert_int_equal(store_begin(at->s, e), OK);
    err = enrol_grant(at->s, &at->me, present, &grant, at->now_s, &welcome, e);
    if (err == OK)
        commit(at);
    else
        store_rollback(at->s);
    return err;
}

static void
a_grant_names_the_grant_that_its_writer_stands_on(void **state)
{
    struct node office, deputy, invited, asked;
    struct enrol_join present;
    struct enrol_welcome welcome;
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&deputy, 2, &office, INVITE_CLERK, NULL);
    for (int i = 0; i < 2; i++) {
        struct space_row space = node_space(&office, i == 0 ? SPACE_INNER : SPACE_OUTER);

        assert_int_equal(record_reference(grant_of(&office, &space, &deputy), GRANT_PARENT), 0);
        give_role(&office, &space, &deputy, ROLE_ADMIN);
    }
    node_sync(&office, &deputy);
    make_laptop(&asked, 7, &present);
    assert_int_equal(answer(&deputy, &present, INVITE_UNIT, "Thôn 1", &e), OK);
    invite(&deputy, INVITE_CLERK, NULL, deputy.now_s + 60, 9, &present);
    make_laptop(&invited, 8, &present);
    present.secret[0] = 9;
    assert_int_equal(accept(&deputy, &present, &welcome, &e), OK);
    for (int i = 0; i < 4; i++) {
        struct space_row space = node_space(&deputy, i % 2 == 0 ? SPACE_INNER : SPACE_OUTER);
        struct record *grant = grant_of(&deputy, &space, i < 2 ? &asked : &invited), *parent;

        assert_non_null(grant);
        parent = node_read(&deputy, record_reference(grant, GRANT_PARENT));
        assert_non_null(parent);
        assert_int_equal(parent->type, RECORD_GRANT);
        assert_int_equal(parent->space, space.id);
        assert_int_equal(record_integer(parent, GRANT_ROLE, 0), ROLE_ADMIN);
        assert_memory_equal(record_value(parent, GRANT_DEVICE)->bytes, deputy.me.sign.public_key, DEVICE_BYTES);
    }
    node_sync(&office, &deputy);
    assert_non_null(grant_of(&office, &(struct space_row){.id = node_space(&office, SPACE_INNER).id}, &asked));
    node_release(&office);
    node_release(&deputy);
}

static void
a_request_is_answered_once_and_then_alike(void **state)
{
    struct node office, laptop;
    struct space_row inner;
    struct enrol_join present;
    struct log_counts before, after;
    struct error e = {0};
    unsigned roles;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    make_laptop(&laptop, 7, &present);
    assert_int_equal(answer(&office, &present, INVITE_UNIT, "Thôn 1", &e), OK);
    inner = node_space(&office, SPACE_INNER);
    assert_int_equal(policy_roles(office.s, &inner, laptop.me.sign.public_key, &office.arena, &roles, &e), OK);
    assert_int_equal(roles, ROLE_UNIT);
    assert_int_equal(record_reference(grant_of(&office, &inner, &laptop), GRANT_PARENT), 0);
    assert_int_equal(log_count(office.s, &before, &e), OK);
    assert_int_equal(answer(&office, &present, INVITE_UNIT, "Thôn 1", &e), OK);
    assert_int_equal(log_count(office.s, &after, &e), OK);
    assert_int_equal(before.entries, after.entries);
    assert_int_equal(answer(&office, &present, INVITE_CLERK, NULL, &e), ERR_CONFLICT);
    assert_int_equal(answer(&office, &present, INVITE_UNIT, "Thôn 2", &e), ERR_CONFLICT);
    assert_int_equal(log_count(office.s, &after, &e), OK);
    assert_int_equal(before.entries, after.entries);
    node_release(&office);
}

static void
a_request_that_does_not_fit_is_refused_with_the_reason(void **state)
{
    struct node hub, commune, laptop;
    struct enrol_join present, own;
    struct error e = {0};

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    memset(&own, 0, sizeof own);
    assert_int_equal(enrol_present(hub.s, &hub.me, true, &own, &e), OK);
    assert_int_equal(answer(&hub, &own, INVITE_COMMUNE, NULL, &e), ERR_USAGE);
    assert_non_null(strstr(e.text, "itself"));
    make_laptop(&laptop, 7, &present);
    assert_int_equal(answer(&hub, &present, INVITE_COMMUNE, NULL, &e), ERR_USAGE);
    present.cert.signature[0] ^= 1;
    assert_int_equal(answer(&hub, &present, INVITE_CLERK, NULL, &e), ERR_AUTH);
    assert_int_equal(enrol_present(commune.s, &commune.me, true, &present, &e), OK);
    assert_int_equal(answer(&hub, &present, INVITE_CLERK, NULL, &e), ERR_USAGE);
    assert_non_null(strstr(e.text, "Xã Một"));
    present.inner[20] ^= 1; /* somebody else's space */
    assert_int_equal(answer(&hub, &present, INVITE_COMMUNE, NULL, &e), ERR_AUTH);
    present.inner[20] ^= 1;
    assert_int_equal(answer(&hub, &present, INVITE_COMMUNE, NULL, &e), OK);
    node_release(&hub);
    node_release(&commune);
}

static void
before_its_first_contact_a_machine_says_what_it_waits_for(void **state)
{
    struct node office, laptop;
    struct submit_field name = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Thôn", .size = 5}};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = &name, .fields_count = 1};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    assert_int_equal(node_submit(&laptop, &request, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "thidua sync"));
    node_sync(&office, &laptop);
    assert_int_equal(node_submit(&laptop, &request, &e), OK);
    node_release(&office);
    node_release(&laptop);
}

static void
the_key_file_comes_back_as_it_was_and_only_for_its_owner(void **state)
{
    char folder[] = "/tmp/thidua-enrol-XXXXXX", path[64];
    struct identity me, read;
    uint8_t random[64] = {1, 2, 3};
    struct error e = {0};
    FILE *f;

    (void) state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/key", folder);
    assert_int_equal(identity_load(&read, path, &e), ERR_NOT_FOUND);
    assert_int_equal(identity_init(&me, random, &e), OK);
    me.heads_count = 1;
    me.heads[0].seq = 77;
    me.heads[0].log.epoch = 0x1122334455667788;
    assert_int_equal(identity_save(&me, path, &e), OK);
    assert_int_equal(identity_load(&read, path, &e), OK);
    assert_memory_equal(read.sign.public_key, me.sign.public_key, 32);
    assert_memory_equal(&read.cert, &me.cert, sizeof me.cert);
    assert_int_equal(read.heads_count, 1);
    assert_int_equal(read.heads[0].seq, 77);
    assert_true(read.heads[0].log.epoch == 0x1122334455667788);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(identity_load(&read, path, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "chmod 600"));
    assert_int_equal(chmod(path, 0600), 0);
    f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 40, SEEK_SET);
    fputc('x', f);
    fclose(f);
    assert_int_equal(identity_load(&read, path, &e), ERR_FORMAT);
    unlink(path);
    rmdir(folder);
    identity_release(&me);
}

static void
a_database_from_an_older_day_is_noticed_by_the_noted_heads(void **state)
{
    struct node n;
    bool behind[IDENTITY_LOGS_MAX], changed;
    struct error e = {0};

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    node_add(&n, RECORD_UNIT, "name", "Thôn 1", NULL);
    assert_int_equal(identity_note_heads(&n.me, n.s, &changed, &e), OK);
    assert_true(changed);
    assert_int_equal(identity_note_heads(&n.me, n.s, &changed, &e), OK);
    assert_false(changed);
    assert_int_equal(n.me.heads_count, 2);
    assert_int_equal(identity_check_heads(&n.me, n.s, behind, &e), OK);
    assert_false(behind[0] || behind[1]);
    n.me.heads[0].seq++;
    assert_int_equal(identity_check_heads(&n.me, n.s, behind, &e), OK);
    assert_true(behind[0]);
    n.me.heads[0].seq--;
    n.me.heads[0].hash.bytes[0] ^= 1;
    assert_int_equal(identity_check_heads(&n.me, n.s, behind, &e), OK);
    assert_true(behind[0]);
    node_release(&n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invitation_binds_to_the_first_machine_that_presents_it),
        cmocka_unit_test(a_late_an_unknown_and_a_forged_one_are_refused_with_the_reason),
        cmocka_unit_test(a_machine_of_a_unit_gets_its_role_and_both_spaces),
        cmocka_unit_test(a_grant_names_the_grant_that_its_writer_stands_on),
        cmocka_unit_test(a_request_is_answered_once_and_then_alike),
        cmocka_unit_test(a_request_that_does_not_fit_is_refused_with_the_reason),
        cmocka_unit_test(before_its_first_contact_a_machine_says_what_it_waits_for),
        cmocka_unit_test(the_key_file_comes_back_as_it_was_and_only_for_its_owner),
        cmocka_unit_test(a_database_from_an_older_day_is_noticed_by_the_noted_heads),
    };

    return tap_run("enrol", tests, NULL, NULL);
}
