/* Cases for the merge's rules: one line each. */
#include "config.h"

#include "tests/decoder/craft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/util/tap.h"

/* Each case is one log of one entry; its table holds the office's log at place 1, seen up to its head. So
 * 02 03 00 names operation 0 of the office's entry 3: a unit. A header that begins with + goes on with the
 * log of the case before. In hex, blanks between; letters stand for what is known only at run time:
 *   O device and epoch of the office's log, N its number of entries, H the seen hash there
 *   P, Q the same of the log before: device and epoch, seen hash of its first entry
 *   M device and epoch of the log itself; S the space; K the hamlet's device */
struct craft_case {
    enum craft_author author;
    const char *words;
    const char *body;
    const char *header;     /* NULL: the usual one */
};

/* An introduction of a log of a space that nobody has. */
#define ELSEWHERE "01 0707070707070707070707070707070707070707070707070707070707070707 O "
#define USUAL "1c 02 01 00O 01 01NH"

static const struct craft_case cases[] = {
    {CRAFT_CLERK, "plain", "01 8001 01 13 0161", NULL},
    {CRAFT_CLERK, "same field twice", "02 8201 020300 01 13 0161 8201 020300 01 13 0162", NULL},
    {CRAFT_CLERK, "new, then deleted in the entry", "02 8001 01 13 0161 8301 0000", NULL},
    {CRAFT_CLERK, "deleted, then put in the entry", "02 8301 020300 8201 020300 01 13 0161", NULL},
    {CRAFT_CLERK, "put of a later operation", "02 8201 0001 01 13 0162 8001 01 13 0161", NULL},
    {CRAFT_CLERK, "put of a missing operation of the entry", "01 8201 0005 01 13 0162", NULL},
    {CRAFT_CLERK, "put of itself", "01 8201 0000 01 13 0162", NULL},
    {CRAFT_CLERK, "put of an operation that introduces nothing",
     "02 8201 020300 01 13 0161 8201 0000 01 13 0162",
     NULL},
    {CRAFT_CLERK, "put of another type", "01 9201 020300 01 13 0161", NULL},
    {CRAFT_CLERK, "put of an operation that is not there", "01 8201 020363 01 13 0161", NULL},
    {CRAFT_CLERK, "put of what is not in the past", "01 8201 02ac0200 01 13 0161", NULL},
    {CRAFT_CLERK, "put at a place without log", "01 8201 0a0100 01 13 0161", NULL},
    {CRAFT_CLERK, "put of this entry by its number",
     "02 8001 01 13 0161 8201 010100 01 23 0162", NULL},
    {CRAFT_CLERK, "put without fields", "01 8201 020300 00", NULL},
    {CRAFT_CLERK, "null", "01 8201 020300 01 20", NULL},
    {CRAFT_CLERK, "field of another kind", "01 8201 020300 02 11 02 13 0161", NULL},
    {CRAFT_CLERK, "unknown field", "01 8201 020300 02 13 0161 f318 0162", NULL},
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
    {CRAFT_CLERK, "keyed with too much of a key",
     "01 8901 04 17 020300 11 04 14 a001 17 020400 00", NULL},
    {CRAFT_CLERK, "key of another kind", "01 8901 03 13 0161 11 04 14 a001 01 47 020400", NULL},
    {CRAFT_CLERK, "key field among the fields",
     "01 8901 03 17 020300 11 06 14 a001 02 27 020400 27 020400",
     NULL},
    {CRAFT_CLERK, "other key field among the fields",
     "01 8901 03 17 020300 11 06 14 a001 01 21 08", NULL},
    {CRAFT_CLERK, "key names nothing", "01 8901 03 17 020363 11 06 14 a001 00", NULL},
    {CRAFT_CLERK, "key names another type", "01 8901 03 17 020101 11 06 14 a001 00", NULL},
    {CRAFT_CLERK, "keyed type by kind 0", "01 8801 03 17 020300 11 08 14 a001", NULL},
    {CRAFT_CLERK, "other type by kind 1", "01 8101 01 13 0161 00", NULL},
    {CRAFT_CLERK, "put of a key field",
     "02 8901 03 17 020300 11 0a 14 a001 00 8a01 0000 01 21 08", NULL},
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
    {CRAFT_ADMIN, "grant put", "01 0a 020700 01 53 0161", NULL},
    {CRAFT_ADMIN, "grant deleted", "01 0b 020700", NULL},
    {CRAFT_ADMIN, "invitation put and deleted",
     "03 28 02 16 0161 11 02 2a 0000 01 76 0161 2b 0000", NULL},
    {CRAFT_ADMIN, "set once put again", "02 28 02 16 0161 11 02 2a 0000 01 16 0162", NULL},
    {CRAFT_ADMIN, "grant of nothing", "01 08 00", NULL},
    {CRAFT_ADMIN, "grant of a device that is a text", "01 08 02 13 0161 11 04", NULL},
    {CRAFT_ADMIN, "revocation", "01 18 01 17 020300", NULL},
    {CRAFT_HAMLET, "unit by a hamlet", "01 8001 01 13 0161", NULL},
    {CRAFT_HAMLET, "person without owner", "01 9001 01 13 0161", NULL},
    {CRAFT_HAMLET, "person of another unit", "01 9001 02 13 0161 8701 020300", NULL},
    {CRAFT_HAMLET, "person of its own unit", "01 9001 02 13 0161 8701 020800", NULL},
    {CRAFT_HAMLET, "person of its own unit, put",
     "02 9001 02 13 0161 8701 020800 9201 0000 01 23 0162", NULL},
    {CRAFT_HAMLET, "put of that person in a later entry", "01 9201 010100 01 33 0164", "+ 10 02"},
    {CRAFT_HAMLET, "put of a person as a report",
     "02 9001 02 13 0161 8701 020800 a204 0000 01 53 0162", NULL},
    {CRAFT_HAMLET, "put of a missing person", "01 9201 020363 01 13 0161", NULL},
    {CRAFT_HAMLET, "put of a unit as a person", "01 9201 020800 01 13 0161", NULL},
    {CRAFT_HAMLET, "report of its own unit", "01 a104 03 17 020300 17 020800 14 a001 00", NULL},
    {CRAFT_HAMLET, "report of another unit", "01 a104 03 17 020300 17 020400 14 a001 00", NULL},
    {CRAFT_HAMLET, "reminder by a hamlet", "01 b004 02 17 020800 64 a001", NULL},
    {CRAFT_HAMLET, "put that writes nothing, of another's unit", "01 8201 020300 00", NULL},
    {CRAFT_CLERK, "reference to a later keyed operation",
     "02 9804 03 17 0001 17 020300 22 0a00 8901 03 17 020300 11 04 14 a001 00", NULL},
    {CRAFT_CLERK, "key names a keyed record",
     "02 8901 03 17 020300 11 04 14 a001 00 b902 02 17 0000 17 020300 00",
     NULL},
    {CRAFT_CLERK, "delete of a keyed record, introduced once more",
     "02 8901 03 17 020300 11 04 14 a001 00 8b01 0000", NULL},

    {CRAFT_CLERK, "operator", "01 8001 01 13 0161", "1e 02 020300 01 00O 01 01NH"},
    {CRAFT_CLERK, "operator outside the past",
     "01 8001 01 13 0161", "1e 02 02ac0200 01 00O 01 01NH"},
    {CRAFT_CLERK, "clock distrusted",
     "01 8201 020300 01 13 0161", "1d feffffffffffffffff01 01 00O 01 01NH"},
    {CRAFT_CLERK, "wall time beyond 64 bits",
     "01 8201 020300 01 13 0162", "+ 10 feffffffffffffffff01"},
    {CRAFT_CLERK, "version of a later release", "01", "2c 02 01 00O 01 01NH"},
    {CRAFT_CLERK, "nothing seen", "01 8001 01 13 0161", "10 02"},
    {CRAFT_CLERK, "seen half", "01 8001 01 13 0161", "14 02 01 00O"},
    {CRAFT_CLERK, "seen with another hash", "01 8001 01 13 0161",
     "1c 02 01 00O 01 01N 00000000000000000000000000000000"},
    {CRAFT_CLERK, "behind an entry that is held", "01 8001 01 13 0161", "+ 10 02"},
    {CRAFT_CLERK, "a log introduced twice", "01 8001 01 13 0161", "1c 02 02 00O00O 01 01NH"},
    {CRAFT_CLERK, "behind a malformed past",
     "02 8001 01 13 0161 8201 020300 01 13 0163", "+" USUAL},
    {CRAFT_CLERK, "own log, earlier entry", "01 8201 010200 01 23 0162", "+ 10 02"},
    {CRAFT_CLERK, "own log, entry that does not count", "01 8201 010100 01 23 0162", "+ 10 02"},
    {CRAFT_CLERK, "a log introduced again later", "01 8001 01 13 0161", "+ 14 02 01 00O"},
    {CRAFT_CLERK, "the log itself introduced", "01 8001 01 13 0161", "1c 02 02 00M00O 01 02NH"},
    {CRAFT_CLERK, "a log of this space introduced as another's",
     "01 8001 01 13 0161", "1c 02 01 01SO 01 01NH"},
    {CRAFT_CLERK, "sees an empty place", "01 8001 01 13 0161", "1c 02 01 00O 01 02NH"},
    {CRAFT_CLERK, "sees another space's log",
     "01 8001 01 13 0161", "1c 02 02 00O" ELSEWHERE "02 01NH01NH"},
    {CRAFT_CLERK, "sees no further", "01 8001 01 13 0161", USUAL},
    {CRAFT_CLERK, "sees too far", "01 8001 01 13 0161",
     "+ 18 02 01 01ffffffff07 00000000000000000000000000000000"},
    {CRAFT_CLERK, "value names another space",
     "01 8201 020300 01 a701 030100", "1c 02 02 00O" ELSEWHERE "01 01NH"},
    {CRAFT_CLERK, "key names another space", "01 8901 03 17 030100 11 04 14 a001 00",
     "1c 02 02 00O" ELSEWHERE "01 01NH"},
    {CRAFT_CLERK, "put in another space",
     "01 8201 030100 01 13 0161", "1c 02 02 00O" ELSEWHERE "01 01NH"},

    {CRAFT_CLERK, "seen by the next", "01 8001 01 13 0161", USUAL},
    {CRAFT_CLERK, "what it has not seen itself does not count",
     "01 8001 01 13 0161", "1c 02 01 00P 01 0101Q"},
    {CRAFT_HAMLET, "keyed, without right", "01 a104 03 17 020300 17 020400 14 a201 00", USUAL},
    {CRAFT_CLERK, "keyed put, introduced without right only", "01 a204 030100 01 53 0161",
     "1c 02 02 00O00P 02 01NH0101Q"},
    {CRAFT_CLERK, "the same key with right", "01 a104 03 17 020300 17 020400 14 a201 00", USUAL},
    {CRAFT_CLERK, "person of the hamlet", "01 9001 02 13 0161 8701 020800", USUAL},
    {CRAFT_HAMLET, "put of a clerk's person of the hamlet", "01 9201 030100 01 13 0162",
     "1c 02 02 00O00P 02 01NH0101Q"},
    {CRAFT_CLERK, "person of another", "01 9001 02 13 0161 8701 020300", USUAL},
    {CRAFT_HAMLET, "put of a clerk's person of another", "01 9201 030100 01 13 0162",
     "1c 02 02 00O00P 02 01NH0101Q"},
    {CRAFT_ADMIN, "grant of two roles", "01 08 02 16 20K 11 0c", USUAL},
    {CRAFT_HAMLET, "with a grant of two roles",
     "01 8001 01 13 0161", "1c 02 02 00O00P 02 01NH0101Q"},
    {CRAFT_ADMIN, "grant of a second unit", "01 08 03 16 20K 11 08 17 020300", USUAL},
    {CRAFT_HAMLET, "with a grant of a second unit", "01 9001 02 13 0161 8701 020300",
     "1c 02 02 00O00P 02 01NH0101Q"},
    {CRAFT_ADMIN, "adoption", "01 10 01 16 20K", USUAL},
    {CRAFT_HAMLET, "after an adoption",
     "02 8001 01 13 0161 08 02 16 0161 11 02", "1c 02 02 00O00P 02 01NH0101Q"},
};

