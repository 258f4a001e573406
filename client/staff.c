/* client/sessions: the staff rows, and the commands that change them. */
#include "client/sessions.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/certs.h"
#include "client/hublink.h"
#include "client/keyfile.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, ROW_MAX = CLIENT_KEY_WRAPPED_MAX + 256, DAY_S = 86400 };

/* ---- rows ---- */

enum err client_staff_put(struct vault_txn *x, const struct client_staff *s)
{
    uint8_t row[ROW_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u8(&w, VERSION);
    wr_u8(&w, s->role);
    wr_u8(&w, s->ended);
    wr_u64(&w, s->cert_until_s);
    wr_bytes16(&w, (const uint8_t *)s->login, strlen(s->login));
    wr_bytes16(&w, (const uint8_t *)s->name, strlen(s->name));
    wr_bytes16(&w, s->wrapped, s->wrapped_len);
    e = wr_end(&w);
    return e == OK ? client_vault_put(x, CLIENT_T_STAFF, s->key, sizeof s->key, row, w.len) : e;
}

static void copy_text(struct rd *r, char *out, size_t out_len)
{
    size_t len = 0;
    const uint8_t *at = rd_bytes16(r, out_len - 1, &len);

    if (at != NULL)
        memcpy(out, at, len);
}

/* Borrows value for wrapped. */
static enum err decode(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len, struct client_staff *out)
{
    struct client_staff s = {0};
    union { const uint8_t *in; uint8_t *out; } wrapped;
    struct rd r;

    if (key_len != sizeof s.key)
        return ERR_RANGE;
    memcpy(s.key, key, sizeof s.key);
    rd_init(&r, value, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    s.role = rd_u8(&r);
    s.ended = rd_u8(&r) != 0;
    s.cert_until_s = rd_u64(&r);
    copy_text(&r, s.login, sizeof s.login);
    copy_text(&r, s.name, sizeof s.name);
    wrapped.in = rd_bytes16(&r, CLIENT_KEY_WRAPPED_MAX, &s.wrapped_len);
    s.wrapped = wrapped.out;
    if (rd_end(&r) == OK)
        *out = s;
    return r.err;
}

void client_staff_fini(struct client_staff *s)
{
    free(s->wrapped);
    *s = (struct client_staff){.role = 0};
}

struct walk { client_staff_each *each; void *arg; enum err err; };

static bool walk_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct walk *w = arg;
    struct client_staff s;

    w->err = decode(key, key_len, value, len, &s);
    return w->err == OK && w->each(w->arg, &s);
}

enum err client_staff_walk(struct vault_txn *x, client_staff_each *each, void *arg)
{
    struct walk w = {.each = each, .arg = arg};
    enum err e = client_vault_walk(x, CLIENT_T_STAFF, NULL, 0, walk_each, &w);

    return e == OK ? w.err : e;
}

struct search { const char *who; struct client_staff found; size_t listed, named; enum err err; };

/* A copy of s in place of what was found before. */
static bool keep(struct search *q, const struct client_staff *s)
{
    uint8_t *wrapped = malloc(s->wrapped_len + 1);

    if (wrapped == NULL) {
        q->err = ERR_NOMEM;
        return false;
    }
    memcpy(wrapped, s->wrapped, s->wrapped_len);
    client_staff_fini(&q->found);
    q->found = *s;
    q->found.wrapped = wrapped;
    return true;
}

static bool search_each(void *arg, const struct client_staff *s)
{
    struct search *q = arg;

    q->listed += !s->ended;
    if (q->who == NULL || s->ended)
        return true;
    if (strcmp(s->login, q->who) == 0) {
        q->named = 1;
        keep(q, s);
        return false;
    }
    if (strcmp(s->name, q->who) != 0)
        return true;
    q->named++;
    return keep(q, s);
}

enum err client_staff_find(struct vault_txn *x, const char *who, struct client_staff *out)
{
    struct search q = {.who = who};
    enum err e = client_staff_walk(x, search_each, &q);

    if (e == OK)
        e = q.err;
    if (e == OK && q.named != 1)
        e = ERR_NOTFOUND;
    if (e == OK)
        *out = q.found;
    else
        client_staff_fini(&q.found);
    return e;
}

/* Of those who left; a login may have been given again. */
static bool left_each(void *arg, const struct client_staff *s)
{
    struct search *q = arg;

    if (!s->ended || strcmp(s->login, q->who) != 0 || (q->named != 0 && s->cert_until_s <= q->found.cert_until_s))
        return true;
    q->named = 1;
    return keep(q, s);
}

enum err client_staff_find_left(struct vault_txn *x, const char *login, struct client_staff *out)
{
    struct search q = {.who = login};
    enum err e = client_staff_walk(x, left_each, &q);

