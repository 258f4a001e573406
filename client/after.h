/*
 * client/after: what is still to be done when something was shared: weighing, second eyes, telling the family. Each has a last
 * moment (policy/clocks); where the first two are not done by then, access closes, at the holder and at the receiver, and the
 * privacy officer is told (client/notice). MODEL section 5.
 *
 * One record beside each row of the desk that needs one: CLIENT_META_AFTER and the row's id. A longer wait before the family is
 * told, which a privacy officer gave, is a row of its own: CLIENT_META_LATER, the id, and when it was given.
 */
#ifndef CLIENT_AFTER_H
#define CLIENT_AFTER_H

#include "client/desk.h"

/* The zero value: nothing was done yet. */
struct client_after {
    uint64_t second_s;               /* a second person of the holder looked; logged */
    uint64_t weighed_s;              /* weighed by whoever had to */
    uint64_t exported_s;             /* the receiver said that it took a copy out */
    uint64_t later_s;                /* telling may wait until then: the privacy officer's last word */
    bool after_no;                   /* holder: it was shared after somebody of the family or we ourselves said no */
    uint8_t seen;                    /* what the privacy officer put away: bits of enum client_notice */
    char why[CLIENT_NOTE_MAX + 1];   /* why the family was told later than it was read */
};

enum client_after_what { CLIENT_AFTER_WEIGH, CLIENT_AFTER_SECOND, CLIENT_AFTER_TELL, CLIENT_AFTERS };

/* One thing to be done. */
struct client_due {
    enum client_after_what what;
    uint64_t end_s;                  /* too late from this moment on */
    uint64_t done_s;                 /* 0: not yet */
    bool here;                       /* by this partner; else by the other */
    bool defers;                     /* telling: it may wait for safety, and longer if the privacy officer says so */
};

/* What there is no record of is the zero value. ERR_IO, ERR_SYNTAX... */
MUST_USE enum err client_after_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_after *out);
MUST_USE enum err client_after_put(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], const struct client_after *a);

/* The duties (POLICY_DUTY_*) of what was granted in this row, by the pack of the grant; 0 when nothing was. */
uint32_t client_after_duties(const struct client_node *n, const struct client_desk *d);
/* What this row asks for afterwards, done or not; returns how many. */
size_t client_after_dues(
    const struct client_node *n, const struct client_desk *d, const struct client_after *a, struct client_due out[CLIENT_AFTERS]);
/* It was read, and this was not done in time (or not yet, and it is too late). */
bool client_after_is_late(const struct client_desk *d, const struct client_due *due, uint64_t now_s);
/*
 * Does access of this row close now, because it was not weighed, or seen by a second person, in time? By whom it had to be done
 * is told by the receiver's node and by the one that had to. *what is the reason. False on any error. A node that starts waits a
 * moment for what the other did in time: it may be in the mailbox.
 */
bool client_after_closes(const struct client_node *n, struct vault_txn *x, const struct client_desk *d, uint64_t now_s,
    enum client_after_what *what);
/* "not-weighed" and so on, for the log. */
const char *client_after_reason(enum client_after_what what);

/* ---- steps ---- */

/* The draft of a weighing was written down after the grant: the other side and the log hear its digest. */
MUST_USE enum err client_after_weighed(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, const char *draft, size_t len);
/* Is this what `schakel approve` means: a row where a second person looks afterwards? */
bool client_after_has_second(const struct client_node *n, const struct client_desk *d);
/* That person looked: signed, logged, and told to the receiver. */
MUST_USE enum err client_after_approve(struct client_call *c, struct vault_txn *x, const struct client_desk *d);
/* Such a weighing or approval came in. ERR_DENIED: not of this row, or not theirs to say. */
MUST_USE enum err client_after_heard(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e);
/* The holder is about to share: did the family, or this partner, say no to the same before? Kept with the row. */
MUST_USE enum err client_after_look_back(struct client_node *n, struct vault_txn *x, const struct client_desk *d);

/* ---- telling ---- */

/* A longer wait: given_s, until_s (the moment behind its last day), and why. */
MUST_USE enum err client_after_later_put(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t given_s, uint64_t until_s,
    const char *why);
/* The row goes (client/retention): so does all that is kept beside it. OK when there is nothing. */
MUST_USE enum err client_after_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]);
/* Into obj: "clocks", one object for each due: clock, until, done, late, whose, text, next; "told_late", and "later" with each longer wait. */
MUST_USE enum err client_after_reply(cJSON *obj, struct client_node *n, struct vault_txn *x, enum lang lang, const struct client_desk *d);
/* Items of the inbox for what this partner still has to do about a row. */
MUST_USE enum err client_after_items(struct client_call *c, struct vault_txn *x, const struct client_desk *d, cJSON *items);

#endif
