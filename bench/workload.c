/* Changes of a commune's campaign, as lines for `thidua import --jsonl`: the same for everybody who
 * gives the same seed.
 *
 *     workload [--seed N] FIRST COUNT > FILE
 *
 * prints the changes FIRST to FIRST + COUNT - 1 of an endless row: first the units, two campaigns
 * and their report routes, then what comes in day by day. About a quarter of the lines change
 * earlier records, by their local names. A record's text is a function of its name and its edition,
 * so nothing needs to be remembered to edit one sentence of it. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/words.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum {
    UNITS = 18,
    ROUTES = 4,
    SETUP = UNITS + 2 + ROUTES, /* changes that come first */
    TEXT_BYTES = 8192,
    LOCAL_NAMES = 6000,
    PEOPLE = 900, /* named in the texts of one commune */
};

enum kind { PERSON, HOUSEHOLD, REGISTRATION, PROGRESS, REPORT, MILESTONE, REMINDER, KINDS };

struct workload {
    FILE *out; /* where changes go; nowhere before the first that is wanted */
    uint64_t seed;
    uint64_t number;        /* of the present change */
    unsigned counts[KINDS]; /* records so far */
    unsigned edits;         /* of any record, so that editions differ */
};

struct text {
    char bytes[TEXT_BYTES];
    size_t size;
};

/* --- randomness ---------------------------------------------------------------------------------
 */

static uint64_t
mix(uint64_t z)
{
    z = (z ^ z >> 33) * 0xFF51AFD7ED558CCDu;
    z = (z ^ z >> 33) * 0xC4CEB9FE1A85EC53u;
    return z ^ z >> 33;
}

/* The next random number: once in a statement, since compilers order the parts of one as they like.
 */
static unsigned
below(uint64_t *random, size_t bound)
{
    *random += 0x9E3779B97F4A7C15u;
    return (unsigned) (mix(*random) % bound);
}

/* --- texts --------------------------------------------------------------------------------------
 */

static void fill(const struct workload *w, struct text *t, uint64_t *random, const char *pattern);

#define PICK(list) ((list)[below(random, COUNT(list))])

static void
add(struct text *t, const char *bytes)
{
    size_t size = strlen(bytes);

    if (t->size + size >= sizeof t->bytes)
        return;
    memcpy(t->bytes + t->size, bytes, size + 1);
    t->size += size;
}

static void
add_person(const struct workload *w, struct text *t, uint64_t *random)
{
    uint64_t person = mix(w->seed * 1000 + below(random, PEOPLE));

    add(t, family_names[person % COUNT(family_names)]);
    add(t, " ");
    add(t, middle_names[person / 97 % COUNT(middle_names)]);
    add(t, " ");
    add(t, given_names[person / 9973 % COUNT(given_names)]);
}

/* A name of the commune's own. */
static void
add_local_name(const struct workload *w, struct text *t, uint64_t *random)
{
    unsigned name = below(random, LOCAL_NAMES);
    uint64_t letters = mix(w->seed * 77 + name);

    add(t, onsets[letters % COUNT(onsets)]);
    add(t, rhymes[letters / 89 % COUNT(rhymes)]);
    if (letters / 7919 % 4 == 0)
        return;
    add(t, " ");
    add(t, onsets[letters / 104729 % COUNT(onsets)]);
    add(t, rhymes[letters / 1299709 % COUNT(rhymes)]);
}

static void
add_number(struct text *t, char slot, uint64_t *random)
{
    char number[32];
    unsigned more;

    switch (slot) {
    case 'k': snprintf(number, sizeof number, "%u", 1 + below(random, 99)); break;
    case 'h': snprintf(number, sizeof number, "%u", 100 + 10 * below(random, 90)); break;
    case 'm':
        more = below(random, 60);
        snprintf(number, sizeof number, "%u.%u00.000", 1 + more, below(random, 10));
        break;
    case 'l': snprintf(number, sizeof number, "%c", 'A' + (int) below(random, 4)); break;
    default: {
        unsigned day = 1 + below(random, 28);

        snprintf(number, sizeof number, "%u/%u", day, 1 + below(random, 12));
    }
    }
    add(t, number);
}

