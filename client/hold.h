/*
 * client/hold: the holder's side of a decision: evaluate what is asked (or offered) on originals and the own
 * record, build exactly what would leave, and seal it. Preview, grant and offer use the same functions, so
 * that what is shown is what goes.
 */
#ifndef CLIENT_HOLD_H
#define CLIENT_HOLD_H

#include "client/desk.h"
#include "client/facts.h"

enum { CLIENT_HOLD_LATER = 3 };

struct client_hold {
    bool before_grant;             /* the holder's steps count as done (preview) */
    bool weighed_here, second; /* a weighing of this partner, an approval of a second person travel along */
    uint32_t answered;             /* the questions that the weighing of this partner answers */
    const struct proto_ids *ticked;
    struct policy_decision decision[PROTO_SECTIONS_MAX];  /* of d->sections, in order */
    /* What is still lacking when the step of the decision is done, and the one after it: so that all is named at once. */
    struct policy_decision later[PROTO_SECTIONS_MAX][CLIENT_HOLD_LATER];
    uint8_t laters[PROTO_SECTIONS_MAX];
    struct proto_ids to_tick;      /* statements that would count if a person here had checked them */
    uint32_t open_questions[PROTO_SECTIONS_MAX]; /* of a weighing of this partner that answers too little */
    uint8_t gives_away;            /* enum client_anon_what: what the text without names has all the same */
    struct proto_sections permitted;
    uint64_t until_s;              /* the earliest end of access among the permitted */
    struct client_lapsed lapsed;   /* of a consent that counts no more; of which sections it says why there is none */
    bool has_lapsed[PROTO_SECTIONS_MAX];
    struct proto_ids counted;      /* statements that were looked at */
};

/* Decide about d->sections. d->offer: this partner is the sender. ERR_NOTFOUND: the other is no partner any more; ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_hold_decide(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, struct client_hold *h);

/* What was decided, as rows of d: until the hub's own answer is there. */
void client_hold_rows(const struct client_node *n, struct client_desk *d, const struct client_hold *h);

/* {"ident":{...},...}: what the own record has of these sections; others are left out and *missing says
 * which. Gives *out. */
MUST_USE enum err client_hold_content(struct client_node *n, struct vault_txn *x,
    const struct proto_subject_id *child, const struct proto_sections *sections, cJSON **out,
    struct proto_sections *missing);
/* What is not in the record is not granted: the log says what left. ERR_NOTFOUND, with trouble: then nothing
 * is left. */
MUST_USE enum err client_hold_leave_out(
    struct client_call *c, struct client_hold *h, const struct proto_sections *missing);

/* The child that is meant may be another: birth date or first letters of the name differ from the own record,
 * or a number came without either, or the case is another's. */
bool client_hold_doubt(struct client_node *n, struct vault_txn *x, const struct client_desk *d);

/* Who a child is, as far as it goes along so that the other can compare: a wrong number must not open another
 * child's file. */
struct client_identity { char birth_date[11], name_prefix[CLIENT_PREFIX_LEN + 1]; };
/* From the own record of d->child. Empty when d goes under a handle: there is no number that could be wrong,
 * and the other must not learn here who the child is. */
void client_hold_identity(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, struct client_identity *out);
/* The first three letters of a name. */
void client_hold_prefix(const char *name, char out[CLIENT_PREFIX_LEN + 1]);
/* Does what the other says differ from the own record? What either does not say does not differ. */
bool client_hold_differs(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    const struct client_identity *said);

/* Seal content and the child's identity for the other partner, store the ciphertext under the row's id and
 * set d->digest, pack. d->access_until_s is set. Borrows content, which is as it was afterwards. */
MUST_USE enum err client_hold_seal(
    struct client_node *n, struct vault_txn *x, struct client_desk *d, cJSON *content);

/* Receiver: open what lies there. Only what was granted, and so is in the log, is given, whatever was sealed.
 * Gives *out (cJSON_Delete); *said is whom the holder means. ERR_NOTFOUND: no copy is here. ERR_KEY, ERR_SIGNATURE: sealed for another, or
 * changed. What json_parse says of the content. */
MUST_USE enum err client_hold_unseal(struct client_node *n, struct vault_txn *x, const struct client_desk *d,
    struct client_identity *said, cJSON **out);

/* The person's grant statement for d, signed. Gives *out (free()). */
MUST_USE enum err client_hold_sign(struct client_call *c, struct client_desk *d, uint8_t **out, size_t *len);

#endif
