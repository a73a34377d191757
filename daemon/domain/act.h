/* Who acts, where and when: what every writing function of the domain needs. */
#ifndef DAEMON_DOMAIN_ACT_H
#define DAEMON_DOMAIN_ACT_H

#include "daemon/engine/submit.h"

struct act {
    struct store *s;           /* writer, inside a transaction; borrowed */
    const struct identity *me; /* borrowed */
    int64_t operator;          /* local record id of the person, 0 = none */
    int64_t now_s;             /* wall clock, seconds since 1970 */
    uint64_t random_epoch;     /* random; see struct submit_request */
};

#endif