    if (e == OK)
        e = q.err;
    if (e == OK && q.named == 0)
        e = ERR_NOTFOUND;
    if (e == OK)
        *out = q.found;
    else
        client_staff_fini(&q.found);
    return e;
}

enum err client_staff_login(const char *name, char out[CLIENT_LOGIN_MAX + 1])
{
    size_t n = 0;

    for (const char *p = name; *p != '\0' && n < CLIENT_LOGIN_MAX; p++) {
        char c = *p;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (n != 0 && c >= '0' && c <= '9'))
            out[n++] = c;
        else if (n != 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n != 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
    return n >= 2 ? OK : ERR_SYNTAX;
}

/* ---- certificates ---- */

enum err client_staff_certify(struct client_node *n, struct vault_txn *x, struct client_staff *s, struct client_call *c)
{
    uint64_t now = clock_now_s();
    struct proto_cert cert = {.use = PROTO_USE_STAFF, .role = s->role, .from_s = now - 600, .until_s = now + CLIENT_STAFF_CERT_S};
    struct proto_msg *m = calloc(1, sizeof *m);
    uint8_t data[PROTO_CERT_MAX], id[PROTO_ID_LEN];
    size_t len = 0;
    enum err e = m == NULL ? ERR_NOMEM : OK;

    memcpy(cert.region, n->region.hash, sizeof cert.region);
    memcpy(cert.partner, n->me->id, sizeof cert.partner);
    memcpy(cert.key, s->key, sizeof cert.key);
    if (e == OK) {
        e = proto_cert_make(&cert, secret_wake(n->node_key), data, sizeof data, &len);
        secret_sleep(n->node_key);
    }
    if (e == OK)
        e = client_certs_add(n, x, data, len);
    if (e == OK) {
        m->kind = PROTO_PUBLISH;
        m->original = (struct proto_blob){data, len};
        e = client_outbox_put(n, x, m, NULL, id);
    }
    if (e == OK) {
        s->cert_until_s = cert.until_s;
        if (c != NULL)
            client_call_wait(c, id);
    }
    free(m);
    return e;
}

/* ---- the commands ---- */

/* The first of all is made without a session: nobody has one yet. It must be an administrator, who adds the others. */
static enum err may_add(struct client_call *c, struct vault_txn *x, enum proto_role role)
{
    struct search q = {.who = NULL};
    enum err e = client_staff_walk(x, search_each, &q);

    if (e != OK)
        return e;
    if (q.listed == 0)
        return role == PROTO_ROLE_ADMIN ? OK
                                        : trouble_at(&c->trouble, ERR_STATE, "--role", 0, 0, "the first of the staff must have the role admin",
                                              "de eerste medewerker moet de rol admin hebben");
    if (c->who == NULL || c->who->role != PROTO_ROLE_ADMIN)
        return trouble_set(&c->trouble, ERR_DENIED, "only an administrator adds staff: schakel login --as LOGIN",
            "alleen een beheerder voegt medewerkers toe: schakel login --as AANMELDNAAM");
    return OK;
}

static enum err describe(struct client_call *c, struct client_staff *s)
{
    const char *name = NULL, *role = NULL, *login = NULL;
    enum err e = client_arg_text(c, "name", &name);

    if (e == OK)
        e = client_arg_text(c, "role", &role);
    if (e != OK)
        return e;
    if (strlen(name) >= sizeof s->name || name[0] == '\0')
        return trouble_at(&c->trouble, ERR_RANGE, "--name", 0, 0, "has 1 to 63 bytes", "heeft 1 tot 63 bytes");
    memcpy(s->name, name, strlen(name) + 1);
    s->role = (uint8_t)proto_role_from(role);
    if (s->role == PROTO_ROLE_NONE)
        return trouble_at(&c->trouble, ERR_RANGE, "--role", 0, 0, "is not a role: caseworker, coordinator, second, officer, fg, adopter, admin ...",
            "is geen rol: caseworker, coordinator, second, officer, fg, adopter, admin ...");
    e = client_arg_text_or(c, "login", name, &login);
    if (e != OK)
        return e;
    return client_staff_login(login, s->login) == OK
        ? OK
        : trouble_at(&c->trouble, ERR_SYNTAX, "--login", 0, 0, "give 2 to 32 letters to log in with",
                         "geef 2 tot 32 letters om mee aan te melden");
}

static enum err make_key(struct client_call *c, struct client_staff *s)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    const char *passphrase = NULL;
    struct client_unlock by = {0};
    enum err e = client_arg_text(c, "passphrase", &passphrase);

