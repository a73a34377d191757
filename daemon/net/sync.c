/* Those who wait for an exchange with the parent to be complete. */
#include "config.h"

#include "daemon/net/net_core.h"
#include "protocol/util/mem.h"

struct waiter {
    uv_timer_t timer;
    struct net *net;       /* borrowed; answers all waiters before it goes */
    struct waiter *next;
    void (*done)(void *context, enum err err, const struct error *e);
    void *context;
};

static void
on_waiter_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void
answer(struct waiter *w, enum err err, const struct error *e)
{
    w->done(w->context, err, e);
    uv_close((uv_handle_t *) &w->timer, on_waiter_closed);
}

void
sync_ended(struct net *net, enum err err, const struct error *e)
{
    struct waiter *list = net->waiters;

    net->waiters = NULL;
    for (struct waiter *next; list != NULL; list = next) {
        next = list->next;
        answer(list, err, e);
    }
}

/* Nothing moves any more; that is no success where one side keeps refusing what the other has. */
enum err
sync_result(const struct net *net, struct error *e)
{
    const struct conn *c = net->connector.conn;

    if (!session_refused(conn_session(c)))
        return OK;
    return err_say(e, ERR_AUTH,
                   N_("a part of the data was refused, the rest is exchanged: the daemon's log says what "
                      "and why"),
                   NULL);
}

static void
on_timeout(uv_timer_t *timer)
{
    struct waiter *w = timer->data;
    struct error e;

    for (struct waiter **at = &w->net->waiters; *at != NULL; at = &(*at)->next) {
        if (*at == w) {
            *at = w->next;
            break;
        }
    }
    err_say(&e, ERR_AGAIN, N_("the exchange is not complete yet: it goes on by itself"), NULL);
    answer(w, ERR_AGAIN, &e);
}

void
net_sync(struct net *net, unsigned wait_s, void (*done)(void *context, enum err err, const struct error *e),
         void *context)
{
    struct waiter *w;
    struct error e;

    if (net->connector.conn != NULL)
        conn_notify(net->connector.conn);
    if (connector_is_quiet(net)) {
        enum err err = sync_result(net, &e);

        done(context, err, &e);
        return;
    }
    w = wait_s > 0 ? mem_alloc(sizeof *w) : NULL;
    if (w == NULL) {
        err_say(&e, ERR_AGAIN, N_("the exchange is not complete yet: it goes on by itself"), NULL);
        connector_hurry(net);
        done(context, ERR_AGAIN, &e);
        return;
    }
    w->net = net;
    w->done = done;
    w->context = context;
    w->next = net->waiters;
    net->waiters = w;
    uv_timer_init(net->daemon->loop, &w->timer);
    w->timer.data = w;
    uv_timer_start(&w->timer, on_timeout, (uint64_t) wait_s * 1000, 0);
    connector_hurry(net);
}
