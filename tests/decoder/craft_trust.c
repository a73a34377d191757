/* Play the stories of stories.c, each in a space of its own. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/decoder/craft.h"
#include "tests/util/tap.h"

enum { LABELS = 128, ENTRIES_MAX = 40 };

struct story_log {
    struct log_id name;
    struct sign_key key;
    uint64_t seq;
    struct hash head[ENTRIES_MAX];        /* by number; 0 the start */
    char table[LABELS];                   /* labels by place */
    unsigned places;
    uint64_t seen[LABELS];                /* by label */
};

struct story {
    struct story_log *logs;               /* by label; a log that is not begun has places 0 */
    struct node *office;
    uint64_t epoch;
};

static bool
is_begun(const struct story *t, char label)
{
    return t->logs[(unsigned char) label].places > 0;
}

static struct story_log *
log_of(struct story *t, char label)
{
    struct story_log *log = &t->logs[(unsigned char) label];

    assert_true(is_begun(t, label));
    return log;
}

/* A capital and its small letter share a device; F is the founder's. */
static void
begin_log(struct story *t, char label)
{
    struct story_log *log = &t->logs[(unsigned char) label];
    uint8_t seed[SIGN_SEED_BYTES];

    if (is_begun(t, label))
        return;
    memset(seed, 0x80 | (label & 0x5f), sizeof seed);
    sign_key_init(&log->key, seed);
    if ((label & 0x5f) == 'F')
        log->key = t->office->me.sign;
    log->name = log_of(t, 'O')->name;
    memcpy(log->name.device, log->key.public_key, DEVICE_BYTES);
    log->name.epoch = t->epoch + (unsigned char) label;
    chain_start(&log->name, &log->head[0]);
    log->table[log->places++] = label;
}

/* The office's own log, as it stands. */
static void
begin_office(struct story *t)
{
    struct story_log *log = &t->logs['O'];
    struct log_row row;
    struct error e = {0};

    assert_int_equal(log_own(t->office->s, node_space(t->office, SPACE_INNER).id, &row, &e), OK);
    assert_in_range(row.received_seq, 1, ENTRIES_MAX - 1);
    log->name = row.name;
    log->seq = row.received_seq;
    log->head[row.received_seq] = row.received_hash;
    log->places = 1;
}

static unsigned
place_in(const struct story_log *log, char label)
{
    const char *found = memchr(log->table, label, log->places);

    assert_non_null(found);
    return (unsigned) (found - log->table);
}

static void
put_octet(struct buf *b, uint64_t octet)
{
    assert_in_range(octet, 0, 127); /* one byte of a varint, too */
    buf_append(b, (uint8_t[]){(uint8_t) octet}, 1);
}

static void
put_epoch(struct buf *b, uint64_t epoch)
{
    for (int i = 0; i < 8; i++)
        buf_append(b, (uint8_t[]){(uint8_t) (epoch >> (8 * i))}, 1);
}

/* Decimal digits, which the text goes on behind. */
static uint64_t
take_number(const char **text)
{
    uint64_t n = 0;

    for (; **text >= '0' && **text <= '9'; (*text)++)
        n = n * 10 + (uint64_t) (**text - '0');
    return n;
}

/* One after "@", "$", "%" or "!"; gives where the text goes on. */
static const char *
put_token(struct buf *b, struct story *t, const struct story_log *own, const char *text)
{
    char sign = *text++, label = *text++;
    const struct story_log *log;
    uint64_t seq = take_number(&text);

    begin_log(t, label);
    log = log_of(t, label);
    if (sign == '$') {
        put_octet(b, DEVICE_BYTES);
        buf_append(b, log->name.device, DEVICE_BYTES);
    } else if (sign == '@') {
        put_octet(b, place_in(own, label) + 1);
        put_octet(b, seq);
        text++;
        put_octet(b, take_number(&text));
    } else {
        put_epoch(b, log->name.epoch);
        put_octet(b, seq);
        if (sign == '%')
            buf_append(b, log->head[seq].bytes, SEEN_HASH_BYTES);
    }
    return text;
}

static void
put_text(struct buf *b, struct story *t, const struct story_log *own, const char *text)
{
    while (*text != '\0') {
        unsigned octet;

        if (strchr("@$%!", *text) != NULL) {
            text = put_token(b, t, own, text);
        } else if (*text == ' ') {
            text++;
        } else {
            assert_int_equal(sscanf(text, "%2x", &octet), 1);
            buf_append(b, (uint8_t[]){(uint8_t) octet}, 1);
            text += 2;
        }
    }
}

/* Take what a deed sees into the log's table; gives for each place by how much it advances. */
static void
see(struct story *t, struct story_log *own, const char *sees, uint64_t advance[LABELS])
{
    while (*sees != '\0') {
        char label = *sees++;
        uint64_t upto = take_number(&sees);

        if (upto == 0)
            upto = log_of(t, label)->seq;
        if (memchr(own->table, label, own->places) == NULL)
            own->table[own->places++] = label;
        if (upto <= own->seen[(unsigned char) label])
            continue;
        advance[place_in(own, label)] = upto - own->seen[(unsigned char) label];
        own->seen[(unsigned char) label] = upto;
    }
}

