/*
 * policy/invariants: the table invariants.csv beside a pack: statements that must stay true whatever the
 * rules become, one a row, in words of the pack. Lawyers extend it without code; policy/check proves it. Not
 * part of the pack's digest, as it decides nothing: a check tells its own digest instead. POLICY.md,
 * invariants.
 */
#ifndef POLICY_INVARIANTS_H
#define POLICY_INVARIANTS_H

#include "policy/pack.h"

enum { POLICY_INVARIANTS_MAX = 64, POLICY_INVARIANT_TEXT_MAX = 240 };

enum policy_statement {
    POLICY_STATES_NEVER = 0,  /* nothing of this is permitted */
    POLICY_STATES_CONSENT,    /* only a rule of mode C permits it */
    POLICY_STATES_DUTY,       /* what is permitted carries these duties */
    POLICY_STATES_DAYS,       /* access is at most so many days */
    POLICY_STATES_APART,      /* what an asker may get for the purposes it may not get for the others */
    POLICY_STATEMENTS
};

/* Facts that a row is limited to, as a mask: it speaks only of permissions that come in spite of them. */
enum {
    POLICY_WHEN_NOMEMBER = 1 << 0,
    POLICY_WHEN_RESTRICTED = 1 << 1, /* and no consent was given after the objection */
    POLICY_WHEN_IDENTIFIABLE = 1 << 2,
    POLICY_WHEN_UNWEIGHED = 1 << 3,
    POLICY_WHEN_UNAPPROVED = 1 << 4, /* no second person */
    POLICY_WHEN_ALONE = 1 << 5 /* no event but what the asker signs without anybody's tick, and no consent */
};

/* One row: what it is about, and what it says of that. An empty cell is everything. */
struct policy_invariant {
    const char *name, *text[2];          /* by enum lang; they belong to the table */
    uint32_t line;
    enum policy_statement statement;
    uint32_t askers, purposes, holders, grounds;
    uint64_t sections;
    bool has_ages;
    uint8_t age_min, age_max;
    uint64_t events;                     /* no others than these are there */
    unsigned when;                       /* POLICY_WHEN_*, all of them */
    uint32_t duties, others;             /* of a duty; the other purposes of apart */
    uint16_t days;
    uint64_t unless[POLICY_RULE_WORDS];  /* rules that are excepted */
};

struct policy_invariants {
    size_t count;
    struct policy_invariant row[POLICY_INVARIANTS_MAX];
    uint8_t digest[POLICY_DIGEST_LEN];   /* SHA-256 of the table */
    struct csv *csv;
};

/*
 * Read the text of the table (borrowed during the call; NULL when there is none, which is a mistake). Gives
 * *out (policy_invariants_free), which borrows nothing. Mistakes as in policy_pack_load. ERR_NOTFOUND,
 * ERR_SYNTAX, ERR_RANGE, ERR_LONG, ERR_SHORT, ERR_EXISTS, ERR_NOMEM: *out is then untouched.
 */
MUST_USE enum err policy_invariants_load(const struct policy_pack *pack, const uint8_t *data, size_t len,
    enum lang lang, csv_report *report, void *arg, struct policy_invariants **out);
void policy_invariants_free(struct policy_invariants *invariants);  /* takes NULL */

#endif
