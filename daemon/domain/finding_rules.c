/* The rules on one record. The table is at the end; each check stands before it. What a rule costs matters:
 * every record is looked at, so the log is read only where the state already looks odd. */
#include "config.h"

#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/finding_core.h"
#include "daemon/domain/rules.h"
#include "daemon/engine/merge.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/validate.h"

#define SAY(l, rule, r, entries, count, ...)                                                       \
    look_say(l, (rule)->name, (rule)->text, r, entries, count, __VA_ARGS__, NULL)

/* --- values ----------------------------------------------------------------------------------- */

static enum err
check_span(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < rule_spans_count; i++) {
        const struct registry_field *first, *last;
        const struct value *begin, *end;
        struct stamp entries[2];

        if (!rule_span_of(r->registry, &rule_spans[i], &first, &last))
            continue;
        begin = record_value(r, first->id);
        end = record_value(r, last->id);
        if (!rule_span_is_broken(begin, end))
            continue;
        entries[0] = look_wrote(r, first->name);
        entries[1] = look_wrote(r, last->name);
        err = SAY(l, rule, r, entries, 2, look_label(l, first), look_value(l, first, begin),
                  look_label(l, last), look_value(l, last, end));
    }
    return err;
}

/* Values that validation would refuse today: a machine of another release wrote them, or none of ours. */
static enum err
check_bounds(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        const struct value *v = &r->fields[i].value;

        if (f == NULL || v->kind == VALUE_NULL || validate_value(f, v, NULL) == OK)
            continue;
        err = SAY(l, rule, r, &r->fields[i].stamp, 1, look_label(l, f), look_value(l, f, v),
                  look_name(l, r), f->name);
    }
    return err;
}

static enum err
check_required(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    enum err err = OK;

    for (const struct registry_field *f = r->registry->fields; err == OK && f->id != 0; f++) {
        struct stamp entry;

        if (!(f->flags & (FIELD_REQUIRED | FIELD_KEY)) || record_value(r, f->id) != NULL)
            continue;
        entry = look_wrote(r, f->name);
        err = SAY(l, rule, r, &entry, 1, look_label(l, f), look_name(l, r), f->name);
    }
    return err;
}

/* --- references ------------------------------------------------------------------------------- */

/* A reference without which the record says little: what it hangs on, and units. */
static bool
matters(const struct registry_field *f)
{
    return (f->flags & (FIELD_REQUIRED | FIELD_KEY)) != 0 || f->target == RECORD_UNIT;
}

/* What the questions follow by themselves: from a draft to the campaign that was issued from it. */
static enum err
is_followed(struct look *l, const struct known *to, bool *ret_followed)
{
    int64_t issued = 0;
    enum err err = to->type == RECORD_CAMPAIGN ? look_issued_from(l, to->id, &issued) : OK;

    *ret_followed = issued != 0;
    return err;
}

static enum err
check_nothing(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        char id[RECORD_ID_TEXT_BYTES];
        struct known to;

        if (f == NULL || r->fields[i].value.kind != VALUE_REFERENCE)
            continue;
        err = look_known(l, r->fields[i].value.record, &to);
        if (err != OK || (to.type != 0 ? f->target == 0 || f->target == to.type : !to.surely_gone))
            continue;
        record_id_format(to.id, id);
        err = SAY(l, rule, r, &r->fields[i].stamp, 1, look_label(l, f), id, look_name(l, r), f->name);
    }
    return err;
}

static enum err
say_deleted(struct look *l, const struct finding_rule *rule, const struct record *r,
            const struct record_field *field, const struct registry_field *f, int64_t to)
{
    struct record *gone = NULL;
    enum err err = look_record(l, to, &gone);
    struct stamp entries[2];

    if (err != OK || gone == NULL)
        return err;
    entries[0] = field->stamp;
    entries[1] = gone->life_stamp;
    return SAY(l, rule, r, entries, 2, look_label(l, f), look_title(l, gone), look_name(l, r),
               look_name(l, gone));
}

/* References to what was deleted.
 *   owner  only the field that says whose the record is, or only the others */
static enum err
check_deleted(struct look *l, const struct finding_rule *rule, const struct record *r, bool owner)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        struct known to;
        bool followed = false;

        if (f == NULL || r->fields[i].value.kind != VALUE_REFERENCE || !matters(f)
            || owner != ((f->flags & FIELD_OWNER) != 0))
            continue;
        err = look_known(l, r->fields[i].value.record, &to);
        if (err != OK || to.type == 0 || to.live)
            continue;
        err = is_followed(l, &to, &followed);
        if (err == OK && !followed)
            err = say_deleted(l, rule, r, &r->fields[i], f, to.id);
    }
    return err;
}

