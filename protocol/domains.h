/* Domain strings: each use of the hash and of a key has one of its own, so that bytes made for one
 * use never pass for another. A new use appends a line; a line never changes.
 * Source: doc/transport.md, "Domains". */
#ifndef PROTOCOL_DOMAINS_H
#define PROTOCOL_DOMAINS_H

enum { DOMAIN_BYTES_MAX = 64 }; /* one length byte holds it, and it fits beside any message */

/* name, text on the wire, what it separates */
#define DOMAIN_LIST(X)                                                                             \
    X(DOMAIN_SPACE, "thidua/1 space", "id of a space: hash of its genesis")                        \
    X(DOMAIN_LOG, "thidua/1 log", "hash(0) of a log: space, device, epoch")                        \
    X(DOMAIN_ENTRY, "thidua/1 entry", "hash(n) of a log: hash(n-1), header, body hash")            \
    X(DOMAIN_BODY, "thidua/1 body", "hash of an entry's body")                                     \
    X(DOMAIN_KEY, "thidua/1 key", "id of a keyed record: type, canonical key")                     \
    X(DOMAIN_RUN, "thidua/1 run", "signature over the end of a run")                               \
    X(DOMAIN_NOISE_KEY, "thidua/1 noise-key", "certificate of a device's Noise key")               \
    X(DOMAIN_VECTOR, "thidua/1 vector", "digest of a version vector")                              \
    X(DOMAIN_RECORD, "thidua/1 record", "digest of one record's state")                            \
    X(DOMAIN_STATE, "thidua/1 state", "digest of a space's state")                                 \
    X(DOMAIN_INVITATION, "thidua/1 invitation", "checksum of an invitation's line")                \
    X(DOMAIN_ATTACHMENT, "thidua/1 attachment", "content address of an attachment")                \
    X(DOMAIN_BUNDLE, "thidua/1 bundle", "signature over a bundle's header")                        \
    X(DOMAIN_BEACON, "thidua/1 beacon", "tag in the local network's beacon")                       \
    X(DOMAIN_DICTIONARY, "thidua/1 dictionary", "name of a shipped dictionary")                    \
    X(DOMAIN_SECRET, "thidua/1 secret", "digest of an invitation's secret, as recorded")            \
    X(DOMAIN_BUNDLE_KEY, "thidua/1 bundle-key", "key under which a bundle is sealed")               \
    X(DOMAIN_BUNDLE_FOR, "thidua/1 bundle-for", "mark by which a recipient knows its bundle")       \
    X(DOMAIN_BUNDLE_OPEN, "thidua/1 bundle-open", "secret key of bundles that all may read")        \
    X(DOMAIN_BUNDLE_RUNS, "thidua/1 bundle-runs", "hash of a bundle's runs, in its header")

/* Each name is a constant string, defined in hash.c. */
#define X(name, text, use) extern const char name[sizeof text];
DOMAIN_LIST(X)
#undef X

#endif
