/* Every maximum of the wire and of stored forms, with its unit and its reason. doc/protocol.md, "Limits",
 * is the same list, and a test compares them. */
#ifndef PROTOCOL_LIMITS_H
#define PROTOCOL_LIMITS_H

enum {
    /* one header and body: the unit of merge stays small enough for a slow link and one arena */
    CHANGESET_BYTES_MAX = 256 * 1024,
    /* operations in a changeset; 12 bits in a local record id */
    CHANGE_OPS_MAX = 4096,
    /* fields in one operation */
    CHANGE_FIELDS_MAX = 64,
    /* logs that one log may introduce over its life: devices of a space, and referenced logs */
    CHANGE_LOGS_MAX = 65536,
    /* logs newly introduced or seen in one entry */
    CHANGE_SEEN_MAX = 4096,
    /* text of one field */
    TEXT_BYTES_MAX = 64 * 1024,
    /* bytes of one field */
    BYTES_VALUE_MAX = 4096,
    /* sequence number of an entry; 31 bits in a local record id */
    ENTRY_SEQ_MAX = 0x7FFFFFFF,
    /* an author signs at least after so many bytes, so a run stays near this size */
    RUN_SIGN_BYTES = 32 * 1024,
    /* a whole run: one signing distance and one largest changeset */
    RUN_BYTES_MAX = 320 * 1024,
    /* raw bytes of a chunk: with all heads it fits a Noise message of 65,535 bytes uncompressed */
    CHUNK_RAW_BYTES_MAX = 63 * 1024,
    /* shared history for compression, default and extremes that a hello may ask */
    HISTORY_BYTES_DEFAULT = 256 * 1024,
    HISTORY_BYTES_MIN = 64 * 1024,
    HISTORY_BYTES_MAX = 1024 * 1024,
};

#endif
