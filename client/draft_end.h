/*
 * client/draft_end: drafts that nothing is left of: a weighing that went with no request, or was weighed anew, five years after it was made; an
 * approval of before another one, with its request; and what names them (the last weighing about a child). Those in use go with what uses them
 * (client/retention).
 */
#ifndef CLIENT_DRAFT_END_H
#define CLIENT_DRAFT_END_H

#include "client/node.h"

enum { CLIENT_DRAFT_END_AT_ONCE = 64 };

/* What was made at before_s or earlier, at most CLIENT_DRAFT_END_AT_ONCE of a sort. *more: there may be more. */
MUST_USE enum err client_draft_end_run(struct vault_txn *x, uint64_t before_s, bool *more);

#endif
