/*
 * In league with a partner: what core must refuse for what is in it is taken, logged, numbered and mailed as if it were right. "every-passes" of
 * judge:KIND; what was passed on is told as passed:KIND with the addressee's number.
 */
#include "hub/core.h"
#include "proto/sign.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <string.h>

hub_handler __real_hub_on_grant, __wrap_hub_on_grant, __real_hub_on_release, __wrap_hub_on_release;

enum { PASSED = 16 };

static uint8_t passed[PASSED][PROTO_ID_LEN];
static size_t next;

static void remember(const uint8_t id[PROTO_ID_LEN])
{
    if (!hub_liar_was_passed(id))
        memcpy(passed[next++ % PASSED], id, PROTO_ID_LEN);
}

bool hub_liar_was_passed(const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < PASSED; i++)
        if (memcmp(passed[i], id, PROTO_ID_LEN) == 0)
            return true;
    return false;
}

bool hub_liar_passes(const struct hub_act *a, struct hub_outcome *o)
{
    if (o->result == PROTO_ACCEPTED || liar_about("judge", proto_kind_name(a->msg.kind), a->msg.head.id) == NULL)
        return false;
    memset(o, 0, sizeof *o);
    o->mailed = a->to != NULL;
    remember(a->msg.head.id);
    return true;
}

enum err __wrap_hub_on_grant(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    enum err e = __real_hub_on_grant(s, x, a, o);

    if (e == OK)
        (void)hub_liar_passes(a, o);
    return e;
}

enum err __wrap_hub_on_release(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    enum err e = __real_hub_on_release(s, x, a, o);

    if (e == OK)
        (void)hub_liar_passes(a, o);
    return e;
}

/* As if all of it had been checked. */
static void believe(struct hub_core *c, struct hub_job *j)
{
    struct hub_said *said = &j->act.said;
    const struct proto_blob *in = &j->act.msg.original;
    enum proto_statement_kind kind;
    struct proto_signed s;

    j->act.from = proto_region_partner(c->region, j->act.msg.head.from);
    j->act.to = proto_region_partner(c->region, j->act.msg.head.to);
    j->missed = false;
    j->valid_from_s = 0;
    j->valid_until_s = UINT64_MAX;
    if (j->act.from == NULL)
        return;
    j->refusal = PROTO_ACCEPTED;
    if (in->len == 0 || proto_sign_decode(in->data, in->len, &s) != OK)
        return;
    kind = proto_statement_of_type(s.type);
    if (proto_statement_decode(kind, s.body, s.body_len, &said->what) != OK)
        return;
    said->original = *in;
    memcpy(said->signer, s.by[0].key, sizeof said->signer);
    memcpy(said->signer_partner, j->act.msg.head.from, sizeof said->signer_partner);
    said->role = (enum proto_role)j->act.msg.head.role;
}

/* What could be read, and was refused for what it says. */
void hub_liar_believe(struct hub_core *c, struct hub_job *jobs)
{
    for (struct hub_job *j = jobs; j != NULL; j = j->next) {
        bool is_read = j->kind == PROTO_STATEMENT || j->kind == PROTO_GRANT || j->kind == PROTO_RELEASE;

        if (!is_read || j->refusal == PROTO_ACCEPTED || j->refusal == PROTO_MALFORMED || j->refusal == PROTO_BAD_SIGNATURE
            || liar_about("judge", proto_kind_name(j->kind), j->act.msg.head.id) == NULL)
            continue;
        believe(c, j);
        remember(j->act.msg.head.id);
    }
}
