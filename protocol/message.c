/* Messages, byte by byte; after the type byte:
 *     BASE     digest 8
 *     FULL     store 16 | dictionary 8 | varint history in KiB, 64..1024
 *     SPACE    genesis 66
 *     LOG      ref space | device 32 | epoch 8, little-endian | varint seq | seq > 0: head 8
 *     HAS      ref log | varint seq | seq > 0: head 8
 *     DECLINE  ref space
 *     RUN      ref log | int step | varint count - 1 | signature 64 | chunk
 *     CHUNK    chunk
 *     chunk    u8 mode & 3 | last << 2 | listed << 3 | resumed << 4 | (mode >> 2) << 5 | varint raw size, 1..
 *              | listed: varint count 1..32, each ref log, varint seq
 *              | mode > 0: varint size | bytes (mode 0: raw size of them)
 *     ACK      varint count - 1
 *     REFUSE   u8 reason
 *     ERROR    u8 reason | text
 *     JOIN     secret 16 | certificate | store 16 | text node | text unit | u8 spaces 0 or 1
 *              | spaces: genesis inner, genesis outer
 *     JOINED   certificate | store 16 | varint kind | text unit | varint count, each u8 origin, genesis
 *     PART     ref log | varint first seq | varint count - 1 | varint raw bytes, 1..
 *     LINK     varint bytes, 512..
 *     END, SAME, AGAIN, IDLE have no body */
#include "config.h"

#include "protocol/message.h"

#include <string.h>

#include "protocol/compress.h"

enum {
    CHUNK_MODE_MASK = 3,
    CHUNK_LAST = 4,
    CHUNK_LISTED = 8,
    CHUNK_RESUMED = 16,
    CHUNK_STREAM = 32, /* the mode's third bit */
    CHUNK_FLAGS = CHUNK_MODE_MASK | CHUNK_LAST | CHUNK_LISTED | CHUNK_RESUMED | CHUNK_STREAM,
    KIB = 1024,
};

/* --- pieces ---------------------------------------------------------------------------------- */

static void
put_ref(struct buf *out, struct message_ref ref)
{
    wire_put_uint(out, (uint64_t) ref.place << 1 | (ref.yours ? 1 : 0));
}

static struct message_ref
read_ref(struct wire *w)
{
    uint64_t value = wire_uint_max(w, 2 * (uint64_t) MESSAGE_HANDLES_MAX - 1);

    return (struct message_ref) {.place = (uint32_t) (value >> 1), .yours = (value & 1) != 0};
}

static void
put_epoch(struct buf *out, uint64_t epoch)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t) (epoch >> (8 * i));
    buf_append(out, bytes, sizeof bytes);
}

static uint64_t
read_epoch(struct wire *w)
{
    uint64_t epoch = 0;

    for (unsigned i = 0; i < 8; i++)
        epoch |= (uint64_t) wire_u8(w) << (8 * i);
    return epoch;
}

static void
put_head(struct buf *out, uint64_t seq, const uint8_t head[HEAD_HASH_BYTES])
{
    wire_put_uint(out, seq);
    if (seq > 0)
        buf_append(out, head, HEAD_HASH_BYTES);
}

static void
read_head(struct wire *w, uint64_t *ret_seq, uint8_t ret_head[HEAD_HASH_BYTES])
{
    *ret_seq = wire_uint_max(w, ENTRY_SEQ_MAX);
    memset(ret_head, 0, HEAD_HASH_BYTES);
    if (*ret_seq > 0)
        wire_copy(w, ret_head, HEAD_HASH_BYTES);
}

static void
put_chunk(struct buf *out, const struct message_chunk *chunk)
{
    wire_put_u8(out, (uint8_t) ((chunk->mode & CHUNK_MODE_MASK) |
                                (chunk->mode >= COMPRESS_STREAM_NEXT ? CHUNK_STREAM : 0) |
                                (chunk->last ? CHUNK_LAST : 0) |
                                (chunk->resumed ? CHUNK_RESUMED : 0) |
                                (chunk->history_count > 0 ? CHUNK_LISTED : 0)));
    wire_put_uint(out, chunk->raw_size);
    if (chunk->history_count > 0)
        wire_put_uint(out, chunk->history_count);
    for (uint32_t i = 0; i < chunk->history_count; i++) {
        put_ref(out, chunk->history[i].log);
        wire_put_uint(out, chunk->history[i].seq);
    }
    if (chunk->mode != COMPRESS_STORED)
        wire_put_uint(out, chunk->size);
    buf_append(out, chunk->bytes, chunk->size);
}

