/*
 * client/audit: what the privacy officer asks of the archive: who asked, offered, refused, granted, opened and exported what, why and on which
 * ground; and whether that list is complete for a period.
 */
#ifndef CLIENT_AUDIT_H
#define CLIENT_AUDIT_H

#include "client/node.h"
#include "client/verify.h"

client_handler client_do_audit, client_do_audit_complete, client_do_audit_check, client_do_audit_clear;

/* From --from and --to, both days included, as moments: the first and the one behind the last. Without them: everything. ERR_RANGE. */
struct client_audit_period { uint64_t from_s, until_s; };
MUST_USE enum err client_audit_period(struct client_call *c, struct client_audit_period *out);

/* ---- completeness: the numbers of a period, one after the other ---- */

/* Why a number is not whole. */
enum client_audit_fault {
    CLIENT_AUDIT_WHOLE = 0,
    CLIENT_AUDIT_MISSING,        /* nothing is under this number, */
    CLIENT_AUDIT_KEPT_BACK,      /* it never came, and no leaf of a fetch says that it was taken out, */
    CLIENT_AUDIT_NOT_BELIEVED,   /* what came could not be believed, */
    CLIENT_AUDIT_NO_PROOF,       /* its signature or receipt does not hold, */
    CLIENT_AUDIT_CHAIN,          /* the hub's proof names another entry before it than the one that is here, */
    CLIENT_AUDIT_TIME,           /* it lies before the one before it, */
    CLIENT_AUDIT_EARLY           /* or it is not kept any more, and its term cannot be over */
};
/* Never a fault: taken out of the mailbox before it was read, and a later leaf says so. */

struct client_audit_gap { uint64_t number; enum client_audit_fault why; };
enum { CLIENT_AUDIT_GAPS_MAX = 100 };

/* A checkpoint that bounds the period: that of an entry's receipt. size 0: there is none. */
struct client_audit_bound {
    uint64_t number, size, time_s;
    uint8_t root[PROTO_HASH_LEN];
    bool anchored, lost;         /* lost: its leaf is in no log any more (proto/region_log), so that nobody will cosign it */
};

struct client_audit_report {
    uint64_t first, last, count;       /* running numbers in the period; count 0: none */
    uint64_t withdrawn, opened;        /* taken out by the hub with a leaf; compared with the hub's opening */
    uint64_t spent, spent_s;           /* of these only number and leaf are kept, their term is over (client/archive_end); the newest's time */
    struct client_audit_bound below, above;  /* the last entry before the period (or the first of all), and the first behind it */
    uint64_t waiting, late;            /* not laid open by the hub yet: since less than a day; longer */
    uint64_t whole_s;                  /* the moment of the last number before the first gap; 0: none */
    uint64_t whole;                    /* that number */
    bool closed;                       /* above is there: nothing was numbered between the last and it */
    uint64_t gaps;
    struct client_audit_gap gap[CLIENT_AUDIT_GAPS_MAX];
};
/* Errors are the node's own. */
MUST_USE enum err client_audit_period_check(const struct client_node *n, struct vault_txn *x, const struct client_audit_period *p,
    struct client_audit_report *out);
const char *client_audit_why(enum client_audit_fault why, enum lang lang);

#endif
