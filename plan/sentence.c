/* Dividing blocks into sentences. */
#include "config.h"

#include "plan/sentence.h"

#include <string.h>

#include "plan/lower.h"
#include "protocol/util/mem.h"

/* Words that a full stop follows without ending anything. */
static const char *const abbreviations[] = {
    "TP", "Tp", "TX", "TT", "Th", "ThS", "TS", "PGS", "GS", "BS", "KTS", "St", "Đ/c", "đ/c", "TM",
    "KT", "TL", "TUQ", "Tr", NULL};

static bool
is_abbreviation(const struct text *t, size_t from, size_t dot)
{
    size_t at = dot;
    size_t length;

    while (at > from && t->bytes[at - 1] != ' ' && t->bytes[at - 1] != '(')
        at--;
    length = dot - at;
    if (length == 1 && strchr("PQHXB", t->bytes[at]) != NULL)
        return true; /* "P. Nguyễn Trãi" */
    for (size_t i = 0; abbreviations[i] != NULL; i++)
        if (strlen(abbreviations[i]) == length
            && memcmp(t->bytes + at, abbreviations[i], length) == 0)
            return true;
    return false;
}

/* Behind a closing mark at `at`: the end with the quotation marks and brackets that follow it. */
static size_t
with_closers(const struct text *t, size_t at, size_t end)
{
    for (;;) {
        if (end - at >= 3 && memcmp(t->bytes + at, "”", 3) == 0)
            at += 3;
        else if (at < end && strchr(".!?\")]/", t->bytes[at]) != NULL)
            at++;
        else
            return at;
    }
}

size_t
sentence_end(const struct text *t, size_t at, size_t end)
{
    size_t from = at;

    for (; at < end; at++) {
        size_t next;

        if (at - from >= SENTENCE_BYTES_MAX && t->bytes[at] == ' ')
            return at;
        if (at - from >= SENTENCE_BYTES_MAX + 200 && ((unsigned char) t->bytes[at] & 0xC0) != 0x80)
            return at;
        if (strchr(".!?", t->bytes[at]) == NULL || t->bytes[at] == '\0')
            continue;
        if (t->bytes[at] == '.' && is_abbreviation(t, from, at))
            continue;
        next = with_closers(t, at + 1, end);
        if (next >= end)
            return end;
        if (t->bytes[next] == ' ' && !lower_starts_lower(t->bytes + next + 1, end - next - 1))
            return next;
        at = next - 1;
    }
    return end;
}

static bool
add_sentence(struct text *t, size_t *capacity, struct sentence s)
{
    if (t->sentences_count == *capacity) {
        size_t more = *capacity == 0 ? 256 : *capacity * 2;
        struct sentence *sentences = mem_resize(t->sentences, more * sizeof *sentences);

        if (sentences == NULL)
            return false;
        t->sentences = sentences;
        *capacity = more;
    }
    t->sentences[t->sentences_count++] = s;
    return true;
}

enum err
sentence_divide(struct text *t)
{
    size_t capacity = 0;

    for (size_t i = 0; i < t->blocks_count; i++) {
        struct block *b = &t->blocks[i];
        size_t at = b->label.body;

        b->sentence = t->sentences_count;
        while (!b->row && at < b->end) {
            size_t end = sentence_end(t, at, b->end);

            if (!add_sentence(t, &capacity, (struct sentence){at, end, i}))
                return ERR_NOMEM;
            at = end;
            while (at < b->end && t->bytes[at] == ' ')
                at++;
        }
        b->sentences = t->sentences_count - b->sentence;
    }
    return OK;
}
