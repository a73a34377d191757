/* Print logs and what the engine makes of them, for the second decoder: one fact a line, words apart by a
 * blank, bytes in hex.
 *
 *   node NAME                                        what follows is on this machine
 *   space GENESIS DIGEST
 *   log DEVICE EPOCH MERGED                          of the last space
 *   run LAST SIGNATURE ITEMS                         of the last log, behind its earlier runs
 *   aside SEQ                                        of the last log: merged and does not count
 *   record DEVICE EPOCH SEQ OP TYPE LIVE CONFLICT    of the last space; by an operation that introduced it
 *   field NUMBER DEVICE EPOCH SEQ CONFLICT           of the last record: the entry whose value is displayed
 *   case DEVICE EPOCH SEQ WORDS                      what an entry that was made by hand tries
 *   body VERDICT 0 BYTES, header or message VERDICT USED BYTES  of the decoder, and how many bytes it took
 *   base DIGEST, party STORE DICTIONARY HISTORY, upto SPACE DEVICE EPOCH SEQ HASH */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/engine/digest.h"
#include "tests/decoder/craft.h"
#include "tests/util/tap.h"

static void
print_hex(const void *bytes, size_t size, const char *end)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", ((const uint8_t *) bytes)[i]);
    fputs(end, stdout);
}

static void
print_log_name(struct node *n, int64_t log_id)
{
    struct log_row log;
    struct error e = {0};

    assert_int_equal(log_get(n->s, log_id, &log, &e), OK);
    print_hex(log.name.device, DEVICE_BYTES, " ");
    printf("%" PRIu64, log.name.epoch);
}

static void
print_runs(struct node *n, const struct log_row *log)
{
    struct error e = {0};
    uint64_t at = 0;

    while (at < log->received_seq) {
        uint8_t signature[SIGNATURE_BYTES];
        uint64_t last;
        struct buf items;

        buf_init(&items, RUN_BYTES_MAX);
        assert_int_equal(signature_at_or_after(n->s, log->id, at + 1, &last, signature, &e), OK);
        assert_int_equal(log_read_items(n->s, log->id, at + 1, last, RUN_BYTES_MAX, &items, &at, &e), OK);
        assert_int_equal(at, last);
        printf("run %" PRIu64 " ", last);
        print_hex(signature, sizeof signature, " ");
        print_hex(items.bytes, items.size, "\n");
        buf_release(&items);
    }
}

static void
print_record(struct node *n, const struct record *r)
{
    printf("record ");
    print_log_name(n, record_id_log(r->id));
    printf(" %" PRIu64 " %u %u %d %d\n", record_id_seq(r->id), (unsigned) record_id_index(r->id), r->type,
           r->live, r->life_conflict);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        printf("field %u ", r->fields[i].id);
        print_log_name(n, r->fields[i].stamp.log);
        printf(" %" PRIu64 " %d\n", r->fields[i].stamp.seq, r->fields[i].conflict);
    }
}

static void
print_records(struct node *n, const struct space_row *space)
{
    for (unsigned type = 1; type <= REGISTRY_TYPE_MAX; type++) {
        struct state_query query = {.type = type, .space = space->id, .deleted_too = true};
        struct record **records;
        struct error e = {0};
        size_t count;

        if (registry_by_type(type) == NULL)
            continue;
        if (state_list(n->s, &query, &n->arena, &records, &count, &e) != OK)
            fail_msg("%s", e.text);
        for (size_t i = 0; i < count; i++)
            print_record(n, records[i]);
    }
}

static void
print_space(struct node *n, const struct space_row *space)
{
    struct hash digest = node_digest(n, space->space);
    struct aside_row *asides;
    struct log_row *logs;
    struct error e = {0};
    size_t logs_count, asides_count;

    printf("space ");
    print_hex(space->genesis_bytes, GENESIS_BYTES, " ");
    print_hex(digest.bytes, sizeof digest.bytes, "\n");
    assert_int_equal(log_list(n->s, space->id, &n->arena, &logs, &logs_count, &e), OK);
    assert_int_equal(aside_list(n->s, &n->arena, &asides, &asides_count, &e), OK);
    for (size_t i = 0; i < logs_count; i++) {
        printf("log ");
        print_log_name(n, logs[i].id);
        printf(" %" PRIu64 "\n", logs[i].applied_seq);
        print_runs(n, &logs[i]);
        for (size_t k = 0; k < asides_count; k++)
            if (asides[k].log == logs[i].id)
                printf("aside %" PRIu64 " %s\n", asides[k].seq, asides[k].reason);
    }
    print_records(n, space);
}

static void
print_node(struct node *n, const char *name)
{
    struct space_row *spaces;
    struct error e = {0};
    size_t count;

    printf("node %s\n", name);
    assert_int_equal(space_list(n->s, &n->arena, &spaces, &count, &e), OK);
    for (size_t i = 0; i < count; i++)
        print_space(n, &spaces[i]);
}

static int64_t
add(struct node *n, unsigned type, int64_t space, struct submit_field *fields, size_t fields_count)
{
    struct submit_op op = {.kind = SUBMIT_ADD, .type = type, .space = space, .fields = fields,
                           .fields_count = fields_count};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct error e = {0};

    if (node_submit(n, &request, &e) != OK)
        fail_msg("%s", e.text);
    return op.ret_record;
}

