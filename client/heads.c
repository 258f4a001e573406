/*
 * client/hublink: checkpoints. Every receipt brings one; now and then the newest is shown to extend the last that was checked, and those that
 * partners say they saw are compared with ours: so a hub that tells two stories is found when two partners talk.
 */
#include "client/hublink_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/distrust.h"
#include "client/meta.h"
#include "client/origin.h"
#include "client/witness.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EVERY_MS = 1000, OTHERS_MS = 50, AGAIN_MS = 10000, ROW_LEN = 8 + PROTO_HASH_LEN };

enum err client_heads_put(struct vault_txn *x, const struct proto_merkle_head *checked)
{
    uint8_t row[ROW_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, checked->size);
    wr_copy(&w, checked->root, sizeof checked->root);
    e = wr_end(&w);
    return e == OK ? client_meta_put(x, CLIENT_META_CHECKED, row, sizeof row) : e;
}

static enum err put_checked(struct client_node *n)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_heads_put(x, &n->link->checked);
    return client_vault_end(x, e);
}

/*
 * Two heads that the log signed and that do not fit are remembered for ever. While the hub says that it does not have what it signed,
 * disclosures stop until it proves it. What two partners say of the old log stops them until a person has looked into it; a proof takes its
 * place. What a partner says it saw stops nothing: it may be the partner's lie.
 */
void client_heads_stop(struct client_node *n, bool for_ever, const char *why)
{
    struct vault_txn *x = NULL;
    bool by_word = strcmp(why, CLIENT_HEADS_BY_WORD) == 0, is_proof = for_ever && !by_word;
    enum err e;

    if ((n->link->for_ever && !(n->link->by_word && is_proof)) || (n->link->forked && !for_ever))
        return;
    n->link->forked = true;
    n->link->by_word = by_word;
    n->link->for_ever = for_ever;
    log_event(LOG_ERROR, "log-forked", "reason", why, NULL);
    if (!for_ever)
        return;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = client_meta_put(x, CLIENT_META_FORKED, why, strlen(why) + 1);
    e = client_vault_end(x, e);
    if (e != OK)
        log_event(LOG_ERROR, "not-stored", "err", err_word(e), NULL);
}

enum err client_heads_accept(struct client_node *n, struct vault_txn *x)
{
    struct client_hublink *l = n->link;
    struct proto_merkle_head before = l->checked;
    enum err e = client_meta_drop(x, CLIENT_META_FORKED);

    if (e != OK)
        return e;
    l->checked = l->newest;
    e = client_heads_put(x, &l->checked);
    if (e != OK) {
        l->checked = before;
        return e;
    }
    /* What was asked before is answered for what was accepted now: it is judged by nobody. */
    l->era++;
    l->forked = l->for_ever = l->by_word = false;
    l->other_count = l->apart_count = l->apart_kept = 0;
    l->doubted = NULL;
    return OK;
}

void client_heads_resume(struct client_node *n)
{
    if (!n->link->forked || n->link->for_ever)
        return;
    n->link->forked = false;
    log_event(LOG_WARN, "log-trusted-again", NULL);
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
    e = client_meta_get(x, CLIENT_META_FORKED, &why, &why_len);
    l->forked = l->for_ever = e == OK;
    l->by_word = e == OK && why_len == sizeof CLIENT_HEADS_BY_WORD && memcmp(why, CLIENT_HEADS_BY_WORD, why_len) == 0;
    if (e == OK || e == ERR_NOTFOUND)
        e = client_meta_get(x, CLIENT_META_CHECKED, &row, &len);
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
    if (e == OK || e == ERR_NOTFOUND)
        e = client_origin_load(n);
    return e == OK ? client_distrust_load(n) : e;
}

bool client_heads_stops(const struct client_node *n, enum proto_kind k, const uint8_t to[PROTO_PARTNER_LEN])
{
    bool gives = k == PROTO_OFFER || k == PROTO_GRANT || k == PROTO_RELEASE;

    if (!gives && k != PROTO_REQUEST)
        return false;
    return !client_link_is_trusted(n) || client_distrust_has(n, to) || (gives && !client_witness_is_fresh(n));
}

