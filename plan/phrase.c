/* Looking for phrases of the genre in a text. */
#include "config.h"

#include "plan/phrase.h"

#include <string.h>

#include "plan/lower.h"

bool
span_found(struct span s)
{
    return s.at != SIZE_MAX;
}

struct span
span_trim_end(const struct text *t, struct span s, const char *also)
{
    while (s.end > s.at) {
        char c = t->bytes[s.end - 1];

        if (c == ' ' || c == '\n' || c == TEXT_CELL || (c != '\0' && strchr(also, c) != NULL))
            s.end--;
        else if (s.end - s.at >= 3 && *also != '\0' && memcmp(t->bytes + s.end - 3, "…", 3) == 0)
            s.end -= 3;
        else
            break;
    }
    return s;
}

struct span
span_trim(const struct text *t, struct span s, const char *also)
{
    s = span_trim_end(t, s, also);
    while (s.at < s.end) {
        char c = t->bytes[s.at];

        if (c != ' ' && c != '\n' && c != TEXT_CELL && (c == '\0' || strchr(also, c) == NULL))
            break;
        s.at++;
    }
    return s;
}

/* Letters beyond ASCII have lead bytes other than E2, which holds dashes, quotes and bullets here.
 */
static bool
is_word_lead(char c)
{
    unsigned char u = (unsigned char) c;

    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 0xC3 && u != 0xE2);
}

/* Does a word's character end right before `at`? */
static bool
word_before(const struct text *t, size_t at)
{
    size_t back = at;

    if (at == 0)
        return false;
    do
        back--;
    while (back > 0 && ((unsigned char) t->low[back] & 0xC0) == 0x80);
    return is_word_lead(t->low[back]);
}

bool
phrase_word_start(const struct text *t, size_t at)
{
    return is_word_lead(t->low[at]) && !word_before(t, at);
}

size_t
phrase_at(const struct text *t, size_t at, size_t end, const char *phrase)
{
    size_t length = strlen(phrase);
    bool word;

    if (at > end || length > end - at || t->low[at] != phrase[0]
        || memcmp(t->low + at, phrase, length) != 0)
        return 0;
    word = is_word_lead(phrase[length - 1]) || ((unsigned char) phrase[length - 1] & 0x80) != 0;
    if (word && at + length < t->size && is_word_lead(t->low[at + length]))
        return 0;
    if (is_word_lead(phrase[0]) && word_before(t, at))
        return 0;
    return at + length;
}

size_t
phrase_any_at(const struct text *t, size_t at, size_t end, const char *const *table,
              size_t *ret_index)
{
    size_t best = 0;

    if (at >= end)
        return 0;
    for (size_t i = 0; table[i] != NULL; i++) {
        size_t stop;

        if (table[i][0] != t->low[at])
            continue;
        stop = phrase_at(t, at, end, table[i]);
        if (stop > best) {
            best = stop;
            if (ret_index != NULL)
                *ret_index = i;
        }
    }
    return best;
}

size_t
phrase_next_word(const struct text *t, size_t at, size_t end)
{
    if (at < end)
        at++;
    while (at < end && !phrase_word_start(t, at))
        at++;
    return at;
}

struct span
phrase_find(const struct text *t, struct span in, const char *phrase)
{
    size_t length = strlen(phrase);
    size_t at = in.at;

    while (at + length <= in.end) {
        const char *hit = memmem(t->low + at, in.end - at, phrase, length);
        size_t place;

        if (hit == NULL)
            break;
        place = (size_t) (hit - t->low);
        if (phrase_at(t, place, in.end, phrase) != 0)
            return (struct span){place, place + length};
        at = place + 1;
    }
    return SPAN_NONE;
}

struct span
phrase_find_any(const struct text *t, struct span in, const char *const *table, size_t *ret_index)
{
    for (size_t at = in.at; at < in.end; at++) {
        size_t stop = phrase_any_at(t, at, in.end, table, ret_index);

        if (stop != 0)
            return (struct span){at, stop};
    }
    return SPAN_NONE;
}

struct span
phrase_find_last(const struct text *t, struct span in, const char *const *table, size_t *ret_index)
{
    for (size_t at = in.end; at > in.at; at--) {
        size_t stop = phrase_any_at(t, at - 1, in.end, table, ret_index);

        if (stop != 0)
            return (struct span){at - 1, stop};
    }
    return SPAN_NONE;
}

size_t
phrase_find_mark(const struct text *t, struct span in, const char *marks)
{
    for (size_t at = in.at; at < in.end; at++)
        if (t->bytes[at] != '\0' && strchr(marks, t->bytes[at]) != NULL)
            return at;
    return in.end;
}

size_t
span_words(const struct text *t, struct span s)
{
    size_t count = 0;

    for (size_t at = s.at; at < s.end; at++)
        count += phrase_word_start(t, at) ? 1 : 0;
    return count;
}

static size_t
skip_marks(const struct text *t, size_t at, size_t end)
{
    while (at < end && !is_word_lead(t->low[at])) {
        at++;
        while (at < end && ((unsigned char) t->low[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

bool
span_same(const struct text *t, struct span a, struct span b)
{
    for (;;) {
        a.at = skip_marks(t, a.at, a.end);
        b.at = skip_marks(t, b.at, b.end);
        if (a.at >= a.end || b.at >= b.end)
            return a.at >= a.end && b.at >= b.end;
        do {
            if (t->low[a.at++] != t->low[b.at++])
                return false;
        } while (a.at < a.end && b.at < b.end && ((unsigned char) t->low[a.at] & 0xC0) == 0x80);
    }
}

bool
span_upper(const struct text *t, struct span s)
{
    return s.at < s.end && lower_starts_upper(t->bytes + s.at, s.end - s.at);
}