/* A link of a unit to a parent in the Party's line, entered on any machine. */
static int64_t
add_link(struct node *n, int64_t child, int64_t parent)
{
    struct submit_field fields[] = {
        {1, {.kind = VALUE_REFERENCE, .record = child}},
        {2, {.kind = VALUE_INTEGER, .integer = 2}},
        {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}},
        {4, {.kind = VALUE_REFERENCE, .record = parent}},
    };

    return add(n, RECORD_UNIT_LINK, 0, fields, 4);
}

/* Two devices of a unit, apart for a while: conflicts, equal values, deletes, one keyed record entered
 * twice. A third machine holds entries whose past it lacks. */
static void
two_devices(void **state)
{
    struct node office, laptop, third;
    int64_t units[6], there[6];
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    for (int i = 0; i < 6; i++)
        units[i] = node_add(&office, RECORD_UNIT, "name", "Thôn", "phone", "0912", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_enrol(&third, 3, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    for (int i = 0; i < 6; i++)
        there[i] = node_translate(&office, units[i], &laptop);
    laptop.now_s += 7200;
    assert_int_equal(node_set(&office, units[0], "name", "Thôn A", &e), OK);
    assert_int_equal(node_set(&laptop, there[0], "name", "Thôn B", &e), OK);
    assert_int_equal(node_set(&office, units[1], "name", "Thôn C", &e), OK);
    assert_int_equal(node_set(&laptop, there[1], "name", "Thôn C", &e), OK);
    assert_int_equal(node_delete(&office, units[2], &e), OK);
    assert_int_equal(node_set(&laptop, there[2], "phone", "0913", &e), OK);
    assert_int_equal(node_delete(&laptop, there[3], &e), OK);
    add_link(&office, units[0], units[4]);
    add_link(&laptop, there[0], there[5]);
    laptop.now_s = 4070908800; /* 2099: marked by the machine itself */
    node_add(&laptop, RECORD_UNIT, "name", "Thôn 2099", NULL);
    node_send(&laptop, &third);
    print_node(&third, "third, which lacks the office's log");
    node_sync(&office, &laptop);
    print_node(&office, "office");
    print_node(&laptop, "laptop");
    assert_int_equal(node_set(&office, units[0], "name", "Thôn A", &e), OK);
    assert_int_equal(node_delete(&office, units[2], &e), OK);
    node_sync(&office, &third);
    print_node(&third, "third, after it met the office");
    node_release(&office);
    node_release(&laptop);
    node_release(&third);
}

/* A commune that joins a hub, and the hub's change in the commune's space. */
static void
adoption(void **state)
{
    struct node hub, commune;
    struct error e = {0};
    int64_t unit;

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    unit = node_add(&commune, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_adopt(&commune, &hub);
    node_sync(&hub, &commune);
    assert_int_equal(node_set(&hub, node_translate(&commune, unit, &hub), "name", "Thôn Một", &e), OK);
    node_sync(&hub, &commune);
    print_node(&hub, "hub");
    print_node(&commune, "commune");
    node_release(&hub);
    node_release(&commune);
}

/* Two machines make one keyed record in the outer space, apart; then each refers to it from inside. */
static void
keyed_elsewhere(void **state)
{
    struct submit_field title = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "A", .size = 1}};
    struct submit_field key[3] = {{1, {.kind = VALUE_REFERENCE}}, {2, title.value}, {3, title.value}};
    struct submit_field subject[2] = {{1, {.kind = VALUE_REFERENCE}}, {3, title.value}};
    struct node office, laptop;
    struct node *both[2] = {&office, &laptop};
    int64_t campaign, item[2];

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    campaign = add(&office, RECORD_CAMPAIGN, node_space(&office, SPACE_OUTER).id, &title, 1);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    for (int i = 0; i < 2; i++) {
        key[0].value.record = i == 0 ? campaign : node_translate(&office, campaign, &laptop);
        item[i] = add(both[i], RECORD_CONTENT_ITEM, node_space(both[i], SPACE_OUTER).id, key, 3);
    }
    node_sync(&office, &laptop);
    for (int i = 0; i < 2; i++) {
        subject[0].value.record = item[i];
        add(both[i], RECORD_MILESTONE, 0, subject, 2);
    }
    node_sync(&office, &laptop);
    for (int i = 0; i < 2; i++) {
        print_node(both[i], i == 0 ? "office with a keyed record elsewhere" : "laptop with it");
        node_release(both[i]);
    }
}

/* What the product would not write: entries made by hand on the logs of an admin, a clerk and a hamlet. */
static void
made_by_hand(void **state)
{
    struct node office, clerk, hamlet;
    struct node *all[3] = {&office, &clerk, &hamlet};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    for (int i = 0; i < 3; i++)
        node_add(&office, RECORD_UNIT, "name", "Thôn", NULL);
    node_enrol(&clerk, 2, &office, INVITE_CLERK, NULL);
    node_enrol(&hamlet, 3, &office, INVITE_UNIT, "Thôn 1");
    node_sync(&office, &clerk);
    craft_all(all, &clerk);
    print_node(&clerk, "clerk");
    node_sync(&clerk, &office); /* in another order */
    print_node(&office, "office, which met the clerk");
    for (int i = 0; i < 3; i++)
        node_release(all[i]);
}

int
main(void)
{
    two_devices(NULL);
    adoption(NULL);
    keyed_elsewhere(NULL);
    made_by_hand(NULL);
    craft_trust(print_node);
    mutate_all();
    base_print();
    return 0;
}
