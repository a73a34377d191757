/* Sessions: whatever a peer with a valid key says, in message 1, in message 2 or later, ends in an error or
 * in nothing; the store gets only what is signed. The first byte chooses whom the payloads are for: 0 the
 * responder in message 1, 1 the initiator in message 2, 2 the responder after the handshake, 3 the
 * initiator after it. Each payload is preceded by its length, two bytes, big-endian. */
#include "config.h"

#include <string.h>

#include "protocol/session_core.h"
#include "tests/fuzz/fuzz.h"
#include "tests/util/replica.h"

enum { TARGETS = 4, PAYLOADS_MAX = 16 };

static struct replica commune, hub;
static size_t entries_before;

static void
prepare(void)
{
    static bool done;
    const uint8_t *inner, *above;

    if (done)
        return;
    done = true;
    fuzz_must(protocol_init(NULL) == OK);
    replica_init(&commune, "commune", 1);
    replica_init(&hub, "hub", 2);
    inner = replica_found(&commune, SPACE_INNER);
    above = replica_found(&hub, SPACE_OUTER);
    replica_carry(&commune, above);
    replica_carry(&hub, inner);
    replica_write(&commune, inner, 6);
    replica_write(&hub, above, 3);
    link_sync(&commune, &hub);
    replica_write(&commune, inner, 2);
    replica_write(&hub, above, 1);
    entries_before = replica_count(&commune) + replica_count(&hub);
}

/* The next payload of the input, or false. */
static bool
next_payload(struct wire *w, const uint8_t **ret_payload, size_t *ret_size)
{
    size_t size;

    if (wire_left(w) < 2)
        return false;
    size = (size_t) wire_u8(w) << 8;
    size |= wire_u8(w);
    if (size > wire_left(w))
        size = wire_left(w);
    *ret_size = size;
    *ret_payload = wire_bytes(w, size);
    return true;
}

/* A handshake message of `from` with a payload of the input's. */
static void
forge_handshake(struct session *from, const uint8_t *payload, size_t size, struct session *to)
{
    struct buf out;
    size_t at;
    uint8_t preamble = FRAME_PREAMBLE_IK;

    buf_init(&out, FRAME_BYTES_MAX + 1);
    buf_append(&out, &preamble, 1);
    fuzz_must(frame_begin(&out, &at) == OK);
    if (noise_write(from->handshake, payload, size, &out, NULL) == OK && frame_end(&out, at) == OK)
        session_input(to, out.bytes, out.size, 1000);
    buf_release(&out);
}

static void
forge_frame(struct session *from, const uint8_t *payload, size_t size, struct session *to)
{
    struct buf out;
    size_t at;

    if (!from->has_transport)
        return;
    buf_init(&out, FRAME_BYTES_MAX);
    fuzz_must(frame_begin(&out, &at) == OK);
    if (noise_seal(&from->transport, NULL, 0, payload, size, &out) == OK && frame_end(&out, at) == OK)
        session_input(to, out.bytes, out.size, 1000);
    buf_release(&out);
}

static void
take_output(struct session *s, struct session *to)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    if (session_output(s, &out, 1000 + SESSION_COMMIT_WAIT_MS) == OK && to != NULL)
        session_input(to, out.bytes, out.size, 1000);
    buf_release(&out);
}

static void
drop_jobs(struct replica *r)
{
    for (size_t i = 0; i < r->jobs_count; i++)
        verified_run_free(r->jobs[i].run);
    r->jobs_count = 0;
}

static void
speak(struct link *l, unsigned target, struct wire *w)
{
    struct session *to = target % 2 == 0 ? l->b : l->a;
    struct session *from = target % 2 == 0 ? l->a : l->b;
    const uint8_t *payload;
    size_t size;

    if (target > 0)
        take_output(l->a, l->b);
    if (target > 1) {
        take_output(l->b, l->a);
        take_output(l->a, l->b);
    }
    for (unsigned i = 0; i < PAYLOADS_MAX && next_payload(w, &payload, &size); i++) {
        if (i == 0 && target == 0 && size <= 60000) {
            forge_handshake(from, payload, size, to);
            take_output(to, NULL);
        } else if (i == 0 && target == 1 && size <= 60000) {
            if (l->b->state == SESSION_COMMIT && noise_state(l->b->handshake) == NOISE_WRITE)
                forge_handshake(from, payload, size, to);
        } else if (i > 0 || target > 1) {
            forge_frame(from, payload, size, to);
        }
        take_output(to, NULL);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct link_options options = {.keep_open = true, .early_bytes_max = 4096, .level = 1};
    struct link l;
    struct wire w;
    unsigned target;

    prepare();
    if (size == 0)
        return 0;
    link_open(&l, &commune, &hub, &options);
    wire_init(&w, data, size);
    target = wire_u8(&w) % TARGETS;
    speak(&l, target, &w);
    session_eof(l.a, 1000);
    session_eof(l.b, 1000);
    drop_jobs(&commune);
    drop_jobs(&hub);
    link_close(&l);
    fuzz_must(replica_count(&commune) + replica_count(&hub) == entries_before);
    fuzz_must(commune.spaces_count == 2 && hub.spaces_count == 2);
    return 0;
}
