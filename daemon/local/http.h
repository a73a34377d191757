/* The local API over HTTP: libmicrohttpd on the loop thread, through its epoll descriptor, on a
 * Unix socket that only the owner may open. Source: doc/api.md. */
#ifndef DAEMON_LOCAL_HTTP_H
#define DAEMON_LOCAL_HTTP_H

#include "daemon/daemon.h"

struct http;

enum {
    /* local programs and browser tabs of one machine; one more, and the longest idle goes (crowd.h) */
    HTTP_CONNECTIONS_MAX = 64,
    HTTP_BACKLOG = 1024,                  /* a client whose turn does not come at once is not told "no" */
    HTTP_LEAVING_MAX = 32,                /* of these, told to go and not gone yet */
    /* headers and one piece of a body; longer headers get 431 */
    HTTP_CONNECTION_BYTES = 64 * 1024,
    HTTP_IDLE_S = 30,                     /* without a byte in either direction, then closed */
    /* of a refused body, read so that the answer is heard */
    HTTP_DRAIN_BYTES_MAX = 8 * 1024 * 1024,
    HTTP_STOP_MS = 500,                   /* for clients that read their last answer slowly */
};

/* Listen on a Unix socket and answer.
 *   d            borrowed until the stop has ended
 *   socket_path  a socket file that nobody answers on is replaced; mode 0600
 *   Returns      ERR_LIMIT the path is too long for a socket; ERR_CONFLICT a daemon answers there;
 *                ERR_IO. Stop with http_stop(). */
enum err http_start(struct daemon *d, const char *socket_path, struct http **ret_http,
                    struct error *e);

/* Take no new connection, finish the requests under way (the writer must still run), close, remove
 * the socket file, free. `h` may be NULL: on_stopped is called at once.
 *   on_stopped  on the loop thread; `context` is given to it */
void http_stop(struct http *h, void (*on_stopped)(void *context), void *context);

#endif
