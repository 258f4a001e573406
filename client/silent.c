#include "client/silent.h"

#include "client/facts.h"
#include "client/rows.h"
#include "client/statement.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct heard { uint8_t id[PROTO_ID_LEN], setter[PROTO_PARTNER_LEN], holder[PROTO_PARTNER_LEN], receiver[PROTO_PARTNER_LEN]; uint64_t last_s; bool over; };
struct all { const struct client_node *n; uint64_t now_s; struct heard *at; size_t count, cap; enum err err; };

static bool take_consent(void *arg, const struct client_kept *k)
{
    struct all *a = arg;
    struct heard *h;

    if (k->mine || k->leaf_s == 0 || k->what.kind != PROTO_SAY_CONSENT || k->what.until_s <= a->now_s
        || sodium_memcmp(k->what.holder, a->n->me->id, PROTO_PARTNER_LEN) != 0)
        return true;
    h = client_rows_more(a->at, a->count, &a->cap, sizeof *h);
    if (h == NULL) {
        a->err = ERR_NOMEM;
        return false;
    }
    a->at = h;
    h = &a->at[a->count++];
    memset(h, 0, sizeof *h);
    memcpy(h->id, k->what.id, sizeof h->id);
    memcpy(h->setter, k->what.setter, sizeof h->setter);
    memcpy(h->holder, k->what.holder, sizeof h->holder);
    memcpy(h->receiver, k->what.receiver, sizeof h->receiver);
    h->last_s = client_facts_made(k);
    return true;
}

static struct heard *find(struct all *a, const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < a->count; i++)
        if (sodium_memcmp(a->at[i].id, id, PROTO_ID_LEN) == 0)
            return &a->at[i];
    return NULL;
}

/* Its recorder's daily word; and an end, by whoever may end it. */
static bool take_word(void *arg, const struct client_kept *k)
{
    struct all *a = arg;
    bool is_word = k->what.kind == PROTO_SAY_STATUS, ends = k->what.kind == PROTO_SAY_WITHDRAWAL;
    struct heard *h = is_word || ends ? find(a, k->what.refers) : NULL;
    struct proto_statement consent = {.kind = PROTO_SAY_CONSENT};

    if (h == NULL)
        return true;
    if (is_word && client_facts_made(k) > h->last_s && sodium_memcmp(k->what.setter, h->setter, PROTO_PARTNER_LEN) == 0)
        h->last_s = client_facts_made(k);
    memcpy(consent.id, h->id, sizeof consent.id);
    memcpy(consent.setter, h->setter, sizeof consent.setter);
    memcpy(consent.holder, h->holder, sizeof consent.holder);
    memcpy(consent.receiver, h->receiver, sizeof consent.receiver);
    h->over = h->over || client_facts_may_end(&consent, &k->what);
    return true;
}

enum err client_silent_consents(const struct client_node *n, struct vault_txn *x, uint64_t now_s, uint64_t *count)
{
    struct all a = {.n = n, .now_s = now_s, .err = OK};
    uint64_t found = 0;
    enum err e = client_kept_walk(x, take_consent, &a);

    if (e == OK)
        e = a.err;
    if (e == OK && a.count != 0)
        e = client_kept_walk(x, take_word, &a);
    for (size_t i = 0; i < a.count; i++)
        found += !a.at[i].over && a.at[i].last_s + CLIENT_SILENT_S < now_s;
    free(a.at);
    if (e == OK)
        *count = found;
    return e;
}
