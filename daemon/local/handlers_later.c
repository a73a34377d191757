/* Requests that this version does not answer yet. */
#include "config.h"

#include "daemon/local/handlers.h"

static enum err
not_yet(struct request *r, struct error *e)
{
    return err_say(e, ERR_UNSUPPORTED, N_("this daemon cannot answer {1} yet"), r->path, NULL);
}

#define LATER(name)                                                                                \
    enum err name(struct request *r, struct error *e)                                              \
    {                                                                                              \
        return not_yet(r, e);                                                                      \
    }
LATER(handle_plan_read)
LATER(handle_plan)
LATER(handle_issue)
LATER(handle_mapping)
LATER(handle_map)
LATER(handle_missing)
LATER(handle_due)
LATER(handle_waiting)
LATER(handle_freshness)

enum err
issue_before_set(struct request *r, struct submit_op *op, struct error *e)
{
    (void) r;
    (void) op;
    (void) e;
    return OK;
}
