/* Host: writes. Each is a job of its own; the answer goes to the session, unless that has gone meanwhile. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/daemon.h"
#include "daemon/engine/ingest.h"
#include "daemon/log_line.h"
#include "daemon/net/host_core.h"
#include "protocol/util/mem.h"

enum { WRITE_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* Queue a job that holds on to its host. */
static enum err
post(struct host *h, struct job *job, struct error *e)
{
    enum err err = h->store.post(h->store.context, job, e);

    if (err == OK)
        h->references++;
    return err;
}

/* --- runs ------------------------------------------------------------------------------------ */

struct run_job {
    struct job job;
    struct host *host;
    uint64_t ticket;
    struct host_peer peer;
    struct verified_run *run; /* owned */
    uint8_t genesis[GENESIS_BYTES];
};

static enum err
run_run(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    struct run_job *j = (struct run_job *) job;
    struct ingest_result result;
    enum err err = host_admit(s, &j->peer, j->genesis, verified_run_id(j->run), e);

    (void) me;
    if (err == OK)
        err = ingest_run(s, j->run, &result, e);
    /* A run that needs more memory than there is stops its log, not all the others of the session. */
    return err == ERR_NOMEM ? err_set(e, ERR_LIMIT, "a run that this machine has no memory for") : err;
}

static void
on_run_done(struct job *job, enum err err, const struct error *e)
{
    struct run_job *j = (struct run_job *) job;
    struct host *h = j->host;

    if (!h->released)
        h->events.on_committed(h->events.context, j->ticket, err, e);
    verified_run_free(j->run);
    mem_free(j);
    host_unreference(h);
}

enum err
host_commit(void *context, uint64_t ticket, struct verified_run *take_run,
            const uint8_t genesis[GENESIS_BYTES], struct error *e)
{
    struct host *h = context;
    struct run_job *j = mem_alloc(sizeof *j);
    enum err err;

    if (j == NULL) {
        verified_run_free(take_run);
        return err_set(e, ERR_NOMEM, "no memory");
    }
    j->job.run = run_run;
    j->job.done = on_run_done;
    j->host = h;
    j->ticket = ticket;
    j->peer = host_who(h);
    j->run = take_run;
    memcpy(j->genesis, genesis, GENESIS_BYTES);
    err = post(h, &j->job, e);
    if (err != OK) {
        verified_run_free(take_run);
        mem_free(j);
    }
    return err;
}

/* --- joining --------------------------------------------------------------------------------- */

struct join_job {
    struct job job;
    struct host *host;
    uint64_t ticket;
    uint64_t epoch;
    struct enrol_join join;
    struct enrol_welcome welcome;
    char address[HOST_ADDRESS_BYTES];
};

static struct join_job *
join_job_new(struct host *h, uint64_t ticket)
{
    struct join_job *j = mem_alloc(sizeof *j);

    if (j == NULL)
        return NULL;
    j->host = h;
    j->ticket = ticket;
    daemon_random(&j->epoch, sizeof j->epoch);
    memcpy(j->address, h->address, sizeof j->address);
    return j;
}

static void
join_job_free(struct join_job *j)
{
    sign_wipe(&j->join, sizeof j->join);
    mem_free(j);
}

static void
tell_joined(struct join_job *j, enum err err, const struct message_joined *answer, const struct error *e)
{
    struct host *h = j->host;

    if (!h->released)
        h->events.on_joined(h->events.context, j->ticket, err, answer, e);
    join_job_free(j);
    host_unreference(h);
}

static enum err
post_join(struct host *h, struct join_job *j, struct error *e)
{
    enum err err = post(h, &j->job, e);

    if (err != OK)
        join_job_free(j);
    return err;
}

static enum err
run_accept(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    struct join_job *j = (struct join_job *) job;

    return enrol_accept(s, me, &j->join, j->epoch, daemon_now_s(), &j->welcome, e);
}

static void
on_accepted(struct job *job, enum err err, const struct error *e)
{
    struct join_job *j = (struct join_job *) job;
    const struct enrol_welcome *w = &j->welcome;
    uint8_t spaces[ENROL_SPACES_MAX * JOINED_SPACE_BYTES];
    struct message_joined answer = {.cert = w->cert, .kind = w->kind, .unit_name = w->unit_name,
                                    .unit_name_size = strlen(w->unit_name),
                                    .spaces_count = w->spaces_count, .spaces = spaces};
    struct error again;

    if (err == OK)
        err = host_calls.peer(j->host, j->host->noise, &again);
    if (err != OK) {
        log_line(LOG_WARNING, "join_refused", "unit=\"%s\" error=\"%s\"", j->join.unit_name, e->text);
        tell_joined(j, err, NULL, e);
        return;
    }
    memcpy(answer.store, w->store_id, STORE_ID_BYTES);
    for (unsigned i = 0; i < w->spaces_count; i++) {
        spaces[i * JOINED_SPACE_BYTES] = (uint8_t) w->spaces[i].origin;
        memcpy(spaces + i * JOINED_SPACE_BYTES + 1, w->spaces[i].genesis, GENESIS_BYTES);
    }
    log_line(LOG_INFO, "joined_by", "unit=\"%s\" peer=%lld", j->join.unit_name, (long long) j->host->peer);
    tell_joined(j, OK, &answer, NULL);
}