static enum err
check_hangs(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    return check_deleted(l, rule, r, false);
}

static enum err
check_owner(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    return check_deleted(l, rule, r, true);
}

static enum err
check_grant(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct record_field *field = record_find(r, GRANT_UNIT);
    struct record *gone = NULL;
    struct known unit;
    struct stamp entries[2];
    enum err err;

    if (field == NULL || field->value.kind != VALUE_REFERENCE)
        return OK;
    err = look_known(l, field->value.record, &unit);
    if (err != OK || unit.type == 0 || unit.live)
        return err;
    err = look_record(l, unit.id, &gone);
    if (err != OK || gone == NULL)
        return err;
    entries[0] = look_made(r);
    entries[1] = gone->life_stamp;
    return SAY(l, rule, r, entries, 2, look_title(l, r), look_title(l, gone), look_name(l, gone));
}

/* --- plans ------------------------------------------------------------------------------------ */

/* Whether a document says that it corrects a record. */
static enum err
is_corrected(struct look *l, int64_t record, bool *ret_corrected)
{
    struct record **documents;
    size_t count = 0;
    enum err err = fact_list(l->s, &l->page, RECORD_DOCUMENT, "corrects", record, 0, &documents, &count, l->e);

    *ret_corrected = count > 0;
    return err;
}

/* Whether a field was written after its record was made. Issuing is one act at one time, even where a long
 * plan makes several entries of it. */
static enum err
is_later(struct look *l, const struct record *r, struct stamp wrote, bool *ret_later)
{
    struct stamp made = look_made(r);
    int64_t wrote_s = 0, made_s = 0;
    enum err err = OK;

    *ret_later = !stamp_equal(wrote, made);
    if (!*ret_later || wrote.log != made.log)
        return OK;
    err = look_wall(l, wrote, &wrote_s);
    if (err == OK)
        err = look_wall(l, made, &made_s);
    *ret_later = wrote_s != made_s;
    return err;
}

/* A campaign is corrected with a reason in the same change. */
static enum err
check_issued(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    unsigned reason = fact_field(RECORD_CAMPAIGN, "reason");
    enum err err = OK;

    if (space == NULL || !rule_is_issued(r, space))
        return OK;
    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        struct stamp entries[2] = {r->fields[i].stamp, look_made(r)};
        bool later = false, makes, said = false, corrected = false;

        if (f == NULL || rule_is_course(f->name))
            continue;
        err = is_later(l, r, r->fields[i].stamp, &later);
        if (err == OK && later)
            err = look_entry(l, r->fields[i].stamp, r, reason, &makes, &said);
        if (err == OK && later && !said)
            err = is_corrected(l, r->id, &corrected);
        if (err == OK && later && !said && !corrected)
            err = SAY(l, rule, r, entries, 2, look_label(l, f), look_name(l, r), look_id(l, r));
    }
    return err;
}

static bool
is_part(const struct record *r)
{
    return r->registry->home == HOME_PLAN && r->type != RECORD_CAMPAIGN && r->type != RECORD_DOCUMENT
           && r->type != RECORD_OBLIGATION_UNIT;
}

/* Mapping an issued plan's words to units is daily work; its words are not to be changed. */
static enum err
check_part(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    enum err err = OK;

    if (!is_part(r) || space == NULL || space->genesis.kind != SPACE_OUTER)
        return OK;
    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        struct stamp entries[2] = {r->fields[i].stamp, look_made(r)};
        bool later = false, makes, stood = false, corrected = false;

        if (f == NULL || f->kind == VALUE_REFERENCE || strcmp(f->name, "mapped") == 0)
            continue;
        err = is_later(l, r, r->fields[i].stamp, &later);
        if (err == OK && later) /* what the plan left open may be filled in */
            err = look_entry(l, look_made(r), r, f->id, &makes, &stood);
        if (err == OK && later && stood)
            err = is_corrected(l, r->id, &corrected);
        if (err == OK && later && stood && !corrected)
            err = SAY(l, rule, r, entries, 2, look_label(l, f), look_name(l, r), look_id(l, r));
    }
    return err;
}

