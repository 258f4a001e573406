#include "hub/person.h"

#include <string.h>

#define ROLE(name) (UINT32_C(1) << PROTO_ROLE_##name)

static const uint32_t casework = ROLE(CASEWORKER) | ROLE(COORDINATOR);
static const uint32_t family = ROLE(YOUNG) | ROLE(REPRESENTATIVE);

bool hub_person_may_say(enum proto_statement_kind kind, enum proto_role role)
{
    const uint32_t rows[PROTO_SAY_END] = {
        [PROTO_SAY_EVENT] = casework,
        [PROTO_SAY_EVENT_END] = casework,
        [PROTO_SAY_CONSENT] = casework | family,
        [PROTO_SAY_WITHDRAWAL] = casework | family,
        [PROTO_SAY_OBJECTION] = casework | family,
        [PROTO_SAY_OBJECTION_END] = casework | family,
        [PROTO_SAY_MEMBERSHIP] = casework,
        [PROTO_SAY_FACTS] = casework | family | ROLE(PARENT),
        [PROTO_SAY_WEIGHING] = casework,
        [PROTO_SAY_APPROVAL] = casework | ROLE(SECOND),
        [PROTO_SAY_GRANT] = casework,
        [PROTO_SAY_STATUS] = casework | ROLE(NONE),
    };

    return (unsigned)kind < PROTO_SAY_END && (unsigned)role < PROTO_ROLE_END && (rows[kind] >> role & 1) != 0;
}

/*
 * Who asks, offers or grants is a person; saying no, and what follows from a person's act, a node may send
 * for itself.
 */
bool hub_person_may_send(enum proto_kind kind, enum proto_role role)
{
    const struct { enum proto_kind kind; uint32_t roles; } rows[] = {
        { PROTO_REQUEST, casework }, { PROTO_OFFER, casework }, { PROTO_GRANT, casework },
        { PROTO_REFUSE, casework | ROLE(NONE) }, { PROTO_ANSWER, casework | ROLE(NONE) },
        { PROTO_CANCEL, casework | ROLE(NONE) },
        { PROTO_RELEASE, casework | ROLE(NONE) }, { PROTO_REPORT, casework | ROLE(NONE) },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind)
            return (unsigned)role < PROTO_ROLE_END && (rows[i].roles >> role & 1) != 0;
    return false;
}

enum proto_refusal hub_person_check(const struct hub_act *a, const struct hub_said *said,
    enum proto_statement_kind kind)
{
    const struct proto_statement *w = &said->what;

    if (said->original.len == 0 || w->kind != kind)
        return PROTO_MALFORMED;
    if (memcmp(w->region, a->msg.head.region, sizeof w->region) != 0)
        return PROTO_WRONG_REGION;
    if (memcmp(w->setter, a->from->id, sizeof w->setter) != 0
        || memcmp(said->signer_partner, a->from->id, sizeof w->setter) != 0)
        return PROTO_NOT_YOURS;
    if (!hub_person_may_say(kind, said->role))
        return PROTO_ROLE_NOT_ALLOWED;
    if (!proto_msg_speaks_of(&a->msg.head, w->case_id, &w->subject, w->purpose))
        return PROTO_MALFORMED;
    return w->made_s > a->now_s + PROTO_ISSUED_AHEAD_S ? PROTO_STALE : PROTO_ACCEPTED;
}

/* About this message, or the one that it answers: nobody weighs once for everything. */
static bool refers_here(const struct hub_act *a, const struct proto_statement *w)
{
    return memcmp(w->refers, a->msg.head.id, sizeof w->refers) == 0
        || memcmp(w->refers, a->msg.refers, sizeof w->refers) == 0;
}

enum proto_refusal hub_person_weighing(const struct hub_act *a, struct hub_weighing *out)
{
    enum proto_refusal r;

    *out = (struct hub_weighing){.done = false};
    if (a->weighing.original.len == 0)
        return PROTO_ACCEPTED;
    r = hub_person_check(a, &a->weighing, PROTO_SAY_WEIGHING);
    if (r == PROTO_ACCEPTED && !refers_here(a, &a->weighing.what))
        r = PROTO_MALFORMED;
    if (r == PROTO_ACCEPTED)
        *out = (struct hub_weighing){.done = true, .sections = a->weighing.what.sections};
    return r;
}

enum proto_refusal hub_person_approval(const struct hub_act *a, bool *second)
{
    enum proto_refusal r;

    *second = false;
    if (a->approval.original.len == 0)
        return PROTO_ACCEPTED;
    r = hub_person_check(a, &a->approval, PROTO_SAY_APPROVAL);
    if (r == PROTO_ACCEPTED && !refers_here(a, &a->approval.what))
        r = PROTO_MALFORMED;
    if (r == PROTO_ACCEPTED && memcmp(a->approval.what.digest, a->msg.digest, sizeof a->msg.digest) != 0)
        r = PROTO_DIGEST_DIFFERS;
    if (r == PROTO_ACCEPTED)
        *second = memcmp(a->approval.signer, a->said.signer, sizeof a->said.signer) != 0;
    return r;
}

static bool is_same_list(const struct proto_sections *a, const struct proto_sections *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->name[i], b->name[i]) != 0)
            return false;
    return true;
}

enum proto_refusal hub_person_grant(const struct hub_act *a)
{
    const struct proto_statement *w = &a->said.what;
    enum proto_refusal r = hub_person_check(a, &a->said, PROTO_SAY_GRANT);

    if (r != PROTO_ACCEPTED)
        return r;
    if (!refers_here(a, w) || memcmp(w->receiver, a->msg.head.to, sizeof w->receiver) != 0
        || !is_same_list(&w->sections, &a->msg.sections) || w->until_s != a->msg.until_s)
        return PROTO_MALFORMED;
    return memcmp(w->digest, a->msg.digest, sizeof w->digest) == 0 ? PROTO_ACCEPTED : PROTO_DIGEST_DIFFERS;
}
