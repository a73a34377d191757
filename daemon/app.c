/* The running daemon. Start goes down the list, stop up again; each step begins when the one before has
 * ended:
 *
 *     open node -> writer -> reader -> local API -> network -> run
 *     SIGTERM   -> network ends its sessions -> API answers what is under way -> writer commits what is
 *                  queued and closes -> loop ends
 */
#include "config.h"

#include "daemon/app.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/daemon.h"
#include "daemon/local/http.h"
#include "daemon/log_line.h"
#include "daemon/net/net.h"
#include "daemon/node.h"
#include "daemon/platform.h"
#include "protocol/util/mem.h"

struct app {
    struct daemon daemon;
    struct node_paths paths;
    uv_loop_t loop;
    uv_signal_t on_term;
    uv_signal_t on_int;
    struct http *http;
    bool stopping;
};

int64_t
daemon_now_s(void)
{
    return (int64_t) time(NULL);
}

void
daemon_random(void *ret_bytes, size_t size)
{
    /* Without randomness no key and no epoch can be made; there is nothing to go on with. */
    if (uv_random(NULL, NULL, ret_bytes, size, 0, NULL) != 0)
        abort();
}

/* --- stopping --------------------------------------------------------------------------------- */

static void
on_writer_stopped(void *context)
{
    struct app *app = context;

    store_close(app->daemon.reader);
    app->daemon.reader = NULL;
    uv_close((uv_handle_t *) &app->on_term, NULL);
    uv_close((uv_handle_t *) &app->on_int, NULL);
}

static void
on_http_stopped(void *context)
{
    struct app *app = context;

    writer_stop(app->daemon.writer, on_writer_stopped, app);
}

static void
on_net_stopped(void *context)
{
    struct app *app = context;

    app->daemon.net = NULL;
    http_stop(app->http, on_http_stopped, app);
}

static void
on_stop_signal(uv_signal_t *handle, int number)
{
    struct app *app = handle->data;

    if (app->stopping)
        return;
    app->stopping = true;
    log_line(LOG_INFO, "stopping", "signal=%d", number);
    net_stop(app->daemon.net, on_net_stopped, app);
}

/* --- starting --------------------------------------------------------------------------------- */

static void
on_commit(void *context)
{
    struct app *app = context;

    if (app->daemon.net != NULL && !app->stopping)
        net_notify(app->daemon.net);
}

static enum err
start_signals(struct app *app, struct error *e)
{
    app->on_term.data = app;
    app->on_int.data = app;
    signal(SIGPIPE, SIG_IGN);
    if (uv_signal_init(&app->loop, &app->on_term) != 0 || uv_signal_init(&app->loop, &app->on_int) != 0 ||
        uv_signal_start(&app->on_term, on_stop_signal, SIGTERM) != 0 ||
        uv_signal_start(&app->on_int, on_stop_signal, SIGINT) != 0)
        return err_set(e, ERR_IO, "cannot watch for signals");
    return OK;
}

/* Start what serves; on a failure the caller stops what had started. */
static enum err
start_services(struct app *app, const struct settings *c, struct error *e)
{
    struct net_options options = {.peer = c->peer, .listen_count = c->listen_count,
                                  .descriptors = platform_descriptors()};
    enum err err = store_open(app->paths.database, STORE_READ, &app->daemon.reader, e);

    for (unsigned i = 0; i < c->listen_count; i++)
        options.listen[i] = c->listen[i];
    if (err == OK)
        err = http_start(&app->daemon, app->paths.socket, &app->http, e);
    if (err == OK)
        err = net_start(&app->daemon, &options, &app->daemon.net, e);
    return err;
}

static enum err
app_start(struct app *app, const struct settings *c, struct error *e)
{
    struct identity *me = NULL;
    struct store *s = NULL;
    enum err err = node_open(c, &me, &s, e);

    if (err != OK)
        return err;
    app->daemon.me = *me;
    app->daemon.loop = &app->loop;
    app->daemon.data_dir = c->data;
    app->daemon.database_path = app->paths.database;
    err = start_signals(app, e);
    if (err != OK) {
        store_close(s);
        identity_release(me);
        mem_free(me);
        return err;
    }
    return writer_start(&app->loop, s, me, on_commit, app, &app->daemon.writer, e);
}

enum err
app_run(const struct settings *c, struct error *e)
{
    struct app *app;
    enum err err;

    platform_modest_memory();
    app = mem_alloc(sizeof *app);
    if (app == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    log_line_level(log_line_level_from_name(c->log_level));
    node_paths(c, &app->paths);
    if (uv_loop_init(&app->loop) != 0) {
        mem_free(app);
        return err_set(e, ERR_NOMEM, "cannot make the event loop");
    }
    err = app_start(app, c, e);
    if (err == OK) {
        err = start_services(app, c, e);
        if (err == OK)
            log_line(LOG_INFO, "ready", "version=%s socket=%s", PACKAGE_VERSION, app->paths.socket);
        else
            net_stop(app->daemon.net, on_net_stopped, app);
        uv_run(&app->loop, UV_RUN_DEFAULT);
    }
    if (err == OK)
        log_line(LOG_INFO, "stopped", "clean=1");
    uv_loop_close(&app->loop);
    identity_release(&app->daemon.me);
    mem_free(app);
    return err;
}
