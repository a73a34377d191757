/* The words of the genre that several readers need. Tables end with NULL; form: see phrase.h. */
#ifndef PLAN_TERMS_H
#define PLAN_TERMS_H

/* How the names of bodies begin ("ủy ban nhân dân", "phòng", "ban tuyên giáo"). */
extern const char *const terms_bodies[];

/* How people and units that a duty is given to begin, bodies included ("các cơ quan", "thủ
 * trưởng"). */
extern const char *const terms_actors[];

/* Verbs that a duty begins with; the actor's name ends before them. */
extern const char *const terms_verbs[];

/* Offices in a signature ("chủ tịch", "bí thư"). */
extern const char *const terms_offices[];

#endif
