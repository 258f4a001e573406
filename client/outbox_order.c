/* client/outbox: which of what waits may go now. What belongs together goes in its order, and what stops something never waits for what gives. */
#include "client/hublink_parts.h"

#include "client/outbox.h"
#include "client/registry.h"
#include "client/witness.h"

#include <sodium.h>
#include <string.h>

static bool is_set(const uint8_t id[PROTO_ID_LEN])
{
    return !sodium_is_zero(id, PROTO_ID_LEN);
}

static bool relies_on(const struct outbox_item *b, const struct outbox_item *a)
{
    if (is_set(b->refers) && memcmp(b->refers, a->id, PROTO_ID_LEN) == 0)
        return true;
    for (size_t i = 0; b->statements != NULL && i < b->statements->count; i++)
        if (memcmp(b->statements->id[i], a->id, PROTO_ID_LEN) == 0)
            return true;
    return false;
}

static bool holds_back(const struct outbox_item *a, const struct outbox_item *b)
{
    if (a->gone || a->refused || a->group == b->group || b->opens)
        return false;
    /* A key that the hub does not take may never be taken: the rest does not wait for it. */
    if ((a->kind == PROTO_PUBLISH && a->ends_s > clock_now_s() && a->result != PROTO_UNKNOWN_KEY) || relies_on(b, a))
        return true;
    if (a->kind == PROTO_ACK || b->kind == PROTO_ACK)
        return false;
    return (is_set(a->case_id) && memcmp(a->case_id, b->case_id, PROTO_ID_LEN) == 0)
        || (a->subject.type != PROTO_SUBJECT_NONE && memcmp(&a->subject, &b->subject, sizeof a->subject) == 0);
}

static bool is_stopped(const struct client_hublink *l, const struct outbox_item *item)
{
    return client_heads_stops(l->node, item->kind, item->to) || client_registry_stops(l->node, item->kind, item->to);
}

/* The hub takes nothing of this kind now, and takes what stops something: its disk is full, or no officer can be told. */
static bool is_put_off(const struct outbox_item *item)
{
    return item->result == PROTO_FULL || item->result == PROTO_NO_OFFICER;
}

/* It may not go now, or relies on what may not. */
static bool is_held(const struct client_hublink *l, size_t i)
{
    if (is_stopped(l, &l->item[i]) || is_put_off(&l->item[i]))
        return true;
    for (size_t j = 0; j < i; j++)
        if (!l->item[j].gone && relies_on(&l->item[i], &l->item[j]) && is_held(l, j))
            return true;
    return false;
}

/* What is held so holds back only what relies on it: a withdrawal never waits behind a grant that does. */
bool client_outbox_may_go(const struct client_hublink *l, size_t i, uint64_t now_ms)
{
    const struct outbox_item *item = &l->item[i];

    if (item->gone || item->in_flight || item->next_ms > now_ms || is_stopped(l, item))
        return false;
    for (size_t j = 0; j < i; j++)
        if (holds_back(&l->item[j], item) && (relies_on(item, &l->item[j]) || l->item[j].in_flight || !is_held(l, j)))
            return false;
    return true;
}

bool client_outbox_is_stopped(const struct client_node *n, const uint8_t id[PROTO_ID_LEN])
{
    const struct client_hublink *l = n->link;

    for (size_t i = 0; l != NULL && i < l->item_count; i++)
        if (!l->item[i].gone && sodium_memcmp(l->item[i].id, id, PROTO_ID_LEN) == 0)
            return is_stopped(l, &l->item[i]) && !client_witness_is_starting(n);
    return false;
}
