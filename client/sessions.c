#include "client/sessions.h"

#include "base/log.h"
#include "base/text.h"
#include "client/hublink.h"
#include "client/keyfile.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_LEN = 32, RENEW_S = 3 * 86400 };

struct client_sessions { struct client_session *at[CLIENT_SESSIONS_MAX]; };

enum err client_sessions_open(struct client_node *n)
{
    n->sessions = calloc(1, sizeof *n->sessions);
    return n->sessions != NULL ? OK : ERR_NOMEM;
}

static void drop(struct client_session *s)
{
    if (s == NULL)
        return;
    secret_free(s->secret);
    sodium_memzero(s, sizeof *s);
    free(s);
}

void client_sessions_close(struct client_sessions *s)
{
    for (size_t i = 0; s != NULL && i < CLIENT_SESSIONS_MAX; i++)
        drop(s->at[i]);
    free(s);
}

void client_sessions_end(struct client_node *n, const char *login)
{
    for (size_t i = 0; i < CLIENT_SESSIONS_MAX; i++) {
        struct client_session **s = &n->sessions->at[i];

        if (*s != NULL && strcmp((*s)->login, login) == 0) {
            drop(*s);
            *s = NULL;
        }
    }
}

void client_sessions_step(struct client_node *n)
{
    uint64_t now = clock_now_s();

    for (size_t i = 0; i < CLIENT_SESSIONS_MAX; i++) {
        struct client_session **s = &n->sessions->at[i];

        if (*s != NULL && (*s)->until_s <= now) {
            drop(*s);
            *s = NULL;
        }
    }
}

size_t client_sessions_count(const struct client_node *n)
{
    size_t count = 0;

    for (size_t i = 0; i < CLIENT_SESSIONS_MAX; i++)
        count += n->sessions->at[i] != NULL;
    return count;
}

/* A new session; another of the same person ends. Takes secret (64 bytes). ERR_FULL, ERR_NOMEM. */
static enum err add(struct client_node *n, const struct client_staff *staff, struct secret *secret, struct client_session **out)
{
    struct client_session **place = NULL, *s;
    uint8_t token[TOKEN_LEN];

    client_sessions_end(n, staff->login);
    for (size_t i = 0; i < CLIENT_SESSIONS_MAX && place == NULL; i++)
        if (n->sessions->at[i] == NULL)
            place = &n->sessions->at[i];
    if (place == NULL)
        return ERR_FULL;
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    memcpy(s->login, staff->login, sizeof s->login);
    memcpy(s->name, staff->name, sizeof s->name);
    memcpy(s->key, staff->key, sizeof s->key);
    s->role = (enum proto_role)staff->role;
    s->until_s = clock_now_s() + CLIENT_SESSION_S;
    s->cert_until_s = staff->cert_until_s;
    s->secret = secret;
    randombytes_buf(token, sizeof token);
    text_hex(token, sizeof token, s->token, sizeof s->token);
    sodium_memzero(token, sizeof token);
    *place = *out = s;
    return OK;
}

struct client_session *client_sessions_of_args(struct client_node *n, const cJSON *args)
{
    const char *token = NULL;
    uint64_t now = clock_now_s();

    if (json_text(args, "token", &token) != OK || strlen(token) != 2 * TOKEN_LEN)
        return NULL;
    for (size_t i = 0; i < CLIENT_SESSIONS_MAX; i++) {
        struct client_session *s = n->sessions->at[i];

        if (s != NULL && s->until_s > now && sodium_memcmp(s->token, token, 2 * TOKEN_LEN) == 0)
            return s;
    }
    return NULL;
}

/* ---- the commands ---- */

static enum err open_key(struct client_call *c, const struct client_staff *s, struct secret **secret)
{
    const char *passphrase = NULL;
    enum err e = client_arg_text(c, "passphrase", &passphrase);
    struct client_unlock by = {.passphrase = passphrase};

