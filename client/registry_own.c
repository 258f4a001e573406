#include "client/registry_own.h"

#include "base/clock.h"
#include "client/registry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum proto_registry_why client_registry_refused(const struct client_node *n, const uint8_t id[PROTO_ID_LEN])
{
    const struct client_registry_own *own = n->registry != NULL ? client_registry_own_of(n) : NULL;

    for (size_t i = 0; own != NULL && i < CLIENT_REGISTRY_REFUSED; i++)
        if (sodium_memcmp(own->refused[i].id, id, PROTO_ID_LEN) == 0)
            return (enum proto_registry_why)own->refused[i].why;
    return PROTO_REG_COUNTS;
}

enum err client_registry_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    client_registry_hurry(n);
    return n->registry == NULL ? OK : client_registry_promise_add(n, x, e->msg->original.data, e->msg->original.len);
}

enum err client_registry_ends(struct client_node *n, const struct proto_msg *m, bool *ends)
{
    struct proto_registry_say *say = m->kind == PROTO_REGISTRY && n->registry != NULL ? calloc(1, sizeof *say) : NULL;

    if (m->kind != PROTO_REGISTRY || n->registry == NULL)
        return OK;
    if (say == NULL)
        return ERR_NOMEM;
    *ends = proto_registry_judge(client_registry_fold(n), m->original.data, m->original.len, clock_now_s(), say) == PROTO_REG_COUNTS
        && (say->act == PROTO_REG_REVOKE || say->act == PROTO_REG_ROOT || say->act == PROTO_REG_WITNESS);
    free(say);
    return OK;
}

/* One that stays in the outbox is refused again and again: it has its place already, and takes none of another. */
static size_t place_of(const struct client_registry_own *own, const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < CLIENT_REGISTRY_REFUSED; i++)
        if (sodium_memcmp(own->refused[i].id, id, PROTO_ID_LEN) == 0)
            return i;
    return own->next;
}

enum err client_registry_on_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_registry_own *own;
    size_t i;

    (void)x;
    if (n->registry == NULL || e->reply->payload.len != 1)
        return OK;
    own = client_registry_own_of(n);
    i = place_of(own, e->msg->head.id);
    if (i == own->next)
        own->next = (own->next + 1) % CLIENT_REGISTRY_REFUSED;
    memcpy(own->refused[i].id, e->msg->head.id, PROTO_ID_LEN);
    own->refused[i].why = e->reply->payload.data[0];
    return OK;
}
