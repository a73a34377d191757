/* Dates and times in people's words, read and shown. Declared in api_value.h. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "protocol/api_value.h"

enum {
    WORDS_BYTES_MAX = 96, /* no date is longer */
    DAY_SECONDS = 86400,
    TIME_SECONDS_MIN = 0, /* times are of this system: from 1970 on */
};

static const int64_t time_seconds_max = 253402300799; /* the end of the year 9999 */

/* The word at *p, up to a blank or a slash; moves on over blanks. */
static size_t
take_word(const char **p, char *ret_word, size_t word_bytes)
{
    size_t size;

    *p += strspn(*p, " ");
    size = strcspn(*p, " /");
    if (size == 0 && **p == '/')
        size = 1;
    snprintf(ret_word, word_bytes, "%.*s", (int) size, *p);
    *p += size;
    return size;
}

/* "II" or "2" of a quarter as a digit, or 0. */
static char
quarter_digit(const char *word)
{
    static const char *const roman[] = {"I", "II", "III", "IV"};

    for (int i = 0; i < 4; i++)
        if (api_same_letters(word, roman[i]) || (word[0] == '1' + i && word[1] == '\0'))
            return (char) ('1' + i);
    return 0;
}

/* Put a piece behind the others; words of the calendar become slashes.
 *   Returns  false when the form that date_read() takes cannot come of it */
static bool
add_word(char *out, const char *word)
{
    size_t used = strlen(out);
    bool after_quarter = used > 0 && out[used - 1] == 'Q';
    bool after_slash = used == 0 || out[used - 1] == '/';

    if (api_same_letters(word, "ngày"))
        return true;
    if (strcmp(word, "/") == 0 || api_same_letters(word, "tháng") || api_same_letters(word, "năm"))
        word = after_slash ? "" : "/";
    if (api_same_letters(word, "quý"))
        word = "Q";
    if (after_quarter) {
        char digit = quarter_digit(word);

        if (digit == 0)
            return false;
        snprintf(out + used, WORDS_BYTES_MAX - used, "%c", digit);
        return true;
    }
    snprintf(out + used, WORDS_BYTES_MAX - used, "%s", word);
    return true;
}

/* "6 tháng đầu năm 2023" and "6 tháng cuối năm 2023".
 *   Returns  what follows the year's word, or NULL */
static const char *
after_half_year(const char *text, char *ret_half)
{
    static const char *const counts[] = {"6", "06", "sáu"};
    char words[4][WORDS_BYTES_MAX];
    bool counted = false;

    for (int i = 0; i < 4; i++)
        if (take_word(&text, words[i], sizeof words[i]) == 0)
            return NULL;
    for (int i = 0; i < 3; i++)
        counted = counted || api_same_letters(words[0], counts[i]);
    if (!counted || !api_same_letters(words[1], "tháng") || !api_same_letters(words[3], "năm"))
        return NULL;
    *ret_half = api_same_letters(words[2], "đầu")    ? '1'
                : api_same_letters(words[2], "cuối") ? '2'
                                                     : 0;
    return *ret_half != 0 ? text : NULL;
}

enum date_fault
api_date_read(const char *text, struct date *ret_date)
{
    char out[WORDS_BYTES_MAX] = "", word[WORDS_BYTES_MAX], half;
    const char *p = text;

    if (strlen(text) >= WORDS_BYTES_MAX / 2)
        return DATE_FAULT_SHAPE;
    if (strspn(text, "0123456789HhQq-/. ") == strlen(text))
        return date_read(text, ret_date);
    p = after_half_year(text, &half);
    if (p != NULL) {
        snprintf(out, sizeof out, "H%c/%s", half, p);
        return date_read(out, ret_date);
    }
    p = text;
    while (take_word(&p, word, sizeof word) > 0)
        if (!add_word(out, word))
            return DATE_FAULT_SHAPE;
    return date_read(out, ret_date);
}

/* "07:30", "7:30:05", "7h30" and "7h".
 *   Returns  what follows, or NULL */
