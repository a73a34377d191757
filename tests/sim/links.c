/* Links. */
#include "config.h"

#include "tests/sim/links.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log_line.h"
#include "protocol/util/mem.h"

enum { WIRE_BYTES_MAX = 64 * 1024 * 1024, LINK_STEPS_MAX = 100000, REPLAY_BYTES_MAX = 1024 * 1024,
       TCP_GIVES_UP_MS = 15 * 60 * 1000 };

/* What the daemon asks of the system, from the simulator's own chance. */
static struct links *current;

int64_t
daemon_now_s(void)
{
    return 1750000000 + (int64_t) (current->now_ms / 1000);
}

void
daemon_random(void *ret_bytes, size_t size)
{
    uint8_t *bytes = ret_bytes;

    while (size-- > 0)
        *bytes++ = (uint8_t) chance_next(&current->sim->c);
}

/* Broken links and lost power are what is simulated here: no word of them. */
void
log_line(enum log_level level, const char *event, const char *format, ...)
{
    (void) level;
    (void) event;
    (void) format;
}

void
links_init(struct links *l, struct sim *sim)
{
    memset(l, 0, sizeof *l);
    l->sim = sim;
    l->now_ms = 1000;
    buf_init(&l->replay, REPLAY_BYTES_MAX);
    current = l;
}

void
links_release(struct links *l)
{
    buf_release(&l->replay);
}

/* --- jobs ------------------------------------------------------------------------------------ */

struct poster {
    struct links *l;
    unsigned node;
};

static struct poster posters[SIM_NODES_MAX];

static enum err
post(void *context, struct job *job, struct error *e)
{
    struct poster *p = context;

    (void) e;
    job->next = NULL;
    job->err = OK;
    job->error = (struct error){0};
    if (p->l->last[p->node] != NULL)
        p->l->last[p->node]->next = job;
    else
        p->l->first[p->node] = job;
    p->l->last[p->node] = job;
    return OK;
}

static void
run_job(struct node *n, struct job *job)
{
    job->err = store_savepoint(n->s, &job->error);
    if (job->err != OK)
        return;
    job->err = job->run(job, n->s, &n->me, &job->error);
    if (job->err == OK)
        store_savepoint_keep(n->s, NULL);
    else
        store_savepoint_undo(n->s);
}

static void
check_job(struct links *l, unsigned node, const struct job *job)
{
    if (job->err == ERR_IO)
        l->sim->disk_failed = true;
    else if (job->err != OK && job->err != ERR_AGAIN && job->err != ERR_NOT_FOUND)
        sim_fail(l->sim, "node %u: a job failed: %s: %s", node, err_name(job->err), job->error.text);
}

/* Some of a node's jobs in one transaction; then their answers. */
static void
run_group(struct links *l, unsigned node)
{
    struct node *n = &l->sim->nodes[node];
    struct job *group = l->first[node], *end = group, *next;
    struct error e = {0};
    bool changed;
    enum err err;

    for (uint64_t k = chance_below(&l->sim->c, 4); k > 0 && end->next != NULL; k--)
        end = end->next;
    l->first[node] = end->next;
    if (end->next == NULL)
        l->last[node] = NULL;
    end->next = NULL;
    err = store_begin(n->s, &e);
    for (struct job *job = group; err == OK && job != NULL; job = job->next) {
        run_job(n, job);
        check_job(l, node, job);
    }
    if (err == OK)
        err = submit_sign(n->s, &n->me, &e);
    if (err == OK)
        err = store_commit(n->s, &e);
    else
        store_rollback(n->s);
    if (err == OK)
        sim_expect(l->sim, identity_note_heads(&n->me, n->s, &changed, &e), &e, "note heads");
    else if (err == ERR_IO)
        l->sim->disk_failed = true;
    else
        sim_expect(l->sim, err, &e, "commit jobs");
    for (struct job *job = group; job != NULL; job = next) {
        next = job->next;
        if (job->err == OK && err != OK) {
            job->err = err;
            job->error = e;
        }
        job->done(job, job->err, &job->error);
    }
    if (err == OK)
        links_notify(l, node);
}

/* --- ends ------------------------------------------------------------------------------------ */

static struct end *
other_end(struct end *end)
{
    return &end->link->ends[end->is_client];
}

/* Take what a session has to say onto the wire, and let its host write what it has learnt. */
static void
pump(struct links *l, struct end *end)
{
    struct end *other = other_end(end);
    struct buf out;
    bool more = true;

    if (end->session == NULL)
        return;
    buf_init(&out, SESSION_OUTPUT_BYTES_MAX);
    while (more) {
        buf_reset(&out);
        if (session_output(end->session, &out, l->now_ms) != OK)
            sim_fail(l->sim, "a session has no memory");
        more = out.size > 0;
        if (end->is_client && more && l->replay.size + out.size <= REPLAY_BYTES_MAX && l->replay.size == 0)
            buf_append(&l->replay, out.bytes, out.size);
        if (end->link->cut && more && end->dead_ms == 0)
            end->dead_ms = l->now_ms + TCP_GIVES_UP_MS;
        if (!end->link->cut && more && other->session != NULL && buf_append(&other->wire, out.bytes, out.size) != OK)
            sim_fail(l->sim, "a wire holds more than %d bytes", WIRE_BYTES_MAX);
    }
    buf_release(&out);
    host_flush(end->host, end->session, false);
}

