/* The checks at the end of a world: the engine's state against the records by definition, the digests
 * against each other, rebuilt and recomputed state against what stands. */
#include "config.h"

#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/engine/merge.h"
#include "daemon/engine/verify.h"
#include "tests/sim/records.h"

/* One node's space under check. */
struct check {
    struct sim *sim;
    unsigned node;
    uint32_t space;          /* in the archive */
    struct space_row row;    /* at the node */
    const struct records *records;
    struct arena a;
};

#define CHECK_FAIL(c, r, ...) check_fail(c, r, __VA_ARGS__)

static void check_fail(const struct check *c, const struct record *r, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

static void
check_fail(const struct check *c, const struct record *r, const char *format, ...)
{
    char id[RECORD_ID_TEXT_BYTES] = "-", text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (r != NULL)
        record_id_format(r->id, id);
    sim_fail(c->sim, "node %u space %u record %s (%s): %s", c->node, c->space, id,
             r != NULL ? r->registry->name : "", text);
}

/* --- logs ------------------------------------------------------------------------------------ */

static uint64_t
merged_count(const struct archive_log *log)
{
    uint64_t count = 0;

    while (count < log->count && log->entries[count]->merged)
        count++;
    return count;
}

/* Why an entry does not count; NULL when it does. */
static const char *
aside_reason(const struct aside_row *rows, size_t count, int64_t log, uint64_t seq)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].log == log && rows[i].seq == seq)
            return rows[i].reason;
    return NULL;
}

/* All of a log is here; of a closed one at least what is everybody's. */
static void
check_log(struct check *c, uint32_t index, const struct log_row *row)
{
    const struct archive_log *log = &c->sim->ar.logs[index];
    uint64_t merged = merged_count(log);
    uint64_t least = log->closed ? log->reach : log->count;

    if (row->received_seq < least || row->received_seq > log->count ||
        row->applied_seq != (merged < row->received_seq ? merged : row->received_seq))
        sim_fail(c->sim, "node %u log %u: %llu stored and %llu merged, not %llu to %zu and %llu", c->node, index,
                 (unsigned long long) row->received_seq, (unsigned long long) row->applied_seq,
                 (unsigned long long) least, log->count, (unsigned long long) merged);
    if (row->received_seq > 0 && (row->closed != log->closed || (log->closed && row->reach != log->reach)))
        sim_fail(c->sim, "node %u log %u: closed %d up to %llu, by definition %d and %llu", c->node, index, row->closed,
                 (unsigned long long) row->reach, log->closed, (unsigned long long) log->reach);
}

static void
check_logs(struct check *c)
{
    struct store *s = c->sim->nodes[c->node].s;
    struct aside_row *asides;
    struct error e = {0};
    size_t asides_count;

    sim_expect(c->sim, aside_list(s, &c->a, &asides, &asides_count, &e), &e, "list what is set aside");
    for (uint32_t i = 0; i < c->sim->ar.logs_count; i++) {
        const struct archive_log *log = &c->sim->ar.logs[i];
        struct log_row row;

        if (log->space != c->space || log->count == 0)
            continue;
        if (log->closed && log->reach == 0 && log_find(s, &log->id, &row, NULL) != OK)
            continue;
        sim_expect(c->sim, log_find(s, &log->id, &row, &e), &e, "find a log");
        check_log(c, i, &row);
        for (uint64_t seq = 1; seq <= row.applied_seq; seq++) {
            const char *reason = aside_reason(asides, asides_count, row.id, seq);

            if (log->entries[seq - 1]->counts == (reason != NULL))
                sim_fail(c->sim, "node %u log %u entry %llu: %s, by definition %s", c->node, i,
                         (unsigned long long) seq, reason != NULL ? reason : "counts",
                         log->entries[seq - 1]->counts ? "it counts" : log->entries[seq - 1]->why);
        }
    }
}

static void
check_counts(struct sim *sim, unsigned node)
{
    struct log_counts counts;
    struct arena a;
    struct verify_report report;
    struct error e = {0};
    uint64_t stored = 0, merged = 0;
    bool carries;

    for (uint32_t i = 0; i < sim->ar.logs_count; i++) {
        uint64_t received = sim_received(sim, node, i, &carries);

        if (!carries)
            continue;
        stored += received;
        merged += merged_count(&sim->ar.logs[i]) < received ? merged_count(&sim->ar.logs[i]) : received;
    }
    sim_expect(sim, log_count(sim->nodes[node].s, &counts, &e), &e, "count entries");
    if (counts.entries != stored || counts.held != stored - merged)
        sim_fail(sim, "node %u counts %llu entries and %llu held, not %llu and %llu", node,
                 (unsigned long long) counts.entries, (unsigned long long) counts.held,
                 (unsigned long long) stored, (unsigned long long) (stored - merged));
    arena_init(&a, 64u << 20);
    sim_expect(sim, verify_logs(sim->nodes[node].s, &a, &report, &e), &e, "verify");
    if (report.problems_count > 0 || report.entries != stored || report.unsigned_entries > 0)
        sim_fail(sim, "node %u: verify finds %zu problems in %llu entries (%llu unsigned), first: %s", node,
                 report.problems_count, (unsigned long long) report.entries,
                 (unsigned long long) report.unsigned_entries,
                 report.problems_count > 0 ? report.problems[0] : "-");
    arena_release(&a);
}

