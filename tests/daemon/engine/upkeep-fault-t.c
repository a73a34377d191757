/* What the engine does besides the two pipelines, under faults: accepting a machine, rebuilding, verifying,
 * digests, recomputing a record, backups and what follows a restore. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/engine/merge.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/rescue.h"
#include "daemon/engine/verify.h"
#include "daemon/store/sql.h"
#include "tests/util/faultvfs.h"
#include "tests/util/strike.h"
#include "tests/util/tap.h"

enum { ARENA_BYTES_MAX = 64 << 20, OPERATIONS_MAX = 2000 };

/* An office with a unit whose name is in conflict, and a laptop. */
struct world {
    struct node office, laptop;
    int64_t unit;
};

static void
world_begin(struct world *w)
{
    strike_place();
    node_found(&w->office, 1, "Xã Một", "commune");
    w->unit = node_add(&w->office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&w->laptop, 2, &w->office, INVITE_CLERK, NULL);
    node_sync(&w->office, &w->laptop);
    assert_int_equal(node_set(&w->office, w->unit, "name", "Thôn A", NULL), OK);
    assert_int_equal(node_set(&w->laptop, node_translate(&w->office, w->unit, &w->laptop), "name", "Thôn B", NULL),
                     OK);
    node_sync(&w->office, &w->laptop);
}

static void
world_end(struct world *w)
{
    node_release(&w->office);
    node_release(&w->laptop);
    strike_teardown();
}

static void
strike_call(struct node *n, const char *words,
            enum err (*act)(struct node *n, void *context, uint64_t *ret_result, struct error *e), void *context,
            bool reads)
{
    struct strike k = {.words = words, .node = n, .act = act, .context = context, .reads = reads};

    strike_everywhere(&k);
}

/* --- reading ---------------------------------------------------------------------------------- */

static enum err
recompute(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct merge_standing *standing;
    struct record *r;
    struct arena a;
    size_t count;
    enum err err;

    arena_init(&a, ARENA_BYTES_MAX);
    err = merge_recompute(n->s, *(int64_t *) context, &a, &r, &standing, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        *ret_result = strike_number(*ret_result, &standing[i].field, sizeof standing[i].field);
        *ret_result = strike_number(*ret_result, &standing[i].count, sizeof standing[i].count);
    }
    arena_release(&a);
    return err;
}

static enum err
digest(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct hash hash;
    enum err err = digest_space(n->s, context, &hash, e);

    if (err == OK)
        *ret_result = strike_number(1, hash.bytes, sizeof hash.bytes);
    return err;
}

static enum err
verify(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct verify_report report;
    struct arena a;
    enum err err;

    (void) context;
    arena_init(&a, ARENA_BYTES_MAX);
    err = verify_logs(n->s, &a, &report, e);
    if (err == OK) {
        assert_int_equal(report.problems_count, 0);
        *ret_result = strike_number(report.entries, &report.signatures, sizeof report.signatures);
    }
    arena_release(&a);
    return err;
}

static void
reading_gives_all_or_says_that_memory_is_missing(void **state)
{
    struct world w;
    struct space_row inner;

    (void) state;
    world_begin(&w);
    inner = node_space(&w.office, SPACE_INNER);
    strike_call(&w.office, "recompute", recompute, &w.unit, true);
    strike_call(&w.office, "digest", digest, &inner, true);
    strike_call(&w.office, "verify", verify, NULL, true);
    world_end(&w);
}

/* --- rebuilding ------------------------------------------------------------------------------- */

static enum err
rebuild(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    (void) context;
    return replay_all(n->s, ret_result, e);
}

static enum err
verify_and_rebuild(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct verify_report report = {0};
    struct arena a;
    enum err err;

    (void) context;
    arena_init(&a, ARENA_BYTES_MAX);
    err = verify_rebuild(n->s, &a, &report, e);
    *ret_result = report.problems_count;
    arena_release(&a);
    return err;
}

static void
tables_are_made_anew_whole_or_stay_as_they_were(void **state)
{
    struct world w;
    const struct strike verifying = {.words = "verify and rebuild", .node = &w.office, .act = verify_and_rebuild,
                                     .memory_only = true};

    (void) state;
    world_begin(&w);
    assert_int_equal(sqlite3_exec(w.office.s->db, "UPDATE r_unit SET name = 'hỏng'", NULL, NULL, NULL), SQLITE_OK);
    strike_call(&w.office, "rebuild", rebuild, NULL, false);
    strike_everywhere(&verifying);
    world_end(&w);
}

/* --- machines --------------------------------------------------------------------------------- */

static enum err
accept_machine(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct enrol_welcome welcome = {0};
    enum err err = enrol_accept(n->s, &n->me, context, 2, n->now_s, &welcome, e);

    if (err == OK)
        err = submit_sign(n->s, &n->me, e);
    if (err == OK) {
        *ret_result = strike_number(welcome.spaces_count, welcome.unit_name, strlen(welcome.unit_name));
    }
    return err;
}

static void
a_machine_is_accepted_with_all_that_belongs_to_it_or_not_at_all(void **state)
{
    struct enrol_invitation invitation = {.kind = INVITE_COMMUNE, .unit_name = "Xã Một", .random_epoch = 1};
    struct enrol_join present = {.secret = {9}};
    struct node hub, commune;
    struct error e = {0};

    (void) state;
    strike_place();
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    invitation.expires_s = hub.now_s + 3600;
    assert_int_equal(store_begin(hub.s, &e), OK);
    assert_int_equal(enrol_invite(hub.s, &hub.me, &invitation, present.secret, 0, hub.now_s, &e), OK);
    assert_int_equal(submit_sign(hub.s, &hub.me, &e), OK);
    assert_int_equal(store_commit(hub.s, &e), OK);
    assert_int_equal(enrol_present(commune.s, &commune.me, true, &present, &e), OK);
    strike_call(&hub, "accept", accept_machine, &present, false);
    node_release(&hub);
    node_release(&commune);
    strike_teardown();
}

