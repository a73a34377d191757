/* Reading a plan: decode, mend, divide, then each key in turn. */
#include "config.h"

#include "plan/plan.h"

#include <string.h>

#include "plan/decode.h"
#include "plan/reader.h"
#include "protocol/util/buf.h"
#include "protocol/util/mem.h"

enum { PLAN_ARENA_BYTES_MAX = 64 * 1024 * 1024 };

const char *
plan_cadence_name(enum plan_cadence cadence)
{
    static const char *const names[] = {
        NULL, "weekly", "monthly", "quarterly", "semiannual", "annual", "at_close"};

    return names[cadence];
}

const char *
plan_kind_name(enum plan_kind kind)
{
    static const char *const names[] = {"collective", "individual", "household"};

    return names[kind];
}

const char *
reader_copy(struct reader *r, const char *text)
{
    const char *copy = text != NULL ? arena_text(&r->p->arena, text, strlen(text)) : NULL;

    if (copy == NULL && text != NULL)
        r->err = ERR_NOMEM;
    return copy;
}

const char *
reader_text(struct reader *r, struct span s)
{
    char *copy;

    if (!span_found(s))
        return NULL;
    s = span_trim(r->t, s, "");
    if (s.at >= s.end)
        return NULL;
    copy = arena_text(&r->p->arena, r->t->bytes + s.at, s.end - s.at);
    if (copy == NULL) {
        r->err = ERR_NOMEM;
        return NULL;
    }
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\n' || *c == TEXT_CELL)
            *c = ' ';
    return copy;
}

unsigned
reader_line(const struct reader *r, size_t at)
{
    return text_line(r->t, at);
}

const char *
reader_date(struct reader *r, struct date d, struct span where)
{
    char text[DATE_TEXT_BYTES_MAX];

    if (date_write(d, text))
        return reader_copy(r, text);
    if (d.wrong)
        reader_ask(r, where.at, N_("There is no such date: “{1}”. Which day is meant?"), where,
                   SPAN_NONE);
    return NULL;
}

void *
reader_room(struct reader *r, void *items, size_t count, size_t item_bytes)
{
    void *more;

    if (count >= PLAN_LIST_MAX) {
        r->full = true;
        return NULL;
    }
    if (count >= 8 ? (count & (count - 1)) != 0 : count != 0) {
        memset((char *) items + count * item_bytes, 0, item_bytes);
        return items;
    }
    more = arena_array(&r->p->arena, count == 0 ? 8 : count * 2, item_bytes);
    if (more == NULL) {
        r->err = ERR_NOMEM;
        return NULL;
    }
    if (count > 0)
        memcpy(more, items, count * item_bytes);
    return more;
}

void
reader_ask(struct reader *r, size_t at, const char *template, struct span a, struct span b)
{
    struct plan_question *q;

    for (size_t i = 0; i < r->p->questions.count; i++) {
        const struct plan_question *seen = &r->p->questions.items[i];

        if (at != SIZE_MAX && seen->template == template && seen->line == reader_line(r, at))
            return;
    }
    READER_ADD(r, r->p->questions, q);
    if (q == NULL)
        return;
    q->template = template;
    q->line = at != SIZE_MAX ? reader_line(r, at) : 0;
    if (span_found(a))
        q->args[q->args_count++] = reader_text(r, a);
    if (span_found(b))
        q->args[q->args_count++] = reader_text(r, b);
    for (unsigned i = 0; i < q->args_count; i++)
        if (q->args[i] == NULL)
            q->args[i] = "";
}

/* A plan speaks of emulation, of rewards or of a movement, in words with their marks. */
static enum err
check_is_plan(const struct text *t, struct error *e)
{
    static const char *const words[] = {"thi đua", "khen thưởng", "phong trào", "kế hoạch", NULL};
    static const char *const legacy[] = {
        "kõ ho¹ch", "keá hoaïch", "thi ®ua", "thi ñua", "khen th­ëng", NULL};
    struct span all = {0, t->size};

    if (span_found(phrase_find_any(t, all, words, NULL)))
        return OK;
    for (size_t i = 0; legacy[i] != NULL; i++)
        if (strstr(t->low, legacy[i]) != NULL)
            return err_say(
                e, ERR_FORMAT,
                N_("The text is in an old Vietnamese encoding (TCVN3 or VNI) that was saved as if "
                   "it were Unicode. Convert it to Unicode (in Unikey: Ctrl+Shift+F6), save it as "
                   "UTF-8 text and read that file."),
                NULL);
    return err_say(
        e, ERR_FORMAT,
        N_("This does not look like a plan: it names neither a plan (“kế hoạch”) nor emulation "
           "(“thi "
           "đua”). Check that it is the right file and that its letters have their marks."),
        NULL);
}

static void
read_all(struct reader *r)
{
    read_header(r);
    read_signer(r);
    read_recipients(r);
    read_period(r);
    read_theme(r);
    read_occasions(r);
    read_bases(r);
    read_contents(r);
    read_movements(r);
    read_participants(r);
    read_assignments(r);
    read_reports(r);
    read_obligations(r);
    read_works(r);
    read_indicators(r);
    read_awards(r);
    read_contests(r);
    read_events(r);
    if (r->full)
        reader_ask(r, SIZE_MAX,
                   N_("A list has more entries than are read (500 at most); the rest was left out. "
                      "Does the "
                      "file hold one plan only?"),
                   SPAN_NONE, SPAN_NONE);
}

enum err
plan_read(const uint8_t *bytes, size_t size, struct plan **ret_plan, struct error *e)
{
    struct text t = {.title = SIZE_MAX};
    struct plan *plan = NULL;
    struct buf clean;
    enum err err;

    buf_init(&clean, (size_t) PLAN_BYTES_MAX * 4);
    err = decode_text(bytes, size, &clean, e);
    if (err != OK)
        goto out;
    err = text_read(clean.bytes, clean.size, &t);
    if (err == OK) {
        plan = mem_alloc(sizeof *plan);
        err = plan != NULL ? OK : ERR_NOMEM;
    }
    if (err != OK) {
        err_set(e, err, "plan: %s", err_name(err));
        goto out;
    }
    arena_init(&plan->arena, PLAN_ARENA_BYTES_MAX);
    err = check_is_plan(&t, e);
    if (err == OK) {
        struct reader r = {.t = &t, .p = plan, .own_title = SPAN_NONE};

        read_all(&r);
        err = r.err;
        if (err != OK)
            err_set(e, err, "plan: %s", err_name(err));
    }
    if (err == OK) {
        *ret_plan = plan;
        plan = NULL;
    }
out:
    plan_free(plan);
    text_release(&t);
    buf_release(&clean);
    return err;
}

void
plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    arena_release(&plan->arena);
    mem_free(plan);
}
