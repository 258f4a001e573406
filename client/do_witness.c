#include "client/do_witness.h"

#include "client/witness.h"

static void add_head(struct client_call *c, const char *size, const char *root, const struct proto_merkle_head *head)
{
    json_add_u64(c->reply, size, head->size);
    json_add_hex(c->reply, root, head->root, sizeof head->root);
}

enum err client_do_witness_held(struct client_call *c, struct vault_txn *x)
{
    struct proto_merkle_head log, registry;

    (void)x;
    if (!client_witness_held(c->node, &log, &registry))
        return trouble_set(&c->trouble, ERR_STATE, "the log contradicts itself: nothing is said about it before somebody has looked into it (schakel status)",
            "het logboek spreekt zichzelf tegen: er wordt niets over gezegd voordat iemand het heeft uitgezocht (schakel status)");
    add_head(c, "seen", "digest", &log);
    add_head(c, "statements", "root", &registry);
    return OK;
}
