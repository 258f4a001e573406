#include "hub/core.h"
#include "hub/openings.h"

#include "base/log.h"

#include <sodium.h>
#include <string.h>

enum { KEEP_ENDED_S = PROTO_ID_KEEP_S };

/* A key belongs to whoever published it first, and to one use: nobody can take over another's signatures by certifying its key. */
static enum err is_taken(struct hub_core *c, struct kv_txn *x, const struct proto_cert *cert, bool *taken)
{
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert old;
    const uint8_t *data;
    size_t len;
    enum err e = hub_store_cert_get(c->cert_store, x, cert->key, &data, &len);

    *taken = false;
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK && proto_cert_peek(data, len, &old, signer) != OK)
        e = ERR_IO;
    if (e == OK)
        *taken = old.use != cert->use || sodium_memcmp(old.partner, cert->partner, PROTO_PARTNER_LEN) != 0;
    return e;
}

enum err hub_publish_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    const struct proto_blob *original = &j->act.msg.original;
    bool taken;
    enum err e;

    if (original->len > PROTO_CERT_MAX) {
        j->outcome.result = PROTO_MALFORMED;
        return OK;
    }
    if (j->cert.until_s <= j->act.now_s) {
        j->outcome.result = PROTO_STALE;
        return OK;
    }
    e = is_taken(c, x, &j->cert, &taken);
    if (e != OK)
        return e;
    j->outcome.result = taken ? PROTO_NOT_YOURS : PROTO_ACCEPTED;
    return taken ? OK : hub_store_cert_put(c->cert_store, x, &j->cert, original->data, original->len);
}

enum err hub_publish_committed(struct hub_core *c, const struct hub_job *j)
{
    bool is_staff = j->cert.use == PROTO_USE_STAFF;
    enum err e = hub_certs_put(c->certs, &j->cert, is_staff ? j->cert_signer : NULL);

    /* Who had none to seal to is held to little no longer. */
    if (j->cert.use == PROTO_USE_OFFICER)
        hub_openings_renew(c->openings);
    if (e != OK)
        log_event(LOG_ERROR, "published certificate not in use", "partner", j->act.from->handle, "err", err_word(e), NULL);
    return e == ERR_NOMEM ? e : OK;
}

/* ---- what others put there ---- */

struct storing { struct hub_core *core; struct kv_txn *x; };

static enum err store_one(void *arg, const struct proto_cert *cert, const uint8_t *signed_cert, size_t len)
{
    struct storing *s = arg;
    const uint8_t *old;
    size_t old_len;
    bool taken;
    enum err e;

    if (len > PROTO_CERT_MAX)
        return OK;
    e = is_taken(s->core, s->x, cert, &taken);
    if (e != OK || taken)
        return e;
    e = hub_store_cert_get(s->core->cert_store, s->x, cert->key, &old, &old_len);
    if (e == OK && old_len == len && sodium_memcmp(old, signed_cert, len) == 0)
        return OK;
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    return hub_store_cert_put(s->core->cert_store, s->x, cert, signed_cert, len);
}

enum err hub_publish_roster(struct hub_core *c, bool *changed)
{
    struct storing s = { .core = c };
    enum err e = kv_begin(c->kv, true, &s.x);

    if (e != OK)
        return e;
    e = hub_roster_refresh(c->roster, store_one, &s, changed);
    if (e == OK)
        return kv_commit(s.x);
    kv_abort(s.x);
    return e;
}

struct loading { struct hub_core *core; uint8_t use; };

static enum err load_one(void *arg, const uint8_t *signed_cert, size_t len)
{
    const struct loading *l = arg;
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert cert;
    enum err e = proto_cert_peek(signed_cert, len, &cert, signer);

    if (e != OK)
        return ERR_IO;
    if (cert.use != l->use)
        return OK;
    /* The registry may have narrowed it since: by its partner, its key, or the root key above it. */
    e = cert.use == PROTO_USE_STAFF ? proto_cert_narrow(l->core->region, &cert)
        : proto_cert_check(l->core->region, signed_cert, len, NULL, &cert);
    if (e == ERR_DENIED || e == ERR_KEY)
        return OK;
    if (e == OK)
        e = hub_certs_put(l->core->certs, &cert, cert.use == PROTO_USE_STAFF ? signer : NULL);
    /* Its node's certificate ended long ago: nothing that it signed is taken any more. */
    return e == ERR_KEY ? OK : e;
}

/* They were verified before they were stored. Nodes first: staff stand under them. */
enum err hub_publish_load(struct hub_core *c)
{
    static const uint8_t order[] = { PROTO_USE_NODE, PROTO_USE_STAFF };
    struct loading l = { .core = c };
    struct kv_txn *x = NULL;
    uint64_t from_s = c->leaf_s > KEEP_ENDED_S ? c->leaf_s - KEEP_ENDED_S : 0;
    enum err e = kv_begin(c->kv, false, &x);

    if (e != OK)
        return e;
    for (size_t i = 0; e == OK && i < sizeof order; i++) {
        l.use = order[i];
        e = hub_store_cert_walk(c->cert_store, x, NULL, from_s, load_one, &l);
    }
    kv_abort(x);
    return e;
}