/* --- records --------------------------------------------------------------------------------- */

/* What stands in a field at the node, as writes. */
static struct write *
engine_standing(struct check *c, const struct record *r, unsigned field, struct stamp stamp,
                const struct value *value, size_t *ret_count)
{
    struct standing_row single = {.stamp = stamp, .value = *value, .displayed = true};
    struct standing_row *rows = &single;
    struct error e = {0};
    struct write *writes;
    size_t count = 0;

    if (r->several)
        sim_expect(c->sim, state_standing(c->sim->nodes[c->node].s, r->id, field, &c->a, &rows, &count, &e), &e,
                   "read what stands");
    if (count == 0) {
        rows = &single;
        count = 1;
    }
    writes = arena_array(&c->a, count, sizeof *writes);
    for (size_t i = 0; i < count; i++) {
        struct op_name at = sim_op_name(c->sim, c->node, record_id(rows[i].stamp.log, rows[i].stamp.seq, 0));

        writes[i] = (struct write){.field = field, .log = at.log, .seq = at.seq, .value = rows[i].value,
                                   .displayed = rows[i].displayed};
        if (rows[i].value.kind == VALUE_REFERENCE)
            archive_record_name(&c->sim->ar, sim_op_name(c->sim, c->node, rows[i].value.record), &writes[i].reference);
    }
    *ret_count = count;
    return writes;
}

/* Hold one field against the definition.
 *   ret_differ, ret_unclear  different values stand by definition; a foreign reference among them, whose
 *                            sameness depends on what the node carries */
static void
check_field(struct check *c, const struct record *r, const struct hash *name, unsigned field,
            const struct stamp *stamp, const struct value *value, bool *ret_differ, bool *ret_unclear)
{
    size_t count, wanted_count;
    struct write *writes = engine_standing(c, r, field, *stamp, value, &count);
    const struct write *wanted = records_find(c->records, name, field, &wanted_count);

    *ret_differ = *ret_unclear = false;
    if (count != wanted_count)
        CHECK_FAIL(c, r, "field %u: %zu values stand, by definition %zu", field, count, wanted_count);
    for (size_t i = 0; i < wanted_count; i++) {
        size_t k = 0;

        *ret_differ = *ret_differ || !write_same(&wanted[0], &wanted[i]);
        *ret_unclear = *ret_unclear || wanted[i].foreign;
        while (k < count && (writes[k].log != wanted[i].log || writes[k].seq != wanted[i].seq))
            k++;
        if (k == count)
            CHECK_FAIL(c, r, "field %u: what log %u entry %llu wrote does not stand", field, wanted[i].log,
                       (unsigned long long) wanted[i].seq);
        if (!write_same(&writes[k], &wanted[i]))
            CHECK_FAIL(c, r, "field %u: not the value of log %u entry %llu", field, wanted[i].log,
                       (unsigned long long) wanted[i].seq);
        if (writes[k].displayed != wanted[i].displayed && field != LIFE_FIELD)
            CHECK_FAIL(c, r, "field %u: the displayed value is another one", field);
    }
}

static void
check_record(struct check *c, const struct record *r)
{
    struct value life = {.kind = VALUE_INTEGER, .integer = r->live};
    bool differ, unclear;
    struct hash name;
    const struct write *wanted;
    size_t count;
    uint32_t fields = 0;

    archive_record_name(&c->sim->ar, sim_op_name(c->sim, c->node, r->id), &name);
    wanted = records_find(c->records, &name, LIFE_FIELD, &count);
    if (count == 0 || wanted->type != r->type)
        CHECK_FAIL(c, r, "by definition there is no such record");
    check_field(c, r, &name, LIFE_FIELD, &r->life_stamp, &life, &differ, &unclear);
    if (r->life_conflict != differ || r->live != (differ || wanted->value.integer == 1))
        CHECK_FAIL(c, r, "its life is another one");
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct record_field *f = &r->fields[i];

        check_field(c, r, &name, f->id, &f->stamp, &f->value, &differ, &unclear);
        if (!unclear && f->conflict != differ)
            CHECK_FAIL(c, r, "field %u: conflict %d, by definition %d", f->id, f->conflict, differ);
    }
    for (unsigned id = 1; id <= REGISTRY_FIELD_MAX; id++) {
        records_find(c->records, &name, id, &count);
        fields += count > 0;
    }
    if (fields != r->fields_count)
        CHECK_FAIL(c, r, "%u fields were written, by definition %u", r->fields_count, fields);
}