/* What was written to a draft by somebody who did not know yet that it had been issued. */
static enum err
check_draft(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    struct known campaign = {0};
    struct record *issued = NULL;
    struct stamp entries[2] = {r->life_stamp};
    int64_t id = 0, issued_id = 0;
    enum err err = OK;

    if (r->registry->home != HOME_PLAN || space == NULL || space->genesis.kind != SPACE_INNER)
        return OK;
    err = look_campaign(l, r, &id);
    if (err == OK && id != 0)
        err = look_known(l, id, &campaign);
    if (err != OK || id == 0 || (campaign.live && !r->life_conflict))
        return err;
    err = look_issued_from(l, id, &issued_id);
    if (err == OK && issued_id != 0)
        err = look_record(l, issued_id, &issued);
    if (err != OK || issued == NULL)
        return err;
    entries[1] = look_made(issued);
    return SAY(l, rule, r, entries, 2, look_title(l, issued), look_name(l, issued), look_name(l, r));
}

/* --- where and in what state ------------------------------------------------------------------- */

static enum err
check_home(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    struct stamp made = look_made(r);

    if (space == NULL || r->registry->home != HOME_INNER || space->genesis.kind != SPACE_OUTER)
        return OK;
    return SAY(l, rule, r, &made, 1, api_label(r->registry, l->q->language), look_name(l, r));
}

static enum err
check_back(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    const char *state = fact_choice(r, "state");
    struct stamp entry = look_wrote(r, "state");

    if (space == NULL || space->genesis.kind != SPACE_OUTER || (state != NULL && strcmp(state, "draft") != 0))
        return OK;
    return SAY(l, rule, r, &entry, 1, look_title(l, r), look_name(l, r));
}

static enum err
check_unseen(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct space_row *space = look_space(l, r->space);
    const struct registry_field *f = registry_field_by_name(r->registry, "state");
    const char *state = fact_choice(r, "state");
    struct stamp entry = look_wrote(r, "state");

    if (space == NULL || space->genesis.kind != SPACE_INNER || state == NULL || strcmp(state, "draft") == 0
        || strcmp(state, "withdrawn") == 0)
        return OK;
    return SAY(l, rule, r, &entry, 1, look_title(l, r), look_value(l, f, record_value(r, f->id)),
               look_name(l, r));
}

static enum err
check_received(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct registry_field *sent = registry_field_by_name(r->registry, "sent_on");
    const struct registry_field *received = registry_field_by_name(r->registry, "received_on");
    struct stamp entries[2] = {look_wrote(r, "sent_on"), look_wrote(r, "received_on")};

    if (sent == NULL || received == NULL
        || !rule_span_is_broken(record_value(r, sent->id), record_value(r, received->id)))
        return OK;
    return SAY(l, rule, r, entries, 2, look_value(l, sent, record_value(r, sent->id)),
               look_value(l, received, record_value(r, received->id)), look_name(l, r));
}

static enum err
check_done(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    static const char *const early[] = {"draft", "returned", "withdrawn"};
    const struct registry_field *state = registry_field_by_name(r->registry, "state");
    const struct registry_field *done = registry_field_by_name(r->registry, "done_on");
    const char *name = fact_choice(r, "state");
    struct stamp entries[2] = {look_wrote(r, "state"), look_wrote(r, "done_on")};

    for (size_t i = 0; name != NULL && fact_value(r, "done_on") != NULL && i < sizeof early / sizeof early[0];
         i++)
        if (strcmp(name, early[i]) == 0)
            return SAY(l, rule, r, entries, 2, look_value(l, done, record_value(r, done->id)),
                       look_value(l, state, record_value(r, state->id)), look_name(l, r));
    return OK;
}

/* --- reports and figures ---------------------------------------------------------------------- */

static enum err
check_period(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct value *period = fact_value(r, "period");
    struct record *route = NULL;
    struct stamp made = look_made(r);
    char given_text[API_DATE_BYTES], meant_text[API_DATE_BYTES];
    struct date meant;
    enum err err = look_record(l, fact_reference(r, "route"), &route);

    if (err != OK || route == NULL || route->type != RECORD_REPORT_ROUTE || period == NULL
        || period->kind != VALUE_DATE || !rule_period_is_off(route, period->date, &meant))
        return err;
    api_date_display(period->date, l->q->language, given_text);
    api_date_display(meant, l->q->language, meant_text);
    return SAY(l, rule, r, &made, 1, given_text, meant_text, look_name(l, r));
}

