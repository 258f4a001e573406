/*
 * client/control: the socket between commands (and later the web process) and the vault: HOME/run/control, a stream socket of mode 0600,
 * u32 length and one JSON object each way, at most 1 MiB. A request is {"command":"x.y","lang":"nl","token":"...",...}, an answer
 * {"ok":true,...} or {"ok":false,"error":{...}}. Answers come in the order of the requests of one connection; who wants several acts
 * under way opens several connections. The reader of an answer is strict too: at most 4,096 keys and values, so long lists come in pages.
 */
#ifndef CLIENT_CONTROL_H
#define CLIENT_CONTROL_H

#include "base/err.h"
#include "base/json.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIENT_CONTROL_MAX = 1 << 20, CLIENT_CONTROL_CONNS = 32 };

/* ---- the vault's side: one thread, in its poll loop ---- */
struct client_control;

/* Replaces a socket that nobody listens on. ERR_BUSY when somebody does; ERR_LONG, ERR_IO. */
MUST_USE enum err client_control_listen(const char *path, struct client_control **out, struct trouble *t);
void client_control_close(struct client_control *c);  /* takes NULL; removes the socket */

/* What to wait for, into fds (room for CLIENT_CONTROL_CONNS + 1). Returns how many. */
size_t client_control_fds(struct client_control *c, struct pollfd *fds);
/* After poll: accept, read and write what is possible without waiting. */
void client_control_step(struct client_control *c, const struct pollfd *fds, size_t count);
/*
 * The next whole request: gives *data (the caller wipes and frees) and the connection to answer to. ERR_BUSY: none. The connection
 * gives no other before it was answered.
 */
MUST_USE enum err client_control_next(struct client_control *c, uint64_t *conn, uint8_t **data, size_t *len);
/* Answer; a connection that went away is not an error. Text longer than CLIENT_CONTROL_MAX becomes an error of class "long". */
void client_control_answer(struct client_control *c, uint64_t conn, const char *text);

/* ---- the commands' side ---- */
/* ERR_PEER when no node runs in this home, saying how to start it. Gives a descriptor. */
MUST_USE enum err client_control_connect(const char *home, int *fd, struct trouble *t);
/* Send a request, and take the answer: gives *reply (cJSON_Delete) whatever "ok" says. */
MUST_USE enum err client_control_send(int fd, const cJSON *request, struct trouble *t);
MUST_USE enum err client_control_receive(int fd, cJSON **reply, struct trouble *t);
/* If the reply says ok:false, its error as trouble (and its class); else OK. */
MUST_USE enum err client_control_check(const cJSON *reply, struct trouble *t);

/* HOME/run/session-LOGIN: the token of an open session, 64 hex digits. login NULL: the only one there is (ERR_NOTFOUND: none;
 * ERR_USAGE: several). */
MUST_USE enum err client_session_token(const char *home, const char *login, char token[65], struct trouble *t);
MUST_USE enum err client_session_write(const char *home, const char *login, const char *token, struct trouble *t);
void client_session_remove(const char *home, const char *login);

#endif
