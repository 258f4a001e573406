#include "client/certs.h"

#include "base/log.h"
#include "base/rd.h"
#include "client/calls.h"
#include "client/hublink_parts.h"
#include "client/rows.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASKS = 64, NO_AGAIN_MS = 5000, REFRESH_MS = 3600 * 1000, ROW_KEY = PROTO_KEY_LEN + 8, ASK_ID = PROTO_KEY_LEN };

struct known {
    struct proto_cert c;
    uint8_t signer[PROTO_KEY_LEN];
};

/* A question to the hub: by key, or by partner (its id and zeros). */
struct ask {
    uint8_t id[ASK_ID];
    bool pending, none;
    uint64_t at_ms;
    struct client_certs *of;
};

struct client_certs {
    struct known *at;
    size_t count, cap;
    struct ask ask[ASKS];
    size_t next_ask;
    uint64_t refresh_ms;
    uint16_t refresh_partner;
    const struct proto_partner *missing;   /* whose sealing key was asked for last, and there is none */
};

/* ---- the list ---- */

static enum err push(struct client_certs *c, const struct known *k)
{
    struct known *at = client_rows_more(c->at, c->count, &c->cap, sizeof *at);

    if (at == NULL)
        return ERR_NOMEM;
    c->at = at;
    c->at[c->count++] = *k;
    return OK;
}

static bool is_known(const struct client_certs *c, const struct known *k)
{
    for (size_t i = 0; i < c->count; i++)
        if (memcmp(&c->at[i], k, sizeof *k) == 0)
            return true;
    return false;
}

/* Any certificate of a node key: which, at a moment, is asked later. */
static const struct proto_cert *node_cert(const struct client_certs *c, const uint8_t key[PROTO_KEY_LEN])
{
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].c.use == PROTO_USE_NODE && memcmp(c->at[i].c.key, key, PROTO_KEY_LEN) == 0)
            return &c->at[i].c;
    return NULL;
}

/* Verified and as one known row; every byte of it, padding too, is set. */
static enum err verify(const struct client_node *n, const uint8_t *cert, size_t len, struct known *k)
{
    struct proto_cert c;
    enum err e;

    memset(k, 0, sizeof *k);
    e = proto_cert_peek(cert, len, &c, k->signer);
    if (e == OK)
        e = proto_cert_check(&n->region, cert, len, c.use == PROTO_USE_STAFF ? node_cert(n->certs, k->signer) : NULL, &c);
    if (e != OK)
        return e;
    memcpy(k->c.region, c.region, sizeof c.region);
    memcpy(k->c.partner, c.partner, sizeof c.partner);
    k->c.use = c.use;
    k->c.role = c.role;
    memcpy(k->c.key, c.key, sizeof c.key);
    k->c.from_s = c.from_s;
    k->c.until_s = c.until_s;
    return OK;
}

static void row_key(const uint8_t *cert, size_t len, const struct known *k, uint8_t out[ROW_KEY])
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    if (crypto_hash_sha256(hash, cert, len) != 0)
        abort();
    memcpy(out, k->c.key, PROTO_KEY_LEN);
    memcpy(out + PROTO_KEY_LEN, hash, 8);
}

enum err client_certs_add(struct client_node *n, struct vault_txn *x, const uint8_t *cert, size_t len)
{
    struct known k;
    uint8_t key[ROW_KEY];
    enum err e = verify(n, cert, len, &k);

    if (e != OK || is_known(n->certs, &k))
        return e;
    row_key(cert, len, &k, key);
    e = client_vault_put(x, CLIENT_T_CERT, key, sizeof key, cert, len);
    return e == OK ? push(n->certs, &k) : e;
}

struct load { struct client_node *n; bool staff; enum err err; };

static bool load_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct load *load = arg;
    struct proto_cert c;
    struct known k;
    uint8_t signer[PROTO_KEY_LEN];

    (void)key;
    (void)key_len;
    if (proto_cert_peek(value, len, &c, signer) != OK || (c.use == PROTO_USE_STAFF) != load->staff)
        return true;
    if (verify(load->n, value, len, &k) == OK)
        load->err = push(load->n->certs, &k);
    return load->err == OK;
}

enum err client_certs_open(struct client_node *n)
{
    n->certs = calloc(1, sizeof *n->certs);
    return n->certs == NULL ? ERR_NOMEM : client_certs_reload(n);
}

enum err client_certs_reload(struct client_node *n)
{
    struct load load = {.n = n};
    struct vault_txn *x = NULL;
    enum err e;

    n->certs->count = 0;
    e = client_vault_begin(n->vault, false, &x);
    /* Nodes first: staff stand under them. */
    for (int pass = 0; e == OK && load.err == OK && pass < 2; pass++) {
        load.staff = pass == 1;
        e = client_vault_walk(x, CLIENT_T_CERT, NULL, 0, load_each, &load);
    }
    client_vault_abort(x);
    return e == OK ? load.err : e;
}