    if (e != OK)
        return e;
    by.passphrase = passphrase;
    if (crypto_sign_keypair(s->key, secret) != 0)
        abort();
    e = client_key_wrap(&(struct client_plain_key){"staff", secret, sizeof secret, s->key}, &by, &s->wrapped, &s->wrapped_len);
    sodium_memzero(secret, sizeof secret);
    return e == ERR_RANGE ? trouble_set(&c->trouble, e, "a passphrase has %d to %d bytes", "een wachtzin heeft %d tot %d bytes",
                                CLIENT_PASSPHRASE_MIN, CLIENT_PASSPHRASE_MAX)
                          : e;
}

enum err client_do_staff_add(struct client_call *c, struct vault_txn *x)
{
    struct client_staff s = {0}, other = {0};
    enum err e = describe(c, &s);

    if (e == OK)
        e = may_add(c, x, (enum proto_role)s.role);
    if (e == OK) {
        e = client_staff_find(x, s.login, &other);
        client_staff_fini(&other);
        if (e == OK)
            e = trouble_at(&c->trouble, ERR_EXISTS, "--login", 0, 0, "'%s' is taken: give another", "'%s' is al in gebruik: geef een andere",
                s.login);
        e = e == ERR_NOTFOUND ? OK : e;
    }
    if (e == OK)
        e = make_key(c, &s);
    if (e == OK)
        e = client_staff_certify(c->node, x, &s, c);
    if (e == OK)
        e = client_staff_put(x, &s);
    if (e == OK) {
        json_add_text(c->reply, "login", s.login);
        json_add_text(c->reply, "name", s.name);
        json_add_text(c->reply, "role", proto_role_name((enum proto_role)s.role));
    }
    client_staff_fini(&s);
    return e;
}

struct listing { cJSON *rows; uint64_t now_s; };

static bool list_each(void *arg, const struct client_staff *s)
{
    struct listing *l = arg;
    cJSON *row = json_push_object(l->rows);

    json_add_text(row, "login", s->login);
    json_add_text(row, "name", s->name);
    json_add_text(row, "role", proto_role_name((enum proto_role)s->role));
    json_add_bool(row, "ended", s->ended);
    json_add_u64(row, "cert_days", s->cert_until_s > l->now_s ? (s->cert_until_s - l->now_s) / DAY_S : 0);
    return true;
}

enum err client_do_staff_list(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {.rows = json_add_array(c->reply, "staff"), .now_s = clock_now_s()};

    return client_staff_walk(x, list_each, &l);
}

/* Somebody who left already has nothing to end; the key may still be revoked. */
static enum err say_left(struct client_call *c, struct vault_txn *x, const char *login)
{
    struct client_staff s = {0};
    enum err e = client_staff_find_left(x, login, &s);
    char until[17] = "";

    if (e == OK) {
        clock_format_nl(s.cert_until_s, until);
        json_add_text(c->reply, "login", s.login);
        json_add_text(c->reply, "certificate_until", until);
        json_add_bool(c->reply, "already", true);
        if (s.cert_until_s > clock_now_s())
            json_add_text(c->reply, "next", c->trouble.lang == LANG_NL ? "Moet de sleutel nu al nergens meer tellen: schakel staff revoke --login met deze naam"
                                                                       : "Must the key count nowhere from now on: schakel staff revoke --login with this name");
    }
    client_staff_fini(&s);
    return e == ERR_NOTFOUND ? trouble_at(&c->trouble, e, "--login", 0, 0, "nobody here has this login; see: schakel staff list",
                                   "niemand hier heeft deze aanmeldnaam; zie: schakel staff list")
                             : e;
}

/* Nothing is taken back at the hub: the certificate is not renewed and ends within seven days; the session ends now. */
enum err client_do_staff_end(struct client_call *c, struct vault_txn *x)
{
    struct client_staff s = {0};
    const char *login = NULL;
    char until[17];
    enum err e = client_arg_text(c, "login", &login);

    if (e == OK)
        e = client_staff_find(x, login, &s);
    if (e == ERR_NOTFOUND)
        return say_left(c, x, login);
    if (e == OK && c->who != NULL && strcmp(s.login, c->who->login) == 0)
        e = trouble_at(&c->trouble, ERR_STATE, "--login", 0, 0, "somebody else must end your own work here",
            "iemand anders moet uw eigen werk hier beëindigen");
    if (e == OK) {
        s.ended = true;
        sodium_memzero(s.wrapped, s.wrapped_len);
        s.wrapped_len = 0;
        e = client_staff_put(x, &s);
    }
    if (e == OK) {
        client_sessions_end(c->node, s.login);
        clock_format_nl(s.cert_until_s, until);
        json_add_text(c->reply, "login", s.login);
        json_add_text(c->reply, "certificate_until", until);
    }
    client_staff_fini(&s);
    return e;
}
