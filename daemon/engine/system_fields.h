/* Field numbers of the record types by which a space governs itself, for the code that judges them. The
 * registry is where they are declared; tests/daemon/engine/hostile-t.c holds this list against it. */
#ifndef DAEMON_ENGINE_SYSTEM_FIELDS_H
#define DAEMON_ENGINE_SYSTEM_FIELDS_H

enum {
    GRANT_DEVICE = 1,
    GRANT_ROLE = 2,
    GRANT_UNIT = 3,
    GRANT_NOISE_CERT = 4,
    GRANT_NAME = 5,
    GRANT_EXPIRES = 6,
    GRANT_PARENT = 7,
    ADOPTION_PARENT_DEVICE = 1,
    ADOPTION_PARENT_OUTER = 2,
    ADOPTION_PARENT_NAME = 3,
    ADOPTION_PREVIOUS = 4,
    REVOCATION_RIGHT = 1,
    REVOCATION_CUTOFFS = 2,
    REVOCATION_REASON = 3,
    ERASURE_ENTRY = 1,
    ERASURE_REASON = 2,
    CHILD_NAME = 1,
    CHILD_KIND = 2,
    CHILD_INNER = 3,
    CHILD_OUTER = 4,
    CHILD_DEVICE = 5,
    CHILD_NOISE_CERT = 6,
    CHILD_UNIT = 7,
    INVITED_DIGEST = 1,
    INVITED_ROLE = 2,
    INVITED_KIND = 3,
    INVITED_UNIT_NAME = 4,
    INVITED_UNIT_KIND = 5,
    INVITED_EXPIRES = 6,
    INVITED_USED_BY = 7,
    INVITED_UNIT = 8,
    INVITED_WITHDRAWN = 9,
    PROFILE_NAME = 1,
    PROFILE_KIND = 2,
    PROFILE_CODE = 3,
    PROFILE_NODE = 4,
    PROFILE_UNIT = 5,
    UNIT_NAME = 1,
};

#endif