static void
end_stop(struct end *end)
{
    if (end->session == NULL)
        return;
    host_flush(end->host, end->session, true);
    host_release(end->host);
    session_free(end->session);
    buf_release(&end->wire);
    end->session = NULL;
    end->host = NULL;
}

static void
on_committed(void *context, uint64_t ticket, enum err err, const struct error *e)
{
    struct end *end = context;

    session_committed(end->session, ticket, err, e, current->now_ms);
    pump(current, end);
}

static void
on_joined(void *context, uint64_t ticket, enum err err, const struct message_joined *answer,
          const struct error *e)
{
    struct end *end = context;

    session_joined(end->session, ticket, err, answer, e, current->now_ms);
    pump(current, end);
}

static void
end_start(struct links *l, struct end *end, struct session_options *options, int64_t peer)
{
    struct node *n = &l->sim->nodes[end->node];
    struct host_store store = {.reader = n->s, .me = &n->me, .post = post, .context = &posters[end->node]};
    struct host_events events = {on_committed, on_joined, end};
    struct error e = {0};

    posters[end->node] = (struct poster){l, end->node};
    options->own_static = &n->me.noise;
    options->level = 3;
    options->now_ms = l->now_ms;
    daemon_random(options->ephemeral_seed, sizeof options->ephemeral_seed);
    sim_expect(l->sim, host_party(n->s, &options->own, &e), &e, "party");
    sim_expect(l->sim, host_new(&store, &events, peer, "", &end->host, &e), &e, "host");
    sim_expect(l->sim, session_new(options, &host_calls, end->host, &end->session, &e), &e, "session");
    buf_init(&end->wire, WIRE_BYTES_MAX);
    end->next_ms = l->now_ms;
    end->told = false;
}

static struct link *
new_link(struct links *l, unsigned client, unsigned server)
{
    struct link *link = NULL;

    for (size_t i = 0; i < LINKS_MAX && link == NULL; i++)
        if (!l->list[i].used)
            link = &l->list[i];
    if (link == NULL)
        return NULL;
    memset(link, 0, sizeof *link);
    link->used = true;
    link->ends[0] = (struct end){.link = link, .node = client, .is_client = true};
    link->ends[1] = (struct end){.link = link, .node = server};
    l->opened++;
    return link;
}

void
links_open(struct links *l, unsigned client, unsigned server, bool keep_open)
{
    struct node *n = &l->sim->nodes[client], *m = &l->sim->nodes[server];
    struct session_options options = {.role = SESSION_INITIATOR, .keep_open = keep_open};
    struct peer_row peer;
    struct error e = {0};
    struct arena a;
    struct link *link;

    for (size_t i = 0; i < LINKS_MAX; i++)
        if (l->list[i].used && l->list[i].ends[0].node == client && l->list[i].ends[1].node == server)
            return;
    link = new_link(l, client, server);
    if (link == NULL)
        return;
    arena_init(&a, 1u << 20);
    sim_expect(l->sim, peer_by_device(n->s, m->me.sign.public_key, &a, &peer, &e), &e, "peer");
    options.remote_static = m->me.noise.public_key;
    options.early_bytes_max = chance_in(&l->sim->c, 50) ? 0 : chance_below(&l->sim->c, SESSION_EARLY_BYTES_MAX);
    options.link_bytes = chance_in(&l->sim->c, 80) ? 0 : 600 + (uint32_t) chance_below(&l->sim->c, 4000);
    end_start(l, &link->ends[0], &options, peer.id);
    options = (struct session_options){.role = SESSION_RESPONDER};
    end_start(l, &link->ends[1], &options, 0);
    arena_release(&a);
    pump(l, &link->ends[0]);
    pump(l, &link->ends[1]);
}

void
links_replay(struct links *l, unsigned server)
{
    struct session_options options = {.role = SESSION_RESPONDER};
    struct link *link = l->replay.size > 0 ? new_link(l, server, server) : NULL;

    if (link == NULL)
        return;
    end_start(l, &link->ends[1], &options, 0);
    buf_append(&link->ends[1].wire, l->replay.bytes, l->replay.size);
}

/* --- time ------------------------------------------------------------------------------------ */

static void
tell_gone(struct links *l, struct end *end)
{
    if (end->session == NULL || end->told)
        return;
    end->told = true;
    session_eof(end->session, l->now_ms);
    pump(l, end);
}

void
links_cut(struct links *l, struct link *link, bool silent)
{
    if (!link->used || link->cut)
        return;
    link->cut = true;
    link->silent = silent;
    l->cuts++;
    for (int i = 0; i < 2; i++) {
        buf_reset(&link->ends[i].wire);
        if (!silent)
            tell_gone(l, &link->ends[i]);
    }
}

