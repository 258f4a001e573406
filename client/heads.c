/*
 * client/hublink: checkpoints. Every receipt brings one; now and then the newest is shown to extend the last that was checked, and those that
 * partners say they saw are compared with ours: so a hub that tells two stories is found when two partners talk.
 */
#include "client/hublink_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EVERY_MS = 1000, AGAIN_MS = 10000, ROW_LEN = 8 + PROTO_HASH_LEN };

static const char checked_key[] = "checked head", forked_key[] = "log forked";

static enum err put_checked(struct client_node *n)
{
    const struct client_hublink *l = n->link;
    struct vault_txn *x = NULL;
    uint8_t row[ROW_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, l->checked.size);
    wr_copy(&w, l->checked.root, sizeof l->checked.root);
    e = wr_end(&w);
    if (e == OK)
        e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, checked_key, sizeof checked_key - 1, row, sizeof row);
    if (e == OK)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}

/*
 * What the hub itself signed or failed to prove is remembered for ever. What a partner says it saw may be the partner's lie: it stops
 * disclosures until the node starts again, and the log says so.
 */
static void set_forked(struct client_node *n, bool for_ever, const char *why)
{
    struct vault_txn *x = NULL;
    enum err e;

    if (n->link->forked)
        return;
    n->link->forked = true;
    log_event(LOG_ERROR, "log-forked", "reason", why, NULL);
    if (!for_ever)
        return;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, forked_key, sizeof forked_key - 1, why, strlen(why) + 1);
    if (e == OK)
        e = client_vault_commit(x);
    else
        client_vault_abort(x);
    if (e != OK)
        log_event(LOG_ERROR, "not-stored", "err", err_word(e), NULL);
}

enum err client_heads_load(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct vault_txn *x = NULL;
    uint8_t *row = NULL, *why = NULL;
    size_t len = 0, why_len = 0;
    struct rd r;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e != OK)
        return e;
    e = client_vault_get(x, CLIENT_T_META, forked_key, sizeof forked_key - 1, &why, &why_len);
    l->forked = e == OK;
    if (e == OK || e == ERR_NOTFOUND)
        e = client_vault_get(x, CLIENT_T_META, checked_key, sizeof checked_key - 1, &row, &len);
    if (e == OK) {
        rd_init(&r, row, len);
        l->checked.size = rd_u64(&r);
        rd_copy(&r, l->checked.root, sizeof l->checked.root);
        e = rd_end(&r);
        l->newest = l->checked;
    }
    client_vault_abort(x);
    free(row);
    free(why);
    return e == ERR_NOTFOUND ? OK : e;
}

/* Two heads of one size are one head. */
static void compare(struct client_node *n, const struct proto_merkle_head *mine, uint64_t size, const uint8_t root[PROTO_HASH_LEN],
    bool of_hub)
{
    if (mine->size == size && size != 0 && memcmp(mine->root, root, PROTO_HASH_LEN) != 0)
        set_forked(n, of_hub, of_hub ? "two-roots-of-one-size" : "a-partner-saw-another-root");
}

static void remember_other(struct client_hublink *l, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    for (size_t i = 0; i < l->other_count; i++)
        if (l->other[i].size == size && memcmp(l->other[i].root, root, PROTO_HASH_LEN) == 0)
            return;
    if (l->other_count == LINK_HEADS)
        return;
    l->other[l->other_count].size = size;
    memcpy(l->other[l->other_count++].root, root, PROTO_HASH_LEN);
}

void client_heads_saw(struct client_node *n, uint64_t size, const uint8_t root[PROTO_HASH_LEN], uint64_t at_s)
{
    struct client_hublink *l = n->link;

    compare(n, &l->newest, size, root, true);
    compare(n, &l->checked, size, root, true);
    if (size < l->checked.size)
        remember_other(l, size, root);
    if (size <= l->newest.size)
        return;
    l->newest.size = size;
    memcpy(l->newest.root, root, PROTO_HASH_LEN);
    l->newest_s = at_s;
}