static void
add_slot(const struct workload *w, struct text *t, uint64_t *random, char slot)
{
    switch (slot) {
    case 'A': fill(w, t, random, PICK(who)); break;
    case 'B': fill(w, t, random, below(random, 8) == 0 ? PICK(deeds) : "{v}"); break;
    case 'C': fill(w, t, random, PICK(where)); break;
    case 'D': fill(w, t, random, PICK(amounts)); break;
    case 'E': fill(w, t, random, PICK(when)); break;
    case 'F': fill(w, t, random, below(random, 6) == 0 ? PICK(obstacles) : "chưa {v}"); break;
    case 'G': fill(w, t, random, below(random, 6) == 0 ? PICK(follows) : "{A} hẹn {v}"); break;
    case 'v':
        add(t, PICK(acts));
        fill(w, t, random, below(random, 2) > 0 ? " {x}" : " {y} với {y}");
        break;
    case 'y':
        add(t, PICK(things));
        if (below(random, 8) < 7)
            fill(w, t, random, " {z}");
        break;
    case 'x':
        add(t, PICK(things));
        add(t, " ");
        fill(w, t, random, PICK(traits));
        break;
    case 'w': fill(w, t, random, PICK(works)); break;
    case 'o': fill(w, t, random, PICK(roads)); break;
    case 'n': add(t, PICK(place_names)); break;
    case 'g': add(t, PICK(given_names)); break;
    case 'f': add(t, PICK(family_names)); break;
    case 'z': add_local_name(w, t, random); break;
    case 'p': add_person(w, t, random); break;
    case 'u':
        add(t, "xóm ");
        add(t, place_names[(w->seed * 7 + below(random, UNITS)) % COUNT(place_names)]);
        break;
    default: add_number(t, slot, random);
    }
}

static void
fill(const struct workload *w, struct text *t, uint64_t *random, const char *pattern)
{
    char plain[2] = "";

    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '{') {
            add_slot(w, t, random, pattern[1]);
            pattern += 2;
        } else {
            plain[0] = *pattern;
            add(t, plain);
        }
    }
}

static void
add_sentence(const struct workload *w, struct text *t, uint64_t *random)
{
    bool free = below(random, 10) < 8;

    fill(w, t, random, free ? PICK(freer_sentences) : PICK(sentences));
}

/* The text of a record: `sentences_count` sentences; in each edition one more of them is another.
 */
static const char *
story(const struct workload *w, struct text *t, enum kind kind, unsigned record, unsigned edition,
      unsigned sentences_count)
{
    uint64_t base = mix(w->seed + ((uint64_t) kind << 56) + record);

    t->size = 0;
    t->bytes[0] = '\0';
    for (unsigned i = 0; i < sentences_count; i++) {
        uint64_t random = base + i * 0x51ED2701u;

        if (edition > 0 && (base + edition) % sentences_count == i)
            random += mix(edition);
        if (i > 0)
            add(t, i % 6 == 5 ? "\\n" : " ");
        add_sentence(w, t, &random);
    }
    return t->bytes;
}

static const char *
phrase(const struct workload *w, struct text *t, uint64_t *random, const char *pattern)
{
    t->size = 0;
    t->bytes[0] = '\0';
    fill(w, t, random, pattern);
    return t->bytes;
}

/* --- changes ------------------------------------------------------------------------------------
 */

/* Day by day: some forty changes a day. */
static void
day(const struct workload *w, int shift, char ret_day[16])
{
    int number = (int) (w->number / 40) + shift;

    snprintf(ret_day, 16, "%d-%02d-%02d", 2025 + number / 336, number / 28 % 12 + 1,
             number % 28 + 1);
}

static const char *
channel(uint64_t *random)
{
    static const char *const names[] = {"paper", "phone", "zalo", "in_person", "document_exchange",
                                        "email"};

    return PICK(names);
}

static void
open_change(const struct workload *w, const char *record, char letter, unsigned number)
{
    fprintf(w->out, "{\"ops\":[{\"op\":\"put\",\"record\":\"%s\",\"key\":\"%c%u\",\"set\":{",
            record, letter, number);
}

