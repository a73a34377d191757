/* The connections of the local API, in a list by the time since when each has had nothing worked on. */
#include "config.h"

#include "daemon/local/crowd.h"

#include <assert.h>
#include <sys/socket.h>

#include "protocol/util/mem.h"

struct crowd_member {
    int socket;                    /* borrowed */
    bool busy;
    bool served;                   /* has had an answer */
    bool dropped;
    struct crowd_member *next;     /* those that came later */
    struct crowd_member *previous;
};

struct crowd {
    unsigned members_max;
    unsigned count;                /* without those that were dropped */
    unsigned dropped;
    struct crowd_member *oldest;
    struct crowd_member *newest;
};

struct crowd *
crowd_new(unsigned members_max)
{
    struct crowd *c = mem_alloc(sizeof *c);

    if (c != NULL)
        c->members_max = members_max;
    return c;
}

void
crowd_free(struct crowd *c)
{
    assert(c == NULL || c->oldest == NULL);
    mem_free(c);
}

static void
append(struct crowd *c, struct crowd_member *m)
{
    m->next = NULL;
    m->previous = c->newest;
    if (c->newest != NULL)
        c->newest->next = m;
    else
        c->oldest = m;
    c->newest = m;
}

static void
unlink_member(struct crowd *c, struct crowd_member *m)
{
    if (m->previous != NULL)
        m->previous->next = m->next;
    else
        c->oldest = m->next;
    if (m->next != NULL)
        m->next->previous = m->previous;
    else
        c->newest = m->previous;
}

/* The one that has been without work for longest, of those that were served or of those that were not. The newest
 * stays: it has come for its request, or is to hear its answer. */
static struct crowd_member *
choose(const struct crowd *c, bool served)
{
    for (struct crowd_member *m = c->oldest; m != c->newest; m = m->next)
        if (!m->busy && !m->dropped && m->served == served)
            return m;
    return NULL;
}

static void
drop(struct crowd *c, struct crowd_member *m)
{
    if (m == NULL)
        return;
    m->dropped = true;
    c->count--;
    c->dropped++;
    shutdown(m->socket, SHUT_RDWR);
}

/* Those that were served go first: they have heard their answer, or do not want to. When all are busy, one of them
 * will be the next to have time: crowd_busy(). */
static void
make_room(struct crowd *c)
{
    struct crowd_member *m = choose(c, true);

    drop(c, m != NULL ? m : choose(c, false));
}

struct crowd_member *
crowd_enter(struct crowd *c, int socket)
{
    struct crowd_member *m = mem_alloc(sizeof *m);

    if (m == NULL)
        return NULL;
    m->socket = socket;
    append(c, m);
    if (++c->count > c->members_max)
        make_room(c);
    return m;
}

void
crowd_leave(struct crowd *c, struct crowd_member *m)
{
    if (m == NULL)
        return;
    if (!m->dropped)
        c->count--;
    unlink_member(c, m);
    mem_free(m);
}

void
crowd_busy(struct crowd *c, struct crowd_member *m, bool busy)
{
    if (m == NULL)
        return;
    m->busy = busy;
    m->served = m->served || !busy;
    unlink_member(c, m);
    append(c, m);
    /* One that waits for its first word to be read is not pushed out by others that end theirs. */
    if (c->count > c->members_max)
        drop(c, choose(c, true));
}

unsigned
crowd_dropped(struct crowd *c)
{
    unsigned dropped = c->dropped;

    c->dropped = 0;
    return dropped;
}