void client_heads_other(struct client_node *n, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    struct client_hublink *l = n->link;

    if (size == 0)
        return;
    compare(n, &l->newest, size, root, false);
    compare(n, &l->checked, size, root, false);
    if (size != l->checked.size && size != l->newest.size)
        remember_other(l, size, root);
}

/* ---- asking the hub for proof ---- */

/* payload = u16 length, checkpoint | u8 n, n * 32. The checkpoint is not needed: both heads are known. */
static enum err read_proof(struct proto_blob payload, struct proto_merkle_proof *proof)
{
    struct rd r;
    size_t len = 0;

    rd_init(&r, payload.data, payload.len);
    if (rd_bytes16(&r, PROTO_NOTE_MAX, &len) == NULL && r.err == OK)
        rd_fail(&r, ERR_SYNTAX);
    proof->count = rd_u8(&r);
    if (proof->count > PROTO_MERKLE_PROOF_MAX)
        rd_fail(&r, ERR_RANGE);
    for (size_t i = 0; r.err == OK && i < proof->count; i++)
        rd_copy(&r, proof->hash[i], sizeof proof->hash[i]);
    return rd_end(&r);
}

static void forget_asked(struct client_hublink *l)
{
    for (size_t i = 0; i < l->other_count; i++)
        if (memcmp(&l->other[i], &l->asked, sizeof l->asked) == 0) {
            l->other[i] = l->other[--l->other_count];
            return;
        }
}

static void proven(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;
    const struct proto_merkle_head *older = l->asked.size < l->checked.size ? &l->asked : &l->checked;
    const struct proto_merkle_head *newer = older == &l->asked ? &l->checked : &l->asked;
    struct proto_merkle_proof *proof = NULL;
    enum err e = result;

    (void)arg;
    l->checking = false;
    l->check_at_ms = clock_mono_ms() + AGAIN_MS;
    if (e != OK)
        return;
    if (reply->result != PROTO_ACCEPTED) {
        log_event(LOG_WARN, "consistency-refused", "reason", proto_refusal_name((enum proto_refusal)reply->result), NULL);
        if (reply->result != PROTO_TROUBLE && reply->result != PROTO_QUOTA)
            set_forked(n, false, "consistency-refused");
        return;
    }
    proof = malloc(sizeof *proof);
    e = proof == NULL ? ERR_NOMEM : read_proof(reply->payload, proof);
    if (e == OK)
        e = proto_merkle_check_consistency(older, newer, proof);
    free(proof);
    if (e == ERR_NOMEM)
        return;
    if (e != OK) {
        set_forked(n, l->asked.size == l->newest.size, "consistency-not-proven");
        return;
    }
    l->check_at_ms = clock_mono_ms() + CHECK_EVERY_MS;
    forget_asked(l);
    if (newer == &l->asked) {
        l->checked = l->asked;
        if (put_checked(n) != OK)
            log_event(LOG_WARN, "not-stored", "step", "checked-head", NULL);
    }
}

/* The first head of all is taken as it is: there is nothing to compare it with. */
static void take_first(struct client_node *n)
{
    n->link->checked = n->link->newest;
    if (put_checked(n) != OK)
        log_event(LOG_WARN, "not-stored", "step", "checked-head", NULL);
}

void client_heads_step(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_CONSISTENCY};

    if (!l->up || l->checking || l->forked || clock_mono_ms() < l->check_at_ms)
        return;
    if (l->checked.size == 0 && l->newest.size != 0) {
        take_first(n);
        return;
    }
    if (l->newest.size > l->checked.size)
        l->asked = l->newest;
    else if (l->other_count != 0)
        l->asked = l->other[0];
    else
        return;
    m.number = l->asked.size < l->checked.size ? l->asked.size : l->checked.size;
    m.number2 = l->asked.size < l->checked.size ? l->checked.size : l->asked.size;
    l->checking = client_link_ask(n, &m, LINK_QUERY_MS, proven, NULL) == OK;
    l->check_at_ms = clock_mono_ms() + CHECK_EVERY_MS;
}
