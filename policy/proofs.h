/*
 * policy/proofs: what policy/check holds each point of a walk against, and what it remembers of it. For
 * policy/check only.
 */
#ifndef POLICY_PROOFS_H
#define POLICY_PROOFS_H

#include "policy/check.h"
#include "policy/walk.h"

#include <limits.h>

/* The invariants that are built in. */
enum policy_proof {
    POLICY_PROOF_REACHABLE = 0, POLICY_PROOF_HIDDEN, POLICY_PROOF_SETTER, POLICY_PROOF_GROUND,
    POLICY_PROOF_SECOND_GROUND, POLICY_PROOF_CONSENT, POLICY_PROOF_OBJECTION, POLICY_PROOF_ADDED,
    POLICY_PROOF_ORDER, POLICY_PROOF_HUB, POLICY_PROOFS
};

enum { POLICY_NOTE_MAX = 128 };

/* Facts, and what was answered. */
struct policy_example {
    struct policy_space_cell cell;
    struct policy_facts facts;
    uint64_t events, own;
    struct policy_decision decision;
    unsigned words;  /* UINT_MAX: there is none yet */
};

/* Where an invariant is broken: the smallest example, and how often. */
struct policy_broken {
    struct policy_example example;
    uint64_t places;
    uint32_t last;               /* the class that was counted last */
    char note[POLICY_NOTE_MAX];  /* what the row itself cannot say */
};

struct policy_proofs {
    const struct policy_check *check;
    const struct policy_pack *pack;
    struct policy_space *space;
    struct policy_broken built[POLICY_PROOFS], row[POLICY_INVARIANTS_MAX];
    uint64_t reached[POLICY_RULE_WORDS];
    struct policy_example *permit;       /* of each class the smallest permission */
    uint64_t tell[POLICY_SPACE_NAMES_MAX];  /* of each event: the rows whose events it is of */
    uint64_t alone[POLICY_KINDS_MAX];                   /* events that an asker makes count by itself */
    uint64_t real[POLICY_KINDS_MAX][POLICY_KINDS_MAX];  /* that anybody can, by asker and holder */
};

/* Fill alone and real: try every statement that somebody could sign. */
void policy_proofs_signers(struct policy_proofs *proofs);

/* Hold one point against everything; arg is the proofs. */
void policy_proofs_point(void *arg, const struct policy_walk_point *point);

/* For points without a consent: every yes and no of all people, against a second table of who must. */
void policy_proofs_people(struct policy_proofs *proofs, const struct policy_walk_point *point);
/* For the first point of a class: every order of every two statements, and of all. */
void policy_proofs_order(struct policy_proofs *proofs, const struct policy_walk_point *point);

/* Evaluate an example. */
void policy_proofs_decide(const struct policy_proofs *proofs, struct policy_example *example);
struct policy_example policy_proofs_example(
    const struct policy_walk_point *point, const struct policy_decision *d);

/* Something is broken in all cells of the example's class. note is what the row cannot say, or "". */
void policy_proofs_break(const struct policy_proofs *proofs, struct policy_broken *broken,
    const struct policy_example *e, const char *note);

#endif
