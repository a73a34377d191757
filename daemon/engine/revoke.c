/* Revocation, on the side of who writes it. */
#include "config.h"

#include "daemon/engine/revoke.h"

#include <string.h>

#include "daemon/engine/clock.h"
#include "daemon/engine/system_fields.h"

enum { REVOKE_ARENA_BYTES_MAX = 64 * 1024 * 1024, SECONDS_OF_DAY = 86400, VIETNAM_S = 7 * 3600 };

/* The last entry of a log that was written before a time, by the clocks of who wrote. */
static enum err
last_before(struct store *s, const struct log_row *log, int64_t since_s, uint64_t *ret_seq, struct error *e)
{
    uint64_t seq = 0;
    enum err err = OK;

    if (since_s == INT64_MAX) {
        *ret_seq = log->applied_seq;
        return OK;
    }
    while (err == OK && seq < log->applied_seq) {
        struct entry_row row;
        struct arena a;

        arena_init(&a, 4 * CHANGESET_BYTES_MAX);
        err = entry_get(s, log->id, seq + 1, &a, &row, e);
        arena_release(&a);
        if (err == OK && row.wall_s >= since_s)
            break;
        seq++;
    }
    if (err == OK)
        *ret_seq = seq;
    return err;
}

/* What of the device's logs still counts, as bytes; ascending epochs.
 *   ret_cut  entries that it leaves out */
static enum err
make_cutoffs(struct store *s, const struct space_row *space, const struct revoke_request *request,
             struct arena *a, struct buf *ret_bytes, uint64_t *ret_cut, struct error *e)
{
    struct trust_cutoff list[TRUST_CUTOFFS_MAX];
    struct log_row *logs;
    size_t logs_count = 0, count = 0;
    enum err err = log_list(s, space->id, a, &logs, &logs_count, e);

    /* log_list() sorts by device, then epoch */
    for (size_t i = 0; err == OK && i < logs_count; i++) {
        struct hash hash;
        uint64_t last = 0;

        if (memcmp(logs[i].name.device, request->device, DEVICE_BYTES) != 0)
            continue;
        err = last_before(s, &logs[i], request->since_s, &last, e);
        *ret_cut += logs[i].applied_seq - last;
        if (err != OK || last == 0)
            continue;
        if (count == TRUST_CUTOFFS_MAX)
            return err_set(e, ERR_LIMIT, "a device with more than %d logs", TRUST_CUTOFFS_MAX);
        err = entry_hash(s, logs[i].id, last, &hash, e);
        list[count].epoch = logs[i].name.epoch;
        list[count].seq = last;
        memcpy(list[count++].hash, hash.bytes, SEEN_HASH_BYTES);
    }
    if (err == OK && trust_cutoffs_encode(ret_bytes, list, count) != OK)
        err = err_set(e, ret_bytes->err, "revocation: no memory");
    return err;
}

/* One revocation for each right that is open. */
static enum err
revoke_in(struct store *s, const struct identity *me, const struct space_row *space,
          const struct revoke_request *request, int64_t operator, int64_t now_s, size_t *ret_count,
          uint64_t *ret_cut, struct error *e)
{
    struct arena a;
    struct buf cutoffs;
    struct right_row *rights;
    size_t count = 0;
    enum err err;

    arena_init(&a, REVOKE_ARENA_BYTES_MAX);
    buf_init(&cutoffs, BYTES_VALUE_MAX);
    err = trust_rights_of(s, space, request->device, &a, &rights, &count, e);
    if (err == OK)
        err = make_cutoffs(s, space, request, &a, &cutoffs, ret_cut, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct submit_field fields[3];
        struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_REVOCATION, .space = space->id,
                               .fields = fields};
        struct submit_request submitted = {.ops = &op, .ops_count = 1, .operator = operator, .system = true};

        if (!trust_is_open(&rights[i]))
            continue;
        if (rights[i].id > 0)
            fields[op.fields_count++] = (struct submit_field){
                REVOCATION_RIGHT, {.kind = VALUE_REFERENCE, .record = rights[i].id}};
        fields[op.fields_count++] = (struct submit_field){
            REVOCATION_CUTOFFS, {.kind = VALUE_BYTES, .bytes = cutoffs.bytes, .size = cutoffs.size}};
        if (request->reason != NULL)
            fields[op.fields_count++] = (struct submit_field){
                REVOCATION_REASON, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) request->reason,
                                    .size = strlen(request->reason)}};
        err = submit(s, me, &submitted, now_s, e);
        ++*ret_count;
    }
    buf_release(&cutoffs);
    arena_release(&a);
    return err;
}

enum err
revoke_device(struct store *s, const struct identity *me, const struct revoke_request *request,
              int64_t operator, int64_t now_s, uint64_t *ret_cut, struct error *e)
{
    static const enum space_kind kinds[] = {SPACE_INNER, SPACE_OUTER};
    size_t count = 0;
    uint64_t cut = 0;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < sizeof kinds / sizeof kinds[0]; i++) {
        struct space_row own;

        err = request->spaces[i] != 0 ? space_get(s, request->spaces[i], &own, e) : space_own(s, kinds[i], &own, e);
        if (err == OK)
            err = revoke_in(s, me, &own, request, operator, now_s, &count, &cut, e);
    }
    if (err == OK && count == 0)
        return err_say(e, ERR_NOT_FOUND,
                       N_("that machine has no right here that could be taken back (thidua list grant shows them)"),
                       NULL);
    if (err == OK)
        *ret_cut = cut;
    return err;
}

enum err
revoke_check_expiry(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                    int64_t now_s, struct arena *a, struct error *e)
{
    struct right_row *rights;
    size_t count = 0, ended = 0;
    enum err err = trust_rights_of(s, space, device, a, &rights, &count, e);

    if (err != OK || count == 0 || !clock_is_plausible(now_s, 0))
        return err;
    for (size_t i = 0; err == OK && i < count; i++) {
        struct record *grant;
        const struct value *v = NULL;

        if (rights[i].id > 0)
            err = state_get(s, rights[i].id, a, &grant, e);
        if (err == OK && rights[i].id > 0 && grant->type == RECORD_GRANT)
            v = record_value(grant, GRANT_EXPIRES);
        if (v != NULL && v->kind == VALUE_DATE &&
            date_last_day(v->date) < (now_s + VIETNAM_S) / SECONDS_OF_DAY)
            ended++;
    }
    if (err == OK && ended == count)
        return err_say(e, ERR_AUTH, N_("the right of this machine has ended by its date: ask for a new one"), NULL);
    return err;
}
