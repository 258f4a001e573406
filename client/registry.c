#include "client/registry.h"

#include "base/file.h"
#include "base/log.h"
#include "base/wr.h"
#include "client/calls.h"
#include "client/certs.h"
#include "client/home.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/origin.h"
#include "client/witness.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_EVERY_MS = 2000, KEY_LEN = 8 };

struct client_registry {
    struct proto_registry *fold;
    uint8_t (*hash)[PROTO_MERKLE_HASH_LEN];  /* of every leaf: what witnesses cosigned may be of a moment before */
    uint64_t ask_ms, seen_s;
    bool asking, ahead;
    uint8_t *pending;            /* leaves of an answer that had not room for all */
    size_t pending_len;
    uint64_t pending_count;
    uint8_t checkpoint[PROTO_NOTE_MAX];
    size_t checkpoint_len;
    struct client_registry_tell tell;
    struct client_registry_promises promises;
    struct client_registry_own own;
};

struct proto_registry *client_registry_fold(const struct client_node *n)
{
    return n->registry != NULL ? n->registry->fold : NULL;
}

const uint8_t *client_registry_checkpoint(const struct client_node *n, size_t *len)
{
    if (n->registry == NULL || n->registry->checkpoint_len == 0)
        return NULL;
    *len = n->registry->checkpoint_len;
    return n->registry->checkpoint;
}

struct client_registry_tell *client_registry_told(const struct client_node *n)
{
    return &n->registry->tell;
}

struct client_registry_promises *client_registry_promises_of(const struct client_node *n)
{
    return &n->registry->promises;
}

struct client_registry_own *client_registry_own_of(const struct client_node *n)
{
    return &n->registry->own;
}

bool client_registry_takes_part(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN])
{
    const struct proto_partner *p = proto_region_partner(&n->region, partner);

    return p == NULL || proto_partner_exists_at(p, clock_now_s());
}

bool client_registry_stops(const struct client_node *n, enum proto_kind k, const uint8_t to[PROTO_PARTNER_LEN])
{
    return (k == PROTO_REQUEST || k == PROTO_OFFER || k == PROTO_GRANT || k == PROTO_RELEASE) && !client_registry_takes_part(n, to);
}

uint64_t client_registry_seen_s(const struct client_node *n)
{
    return n->registry != NULL ? n->registry->seen_s : 0;
}

/* ---- leaves ---- */

static void key_of(uint64_t index, uint8_t key[KEY_LEN])
{
    struct wr w;

    wr_init(&w, key, KEY_LEN);
    wr_u64(&w, index);
}

static enum err remember_hash(struct client_registry *r, const uint8_t *leaf, size_t len)
{
    uint64_t at = proto_registry_size(r->fold);
    void *p = (at & (at - 1)) == 0 ? realloc(r->hash, (size_t)(at == 0 ? 1 : 2 * at) * sizeof *r->hash) : r->hash;

    if (p == NULL)
        return ERR_NOMEM;
    r->hash = p;
    proto_merkle_leaf(leaf, len, r->hash[at]);
    return OK;
}

enum err client_registry_has(const struct client_node *n, const struct proto_merkle_head *head)
{
    struct proto_merkle_tree tree;
    uint8_t root[PROTO_MERKLE_HASH_LEN];
    enum err e = OK;

    if (head->size > proto_registry_size(n->registry->fold))
        return ERR_SHORT;
    proto_merkle_init(&tree);
    for (uint64_t i = 0; e == OK && i < head->size; i++)
        e = proto_merkle_append(&tree, n->registry->hash[i], NULL, NULL);
    if (e != OK)
        return e;
    proto_merkle_root(&tree, root);
    return memcmp(root, head->root, sizeof root) == 0 ? OK : ERR_SIGNATURE;
}

/* Subtrees are hashed anew: a proof is wanted when a keyholder is far behind. */
static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    const struct client_registry *r = context;
    uint8_t left[PROTO_MERKLE_HASH_LEN], right[PROTO_MERKLE_HASH_LEN];
    enum err e;

    if (level == 0) {
        if (index >= proto_registry_size(r->fold))
            return ERR_RANGE;
        memcpy(out, r->hash[index], PROTO_MERKLE_HASH_LEN);
        return OK;
    }
    e = get_node(context, (uint8_t)(level - 1), 2 * index, left);
    if (e == OK)
        e = get_node(context, (uint8_t)(level - 1), 2 * index + 1, right);
    if (e == OK)
        proto_merkle_node(left, right, out);
    return e;
}

enum err client_registry_prove(const struct client_node *n, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proto_merkle_store nodes = {get_node, n->registry};

    return proto_merkle_prove_consistency(&nodes, old, size, out);
}

static enum err append(struct client_node *n, const uint8_t *leaf, size_t len)
{
    enum proto_registry_why why = PROTO_REG_COUNTS;
    enum err e = remember_hash(n->registry, leaf, len);

    if (e == OK)
        e = proto_registry_append(n->registry->fold, leaf, len, &why);

