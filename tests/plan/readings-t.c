/* Readings against those written by hand (doc/examples, tests/plan/texts): the share that is the
 * same. A list's items are paired by their main text (at least 60 % of the shorter one's words in
 * order); all other keys then have to be equal, and a line at most two off. The figure is F1 over
 * all items and scalars. */
#include "config.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/lower.h"
#include "plan/plan_json.h"

enum { WORDS_MAX = 400, LINE_SLACK = 2 };

struct tally {
    unsigned same;
    unsigned wrong;
    unsigned missed;
};

static const char *const scalars[] = {
    "type", "number", "place", "issued", "issuer", "signer", "title", "theme", "period", NULL};

static const char *const lists[] = {
    "occasions", "legal_bases", "contents", "movements", "participants", "obligations", "works",
    "indicators", "reports", "awards", "contests", "events", "assignments", "recipients", NULL};

/* Words of a text in lower case, marks left out. */
struct words {
    char *text;
    char *items[WORDS_MAX];
    size_t count;
};

static void
split(const char *text, struct words *w)
{
    size_t size = strlen(text);

    w->text = calloc(1, size + 1);
    w->count = 0;
    lower_text(w->text, text, size);
    for (size_t at = 0; at < size && w->count < WORDS_MAX;) {
        unsigned char c = (unsigned char) w->text[at];

        if (c == 0xE2 || c == 0xC2
            || (c < 0x80 && strchr("abcdefghijklmnopqrstuvwxyz0123456789", c) == NULL)) {
            w->text[at++] = '\0';
            while (at < size && ((unsigned char) w->text[at] & 0xC0) == 0x80)
                w->text[at++] = '\0';
            continue;
        }
        if (at == 0 || w->text[at - 1] == '\0')
            w->items[w->count++] = w->text + at;
        at++;
    }
}

/* 2 for the same words, 1 for 60 % of the shorter text in order, else 0. */
static int
likeness(const char *a, const char *b)
{
    struct words x;
    struct words y;
    size_t row[WORDS_MAX + 1] = {0};
    size_t least;
    size_t most;
    int result = 0;

    split(a, &x);
    split(b, &y);
    for (size_t i = 0; i < x.count; i++) {
        size_t before = 0;

        for (size_t k = 1; k <= y.count; k++) {
            size_t keep = row[k];

            row[k] = strcmp(x.items[i], y.items[k - 1]) == 0 ? before + 1
                     : row[k] > row[k - 1]                   ? row[k]
                                                             : row[k - 1];
            before = keep;
        }
    }
    least = x.count < y.count ? x.count : y.count;
    most = x.count > y.count ? x.count : y.count;
    if (row[y.count] == most)
        result = 2;
    else if (least > 0 && least * 5 >= most && row[y.count] * 10 >= least * 6)
        result = 1;
    free(x.text);
    free(y.text);
    return result;
}

/* The key that holds an item's main text, NULL for a plain string. */
static const char *
main_key(const json_t *item)
{
    static const char *const keys[] = {
        "text", "name", "who", "from", "form", "assignee", "to", NULL};

    for (size_t i = 0; keys[i] != NULL; i++)
        if (json_is_string(json_object_get(item, keys[i])))
            return keys[i];
    return NULL;
}

static const char *
main_text(const json_t *item)
{
    const char *key = main_key(item);
    const char *text = json_string_value(key != NULL ? json_object_get(item, key) : item);

    return text != NULL ? text : "";
}

