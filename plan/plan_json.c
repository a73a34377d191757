/* A reading of a plan as JSON. Scalars first, then the lists, in the order of struct plan. */
#include "config.h"

#include "plan/plan_json.h"

/* json_string() of NULL is an error, here it is null. */
static json_t *
text(const char *t)
{
    return t != NULL ? json_string(t) : json_null();
}

static json_t *
count(int64_t n)
{
    return n >= 0 ? json_integer(n) : json_null();
}

static json_t *
one_text(const struct plan_text_item *i)
{
    return text(i->text);
}

static json_t *
one_occasion(const struct plan_occasion *i)
{
    return json_pack("{s:o, s:o, s:o, s:i}", "text", text(i->text), "from", text(i->from), "to",
                     text(i->to), "line", (int) i->line);
}

static json_t *
one_basis(const struct plan_basis *i)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:i}", "text", text(i->text), "number", text(i->number),
                     "date", text(i->date), "issuer", text(i->issuer), "line", (int) i->line);
}

static json_t *
one_content(const struct plan_content *i)
{
    return json_pack("{s:o, s:o, s:i}", "label", text(i->label), "text", text(i->text), "line",
                     (int) i->line);
}

static json_t *
one_participant(const struct plan_participant *i)
{
    return json_pack("{s:s, s:o, s:i}", "kind", plan_kind_name(i->kind), "text", text(i->text),
                     "line", (int) i->line);
}

static json_t *
one_obligation(const struct plan_obligation *i)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i}", "who", text(i->who), "what", text(i->what),
                     "min", count(i->min), "unit", text(i->unit), "due", text(i->due), "line",
                     (int) i->line);
}

static json_t *
one_work(const struct plan_work *i)
{
    return json_pack("{s:o, s:o, s:o, s:i}", "name", text(i->name), "milestone", text(i->milestone),
                     "due", text(i->due), "line", (int) i->line);
}

static json_t *
one_indicator(const struct plan_indicator *i)
{
    json_t *target;

    if (i->rank != NULL) {
        target = text(i->rank);
    } else if (i->target_scale == 0) {
        target = json_integer(i->target_units);
    } else {
        double scale = 1;

        for (unsigned n = 0; n < i->target_scale; n++)
            scale *= 10;
        target = json_real((double) i->target_units / scale);
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:i}", "name", text(i->name), "target", target, "unit",
                     text(i->unit), "by", text(i->by), "line", (int) i->line);
}

static json_t *
one_report(const struct plan_report *i)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i}", "from", text(i->from), "to", text(i->to),
                     "via", text(i->via), "cadence", text(plan_cadence_name(i->cadence)), "weekday",
                     i->weekday != 0 ? json_integer(i->weekday) : json_null(), "line",
                     (int) i->line);
}

static json_t *
one_award(const struct plan_award *i)
{
    return json_pack("{s:o, s:o, s:i}", "form", text(i->form), "authority", text(i->authority),
                     "line", (int) i->line);
}

static json_t *
one_contest(const struct plan_contest *i)
{
    return json_pack("{s:o, s:i}", "name", text(i->name), "line", (int) i->line);
}

static json_t *
one_event(const struct plan_event *i)
{
    return json_pack("{s:o, s:o, s:i}", "name", text(i->name), "when", text(i->when), "line",
                     (int) i->line);
}

static json_t *
one_assignment(const struct plan_assignment *i)
{
    return json_pack("{s:o, s:o, s:i}", "assignee", text(i->assignee), "label", text(i->label),
                     "line", (int) i->line);
}

static json_t *
one_question(const struct plan_question *i)
{
    char filled[ERR_TEXT_BYTES_MAX];
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}};
    json_t *list = json_array();

    for (unsigned n = 0; n < i->args_count; n++) {
        struct error cut; /* err_say() cuts an argument on a whole character */

        err_say(&cut, OK, "{1}", i->args[n], NULL);
        for (size_t k = 0; k < sizeof args[n]; k++)
            args[n][k] = cut.args[0][k];
        json_array_append_new(list, text(i->args[n]));
    }
    err_fill(filled, sizeof filled, i->template, args, i->args_count);
    return json_pack("{s:s, s:s, s:o, s:o}", "text", filled, "template", i->template, "args", list,
                     "line", i->line != 0 ? json_integer(i->line) : json_null());
}

static json_t *
signer(const struct plan_signer *s)
{
    if (s->line == 0)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:i}", "authority", text(s->authority), "title",
                     text(s->title), "name", text(s->name), "line", (int) s->line);
}

static json_t *
period(const struct plan_period *p)
{
    if (p->line == 0)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:i}", "from", text(p->from), "to", text(p->to), "text",
                     text(p->text), "line", (int) p->line);
}

#define PUT_LIST(key, one)                                                        \
    do {                                                                          \
        json_t *list = json_array();                                              \
                                                                                  \
        for (size_t n = 0; n < plan->key.count; n++)                              \
            failed |= json_array_append_new(list, one(&plan->key.items[n])) != 0; \
        failed |= json_object_set_new(object, #key, list) != 0;                   \
    } while (0)

json_t *
plan_to_json(const struct plan *plan)
{
    json_t *object = json_object();
    bool failed = object == NULL;

    failed |= json_object_set_new(object, "type", text(plan->type)) != 0;
    failed |= json_object_set_new(object, "number", text(plan->number)) != 0;
    failed |= json_object_set_new(object, "place", text(plan->place)) != 0;
    failed |= json_object_set_new(object, "issued", text(plan->issued)) != 0;
    failed |= json_object_set_new(object, "issuer", text(plan->issuer)) != 0;
    failed |= json_object_set_new(object, "signer", signer(&plan->signer)) != 0;
    failed |= json_object_set_new(object, "title", text(plan->title)) != 0;
    failed |= json_object_set_new(object, "theme", text(plan->theme)) != 0;
    PUT_LIST(occasions, one_occasion);
    failed |= json_object_set_new(object, "period", period(&plan->period)) != 0;
    PUT_LIST(legal_bases, one_basis);
    PUT_LIST(contents, one_content);
    PUT_LIST(movements, one_text);
    PUT_LIST(participants, one_participant);
    PUT_LIST(obligations, one_obligation);
    PUT_LIST(works, one_work);
    PUT_LIST(indicators, one_indicator);
    PUT_LIST(reports, one_report);
    PUT_LIST(awards, one_award);
    PUT_LIST(contests, one_contest);
    PUT_LIST(events, one_event);
    PUT_LIST(assignments, one_assignment);
    PUT_LIST(recipients, one_text);
    PUT_LIST(questions, one_question);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}