static bool
same_standing(struct check *c, const struct record *r, const struct merge_standing *again)
{
    struct standing_row *rows;
    size_t count = 0, matches = 0;

    if (r->several && state_standing(c->sim->nodes[c->node].s, r->id, again->field, &c->a,
                                     &rows, &count, NULL) != OK)
        return false;
    if (count == 0)
        return again->count == 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < again->count; k++)
            matches += rows[i].stamp.log == again->rows[k].stamp.log &&
                       rows[i].stamp.seq == again->rows[k].stamp.seq &&
                       rows[i].displayed == again->rows[k].displayed;
    return matches == count && count == again->count;
}

static void
check_recompute(struct check *c, const struct record *r)
{
    struct record *again;
    struct merge_standing *standing;
    struct error e = {0};
    size_t count;

    sim_expect(c->sim, merge_recompute(c->sim->nodes[c->node].s, r->id, &c->a, &again, &standing, &count, &e), &e,
               "recompute");
    if (again->live != r->live || again->life_conflict != r->life_conflict ||
        again->fields_count != r->fields_count)
        CHECK_FAIL(c, r, "recomputed, its life or its number of fields is another one (%u, not %u)",
                   again->fields_count, r->fields_count);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct record_field *x = &r->fields[i], *y = &again->fields[i];

        if (x->id != y->id || x->conflict != y->conflict || !value_equal(&x->value, &y->value) ||
            x->stamp.log != y->stamp.log || x->stamp.seq != y->stamp.seq)
            CHECK_FAIL(c, r, "recomputed, field %u is another one", x->id);
    }
    for (size_t i = 0; i < count; i++)
        if (!same_standing(c, r, &standing[i]))
            CHECK_FAIL(c, r, "recomputed, other values stand in field %u", standing[i].field);
}

static void
check_records(struct check *c)
{
    size_t found = 0;

    for (size_t t = 0; t < registry_records_count; t++) {
        struct state_query query = {.type = registry_records[t]->type, .space = c->row.id, .deleted_too = true};
        struct record **records;
        struct error e = {0};
        size_t count;

        sim_expect(c->sim, state_list(c->sim->nodes[c->node].s, &query, &c->a, &records, &count, &e), &e,
                   "list records");
        for (size_t i = 0; i < count; i++) {
            check_record(c, records[i]);
            check_recompute(c, records[i]);
        }
        found += count;
    }
    if (found != c->records->records_count)
        sim_fail(c->sim, "node %u space %u: %zu records, by definition %zu", c->node, c->space, found,
                 c->records->records_count);
}

/* --- spaces and worlds ----------------------------------------------------------------------- */

static void
check_space(struct sim *sim, uint32_t space)
{
    struct arena a;
    struct records records;
    struct hash digest, first;
    bool has_first = false;

    arena_init(&a, 256u << 20);
    records_of(&sim->ar, space, &a, &records);
    for (unsigned node = 0; node < sim->nodes_count; node++) {
        struct check c = {.sim = sim, .node = node, .space = space, .records = &records};
        struct error e = {0};

        if (space_find(sim->nodes[node].s, sim->ar.spaces[space].id, &c.row, NULL) != OK)
            continue;
        arena_init(&c.a, 256u << 20);
        check_logs(&c);
        check_records(&c);
        sim_expect(sim, digest_space(sim->nodes[node].s, &c.row, &digest, &e), &e, "digest");
        if (has_first && !hash_equal(&first, &digest))
            sim_fail(sim, "node %u space %u: equal heads, and another digest", node, space);
        first = digest;
        has_first = true;
        arena_release(&c.a);
    }
    arena_release(&a);
}

static void
check_rebuild(struct sim *sim, unsigned node)
{
    struct verify_report report = {0};
    struct arena a;
    struct error e = {0};

    arena_init(&a, 64u << 20);
    sim_expect(sim, store_begin(sim->nodes[node].s, &e), &e, "begin");
    sim_expect(sim, verify_rebuild(sim->nodes[node].s, &a, &report, &e), &e, "rebuild");
    if (report.problems_count > 0)
        sim_fail(sim, "node %u: rebuilt: %s", node, report.problems[0]);
    sim_expect(sim, store_commit(sim->nodes[node].s, &e), &e, "commit a rebuild");
    arena_release(&a);
}

void
sim_check(struct sim *sim)
{
    archive_judge(&sim->ar);
    for (uint32_t i = 0; i < sim->ar.spaces_count; i++)
        check_space(sim, i);
    for (unsigned i = 0; i < sim->nodes_count; i++) {
        check_counts(sim, i);
        if (chance_in(&sim->c, 40))
            check_rebuild(sim, i);
    }
    if (chance_in(&sim->c, 15))
        for (uint32_t i = 0; i < sim->ar.spaces_count; i++)
            check_space(sim, i);
}
