#include "base/hash.h"
#include "hub/act.h"
#include "hub/decide.h"
#include "hub/follow.h"

#include <sodium.h>
#include <string.h>

/* May a release still follow in this state? An offer's follows without waiting for its answer. */
static bool is_open_for_release(const struct hub_request *q)
{
    if (q->is_offer)
        return q->state == HUB_REQUEST_OPEN || q->state == HUB_REQUEST_ACCEPTED;
    return q->state == HUB_REQUEST_GRANTED;
}

static enum proto_refusal check(const struct hub_act *a, const struct hub_request *q,
    const struct hub_grant *g)
{
    uint8_t digest[PROTO_HASH_LEN];

    /* It names its grant, not an earlier release of it. */
    if (memcmp(a->msg.refers, g->id, sizeof g->id) != 0)
        return PROTO_NOT_FOUND;
    if (!is_open_for_release(q) || !sodium_is_zero(g->release, sizeof g->release))
        return PROTO_WRONG_STATE;
    if (g->until_s <= a->now_s)
        return PROTO_STALE;
    hash_once(a->msg.payload.data, a->msg.payload.len, digest);
    if (memcmp(digest, g->digest, sizeof digest) != 0 || memcmp(a->msg.digest, g->digest, sizeof digest) != 0)
        return PROTO_DIGEST_DIFFERS;
    return PROTO_ACCEPTED;
}

enum err hub_on_release(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    struct hub_request q;
    struct hub_grant g;
    struct hub_decision d;
    enum err e = hub_follow_new(s, x, a, &fresh.result);

    if (e == OK && fresh.result == PROTO_ACCEPTED)
        e = hub_follow_grant(s, x, a, HUB_SIDE_HOLDER, &g, &q, &fresh.result);
    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    fresh.result = check(a, &q, &g);
    if (fresh.result != PROTO_ACCEPTED)
        goto out;
    e = hub_decide_again(s, x, &q, &g, a->now_s, &d);
    if (e != OK)
        goto out;
    fresh.logged = true;
    if (!hub_decision_is_whole(&d)) {
        fresh.result = PROTO_DENIED;
        fresh.decision = true;
        fresh.rows = d.rows;
        goto out;
    }
    e = hub_store_grant_released(s->tables, x, &g, a->msg.head.id);
    fresh.mailed = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}

/* What is asked before a grant or a release goes. */
static enum err is_still_granted(struct hub_state *s, struct kv_txn *x, const struct hub_grant *g,
    uint64_t now_s, bool *permitted)
{
    struct hub_state own = *s;
    struct hub_request q;
    struct hub_decision d;
    enum err e = hub_store_request_get(s->tables, x, g->request, &q);

    own.pack = hub_decide_pack(s, g->pack, now_s);

    if (e != OK)
        return e;
    if (g->until_s <= now_s || !is_open_for_release(&q)) {
        *permitted = false;
        return OK;
    }
    e = hub_decide_again(&own, x, &q, g, now_s, &d);
    if (e == OK)
        *permitted = hub_decision_is_whole(&d);
    return e;
}

/* A request that nobody answered and whose time is over needs no answer any more. */
static enum err is_still_asked(struct hub_state *s, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    uint64_t now_s, bool *permitted)
{
    struct hub_request q;
    enum err e = hub_store_request_get(s->tables, x, id, &q);

    if (e == OK)
        *permitted = q.state != HUB_REQUEST_OPEN || q.valid_until_s > now_s;
    return e;
}

enum err hub_mail_still_permitted(struct hub_state *s, struct kv_txn *x, const struct hub_act *fetch,
    enum proto_kind kind, const uint8_t message_id[PROTO_ID_LEN], bool *permitted)
{
    struct hub_grant g;
    bool answer = false;
    enum err e;

    if (kind != PROTO_GRANT && kind != PROTO_OFFER && kind != PROTO_RELEASE && kind != PROTO_REQUEST) {
        *permitted = true;
        return OK;
    }
    if (kind == PROTO_REQUEST) {
        e = is_still_asked(s, x, message_id, fetch->now_s, &answer);
    } else {
        e = kind == PROTO_RELEASE ? hub_store_grant_of_release(s->tables, x, message_id, &g)
                                  : hub_store_grant_get(s->tables, x, message_id, &g);
        if (e == OK)
            e = is_still_granted(s, x, &g, fetch->now_s, &answer);
    }
    /* What it rests on is gone, or a partner is: then it may not go. */
    if (e == OK || e == ERR_NOTFOUND) {
        *permitted = e == OK && answer;
        e = OK;
    }
    return e;
}
