/*
 * client/openings: the leaves that the hub laid open to this partner's privacy officer: fetched by running number, opened, compared with
 * the signed originals in the archive, kept, and answered within a day (P-175, P-176). One that is not right is said at once, to the hub
 * and its log, and disclosures stop until a person has looked into it. One that the hub keeps back shows after a day.
 */
#ifndef CLIENT_OPENINGS_H
#define CLIENT_OPENINGS_H

#include "client/node.h"
#include "proto/opening.h"

/* A leaf that is older and was not laid open is kept back. */
enum { CLIENT_OPENINGS_WITHIN_S = 86400 };

/* What an opening turned out to be. Numbers are kept. */
enum client_opening_state {
    CLIENT_OPENING_WAITS = 1,     /* the archive has nothing under its number yet */
    CLIENT_OPENING_RIGHT,         /* it is the leaf of the signed original that is in the archive */
    CLIENT_OPENING_BARE,          /* right as far as it goes: its mail never came, or could not be believed; the log has its leaf */
    CLIENT_OPENING_SEALED,        /* bad from here: it does not open, */
    CLIENT_OPENING_SIDE,          /* its salt does not open the commitment to its number, */
    CLIENT_OPENING_PREVIOUS,      /* it names another leaf before it than this partner had, */
    CLIENT_OPENING_LEAF,          /* what it says is not what was signed, */
    CLIENT_OPENING_UNLOGGED,      /* or not what the log has at its place */
    CLIENT_OPENING_END
};

/* A row of CLIENT_T_OPENING: u64 number -> u8 version, u8 state, opening (nothing when it did not open). */
struct client_opening { uint64_t number; uint8_t state; bool opened; struct proto_opening what; };
/* ERR_NOTFOUND. */
MUST_USE enum err client_openings_get(struct vault_txn *x, uint64_t number, struct client_opening *out);
MUST_USE enum err client_openings_put(struct vault_txn *x, const struct client_opening *o);

/*
 * Compare with the archive (client/openings_judge). state is what comes out: never BARE, which needs the log: then WAITS, and *ask says
 * that the log must be asked for the leaf. Errors are the node's own.
 */
MUST_USE enum err client_openings_judge(struct vault_txn *x, const struct client_node *n, struct client_opening *o, bool *ask);
bool client_openings_is_bad(uint8_t state);
/* "what it says is not what was signed" */
const char *client_openings_why(uint8_t state, enum lang lang);

struct client_openings;
/*
 * Sets n->openings; from then on the step fetches. t (may be NULL) says what to do about a row that cannot be read: ERR_RANGE, ERR_SHORT,
 * ERR_LONG, ERR_VERSION. Else ERR_IO, ERR_NOMEM, ERR_SIGNATURE.
 */
MUST_USE enum err client_openings_open(struct client_node *n, struct trouble *t);
/* At the start: was this store put back from a backup? */
MUST_USE enum err client_openings_restored(struct client_node *n);
void client_openings_close(struct client_openings *o);  /* takes NULL */
/* Fetches, judges and answers what is due. Call with no transaction open. */
void client_openings_step(struct client_node *n);
uint64_t client_openings_due(const struct client_node *n, uint64_t max);
/* Fetch and answer at the next step. */
void client_openings_now(struct client_node *n);

/* Make a receipt whole whose seed the hub has erased (P-178). ERR_BUSY: its opening is being fetched; ERR_SIGNATURE: there is none. */
MUST_USE enum err client_openings_restore(struct client_node *n, struct vault_txn *x, struct proto_receipt *r);

/* Was a bad opening found, and not looked into yet? */
bool client_openings_stopped(const struct client_node *n);
/* A person has looked into it: kept with the reason, and disclosures go on. ERR_STATE: there is none. */
MUST_USE enum err client_openings_clear(struct client_node *n, struct vault_txn *x, const char *reason);

struct client_openings_status { uint64_t checked, fetched, answered, bad, late, kept_back; uint8_t why; };
/*
 * late: numbers that were archived over a day ago and not found right yet. kept_back: the first of over a day ago that the hub was asked for
 * since the start and did not lay open; 0: none.
 */
MUST_USE enum err client_openings_status(struct client_node *n, struct vault_txn *x, struct client_openings_status *out);

#endif