static void
read_chunk(struct wire *w, struct message_chunk *ret_chunk)
{
    unsigned flags = wire_u8(w);

    memset(ret_chunk, 0, sizeof *ret_chunk);
    if ((flags & ~(unsigned) CHUNK_FLAGS) != 0)
        wire_fail(w);
    ret_chunk->mode = (flags & CHUNK_MODE_MASK) | (flags & CHUNK_STREAM ? COMPRESS_STREAM_NEXT : 0);
    ret_chunk->last = (flags & CHUNK_LAST) != 0;
    ret_chunk->resumed = (flags & CHUNK_RESUMED) != 0;
    ret_chunk->raw_size = (uint32_t) wire_uint_max(w, CHUNK_RAW_BYTES_MAX);
    if (ret_chunk->raw_size == 0)
        wire_fail(w);
    if (flags & CHUNK_LISTED) {
        ret_chunk->history_count = (uint32_t) wire_uint_max(w, MESSAGE_HISTORY_MAX);
        if (ret_chunk->history_count == 0)
            wire_fail(w);
    }
    for (uint32_t i = 0; i < ret_chunk->history_count; i++) {
        ret_chunk->history[i].log = read_ref(w);
        ret_chunk->history[i].seq = wire_uint_max(w, ENTRY_SEQ_MAX);
    }
    ret_chunk->size = ret_chunk->raw_size;
    if (ret_chunk->mode != COMPRESS_STORED)
        ret_chunk->size = (size_t) wire_uint_max(w, CHUNK_RAW_BYTES_MAX);
    ret_chunk->bytes = wire_bytes(w, ret_chunk->size);
}

static void
read_text(struct wire *w, size_t size_max, const char **ret_text, size_t *ret_size)
{
    *ret_text = (const char *) wire_text(w, size_max, ret_size);
    if (*ret_text == NULL)
        *ret_text = "";
}

/* --- reading --------------------------------------------------------------------------------- */

static void
read_full(struct wire *w, struct vector_party *party)
{
    wire_copy(w, party->store, STORE_ID_BYTES);
    wire_copy(w, party->dictionary, DICTIONARY_ID_BYTES);
    party->history_bytes = (uint32_t) wire_uint_max(w, HISTORY_BYTES_MAX / KIB) * KIB;
    if (party->history_bytes < HISTORY_BYTES_MIN)
        wire_fail(w);
}

static void
read_log(struct wire *w, struct message_log *log)
{
    log->space = read_ref(w);
    wire_copy(w, log->device, DEVICE_BYTES);
    log->epoch = read_epoch(w);
    read_head(w, &log->seq, log->head);
}

static void
read_run(struct wire *w, struct message_run *run)
{
    run->log = read_ref(w);
    run->step = wire_int(w);
    run->count = (uint32_t) wire_uint_max(w, MESSAGE_RUN_ENTRIES_MAX - 1) + 1;
    wire_copy(w, run->signature, SIGNATURE_BYTES);
    read_chunk(w, &run->chunk);
}

static void
read_join(struct wire *w, struct message_join *join)
{
    unsigned spaces;

    memset(join, 0, sizeof *join);
    wire_copy(w, join->secret, JOIN_SECRET_BYTES);
    if (w->err == OK && sign_cert_read(w, &join->cert) != OK)
        wire_fail(w);
    wire_copy(w, join->store, STORE_ID_BYTES);
    read_text(w, JOIN_NODE_BYTES_MAX, &join->node, &join->node_size);
    read_text(w, JOIN_NAME_BYTES_MAX, &join->unit_name, &join->unit_name_size);
    spaces = wire_u8(w);
    if (spaces > 1)
        wire_fail(w);
    if (spaces == 1) {
        join->inner = wire_bytes(w, GENESIS_BYTES);
        join->outer = wire_bytes(w, GENESIS_BYTES);
    }
}