static void
put_header(struct buf *b, struct story *t, struct story_log *own, const char *sees)
{
    uint64_t advance[LABELS] = {0};
    unsigned places = own->places, count = 0, before = 0;

    see(t, own, sees, advance);
    for (unsigned i = 0; i < own->places; i++)
        count += advance[i] > 0;
    put_octet(b, 0x10 | (own->places > places ? 4 : 0) | (count > 0 ? 8 : 0));
    put_octet(b, 2);
    if (own->places > places)
        put_octet(b, own->places - places);
    for (; places < own->places; places++) {
        const struct log_id *name = &log_of(t, own->table[places])->name;

        put_octet(b, 0);
        buf_append(b, name->device, DEVICE_BYTES);
        put_epoch(b, name->epoch);
    }
    if (count > 0)
        put_octet(b, count);
    for (unsigned i = 0; i < own->places; i++) {
        const struct story_log *log = log_of(t, own->table[i]);

        if (advance[i] == 0)
            continue;
        put_octet(b, i - before);
        put_octet(b, advance[i]);
        buf_append(b, log->head[own->seen[(unsigned char) own->table[i]]].bytes, SEEN_HASH_BYTES);
        before = i;
    }
}

static struct verified_run *
write_deed(struct story *t, const struct deed *d)
{
    struct story_log *own;
    struct verified_run *run;
    struct hash body_hash;
    struct buf header, body, item;
    struct error e = {0};

    begin_log(t, d->log);
    own = log_of(t, d->log);
    buf_init(&header, 4096);
    buf_init(&body, 4096);
    buf_init(&item, 8192);
    put_header(&header, t, own, d->sees);
    put_text(&body, t, own, d->body);
    hash_once(DOMAIN_BODY, body.bytes, body.size, &body_hash);
    item_encode(&item, header.bytes, header.size, body.bytes, body.size, &body_hash);
    assert_in_range(++own->seq, 1, ENTRIES_MAX - 1);
    if (run_of_own(&own->key, &own->name, own->seq, &own->head[own->seq - 1], item.bytes, item.size, &run, &e)
        != OK)
        fail_msg("%s: %s", d->words, e.text);
    own->head[own->seq] = verified_run_entry(run, 0)->hash;
    printf("case ");
    for (size_t i = 0; i < DEVICE_BYTES; i++)
        printf("%02x", own->name.device[i]);
    printf(" %" PRIu64 " %" PRIu64 " %s\n", own->name.epoch, own->seq, d->words);
    buf_release(&header);
    buf_release(&body);
    buf_release(&item);
    return run;
}

static void
take_run(struct node *n, const struct log_id *name, const struct verified_run *run)
{
    struct ingest_result result;
    struct log_row log;
    struct error e = {0};

    assert_int_equal(store_begin(n->s, &e), OK);
    assert_int_equal(log_add(n->s, name, false, &log, &e), OK);
    if (ingest_run(n->s, run, &result, &e) == OK)
        assert_int_equal(store_commit(n->s, &e), OK);
    else
        store_rollback(n->s); /* a closed log's */
}

/* The office takes the deeds one by one as they were written; the other machine log by log, the founder's last,
 * so that it judges late. */
static void
play(const struct deed *deeds, size_t count, uint64_t epoch, struct node *office, struct node *other)
{
    struct story t = {.office = office, .epoch = epoch};
    struct verified_run *runs[ENTRIES_MAX * 2];

    assert_true(count <= sizeof runs / sizeof runs[0]);
    t.logs = calloc(LABELS, sizeof t.logs[0]);
    assert_non_null(t.logs);
    begin_office(&t);
    for (size_t i = 0; i < count; i++)
        runs[i] = write_deed(&t, &deeds[i]);
    for (size_t i = 0; i < count; i++)
        take_run(office, &log_of(&t, deeds[i].log)->name, runs[i]);
    for (char label = 'z'; label >= 'A'; label--)
        for (size_t i = 0; i < count; i++)
            if (deeds[i].log == label && label != 'F')
                take_run(other, &log_of(&t, label)->name, runs[i]);
    for (size_t i = 0; i < count; i++) {
        if (deeds[i].log == 'F')
            take_run(other, &log_of(&t, 'F')->name, runs[i]);
        verified_run_free(runs[i]);
    }
    free(t.logs);
}

/* The first deeds of a story, as two machines have them. */
static void
play_some(const struct story_text *text, size_t count, unsigned seed,
          void (*print)(struct node *n, const char *name))
{
    struct node office, other;
    char name[96];

    node_found(&office, seed, "Xã Một", "commune");
    for (int k = 0; k < 3; k++)
        node_add(&office, RECORD_UNIT, "name", "Thôn", NULL);
    node_enrol(&other, seed + 1, &office, INVITE_CLERK, NULL);
    node_sync(&office, &other);
    play(text->deeds, count, 1000 * seed, &office, &other);
    snprintf(name, sizeof name, "%s%s, %zu deeds", text->differs ? "differs: " : "", text->name, count);
    print(&other, name);
    if (count == text->count) {
        print(&office, name);
        node_sync(&other, &office);
        print(&office, name);
    }
    node_release(&office);
    node_release(&other);
}

void
craft_trust(void (*print)(struct node *n, const char *name))
{
    for (unsigned i = 0; i < stories_count; i++)
        for (size_t count = stories[i].differs ? stories[i].count : 1; count <= stories[i].count; count++)
            play_some(&stories[i], count, 10 * i + 100, print);
}