static void
close_change(const struct workload *w)
{
    fputs("}}]}\n", w->out);
}

static void
write_setup(const struct workload *w)
{
    unsigned i = (unsigned) w->number;

    if (i < UNITS) {
        open_change(w, "unit", 'u', i);
        fprintf(w->out, "\"name\":\"Xóm %s\",\"code\":\"x%02u\",\"kind\":\"hamlet\"",
                place_names[(w->seed * 7 + i) % COUNT(place_names)], i + 1);
    } else if (i < UNITS + 2) {
        open_change(w, "campaign", 'c', i - UNITS);
        fprintf(w->out,
                "\"title\":\"Thi đua "
                "%s\",\"code\":\"td-%u\",\"period_from\":\"2025-01-02\",\"state\":\"draft\"",
                i == UNITS ? "làm đẹp xóm ngõ, chào năm mới" : "học số, làm nhanh, dân vừa ý",
                i - UNITS + 1);
    } else {
        open_change(w, "report_route", 'o', i - UNITS - 2);
        fprintf(w->out,
                "\"campaign\":\"c%u\",\"name\":\"Báo tuần số "
                "%u\",\"cadence\":\"weekly\",\"weekday\":\"friday\"",
                i % 2, i - UNITS - 1);
    }
    close_change(w);
}

static void
write_person(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[PERSON]++;
    unsigned unit = below(random, UNITS);
    struct text t;

    open_change(w, "person", 'n', number);
    fprintf(w->out, "\"full_name\":\"%s", PICK(family_names));
    fprintf(w->out, " %s", PICK(middle_names));
    fprintf(w->out, " %s", PICK(given_names));
    fprintf(w->out, "\",\"birth_date\":\"%u\",", 1950 + below(random, 55));
    fprintf(w->out, "\"sex\":\"%s\",\"unit\":\"u%u\",\"owner_unit\":\"u%u\",",
            below(random, 2) ? "female" : "male", unit, unit);
    fprintf(w->out, "\"position\":\"%s\",", PICK(jobs));
    fprintf(w->out, "\"phone\":\"09%08u\",", below(random, 100000000));
    fprintf(w->out, "\"note\":\"%s\"", story(w, &t, PERSON, number, 0, 1));
    close_change(w);
}

static void
write_household(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[HOUSEHOLD]++;
    unsigned unit = below(random, UNITS);
    struct text t;

    open_change(w, "household", 'h', number);
    fprintf(w->out, "\"head\":\"%s\",", phrase(w, &t, random, "{p}"));
    fprintf(w->out, "\"address\":\"%s\",", phrase(w, &t, random, "số {k}, {o}"));
    fprintf(w->out, "\"unit\":\"u%u\",\"owner_unit\":\"u%u\",\"members_count\":%u,", unit, unit,
            1 + below(random, 8));
    fprintf(w->out, "\"note\":\"%s\"", story(w, &t, HOUSEHOLD, number, 0, 1));
    close_change(w);
}

static unsigned
registration_sentences(unsigned number)
{
    return 2 + number % 2;
}

static void
write_registration(struct workload *w, uint64_t *random)
{
    static const char *const kinds[] = {"model", "work", "task", "initiative"};
    static const char *const months[] = {"2025-09", "2025-10-20", "2025-12", "2026-Q1",
                                         "2026-06-30"};
    unsigned number = w->counts[REGISTRATION]++;
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "registration", 'r', number);
    fprintf(w->out, "\"campaign\":\"c%u\",", below(random, 2));
    fprintf(w->out, "\"unit\":\"u%u\",", below(random, UNITS));
    fprintf(w->out, "\"kind\":\"%s\",", PICK(kinds));
    fprintf(w->out, "\"title\":\"%s\",", phrase(w, &t, random, PICK(titles)));
    fprintf(w->out, "\"description\":\"%s\",",
            story(w, &t, REGISTRATION, number, 0, registration_sentences(number)));
    fprintf(w->out, "\"state\":\"sent\",\"channel\":\"%s\",\"received_on\":\"%s\",",
            channel(random), today);
    fprintf(w->out, "\"due\":\"%s\",", PICK(months));
    fprintf(w->out, "\"responsible\":\"%s\"", phrase(w, &t, random, "{p}"));
    close_change(w);
}

