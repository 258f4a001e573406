#include "hub/act.h"

/* A kind whose handling comes later. It gets a leaf, so that nobody can say it was never asked. */
enum err hub_on_not_yet(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    (void)s;
    (void)x;
    (void)a;
    *o = (struct hub_outcome){.result = PROTO_NOT_YET, .logged = true};
    return OK;
}
