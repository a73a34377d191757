/* Host: which earlier entries help to compress a run. An edit repeats most of the record that it changes,
 * so the entries that last wrote the record are its best dictionary (doc/transport.md, "Chunks"). */
#include "config.h"

#include "daemon/engine/merge.h"
#include "daemon/net/host_core.h"

enum {
    RELATED_ARENA_BYTES_MAX = 16 * 1024 * 1024,
    RUN_ENTRIES_MAX = 16, /* a longer run has its own tail for history */
    OF_RECORD_MAX = 2,    /* the entries that wrote a record last */
};

struct search {
    struct store *s;
    struct log_row log;
    uint64_t first;           /* of the run */
    struct arena *a;
    struct stamp found[SESSION_RELATED_MAX];
    size_t count;
};

static void
note(struct search *search, struct stamp stamp)
{
    if (stamp.log == search->log.id && stamp.seq >= search->first)
        return; /* of the run itself */
    for (size_t i = 0; i < search->count; i++)
        if (search->found[i].log == stamp.log && search->found[i].seq == stamp.seq)
            return;
    if (search->count < SESSION_RELATED_MAX)
        search->found[search->count++] = stamp;
}

/* The last entries before the run that wrote the record, oldest first. */
static enum err
note_record(struct search *search, int64_t record, struct error *e)
{
    struct touch_row *touches;
    size_t count, kept = 0;
    struct stamp last[OF_RECORD_MAX];
    enum err err = state_touches(search->s, record, search->a, &touches, &count, e);

    if (err == ERR_NOT_FOUND)
        return OK;
    for (size_t i = count; err == OK && i > 0 && kept < OF_RECORD_MAX; i--)
        if (touches[i - 1].stamp.log != search->log.id || touches[i - 1].stamp.seq < search->first)
            last[kept++] = touches[i - 1].stamp;
    while (kept > 0)
        note(search, last[--kept]);
    return err;
}

static enum err
search_entry(struct search *search, uint64_t seq, struct error *e)
{
    struct entry_row row;
    struct verified_entry entry;
    struct change_body body;
    enum err err = entry_get(search->s, search->log.id, seq, search->a, &row, e);

    if (err == OK)
        err = item_decode(row.item, row.item_size, search->a, &entry, e);
    if (err != OK || entry.body == NULL || row.applied == 0)
        return err;
    err = change_decode_body(entry.body, entry.body_size, entry.header.version, search->a, &body, e);
    if (err == ERR_UNSUPPORTED || err == ERR_FORMAT)
        return OK; /* kept and sent all the same; nothing is known of its records */
    for (uint32_t i = 0; err == OK && i < body.ops_count; i++) {
        const struct change_op *op = &body.ops[i];
        int64_t record = record_id(search->log.id, seq, i), space;

        if (op->kind == CHANGE_PUT_NEW)
            continue;
        if (op->kind != CHANGE_PUT_KEYED)
            err = merge_resolve(search->s, &search->log, seq, op->target, &record, &space, e);
        if (err == ERR_FORMAT) {
            err = OK; /* it names what its author had not seen: set aside, see policy.c */
            continue;
        }
        if (err == OK)
            err = note_record(search, record, e);
    }
    return err;
}

enum err
host_related(void *context, const struct log_id *id, uint64_t first, uint64_t last,
             struct session_related ret_related[SESSION_RELATED_MAX], size_t *ret_count, struct error *e)
{
    struct host *h = context;
    struct arena a;
    struct search search = {.s = h->store.reader, .first = first, .a = &a};
    size_t count = 0;
    enum err err;

    *ret_count = 0;
    if (last - first >= RUN_ENTRIES_MAX)
        return OK;
    arena_init(&a, RELATED_ARENA_BYTES_MAX);
    err = log_find(search.s, id, &search.log, e);
    for (uint64_t seq = first; err == OK && seq <= last; seq++)
        err = search_entry(&search, seq, e);
    for (size_t i = 0; err == OK && i < search.count; i++) {
        struct log_row log;

        err = log_get(search.s, search.found[i].log, &log, e);
        ret_related[count].log = log.name;
        ret_related[count++].seq = search.found[i].seq;
    }
    if (err == OK)
        *ret_count = count;
    arena_release(&a);
    return err;
}
