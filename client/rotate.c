#include "client/rotate.h"

#include "base/file.h"
#include "base/log.h"
#include "client/certs.h"
#include "client/home.h"
#include "client/hublink_parts.h"
#include "client/keyfile.h"
#include "client/rotate_files.h"
#include "client/rotate_witness.h"
#include "client/sessions.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OLD_MAX = 16 };

struct client_rotate {
    struct secret *old[OLD_MAX];         /* HPKE keys of before */
    uint8_t old_public[OLD_MAX][PROTO_KEY_LEN];
    size_t old_count;
    struct secret *next;                 /* the next node key; NULL: none waits */
    uint8_t next_public[PROTO_KEY_LEN];
    uint8_t next_cert[PROTO_CERT_MAX];
    size_t next_cert_len;                /* 0: none waits */
    bool files_wait;                     /* it is in use; its files are not in their places */
};

uint64_t client_rotate_counts_until(const struct client_node *n, const struct proto_msg *m, bool *is_node)
{
    struct proto_cert c, node;
    uint8_t signer[PROTO_KEY_LEN];

    *is_node = false;
    if (m->kind != PROTO_PUBLISH)
        return 0;
    if (proto_cert_peek(m->original.data, m->original.len, &c, signer) != OK)
        return UINT64_MAX;
    *is_node = c.use == PROTO_USE_NODE;
    if (c.use != PROTO_USE_STAFF)
        return c.until_s;
    if (client_certs_of_key(n, signer, PROTO_USE_NODE, c.from_s, &node) != OK)
        return 0;
    return c.until_s < node.until_s ? c.until_s : node.until_s;
}

struct secret *client_rotate_hpke(const struct client_node *n, size_t i, const uint8_t **public)
{
    if (i == 0) {
        *public = n->hpke_public;
        return n->hpke_key;
    }
    if (n->rotate == NULL || i > n->rotate->old_count)
        return NULL;
    *public = n->rotate->old_public[i - 1];
    return n->rotate->old[i - 1];
}

/* ---- at the start ---- */

/* hpke-TIME: of such names the later in the alphabet is the newer. */
static int is_old(const struct dirent *entry)
{
    return strncmp(entry->d_name, "hpke-", 5) == 0;
}

/* The newest: what is still under way to this node is sealed to the last of them. */
static enum err read_old(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    struct client_unlock by = {.key = vault_key};
    struct client_rotate *r = n->rotate;
    struct dirent **entry = NULL;
    char path[CLIENT_PATH_MAX];
    int count = 0;
    enum err e = client_home_path(n->home, "keys", path, t);

    if (e == OK && (count = scandir(path, &entry, is_old, alphasort)) < 0)
        e = errno == ENOMEM ? ERR_NOMEM : ERR_NOTFOUND;
    for (int i = count - 1; i >= 0; i--) {
        if (e == OK && r->old_count < OLD_MAX) {
            e = client_keyfile_open(n->home, entry[i]->d_name, &by, &r->old[r->old_count], r->old_public[r->old_count], t);
            r->old_count += e == OK;
        }
        free(entry[i]);
    }
    free(entry);
    return e;
}

static enum err publish(struct client_node *n, struct vault_txn *x, const uint8_t *cert, size_t len)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->kind = PROTO_PUBLISH;
        m->original = (struct proto_blob){cert, len};
        e = client_outbox_put(n, x, m, NULL, NULL);
    }
    free(m);
    return e;
}

static enum err publish_now(struct client_node *n, const uint8_t *cert, size_t len)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = publish(n, x, cert, len);
    return client_vault_end(x, e);
}

