/* Who a sentence speaks of: the body or the people that a duty is given to. */
#ifndef PLAN_ACTOR_H
#define PLAN_ACTOR_H

#include "plan/text.h"

/* The actor at the beginning of a piece, without "Đề nghị" and its like: up to the colon or the
 * first verb. ret_rest  where what is asked of the actor begins; may be NULL Returns   SPAN_NONE
 * where the piece begins with no actor */
struct span actor_lead(const struct text *t, struct span in, size_t *ret_rest);

/* The actor that a duty at `at` falls to: of its sentence, else of its block, else of the blocks
 * above. Returns   SPAN_NONE for none */
struct span actor_of(const struct text *t, size_t at);

/* The actor of one labelled entry ("2. Phòng Nội vụ: …"); headings count whole. SPAN_NONE for none.
 */
struct span actor_of_block(const struct text *t, size_t block);

#endif
