/* QR codes: what is printed is read back, module by module, and held against libqrencode's own matrix. */
#include "config.h"

#include "client/qr.h"

#include <stdio.h>
#include <string.h>

#include <qrencode.h>

#include "tests/util/tap.h"

enum { SIDE_MAX = 200 };

static const char line[] =
    "thidua:AQEBAAECAwQFBgcICQoLDA0OD4Diz6oGICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5P"
    "UFFSU1RVVldYWVpbXF1eXwITaHViLmV4YW1wbGUudm46NzcwMA5bZmU4MDo6MV06NzcwMBdUaMOgbmgg4buneSBOYW0gxJDhu4tuaA9Y"
    "w6MgVHLhuqVuIE5pbmgDA10vdg";

struct picture {
    size_t columns, rows;
    bool black[SIDE_MAX][SIDE_MAX];
};

/* What a function writes, in one place for all tests. */
static const char *
written(const struct qr *qr, void (*write)(const struct qr *qr, FILE *out))
{
    static char text[256 * 1024];
    FILE *out = tmpfile();
    size_t size;

    assert_non_null(out);
    write(qr, out);
    rewind(out);
    size = fread(text, 1, sizeof text - 1, out);
    assert_true(size < sizeof text - 1);
    text[size] = '\0';
    fclose(out);
    return text;
}

/* Half blocks to modules: white is what the block covers. */
static void
read_blocks(const char *text, struct picture *p)
{
    static const struct {
        const char *block;
        bool upper, lower;
    } blocks[] = {{"█", false, false}, {"▄", true, false}, {"▀", false, true}, {" ", true, true}};

    memset(p, 0, sizeof *p);
    for (const char *row = text; *row != '\0'; row = strchr(row, '\n') + 1, p->rows += 2) {
        const char *at = row;
        size_t column = 0;

        assert_int_equal(strncmp(at, "\033[38;5;231;48;5;16m", 19), 0);
        for (at += 19; *at != '\033';) {
            size_t b = 0;

            while (strncmp(at, blocks[b].block, strlen(blocks[b].block)) != 0)
                assert_true(++b < 4);
            p->black[p->rows][column] = blocks[b].upper;
            p->black[p->rows + 1][column++] = blocks[b].lower;
            at += strlen(blocks[b].block);
        }
        assert_int_equal(strncmp(at, "\033[0m\n", 5), 0);
        p->columns = column;
    }
}

static void
read_svg(const char *text, struct picture *p)
{
    long column, row, right, left;

    memset(p, 0, sizeof *p);
    assert_int_equal(sscanf(strstr(text, "viewBox"), "viewBox=\"0 0 %zu %zu\"", &p->columns, &p->rows), 2);
    for (const char *at = strstr(text, " d=\"") + 4; (at = strchr(at, 'M')) != NULL; at++) {
        assert_int_equal(sscanf(at, "M%ld %ldh%ldv1h-%ldz", &column, &row, &right, &left), 4);
        assert_int_equal(right, left);
        for (long i = 0; i < right; i++)
            p->black[row][column + i] = true;
    }
}

/* The code of that level, in a white frame of four modules, and nothing else. */
static void
expect_code(const struct picture *p, const char *text, QRecLevel level)
{
    QRcode *code = QRcode_encodeData((int) strlen(text), (const unsigned char *) text, 0, level);
    size_t side;

    assert_non_null(code);
    side = (size_t) code->width + 2 * QR_QUIET;
    assert_int_equal(p->columns, side);
    assert_true(p->rows == side || p->rows == side + 1);
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++) {
            bool inside = row >= QR_QUIET && row < side - QR_QUIET && column >= QR_QUIET && column < side - QR_QUIET;
            bool black = inside && (code->data[(row - QR_QUIET) * (size_t) code->width + column - QR_QUIET] & 1);

            assert_int_equal(p->black[row][column], black);
        }
    QRcode_free(code);
}

static void
what_is_printed_is_the_code_in_its_quiet_zone(void **state)
{
    static struct picture p;
    struct qr *qr = NULL;
    const char *text;
    struct error e = {0};

    (void) state;
    assert_int_equal(qr_new(line, 0, &qr, &e), OK);
    text = written(qr, qr_print);
    read_blocks(text, &p);
    expect_code(&p, line, QR_ECLEVEL_M);
    assert_int_equal(qr_columns(qr), p.columns);
    qr_free(qr);
}

static void
the_picture_for_paper_is_the_same_code(void **state)
{
    static struct picture p;
    struct qr *qr = NULL;
    const char *text;
    struct error e = {0};

    (void) state;
    assert_int_equal(qr_new(line, 0, &qr, &e), OK);
    text = written(qr, qr_svg);
    read_svg(text, &p);
    expect_code(&p, line, QR_ECLEVEL_M);
    qr_free(qr);
}

static void
a_narrow_terminal_gets_a_smaller_code(void **state)
{
    static struct picture p;
    struct qr *wide = NULL, *narrow = NULL;
    const char *text;
    struct error e = {0};

    (void) state;
    assert_int_equal(qr_new(line, 0, &wide, &e), OK);
    assert_int_equal(qr_new(line, qr_columns(wide) - 1, &narrow, &e), OK);
    assert_true(qr_columns(narrow) < qr_columns(wide));
    text = written(narrow, qr_print);
    read_blocks(text, &p);
    expect_code(&p, line, QR_ECLEVEL_L);
    qr_free(wide);
    qr_free(narrow);
}

static void
what_no_code_holds_is_refused_with_words(void **state)
{
    char long_line[4000];
    struct qr *qr = NULL;
    struct error e = {0};

    (void) state;
    memset(long_line, 'x', sizeof long_line - 1);
    long_line[sizeof long_line - 1] = '\0';
    assert_int_equal(qr_new(long_line, 0, &qr, &e), ERR_LIMIT);
    assert_non_null(e.template);
    assert_null(qr);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_the_code_in_its_quiet_zone),
        cmocka_unit_test(the_picture_for_paper_is_the_same_code),
        cmocka_unit_test(a_narrow_terminal_gets_a_smaller_code),
        cmocka_unit_test(what_no_code_holds_is_refused_with_words),
    };

    return tap_run("qr", tests, NULL, NULL);
}