void client_certs_close(struct client_certs *c)
{
    if (c == NULL)
        return;
    free(c->at);
    free(c);
}

/* ---- finding ---- */

static bool counts_at(const struct client_certs *c, const struct known *k, uint64_t at_s)
{
    if (!proto_cert_valid_at(&k->c, at_s))
        return false;
    if (k->c.use != PROTO_USE_STAFF)
        return true;
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].c.use == PROTO_USE_NODE && memcmp(c->at[i].c.key, k->signer, PROTO_KEY_LEN) == 0
            && memcmp(c->at[i].c.partner, k->c.partner, PROTO_PARTNER_LEN) == 0 && proto_cert_valid_at(&c->at[i].c, at_s))
            return true;
    return false;
}

enum err client_certs_of_key(const struct client_node *n, const uint8_t key[PROTO_KEY_LEN], enum proto_use use, uint64_t at_s,
    struct proto_cert *out)
{
    const struct client_certs *c = n->certs;

    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].c.use == use && memcmp(c->at[i].c.key, key, PROTO_KEY_LEN) == 0 && counts_at(c, &c->at[i], at_s)) {
            *out = c->at[i].c;
            return OK;
        }
    return ERR_NOTFOUND;
}

enum err client_certs_of_partner(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN], enum proto_use use, uint64_t at_s,
    struct proto_cert *out)
{
    const struct client_certs *c = n->certs;
    const struct known *best = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].c.use == use && memcmp(c->at[i].c.partner, partner, PROTO_PARTNER_LEN) == 0 && counts_at(c, &c->at[i], at_s)
            && (best == NULL || c->at[i].c.from_s > best->c.from_s))
            best = &c->at[i];
    if (best == NULL)
        return ERR_NOTFOUND;
    *out = best->c;
    return OK;
}

enum err client_partner_hpke(struct client_node *n, struct vault_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint8_t out[PROTO_KEY_LEN])
{
    struct proto_cert c;

    const struct proto_partner *p = proto_region_partner(&n->region, partner);

    (void)x;
    if (p != NULL && !proto_partner_exists_at(p, clock_now_s()))
        return ERR_DENIED;
    if (client_certs_of_partner(n, partner, PROTO_USE_HPKE, clock_now_s(), &c) != OK) {
        enum err e = client_certs_ask(n, NULL, partner);

        n->certs->missing = e == ERR_NOTFOUND ? p : NULL;
        return e;
    }
    memcpy(out, c.key, PROTO_KEY_LEN);
    return OK;
}

/* ---- our own ---- */

enum { DAY_S = 86400, WARN_S = 14 * DAY_S };

static uint64_t own_end(const struct client_node *n, enum proto_use use)
{
    const struct client_certs *c = n->certs;
    uint64_t end_s = 0;

    for (size_t i = 0; c != NULL && i < c->count; i++)
        if (c->at[i].c.use == use && memcmp(c->at[i].c.partner, n->me->id, PROTO_PARTNER_LEN) == 0 && c->at[i].c.until_s > end_s)
            end_s = c->at[i].c.until_s;
    return end_s;
}

void client_certs_say_missing(const struct client_node *n, struct trouble *t)
{
    if (n->certs == NULL || n->certs->missing == NULL)
        return;
    (void)trouble_at(t, ERR_NOTFOUND, n->certs->missing->handle, 0, 0,
        "has no key now that content can be sealed to: it ended, or was not made known yet; nothing was sent. Ask them to change it (schakel org "
        "rotate hpke), and do this again",
        "heeft nu geen sleutel waarvoor iets kan worden verzegeld: hij is verlopen of nog niet bekendgemaakt; er is niets verstuurd. Vraag hun de "
        "sleutel te wisselen (schakel org rotate hpke), en doe dit opnieuw");
    n->certs->missing = NULL;
}

bool client_certs_is_mute(const struct client_node *n)
{
    uint64_t end_s = own_end(n, PROTO_USE_NODE);

    return end_s != 0 && end_s <= clock_now_s();
}

const char *client_certs_text(const struct client_node *n, enum lang lang, char *buf, size_t len)
{
    static const struct { enum proto_use use; const char *name, *en, *nl; } rows[] = {
        { PROTO_USE_NODE, "node", "the hub takes nothing from here, and gives nothing", "neemt de hub hier niets van aan, en geeft hij niets" },
        { PROTO_USE_HPKE, "hpke", "no content can be sealed to this organisation", "kan niemand iets voor deze organisatie verzegelen" },
        { PROTO_USE_OFFICER, "officer", "what happens cannot be laid open to the privacy officer under a valid key",
            "kan wat er gebeurt niet met een geldige sleutel voor de privacy officer worden opengelegd" },
    };
    uint64_t now_s = clock_now_s();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t end_s = own_end(n, rows[i].use);
        char day[17];

        if (end_s == 0 || end_s > now_s + WARN_S)
            continue;
        clock_format_nl(end_s, day);
        if (lang == LANG_NL)
            (void)snprintf(buf, len, "de sleutel %s van deze organisatie %s op %s; %s %s: wissel hem (schakel org rotate %s) en start het knooppunt opnieuw",
                rows[i].name, end_s <= now_s ? "is verlopen" : "verloopt", day, end_s <= now_s ? "sindsdien" : "daarna", rows[i].nl, rows[i].name);
        else
            (void)snprintf(buf, len, "the %s key of this organisation %s on %s; %s %s: change it (schakel org rotate %s) and start the node again",
                rows[i].name, end_s <= now_s ? "ended" : "ends", day, end_s <= now_s ? "since then" : "after that", rows[i].en, rows[i].name);
        return buf;
    }
    return NULL;
}