/* What the cases' letters stand for. */
struct craft_state {
    struct node **authors;
    struct node *on;
    struct log_row office;
    struct log_id own, before;     /* the log of this case, and of the case before it */
    uint64_t seq;                  /* of its last entry */
    struct hash head;
    struct hash first, before_first; /* of their first entries */
};

static void
append_log(struct buf *b, const struct log_id *id)
{
    buf_append(b, id->device, DEVICE_BYTES);
    for (int i = 0; i < 8; i++) {
        uint8_t octet = (uint8_t) (id->epoch >> (8 * i));

        buf_append(b, &octet, 1);
    }
}

static void
append_letter(struct buf *b, const struct craft_state *t, char letter)
{
    uint8_t count = (uint8_t) t->office.received_seq;

    switch (letter) {
    case 'O':
        append_log(b, &t->office.name);
        break;
    case 'N':
        assert_in_range(t->office.received_seq, 1, 127); /* one byte of a varint */
        buf_append(b, &count, 1);
        break;
    case 'H':
        buf_append(b, t->office.received_hash.bytes, SEEN_HASH_BYTES);
        break;
    case 'P':
        append_log(b, &t->before);
        break;
    case 'Q':
        buf_append(b, t->before_first.bytes, SEEN_HASH_BYTES);
        break;
    case 'M':
        append_log(b, &t->own);
        break;
    case 'S':
        buf_append(b, t->own.space, SPACE_BYTES);
        break;
    case 'K':
        buf_append(b, t->authors[CRAFT_HAMLET]->me.sign.public_key, DEVICE_BYTES);
        break;
    default:
        fail_msg("letter %c", letter);
    }
}

