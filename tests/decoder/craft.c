/* Cases for the merge's rules: one line each. */
#include "config.h"

#include "tests/decoder/craft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/util/tap.h"

/* Each case is one log of one entry; its table holds the office's log at place 1, seen up to its head. So
 * 02 03 00 names operation 0 of the office's entry 3: a unit. */
struct craft_case {
    enum craft_author author;
    const char *words;
    const char *body;       /* in hex, blanks between */
    const char *header;     /* more of it: operator, wall time and the like; NULL as usual */
};

static const struct craft_case cases[] = {
    {CRAFT_CLERK, "plain", "01 8001 01 13 0161", NULL},
    {CRAFT_CLERK, "same field twice", "02 8201 020300 01 13 0161 8201 020300 01 13 0162", NULL},
    {CRAFT_CLERK, "new, then deleted in the entry", "02 8001 01 13 0161 8301 0000", NULL},
    {CRAFT_CLERK, "deleted, then put in the entry", "02 8301 020300 8201 020300 01 13 0161", NULL},
    {CRAFT_CLERK, "put of a later operation", "02 8201 0001 01 13 0162 8001 01 13 0161", NULL},
    {CRAFT_CLERK, "put of a missing operation of the entry", "01 8201 0005 01 13 0162", NULL},
    {CRAFT_CLERK, "put of itself", "01 8201 0000 01 13 0162", NULL},
    {CRAFT_CLERK, "put of an operation that introduces nothing", "02 8201 020300 01 13 0161 8201 0000 01 13 0162",
     NULL},
    {CRAFT_CLERK, "put of another type", "01 9201 020300 01 13 0161", NULL},
    {CRAFT_CLERK, "put of an operation that is not there", "01 8201 020363 01 13 0161", NULL},
    {CRAFT_CLERK, "put of what is not in the past", "01 8201 02ac0200 01 13 0161", NULL},
    {CRAFT_CLERK, "put at a place without log", "01 8201 0a0100 01 13 0161", NULL},
    {CRAFT_CLERK, "put of this entry by its number", "02 8001 01 13 0161 8201 010100 01 23 0162", NULL},
    {CRAFT_CLERK, "put without fields", "01 8201 020300 00", NULL},
    {CRAFT_CLERK, "null", "01 8201 020300 01 20", NULL},
    {CRAFT_CLERK, "field of another kind", "01 8201 020300 02 11 02 13 0161", NULL},
    {CRAFT_CLERK, "unknown field", "01 8201 020300 02 13 0161 a00f13 0162", NULL},
    {CRAFT_CLERK, "unknown field alone", "01 8201 020300 01 b30f 0162", NULL},
    {CRAFT_CLERK, "choice without name", "01 8201 020300 01 31 ac02", NULL},
    {CRAFT_CLERK, "decimal out of bounds", "01 9804 02 17 020300 42 a00f00", NULL},
    {CRAFT_CLERK, "reference to nothing", "01 8201 020300 01 a701 020363", NULL},
    {CRAFT_CLERK, "reference to another type", "01 8201 020300 01 a701 020101", NULL},
    {CRAFT_CLERK, "reference outside the past", "01 8201 020300 01 a701 02ac0200", NULL},
    {CRAFT_CLERK, "reference at a place without log", "01 8201 020300 01 a701 0a0100", NULL},
    {CRAFT_CLERK, "reference in the entry to nothing", "01 8201 020300 01 a701 0009", NULL},
    {CRAFT_CLERK, "unknown type", "01 b83e 01 13 0161", NULL},
    {CRAFT_CLERK, "unknown type beside a known", "02 8001 01 13 0161 b83e 01 13 0161", NULL},
    {CRAFT_CLERK, "delete of an unknown type", "01 bb3e 020300", NULL},
    {CRAFT_CLERK, "type of a later release", "01 8080 01 01 13 0161", NULL},
    {CRAFT_CLERK, "kind of operation of a later release", "01 8401 020300", NULL},
    {CRAFT_CLERK, "kind of value of a later release", "01 8001 01 19 0161", NULL},
    {CRAFT_CLERK, "trailing byte", "01 8001 01 13 0161 00", NULL},
    {CRAFT_CLERK, "type 0", "01 00 01 13 0161", NULL},
    {CRAFT_CLERK, "keyed", "01 8901 03 17 020300 11 04 14 a001 01 47 020400", NULL},
    {CRAFT_CLERK, "keyed, once more", "01 8901 03 17 020300 11 04 14 a001 01 47 020500", NULL},
    {CRAFT_CLERK, "keyed with half of its key", "01 8901 02 17 020300 11 04 01 47 020400", NULL},
    {CRAFT_CLERK, "keyed with too much of a key", "01 8901 04 17 020300 11 04 14 a001 17 020400 00", NULL},
    {CRAFT_CLERK, "key of another kind", "01 8901 03 13 0161 11 04 14 a001 01 47 020400", NULL},
    {CRAFT_CLERK, "key field among the fields", "01 8901 03 17 020300 11 06 14 a001 02 27 020400 27 020400",
     NULL},
    {CRAFT_CLERK, "other key field among the fields", "01 8901 03 17 020300 11 06 14 a001 01 21 08", NULL},
    {CRAFT_CLERK, "key names nothing", "01 8901 03 17 020363 11 06 14 a001 00", NULL},
    {CRAFT_CLERK, "key names another type", "01 8901 03 17 020101 11 06 14 a001 00", NULL},
    {CRAFT_CLERK, "keyed type by kind 0", "01 8801 03 17 020300 11 08 14 a001", NULL},
    {CRAFT_CLERK, "other type by kind 1", "01 8101 01 13 0161 00", NULL},
    {CRAFT_CLERK, "put of a key field", "02 8901 03 17 020300 11 0a 14 a001 00 8a01 0000 01 21 08", NULL},
    {CRAFT_CLERK, "grant by a clerk", "01 08 02 16 0161 11 04", NULL},
    {CRAFT_CLERK, "unit record of the unit's own, and one that is not allowed",
     "02 8001 01 13 0161 08 02 16 0161 11 04", NULL},
    {CRAFT_CLERK, "record of the outer space", "01 30 02 16 0161 16 0161", NULL},
    {CRAFT_CLERK, "campaign in the inner space", "01 8002 01 13 0161", NULL},
    {CRAFT_CLERK, "progress put again", "02 9804 02 17 020300 42 0a00 9a04 0000 01 53 0161", NULL},
    {CRAFT_CLERK, "progress deleted", "02 9804 02 17 020300 42 0a00 9b04 0000", NULL},
    {CRAFT_CLERK, "owner put again", "02 9001 01 9701 020300 9201 0000 01 9701 020400", NULL},
    {CRAFT_CLERK, "owner in another type", "01 9001 01 9701 020101", NULL},
    {CRAFT_CLERK, "new without fields", "01 8001 00", NULL},
    {CRAFT_ADMIN, "grant put", "01 0a 020101 01 53 0161", NULL},
    {CRAFT_ADMIN, "grant deleted", "01 0b 020101", NULL},
    {CRAFT_ADMIN, "invitation put and deleted", "03 28 02 16 0161 11 02 2a 0000 01 76 0161 2b 0000", NULL},
    {CRAFT_ADMIN, "set once put again", "02 28 02 16 0161 11 02 2a 0000 01 16 0162", NULL},
    {CRAFT_ADMIN, "grant of nothing", "01 08 00", NULL},
    {CRAFT_ADMIN, "grant of a device that is a text", "01 08 02 13 0161 11 04", NULL},
    {CRAFT_ADMIN, "revocation", "01 18 01 17 020300", NULL},
    {CRAFT_HAMLET, "unit by a hamlet", "01 8001 01 13 0161", NULL},
    {CRAFT_HAMLET, "person without owner", "01 9001 01 13 0161", NULL},
    {CRAFT_HAMLET, "person of another unit", "01 9001 02 13 0161 8701 020300", NULL},
    {CRAFT_HAMLET, "person of its own unit", "01 9001 02 13 0161 8701 020500", NULL},
    {CRAFT_HAMLET, "person of its own unit, put", "02 9001 02 13 0161 8701 020500 9201 0000 01 23 0162", NULL},
    {CRAFT_HAMLET, "put of a missing person", "01 9201 020363 01 13 0161", NULL},
    {CRAFT_HAMLET, "put of a unit as a person", "01 9201 020500 01 13 0161", NULL},
    {CRAFT_HAMLET, "report of its own unit", "01 a104 03 17 020300 17 020500 14 a001 00", NULL},
    {CRAFT_HAMLET, "report of another unit", "01 a104 03 17 020300 17 020400 14 a001 00", NULL},
    {CRAFT_HAMLET, "reminder by a hamlet", "01 b004 02 17 020500 64 a001", NULL},
    {CRAFT_HAMLET, "put that writes nothing, of another's unit", "01 8201 020300 00", NULL},
};

