/*
 * hub/say: what each kind of statement means when it arrives. One row per kind: a check that changes nothing,
 * and what it does to other rows when it is kept. on_statement does what all kinds have in common. Used by
 * on_statement only.
 */
#ifndef HUB_SAY_H
#define HUB_SAY_H

#include "hub/act.h"
#include "hub/store_statement.h"

/* One statement arriving. */
struct hub_say {
    struct hub_state *s;
    struct kv_txn *x;
    const struct hub_act *a;
    const struct proto_statement *what;   /* a->said.what */
    struct hub_statement row;             /* of what, kept or about to be */
    struct hub_statement about;           /* the statement it refers to, if its kind has one: set by check */
    bool about_is_gone;                   /* that was dropped: nothing is left to change */
};

/* May it be kept? Asked at the first arrival only. Changes nothing in the store. */
typedef enum err hub_say_check(struct hub_say *y, enum proto_refusal *refusal);
/*
 * It will be kept: what changes in the store besides its own row, and what its row says, which is written after. Also asked at
 * the first arrival only.
 */
typedef enum err hub_say_apply(struct hub_say *y);

struct hub_say_kind {
    hub_say_check *check;     /* NULL: nothing of its own to check */
    hub_say_apply *apply;     /* NULL: it only stands there */
    /* at every arrival, for the addressee of that message; after check or without; may be NULL */
    hub_say_apply *arrive;
};

/* NULL for a kind that does not travel by itself. */
const struct hub_say_kind *hub_say_kind(enum proto_statement_kind kind);

/* The handlers of say_event, say_consent and say_member, for the table. */
hub_say_check hub_say_event_check, hub_say_event_end_check, hub_say_objection_end_check;
hub_say_apply hub_say_end_apply, hub_say_objection_end_arrive;
hub_say_check hub_say_consent_check, hub_say_withdrawal_check, hub_say_status_check;
hub_say_apply hub_say_consent_apply, hub_say_status_apply;
hub_say_check hub_say_member_check;
hub_say_apply hub_say_member_apply;

/*
 * Find the statement of this kind that y refers to, into y->about. NOT_FOUND when there is none that the
 * sender knows. One that was dropped is over: what says so too is taken and mailed, so that its sender can stop saying it.
 */
MUST_USE enum err hub_say_find(struct hub_say *y, enum proto_statement_kind kind,
    enum proto_refusal *refusal);

#endif
