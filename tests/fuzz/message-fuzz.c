/* Messages of a session, and a revocation's cut-offs: what is read can be written again, and gives the same bytes. */
#include "config.h"

#include <string.h>

#include "daemon/engine/trust.h"
#include "protocol/message.h"
#include "tests/fuzz/fuzz.h"

enum { PAYLOAD_BYTES_MAX = 128 * 1024 };

static void
put_again(struct buf *out, const struct message *m)
{
    char text[MESSAGE_TEXT_BYTES_MAX + 1];

    switch (m->type) {
    case MESSAGE_BASE: message_put_base(out, m->u.digest); break;
    case MESSAGE_FULL: message_put_full(out, &m->u.party); break;
    case MESSAGE_SPACE: message_put_space(out, m->u.genesis); break;
    case MESSAGE_LOG: message_put_log(out, &m->u.log); break;
    case MESSAGE_HAS: message_put_has(out, &m->u.has); break;
    case MESSAGE_DECLINE: message_put_decline(out, m->u.space); break;
    case MESSAGE_RUN: message_put_run(out, &m->u.run); break;
    case MESSAGE_CHUNK: message_put_chunk(out, &m->u.chunk); break;
    case MESSAGE_ACK: message_put_ack(out, m->u.count); break;
    case MESSAGE_REFUSE: message_put_refuse(out, m->u.reason); break;
    case MESSAGE_PART: message_put_part(out, &m->u.part); break;
    case MESSAGE_LINK: message_put_link(out, m->u.link_bytes); break;
    case MESSAGE_JOIN: message_put_join(out, &m->u.join); break;
    case MESSAGE_JOINED: message_put_joined(out, &m->u.joined); break;
    case MESSAGE_ERROR:
        fuzz_must(m->u.error.size <= MESSAGE_TEXT_BYTES_MAX);
        memcpy(text, m->u.error.text, m->u.error.size);
        text[m->u.error.size] = '\0';
        message_put_error(out, m->u.error.reason, text);
        break;
    default: message_put_bare(out, m->type); break;
    }
}

static void
check_messages(const uint8_t *input, size_t size)
{
    struct wire w;

    wire_init(&w, input, size);
    while (wire_left(&w) > 0) {
        const uint8_t *before = w.at;
        struct message m;
        struct buf again;

        if (message_read(&w, &m, NULL) != OK)
            return;
        fuzz_must(w.at > before && w.at <= input + size);
        buf_init(&again, PAYLOAD_BYTES_MAX);
        put_again(&again, &m);
        fuzz_must(again.err == OK && again.size == (size_t) (w.at - before) &&
                  memcmp(again.bytes, before, again.size) == 0);
        buf_release(&again);
    }
}

static void
check_cutoffs(const uint8_t *input, size_t size)
{
    struct trust_cutoff list[TRUST_CUTOFFS_MAX];
    struct buf again;
    size_t count;

    if (trust_cutoffs_decode(input, size, list, &count) != OK)
        return;
    fuzz_must(count <= TRUST_CUTOFFS_MAX);
    buf_init(&again, PAYLOAD_BYTES_MAX);
    fuzz_must(trust_cutoffs_encode(&again, list, count) == OK && again.size == size &&
              memcmp(again.bytes, input, size) == 0);
    buf_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    if (size == 0)
        return 0;
    if (input[0] & 0x80)
        check_cutoffs(input + 1, size - 1);
    else
        check_messages(input, size);
    return 0;
}