/* Some of what is on its way arrives. */
static void
arrive(struct links *l, struct end *end)
{
    size_t size = end->wire.size;
    uint8_t *bytes;

    if (end->session == NULL || size == 0 || end->next_ms > l->now_ms || !session_wants_input(end->session))
        return;
    if (chance_in(&l->sim->c, 60))
        size = 1 + chance_below(&l->sim->c, size);
    bytes = malloc(size);
    if (bytes == NULL)
        abort();
    memcpy(bytes, end->wire.bytes, size);
    buf_consume(&end->wire, size);
    l->bytes += size;
    end->next_ms = l->now_ms + chance_below(&l->sim->c, 300);
    session_input(end->session, bytes, size, l->now_ms);
    free(bytes);
    pump(l, end);
}

static void
step_end(struct links *l, struct end *end)
{
    arrive(l, end);
    if (end->session == NULL)
        return;
    if (end->dead_ms != 0 && end->dead_ms <= l->now_ms)
        tell_gone(l, end);
    if (session_deadline_ms(end->session) <= l->now_ms) {
        session_tick(end->session, l->now_ms);
        pump(l, end);
    }
    if (session_state(end->session) != SESSION_ENDED)
        return;
    end_stop(end);
    if (other_end(end)->session != NULL && other_end(end)->wire.size == 0)
        tell_gone(l, other_end(end));
}

static void
step_link(struct links *l, struct link *link)
{
    if (++link->steps > LINK_STEPS_MAX)
        sim_fail(l->sim, "a link of nodes %u and %u does not end: %s, %s", link->ends[0].node,
                 link->ends[1].node,
                 link->ends[0].session != NULL ? session_state_name(session_state(link->ends[0].session)) : "-",
                 link->ends[1].session != NULL ? session_state_name(session_state(link->ends[1].session)) : "-");
    for (int i = 0; i < 2; i++)
        step_end(l, &link->ends[i]);
    for (int i = 0; i < 2; i++) /* the other side has closed, and what it sent has all arrived */
        if (link->ends[i].session != NULL && link->ends[!i].session == NULL && link->ends[i].wire.size == 0 &&
            !link->silent)
            tell_gone(l, &link->ends[i]);
    if (link->ends[0].session == NULL && link->ends[1].session == NULL) {
        link->used = false;
        l->ended++;
    }
}

/* When nothing is under way, the time goes on to the next deadline. */
static void
pass_time(struct links *l)
{
    uint64_t next = UINT64_MAX;

    l->now_ms += chance_below(&l->sim->c, 50);
    for (unsigned i = 0; i < l->sim->nodes_count; i++)
        if (l->first[i] != NULL)
            return;
    for (size_t i = 0; i < LINKS_MAX; i++)
        for (int k = 0; k < 2; k++) {
            struct end *end = &l->list[i].ends[k];
            uint64_t due = end->session != NULL && l->list[i].used ? session_deadline_ms(end->session) : UINT64_MAX;

            if (end->session != NULL && l->list[i].used && end->wire.size > 0 && end->next_ms < due)
                due = end->next_ms;
            if (end->session != NULL && l->list[i].used && end->dead_ms != 0 && end->dead_ms < due)
                due = end->dead_ms;
            next = due < next ? due : next;
        }
    if (next != UINT64_MAX && next > l->now_ms)
        l->now_ms = next;
}

void
links_step(struct links *l)
{
    for (size_t i = 0; i < LINKS_MAX; i++)
        if (l->list[i].used)
            step_link(l, &l->list[i]);
    for (unsigned i = 0; i < l->sim->nodes_count; i++)
        if (l->first[i] != NULL && !l->sim->disk_failed && chance_in(&l->sim->c, 50))
            run_group(l, i);
    pass_time(l);
}

void
links_notify(struct links *l, unsigned node)
{
    for (size_t i = 0; i < LINKS_MAX; i++)
        for (int k = 0; k < 2; k++) {
            struct end *end = &l->list[i].ends[k];

            if (l->list[i].used && end->session != NULL && end->node == node) {
                session_notify(end->session, l->now_ms);
                pump(l, end);
            }
        }
}

bool
links_idle(const struct links *l)
{
    for (size_t i = 0; i < LINKS_MAX; i++)
        if (l->list[i].used)
            return false;
    for (unsigned i = 0; i < l->sim->nodes_count; i++)
        if (l->first[i] != NULL)
            return false;
    return true;
}

static void
drop_jobs(struct links *l, unsigned node)
{
    const struct error gone = {.code = ERR_CANCELLED};
    struct job *job = l->first[node], *next;

    l->first[node] = l->last[node] = NULL;
    for (; job != NULL; job = next) {
        next = job->next;
        job->done(job, ERR_CANCELLED, &gone);
    }
}

void
links_drop_node(struct links *l, unsigned node)
{
    for (size_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &l->list[i];

        if (!link->used || (link->ends[0].node != node && link->ends[1].node != node))
            continue;
        for (int k = 0; k < 2; k++)
            if (link->ends[k].node == node)
                end_stop(&link->ends[k]);
        links_cut(l, link, chance_in(&l->sim->c, 30));
    }
    drop_jobs(l, node);
}
