/*
 * hub/person: what a person may say and send, and whether a statement inside a message fits that message. The
 * pool verified signature, certificate and role before; here it is only about meaning. Pure.
 */
#ifndef HUB_PERSON_H
#define HUB_PERSON_H

#include "hub/facts.h"

/* May somebody in this role make such a statement? PROTO_ROLE_NONE is the node itself. */
bool hub_person_may_say(enum proto_statement_kind kind, enum proto_role role);

/* May somebody in this role send such a message? */
bool hub_person_may_send(enum proto_kind kind, enum proto_role role);

/*
 * Is it a statement of this kind, made in this region by somebody of from who may, about the message's case,
 * child and purpose? PROTO_ACCEPTED, MALFORMED, WRONG_REGION, NOT_YOURS, ROLE_NOT_ALLOWED, STALE (made in the
 * future).
 */
enum proto_refusal hub_person_check(const struct hub_act *a, const struct hub_said *said,
    enum proto_statement_kind kind);

/*
 * The weighing of a message: none is none; one that is there must pass hub_person_check and be about this
 * message or the one that it refers to.
 */
enum proto_refusal hub_person_weighing(const struct hub_act *a, struct hub_weighing *out);

/*
 * The approval of a grant or offer, of its very release, by another key than that of the grant. *second is
 * false when there is none, or when the same person approved.
 */
enum proto_refusal hub_person_approval(const struct hub_act *a, bool *second);

/*
 * The statement by which a person grants: it must say what its message says. DIGEST_DIFFERS when only the
 * release differs.
 */
enum proto_refusal hub_person_grant(const struct hub_act *a);

#endif
