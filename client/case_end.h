/*
 * client/case_end: when a case is over at this node. By age: a case for purposes of the attendance officer's own only, at that officer, when
 * the child is 19; at the regional office for early leavers two years after 23 (client/terms, MODEL section 6). Otherwise five years after
 * this partner took part in it last. What was said in it and what is known of the child for it goes; decisions keep their own five years
 * (client/retention), what may be disputed its proof in the archive. Of the case its id stays, and who took part for which purpose, all as left: who
 * stands in it is nobody's word but its members', so a case that is known as over can be opened again by none (client/facts, client/member).
 * Nothing goes while a request, offer or grant of the case is open, or a word of ours in it has not reached the hub.
 */
#ifndef CLIENT_CASE_END_H
#define CLIENT_CASE_END_H

#include "client/casebook.h"

enum { CLIENT_CASE_END_AT_ONCE = 8 };

/* At most CLIENT_CASE_END_AT_ONCE cases in x. *more: there may be more. Nothing under a legal hold. */
MUST_USE enum err client_case_end_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more);

#endif