    /* The hub put into its log what it must refuse. It changes nothing here, and everybody can see it. */
    if (e == OK && why != PROTO_REG_COUNTS)
        log_event(LOG_ERROR, "registry-statement-void", "reason", proto_registry_why_name(why), NULL);
    return e;
}

struct loading { struct client_node *n; enum err err; };

static bool load_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct loading *l = arg;
    uint8_t expected[KEY_LEN];

    key_of(proto_registry_size(l->n->registry->fold), expected);
    l->err = key_len == KEY_LEN && memcmp(key, expected, KEY_LEN) == 0 ? append(l->n, value, len) : ERR_STATE;
    return l->err == OK;
}

/* The checkpoint that covers exactly what is here: a hub that lost its registry is restored with both. */
static enum err load_checkpoint(struct client_node *n, struct vault_txn *x)
{
    struct client_registry *r = n->registry;
    struct proto_registry_more none = {0};
    struct proto_merkle_head head;
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_meta_get(x, CLIENT_META_REGISTRY, &row, &len);

    if (e == OK && len <= sizeof r->checkpoint && proto_registry_check(r->fold, row, len, &none, &head) == OK) {
        memcpy(r->checkpoint, row, len);
        r->checkpoint_len = len;
    }
    free(row);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err load(struct client_node *n)
{
    struct loading l = {.n = n};
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e == OK)
        e = client_vault_walk(x, CLIENT_T_REGISTRY, NULL, 0, load_each, &l);
    if (e == OK && l.err == OK)
        e = load_checkpoint(n, x);
    client_vault_abort(x);
    return e == OK ? l.err : e;
}

/* On disk first, then believed. */
static enum err keep(struct client_node *n, struct proto_registry_more more, const uint8_t *checkpoint, size_t checkpoint_len)
{
    struct proto_registry_more again = more;
    uint64_t index = proto_registry_size(n->registry->fold);
    struct vault_txn *x = NULL;
    const uint8_t *leaf;
    size_t len;
    enum err e = client_vault_begin(n->vault, true, &x);

    while (e == OK && more.count != 0) {
        uint8_t key[KEY_LEN];

        key_of(index++, key);
        e = proto_registry_copy_next(&more, &leaf, &len);
        if (e == OK)
            e = client_vault_put(x, CLIENT_T_REGISTRY, key, sizeof key, leaf, len);
    }
    if (e == OK)
        e = client_meta_put(x, CLIENT_META_REGISTRY, checkpoint, checkpoint_len);
    e = client_vault_end(x, e);
    while (e == OK && again.count != 0) {
        e = proto_registry_copy_next(&again, &leaf, &len);
        if (e == OK)
            e = append(n, leaf, len);
    }
    return e;
}

/* ---- the hub's answers ---- */

static void forget_pending(struct client_registry *r)
{
    free(r->pending);
    r->pending = NULL;
    r->pending_len = 0;
    r->pending_count = 0;
}

static enum err add_pending(struct client_registry *r, const struct proto_registry_more *more)
{
    uint8_t *p;

    if (more->len > PROTO_REGISTRY_LEAVES_MAX - r->pending_len)
        return ERR_LONG;
    p = realloc(r->pending, r->pending_len + more->len + 1);
    if (p == NULL)
        return ERR_NOMEM;
    r->pending = p;
    memcpy(p + r->pending_len, more->leaves, more->len);
    r->pending_len += more->len;
    r->pending_count += more->count;
    return OK;
}

/* Said once; what() of client/witness_fresh says it to people. */
static bool is_ahead(struct client_registry *r, const struct proto_registry_more *more)
{
    bool was = r->ahead;

    r->ahead = proto_registry_is_ahead(r->fold, more, clock_now_s());
    if (r->ahead && !was)
        log_event(LOG_ERROR, "registry-leaf-of-the-future", NULL);
    return r->ahead;
}

bool client_registry_is_ahead(const struct client_node *n)
{
    return n->registry != NULL && n->registry->ahead;
}

/* Leaves behind those that are here, and the checkpoint that came with them. */
static enum err take_more(struct client_node *n, const uint8_t *checkpoint, size_t checkpoint_len, const struct proto_registry_more *more)
{
    struct client_registry *r = n->registry;
    struct proto_registry_more all;
    struct proto_merkle_head head;
    enum err e = add_pending(r, more);

    /* More than a registry can be: begin anew, or nothing would ever be taken again. */
    if (e != OK) {
        forget_pending(r);
        return e;
    }
    all = (struct proto_registry_more){r->pending, r->pending_len, r->pending_count};
    e = proto_registry_check(r->fold, checkpoint, checkpoint_len, &all, &head);
    if (e == ERR_SHORT && more->count != 0)
        return e;
    /* Of proven leaves only: what the hub did not sign it does not show. The checkpoint covers all of them, so none of before is kept without. */
    if (e != OK)
        r->ahead = false;
    else if (is_ahead(r, &all))
        e = ERR_EXPIRED;
    if (e == OK && all.count != 0) {
        e = keep(n, all, checkpoint, checkpoint_len);
        if (e == OK && proto_registry_narrowed(r->fold) && n->certs != NULL)
            e = client_certs_reload(n);
    }
    if (e == OK) {
        r->seen_s = clock_now_s();
        memcpy(r->checkpoint, checkpoint, checkpoint_len);
        r->checkpoint_len = checkpoint_len;
    }
    forget_pending(r);
    return e;
}