static void doubt_partner(struct client_node *n, const struct proto_partner *from, const char *why)
{
    n->link->doubted = from;
    client_distrust_partner(n, from, why);
}

/* Two heads of one size are one head. */
static bool differs(const struct proto_merkle_head *mine, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    return mine->size == size && size != 0 && memcmp(mine->root, root, PROTO_HASH_LEN) != 0;
}

static bool is_same(const struct proto_merkle_head *a, const struct proto_merkle_head *b)
{
    return a->size == b->size && memcmp(a->root, b->root, PROTO_HASH_LEN) == 0;
}

static bool is_other(const struct client_hublink *l, const struct proto_merkle_head *head)
{
    for (size_t i = 0; i < l->other_count; i++)
        if (is_same(&l->other[i].head, head))
            return true;
    return false;
}

/* A partner has one place, so that none can fill the list; what the log signed takes the place of a claim. */
static void remember_other(struct client_hublink *l, const struct proto_partner *from, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    size_t at = l->other_count;

    for (size_t i = 0; i < l->other_count; i++) {
        if (l->other[i].head.size == size && memcmp(l->other[i].head.root, root, PROTO_HASH_LEN) == 0)
            return;
        if (l->other[i].from != NULL && (l->other[i].from == from || (from == NULL && l->other_count == LINK_HEADS)))
            at = i;
    }
    if (at == LINK_HEADS)
        return;
    l->other[at].from = from;
    l->other[at].head.size = size;
    memcpy(l->other[at].head.root, root, PROTO_HASH_LEN);
    l->other_count += at == l->other_count;
}

/* Half of the places stay free for what partners say: a busy hub signs more heads than can be asked about. */
static bool is_room_for_signed(const struct client_hublink *l)
{
    size_t count = 0;

    for (size_t i = 0; i < l->other_count; i++)
        count += l->other[i].from == NULL;
    return count < LINK_HEADS / 2;
}

/*
 * A signed one makes room, and nobody can know which: else a hub would show a history of its own behind as many heads as there are places. One
 * that waits is here still after k more signed heads, each of another size or root, with a chance of (7/8)^k: about a half after five, one in
 * fourteen after twenty. That bounds nothing by itself; but each is asked about every 50 ms, and what went unasked is in the archive with its
 * receipt, where `schakel verify` finds it.
 */
static void make_room(struct client_hublink *l)
{
    uint32_t drop = randombytes_uniform(LINK_HEADS / 2);

    for (size_t i = 0; i < l->other_count; i++)
        if (l->other[i].from == NULL && drop-- == 0) {
            l->other[i] = l->other[--l->other_count];
            return;
        }
}

/*
 * Signed, and neither the newest nor checked: to be compared later. Also a head that was the newest for a moment only: a receipt under a history
 * that nobody else is shown would otherwise be forgotten with the next honest one.
 */
static void remember_signed(struct client_hublink *l, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    struct proto_merkle_head head = {.size = size};

    memcpy(head.root, root, sizeof head.root);
    /* Nor one that is here: it would only put another out. */
    if (size == 0 || size == l->checked.size || size == l->newest.size || is_other(l, &head))
        return;
    if (!is_room_for_signed(l))
        make_room(l);
    remember_other(l, NULL, size, root);
}

void client_heads_begin_again(struct client_hublink *l, const struct proto_merkle_head *base, const struct proto_merkle_head *kept,
    const struct proto_merkle_head *cosigned)
{
    struct proto_merkle_head before = l->newest;
    size_t count = 0;

    for (size_t i = 0; i < l->other_count; i++)
        if (l->other[i].head.size != 0 && l->other[i].head.size <= kept->size)
            l->other[count++] = l->other[i];
    l->other_count = count;
    l->checked = *base;
    l->newest = kept->size > base->size ? *kept : *base;
    l->era++;
    if (cosigned->size != 0 && cosigned->size != l->checked.size && cosigned->size != l->newest.size)
        remember_other(l, NULL, cosigned->size, cosigned->root);
    if (before.size <= kept->size)
        remember_signed(l, before.size, before.root);
}