    if (e == OK)
        e = client_key_unwrap(s->wrapped, s->wrapped_len, "staff", &by, secret, NULL);
    if (e == ERR_KEY)
        e = trouble_set(&c->trouble, ERR_DENIED,
            "login or passphrase is not right: try again; who forgot it is added anew by the administrator "
            "(schakel staff end, staff add)",
            "aanmeldnaam of wachtzin klopt niet: probeer opnieuw; wie haar vergat, wordt door de beheerder "
            "opnieuw toegevoegd (schakel staff end, staff add)");
    return e;
}

enum err client_do_login(struct client_call *c, struct vault_txn *x)
{
    struct client_staff s = {0};
    struct client_session *session = NULL;
    struct secret *secret = NULL;
    const char *as = NULL;
    char day[17];
    enum err e = client_arg_text(c, "as", &as);

    if (e == OK)
        e = client_staff_find(x, as, &s);
    /* The same words for somebody unknown: who works here is nobody's business. */
    if (e == ERR_NOTFOUND)
        e = trouble_set(&c->trouble, ERR_DENIED,
            "login or passphrase is not right: try again; who forgot it is added anew by the administrator "
            "(schakel staff end, staff add)",
            "aanmeldnaam of wachtzin klopt niet: probeer opnieuw; wie haar vergat, wordt door de beheerder "
            "opnieuw toegevoegd (schakel staff end, staff add)");
    if (e == OK)
        e = open_key(c, &s, &secret);
    if (e == OK && s.cert_until_s < clock_now_s() + RENEW_S) {
        e = client_staff_certify(c->node, x, &s, c);
        if (e == OK)
            e = client_staff_put(x, &s);
    }
    if (e == OK)
        e = add(c->node, &s, secret, &session);
    if (e == OK) {
        secret = NULL;
        clock_format_nl(session->until_s, day);
        json_add_text(c->reply, "login", s.login);
        json_add_text(c->reply, "role", proto_role_name((enum proto_role)s.role));
        json_add_text(c->reply, "until", day);
        json_add_text(c->reply, "token", session->token);
        log_event(LOG_INFO, "login", "role", proto_role_name((enum proto_role)s.role), NULL);
    }
    secret_free(secret);
    client_staff_fini(&s);
    return e;
}

enum err client_do_logout(struct client_call *c, struct vault_txn *x)
{
    char login[33];

    (void)x;
    memcpy(login, c->who->login, sizeof login);
    json_add_text(c->reply, "login", login);
    c->who = NULL;
    client_sessions_end(c->node, login);
    return OK;
}

/* Who has a session and knows the present one: an unattended screen is not enough. */
enum err client_do_passphrase(struct client_call *c, struct vault_txn *x)
{
    struct client_staff s = {0};
    struct secret *secret = NULL;
    const char *passphrase = NULL;
    uint8_t *wrapped = NULL;
    size_t len = 0;
    enum err e = client_arg_text(c, "new_passphrase", &passphrase);
    struct client_unlock by = {.passphrase = passphrase};

    if (e == OK)
        e = client_staff_find(x, c->who->login, &s);
    if (e == OK)
        e = open_key(c, &s, &secret);
    if (e == OK) {
        e = client_key_wrap(&(struct client_plain_key){"staff", secret_wake(secret), secret_len(secret), s.key}, &by, &wrapped, &len);
        secret_sleep(secret);
    }
    if (e == ERR_RANGE)
        e = trouble_set(&c->trouble, e, "a passphrase has %d to %d bytes", "een wachtzin heeft %d tot %d bytes", CLIENT_PASSPHRASE_MIN, CLIENT_PASSPHRASE_MAX);
    if (e == OK) {
        free(s.wrapped);
        s.wrapped = wrapped;
        s.wrapped_len = len;
        wrapped = NULL;
        e = client_staff_put(x, &s);
    }
    if (e == OK)
        json_add_text(c->reply, "login", s.login);
    free(wrapped);
    secret_free(secret);
    client_staff_fini(&s);
    return e;
}