/* The entries by which a report was received: its own state, or receipts of the level above. */
static enum err
receptions_of(struct look *l, const struct record *r, struct stamp *ret_entries, size_t max, size_t *ret_count)
{
    const char *state = fact_choice(r, "state");
    struct record **receipts = NULL;
    size_t count = 0, kept = 0;
    enum err err = OK;

    *ret_count = 0;
    if (state != NULL && strcmp(state, "returned") == 0)
        return OK;
    if (state != NULL && (strcmp(state, "received") == 0 || strcmp(state, "aggregated") == 0))
        ret_entries[kept++] = look_wrote(r, "state");
    err = fact_list(l->s, &l->page, RECORD_RECEIPT, "subject", r->id, 0, &receipts, &count, l->e);
    for (size_t i = 0; err == OK && i < count && kept < max; i++) {
        const char *outcome = fact_choice(receipts[i], "outcome");

        if (outcome != NULL && strcmp(outcome, "returned") == 0)
            return OK; /* sent back: then it is to be changed */
        if (receipts[i]->space == r->space)
            ret_entries[kept++] = look_made(receipts[i]);
    }
    *ret_count = err == OK ? kept : 0;
    return err;
}

/* Who received a report had not seen the text that stands in it now. */
static enum err
check_reception(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    static const char *const frozen[] = {"text", "figures", "nil", "number"};
    struct stamp receptions[FINDING_ENTRIES_MAX];
    size_t count = 0;
    enum err err = receptions_of(l, r, receptions, FINDING_ENTRIES_MAX, &count);

    for (size_t i = 0; err == OK && count > 0 && i < sizeof frozen / sizeof frozen[0]; i++) {
        const struct registry_field *f = registry_field_by_name(r->registry, frozen[i]);
        const struct record_field *field = f != NULL ? record_find(r, f->id) : NULL;
        struct stamp entries[2];
        bool seen = false;

        if (field == NULL)
            continue;
        for (size_t k = 0; err == OK && !seen && k < count; k++)
            err = merge_has_seen(l->s, receptions[k].log, receptions[k].seq, field->stamp, &seen, l->e);
        entries[0] = field->stamp;
        entries[1] = receptions[0];
        if (err == OK && !seen)
            err = SAY(l, rule, r, entries, 2, look_label(l, f), look_name(l, r));
    }
    return err;
}

static bool
is_over_100(const struct value *v)
{
    static const struct registry_field percent = {.name = "percent", .kind = VALUE_DECIMAL, .min = INT64_MIN / 2,
                                                  .max = 100};

    return v != NULL && v->kind == VALUE_DECIMAL && validate_value(&percent, v, NULL) != OK && v->integer > 0;
}

/* A figure in percent over 100, where the plan wants at most 100 and nobody gave a reason. */
static enum err
check_percent(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    const struct registry_field *f = registry_field_by_name(r->registry, "value");
    const char *reason = fact_text(r, "reason"), *measure;
    struct record *indicator = NULL;
    struct stamp entry = look_wrote(r, "value");
    enum err err = OK;

    if (!is_over_100(fact_value(r, "value")) || (reason != NULL && reason[0] != '\0'))
        return OK;
    err = look_record(l, fact_reference(r, "indicator"), &indicator);
    measure = indicator != NULL ? fact_text(indicator, "measure") : NULL;
    if (err != OK || measure == NULL || strcmp(measure, "%") != 0 || is_over_100(fact_value(indicator, "target")))
        return err;
    return SAY(l, rule, r, &entry, 1, look_value(l, f, record_value(r, f->id)), look_title(l, indicator),
               look_name(l, r));
}

/* --- conflicts of keyed records ---------------------------------------------------------------- */

/* Whether two entries each made the record: two people entered it apart, and both texts stand. */
static enum err
check_twice(struct look *l, const struct finding_rule *rule, const struct record *r)
{
    enum err err = OK;

    if (!r->several || !registry_is_keyed(r->registry))
        return OK;
    for (uint32_t i = 0; err == OK && i < r->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(r->registry, r->fields[i].id);
        struct stamp entries[FINDING_ENTRIES_MAX];
        struct standing_row *rows = NULL;
        size_t count = 0, made = 0, named = 0;

        if (f == NULL || !r->fields[i].conflict)
            continue;
        err = state_standing(l->s, r->id, f->id, &l->page, &rows, &count, l->e);
        for (size_t k = 0; err == OK && k < count && named < FINDING_ENTRIES_MAX; k++) {
            bool makes = false, writes;

            entries[named++] = rows[k].stamp;
            err = look_entry(l, rows[k].stamp, r, f->id, &makes, &writes);
            made += makes;
        }
        if (err == OK && (made > 1 || r->type == RECORD_MEASUREMENT))
            err = SAY(l, rule, r, entries, named, look_label(l, f), look_name(l, r), f->name);
    }
    return err;
}

