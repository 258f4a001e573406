/*
 * client/witness: the key of this node as a witness, and another in its place. The region says which one counts, by its registry (P-200); the next
 * one waits beside the present until it does. What was cosigned under any of them binds the node: its memory is of a log, not of a key.
 */
#include "client/witness_parts.h"

#include "base/log.h"
#include "client/rotate_witness.h"
#include "proto/region_log.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool is_key(const struct secret *key, const struct proto_note_key *vkey, const struct proto_note_key *is)
{
    return key != NULL && sodium_memcmp(vkey->key, is->key, sizeof is->key) == 0;
}

/* Who is admitted later is a witness too; under whichever key of ours, we are not another. */
static void count_others(const struct client_node *n, struct client_witness *w)
{
    uint8_t ours = 0;
    unsigned k;
    bool is_there = proto_region_witness_of(&n->region, n->me, &ours) == OK
        || (w->key != NULL && proto_region_witness_find(&n->region, w->vkey.key, &ours, &k) == OK);

    w->counted = n->region.witness_count;
    w->others = w->counted - (is_there ? 1 : 0);
}

/* The vault's rows stay: they are what the new key begins with. */
static void go_over(struct client_node *n, struct client_witness *w)
{
    enum err e = client_rotate_witness_move(n->home);

    if (e != OK && e != ERR_NOTFOUND)
        log_event(LOG_ERROR, "witness-key-not-in-its-place", "err", err_word(e), NULL);
    secret_free(w->key);
    w->key = w->next;
    w->next = NULL;
    w->vkey = w->next_vkey;
    log_event(LOG_INFO, "witness-key-changed", NULL);
}

/* What is under way was asked from what was known: it is answered first, and until then nothing is signed. */
static void hold_to(struct client_witness *w, struct witness_log *l, const struct proto_merkle_head *head)
{
    if (l->retired || head->size <= l->known.seen.size)
        return;
    if (l->busy)
        w->waits = true;
    else
        l->known.seen = *head;
}

/* Also what a node that lost its store does not know any more: heads of which the statement says that its predecessor, or another, saw them. */
static void take_memory(struct client_node *n, struct client_witness *w, uint8_t place)
{
    const struct proto_region_witness *p = &n->region.witness[place];

    w->since_s = p->from_s;
    if (p->log_number == proto_region_log_number(&n->region))
        hold_to(w, &w->log[WITNESS_MAIN], &p->seen);
    hold_to(w, &w->log[WITNESS_REGISTRY], &p->registry);
}

void client_witness_settle(struct client_node *n)
{
    struct client_witness *w = n->witness;
    struct proto_note_key counts;
    uint64_t until_s;
    uint8_t place;
    bool was = w->replaced;

    w->changes = n->region.witness_changes;
    w->revocations = n->region.revoked_count;
    w->replaced = w->waits = false;
    if (proto_region_witness_of(&n->region, n->me, &place) == OK) {
        enum err e = proto_region_witness_key(&n->region, place, 0, &counts, &until_s);

        if (e == OK && is_key(w->next, &w->next_vkey, &counts))
            go_over(n, w);
        w->replaced = w->key != NULL && (e != OK || until_s == 0 || !is_key(w->key, &w->vkey, &counts));
        if (!w->replaced)
            take_memory(n, w, place);
    }
    if (w->replaced && !was)
        log_event(LOG_ERROR, "witness-key-counts-no-more", NULL);
    count_others(n, w);
}

void client_witness_next(struct client_node *n, struct secret *key, const uint8_t *public)
{
    struct client_witness *w = n->witness;

    if (proto_note_key_make(n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w->next_vkey) != OK) {
        secret_free(key);
        return;
    }
    secret_free(w->next);
    w->next = key;
    client_witness_settle(n);
}

void client_witness_key_step(struct client_node *n)
{
    struct client_witness *w = n->witness;

    if (w->waits || w->changes != n->region.witness_changes || w->counted != n->region.witness_count || w->revocations != n->region.revoked_count)
        client_witness_settle(n);
}

bool client_witness_may_sign(const struct client_node *n, const struct witness_log *l)
{
    return n->witness->key != NULL && !n->witness->replaced && !n->witness->waits && !l->retired;
}

uint64_t client_witness_time(const struct client_node *n)
{
    return proto_cosigned_time(n->witness->since_s, clock_now_s());
}

enum { SAY_AGAIN_S = 600 };

/* A key that was changed or revoked, in somebody's hands: its line counts for nothing, but whose it was should know. */
void client_witness_heed_stale(struct client_node *n, const struct proto_cosigned *c)
{
    struct client_witness *w = n->witness;
    char name[PROTO_NOTE_NAME_MAX + 1];

    if (c->stale_s + SAY_AGAIN_S <= clock_now_s() || w->stale_said_s + SAY_AGAIN_S > clock_now_s())
        return;
    w->stale_said_s = clock_now_s();
    proto_region_witness_name(&n->region, c->stale, name);
    log_event(LOG_ERROR, "cosigned-under-a-key-of-before", "witness", name, NULL);
}

/* ---- for people ---- */

const char *client_witness_key_text(const struct client_node *n, enum lang lang)
{
    const struct client_witness *w = n->witness;

    if (w == NULL)
        return NULL;
    if (w->replaced && w->next == NULL)
        return lang == LANG_NL
            ? "de regio telt een andere getuigesleutel voor deze organisatie dan dit knooppunt heeft, of deze is ingetrokken: het medeondertekent niet meer. "
              "Was dat niet van u: bel een andere partner en de beheerder van de hub. Zie: schakel org rotate witness"
            : "the region counts another witness key of this organisation than this node has, or this one was revoked: it cosigns no more. If that was not "
              "you: call another partner and the hub's operator. See: schakel org rotate witness";
    if (w->next != NULL)
        return lang == LANG_NL ? "een nieuwe getuigesleutel wacht tot het register hem noemt" : "a new witness key waits until the registry names it";
    return NULL;
}

/* ---- what it holds to, for a statement ---- */

static void held(const struct witness_log *l, struct proto_merkle_head *out)
{
    struct proto_merkle_tree none;

    *out = l->known.seen;
    if (out->size != 0)
        return;
    proto_merkle_init(&none);
    proto_merkle_root(&none, out->root);
}

bool client_witness_held(const struct client_node *n, struct proto_merkle_head *log, struct proto_merkle_head *registry)
{
    if (n->witness == NULL || n->link->forked)
        return false;
    held(&n->witness->log[WITNESS_MAIN], log);
    held(&n->witness->log[WITNESS_REGISTRY], registry);
    return true;
}