static void
write_progress(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[PROGRESS]++;
    unsigned have = w->counts[REGISTRATION];
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "progress", 'g', number);
    fprintf(w->out, "\"subject\":\"%c%u\",", have > 0 ? 'r' : 'c',
            have > 0 ? below(random, have) : 0);
    fprintf(w->out, "\"unit\":\"u%u\",", below(random, UNITS));
    fprintf(w->out, "\"date\":\"%s\",\"percent\":\"%u\",", today, 5 * below(random, 21));
    fprintf(w->out, "\"channel\":\"%s\",", channel(random));
    if (below(random, 2) == 0)
        fprintf(w->out, "\"informant\":\"%s\",", phrase(w, &t, random, "{p}"));
    fprintf(w->out, "\"note\":\"%s\"", story(w, &t, PROGRESS, number, 0, 1 + below(random, 3)));
    close_change(w);
}

/* Each unit reports once a week on each route. */
static void
write_report(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[REPORT]++;
    unsigned route = number % ROUTES, unit = number / ROUTES % UNITS,
             week = number / (ROUTES * UNITS);
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "report", 'b', number);
    fprintf(w->out, "\"route\":\"o%u\",\"unit\":\"u%u\",\"period\":\"%u-%02u-%02u\",", route, unit,
            2025 + week / 48, week / 4 % 12 + 1, week % 4 * 7 + 1);
    fprintf(w->out,
            "\"state\":\"sent\",\"sent_on\":\"%s\",\"received_on\":\"%s\",\"channel\":\"%s\",",
            today, today, channel(random));
    fprintf(w->out, "\"figures\":\"");
    for (unsigned i = 0; i < 3; i++) {
        fprintf(w->out, "%s%s", i > 0 ? "\\n" : "", PICK(figures));
        fprintf(w->out, " = %u", below(random, 900));
    }
    fprintf(w->out, "\",\"text\":\"%s\"", story(w, &t, REPORT, number, 0, 3 + number % 3));
    close_change(w);
}

static void
write_milestone(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[MILESTONE]++;
    unsigned have = w->counts[REGISTRATION];
    struct text t;
    char then[16];

    day(w, 30 + (int) below(random, 60), then);
    open_change(w, "milestone", 'm', number);
    fprintf(w->out, "\"subject\":\"%c%u\",", have > 0 ? 'r' : 'c',
            have > 0 ? below(random, have) : 0);
    fprintf(w->out, "\"unit\":\"u%u\",", below(random, UNITS));
    fprintf(w->out, "\"name\":\"%s\",\"due\":\"%s\",", phrase(w, &t, random, "Sao cho {v}, {v}"),
            then);
    fprintf(w->out, "\"note\":\"%s\"", phrase(w, &t, random, "Giao {p} {v}."));
    close_change(w);
}

static void
write_reminder(struct workload *w, uint64_t *random)
{
    unsigned number = w->counts[REMINDER]++;
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "reminder", 'd', number);
    fprintf(w->out, "\"unit\":\"u%u\",", below(random, UNITS));
    fprintf(w->out, "\"campaign\":\"c%u\",", below(random, 2));
    fprintf(w->out, "\"channel\":\"%s\",\"date\":\"%s\",", channel(random), today);
    fprintf(w->out, "\"text\":\"%s\",", phrase(w, &t, random, PICK(nudges)));
    fprintf(w->out, "\"by\":\"%s\"", phrase(w, &t, random, "{p}"));
    close_change(w);
}

/* --- changes of earlier records -----------------------------------------------------------------
 */

