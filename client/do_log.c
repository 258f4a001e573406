/* log.accept: after the log contradicted itself, and a person has looked into it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/wr.h"
#include "client/distrust.h"
#include "client/hublink_parts.h"
#include "client/witness.h"

#include <stdlib.h>
#include <string.h>

enum { REASON_MIN = 10, REASON_MAX = 600 };

/* Who, why, and how long the log was then; for ever. */
static enum err keep_reason(struct client_call *c, struct vault_txn *x, const char *reason)
{
    uint8_t key[1 + 8];
    struct wr w;
    cJSON *row = cJSON_CreateObject();
    char *text = NULL;
    enum err e;

    wr_init(&w, key, sizeof key);
    wr_u8(&w, 'A');
    wr_u64(&w, clock_now_s());
    json_add_text(row, "by", c->who->login);
    json_add_text(row, "reason", reason);
    json_add_u64(row, "size", c->node->link->newest.size);
    e = wr_end(&w);
    if (e == OK)
        e = json_print(row, &text);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, text, strlen(text) + 1);
    free(text);
    cJSON_Delete(row);
    return e;
}

/* Memory follows at once: when the commit fails the command fails, and the next start says it again. */
enum err client_do_log_accept(struct client_call *c, struct vault_txn *x)
{
    struct client_node *n = c->node;
    const char *reason = NULL;
    enum err e = client_arg_text(c, "reason", &reason);

    if (e == OK && (strlen(reason) < REASON_MIN || strlen(reason) > REASON_MAX))
        return trouble_at(&c->trouble, ERR_RANGE, "--reason", 0, 0, "say in %d to %d characters what was found out",
            "zeg in %d tot %d tekens wat is uitgezocht", REASON_MIN, REASON_MAX);
    if (e == OK && !n->link->forked && n->link->apart_count == 0)
        return trouble_set(&c->trouble, ERR_STATE, "there is nothing to accept: the log has not contradicted itself",
            "er valt niets te aanvaarden: het logboek heeft zichzelf niet tegengesproken");
    if (e == OK)
        e = keep_reason(c, x, reason);
    /* Where only partners said so the log did nothing that a witness must never cosign again. */
    if (e == OK && n->link->forked && !n->link->by_word)
        e = client_witness_retire(n, x);
    if (e == OK)
        e = client_distrust_forget(n, x);
    if (e == OK)
        e = client_heads_accept(n, x);
    if (e == OK)
        log_event(LOG_WARN, "log-accepted", "role", proto_role_name(c->who->role), NULL);
    return e;
}
