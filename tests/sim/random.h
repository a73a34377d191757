/* The simulator's only source of chance: splitmix64, so that a seed tells everything. */
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

static inline uint64_t
chance_next(struct chance *c)
{
    uint64_t z = c->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* 0..count-1; 0 when count is 0. */
static inline uint64_t
chance_below(struct chance *c, uint64_t count)
{
    return count == 0 ? 0 : chance_next(c) % count;
}

/* True in `percent` of 100 cases. */
static inline bool
chance_in(struct chance *c, unsigned percent)
{
    return chance_below(c, 100) < percent;
}

#endif