static const char *
read_clock(const char *p, int *ret_seconds)
{
    int parts[3] = {0}, count = 0;

    for (;;) {
        int digits = 0;

        for (; *p >= '0' && *p <= '9' && digits < 2; p++, digits++)
            parts[count] = parts[count] * 10 + (*p - '0');
        if (digits == 0 && (count == 0 || p[-1] != 'h'))
            return NULL;
        count++;
        if (count == 3 || (*p != ':' && !(*p == 'h' && count == 1)))
            break;
        p++;
    }
    if ((count == 1 && p[-1] != 'h') || parts[0] > 23 || parts[1] > 59 || parts[2] > 59)
        return NULL;
    *ret_seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return p;
}

/* "", "Z", "+07:00" or "-03:30"; without a zone it is Vietnamese time. */
static bool
read_zone(const char *p, int *ret_offset)
{
    int seconds = LOCAL_OFFSET_SECONDS;
    char sign = *p;

    if (*p == 'Z') {
        seconds = 0;
        p++;
    } else if (*p == '+' || *p == '-') {
        p = read_clock(p + 1, &seconds);
        if (p == NULL)
            return false;
        seconds = sign == '-' ? -seconds : seconds;
    }
    *ret_offset = seconds;
    return *p == '\0';
}

bool
api_time_read(const char *text, int64_t *ret_seconds)
{
    size_t day_size = strcspn(text, " T");
    char day_text[WORDS_BYTES_MAX];
    struct date day;
    int clock, offset;
    int64_t seconds;
    const char *p;

    if (text[day_size] == '\0' || day_size >= sizeof day_text)
        return false;
    snprintf(day_text, sizeof day_text, "%.*s", (int) day_size, text);
    if (date_read(day_text, &day) != DATE_FAULT_NONE || day.precision != DATE_DAY)
        return false;
    p = text + day_size + 1;
    p = read_clock(p + strspn(p, " "), &clock);
    if (p == NULL || !read_zone(p, &offset))
        return false;
    seconds = (int64_t) day.ordinal * DAY_SECONDS + clock - offset;
    if (seconds < TIME_SECONDS_MIN || seconds > time_seconds_max - LOCAL_OFFSET_SECONDS)
        return false;
    *ret_seconds = seconds;
    return true;
}

void
api_date_display(struct date date, enum language language, char *ret_text)
{
    static const char *const roman[] = {"I", "II", "III", "IV"};
    bool english = language == LANGUAGE_EN;
    int year, part, day;

    date_parts(date, &year, &part, &day);
    switch (date.precision) {
    case DATE_YEAR:
        snprintf(ret_text, API_DATE_BYTES, "%04d", year);
        break;
    case DATE_HALF:
        if (english)
            snprintf(ret_text, API_DATE_BYTES, "%s half of %04d", part == 1 ? "first" : "second",
                     year);
        else
            snprintf(ret_text, API_DATE_BYTES, "6 tháng %s năm %04d", part == 1 ? "đầu" : "cuối",
                     year);
        break;
    case DATE_QUARTER:
        snprintf(ret_text, API_DATE_BYTES, "%s %s/%04d", english ? "quarter" : "quý",
                 roman[part - 1], year);
        break;
    case DATE_MONTH:
        snprintf(ret_text, API_DATE_BYTES, "%02d/%04d", part, year);
        break;
    case DATE_DAY:
        snprintf(ret_text, API_DATE_BYTES, "%02d/%02d/%04d", day, part, year);
        break;
    }
}

/* Days and the second of the day; false for what no calendar here holds (a clock that ran wild). */
static bool
split_time(int64_t seconds, int *ret_parts)
{
    int rest;

    if (seconds < TIME_SECONDS_MIN || seconds > time_seconds_max)
        return false;
    rest = (int) (seconds % DAY_SECONDS);
    date_from_days((int32_t) (seconds / DAY_SECONDS), &ret_parts[0], &ret_parts[1], &ret_parts[2]);
    ret_parts[3] = rest / 3600;
    ret_parts[4] = rest / 60 % 60;
    ret_parts[5] = rest % 60;
    return true;
}

void
api_time_display(int64_t seconds, char *ret_text)
{
    int p[6];

    if (seconds > time_seconds_max || !split_time(seconds + LOCAL_OFFSET_SECONDS, p))
        snprintf(ret_text, API_DATE_BYTES, "%lld s", (long long) seconds);
    else
        snprintf(ret_text, API_DATE_BYTES, "%02d/%02d/%04d %02d:%02d", p[2], p[1], p[0], p[3],
                 p[4]);
}
