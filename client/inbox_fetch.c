/* client/hublink: the waiting fetch. One is always under way. */
#include "client/hublink_parts.h"

#include "base/log.h"
#include "client/archive.h"
#include "client/origin.h"
#include "proto/sign.h"

#include <stdlib.h>
#include <string.h>

enum { FETCH_MS = (PROTO_WAIT_MAX_S + 8) * 1000, OVERTAKEN_MS = 3000, HEARD_MS = 10000 };

/* The fetch itself became a leaf: something was taken out of the mailbox. Archived like any act of ours. */
static enum err archive_fetch(struct client_node *n, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;
    struct proto_signed s;
    struct proto_msg *m = malloc(sizeof *m);
    struct vault_txn *x = NULL;
    uint8_t root[PROTO_HASH_LEN];
    struct proto_reply bare = *reply;
    struct client_archived a = {.number = reply->receipt.number,
        .direction = CLIENT_SENT,
        .kind = PROTO_FETCH,
        .index = reply->receipt.index,
        .time_s = reply->receipt.time_s,
        .envelope = {l->fetch, l->fetch_len}};
    size_t len = 0;
    enum err e = m == NULL ? ERR_NOMEM : proto_sign_decode(l->fetch, l->fetch_len, &s);

    if (e == OK)
        e = proto_msg_decode(PROTO_FETCH, s.body, s.body_len, m);
    if (e == OK)
        e = client_origin_check(n, reply->receipt.checkpoint);
    if (e == OK)
        e = proto_receipt_check(&n->region, m, l->fetch, l->fetch_len, &reply->receipt, 0, root);
    bare.payload = (struct proto_blob){0};
    bare.result = reply->receipt.result;
    if (e == OK)
        e = proto_reply_encode(&bare, 0, l->body, PROTO_FRAME_MAX, &len);
    a.proof = (struct proto_blob){l->body, len};
    if (e == OK)
        e = client_vault_begin(n->vault, true, &x);
    if (e == OK) {
        e = client_archive_put(x, &a);
        e = client_vault_end(x, e);
    }
    if (e == OK)
        l->fetch_number = a.number;
    free(m);
    return e;
}

static void fetched(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;

    (void)arg;
    l->fetching = false;
    l->fetch_at_ms = 0;
    if (result != OK || (reply->result != PROTO_ACCEPTED && !reply->has_receipt)) {
        bool overtaken = result == OK && reply->result == PROTO_OVERTAKEN;

        l->fetch_at_ms = clock_mono_ms() + (overtaken ? OVERTAKEN_MS : 1000);
        if (result == OK && !overtaken)
            log_event(LOG_WARN, "fetch-refused", "reason",
                proto_refusal_name((enum proto_refusal) reply->result), NULL);
        return;
    }
    l->fetch_number = 0;
    if (reply->has_receipt && archive_fetch(n, reply) != OK)
        log_event(LOG_WARN, "bad-receipt", "kind", "fetch", NULL);
    if (reply->payload.len < 2)
        return;
    l->batch = malloc(reply->payload.len);
    if (l->batch == NULL) {
        l->fetch_at_ms = clock_mono_ms() + LINK_TROUBLE_MS;
        return;
    }
    memcpy(l->batch, reply->payload.data, reply->payload.len);
    l->batch_len = reply->payload.len;
    l->batch_waits = true;
    l->batch_at_ms = 0;
    client_inbox_process(n);
}

static enum err send_fetch(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct proto_msg m = {.kind = PROTO_FETCH, .number = PROTO_WAIT_MAX_S};
    size_t len = 0;
    enum err e;

    client_link_header(n, &m.head);
    m.head.valid_until_s = m.head.issued_s + LINK_ASK_VALID_S;
    e = proto_msg_encode(&m, l->body, PROTO_FRAME_MAX, &len);
    if (e == OK)
        e = client_link_sign(n, PROTO_FETCH, l->body, len, l->fetch, sizeof l->fetch, &l->fetch_len);
    return e == OK ? client_link_send(n, PROTO_FETCH, l->fetch, l->fetch_len, FETCH_MS, fetched, NULL) : e;
}

bool client_inbox_has_heard(const struct client_node *n)
{
    const struct client_hublink *l = n->link;

    return l != NULL && l->up && l->fetching && clock_mono_ms() - l->fetch_sent_ms >= HEARD_MS;
}

void client_inbox_step(struct client_node *n)
{
    struct client_hublink *l = n->link;
    uint64_t now = clock_mono_ms();

    if (l->batch_waits && now >= l->batch_at_ms)
        client_inbox_process(n);
    if (!l->up || l->fetching || l->batch_waits || now < l->fetch_at_ms)
        return;
    l->fetching = send_fetch(n) == OK;
    l->fetch_sent_ms = now;
    if (!l->fetching)
        l->fetch_at_ms = now + 1000;
}