static void
a_machine_of_the_unit_gets_its_rights_in_both_spaces_or_in_none(void **state)
{
    struct enrol_invitation invitation = {.kind = INVITE_CLERK, .random_epoch = 1};
    struct enrol_join present = {.secret = {9}, .node = "laptop"};
    struct world w;
    struct node office;
    struct error e = {0};

    (void) state;
    world_begin(&w);
    node_found(&office, 5, "Xã Hai", "commune"); /* for its key alone */
    invitation.expires_s = w.office.now_s + 3600;
    assert_int_equal(store_begin(w.office.s, &e), OK);
    assert_int_equal(enrol_invite(w.office.s, &w.office.me, &invitation, present.secret, 0, w.office.now_s, &e), OK);
    assert_int_equal(submit_sign(w.office.s, &w.office.me, &e), OK);
    assert_int_equal(store_commit(w.office.s, &e), OK);
    assert_int_equal(enrol_present(office.s, &office.me, false, &present, &e), OK);
    strike_call(&w.office, "accept a machine", accept_machine, &present, false);
    node_release(&office);
    world_end(&w);
}

/* --- rescue ----------------------------------------------------------------------------------- */

static uint64_t
next_epoch(void)
{
    return 1000;
}

static enum err
renew(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    static const uint8_t random[STORE_ID_BYTES] = {0xAB};
    enum err err = rescue_renew_store(n->s, random, e);

    (void) context;
    (void) ret_result;
    return err == OK ? rescue_renew_logs(n->s, &n->me, next_epoch, e) : err;
}

static void
a_store_that_was_put_back_is_renewed_whole_or_not_at_all(void **state)
{
    struct world w;

    (void) state;
    world_begin(&w);
    strike_call(&w.office, "renew", renew, NULL, false);
    world_end(&w);
}

/* Files of the test's folder whose names begin with `start`. */
static unsigned
files_beginning(const char *start)
{
    DIR *folder = opendir(strike_folder());
    unsigned count = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strncmp(entry->d_name, start, strlen(start)) == 0;
    closedir(folder);
    return count;
}

/* The folder of the database is refused for a backup, so it goes one folder deeper. */
struct backup {
    char folder[96];
    char path[128];
};

static enum err
back_up(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct backup *b = context;
    struct backup_facts facts;
    enum err err = rescue_backup(strike_path(), b->path, true, 7, &facts, e);

    (void) n;
    if (err == OK)
        *ret_result = strike_number(facts.bytes, &facts.entries, sizeof facts.entries);
    return err;
}

/* One backup on a failing disk, over an older one. */
static bool
back_up_with_fault(struct backup *b, enum fault_kind kind, long at, uint64_t entries)
{
    struct backup_facts facts;
    struct error e = {0};
    uint64_t result;
    bool struck;
    enum err err;

    fault_vfs_arm(kind, at);
    err = back_up(NULL, b, &result, &e);
    struck = fault_vfs_disarm();
    if (err != OK && (!struck || err != ERR_IO || e.template == NULL))
        fail_msg("backup at %ld: %s, “%s”", at, err_name(err), e.text);
    if (backup_check(b->path, &facts, &e) != OK)
        fail_msg("backup at %ld: the older one is gone: %s", at, e.text);
    assert_int_equal(facts.entries, entries);
    return struck;
}

static void
count_backups(const struct backup *b)
{
    DIR *folder = opendir(b->folder);
    unsigned count = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(count, 1);
}

static void
a_backup_is_whole_or_the_older_one_stays(void **state)
{
    struct backup b;
    struct backup_facts facts;
    struct error e = {0};
    struct world w;

    (void) state;
    world_begin(&w);
    snprintf(b.folder, sizeof b.folder, "/tmp/thidua-backup-XXXXXX");
    assert_non_null(mkdtemp(b.folder));
    snprintf(b.path, sizeof b.path, "%s/b.thidua", b.folder);
    strike_call(&w.office, "backup", back_up, &b, true);
    count_backups(&b);
    assert_int_equal(backup_check(b.path, &facts, &e), OK);
    for (enum fault_kind kind = FAULT_IO; kind <= FAULT_SHORT; kind++) {
        long at = 0;

        while (at < OPERATIONS_MAX && back_up_with_fault(&b, kind, at, facts.entries)) {
            count_backups(&b);
            at += at < 5 ? 1 : 7;
        }
        assert_in_range(at, 3, OPERATIONS_MAX - 1);
    }
    assert_int_equal(files_beginning("b.thidua"), 0);
    assert_int_equal(unlink(b.path), 0);
    assert_int_equal(rmdir(b.folder), 0);
    world_end(&w);
}

static int
setup(void **state)
{
    (void) state;
    strike_setup();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_gives_all_or_says_that_memory_is_missing),
        cmocka_unit_test(tables_are_made_anew_whole_or_stay_as_they_were),
        cmocka_unit_test(a_machine_is_accepted_with_all_that_belongs_to_it_or_not_at_all),
        cmocka_unit_test(a_machine_of_the_unit_gets_its_rights_in_both_spaces_or_in_none),
        cmocka_unit_test(a_store_that_was_put_back_is_renewed_whole_or_not_at_all),
        cmocka_unit_test(a_backup_is_whole_or_the_older_one_stays),
    };

    return tap_run("upkeep-fault", tests, setup, NULL);
}