void client_heads_saw(struct client_node *n, uint64_t size, const uint8_t root[PROTO_HASH_LEN], uint64_t at_s)
{
    struct client_hublink *l = n->link;
    struct proto_merkle_head before;

    if (differs(&l->newest, size, root) || differs(&l->checked, size, root))
        client_heads_stop(n, true, "two-roots-of-one-size");
    if (size <= l->newest.size) {
        remember_signed(l, size, root);
        return;
    }
    before = l->newest;
    l->newest.size = size;
    memcpy(l->newest.root, root, PROTO_HASH_LEN);
    remember_signed(l, before.size, before.root);
    l->newest_s = at_s;
}

static bool is_remembered(const struct client_hublink *l, const struct proto_merkle_head *head)
{
    return is_same(&l->newest, head) || is_same(&l->checked, head) || is_other(l, head);
}

enum err client_heads_brought(struct client_node *n, const struct proto_merkle_head *head, bool *known)
{
    const struct client_hublink *l = n->link;
    bool here = is_same(&l->newest, head) || is_same(&l->checked, head);

    /* A person waits for the answer to this one, and it would be the next to go. */
    if (!is_remembered(l, head) && head->size < l->newest.size && head->size != l->checked.size && !is_room_for_signed(l))
        return ERR_BUSY;
    client_heads_saw(n, head->size, head->root, clock_now_s());
    if (!l->for_ever && !is_remembered(l, head))
        return ERR_BUSY;
    *known = here;
    return OK;
}

void client_heads_other(struct client_node *n, const struct proto_partner *from, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    struct client_hublink *l = n->link;

    if (size == 0 || client_origin_is_lost(n, size))
        return;
    if (size > l->newest.size)      /* the receipt that came with it is newer than anything its sender can have seen */
        doubt_partner(n, from, "larger-than-the-log");
    else if (differs(&l->newest, size, root) || differs(&l->checked, size, root))
        doubt_partner(n, from, "another-root-of-one-size");
    else if (size != l->checked.size && size != l->newest.size)
        remember_other(l, from, size, root);
}

/* ---- asking the hub for proof ---- */

/* payload = u16 length, checkpoint | u8 n, n * 32. Both heads are known: of the checkpoint only its origin matters. */
static enum err read_proof(struct proto_blob payload, struct proto_merkle_proof *proof, struct proto_blob *checkpoint)
{
    struct rd r;

    rd_init(&r, payload.data, payload.len);
    checkpoint->data = rd_bytes16(&r, PROTO_NOTE_MAX, &checkpoint->len);
    if (checkpoint->data == NULL && r.err == OK)
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
        if (l->other[i].from == l->asked.from && l->other[i].head.size == l->asked.head.size
            && memcmp(l->other[i].head.root, l->asked.head.root, PROTO_HASH_LEN) == 0) {
            l->other[i] = l->other[--l->other_count];
            return;
        }
}

/* Without an answer that settles it: soon again at first, for until then nothing is given; later each time. */
static void rest(struct client_hublink *l)
{
    l->check_wait_ms = l->check_wait_ms == 0 ? CHECK_EVERY_MS : l->check_wait_ms * 2 < AGAIN_MS ? l->check_wait_ms * 2 : AGAIN_MS;
    l->check_at_ms = clock_mono_ms() + l->check_wait_ms;
}

/* Is it an answer to what is asked now? What a refusal says of the log is said here. */
static bool is_answer(struct client_node *n, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;

    /* Asked of the log under another origin, or of what a person let go by: that is of no use any more, and it is asked anew. */
    if (l->asked_era != l->era) {
        l->check_at_ms = clock_mono_ms() + CHECK_EVERY_MS;
        return false;
    }
    if (reply->result == PROTO_ACCEPTED)
        return true;
    log_event(LOG_WARN, "consistency-refused", "reason", proto_refusal_name((enum proto_refusal)reply->result), NULL);
    /* That it does not have what it signed is no proof; that our clock is wrong, or we are blocked, says nothing of the log. */
    if (reply->result == PROTO_NOT_FOUND && l->asked.from == NULL)
        client_heads_stop(n, false, "consistency-refused");
    return false;
}

