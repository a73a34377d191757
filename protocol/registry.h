/* The registry: every record type and field, declared once. Numbers are append-only: a number that was
 * ever used is never given another meaning, since it stands in signed entries for ever. From this table
 * come the state tables, the API, the command-line flags, the forms and doc/records.md.
 * Source: doc/protocol.md, "Registry". */
#ifndef PROTOCOL_REGISTRY_H
#define PROTOCOL_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kinds of value; the numbers stand in signed bytes. */
enum value_kind {
    VALUE_NULL = 0,
    VALUE_INTEGER = 1,
    VALUE_DECIMAL = 2,
    VALUE_TEXT = 3,
    VALUE_DATE = 4,
    VALUE_TIME = 5,
    VALUE_BYTES = 6,
    VALUE_REFERENCE = 7,
    VALUE_ATTACHMENT = 8,
};

/* Version of the table below; raised whenever a type, field or choice is added. State digests of two
 * machines compare only under equal versions. */
enum { REGISTRY_VERSION = 1 };

enum {
    REGISTRY_TYPE_MAX = 1023,  /* largest record type number */
    REGISTRY_FIELD_MAX = 255,  /* largest field number; 0 is the record's life */
    REGISTRY_FIELDS_MAX = 32,  /* fields that one type may have in this version */
};

/* Who may write; a grant gives one. Combined as a mask in the table. */
enum role {
    ROLE_ADMIN = 1,     /* everything, grants too */
    ROLE_CLERK = 2,     /* every record of the space, for anyone */
    ROLE_UNIT = 4,      /* records of the units in the grant */
    ROLE_EVENT = 8,     /* check-ins */
    ROLE_REVIEWER = 16, /* the level above: steps, receipts, reminders */
};

/* Where a record of the type is written when nothing says otherwise. */
enum home {
    HOME_INNER = 1, /* the unit itself and the levels above */
    HOME_OUTER = 2, /* also everything below */
    HOME_PLAN = 3,  /* inner while its campaign is a draft, outer once it is issued */
    HOME_EVENT = 4, /* the event's own space; until there is one, inner */
};

enum field_flag {
    FIELD_KEY = 1,       /* part of the record's natural key: immutable */
    FIELD_REQUIRED = 2,  /* submit refuses a record without it */
    FIELD_INDEXED = 4,   /* the state table has an index on it */
    FIELD_OWNER = 8,     /* reference to the unit that owns the record (role unit); immutable */
    FIELD_LONG = 16,     /* text of several paragraphs */
    FIELD_SET_ONCE = 32, /* immutable after the record was made */
    FIELD_PERSONAL = 64, /* personal data: erasable */
};

struct registry_choice {
    int64_t number;       /* stands in signed bytes; ends with name NULL */
    const char *name;     /* on the API: "draft" */
    const char *label_vi;
    const char *label_en;
};

struct registry_field {
    unsigned id;          /* 1..REGISTRY_FIELD_MAX, unique in its type, never reused */
    const char *name;     /* on the API: snake_case, unique in its type */
    const char *label_vi;
    const char *label_en;
    enum value_kind kind;
    unsigned flags;       /* enum field_flag */
    unsigned target;      /* VALUE_REFERENCE: record type, 0 = any */
    const struct registry_choice *choices; /* VALUE_INTEGER: allowed numbers, or NULL */
    int64_t min, max;     /* VALUE_INTEGER and VALUE_DECIMAL (whole part): bounds; 0,0 = none.
                           * VALUE_TEXT: max = bytes, 0 = TEXT_BYTES_MAX */
};

struct registry_record {
    unsigned type;        /* 1..REGISTRY_TYPE_MAX */
    const char *name;     /* on the API and in commands */
    const char *label_vi;
    const char *label_en;
    enum home home;
    unsigned writers;     /* mask of enum role */
    bool system;          /* grants and the like: written by their own commands, never by `add` */
    bool grow_only;       /* append-only: no field is ever put twice, no delete */
    unsigned plan_parent; /* field that leads towards the campaign for HOME_PLAN records, else 0 */
    const char *title;    /* field shown as the record's name, or NULL */
    const struct registry_field *fields; /* ascending ids, ends with id 0 */
};

/* Every record type, ascending. */
extern const struct registry_record *const registry_records[];
extern const size_t registry_records_count;

/* A type by number or name; NULL when this version does not know it. */
const struct registry_record *registry_by_type(unsigned type);
const struct registry_record *registry_by_name(const char *name);

/* A field by number or name; NULL when this version does not know it. */
const struct registry_field *registry_field_by_id(const struct registry_record *r, unsigned id);
const struct registry_field *registry_field_by_name(const struct registry_record *r, const char *name);

/* A choice of an enumerated field by number or name; NULL when there is none. */
const struct registry_choice *registry_choice_by_number(const struct registry_field *f, int64_t number);
const struct registry_choice *registry_choice_by_name(const struct registry_field *f, const char *name);

/* True when the type has key fields: its id comes from them. */
bool registry_is_keyed(const struct registry_record *r);

/* Record types that the code itself names. Numbers are those of the table (registry_test checks). */
enum record_type {
    RECORD_GRANT = 1,
    RECORD_ADOPTION = 2,
    RECORD_REVOCATION = 3,
    RECORD_CHILD = 4,      /* a unit that joined this hub: its spaces and first device */
    RECORD_INVITATION = 5, /* issued and not secret: digest of the secret, role, end, used by */
    RECORD_NOISE_KEY = 6,  /* the next Noise key that a hub announces */
    RECORD_PROFILE = 7,    /* the unit's own name and kind, so that a space says whose it is */
    RECORD_ERASURE = 8,    /* an entry whose body is to be dropped everywhere */
    RECORD_UNIT = 16,
    RECORD_UNIT_LINK = 17,
    RECORD_PERSON = 18,
    RECORD_HOUSEHOLD = 19,
    RECORD_OPERATOR = 20,
    RECORD_CAMPAIGN = 32,
    RECORD_OCCASION = 33,
    RECORD_MOVEMENT = 34,
    RECORD_LEGAL_BASIS = 35,
    RECORD_CONTENT_ITEM = 36,
    RECORD_PARTICIPANT_CLASS = 37,
    RECORD_OBLIGATION = 38,
    RECORD_OBLIGATION_UNIT = 39,
    RECORD_REPORT_ROUTE = 40,
    RECORD_REPORT_FORM = 41,
    RECORD_INDICATOR = 42,
    RECORD_AWARD_FORM = 43,
    RECORD_ASSIGNMENT = 44,
    RECORD_NAMED_WORK = 45,
    RECORD_RECIPIENT = 46,
    RECORD_RECEIPT = 47,
    RECORD_DOCUMENT = 48,
    RECORD_PLAN_CONTEST = 49, /* a contest or an event that the plan orders, as read */
    RECORD_PLAN_EVENT = 50,
    RECORD_REGISTRATION = 64,
    RECORD_REGISTRATION_CAMPAIGN = 65, /* a registration that also counts in a further campaign */
    RECORD_MILESTONE = 66,
    RECORD_PROGRESS = 67,
    RECORD_REPORT = 68,
    RECORD_MEASUREMENT = 69,
    RECORD_REMINDER = 70,
};

#endif
