/*
 * tests/support/policy_naive: a second evaluator, as simple as can be, that shares no code with policy/: it reads the
 * tables as text with a splitter of its own and goes through POLICY.md step by step. Of policy/ it has only the types
 * of a question, so that both can be asked the same one. What a node decides; the hub's view it does not know.
 */
#ifndef SUPPORT_POLICY_NAIVE_H
#define SUPPORT_POLICY_NAIVE_H

#include "policy/model.h"

#include <stddef.h>

enum { NAIVE_ROWS_MAX = 256, NAIVE_NAME_MAX = 64 };

/* Names in the order of their tables. */
struct naive_names {
    size_t count;
    char name[64][NAIVE_NAME_MAX];
};

/* A rule as its cells say; what they name as tables of yes and no. */
struct naive_rule {
    char id[NAIVE_NAME_MAX], mode;
    bool asker[64], purpose[64], holder[64], section[64];
    int lowest, highest;       /* of ages; -1 for none */
    int groups;                /* of events: all are needed, one of each is enough */
    bool event[8][64];
    bool survives, weigh, eyes;
};

struct naive_pack {
    struct naive_names kinds, purposes, sections, events;
    bool is_school[64], needs_case[64];
    size_t rules;
    struct naive_rule rule[NAIVE_ROWS_MAX];
};

struct naive_answer {
    enum policy_verdict verdict;
    enum policy_reason reason;
    int rule;              /* -1 none */
    uint64_t need_events;
    uint8_t missing;       /* POLICY_WHO_*, of NEED_CONSENT */
};

/* The tables as texts; NULL for one that is not looked at. Ends the test if they cannot be split. */
struct naive_texts {
    const char *kinds, *purposes, *grounds, *sections, *events, *rules;
};
void support_naive_read(const struct naive_texts *texts, struct naive_pack *out);

struct naive_answer support_naive_decide(const struct naive_pack *p, const struct policy_facts *f, uint8_t section);

/* Whether everybody whose yes is needed said yes and nobody of them no. */
bool support_naive_agreed(const struct policy_facts *f);

#endif