static bool
is_free(const char *key)
{
    static const char *const keys[] = {
        "what", "unit", "milestone", "text", "title", "theme", "issuer", "name", "who", "form",
        "assignee", NULL};

    for (size_t i = 0; keys[i] != NULL; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static bool
same_value(const char *key, const json_t *a, const json_t *b)
{
    if (json_is_null(a) || json_is_null(b) || a == NULL || b == NULL)
        return (json_is_null(a) || a == NULL) && (json_is_null(b) || b == NULL);
    if (json_is_number(a) && json_is_number(b)) {
        double d = json_number_value(a) - json_number_value(b);

        return strcmp(key, "line") == 0 ? d >= -LINE_SLACK && d <= LINE_SLACK
                                        : d > -1e-9 && d < 1e-9;
    }
    if (!json_is_string(a) || !json_is_string(b))
        return false;
    return likeness(json_string_value(a), json_string_value(b)) >= (is_free(key) ? 1 : 2);
}

/* Are all keys but the main text equal? The issuer of a basis has to be exact, that of the plan
 * does not. */
static bool
same_item(const json_t *want, const json_t *got)
{
    const char *key;
    json_t *value;

    if (!json_is_object(want))
        return json_is_string(got);
    json_object_foreach((json_t *) (uintptr_t) want, key, value)
    {
        const json_t *other = json_object_get(got, key);
        const char *compared = main_key(want);

        if (compared != NULL && strcmp(compared, key) == 0)
            continue; /* its likeness has been seen to */
        if (strcmp(key, "issuer") == 0 ? !same_value("exact", value, other)
                                       : !same_value(key, value, other))
            return false;
    }
    return true;
}

static void
compare_list(const char *key, const json_t *want, const json_t *got, struct tally *t)
{
    bool taken[PLAN_LIST_MAX] = {false};
    bool found[PLAN_LIST_MAX] = {false};

    for (int level = 2; level >= 1; level--) { /* equal texts first */
        for (size_t i = 0; i < json_array_size(want); i++) {
            for (size_t k = 0; k < json_array_size(got) && !found[i]; k++) {
                const json_t *a = json_array_get(want, i);
                const json_t *b = json_array_get(got, k);

                if (taken[k] || likeness(main_text(a), main_text(b)) < level || !same_item(a, b))
                    continue;
                taken[k] = found[i] = true;
                t->same++;
            }
        }
    }
    for (size_t i = 0; i < json_array_size(want); i++) {
        if (!found[i]) {
            printf("#   %s missed: %s\n", key, main_text(json_array_get(want, i)));
            t->missed++;
        }
    }
    for (size_t k = 0; k < json_array_size(got); k++) {
        if (!taken[k]) {
            printf("#   %s wrong: %s\n", key, main_text(json_array_get(got, k)));
            t->wrong++;
        }
    }
}

static void
compare(const json_t *want, const json_t *got, struct tally *t)
{
    for (size_t i = 0; scalars[i] != NULL; i++) {
        const json_t *a = json_object_get(want, scalars[i]);
        const json_t *b = json_object_get(got, scalars[i]);
        bool same = json_is_object(a) && json_is_object(b)
                        ? same_item(a, b) && likeness(main_text(a), main_text(b)) > 0
                        : same_value(scalars[i], a, b);

        if (same) {
            t->same += json_is_null(a) ? 0 : 1;
            continue;
        }
        printf("#   %s differs\n", scalars[i]);
        t->missed += json_is_null(a) ? 0 : 1;
        t->wrong += json_is_null(b) ? 0 : 1;
    }
    for (size_t i = 0; lists[i] != NULL; i++)
        compare_list(lists[i], json_object_get(want, lists[i]), json_object_get(got, lists[i]), t);
}

/* The reading of DIR/NAME.txt, or NULL. */
static json_t *
read_plan(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(PLAN_BYTES_MAX);
    struct plan *plan = NULL;
    json_t *json = NULL;

    if (file != NULL && bytes != NULL) {
        size_t size = fread(bytes, 1, PLAN_BYTES_MAX, file);

        if (plan_read(bytes, size, &plan, NULL) == OK)
            json = plan_to_json(plan);
    }
    if (file != NULL)
        fclose(file);
    plan_free(plan);
    free(bytes);
    return json;
}

/* Compare every reading of a folder; returns how many there are. */
static unsigned
compare_folder(const char *folder, struct tally *t)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    unsigned count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        size_t length = strlen(entry->d_name);
        char path[1024];
        json_t *want;
        json_t *got;

        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        want = json_load_file(path, 0, NULL);
        snprintf(path, sizeof path, "%s/%.*s.txt", folder, (int) (length - 5), entry->d_name);
        got = read_plan(path);
        printf("# %s\n", entry->d_name);
        if (want != NULL && got != NULL) {
            compare(want, got, t);
            count++;
        } else {
            printf("#   cannot be read\n");
            t->missed += 100;
        }
        json_decref(want);
        json_decref(got);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

int
main(void)
{
    static const struct {
        const char *folder;
        unsigned files_min;
        double least;
    } cases[] = {{"/doc/examples", 3, 0.98}, {"/tests/plan/texts", 4, 0.95}};
    const char *source = getenv("srcdir") != NULL ? getenv("srcdir") : ".";
    bool good = true;

    printf("1..%zu\n", sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tally t = {0, 0, 0};
        char folder[900];
        unsigned files;
        double f1;
        bool ok;

        snprintf(folder, sizeof folder, "%s%s", source, cases[i].folder);
        files = compare_folder(folder, &t);
        f1 = t.same == 0 ? 0 : 2.0 * t.same / (2.0 * t.same + t.wrong + t.missed);
        ok = files >= cases[i].files_min && f1 >= cases[i].least;
        printf("%s %zu - the %u plans of %s read like a careful clerk's: %.3f of at least %.2f\n",
               ok ? "ok" : "not ok", i + 1, files, cases[i].folder + 1, f1, cases[i].least);
        good &= ok;
    }
    return good ? 0 : 1;
}
