/* Dates, numbers and texts for a person at a terminal. */
#include "config.h"

#include "client/print.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/language.h"
#include "client/utf8.h"

size_t
print_width(const char *utf8)
{
    size_t width = 0;

    while (*utf8 != '\0') {
        uint32_t point;

        utf8 += utf8_next(utf8, &point);
        width += utf8_columns(point);
    }
    return width;
}

size_t
print_terminal_width(FILE *out)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");

    if (!isatty(fileno(out)))
        return 0;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return columns != NULL && atoi(columns) > 20 ? (size_t) atoi(columns) : 80;
}

void
print_clean(FILE *out, const char *text)
{
    while (*text != '\0') {
        uint32_t point;
        size_t length = utf8_next(text, &point);

        if (utf8_is_control(point))
            fputc(' ', out);
        else
            fwrite(text, 1, length, out);
        text += length;
    }
}

void
print_folded(FILE *out, const char *text, size_t indent, size_t width)
{
    size_t column = indent;
    char word[512];

    while (*text != '\0') {
        size_t skip = strspn(text, " \n\t\r");
        size_t length = strcspn(text + skip, " \n\t\r");
        size_t columns;

        text += skip;
        if (length == 0)
            break;
        if (length >= sizeof word)
            length = sizeof word - 1;
        while (length > 1 && ((unsigned char) text[length] & 0xC0) == 0x80)
            length--;
        memcpy(word, text, length);
        word[length] = '\0';
        text += length;
        columns = print_width(word);
        if (column > indent && width > indent && column + 1 + columns > width) {
            fprintf(out, "\n%*s", (int) indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        print_clean(out, word);
        column += columns;
    }
}

static bool
all_digits(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

void
print_date(const char *date, char ret_text[static PRINT_DATE_BYTES_MAX])
{
    size_t size = date != NULL ? strlen(date) : 0;
    static const char *const quarters[] = {"I", "II", "III", "IV"};

    snprintf(ret_text, PRINT_DATE_BYTES_MAX, "%s", date != NULL ? date : "");
    if (size < 7 || !all_digits(date, 4) || date[4] != '-')
        return;
    if (size == 10 && date[7] == '-' && all_digits(date + 5, 2) && all_digits(date + 8, 2)) {
        snprintf(ret_text, PRINT_DATE_BYTES_MAX, "%.2s/%.2s/%.4s", date + 8, date + 5, date);
    } else if (size == 7 && all_digits(date + 5, 2)) {
        snprintf(ret_text, PRINT_DATE_BYTES_MAX, "%.2s/%.4s", date + 5, date);
    } else if (size == 7 && date[5] == 'Q' && date[6] >= '1' && date[6] <= '4') {
        /* a quarter: its number in Roman letters, the year */
        snprintf(ret_text, PRINT_DATE_BYTES_MAX, _("quarter %s of %.4s"), quarters[date[6] - '1'], date);
    } else if (size == 7 && date[5] == 'H' && (date[6] == '1' || date[6] == '2')) {
        snprintf(ret_text, PRINT_DATE_BYTES_MAX,
                 date[6] == '1' ? _("first half of %.4s") : _("second half of %.4s"), date);
    }
}

void
print_time(const char *time, char ret_text[static PRINT_DATE_BYTES_MAX])
{
    struct tm utc = {0};
    struct tm local;
    time_t at;

    snprintf(ret_text, PRINT_DATE_BYTES_MAX, "%s", time != NULL ? time : "");
    if (time == NULL
        || sscanf(time, "%4d-%2d-%2dT%2d:%2d:%2dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec)
               != 6)
        return;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    at = timegm(&utc);
    if (localtime_r(&at, &local) != NULL)
        strftime(ret_text, PRINT_DATE_BYTES_MAX, "%d/%m/%Y %H:%M", &local);
}

void
print_decimal(const char *decimal, char ret_text[static PRINT_DATE_BYTES_MAX])
{
    char *point;

    snprintf(ret_text, PRINT_DATE_BYTES_MAX, "%s", decimal);
    point = strchr(ret_text, '.');
    if (point != NULL && language_is_vietnamese())
        *point = ',';
}

void
print_bytes(long long bytes, char ret_text[static PRINT_DATE_BYTES_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    char decimal[32];
    double amount = (double) bytes;
    size_t unit = 0;

    while (amount >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        amount /= 1000;
        unit++;
    }
    snprintf(decimal, sizeof decimal, unit > 0 && amount < 10 ? "%.1f" : "%.0f", amount);
    print_decimal(decimal, ret_text);
    snprintf(ret_text + strlen(ret_text), 8, " %s", units[unit]);
}
