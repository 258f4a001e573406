/* A statement for the registry. It proves itself by its signatures: whose node brings it does not matter. */
#include "hub/act.h"

#include "hub/registry.h"

enum err hub_on_registry(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    enum proto_registry_why why;
    bool busy;
    enum err e = hub_registry_take(s->registry, x, a->msg.original.data, a->msg.original.len, a->now_s, &why, &busy);

    o->why = (uint8_t)why;
    o->result = busy ? PROTO_TROUBLE : why == PROTO_REG_COUNTS ? PROTO_ACCEPTED : PROTO_DENIED;
    return e;
}
