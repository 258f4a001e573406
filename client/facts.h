/*
 * client/facts: signed originals and the own record to what the policy may know about one child, between one
 * asker and this holder. Only statements that count between the two are facts (MODEL section 1): each of them
 * is the setter or an addressee, and it was logged.
 */
#ifndef CLIENT_FACTS_H
#define CLIENT_FACTS_H

#include "client/order.h"
#include "client/statement.h"
#include "policy/eval.h"

enum { CLIENT_CONSENTS_MAX = 64, CLIENT_EVENTS_MAX = 256 };

/* What is asked: the child as this partner knows it, its case if there is one, and between whom. */
struct client_question {
    struct proto_subject_id child;
    uint8_t case_id[PROTO_ID_LEN];                 /* zero: none */
    const struct proto_partner *asker, *holder;
    const char *purpose;
    bool offer;                                    /* the holder sends: the receiver counts as member */
    bool weighed, second;
    bool before_grant;                             /* the holder's own steps still come */
    const struct proto_ids *ticked;                /* what the holder's person checked; NULL: nothing */
    uint64_t now_s;
};

/* One consent that counts, with who said what (when this partner may know it). */
struct client_consent {
    uint8_t id[PROTO_ID_LEN];
    struct proto_sections sections;
    uint8_t given, refused;       /* POLICY_WHO_* */
    struct client_leaf leaf;      /* the newest in the log wins (client/order) */
    uint64_t made_s, until_s; /* made: said, never later than logged; until: asked for; 0: it was not complete
                                 when it was recorded */
    bool elsewhere; /* recorded neither by the holder nor in the young person's own session at a third: needs
                       the holder's tick */
    bool known;                   /* who said what is known here */
};

/* The newest consent for this question that counts no more, and why (client/lapsed). */
enum client_lapsed_why { CLIENT_LAPSED_NOT = 0, CLIENT_LAPSED_WITHDRAWN, CLIENT_LAPSED_OVER, CLIENT_LAPSED_SILENT };
struct client_lapsed {
    enum client_lapsed_why why;
    uint8_t by[PROTO_PARTNER_LEN]; /* who withdrew it; else who recorded it */
    uint64_t at_s;                 /* when it was withdrawn; was recorded; was last heard of */
    struct proto_sections sections;
    struct client_leaf leaf;
};

struct client_facts {
    struct policy_facts base;     /* but for the consent */
    uint64_t objection_s;         /* the newest that counts; 0: none */
    uint16_t consent_count;
    struct client_consent consent[CLIENT_CONSENTS_MAX];
    struct proto_ids counted; /* consents, events and objections that were looked at, consents first: what a
                                 request points at */
    struct proto_ids to_tick;     /* consents and references that count once a person of the holder has checked them */
    char birth_date[11];          /* "" unknown */
    struct client_lapsed lapsed;
};

/*
 * All that counts for this question now, from the vault; nothing is kept. Read twice: first what ends something, so that nothing counts that was
 * ended further on. *out is cleared first. ERR_NOMEM, ERR_IO, and what a row says that cannot be read.
 */
MUST_USE enum err client_facts_collect(
    struct client_node *n, struct vault_txn *x, const struct client_question *q, struct client_facts *out);
/* The facts for one section: with the newest consent that covers it. */
void client_facts_for(const struct proto_region *r, const struct client_facts *f, const char *section, struct policy_facts *out);

/* Age, custody and ability from the own record, or else from FACTS statements sealed to this partner; for a
 * question never from its asker. */
MUST_USE enum err client_facts_person(struct client_node *n, struct vault_txn *x,
    const struct proto_subject_id *child, uint64_t now_s, struct policy_facts *f, char birth_date[11]);
/* The same for a question: what the asker itself says of the child does not count. */
MUST_USE enum err client_facts_person_asked(struct client_node *n, struct vault_txn *x,
    const struct client_question *q, struct policy_facts *f, char birth_date[11]);
/* When it was said: nobody says anything later than it was logged. */
uint64_t client_facts_made(const struct client_kept *k);
/* Who said yes and no of a consent: own notes, or the part sealed to this partner. ERR_NOTFOUND: not for us
 * to know. */
MUST_USE enum err client_facts_said(struct client_node *n, struct vault_txn *x, const struct client_kept *k,
    uint8_t *given, uint8_t *refused);
/*
 * Does end end s? Only its setter ends a statement; a consent is withdrawn by any partner that it names, and
 * by the word of its recorder's node (a status). Asked here too, and not left to the hub alone.
 */
bool client_facts_may_end(const struct proto_statement *s, const struct proto_statement *end);
/* "y,g1" to a mask of POLICY_WHO_PEOPLE. ERR_SYNTAX. */
MUST_USE enum err client_facts_who(const char *text, uint8_t *out);

#endif
