/*
 * client/sessions: who is at work in this node: open sessions in memory, and the staff rows they come from. A
 * person's private key is at rest only wrapped under that person's passphrase, and in memory only while the
 * session is open: four eyes means two sessions.
 */
#ifndef CLIENT_SESSIONS_H
#define CLIENT_SESSIONS_H

#include "client/node.h"

enum {
    CLIENT_SESSION_S = 8 * 3600,
    CLIENT_SESSIONS_MAX = 64,
    CLIENT_STAFF_CERT_S = 7 * 86400,
    CLIENT_LOGIN_MAX = 32
};

/* One of the staff (CLIENT_T_STAFF, by public key). */
struct client_staff {
    uint8_t key[PROTO_KEY_LEN];
    char login[CLIENT_LOGIN_MAX + 1], name[64];
    uint8_t role;
    bool ended;
    uint64_t cert_until_s;
    uint8_t *wrapped;            /* of the row: freed by client_staff_fini */
    size_t wrapped_len;
};

/* s is borrowed, also what it points at. ERR_RANGE, ERR_FULL, ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_staff_put(struct vault_txn *x, const struct client_staff *s);
/* By login, or by a full name that is nobody's login and that one of them has; ended ones only by key. ERR_NOTFOUND. Gives *out
 * (client_staff_fini). */
MUST_USE enum err client_staff_find(struct vault_txn *x, const char *who, struct client_staff *out);
/* Of those who left, by login: the one whose certificate ends last. As above. */
MUST_USE enum err client_staff_find_left(struct vault_txn *x, const char *login, struct client_staff *out);
/* Everybody, those who left too, until each returns false; s is valid during the call. ERR_VERSION: a row of a newer program. */
typedef bool client_staff_each(void *arg, const struct client_staff *s);
MUST_USE enum err client_staff_walk(struct vault_txn *x, client_staff_each *each, void *arg);
void client_staff_fini(struct client_staff *s);  /* what find gave; wipes the wrapped key */

/* "Anna de Vries" to "anna-de-vries". out holds CLIENT_LOGIN_MAX + 1. ERR_SYNTAX when nothing is left. */
MUST_USE enum err client_staff_login(const char *name, char out[CLIENT_LOGIN_MAX + 1]);

/* Certify the staff key for seven days under the node's key, publish it (waited for by c when not NULL), fill
 * s->cert_until_s. */
MUST_USE enum err client_staff_certify(
    struct client_node *n, struct vault_txn *x, struct client_staff *s, struct client_call *c);

struct client_sessions;
MUST_USE enum err client_sessions_open(struct client_node *n);   /* sets n->sessions */
void client_sessions_close(struct client_sessions *s);           /* takes NULL; wipes all keys */
/* The session whose token stands in args; NULL: none, or its time is over. */
struct client_session *client_sessions_of_args(struct client_node *n, const cJSON *args);
void client_sessions_end(struct client_node *n, const char *login);
size_t client_sessions_count(const struct client_node *n);
/* End those whose time is over. */
void client_sessions_step(struct client_node *n);

client_handler client_do_login, client_do_logout, client_do_passphrase, client_do_staff_add, client_do_staff_list,
    client_do_staff_end;

#endif
