/*
 * client/derive: one batch of numbers at a time, and the question that goes with them to every holder of a share: the same signed envelope
 * to hub and keyholder (P-143). A holder that is away, refuses or lies is asked again under the same id while the other's answer is kept, so
 * that nobody counts twice; after each refusal the pause doubles. Only when every answer is there and proven are the pseudonyms stored, and of
 * one that is not proven nothing is taken.
 * Part of the vault process's one thread; nothing here waits.
 */
#ifndef CLIENT_DERIVE_H
#define CLIENT_DERIVE_H

#include "client/waiting.h"
#include "proto/pseudonym.h"
#include "proto/refusal.h"

enum client_holder { CLIENT_HUB, CLIENT_KEYHOLDER, CLIENT_HOLDERS };

struct client_derive;

/*
 * How a batch ended, or why it waits. err OK: all of it is known now. ERR_SIGNATURE: an answer was not proven; ERR_EXPIRED: a day went by; a class
 * of refused. who is CLIENT_HOLDERS where every answer is there and this node could not keep what came of them. others_counted: another has answered
 * for this batch and counted it.
 */
struct client_derive_end { enum err err; enum proto_refusal refused; enum client_holder who; bool others_counted; };

MUST_USE enum err client_derive_new(struct client_derive **out);
void client_derive_free(struct client_derive *d);  /* takes NULL; wipes */

/* A batch is there: under way, or ended and not yet dropped. */
bool client_derive_is_busy(const struct client_derive *d);
/* Begin; at most PROTO_BATCH_MAX, none twice. Only when not busy. ERR_RANGE: a number that is none. */
MUST_USE enum err client_derive_start(struct client_node *n, struct client_derive *d, const struct client_waiting *numbers, size_t count);
/* Ask whom there is to ask. No transaction is open. */
void client_derive_step(struct client_node *n, struct client_derive *d);
/* How a batch ended; false: it has not. Its numbers are there until client_derive_drop. */
bool client_derive_has_ended(const struct client_derive *d, struct client_derive_end *out);
void client_derive_drop(struct client_derive *d);
/* Some holder did not answer, or cannot be asked now. */
bool client_derive_is_stuck(const struct client_node *n, const struct client_derive *d);
/* The batch waits for a holder that refused, or whose answer was not proven: for whom and why, and how many refusals it has seen in all. */
bool client_derive_is_refused(const struct client_derive *d, struct client_derive_end *no, uint32_t *refusals);
/* Somebody asks for it: who refused is asked again now, unless there were more refusals than the caller knows of. */
void client_derive_hurry(struct client_derive *d, uint32_t refusals);
/* How long the batch rests after so many refusals: 5 seconds, twice as long each time, at most 10 minutes. */
uint64_t client_derive_pause_ms(unsigned times);
/* When somebody is to be asked again, in milliseconds from now; max: not before that. */
uint64_t client_derive_due(const struct client_derive *d, uint64_t now_ms, uint64_t max);
/* Number i of the batch, NULL past the end. */
const char *client_derive_number(const struct client_derive *d, size_t i);

#endif