static void
read_joined(struct wire *w, struct message_joined *joined)
{
    memset(joined, 0, sizeof *joined);
    if (sign_cert_read(w, &joined->cert) != OK)
        wire_fail(w);
    wire_copy(w, joined->store, STORE_ID_BYTES);
    joined->kind = wire_uint_max(w, UINT8_MAX);
    read_text(w, JOIN_NAME_BYTES_MAX, &joined->unit_name, &joined->unit_name_size);
    joined->spaces_count = (uint32_t) wire_uint_max(w, JOIN_SPACES_MAX);
    joined->spaces = wire_bytes(w, (size_t) joined->spaces_count * JOINED_SPACE_BYTES);
}

static void
read_body(struct wire *w, struct message *m)
{
    switch (m->type) {
    case MESSAGE_BASE:
        wire_copy(w, m->u.digest, VECTOR_DIGEST_BYTES);
        return;
    case MESSAGE_FULL:
        read_full(w, &m->u.party);
        return;
    case MESSAGE_SPACE:
        m->u.genesis = wire_bytes(w, GENESIS_BYTES);
        return;
    case MESSAGE_LOG:
        read_log(w, &m->u.log);
        return;
    case MESSAGE_HAS:
        m->u.has.log = read_ref(w);
        read_head(w, &m->u.has.seq, m->u.has.head);
        return;
    case MESSAGE_DECLINE:
        m->u.space = read_ref(w);
        return;
    case MESSAGE_RUN:
        read_run(w, &m->u.run);
        return;
    case MESSAGE_CHUNK:
        read_chunk(w, &m->u.chunk);
        return;
    case MESSAGE_ACK:
        m->u.count = (uint32_t) wire_uint_max(w, MESSAGE_ACK_MAX - 1) + 1;
        return;
    case MESSAGE_REFUSE:
        m->u.reason = wire_u8(w);
        return;
    case MESSAGE_ERROR:
        m->u.error.reason = wire_u8(w);
        read_text(w, MESSAGE_TEXT_BYTES_MAX, &m->u.error.text, &m->u.error.size);
        return;
    case MESSAGE_JOIN:
        read_join(w, &m->u.join);
        return;
    case MESSAGE_JOINED:
        read_joined(w, &m->u.joined);
        return;
    case MESSAGE_PART:
        m->u.part.log = read_ref(w);
        m->u.part.first_seq = wire_uint_max(w, ENTRY_SEQ_MAX);
        m->u.part.count = (uint32_t) wire_uint_max(w, MESSAGE_RUN_ENTRIES_MAX - 1) + 1;
        m->u.part.bytes = (uint32_t) wire_uint_max(w, RUN_BYTES_MAX);
        if (m->u.part.bytes == 0)
            wire_fail(w);
        return;
    case MESSAGE_LINK:
        m->u.link_bytes = (uint32_t) wire_uint_max(w, UINT16_MAX);
        if (m->u.link_bytes < MESSAGE_LINK_BYTES_MIN)
            wire_fail(w);
        return;
    case MESSAGE_SAME:
    case MESSAGE_END:
    case MESSAGE_AGAIN:
    case MESSAGE_IDLE:
        return;
    }
    wire_fail(w);
}

enum err
message_read(struct wire *w, struct message *ret_message, struct error *e)
{
    unsigned type = wire_u8(w);

    if (type < MESSAGE_BASE || type > MESSAGE_PART)
        return err_set(e, ERR_FORMAT, "message of an unknown type %u", type);
    ret_message->type = (enum message_type) type;
    read_body(w, ret_message);
    return w->err == OK ? OK : err_set(e, ERR_FORMAT, "message of type %u is malformed", type);
}

/* --- writing --------------------------------------------------------------------------------- */

void
message_put_bare(struct buf *out, enum message_type type)
{
    wire_put_u8(out, (uint8_t) type);
}

void
message_put_base(struct buf *out, const uint8_t digest[VECTOR_DIGEST_BYTES])
{
    message_put_bare(out, MESSAGE_BASE);
    buf_append(out, digest, VECTOR_DIGEST_BYTES);
}

void
message_put_full(struct buf *out, const struct vector_party *party)
{
    message_put_bare(out, MESSAGE_FULL);
    buf_append(out, party->store, STORE_ID_BYTES);
    buf_append(out, party->dictionary, DICTIONARY_ID_BYTES);
    wire_put_uint(out, party->history_bytes / KIB);
}

