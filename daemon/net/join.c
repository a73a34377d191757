/* Joining: one connection on a loop of its own, before any daemon runs on the store. Jobs are done on the
 * spot, each in a transaction; their answers wait for the next turn of the loop, since they may not come
 * back into a session that is being called. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "daemon/engine/submit.h"
#include "daemon/log_line.h"
#include "daemon/net/conn.h"
#include "daemon/net/net.h"
#include "daemon/net/net_core.h"
#include "protocol/util/mem.h"

struct joining {
    uv_loop_t loop;
    uv_idle_t idle;             /* active while answers wait */
    struct store *s;            /* borrowed */
    struct identity *me;        /* borrowed */
    struct job *first, *last;   /* done, not answered */
    struct conn *conn;          /* NULL once closed */
    bool proven;                /* the inviter has answered */
    bool joined;
    struct error error;
};

/* --- the store ------------------------------------------------------------------------------- */

static void
run_job(struct joining *j, struct job *job)
{
    job->err = store_begin(j->s, &job->error);
    if (job->err != OK)
        return;
    job->err = job->run(job, j->s, j->me, &job->error);
    if (job->err == OK)
        job->err = submit_sign(j->s, j->me, &job->error);
    if (job->err == OK)
        job->err = store_commit(j->s, &job->error);
    else
        store_rollback(j->s);
}

static void
on_idle(uv_idle_t *idle)
{
    struct joining *j = idle->data;
    struct job *job = j->first;

    j->first = j->last = NULL;
    uv_idle_stop(idle);
    for (struct job *next; job != NULL; job = next) {
        next = job->next;
        job->done(job, job->err, &job->error);
    }
    if (j->conn != NULL)
        conn_notify(j->conn);
}

static enum err
post(void *context, struct job *job, struct error *e)
{
    struct joining *j = context;

    (void) e;
    job->next = NULL;
    job->error = (struct error) {.code = OK};
    run_job(j, job);
    if (j->last != NULL)
        j->last->next = job;
    else
        j->first = job;
    j->last = job;
    uv_idle_start(&j->idle, on_idle);
    return OK;
}

/* --- the connection -------------------------------------------------------------------------- */

static void
on_progress(void *context, struct conn *c)
{
    struct joining *j = context;

    j->joined = j->joined || host_joined(conn_host(c));
}

static void
on_closed(void *context, struct conn *c, const struct error *e)
{
    struct joining *j = context;
    struct session_counts n;

    session_counts(conn_session(c), &n);
    j->joined = j->joined || host_joined(conn_host(c));
    j->proven = n.bytes_in > 0;
    j->error = *e;
    j->conn = NULL;
}

static void
on_idle_closed(uv_handle_t *handle)
{
    (void) handle;
}

static void
try_address(struct joining *j, const struct sockaddr *address, const char *text,
            const struct invitation *invitation, const struct message_join *join)
{
    struct host_store store = {.reader = j->s, .me = j->me, .post = post, .context = j};
    struct conn_owner owner = {.on_progress = on_progress, .on_closed = on_closed, .context = j};
    struct conn_target target = {.address = address, .text = text,
                                 .remote_noise = invitation->inviter_noise, .join = join};

    if (conn_connect(&j->loop, &target, &store, &owner, &j->conn, &j->error) == OK)
        while (j->conn != NULL || j->first != NULL)
            uv_run(&j->loop, UV_RUN_ONCE);
}

/* Every address of the name until one answers. */
static void
try_name(struct joining *j, const char *text, const struct invitation *invitation,
         const struct message_join *join)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    uv_getaddrinfo_t resolving;
    char host[NET_ADDRESS_BYTES];
    char port[8];
    unsigned tried = 0;

    if (net_split_address(text, host, sizeof host, port, &j->error) != OK)
        return;
    if (uv_getaddrinfo(&j->loop, &resolving, NULL, host, port, &hints) != 0) {
        err_set(&j->error, ERR_IO, "%s: the name cannot be found", text);
        return;
    }
    for (struct addrinfo *a = resolving.addrinfo; a != NULL && !j->proven && tried < NET_JOIN_TRIES_MAX;
         a = a->ai_next, tried++)
        try_address(j, a->ai_addr, text, invitation, join);
    uv_freeaddrinfo(resolving.addrinfo);
}

static void
fill_message(struct message_join *m, const struct enrol_join *join)
{
    *m = (struct message_join) {.cert = join->cert,
                                .node = join->node,
                                .node_size = strlen(join->node),
                                .unit_name = join->unit_name,
                                .unit_name_size = strlen(join->unit_name)};
    memcpy(m->secret, join->secret, JOIN_SECRET_BYTES);
    memcpy(m->store, join->store_id, STORE_ID_BYTES);
    if (join->has_spaces) {
        m->inner = join->inner;
        m->outer = join->outer;
    }
}

static enum err
result(const struct joining *j, const struct invitation *invitation, struct error *e)
{
    if (j->joined) {
        if (j->error.code != OK)
            log_line(LOG_WARNING, "first_exchange",
                     "error=\"%s\" hint=\"the daemon goes on with it when it runs\"", j->error.text);
        return OK;
    }
    if (j->proven || invitation->addresses_count == 0) {
        if (e != NULL)
            *e = j->error;
        return j->error.code != OK ? j->error.code : ERR_IO;
    }
    return err_say(e, ERR_IO,
                   N_("nobody answers at {1}: check the network, and that the other machine's daemon runs "
                      "and listens"),
                   invitation->addresses[0], NULL);
}

enum err
net_join(struct store *s, struct identity *me, const struct invitation *invitation, struct error *e)
{
    struct joining *j = mem_alloc(sizeof *j);
    struct enrol_join present;
    struct message_join message;
    enum err err;

    if (j == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    memset(&present, 0, sizeof present);
    memcpy(present.secret, invitation->secret, ENROL_SECRET_BYTES);
    j->s = s;
    j->me = me;
    signal(SIGPIPE, SIG_IGN);
    err = enrol_present(s, me, invitation->kind == INVITATION_COMMUNE, &present, e);
    if (err == OK && uv_loop_init(&j->loop) != 0)
        err = err_set(e, ERR_NOMEM, "cannot make the event loop");
    if (err == OK) {
        fill_message(&message, &present);
        uv_idle_init(&j->loop, &j->idle);
        j->idle.data = j;
        err_say(&j->error, ERR_USAGE, N_("the invitation names no address: where no network reaches, join by files (thiduad request)"), NULL);
        for (unsigned i = 0; i < invitation->addresses_count && !j->proven; i++)
            try_name(j, invitation->addresses[i], invitation, &message);
        uv_close((uv_handle_t *) &j->idle, on_idle_closed);
        uv_run(&j->loop, UV_RUN_DEFAULT);
        uv_loop_close(&j->loop);
        err = result(j, invitation, e);
    }
    sign_wipe(&present, sizeof present);
    mem_free(j);
    return err;
}
