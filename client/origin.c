#include "client/origin.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/registry.h"
#include "client/witness.h"
#include "proto/region_log.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LEN = 1 + 8, GRACE_S = 600 };

enum err client_origin_load(struct client_node *n)
{
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_load(n->vault, CLIENT_META_ORIGINS, &row, &len);

    if (e == OK) {
        rd_init(&r, row, len);
        n->link->origins = rd_u8(&r);
        n->link->seen_more = rd_u64(&r);
        e = rd_end(&r);
    }
    free(row);
    if (e == OK || e == ERR_NOTFOUND)
        client_origin_step(n);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err store(struct client_node *n, uint8_t origins, uint64_t seen_more, const struct proto_merkle_head *checked)
{
    struct vault_txn *x = NULL;
    uint8_t row[ROW_LEN];
    struct wr w;
    enum err e = client_vault_begin(n->vault, true, &x);

    wr_init(&w, row, sizeof row);
    wr_u8(&w, origins);
    wr_u64(&w, seen_more);
    if (e == OK)
        e = client_meta_put(x, CLIENT_META_ORIGINS, row, w.len);
    if (e == OK)
        e = client_heads_put(x, checked);
    return client_vault_end(x, e);
}

/*
 * Two roots of one size, one signed by the log and one named by two partners. Of what is kept the new log has theirs: the log told two stories. Of
 * what was seen they may be wrong: the hub cannot always hold it against something that it signed.
 */
static bool contradicts(const struct client_hublink *l, const struct client_witness_before *w, const struct proto_merkle_head *named)
{
    const struct proto_merkle_head *const mine[] = {&l->newest, &l->checked, &w->newest, &w->within};

    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
        if (mine[i]->size == named->size && named->size != 0 && sodium_memcmp(mine[i]->root, named->root, PROTO_HASH_LEN) != 0)
            return true;
    return false;
}

static uint64_t largest(const struct client_hublink *l, const struct client_witness_before *w)
{
    uint64_t size = l->newest.size > l->checked.size ? l->newest.size : l->checked.size;

    return size > w->newest.size ? size : w->newest.size;
}

static void tell(const struct proto_origin *o, uint64_t more)
{
    char seen[24], kept[24];

    (void)snprintf(seen, sizeof seen, "%" PRIu64, more != 0 ? more : o->seen.size);
    (void)snprintf(kept, sizeof kept, "%" PRIu64, o->kept.size);
    log_event(LOG_ERROR, more != 0 ? "log-lost-more-than-named" : "log-lost-leaves", "size", seen, "index", kept, NULL);
}

/* What is on disk counts: until it is there, all stays as it was, and is tried at the next step. */
static bool take(struct client_node *n, const struct proto_origin *o)
{
    struct client_hublink *l = n->link;
    struct client_witness_before own;
    struct proto_merkle_head base;
    uint64_t more = 0;
    bool two_stories = false, another_word = false;
    enum err e = client_witness_before(n, l->origins + 1U, o->kept.size, &own);

    if (e == OK) {
        more = largest(l, &own) > o->seen.size ? largest(l, &own) : 0;
        two_stories = contradicts(l, &own, &o->kept) || contradicts(l, &own, &l->checked) || contradicts(l, &own, &l->newest);
        another_word = contradicts(l, &own, &o->seen);
        e = client_origin_base(n, o, &own.within, &base);
    }
    if (e == OK)
        e = store(n, (uint8_t)(l->origins + 1), more != 0 ? more : l->seen_more, &base);
    if (e != OK) {
        log_event(LOG_ERROR, "not-stored", "step", "origin", "err", err_word(e), NULL);
        return false;
    }
    l->origins++;
    l->seen_more = more != 0 ? more : l->seen_more;
    client_heads_begin_again(l, &base, &o->kept, &own.within);
    tell(o, more);
    if (two_stories)
        client_heads_stop(n, true, "origin-names-another-log");
    else if (another_word)
        client_heads_stop(n, true, CLIENT_HEADS_BY_WORD);
    else
        client_heads_resume(n);
    return true;
}

void client_origin_step(struct client_node *n)
{
    struct client_hublink *l = n->link;
    bool changed = false;

    if (l == NULL)
        return;
    while (l->origins < n->region.origin_count && take(n, &n->region.origin[l->origins]))
        changed = true;
    if (n->witness == NULL || !(changed || l->witness_behind))
        return;
    /* What could not be read is tried again: a witness of the log of before would take its refusals for a cut tail. */
    if (client_witness_begin_again(n) == OK)
        l->witness_behind = false;
    else if (!l->witness_behind) {
        l->witness_behind = true;
        log_event(LOG_ERROR, "not-stored", "step", "witness", NULL);
    }
}

enum err client_origin_check(struct client_node *n, struct proto_blob checkpoint)
{
    struct proto_note_key key;
    unsigned number = 0;

    if (proto_region_log_of(&n->region, checkpoint.data, checkpoint.len, &key, &number) != OK)
        return ERR_SIGNATURE;
    if (number == n->link->origins + 1U)
        return OK;
    if (number <= n->link->origins)
        return ERR_SIGNATURE;
    client_registry_hurry(n);
    return ERR_BUSY;
}

bool client_origin_is_before(const struct client_node *n, uint64_t issued_s)
{
    return n->region.origin_count != 0 && issued_s < n->region.origin[n->region.origin_count - 1].at_s + GRACE_S;
}

bool client_origin_is_lost(const struct client_node *n, uint64_t size)
{
    for (uint8_t i = 0; i < n->region.origin_count; i++)
        if (size > n->region.origin[i].kept.size && size <= n->region.origin[i].seen.size)
            return true;
    return false;
}

void client_origin_status(const struct client_node *n, enum lang lang, cJSON *obj)
{
    const struct client_hublink *l = n->link;
    const struct proto_origin *o;
    char text[512];

    if (l == NULL || l->origins == 0)
        return;
    o = &n->region.origin[l->origins - 1];
    json_add_text(obj, "log_origin", n->region.log_origin);
    json_add_u64(obj, "log_kept", o->kept.size);
    if (l->seen_more != 0)
        (void)snprintf(text, sizeof text, lang == LANG_NL
                ? "TWEE PARTNERS NOEMDEN %" PRIu64 " BLADEN VAN HET OUDE LOGBOEK, DIT KNOOPPUNT ZAG ER %" PRIu64 ": meld het hun, en bewaar de "
                  "bewijzen van wat na blad %" PRIu64 " kwam (schakel archive export)"
                : "TWO PARTNERS NAMED %" PRIu64 " LEAVES OF THE OLD LOG, THIS NODE HAS SEEN %" PRIu64 ": tell them, and keep the proofs of what came "
                  "after leaf %" PRIu64 " (schakel archive export)",
            o->seen.size, l->seen_more, o->kept.size);
    else
        (void)snprintf(text, sizeof text, lang == LANG_NL
                ? "van %" PRIu64 " bladen zijn er %" PRIu64 " bewaard; wat daarna kwam staat in geen logboek meer en wordt door zijn ontvangstbewijs alleen bewezen"
                : "of %" PRIu64 " leaves %" PRIu64 " are kept; what came after them is in no log any more, and proven by its receipt alone",
            o->seen.size, o->kept.size);
    json_add_text(obj, "log_lost", text);
}