/* ---- asking ---- */

/* payload = u8 n, n * (u16 length, certificate). Staff after the rest. */
static enum err take_payload(struct client_node *n, struct proto_blob payload)
{
    struct vault_txn *x = NULL;
    size_t before = n->certs->count;
    enum err e = client_vault_begin(n->vault, true, &x);

    for (int pass = 0; e == OK && pass < 2; pass++) {
        struct rd r;
        uint8_t count;

        rd_init(&r, payload.data, payload.len);
        count = rd_u8(&r);
        for (uint8_t i = 0; i < count && r.err == OK; i++) {
            size_t len = 0;
            const uint8_t *cert = rd_bytes16(&r, PROTO_CERT_MAX, &len);
            struct proto_cert c;
            uint8_t signer[PROTO_KEY_LEN];

            if (cert == NULL || proto_cert_peek(cert, len, &c, signer) != OK || (c.use == PROTO_USE_STAFF) != (pass == 1))
                continue;
            if (client_certs_add(n, x, cert, len) != OK)
                log_event(LOG_WARN, "bad-certificate", NULL);
        }
        e = rd_end(&r);
    }
    e = client_vault_end(x, e);
    /* What is not stored is not known. */
    if (e != OK)
        n->certs->count = before;
    return e;
}

static void asked(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct ask *a = arg;
    size_t before = n->certs->count;
    enum err e = result;

    a->pending = false;
    a->at_ms = clock_mono_ms();
    if (e == OK && reply->result == PROTO_ACCEPTED)
        e = take_payload(n, reply->payload);
    if (e != OK)
        log_event(LOG_WARN, "certificates-not-taken", "err", err_word(e), NULL);
    a->none = e == OK && n->certs->count == before;
    client_calls_again(n);
    client_inbox_process(n);
}

static struct ask *ask_of(struct client_certs *c, const uint8_t id[ASK_ID])
{
    for (size_t i = 0; i < ASKS; i++)
        if (c->ask[i].at_ms != 0 && memcmp(c->ask[i].id, id, ASK_ID) == 0)
            return &c->ask[i];
    return NULL;
}

static struct ask *free_ask(struct client_certs *c)
{
    for (size_t i = 0; i < ASKS; i++) {
        struct ask *a = &c->ask[c->next_ask++ % ASKS];

        if (!a->pending)
            return a;
    }
    return NULL;
}

enum err client_certs_ask(struct client_node *n, const uint8_t *key, const uint8_t partner[PROTO_PARTNER_LEN])
{
    struct client_certs *c = n->certs;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = key != NULL ? PROTO_QUERY_CERT : PROTO_QUERY_CERTS};
    uint8_t id[ASK_ID] = {0};
    struct ask *a;
    enum err e;

    memcpy(id, key != NULL ? key : partner, key != NULL ? PROTO_KEY_LEN : PROTO_PARTNER_LEN);
    a = ask_of(c, id);
    if (a != NULL && a->pending)
        return ERR_BUSY;
    if (a != NULL && a->none && clock_mono_ms() - a->at_ms < NO_AGAIN_MS)
        return ERR_NOTFOUND;
    if (a == NULL && (a = free_ask(c)) == NULL)
        return ERR_BUSY;
    if (client_link_is_down(n))
        return ERR_PEER;
    if (!client_link_is_up(n))
        return ERR_BUSY;
    if (key != NULL)
        memcpy(m.key, key, sizeof m.key);
    else
        memcpy(m.partner, partner, sizeof m.partner);
    e = client_link_ask(n, &m, LINK_QUERY_MS, asked, a);
    if (e != OK)
        return e;
    *a = (struct ask){.pending = true, .at_ms = clock_mono_ms()};
    memcpy(a->id, id, ASK_ID);
    return ERR_BUSY;
}

/* One partner at a time, so that a start does not flood the hub. */
void client_certs_step(struct client_node *n)
{
    struct client_certs *c = n->certs;
    uint64_t now = clock_mono_ms();

    if (!client_link_is_up(n) || now < c->refresh_ms)
        return;
    if (c->refresh_partner >= n->region.partner_count) {
        c->refresh_partner = 0;
        c->refresh_ms = now + REFRESH_MS;
        return;
    }
    if (client_certs_ask(n, NULL, n->region.partner[c->refresh_partner].id) == ERR_PEER)
        return;
    c->refresh_partner++;
}
