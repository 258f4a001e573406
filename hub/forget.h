/*
 * hub/forget: statements and cases that are done with go (MODEL, section 6; DESIGN, section 12). A statement is over when it can open
 * nothing any more, whatever is asked: ended, withdrawn, past its day, or of a kind that did all it does when it came. So many days after
 * that it goes, if all to whom it is addressed have it; in any case when mail would go too. The days are at least those that a request may wait, so
 * none that was made while it stood can still name it. Its digest stays in the log, its id in hub/store_gone.
 *
 * A case goes when all have left it, or declined, so many days ago.
 *
 * No index says when a row is due: that would cost each act a page. A few rows are looked at in each round, and where that stands is only in
 * memory. Core's writer thread only.
 */
#ifndef HUB_FORGET_H
#define HUB_FORGET_H

#include "hub/act.h"
#include "hub/store_case.h"

enum { HUB_FORGET_DAYS = 90, HUB_FORGET_DAYS_MAX = 3650 };

struct hub_forget {
    uint64_t after_s;                 /* from over until gone; HUB_FORGET_DAYS at least */
    uint8_t statement[PROTO_ID_LEN], carried[PROTO_ID_LEN], gone[PROTO_ID_LEN];
    struct hub_case at_case;
};

/* Begin somewhere, so that a hub that is often started again looks at all of them too. */
void hub_forget_init(struct hub_forget *f, uint64_t after_s);
/* Look at a few in x, and drop those that may go. */
MUST_USE enum err hub_forget_some(struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, uint64_t now_s);

#endif