void
message_put_space(struct buf *out, const uint8_t genesis[GENESIS_BYTES])
{
    message_put_bare(out, MESSAGE_SPACE);
    buf_append(out, genesis, GENESIS_BYTES);
}

void
message_put_log(struct buf *out, const struct message_log *log)
{
    message_put_bare(out, MESSAGE_LOG);
    put_ref(out, log->space);
    buf_append(out, log->device, DEVICE_BYTES);
    put_epoch(out, log->epoch);
    put_head(out, log->seq, log->head);
}

void
message_put_has(struct buf *out, const struct message_has *has)
{
    message_put_bare(out, MESSAGE_HAS);
    put_ref(out, has->log);
    put_head(out, has->seq, has->head);
}

void
message_put_decline(struct buf *out, struct message_ref space)
{
    message_put_bare(out, MESSAGE_DECLINE);
    put_ref(out, space);
}

void
message_put_run(struct buf *out, const struct message_run *run)
{
    message_put_bare(out, MESSAGE_RUN);
    put_ref(out, run->log);
    wire_put_int(out, run->step);
    wire_put_uint(out, run->count - 1);
    buf_append(out, run->signature, SIGNATURE_BYTES);
    put_chunk(out, &run->chunk);
}

void
message_put_chunk(struct buf *out, const struct message_chunk *chunk)
{
    message_put_bare(out, MESSAGE_CHUNK);
    put_chunk(out, chunk);
}

void
message_put_ack(struct buf *out, uint32_t count)
{
    message_put_bare(out, MESSAGE_ACK);
    wire_put_uint(out, count - 1);
}

void
message_put_refuse(struct buf *out, unsigned reason)
{
    message_put_bare(out, MESSAGE_REFUSE);
    wire_put_u8(out, (uint8_t) reason);
}

void
message_put_part(struct buf *out, const struct message_part *part)
{
    message_put_bare(out, MESSAGE_PART);
    put_ref(out, part->log);
    wire_put_uint(out, part->first_seq);
    wire_put_uint(out, part->count - 1);
    wire_put_uint(out, part->bytes);
}

void
message_put_link(struct buf *out, uint32_t bytes)
{
    message_put_bare(out, MESSAGE_LINK);
    wire_put_uint(out, bytes);
}

/* Texts are cut at a whole character. */
static void
put_text(struct buf *out, const char *text, size_t size, size_t size_max)
{
    if (size > size_max) {
        size = size_max;
        while (size > 0 && ((uint8_t) text[size] & 0xC0) == 0x80)
            size--;
    }
    wire_put_sized(out, text, size);
}

void
message_put_error(struct buf *out, unsigned reason, const char *text)
{
    message_put_bare(out, MESSAGE_ERROR);
    wire_put_u8(out, (uint8_t) reason);
    put_text(out, text, strlen(text), MESSAGE_TEXT_BYTES_MAX);
}

void
message_put_join(struct buf *out, const struct message_join *join)
{
    bool spaces = join->inner != NULL && join->outer != NULL;

    message_put_bare(out, MESSAGE_JOIN);
    buf_append(out, join->secret, JOIN_SECRET_BYTES);
    sign_cert_put(out, &join->cert);
    buf_append(out, join->store, STORE_ID_BYTES);
    put_text(out, join->node, join->node_size, JOIN_NODE_BYTES_MAX);
    put_text(out, join->unit_name, join->unit_name_size, JOIN_NAME_BYTES_MAX);
    wire_put_u8(out, spaces ? 1 : 0);
    if (spaces) {
        buf_append(out, join->inner, GENESIS_BYTES);
        buf_append(out, join->outer, GENESIS_BYTES);
    }
}

void
message_put_joined(struct buf *out, const struct message_joined *joined)
{
    message_put_bare(out, MESSAGE_JOINED);
    sign_cert_put(out, &joined->cert);
    buf_append(out, joined->store, STORE_ID_BYTES);
    wire_put_uint(out, joined->kind);
    put_text(out, joined->unit_name, joined->unit_name_size, JOIN_NAME_BYTES_MAX);
    wire_put_uint(out, joined->spaces_count);
    buf_append(out, joined->spaces, (size_t) joined->spaces_count * JOINED_SPACE_BYTES);
}