enum err client_registry_take(struct client_node *n, const uint8_t *payload, size_t len)
{
    struct proto_registry_more more;
    const uint8_t *checkpoint;
    size_t checkpoint_len;
    enum err e = proto_registry_copy_read(payload, len, &checkpoint, &checkpoint_len, &more);

    return e == OK ? take_more(n, checkpoint, checkpoint_len, &more) : e;
}

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_registry *r = n->registry;
    uint64_t before = proto_registry_size(r->fold);
    enum err e = result;

    (void)arg;
    r->asking = false;
    r->ask_ms = clock_mono_ms() + ASK_EVERY_MS;
    if (e != OK || reply->result != PROTO_ACCEPTED) {
        forget_pending(r);
        if (e == OK)
            n->link->registry_wait_ms = 0;
        return;
    }
    e = client_registry_take(n, reply->payload.data, reply->payload.len);
    if (e == ERR_SHORT && r->pending_count != 0) {
        r->ask_ms = 0;
        return;
    }
    n->link->registry_wait_ms = 0;
    if (e == ERR_STATE || e == ERR_SIGNATURE)
        client_witness_registry_contradicts(n);
    if (e == ERR_STATE || e == ERR_SIGNATURE)
        client_heads_stop(n, true, e == ERR_STATE ? "registry-cut" : "registry-rewritten");
    else if (e != OK)
        log_event(LOG_WARN, "registry-not-taken", "err", err_word(e), NULL);
    if (proto_registry_size(r->fold) != before) {
        client_origin_step(n);
        client_calls_again(n);
        client_inbox_process(n);
    }
}

void client_registry_step(struct client_node *n)
{
    struct client_registry *r = n->registry;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_REGISTRY};

    client_registry_promise_step(n);
    if (r == NULL || r->asking || clock_mono_ms() < r->ask_ms || !client_link_is_up(n))
        return;
    m.number = proto_registry_size(r->fold) + r->pending_count;
    r->asking = client_link_ask(n, &m, LINK_QUERY_MS, answered, NULL) == OK;
    r->ask_ms = clock_mono_ms() + ASK_EVERY_MS;
}

void client_registry_hurry(struct client_node *n)
{
    if (n->registry != NULL)
        n->registry->ask_ms = 0;
}

uint64_t client_registry_due(const struct client_node *n, uint64_t max)
{
    uint64_t now = clock_mono_ms();

    if (n->registry == NULL || n->registry->asking || !client_link_is_up(n))
        return max;
    if (n->registry->ask_ms <= now)
        return 0;
    return n->registry->ask_ms - now < max ? n->registry->ask_ms - now : max;
}

/* ---- opening ---- */

/* What came with the welcome: without it a partner that is no founder, or has another root key, would not find itself in the region. */
static enum err take_file(struct client_node *n, struct trouble *t)
{
    struct proto_registry_more more;
    uint64_t have = proto_registry_size(n->registry->fold);
    const uint8_t *checkpoint = NULL;
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0, checkpoint_len = 0;
    enum err e = client_home_path(n->home, "registry", path, t);

    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = proto_registry_copy_read(data, len, &checkpoint, &checkpoint_len, &more);
    if (e == OK && more.count > have) {
        e = proto_registry_copy_skip(&more, have);
        if (e == OK)
            e = take_more(n, checkpoint, checkpoint_len, &more);
    }
    free(data);
    if (e == OK) {
        n->registry->seen_s = 0;
        return OK;
    }
    if (e == ERR_EXPIRED)
        return trouble_at(t, e, path, 0, 0, "has a statement under a time that is still to come: look whether the clock here is slow, and put it right",
            "heeft een verklaring met een tijd die nog moet komen: kijk of de klok hier achterloopt, en zet haar gelijk");
    return trouble_at(t, e, path, 0, 0, "is not a registry of this region: ask the hub's operator for a new welcome",
        "is geen register van deze regio: vraag de beheerder van de hub om een nieuw welkom");
}

enum err client_registry_open(struct client_node *n, struct trouble *t)
{
    enum err e;

    n->registry = calloc(1, sizeof *n->registry);
    if (n->registry == NULL)
        return ERR_NOMEM;
    e = proto_registry_new(&n->region, &n->registry->fold);
    if (e == OK)
        e = load(n);
    if (e == OK)
        e = client_registry_promise_load(n);
    if (e == OK)
        e = take_file(n, t);
    return e;
}

void client_registry_close(struct client_registry *r)
{
    if (r == NULL)
        return;
    proto_registry_free(r->fold);
    free(r->pending);
    free(r->hash);
    free(r);
}
