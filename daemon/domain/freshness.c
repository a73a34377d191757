/* How fresh the data is: one line for each unit whose spaces this machine carries. */
#include "config.h"

#include "daemon/domain/freshness.h"

#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/units.h"

enum { FRESHNESS_ARENA_BYTES_MAX = 256 * 1024 * 1024 };

/* What is counted for a space. */
struct line {
    uint64_t entries, held, set_aside, conflicts;
    int64_t last_entry_s;
    struct log_row *logs;
    size_t logs_count;
};

struct asked {
    struct store *s;
    struct arena a;
    struct space_fact *spaces;
    size_t count;
    struct line *lines; /* as many as spaces */
    struct error *e;
};

static enum err
read_logs(struct asked *f)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < f->count; i++) {
        struct line *line = &f->lines[i];

        err = log_list(f->s, f->spaces[i].row.id, &f->a, &line->logs, &line->logs_count, f->e);
        for (size_t k = 0; err == OK && k < line->logs_count; k++) {
            const struct log_row *log = &line->logs[k];

            line->entries += log->received_seq;
            line->held += log->received_seq - log->applied_seq;
            if (log->applied_seq > 0 && log->wall_s > line->last_entry_s)
                line->last_entry_s = log->wall_s;
        }
    }
    return err;
}

/* The line of the space that a log belongs to; NULL for a log known by reference only. */
static struct line *
line_of_log(struct asked *f, int64_t log)
{
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->lines[i].logs_count; k++)
            if (f->lines[i].logs[k].id == log)
                return &f->lines[i];
    return NULL;
}

static enum err
read_faults(struct asked *f)
{
    struct aside_row *aside;
    int64_t *conflicts;
    size_t aside_count = 0, conflicts_count = 0;
    enum err err = aside_list(f->s, &f->a, &aside, &aside_count, f->e);

    if (err == OK)
        err = state_conflicts(f->s, &f->a, &conflicts, &conflicts_count, f->e);
    for (size_t i = 0; err == OK && i < aside_count; i++) {
        struct line *line = line_of_log(f, aside[i].log);

        if (line != NULL)
            line->set_aside++;
    }
    for (size_t i = 0; err == OK && i < conflicts_count; i++) {
        struct line *line = line_of_log(f, record_id_log(conflicts[i]));

        if (line != NULL)
            line->conflicts++;
    }
    return err;
}

static bool
same_unit(const struct space_fact *a, const struct space_fact *b)
{
    return memcmp(a->row.genesis.unit, b->row.genesis.unit, UNIT_ROOT_BYTES) == 0
           && memcmp(a->row.genesis.founder, b->row.genesis.founder, DEVICE_BYTES) == 0;
}

/* Show the unit of the space at `place`, its spaces added up. */
static json_t *
json_line(const struct asked *f, size_t place, int64_t now_s)
{
    static const char *const origins[] = {
        [SPACE_OWN] = "own", [SPACE_ABOVE] = "above", [SPACE_BELOW] = "below"};
    const struct space_fact *space = &f->spaces[place];
    struct line sum = {0};
    int64_t contact_s = space->last_contact_s;

    for (size_t i = place; i < f->count; i++) {
        if (!same_unit(space, &f->spaces[i]))
            continue;
        sum.entries += f->lines[i].entries;
        sum.held += f->lines[i].held;
        sum.set_aside += f->lines[i].set_aside;
        sum.conflicts += f->lines[i].conflicts;
        if (f->lines[i].last_entry_s > sum.last_entry_s)
            sum.last_entry_s = f->lines[i].last_entry_s;
    }
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "unit",
                     fact_json_text(space->unit_name), "kind", fact_json_text(space->unit_kind),
                     "origin", origins[space->row.origin], "last_contact",
                     fact_json_time(contact_s), "age_s",
                     contact_s > 0 ? json_integer(now_s - contact_s) : json_null(), "last_entry",
                     fact_json_time(sum.last_entry_s), "entries", (json_int_t) sum.entries, "held",
                     (json_int_t) sum.held, "set_aside", (json_int_t) sum.set_aside, "conflicts",
                     (json_int_t) sum.conflicts);
}

/* True when an earlier space of the list already stands for this one's unit. */
static bool
is_shown(const struct asked *f, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (same_unit(&f->spaces[i], &f->spaces[place]))
            return true;
    return false;
}

static enum err
run(struct asked *f, int64_t now_s, json_t **ret_answer)
{
    json_t *list;
    enum err err = units_spaces(f->s, &f->a, &f->spaces, &f->count, f->e);

    if (err == OK && (f->lines = arena_array(&f->a, f->count + 1, sizeof *f->lines)) == NULL)
        err = fact_no_memory(f->e);
    if (err == OK)
        err = read_logs(f);
    if (err == OK)
        err = read_faults(f);
    if (err != OK)
        return err;
    list = json_array();
    for (size_t i = 0; i < f->count; i++)
        if (!is_shown(f, i))
            json_array_append_new(list, json_line(f, i, now_s));
    *ret_answer = json_pack("{s:o, s:o, s:{s:I}}", "at", fact_json_time(now_s), "units", list,
                            "sources", "spaces", (json_int_t) f->count);
    return *ret_answer != NULL ? OK : fact_no_memory(f->e);
}

enum err
freshness_list(struct store *s, int64_t now_s, json_t **ret_answer, struct error *e)
{
    struct asked f = {.s = s, .e = e};
    enum err err;

    arena_init(&f.a, FRESHNESS_ARENA_BYTES_MAX);
    err = run(&f, now_s, ret_answer);
    arena_release(&f.a);
    return err;
}
