#include "hub/backup_origin.h"

#include "base/clock.h"
#include "hub/origin.h"

#include <sodium.h>
#include <stdlib.h>

/* So many leaves more than anything here knows are believed by the word of two partners: what a day without a backup holds. */
enum { UNSHOWN_MAX = 4096 };

/*
 * Every node that had seen that size stops when the digest is another, so what is known here is not left to who signs. Of a log longer than is
 * known here nothing can be said: there the nodes have only the partners' word, and treat it as that.
 */
static enum err check_digest(const struct hub_ledger *l, const struct proto_merkle_head *shown, const struct proto_registry_say *s,
    struct trouble *t)
{
    bool is_shown = s->seen == shown->size && s->seen != 0, is_kept = s->seen == s->kept;
    uint8_t root[PROTO_HASH_LEN];

    hub_ledger_root(l, root);
    if ((is_shown && sodium_memcmp(s->digest, shown->root, sizeof s->digest) != 0)
        || (is_kept && sodium_memcmp(s->digest, root, sizeof root) != 0))
        return trouble_at(t, ERR_STATE, "digest", 0, 0,
            "the statement names another root of %llu leaves than this hub signed: it is of another log, or two stories were told. Compare "
            "before anybody signs a new one: schakel-hub restore --lost",
            "de verklaring noemt een andere wortel van %llu bladen dan deze hub ondertekende: zij is van een ander logboek, of er zijn twee "
            "verhalen verteld. Vergelijk voor iemand een nieuwe tekent: schakel-hub restore --lost",
            (unsigned long long)s->seen);
    return OK;
}

/* What the two partners signed is about exactly this store and this loss. */
static enum err check_said(const struct hub_ledger *l, const struct proto_merkle_head *shown, const struct proto_registry_say *s,
    struct trouble *t)
{
    uint8_t root[PROTO_HASH_LEN];
    enum err e;

    hub_ledger_root(l, root);
    if (s->kept != hub_ledger_size(l) || sodium_memcmp(root, s->root, sizeof root) != 0)
        return trouble_at(t, ERR_STATE, "kept", 0, 0,
            "the statement is about another store: it keeps %llu leaves and here are %llu, or they are others. Make a new one: schakel-hub restore --lost",
            "de verklaring gaat over een andere opslag: zij houdt %llu bladen en hier zijn er %llu, of het zijn andere. Maak een nieuwe: schakel-hub restore --lost",
            (unsigned long long)s->kept, (unsigned long long)hub_ledger_size(l));
    if (s->seen < shown->size)
        return trouble_at(t, ERR_STATE, "seen", 0, 0,
            "the statement names %llu leaves and this hub signed %llu: numbers would be given twice. Make a new one: schakel-hub restore --lost",
            "de verklaring noemt %llu bladen en deze hub ondertekende er %llu: nummers zouden twee keer worden gegeven. Maak een nieuwe: schakel-hub restore --lost",
            (unsigned long long)s->seen, (unsigned long long)shown->size);
    e = check_digest(l, shown, s, t);
    if (e != OK)
        return e;
    /* Each number that is skipped is a row in every node, for ever. */
    if (s->seen > shown->size && s->seen - shown->size > UNSHOWN_MAX)
        return trouble_at(t, ERR_STATE, "seen", 0, 0,
            "the statement names %llu leaves, far more than the %llu that this hub knows it signed: give the signed checkpoint of that size (--checkpoint FILE)",
            "de verklaring noemt %llu bladen, veel meer dan de %llu die deze hub weet te hebben ondertekend: geef het ondertekende "
            "checkpoint van die grootte (--checkpoint BESTAND)",
            (unsigned long long)s->seen, (unsigned long long)shown->size);
    return OK;
}

static enum err put_statement(struct hub_registry *r, struct kv_txn *x, const struct hub_backup_sources *from, uint64_t at_s)
{
    uint8_t *leaf = malloc(PROTO_REGISTRY_LEAF_MAX);
    enum proto_registry_why why;
    size_t len = 0;
    enum err e = leaf == NULL ? ERR_NOMEM : proto_registry_leaf(at_s, from->origin, from->origin_len, leaf, PROTO_REGISTRY_LEAF_MAX, &len);

    if (e == OK)
        e = hub_store_registry_put(r->store, x, proto_registry_size(r->fold), leaf, len);
    if (e == OK)
        e = proto_registry_append(r->fold, leaf, len, &why);
    free(leaf);
    return e;
}

enum err hub_backup_origin_append(struct hub_registry *r, struct hub_ledger *l, struct kv_txn *x, const struct hub_backup_sources *from,
    const struct proto_merkle_head *shown, uint64_t *lost, struct trouble *t)
{
    uint64_t now_s = clock_now_s(), at_s = now_s > proto_registry_time(r->fold) ? now_s : proto_registry_time(r->fold);
    struct proto_registry_say *s = calloc(1, sizeof *s);
    uint8_t leaf[PROTO_LEAF_LEN];
    enum proto_registry_why why = PROTO_REG_MALFORMED;
    enum err e = s == NULL ? ERR_NOMEM : OK;

    if (e == OK)
        why = proto_registry_judge(r->fold, from->origin, from->origin_len, at_s, s);
    if (e == OK && why == PROTO_REG_COUNTS && s->act != PROTO_REG_ORIGIN)
        why = PROTO_REG_MALFORMED;
    if (e == OK && why != PROTO_REG_COUNTS)
        e = trouble_at(t, ERR_DENIED, proto_registry_why_name(why), 0, 0, "%s", "%s", proto_registry_why_text(why, t != NULL ? t->lang : LANG_EN));
    if (e == OK)
        e = check_said(l, shown, s, t);
    if (e == OK)
        e = put_statement(r, x, from, at_s);
    if (e == OK)
        e = hub_origin_leaf(from->origin, from->origin_len, leaf);
    if (e == OK)
        e = hub_ledger_append(l, x, leaf);
    if (e == OK)
        *lost = s->seen - s->kept;
    free(s);
    return e;
}
