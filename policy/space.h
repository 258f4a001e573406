/*
 * policy/space: all questions that one pack, or two packs side by side, can be asked: every asker, purpose,
 * holder and section, cut into classes within which every answer is the same. policy/walk goes through the
 * facts of a class. Together they make "all combinations that can matter" a finite walk of moments and not a
 * sample.
 *
 * Why a class loses nothing. policy/eval looks at asker, purpose, holder and section in four ways only: to
 * find the rules that name them all; to see whether the purpose needs a case; to see whether the section is
 * the anonymous one; and to copy the section's duties and longest access, and the days in which a receiver
 * answers. The key of a class holds all four (for a never the first rule of it, as nothing else is looked at
 * after that). So two questions of one class get the same answer, whatever the other facts are. What a caller
 * looks at besides it adds as a mark.
 *
 * Indexes here are of the names of both packs together. Holds what it is given by pointer; the packs must
 * outlive it.
 */
#ifndef POLICY_SPACE_H
#define POLICY_SPACE_H

#include "policy/pack.h"

enum { POLICY_SPACE_SIDES = 2, POLICY_SPACE_NAMES_MAX = 64 };

/* The names of a set, and where each is in each pack (POLICY_UNKNOWN: it is not). */
struct policy_space_set {
    size_t count;
    const char *name[POLICY_SPACE_NAMES_MAX];
    uint8_t index[POLICY_SPACE_SIDES][POLICY_SPACE_NAMES_MAX];
};

struct policy_space_cell {
    uint8_t asker, purpose, holder, section;
    uint32_t class;
};

/*
 * What a caller tells classes apart by, besides what the evaluator does. Masks of events are limited to those
 * that the rules of the class name.
 */
struct policy_space_mark {
    uint64_t mark;      /* anything */
    uint64_t counts[3]; /* events that can count in the first pack alone, in the second alone, in both */
    uint64_t alone;     /* what the asker can make count without anybody else */
    uint64_t real;      /* what somebody real can make count */
};

/* Whole words only: keys are compared byte by byte. */
struct policy_space_key {
    uint64_t rules[POLICY_SPACE_SIDES][POLICY_RULE_WORDS];  /* that match at some age */
    struct policy_space_mark mark;
    uint64_t rest[POLICY_SPACE_SIDES];
};

struct policy_space_class {
    struct policy_space_key key;
    struct policy_space_cell first;  /* the first of its cells */
    uint64_t cells;                  /* how many there are */
    uint64_t events;                 /* that its rules of mode A and C name */
    bool needs_case, is_anon;        /* in one of the packs */
    uint32_t next;                   /* for policy/space */
};

struct policy_space {
    const struct policy_pack *pack[POLICY_SPACE_SIDES];
    size_t sides;
    struct policy_space_set set[POLICY_SETS];
    bool border[POLICY_AGE_MAX + 1];  /* an age from which an answer may be another */
    int age[POLICY_AGE_MAX + 2];      /* unknown, then the first of each interval */
    size_t ages;
    struct policy_space_class *class;
    size_t classes;
    struct policy_space_cell *cell; /* all that some rule names, or whose answer differs between the packs */
    size_t cells;
    uint64_t all_cells;
};

typedef void policy_space_marker(
    void *arg, const struct policy_space_cell *cell, struct policy_space_mark *out);

/*
 * The names of one pack, or of two. Gives *out (policy_space_free). ERR_NOMEM; ERR_LONG when a set of both
 * together has more than 64 names: *out is then untouched.
 */
MUST_USE enum err policy_space_new(
    const struct policy_pack *const *packs, size_t sides, struct policy_space **out);
void policy_space_free(struct policy_space *space);  /* takes NULL */

/*
 * Make age, class and cell. Borders of age besides those of the rules are set before. ERR_NOMEM: only free it
 * then.
 */
MUST_USE enum err policy_space_scan(struct policy_space *space, policy_space_marker *marker, void *arg);

/* The index of a name in one of the packs as its index here. */
uint8_t policy_space_find(const struct policy_space *space, enum policy_set set, const char *name);
/* A mask of one pack's indexes as a mask of indexes here. */
uint64_t policy_space_mask(const struct policy_space *space, enum policy_set set, size_t side, uint64_t mask);
/* The other way; what that pack does not have is left out. */
uint64_t policy_space_unmask(
    const struct policy_space *space, enum policy_set set, size_t side, uint64_t mask);

/* Whether a rule is in a set of rules. */
bool policy_space_has(const uint64_t rules[POLICY_RULE_WORDS], size_t rule);

#endif