/* The two heads are of one history, or are not: either settles the question. */
static void settle(struct client_node *n, bool of_one_history)
{
    struct client_hublink *l = n->link;
    bool is_newer = l->asked.head.size >= l->checked.size;

    if (!of_one_history && l->asked.from == NULL) {
        client_heads_stop(n, true, "consistency-not-proven");
        return;
    }
    if (!of_one_history)
        doubt_partner(n, l->asked.from, "not-in-our-log");
    else if (l->asked.from == NULL)
        client_heads_resume(n);
    forget_asked(l);
    l->check_wait_ms = 0;
    /* What waits to be compared makes room soon. */
    l->check_at_ms = clock_mono_ms() + (l->other_count != 0 ? OTHERS_MS : CHECK_EVERY_MS);
    if (!is_newer || l->asked.from != NULL)
        return;
    l->checked = l->asked.head;
    if (put_checked(n) != OK)
        log_event(LOG_WARN, "not-stored", "step", "checked-head", NULL);
}

static void proven(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;
    const struct proto_merkle_head *asked = &l->asked.head, *older = asked->size < l->checked.size ? asked : &l->checked;
    struct proto_merkle_proof *proof = NULL;
    struct proto_blob checkpoint = {0};
    enum err e;

    (void)arg;
    l->checking = false;
    rest(l);
    if (result != OK || !is_answer(n, reply))
        return;
    proof = malloc(sizeof *proof);
    e = proof == NULL ? ERR_NOMEM : read_proof(reply->payload, proof, &checkpoint);
    /* The hub is ahead: what it proves is not of the log that was asked about. Until the registry says why, it has not what it signed. */
    if (e == OK && client_origin_check(n, checkpoint) == ERR_BUSY) {
        client_heads_stop(n, false, "log-has-another-origin");
        free(proof);
        return;
    }
    if (e == OK)
        e = proto_merkle_check_consistency(older, older == asked ? &l->checked : asked, proof);
    free(proof);
    if (e != ERR_NOMEM)
        settle(n, e == OK);
}

/* The first head of all is taken as it is: there is nothing to compare it with. */
static void take_first(struct client_node *n)
{
    n->link->checked = n->link->newest;
    if (put_checked(n) != OK)
        log_event(LOG_WARN, "not-stored", "step", "checked-head", NULL);
}

/* Which is next: the newest, and between two of them one of the others that lies before what was checked. */
static bool next_head(struct client_hublink *l)
{
    size_t i = 0;

    while (i < l->other_count && l->other[i].head.size >= l->checked.size)
        i++;
    if (l->newest.size > l->checked.size && (i == l->other_count || !l->others_next))
        l->asked = (struct link_head){.head = l->newest};
    else if (i < l->other_count)
        l->asked = l->other[i];
    else
        return false;
    l->others_next = !l->others_next;
    return true;
}

void client_heads_step(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_CONSISTENCY};

    client_distrust_keep(n);
    client_origin_step(n);
    if (!l->up || l->checking || l->for_ever || clock_mono_ms() < l->check_at_ms)
        return;
    if (l->checked.size == 0 && l->newest.size != 0) {
        take_first(n);
        return;
    }
    if (!next_head(l))
        return;
    m.number = l->asked.head.size < l->checked.size ? l->asked.head.size : l->checked.size;
    m.number2 = l->asked.head.size < l->checked.size ? l->checked.size : l->asked.head.size;
    l->asked_era = l->era;
    l->checking = client_link_ask(n, &m, LINK_QUERY_MS, proven, NULL) == OK;
    l->check_at_ms = clock_mono_ms() + CHECK_EVERY_MS;
}