static void
append_text(struct buf *b, const struct craft_state *t, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned octet;

        if (*text == ' ' || *text == '+')
            continue;
        if (strchr("0123456789abcdef", *text) == NULL) {
            append_letter(b, t, *text);
            continue;
        }
        assert_int_equal(sscanf(text, "%2x", &octet), 1);
        buf_append(b, (uint8_t[]){(uint8_t) octet}, 1);
        text++;
    }
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
ingest_item(struct craft_state *t, struct node *author, const struct buf *item)
{
    struct verified_run *run;
    struct ingest_result result;
    struct log_row log;
    struct error e = {0};

    if (run_of_own(&author->me.sign, &t->own, ++t->seq, &t->head, item->bytes, item->size, &run, &e) != OK)
        fail_msg("%s", e.text);
    t->head = verified_run_entry(run, 0)->hash;
    assert_int_equal(store_begin(t->on->s, &e), OK);
    assert_int_equal(log_add(t->on->s, &t->own, false, &log, &e), OK);
    if (ingest_run(t->on->s, run, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_commit(t->on->s, &e), OK);
    verified_run_free(run);
}

static void
craft(struct craft_state *t, const struct craft_case *c, uint64_t epoch)
{
    struct node *author = t->authors[c->author];
    const char *header_text = c->header != NULL ? c->header : USUAL;
    struct hash body_hash;
    struct buf header, body, item;

    if (header_text[0] != '+') {
        t->before = t->own;
        t->before_first = t->first;
        memcpy(t->own.device, author->me.sign.public_key, DEVICE_BYTES);
        t->own.epoch = epoch;
        t->seq = 0;
        chain_start(&t->own, &t->head);
    }
    buf_init(&header, 4096);
    buf_init(&body, 4096);
    buf_init(&item, 4096);
    append_text(&header, t, header_text);
    append_text(&body, t, c->body);
    hash_once(DOMAIN_BODY, body.bytes, body.size, &body_hash);
    item_encode(&item, header.bytes, header.size, body.bytes, body.size, &body_hash);
    ingest_item(t, author, &item);
    if (t->seq == 1)
        t->first = t->head;
    printf("case ");
    for (size_t i = 0; i < DEVICE_BYTES; i++)
        printf("%02x", t->own.device[i]);
    printf(" %" PRIu64 " %" PRIu64 " %s\n", t->own.epoch, t->seq, c->words);
    buf_release(&header);
    buf_release(&body);
    buf_release(&item);
}

void
craft_all(struct node *authors[CRAFT_AUTHORS], struct node *on)
{
    struct craft_state t = {.authors = authors, .on = on, .office = office_log(authors[CRAFT_ADMIN])};

    memcpy(t.own.space, t.office.name.space, SPACE_BYTES);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        craft(&t, &cases[i], 1000 + i);
}
