/*
 * client/notice: what the privacy officer is told (MODEL section 5): what was shared on a grave ground or before the family was
 * told, what was not done in time afterwards, what was shared after a no, and copies that were taken out. Made from the rows of
 * the desk whenever it is asked for; only what the officer put away is kept (client/after, seen). No content.
 */
#ifndef CLIENT_NOTICE_H
#define CLIENT_NOTICE_H

#include "client/after.h"

/* Bits; in the vault. */
enum client_notice {
    CLIENT_NOTICE_GRAVE = 1,          /* the pack says so: duty "officer" */
    CLIENT_NOTICE_NOT_WEIGHED = 2,
    CLIENT_NOTICE_NO_SECOND = 4,
    CLIENT_NOTICE_NOT_TOLD = 8,
    CLIENT_NOTICE_AFTER_NO = 16,
    CLIENT_NOTICE_EXPORTED = 32
};

/* What there is to tell about a row at this moment. */
uint8_t client_notice_of(const struct client_node *n, const struct client_desk *d, const struct client_after *a, uint64_t now_s);

/* The inbox of a privacy officer, or of a data protection officer, who only reads. */
MUST_USE enum err client_notice_list(struct client_call *c, struct vault_txn *x);
/* Put away what is told about a row now. What comes later is told again. ERR_NOTFOUND, ERR_STATE: nothing is. */
MUST_USE enum err client_notice_done(struct client_call *c, struct vault_txn *x);

/* Does this person read notices instead of casework? */
bool client_notice_reads(const struct client_session *who);

#endif