/* --- the table -------------------------------------------------------------------------------- */

const struct finding_rule finding_rules[] = {
    {"end_before_start", 0,
     N_("“{1}” is {2} and “{3}” is {4}: the end is before the start; correct one of them"), check_span},
    {"not_allowed", 0, N_("“{1}” is “{2}”, which this record may not hold; correct it: thidua set {3} {4}=…"),
     check_bounds},
    {"empty", 0, N_("“{1}” is empty and has to be filled in: thidua set {2} {3}=…"), check_required},
    {"refers_to_nothing", 0,
     N_("“{1}” names the record {2}, which does not exist or is of another kind; name the right one: "
        "thidua set {3} {4}=…, or delete the record and enter it again"),
     check_nothing},
    {"hangs_on_deleted", 0,
     N_("“{1}” is “{2}”, which was deleted; delete this record too (thidua delete {3}), name another one "
        "there, or bring that one back by writing a field of it: thidua set {4} FIELD=VALUE"),
     check_hangs},
    {"owner_gone", 0,
     N_("“{1}” is “{2}”, which was deleted, so nobody looks after this record; delete it too "
        "(thidua delete {3}), or bring the unit back: thidua set {4} FIELD=VALUE"),
     check_owner},
    {"machine_of_deleted_unit", RECORD_GRANT,
     N_("the machine “{1}” writes for the unit “{2}”, which was deleted; bring the unit back "
        "(thidua set {3} FIELD=VALUE), or invite the machine for another unit"),
     check_grant},
    {"issued_changed", RECORD_CAMPAIGN,
     N_("“{1}” was changed after the plan was issued, and no reason was given; put it right and say why in one "
        "command (thidua set {2} … reason=…), or enter the correcting document: thidua add document corrects={3} number=…"),
     check_issued},
    {"part_changed", 0,
     N_("“{1}” was changed after the plan was issued; write what was issued again, or enter the document that "
        "corrects it: thidua add document corrects={3} number=… ({2})"),
     check_part},
    {"draft_changed", 0,
     N_("this was written to the draft of “{1}” after the plan had been issued, and the issued plan does not have "
        "it; carry it over to {2} with a reason, then delete it here: thidua delete {3}"),
     check_draft},
    {"wrong_home", 0,
     N_("this {1} stands where also the units below can read it, and belongs to the inner records of its unit; "
        "enter it again and delete this one: thidua delete {2}"),
     check_home},
    {"state_back", RECORD_CAMPAIGN,
     N_("“{1}” was issued, and is a draft again; the units below have it all the same: "
        "thidua set {2} state=issued, or state=withdrawn reason=…"),
     check_back},
    {"issued_unseen", RECORD_CAMPAIGN,
     N_("“{1}” is in the state “{2}”, but was never issued: the units below do not have it; "
        "thidua set {3} state=draft, then thidua issue"),
     check_unseen},
    {"received_before_sent", 0,
     N_("it was sent on {1} and received on {2}, before it was sent; correct one of the days: "
        "thidua set {3} received_on=…"),
     check_received},
    {"done_without_state", RECORD_REGISTRATION,
     N_("it was done on {1}, but its state is “{2}”; write the right state: thidua set {3} state=…"), check_done},
    {"report_period", RECORD_REPORT,
     N_("nothing is reported for {1} on this route; the period that it means is {2}: enter the report for that "
        "period, and delete this one: thidua delete {3}"),
     check_period},
    {"received_changed", RECORD_REPORT,
     N_("“{1}” was changed without the knowledge of whoever received the report; read it again, then write its state "
        "anew (thidua set {2} state=returned, later state=received), so that what was received is clear"),
     check_reception},
    {"percent_over_100", RECORD_MEASUREMENT,
     N_("{1} % of “{2}” is more than 100; correct it, or say why it is right: thidua set {3} reason=…"),
     check_percent},
    {"entered_twice", 0,
     N_("people entered it apart, and “{1}” holds what each of them wrote; choose: thidua resolve {2} {3}"),
     check_twice},
};

const size_t finding_rules_count = sizeof finding_rules / sizeof finding_rules[0];
