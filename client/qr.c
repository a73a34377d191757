/* QR codes in characters and as SVG. */
#include "config.h"

#include "client/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#include "protocol/util/mem.h"

struct qr {
    QRcode *code; /* owned */
};

/* From the sturdiest down. A terminal is read from a clean screen, so the lowest will do; paper gets folded. */
static const QRecLevel levels[] = {QR_ECLEVEL_M, QR_ECLEVEL_L};

static size_t
columns_of(const QRcode *code)
{
    return (size_t) code->width + 2 * QR_QUIET;
}

enum err
qr_new(const char *text, size_t columns, struct qr **ret_qr, struct error *e)
{
    struct qr *qr = mem_alloc(sizeof *qr);
    QRcode *code = NULL;

    if (qr == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a QR code");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        QRcode_free(code);
        code = QRcode_encodeString8bit(text, 0, levels[i]);
        if (code != NULL && (columns == 0 || columns_of(code) <= columns))
            break;
    }
    if (code == NULL) {
        mem_free(qr);
        return errno == ENOMEM ? err_set(e, ERR_NOMEM, "no memory for a QR code")
                               : err_say(e, ERR_LIMIT, N_("the line is too long for a QR code"), NULL);
    }
    qr->code = code;
    *ret_qr = qr;
    return OK;
}

void
qr_free(struct qr *qr)
{
    if (qr == NULL)
        return;
    QRcode_free(qr->code);
    mem_free(qr);
}

size_t
qr_columns(const struct qr *qr)
{
    return columns_of(qr->code);
}

bool
qr_black(const struct qr *qr, long column, long row)
{
    long width = qr->code->width;

    return column >= 0 && row >= 0 && column < width && row < width &&
           (qr->code->data[row * width + column] & 1) != 0;
}

/* The blocks are the white modules, in a white that no palette of the terminal changes, on black. */
void
qr_print(const struct qr *qr, FILE *out)
{
    static const char *const blocks[] = {"█", "▄", "▀", " "}; /* white: both, the lower, the upper, none */
    long end = qr->code->width + QR_QUIET;

    for (long row = -QR_QUIET; row < end; row += 2) {
        fputs("\033[38;5;231;48;5;16m", out);
        for (long column = -QR_QUIET; column < end; column++) {
            bool upper = qr_black(qr, column, row);
            bool lower = row + 1 < end && qr_black(qr, column, row + 1);

            fputs(blocks[(upper ? 1 : 0) + (lower ? 2 : 0)], out);
        }
        fputs("\033[0m\n", out);
    }
}

/* One path; each run of black modules in a row is a rectangle. */
void
qr_svg(const struct qr *qr, FILE *out)
{
    long width = qr->code->width;
    size_t size = qr_columns(qr);

    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zumm\" height=\"%zumm\" viewBox=\"0 0 %zu %zu\" "
            "shape-rendering=\"crispEdges\">\n"
            "<rect width=\"%zu\" height=\"%zu\" fill=\"#fff\"/>\n<path fill=\"#000\" d=\"",
            size, size, size, size, size, size);
    for (long row = 0; row < width; row++) {
        for (long column = 0; column < width;) {
            long end = column;

            while (qr_black(qr, end, row))
                end++;
            if (end > column)
                fprintf(out, "M%ld %ldh%ldv1h-%ldz", column + QR_QUIET, row + QR_QUIET, end - column, end - column);
            column = end + 1;
        }
        fputc('\n', out);
    }
    fputs("\"/>\n</svg>\n", out);
}