/* certs/NAME.new: a certificate that the hub does not have yet. Gone when it is in the outbox, which keeps it. */
static enum err publish_file(struct client_node *n, const char *name, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = client_home_path(n->home, name, path, t);

    if (e == OK)
        e = file_read(path, PROTO_CERT_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = publish_now(n, data, len);
    free(data);
    if (e == OK && unlink(path) != 0)
        e = ERR_IO;
    return e;
}

/* ---- going over ---- */

struct certifying { struct client_node *n; struct vault_txn *x; enum err err; };

/* Everybody here gets a certificate by the new key: those by the old one end with it. */
static bool certify(void *arg, const struct client_staff *s)
{
    struct certifying *c = arg;
    struct client_staff again = *s;

    if (!s->ended)
        c->err = client_staff_certify(c->n, c->x, &again, NULL);
    return c->err == OK;
}

/*
 * What the vault keeps of it; the files follow when that is committed (client_rotate_step). A node that dies before is what it was: it has the
 * old key, and publishes the next one again when it starts.
 */
static enum err go_over(struct client_node *n, struct vault_txn *x)
{
    struct client_rotate *r = n->rotate;
    struct certifying c = {.n = n, .x = x};
    enum err e = client_certs_add(n, x, r->next_cert, r->next_cert_len);

    if (e != OK)
        return e;
    if (r->next != NULL) {
        secret_free(n->node_key);
        n->node_key = r->next;
        r->next = NULL;
        memcpy(n->node_public, r->next_public, sizeof n->node_public);
        memcpy(n->node_cert, r->next_cert, r->next_cert_len);
        n->node_cert_len = r->next_cert_len;
        log_event(LOG_INFO, "node-key-changed", NULL);
    }
    r->files_wait = true;
    e = client_staff_walk(x, certify, &c);
    return e == OK ? c.err : e;
}

/*
 * The present key ended: nothing that it signs is taken any more, so the next one makes itself known (P-199). Its publishing is in the outbox
 * already, and is signed again, by the present key, when it is sent.
 */
static enum err go_over_at_once(struct client_node *n)
{
    struct vault_txn *x = NULL;
    struct proto_cert own;
    enum err e;

    if (client_certs_of_key(n, n->node_public, PROTO_USE_NODE, clock_now_s(), &own) == OK)
        return OK;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = go_over(n, x);
    return client_vault_end(x, e);
}

/*
 * The present key was revoked: the hub took nothing that it signed, so not the next one either, and from the hub this node does not hear of it. On
 * the hub's word alone, for all that follows is what a person with the root key has asked for.
 */
static enum err go_over_revoked(struct client_node *n)
{
    struct client_link_status s;
    struct vault_txn *x = NULL;
    enum err e;

    client_hublink_status(n, &s);
    if (!s.revoked || n->rotate->next == NULL)
        return OK;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = go_over(n, x);
    if (e == OK)
        e = publish(n, x, n->node_cert, n->node_cert_len);
    return client_vault_end(x, e);
}

void client_rotate_step(struct client_node *n)
{
    struct client_rotate *r = n->rotate;
    enum err e;

    if (r == NULL)
        return;
    if (n->link != NULL && (e = go_over_revoked(n)) != OK)
        log_event(LOG_ERROR, "node-key-not-changed", "err", err_word(e), NULL);
    if (!r->files_wait)
        return;
    e = client_rotate_files_move(n->home);
    /* Not found: done before, and the receipt came again because its transaction failed. */
    if (e != OK && e != ERR_NOTFOUND)
        log_event(LOG_ERROR, "node-key-not-in-its-place", "err", err_word(e), NULL);
    r->files_wait = false;
}

/* keys/node.next and certs/node.next: told to the hub under the present key, if that counts still. */
static enum err open_next(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    struct client_unlock by = {.key = vault_key};
    struct client_rotate *r = n->rotate;
    char path[CLIENT_PATH_MAX];
    uint8_t *key = NULL, *cert = NULL;
    size_t key_len = 0, cert_len = 0;
    enum err e = client_home_path(n->home, "keys/node.next", path, t);

    if (e == OK)
        e = file_read(path, CLIENT_KEY_WRAPPED_MAX, &key, &key_len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = client_home_path(n->home, "certs/node.next", path, t);
    if (e == OK)
        e = file_read(path, PROTO_CERT_MAX, &cert, &cert_len, t);
    if (e == OK)
        e = client_key_unwrap(key, key_len, "node", &by, &r->next, r->next_public);
    if (e == OK) {
        memcpy(r->next_cert, cert, cert_len);
        r->next_cert_len = cert_len;
        e = publish_now(n, cert, cert_len);
    }
    if (e == OK)
        e = go_over_at_once(n);
    free(key);
    free(cert);
    return e;
}

enum err client_rotate_open(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    enum err e;

    n->rotate = calloc(1, sizeof *n->rotate);
    if (n->rotate == NULL)
        return ERR_NOMEM;
    e = read_old(n, vault_key, t);
    if (e == OK)
        e = publish_file(n, "certs/hpke.new", t);
    if (e == OK)
        e = publish_file(n, "certs/officer.new", t);
    if (e == OK)
        e = open_next(n, vault_key, t);
    if (e == OK)
        e = client_rotate_witness_open(n, vault_key, t);
    return e == OK ? OK : trouble_at(t, e, "keys", 0, 0, "a key that was changed cannot be used (%s): see schakel org rotate",
                              "een gewisselde sleutel kan niet worden gebruikt (%s): zie schakel org rotate", err_word(e));
}

void client_rotate_close(struct client_rotate *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->old_count; i++)
        secret_free(r->old[i]);
    secret_free(r->next);
    free(r);
}

enum err client_rotate_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev)
{
    struct client_rotate *r = n->rotate;

    /* What the hub refused for want of this key need not wait out its time. */
    client_outbox_wake(n);
    if (r == NULL || r->next_cert_len == 0 || ev->msg->original.len != r->next_cert_len
        || sodium_memcmp(ev->msg->original.data, r->next_cert, r->next_cert_len) != 0)
        return OK;
    return go_over(n, x);
}
