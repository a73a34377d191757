/* How the tables of the registry are written: one short line for each field. For registry_*.c only.
 * Labels of fields begin with a capital, those of records and choices do not: they stand inside
 * sentences. A number is never reused, and a line never removed: tests/vectors/registry.txt holds
 * them. */
#ifndef PROTOCOL_REGISTRY_TABLE_H
#define PROTOCOL_REGISTRY_TABLE_H

#include "protocol/registry.h"

enum {
    CODE_BYTES_MAX = 64,   /* a short code, a telephone number, a document's number */
    NAME_BYTES_MAX = 1000, /* a name on one line */
};

#define FIELD(num, nm, vi, en, knd, ...)                                                           \
    {.id = num, .name = nm, .label_vi = vi, .label_en = en, .kind = knd, __VA_ARGS__}

#define F_TEXT(id, name, vi, en, fl) FIELD(id, name, vi, en, VALUE_TEXT, .flags = fl)
#define F_NAME(id, name, vi, en, fl)                                                               \
    FIELD(id, name, vi, en, VALUE_TEXT, .flags = fl, .max = NAME_BYTES_MAX)
#define F_CODE(id, name, vi, en, fl)                                                               \
    FIELD(id, name, vi, en, VALUE_TEXT, .flags = fl, .max = CODE_BYTES_MAX)
#define F_LONG(id, name, vi, en) FIELD(id, name, vi, en, VALUE_TEXT, .flags = FIELD_LONG)
#define F_DATE(id, name, vi, en, fl) FIELD(id, name, vi, en, VALUE_DATE, .flags = fl)
#define F_TIME(id, name, vi, en, fl) FIELD(id, name, vi, en, VALUE_TIME, .flags = fl)
#define F_BYTES(id, name, vi, en, fl) FIELD(id, name, vi, en, VALUE_BYTES, .flags = fl)
#define F_FILE(id, name, vi, en) FIELD(id, name, vi, en, VALUE_ATTACHMENT, .flags = 0)
#define F_INT(id, name, vi, en, fl, low, high)                                                     \
    FIELD(id, name, vi, en, VALUE_INTEGER, .flags = fl, .min = low, .max = high)
#define F_DECIMAL(id, name, vi, en, low, high)                                                     \
    FIELD(id, name, vi, en, VALUE_DECIMAL, .min = low, .max = high)
#define F_CHOICE(id, name, vi, en, fl, list)                                                       \
    FIELD(id, name, vi, en, VALUE_INTEGER, .flags = fl, .choices = list)
#define F_REF(id, name, vi, en, fl, to)                                                            \
    FIELD(id, name, vi, en, VALUE_REFERENCE, .flags = fl, .target = to)

/* The line of the source on which the words stand, for records drawn from a plan. */
#define F_LINE(id) \
    F_INT(id, "line", "Dòng trong văn bản nguồn", "Line of the source", 0, 1, INT32_MAX)

#define FIELD_ID (FIELD_KEY | FIELD_REQUIRED | FIELD_INDEXED)    /* a reference in a key */
#define FIELD_UP (FIELD_REQUIRED | FIELD_INDEXED) /* a reference to what it hangs on */
#define FIELD_OWN (FIELD_OWNER | FIELD_REQUIRED | FIELD_INDEXED) /* the unit that it belongs to */

#define WRITERS_OFFICE (ROLE_ADMIN | ROLE_CLERK)
#define WRITERS_UNIT (ROLE_ADMIN | ROLE_CLERK | ROLE_UNIT)

/* Lists of choices that more than one table uses; each ends with a NULL name. */
extern const struct registry_choice choices_yes_no[];
extern const struct registry_choice choices_role[];
extern const struct registry_choice choices_unit_kind[];
extern const struct registry_choice choices_line[];    /* State, Party, Front */
extern const struct registry_choice choices_level[];   /* nation down to hamlet */
extern const struct registry_choice choices_channel[]; /* how something reached the office */

/* Every type, in the order of its number. */
#define REGISTRY_LIST(X)                                                                           \
    X(grant) X(adoption) X(revocation) X(child) X(invitation) X(noise_key) X(profile) X(erasure)   \
    X(unit) X(unit_link) X(person) X(household) X(operator)                                        \
    X(campaign) X(occasion) X(movement) X(legal_basis) X(content_item) X(participant_class)        \
    X(obligation) X(obligation_unit) X(report_route) X(report_form) X(indicator) X(award_form)     \
    X(assignment) X(named_work) X(recipient) X(receipt) X(document) X(plan_contest) X(plan_event)  \
    X(registration) X(registration_campaign) X(milestone) X(progress) X(report) X(measurement)     \
    X(reminder)

#define X(name) extern const struct registry_record registry_##name;
REGISTRY_LIST(X)
#undef X

#endif