static void
copy_text(char *ret_text, size_t text_bytes, const char *text, size_t size)
{
    if (size >= text_bytes)
        size = text_bytes - 1;
    memcpy(ret_text, text, size);
    ret_text[size] = '\0';
}

enum err
host_join(void *context, uint64_t ticket, const struct message_join *m, struct error *e)
{
    struct host *h = context;
    struct join_job *j = join_job_new(h, ticket);

    if (j == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    j->job.run = run_accept;
    j->job.done = on_accepted;
    memcpy(j->join.secret, m->secret, ENROL_SECRET_BYTES);
    j->join.cert = m->cert;
    memcpy(j->join.store_id, m->store, STORE_ID_BYTES);
    j->join.has_spaces = m->inner != NULL;
    if (m->inner != NULL) {
        memcpy(j->join.inner, m->inner, GENESIS_BYTES);
        memcpy(j->join.outer, m->outer, GENESIS_BYTES);
    }
    copy_text(j->join.unit_name, sizeof j->join.unit_name, m->unit_name, m->unit_name_size);
    copy_text(j->join.node, sizeof j->join.node, m->node, m->node_size);
    return post_join(h, j, e);
}

static enum err
run_joined(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    struct join_job *j = (struct join_job *) job;

    return enrol_joined(s, me, &j->welcome, j->address, e);
}

static void
on_joined_stored(struct job *job, enum err err, const struct error *e)
{
    struct join_job *j = (struct join_job *) job;
    struct host *h = j->host;
    struct error why = {.code = OK};

    if (err == OK)
        err = host_calls.peer(h, h->noise, &why);
    h->joined = err == OK;
    tell_joined(j, err, NULL, why.code != OK ? &why : e);
}

enum err
host_store_joined(void *context, uint64_t ticket, const struct message_joined *m, struct error *e)
{
    struct host *h = context;
    struct join_job *j = join_job_new(h, ticket);

    if (j == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    j->job.run = run_joined;
    j->job.done = on_joined_stored;
    memcpy(h->noise, m->cert.noise, DH_BYTES);
    j->welcome.kind = (enum invite_kind) m->kind;
    j->welcome.cert = m->cert;
    memcpy(j->welcome.store_id, m->store, STORE_ID_BYTES);
    copy_text(j->welcome.unit_name, sizeof j->welcome.unit_name, m->unit_name, m->unit_name_size);
    for (uint32_t i = 0; i < m->spaces_count && i < ENROL_SPACES_MAX; i++) {
        const uint8_t *space = m->spaces + i * JOINED_SPACE_BYTES;

        /* The other side does not decide that its spaces are ours, unless it took us into its unit. */
        if (space[0] != SPACE_ABOVE && !(space[0] == SPACE_OWN && m->kind != INVITE_COMMUNE))
            continue;
        j->welcome.spaces[j->welcome.spaces_count].origin = (enum space_origin) space[0];
        memcpy(j->welcome.spaces[j->welcome.spaces_count++].genesis, space + 1, GENESIS_BYTES);
    }
    return post_join(h, j, e);
}

/* --- what a session has learnt --------------------------------------------------------------- */

void
host_contact(void *context)
{
    struct host *h = context;

    h->contact_s = daemon_now_s();
    h->contact_due = true;
}

void
host_base_save(void *context, enum session_base_kind kind, const uint8_t digest[VECTOR_DIGEST_BYTES],
               const uint8_t *base, size_t size)
{
    struct host *h = context;
    struct host_base *b = kind == SESSION_BASE_CONFIRMED ? &h->confirmed : &h->pending;

    if (kind == SESSION_BASE_CONFIRMED)
        h->pending.due = false;
    buf_reset(&b->bytes);
    b->due = buf_append(&b->bytes, base, size) == OK;
    memcpy(b->digest, digest, VECTOR_DIGEST_BYTES);
}

struct flush_job {
    struct job job;
    struct host *host;
    int64_t peer;
    int64_t contact_s;          /* 0 = none to write */
    bool final;
    bool proven;                /* else message 1 may be a replay: nothing of the peer's row moves */
    uint8_t store_id[STORE_ID_BYTES];
    struct peer_counters more;
    char error[ERR_TEXT_BYTES_MAX];
    struct host_base confirmed; /* owned bytes */
    struct host_base pending;
};

/* Of confirmed bases the last is kept, and the one before beside it: the peer may not have heard of the
 * last one. A pending one stands beside the confirmed one. */
static enum err
put_base(struct store *s, int64_t peer, const struct host_base *base, bool confirmed, struct error *e)
{
    struct base_row last, row = {.vector = base->bytes.bytes, .vector_size = base->bytes.size,
                                 .confirmed = confirmed};
    struct arena a;
    enum err err;

    memcpy(row.digest, base->digest, BASE_DIGEST_BYTES);
    arena_init(&a, WRITE_ARENA_BYTES_MAX);
    err = base_last_confirmed(s, peer, &a, &last, e);
    if (err == OK) {
        bool same = memcmp(last.digest, row.digest, BASE_DIGEST_BYTES) == 0;

        err = base_drop_others(s, peer, last.digest, e);
        if (err == OK && confirmed && !same) {
            last.confirmed = false;
            err = base_put(s, peer, &last, e);
        }
        if (err == OK && (confirmed || !same))
            err = base_put(s, peer, &row, e);
    } else if (err == ERR_NOT_FOUND) {
        err = base_put(s, peer, &row, e);
    }
    arena_release(&a);
    return err;
}

static enum err
put_peer(struct store *s, const struct flush_job *j, struct error *e)
{
    static const uint8_t none[STORE_ID_BYTES];
    struct peer_row row;
    struct arena a;
    time_t now = (time_t) daemon_now_s();
    struct tm local;
    int64_t id;
    enum err err;

    arena_init(&a, WRITE_ARENA_BYTES_MAX);
    err = peer_get(s, j->peer, &a, &row, e);
    if (err == OK) {
        if (j->contact_s != 0)
            row.last_contact_s = j->contact_s;
        if (memcmp(j->store_id, none, STORE_ID_BYTES) != 0) {
            row.has_store_id = true;
            memcpy(row.store_id, j->store_id, STORE_ID_BYTES);
        }
        if (j->final || j->contact_s != 0)
            row.last_error = j->error;
        err = peer_put(s, &row, &id, e);
    }
    arena_release(&a);
    localtime_r(&now, &local);
    now += local.tm_gmtoff;
    return err == OK ? peer_count(s, j->peer, (int32_t) (now / 86400), &j->more, e) : err;
}

static enum err
run_flush(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    struct flush_job *j = (struct flush_job *) job;
    enum err err = OK;

    (void) me;
    if (j->confirmed.due)
        err = put_base(s, j->peer, &j->confirmed, true, e);
    if (err == OK && j->pending.due)
        err = put_base(s, j->peer, &j->pending, false, e);
    return err == OK && j->proven ? put_peer(s, j, e) : err;
}

static void
flush_job_free(struct flush_job *j)
{
    buf_release(&j->confirmed.bytes);
    buf_release(&j->pending.bytes);
    mem_free(j);
}

static void
on_flushed(struct job *job, enum err err, const struct error *e)
{
    struct flush_job *j = (struct flush_job *) job;
    struct host *h = j->host;

    if (err != OK)
        log_line(LOG_ERROR, "peer_not_saved", "peer=\"%s\" error=\"%s\"", host_peer_name(h), e->text);
    flush_job_free(j);
    host_unreference(h);
}

static void
take_base(struct host_base *from, struct host_base *to)
{
    *to = *from;
    from->due = false;
    buf_init(&from->bytes, BASE_BYTES_MAX);
}

/* What the counters have gained since they were written last. */
void
host_unwritten(const struct host *h, const struct session *s, struct peer_counters *ret_more)
{
    struct session_counts now;

    session_counts(s, &now);
    ret_more->bytes_in = now.bytes_in - h->written.bytes_in;
    ret_more->bytes_out = now.bytes_out - h->written.bytes_out;
    ret_more->entries_in = now.entries_in - h->written.entries_in;
    ret_more->entries_out = now.entries_out - h->written.entries_out;
    ret_more->round_trips = now.round_trips - h->written.round_trips;
    ret_more->sessions = h->session_counted ? 0 : 1;
}

void
host_flush(struct host *h, const struct session *s, bool final)
{
    bool proven = h->called || host_contacted(h);
    bool due = h->confirmed.due || h->pending.due || h->contact_due;
    struct flush_job *j;
    struct error e;

    if (h->peer == 0 || !(due || (final && proven)))
        return;
    j = mem_alloc(sizeof *j);
    if (j == NULL)
        return;
    j->job.run = run_flush;
    j->job.done = on_flushed;
    j->host = h;
    j->peer = h->peer;
    j->contact_s = h->contact_s;
    j->final = final;
    j->proven = proven;
    memcpy(j->store_id, session_peer_store(s), STORE_ID_BYTES);
    snprintf(j->error, sizeof j->error, "%s", session_error(s)->text);
    take_base(&h->confirmed, &j->confirmed);
    take_base(&h->pending, &j->pending);
    if (proven) {
        host_unwritten(h, s, &j->more);
        session_counts(s, &h->written);
        h->session_counted = true;
    }
    h->contact_due = false;
    if (post(h, &j->job, &e) != OK)
        flush_job_free(j);
}
