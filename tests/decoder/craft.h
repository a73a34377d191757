/* Entries made byte by byte, which the product would not write. */
#ifndef TESTS_DECODER_CRAFT_H
#define TESTS_DECODER_CRAFT_H

#include "tests/util/world.h"

/* The machines whose keys the entries are signed with. */
enum craft_author { CRAFT_ADMIN, CRAFT_CLERK, CRAFT_HAMLET, CRAFT_AUTHORS };

/* Write every case into the store of `on`, and print a line `case` for each. */
void craft_all(struct node *authors[CRAFT_AUTHORS], struct node *on);

/* One entry. A letter is a log: a capital and its small letter are two logs of one device, F and f the
 * founder's, O the office's own, which is there before. Bodies are hex, blanks between, with
 *   @A2.1  a short reference to operation 1 of entry 2 of log A, in the table of the entry's log
 *   $A     sized bytes: A's device
 *   %A2    an item of cut-offs: A's epoch, 2, the beginning of the hash there */
struct deed {
    char log;
    const char *sees;       /* logs, up to where they stand; a number behind one: up to that entry */
    const char *words;
    const char *body;
};

struct story_text {
    const struct deed *deeds;
    size_t count;
    const char *name;
    bool differs;           /* the engine is known to differ from the document */
};
extern const struct story_text stories[];
extern const size_t stories_count;

/* Play stories about rights, each in a space of its own, and print it as two machines have it. */
void craft_trust(void (*print)(struct node *n, const char *name));

/* Print bodies, headers and messages with a few bytes changed, each with the decoder's verdict: what it is,
 * the name of the error, the bytes that a header or message took, all bytes. */
void mutate_all(void);
void mutant_print(const char *what, enum err err, size_t used, const uint8_t *bytes, size_t size);

/* A session's messages in hex; what the decoder makes of bytes; a base and its digest. */
extern const char *const message_samples[];
extern const size_t message_samples_count;
void message_judge(const uint8_t *bytes, size_t size);
void base_print(void);

#endif