static void
edit_registration(struct workload *w, uint64_t *random)
{
    static const char *const states[] = {"confirmed", "returned", "done", "carried_over"};
    unsigned record = below(random, w->counts[REGISTRATION]);
    unsigned dice = below(random, 4);
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "registration", 'r', record);
    if (dice == 0) {
        fprintf(w->out, "\"state\":\"%s\",", PICK(states));
        fprintf(w->out, "\"reason\":\"%s\"", phrase(w, &t, random, "{F}; {G}"));
    } else if (dice == 1) {
        fprintf(w->out, "\"state\":\"done\",\"done_on\":\"%s\",\"result\":\"%s\"", today,
                story(w, &t, MILESTONE, record + w->edits, 0, 2));
    } else {
        fprintf(w->out, "\"description\":\"%s\"",
                story(w, &t, REGISTRATION, record, ++w->edits, registration_sentences(record)));
    }
    close_change(w);
}

static void
edit_report(struct workload *w, uint64_t *random)
{
    unsigned record = below(random, w->counts[REPORT]);
    struct text t;

    open_change(w, "report", 'b', record);
    fprintf(w->out, "\"text\":\"%s\",", story(w, &t, REPORT, record, ++w->edits, 3 + record % 3));
    fprintf(w->out, "\"reason\":\"%s\"", phrase(w, &t, random, "Sửa vì {g} {v}"));
    close_change(w);
}

static void
edit_person(struct workload *w, uint64_t *random)
{
    struct text t;

    open_change(w, "person", 'n', below(random, w->counts[PERSON]));
    if (below(random, 2) == 0)
        fprintf(w->out, "\"phone\":\"09%08u\",", below(random, 100000000));
    else
        fprintf(w->out, "\"position\":\"%s\",", PICK(jobs));
    fprintf(w->out, "\"note\":\"%s\"", phrase(w, &t, random, "{E} {v}, {v}."));
    close_change(w);
}

static void
edit_milestone(struct workload *w, uint64_t *random)
{
    struct text t;
    char today[16];

    day(w, 0, today);
    open_change(w, "milestone", 'm', below(random, w->counts[MILESTONE]));
    fprintf(w->out, "\"done\":\"%s\",\"note\":\"%s\"", today,
            phrase(w, &t, random, "{A} đã {B}, {v}."));
    close_change(w);
}

static void
write_edit(struct workload *w, uint64_t *random)
{
    unsigned dice = below(random, 100);

    if (dice < 20 && w->counts[PERSON] > 0)
        edit_person(w, random);
    else if (dice < 40 && w->counts[MILESTONE] > 0)
        edit_milestone(w, random);
    else if (dice < 60 && w->counts[REPORT] > 0)
        edit_report(w, random);
    else if (w->counts[REGISTRATION] > 0)
        edit_registration(w, random);
    else
        write_registration(w, random);
}

static void
write_change(struct workload *w)
{
    uint64_t random = mix(w->seed * 0x2545F4914F6CDD1Du + w->number);
    unsigned dice = below(&random, 100);

    if (w->number < SETUP)
        write_setup(w);
    else if (dice < 25)
        write_edit(w, &random);
    else if (dice < 53)
        write_progress(w, &random);
    else if (dice < 67)
        write_registration(w, &random);
    else if (dice < 76)
        write_report(w, &random);
    else if (dice < 85)
        write_person(w, &random);
    else if (dice < 89)
        write_household(w, &random);
    else if (dice < 95)
        write_milestone(w, &random);
    else
        write_reminder(w, &random);
    w->number++;
}

int
main(int argc, char **argv)
{
    struct workload w = {.seed = 11, .out = fopen("/dev/null", "w")};
    unsigned long long first, count;
    int at = 1;

    if (argc == 5 && strcmp(argv[1], "--seed") == 0) {
        w.seed = strtoull(argv[2], NULL, 10);
        at = 3;
    }
    if (argc != at + 2 || w.out == NULL) {
        fprintf(stderr, "usage: workload [--seed N] FIRST COUNT\n");
        return 2;
    }
    first = strtoull(argv[at], NULL, 10);
    count = strtoull(argv[at + 1], NULL, 10);
    while (w.number < first + count) {
        if (w.number == first) {
            fclose(w.out);
            w.out = stdout;
        }
        write_change(&w);
    }
    return fflush(w.out) == 0 ? 0 : 1;
}
