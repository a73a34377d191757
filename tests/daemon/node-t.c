/* A node's data directory over crashes. */
#include "config.h"

#include "daemon/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/engine/submit.h"
#include "daemon/platform.h"
#include "protocol/util/mem.h"
#include "tests/util/tap.h"

int64_t
daemon_now_s(void)
{
    return 1750000000;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    static uint8_t next;
    uint8_t *bytes = ret_bytes;

    while (size-- > 0)
        *bytes++ = next++;
}

static void
close_node(struct identity *me, struct store *s)
{
    store_close(s);
    identity_release(me);
    mem_free(me);
}

/* Commit an entry, and die before the key file is written. */
static void
commit_and_die(const struct settings *c)
{
    struct submit_field name = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Thôn 1", .size = 7}};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = &name, .fields_count = 1};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct identity *me;
    struct store *s;
    struct error e = {0};

    if (node_open(c, &me, &s, &e) != OK || store_begin(s, &e) != OK ||
        submit(s, me, &request, daemon_now_s(), &e) != OK || submit_sign(s, me, &e) != OK ||
        store_commit(s, &e) != OK)
        fail_msg("%s", e.text);
    close_node(me, s);
}

static void
what_was_committed_before_a_crash_is_noted_before_it_can_leave(void **state)
{
    char folder[] = "node-t.XXXXXX";
    char command[64];
    struct settings c;
    struct node_paths paths;
    struct enrol_unit unit = {.name = "Xã Một", .node = "commune"};
    struct identity *me, noted;
    struct store *s;
    struct error e = {0};
    bool changed;

    (void) state;
    assert_non_null(mkdtemp(folder));
    settings_init(&c);
    snprintf(c.data, sizeof c.data, "%s", folder);
    if (node_init(&c, &unit, &e) != OK)
        fail_msg("%s", e.text);
    commit_and_die(&c);
    if (node_open(&c, &me, &s, &e) != OK)
        fail_msg("%s", e.text);
    node_paths(&c, &paths);
    assert_int_equal(identity_load(&noted, paths.key, &e), OK);
    assert_int_equal(identity_note_heads(&noted, s, &changed, &e), OK);
    assert_false(changed);
    assert_int_equal(noted.heads_count, 2);
    close_node(me, s);
    identity_release(&noted);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void
put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void
a_copy_has_another_mark_and_so_has_another_machine(void **state)
{
    char mark[PLATFORM_MARK_BYTES], other[PLATFORM_MARK_BYTES];

    (void) state;
    assert_int_equal(system("rm -rf mark-t && mkdir -p mark-t/sys/class/nvme/nvme0 mark-t/sys/class/ieee80211/phy0 "
                            "mark-t/sys/class/net/usb0 mark-t/sys/devices/usb1"),
                     0);
    put_file("mark-t/file", "x");
    put_file("mark-t/sys/class/nvme/nvme0/serial", "S1\n");
    put_file("mark-t/sys/class/ieee80211/phy0/macaddress", "00:11:22:33:44:55\n");
    platform_mark("mark-t/file", "mark-t/sys", mark);
    assert_true(mark[0] != '\0');
    /* a modem on a stick comes and goes */
    put_file("mark-t/sys/class/net/usb0/addr_assign_type", "0\n");
    put_file("mark-t/sys/class/net/usb0/address", "aa:bb:cc:00:00:01\n");
    assert_int_equal(symlink("../../../devices/usb1", "mark-t/sys/class/net/usb0/device"), 0);
    platform_mark("mark-t/file", "mark-t/sys", other);
    assert_string_equal(mark, other);
    put_file("mark-t/sys/class/ieee80211/phy0/macaddress", "00:11:22:33:44:66\n");
    platform_mark("mark-t/file", "mark-t/sys", other);
    assert_string_not_equal(mark, other);
    put_file("mark-t/sys/class/ieee80211/phy0/macaddress", "00:11:22:33:44:55\n");
    assert_int_equal(system("cp mark-t/file mark-t/copy && rm mark-t/file && mv mark-t/copy mark-t/file"), 0);
    platform_mark("mark-t/file", "mark-t/sys", other);
    assert_string_not_equal(mark, other);
    platform_mark("mark-t/none", "mark-t/sys", other);
    assert_string_equal(other, "");
    assert_int_equal(system("rm -r mark-t"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_another_mark_and_so_has_another_machine),
        cmocka_unit_test(what_was_committed_before_a_crash_is_noted_before_it_can_leave),
    };

    return tap_run("node", tests, NULL, NULL);
}
