/* Frames on a connection: one clear preamble byte in each direction, then frames for ever.
 *     stream    = preamble frame*
 *     preamble  = version << 4 | pattern          pattern 1 = IK, 2 = XX
 *     frame     = u16 length, big-endian, 1..65535 | body: one Noise message
 * Source: doc/transport.md, "Frames". */
#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/noise.h"
#include "protocol/util/buf.h"
#include "protocol/util/err.h"

enum {
    FRAME_VERSION = 1,         /* of the protocol that this program speaks; 1..FRAME_VERSION_MAX */
    FRAME_VERSION_MAX = 15,    /* what a preamble can say */
    FRAME_HEAD_BYTES = 2,
    FRAME_BODY_BYTES_MAX = NOISE_MESSAGE_BYTES_MAX,
    FRAME_BYTES_MAX = FRAME_HEAD_BYTES + FRAME_BODY_BYTES_MAX,
    FRAME_PREAMBLE_IK = FRAME_VERSION << 4 | 1, /* 0x11 */
    FRAME_PREAMBLE_XX = FRAME_VERSION << 4 | 2, /* 0x12 */
    FRAME_PROLOGUE_BYTES = 7,
};

/* What the first byte says. A responder's says its own version, and the pattern that it goes on
 * with: XX as the answer to IK means "start again with XX". */
struct preamble {
    unsigned version; /* 1..FRAME_VERSION_MAX */
    enum noise_pattern pattern;
};

/* The byte for a preamble. */
uint8_t frame_preamble_encode(struct preamble preamble);

/* Read a preamble.
 *   Returns  OK, also for a version that this program does not speak: compare with FRAME_VERSION;
 *            ERR_FORMAT no such version or pattern: not this protocol, close */
enum err frame_preamble_decode(uint8_t byte, struct preamble *ret);

/* The Noise prologue of a handshake: "thidua" and the initiator's preamble, so that neither the
 * version nor the pattern can be changed on the way.
 *   ret  receives FRAME_PROLOGUE_BYTES */
void frame_prologue(uint8_t preamble, uint8_t *ret);

/* Split one frame off the front of a byte stream.
 *   in          bytes received so far; borrowed; may end inside a frame
 *   ret_body    view into `in`, 1..FRAME_BODY_BYTES_MAX bytes
 *   ret_used    bytes of `in` that the frame takes: FRAME_HEAD_BYTES more than its body
 *   Returns     OK; ERR_AGAIN more is needed; ERR_FORMAT an empty frame: close.
 *               The outputs are untouched unless OK. */
enum err frame_split(const uint8_t *in, size_t in_size, const uint8_t **ret_body,
                     size_t *ret_body_size, size_t *ret_used);

/* Append a frame around a body.
 *   size     1..FRAME_BODY_BYTES_MAX, asserted: bodies come from noise.h, which keeps to it
 *   Returns  OK; ERR_LIMIT `out` is full, ERR_NOMEM: `out` is untouched */
enum err frame_join(struct buf *out, const void *body, size_t size);

/* Open a frame whose body is then appended in place, without a copy.
 *   ret_at   where it starts, for frame_end()
 *   Returns  OK; ERR_LIMIT, ERR_NOMEM */
enum err frame_begin(struct buf *out, size_t *ret_at);

/* Close the frame of frame_begin(): everything appended since is its body.
 *   Returns  OK; or `out`'s error, or ERR_LIMIT when the body is empty or too long: then the whole
 *            frame is taken off again */
enum err frame_end(struct buf *out, size_t at);

#endif
