/* Verification of the own store. */
#include "config.h"

#include "daemon/engine/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/engine/digest.h"
#include "daemon/engine/replay.h"

enum { BLOCK_BYTES = 1024 * 1024, TEXT_BYTES = 300 };

static void problem(struct arena *a, struct verify_report *report, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
problem(struct arena *a, struct verify_report *report, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    char *copy;

    if (report->problems_count == VERIFY_PROBLEMS_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    copy = arena_text(a, text, strlen(text));
    report->problems[report->problems_count++] = copy != NULL ? copy : "no memory for the text";
}

/* Where a log's replay stands. */
struct replay {
    struct store *s;
    const struct log_row *log;
    struct hash hash;           /* of the chain up to seq */
    uint64_t seq;
    uint64_t signed_seq;        /* next kept signature, 0 = none left */
    uint8_t signature[SIGNATURE_BYTES];
    uint64_t last_signed;       /* last entry that a good signature covers */
    size_t offset;              /* bytes of this log's items before the current one */
};

static enum err
next_signature(struct replay *r, struct error *e)
{
    enum err err = signature_at_or_after(r->s, r->log->id, r->seq + 1, &r->signed_seq, r->signature, e);

    if (err == ERR_NOT_FOUND) {
        r->signed_seq = 0;
        err = OK;
    }
    return err;
}

/* Chain one item; the bytes of the whole log are counted, so that a fault can be pointed at. */
static enum err
replay_item(struct replay *r, struct verified_entry *entry, struct arena *a, struct verify_report *report,
            struct error *e)
{
    struct hash body_hash, stored;
    enum err err;

    if (entry->body != NULL)
        hash_once(DOMAIN_BODY, entry->body, entry->body_size, &body_hash);
    else
        memcpy(body_hash.bytes, entry->item + entry->item_size - HASH_BYTES, HASH_BYTES);
    chain_next(&r->hash, entry->item, entry->header_size, &body_hash, &r->hash);
    r->seq++;
    report->entries++;
    err = entry_hash(r->s, r->log->id, r->seq, &stored, e);
    if (err != OK)
        return err;
    if (!hash_equal(&stored, &r->hash)) {
        problem(a, report, "log %lld entry %llu: its bytes (from byte %zu of the log) do not give the "
                           "hash that was verified when it arrived",
                (long long) r->log->id, (unsigned long long) r->seq, r->offset);
        return ERR_FORMAT;
    }
    r->offset += entry->item_size;
    if (r->seq != r->signed_seq)
        return OK;
    report->signatures++;
    if (chain_check(&r->log->name, r->seq, &r->hash, r->signature) == OK)
        r->last_signed = r->seq;
    else
        problem(a, report, "log %lld entry %llu: its signature does not hold", (long long) r->log->id,
                (unsigned long long) r->seq);
    return next_signature(r, e);
}

/* Replay a block of items.
 *   Returns  ERR_FORMAT when the rest of the log cannot be replayed (a problem was noted) */
static enum err
replay_block(struct replay *r, struct buf *items, struct arena *a, struct verify_report *report,
             struct error *e)
{
    size_t at = 0;
    enum err err = OK;

    while (err == OK && at < items->size) {
        struct verified_entry entry;
        struct arena scratch;

        arena_init(&scratch, 4 * CHANGESET_BYTES_MAX);
        err = item_split(items->bytes + at, items->size - at, &scratch, &entry, e);
        if (err == ERR_FORMAT)
            problem(a, report, "log %lld entry %llu: byte %zu of the log begins no entry",
                    (long long) r->log->id, (unsigned long long) r->seq + 1, r->offset);
        if (err == OK) {
            at += entry.item_size;
            err = replay_item(r, &entry, a, report, e);
        }
        arena_release(&scratch);
    }
    return err;
}

static enum err
verify_log(struct store *s, const struct log_row *log, struct arena *a, struct verify_report *report,
           struct error *e)
{
    struct replay r = {.s = s, .log = log};
    struct buf items;
    enum err err;

    chain_start(&log->name, &r.hash);
    buf_init(&items, BLOCK_BYTES + 2 * CHANGESET_BYTES_MAX);
    report->logs++;
    err = next_signature(&r, e);
    while (err == OK && r.seq < log->received_seq) {
        uint64_t last;

        buf_reset(&items);
        err = log_read_items(s, log->id, r.seq + 1, log->received_seq, BLOCK_BYTES, &items, &last, e);
        if (err == OK && last <= r.seq) {
            problem(a, report, "log %lld: entry %llu is missing", (long long) log->id,
                    (unsigned long long) r.seq + 1);
            err = ERR_FORMAT;
        }
        if (err == OK)
            err = replay_block(&r, &items, a, report, e);
    }
    if (err == OK && !hash_equal(&r.hash, &log->received_hash))
        problem(a, report, "log %lld: its head is not the one that was noted", (long long) log->id);
    if (err == OK && r.last_signed < log->received_seq) {
        report->unsigned_entries += log->received_seq - r.last_signed;
        if (!log->own)
            problem(a, report, "log %lld: entries behind %llu bear no signature", (long long) log->id,
                    (unsigned long long) r.last_signed);
    }
    buf_release(&items);
    return err == ERR_FORMAT ? OK : err;
}

enum err
verify_logs(struct store *s, struct arena *a, struct verify_report *ret_report, struct error *e)
{
    struct space_row *spaces;
    size_t spaces_count;
    enum err err = space_list(s, a, &spaces, &spaces_count, e);

    *ret_report = (struct verify_report){0};
    for (size_t i = 0; err == OK && i < spaces_count; i++) {
        struct log_row *logs;
        size_t logs_count;

        err = log_list(s, spaces[i].id, a, &logs, &logs_count, e);
        for (size_t k = 0; err == OK && k < logs_count; k++)
            err = verify_log(s, &logs[k], a, ret_report, e);
    }
    return err;
}

enum err
verify_rebuild(struct store *s, struct arena *a, struct verify_report *report, struct error *e)
{
    struct space_row *spaces;
    struct hash *before;
    uint64_t entries;
    size_t count;
    enum err err = space_list(s, a, &spaces, &count, e);

    if (err != OK)
        return err;
    before = arena_array(a, count, sizeof *before);
    if (before == NULL && count > 0)
        return err_set(e, ERR_NOMEM, "verify: no memory");
    for (size_t i = 0; err == OK && i < count; i++)
        err = digest_space(s, &spaces[i], &before[i], e);
    if (err == OK)
        err = replay_all(s, &entries, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct hash after;

        err = digest_space(s, &spaces[i], &after, e);
        if (err == OK && !hash_equal(&before[i], &after))
            problem(a, report, "space %lld: the tables were not what the log gives; they are now",
                    (long long) spaces[i].id);
    }
    return err;
}