static size_t
from_hex(const char *text, uint8_t *ret_bytes)
{
    size_t n = 0;
    unsigned octet;
    int used;

    while (sscanf(text, " %2x%n", &octet, &used) == 1) {
        ret_bytes[n++] = (uint8_t) octet;
        text += used;
    }
    return n;
}

/* Where the office's log stands. */
static struct log_row
office_log(struct node *office)
{
    struct space_row inner = node_space(office, SPACE_INNER);
    struct log_row log;
    struct error e = {0};

    assert_int_equal(log_own(office->s, inner.id, &log, &e), OK);
    return log;
}

static void
ingest_item(struct node *author, struct node *on, const struct log_id *id, const struct buf *item)
{
    struct verified_run *run;
    struct ingest_result result;
    struct log_row log;
    struct hash start;
    struct error e = {0};

    chain_start(id, &start);
    if (run_of_own(&author->me.sign, id, 1, &start, item->bytes, item->size, &run, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_begin(on->s, &e), OK);
    assert_int_equal(log_add(on->s, id, false, &log, &e), OK);
    if (ingest_run(on->s, run, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_commit(on->s, &e), OK);
    verified_run_free(run);
}

static void
craft(struct node *author, struct node *on, const struct log_row *office, uint64_t epoch,
      const struct craft_case *c)
{
    struct change_intro intro = {.epoch = office->name.epoch};
    struct change_seen seen = {.log = 1, .step = office->received_seq};
    struct change_header h = {.version = 1,
                              .flags = CHANGE_INTRODUCES | CHANGE_SEES,
                              .wall_step_s = 1750000000 + (int64_t) epoch,
                              .intros_count = 1,
                              .intros = &intro,
                              .seen_count = 1,
                              .seen = &seen};
    struct log_id id = {.epoch = epoch};
    uint8_t body[512];
    size_t body_size = from_hex(c->body, body);
    struct hash body_hash;
    struct buf header, item;

    memcpy(intro.device, office->name.device, DEVICE_BYTES);
    memcpy(seen.hash, office->received_hash.bytes, SEEN_HASH_BYTES);
    memcpy(id.space, office->name.space, SPACE_BYTES);
    memcpy(id.device, author->me.sign.public_key, DEVICE_BYTES);
    buf_init(&header, 4096);
    buf_init(&item, 4096);
    change_encode_header(&header, &h);
    hash_once(DOMAIN_BODY, body, body_size, &body_hash);
    item_encode(&item, header.bytes, header.size, body, body_size, &body_hash);
    ingest_item(author, on, &id, &item);
    printf("case ");
    for (size_t i = 0; i < DEVICE_BYTES; i++)
        printf("%02x", id.device[i]);
    printf(" %" PRIu64 " 1 %s\n", epoch, c->words);
    buf_release(&header);
    buf_release(&item);
}

void
craft_all(struct node *authors[CRAFT_AUTHORS], struct node *on)
{
    struct log_row office = office_log(authors[CRAFT_ADMIN]);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        craft(authors[cases[i].author], on, &office, 1000 + i, &cases[i]);
}
