/*
 * client/weigh: weighings: the answers of a person, kept as a draft, and signed when they travel with the
 * message they are about (the hub takes no weighing that is about another message). Which questions must be
 * answered follows from the rule and the sections (policy/weighing); it is asked when a weighing is written,
 * if it is known then, and wherever one is relied on.
 *
 *     draft (CLIENT_T_DRAFT) = {"child":"type and value in hex","purpose":"or empty: any","sections":["or
 * none: any"],"salt":"...", "made":seconds,"answers":{"1":"own words, or the name of an answer to pick"}}
 */
#ifndef CLIENT_WEIGH_H
#define CLIENT_WEIGH_H

#include "client/desk.h"

/*
 * The draft of option --weigh, or of the row when it has one, as a signed statement about d, its purpose and
 * its sections. Gives *out (free()) and *answered, the questions it answers (bit 0 is question 1), and
 * d->weighing says which it is; *len 0 when there is none. With trouble: ERR_NOTFOUND, ERR_DENIED (it weighs
 * another child, purpose or other sections). The caller asks whether it answers enough: client_weigh_check,
 * or client_lacking_check.
 */
MUST_USE enum err client_weigh_use(struct client_call *c, struct vault_txn *x, struct client_desk *d,
    uint8_t **out, size_t *len, uint32_t *answered);
/* The answers of d->weighing, {"1":"..."}. Gives *out (cJSON_Delete). ERR_NOTFOUND: it has none. */
MUST_USE enum err client_weigh_answers(struct vault_txn *x, const struct client_desk *d, cJSON **out);

/*
 * What a weighing by this partner about d must answer: d is an own request, a request of another, or an own
 * offer. 0 also where the rule asks for no weighing of this partner. What must be reported first counts as
 * reported. Who asks knows no ages, so rules count as they do for the hub.
 */
MUST_USE enum err client_weigh_needed(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, uint32_t *out);
/*
 * In acute danger one reads first and weighs afterwards (the rule's "post"): does this partner still owe the weighing of what it
 * asked and was granted, or sent? Until when: client/after.
 */
bool client_weigh_is_owed(const struct client_node *n, const struct client_desk *d);
/* Are the questions that d needs among those answered? ERR_DENIED, naming those that are open. */
MUST_USE enum err client_weigh_check(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint32_t answered);
/* The trouble of that: ERR_DENIED. open: not 0. */
MUST_USE enum err client_weigh_trouble(struct client_call *c, uint32_t open);
/* Its sentence. */
void client_weigh_open_text(enum lang lang, uint32_t open, char *out, size_t cap);

/* For client/do_weigh: the child of a draft, and the questions in its answers. */
enum { CLIENT_WEIGH_CHILD = 2 * (1 + 32) + 1 };
void client_weigh_child(const struct proto_subject_id *child, char out[CLIENT_WEIGH_CHILD]);
uint32_t client_weigh_answered(const cJSON *answers);

/*
 * The approval (option --approval; of an offer also the last one) of exactly this row's release by another
 * person, as made by client_do_approve. Gives *out; *len 0 when there is none. With trouble: ERR_NOTFOUND,
 * ERR_STATE, ERR_DENIED.
 */
MUST_USE enum err client_approve_use(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len);

#endif
