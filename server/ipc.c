#include "server/ipc.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

enum { IN_CAP = 2 * (SERVER_IPC_HEAD + SERVER_IPC_BODY_MAX), OUT_CAP_START = 1 << 16, OUT_CAP_KEEP = 4 << 20, LINGER_MS = 3000 };

static const char *const role_names[SERVER_ROLES] = { "none", "gate", "core", "signer", "oprf", "cosigner", "witness" };

/* Who may say what to whom, and how long its body is. Everything else ends the reader. */
static const struct rule {
    enum server_ipc_what what;
    enum server_role from, to;
    size_t min, max;
} rules[] = {
    { SERVER_IPC_FRAME,   SERVER_ROLE_GATE,   SERVER_ROLE_CORE,   PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_FRAME,   SERVER_ROLE_GATE,   SERVER_ROLE_OPRF,   PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_ANSWER,  SERVER_ROLE_CORE,   SERVER_ROLE_GATE,   PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_ANSWER,  SERVER_ROLE_OPRF,   SERVER_ROLE_GATE,   PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_FRAME,   SERVER_ROLE_GATE,   SERVER_ROLE_COSIGNER, PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_ANSWER,  SERVER_ROLE_COSIGNER, SERVER_ROLE_GATE, PROTO_FRAME_HEAD, PROTO_FRAME_MAX },
    { SERVER_IPC_STOP,    SERVER_ROLE_GATE,   SERVER_ROLE_COSIGNER, 0, 0 },
    { SERVER_IPC_STOP,    SERVER_ROLE_GATE,   SERVER_ROLE_CORE,   0, 0 },
    { SERVER_IPC_STOP,    SERVER_ROLE_GATE,   SERVER_ROLE_OPRF,   0, 0 },
    { SERVER_IPC_TO_WITNESS, SERVER_ROLE_CORE, SERVER_ROLE_WITNESS, 2, 1 + 16384 },
    { SERVER_IPC_FROM_WITNESS, SERVER_ROLE_WITNESS, SERVER_ROLE_CORE, 3, 3 + PROTO_NOTE_MAX },
    { SERVER_IPC_STOP,    SERVER_ROLE_CORE,   SERVER_ROLE_WITNESS, 0, 0 },
    { SERVER_IPC_LAST,    SERVER_ROLE_CORE,   SERVER_ROLE_SIGNER, 0, 0 },
    { SERVER_IPC_SIGN,    SERVER_ROLE_CORE,   SERVER_ROLE_SIGNER, 8 + 32 + 1, 8 + 32 + 1 + PROTO_PROOF_MAX * 32 },
    { SERVER_IPC_SIGNED,  SERVER_ROLE_SIGNER, SERVER_ROLE_CORE,   8 + 32, 8 + 32 + PROTO_NOTE_MAX },
    { SERVER_IPC_REFUSED, SERVER_ROLE_SIGNER, SERVER_ROLE_CORE,   1, 1 },
};

const char *server_role_name(enum server_role r)
{
    return (unsigned)r < SERVER_ROLES ? role_names[r] : role_names[0];
}

enum server_role server_role_from(const char *name)
{
    for (unsigned i = 1; i < SERVER_ROLES; i++)
        if (strcmp(name, role_names[i]) == 0)
            return (enum server_role)i;
    return SERVER_ROLE_NONE;
}

static volatile sig_atomic_t is_stopping;

static void on_term(int number)
{
    (void)number;
    is_stopping = 1;
}

void server_role_heed(void)
{
    struct sigaction heed = { .sa_handler = on_term, .sa_flags = SA_RESTART };

    if (sigemptyset(&heed.sa_mask) != 0 || sigaction(SIGTERM, &heed, NULL) != 0)
        abort();
}

bool server_role_is_stopping(void)
{
    return is_stopping != 0;
}

void server_role_linger(void)
{
    struct sigaction end = { .sa_handler = SIG_DFL };
    sigset_t term;

    if (is_stopping)
        return;
    if (sigemptyset(&end.sa_mask) != 0 || sigaction(SIGTERM, &end, NULL) != 0 || sigemptyset(&term) != 0
        || sigaddset(&term, SIGTERM) != 0 || sigprocmask(SIG_UNBLOCK, &term, NULL) != 0)
        abort();
    (void)poll(NULL, 0, LINGER_MS);
}

int server_role_end(const char *what, enum err e, const struct trouble *t)
{
    char line[768];

    if (e == OK || e == ERR_PEER)
        server_role_linger();
    if (e == OK)
        return EX_OK;
    trouble_line(t, line, sizeof line);
    log_event(LOG_ERROR, what, "err", err_word(e), "message", line, NULL);
    return err_exit(e);
}

static const struct rule *rule_of(enum server_ipc_what what, enum server_role from, enum server_role to)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].what == what && rules[i].from == from && rules[i].to == to)
            return &rules[i];
    return NULL;
}

/* ---- in ---- */

enum err server_ipc_in_init(struct server_ipc_in *in, int fd, enum server_role from, enum server_role to)
{
    uint8_t *buf = malloc(IN_CAP);

    if (buf == NULL)
        return ERR_NOMEM;
    *in = (struct server_ipc_in){ .fd = fd, .from = from, .to = to, .buf = buf, .cap = IN_CAP };
    return OK;
}

void server_ipc_in_fini(struct server_ipc_in *in)
{
    free(in->buf);
    in->buf = NULL;
    in->cap = in->start = in->end = 0;
}

enum err server_ipc_take(struct server_ipc_in *in, struct server_ipc_msg *m)
{
    const struct rule *rule;
    struct rd r;
    size_t left = in->end - in->start, len;
    uint8_t what;
    uint64_t tag;

    if (left < SERVER_IPC_HEAD)
        return ERR_BUSY;
    rd_init(&r, in->buf + in->start, left);
    len = rd_u32(&r);
    what = rd_u8(&r);
    tag = rd_u64(&r);
    if (len < SERVER_IPC_HEAD - 4 || len > SERVER_IPC_HEAD - 4 + SERVER_IPC_BODY_MAX)
        return ERR_LONG;
    len -= SERVER_IPC_HEAD - 4;
    rule = rule_of((enum server_ipc_what)what, in->from, in->to);
    if (rule == NULL)
        return ERR_DENIED;
    if (len < rule->min || len > rule->max)
        return ERR_RANGE;
    if (rd_left(&r) < len)
        return ERR_BUSY;
    *m = (struct server_ipc_msg){ .what = rule->what, .tag = tag, .body = rd_view(&r, len), .len = len };
    in->start += SERVER_IPC_HEAD + len;
    return OK;
}

enum err server_ipc_fill(struct server_ipc_in *in)
{
    ssize_t n;

    /* One message always fits behind the start once what is left has been moved to the front. */
    if (in->start == in->end) {
        in->start = in->end = 0;
    } else if (in->cap - in->end < in->cap / 2) {
        memmove(in->buf, in->buf + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    do
        n = recv(in->fd, in->buf + in->end, in->cap - in->end, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_BUSY : ERR_PEER;
    if (n == 0)
        return ERR_PEER;
    in->end += (size_t)n;
    return OK;
}

enum err server_ipc_next(struct server_ipc_in *in, struct server_ipc_msg *m)
{
    enum err e;

    while ((e = server_ipc_take(in, m)) == ERR_BUSY)
        if ((e = server_ipc_fill(in)) != OK)
            return e;
    return e;
}

/* ---- out ---- */

void server_ipc_out_init(struct server_ipc_out *out, int fd, enum server_role from, enum server_role to)
{
    *out = (struct server_ipc_out){ .fd = fd, .from = from, .to = to };
}

void server_ipc_out_fini(struct server_ipc_out *out)
{
    free(out->buf);
    *out = (struct server_ipc_out){ .fd = -1 };
}

static enum err make_room(struct server_ipc_out *out, size_t need)
{
    size_t cap = out->cap != 0 ? out->cap : OUT_CAP_START;
    uint8_t *grown;

    if (out->start != 0 && out->cap - out->end < need) {
        memmove(out->buf, out->buf + out->start, out->end - out->start);
        out->end -= out->start;
        out->start = 0;
    }
    while (cap - out->end < need)
        cap *= 2;
    if (cap == out->cap)
        return OK;
    grown = realloc(out->buf, cap);
    if (grown == NULL)
        return ERR_NOMEM;
    out->buf = grown;
    out->cap = cap;
    return OK;
}

enum err server_ipc_reserve(struct server_ipc_out *out, enum server_ipc_what what, uint64_t tag, size_t len, uint8_t **body)
{
    struct wr w;
    enum err e;

    if (rule_of(what, out->from, out->to) == NULL)
        abort();
    if (len > SERVER_IPC_BODY_MAX)
        return ERR_LONG;
    e = make_room(out, SERVER_IPC_HEAD + len);
    if (e != OK)
        return e;
    wr_init(&w, out->buf + out->end, SERVER_IPC_HEAD);
    wr_u32(&w, 0);
    wr_u8(&w, (uint8_t)what);
    wr_u64(&w, tag);
    *body = out->buf + out->end + SERVER_IPC_HEAD;
    return wr_end(&w);
}

void server_ipc_written(struct server_ipc_out *out, size_t len)
{
    struct wr w;

    wr_init(&w, out->buf + out->end, 4);
    wr_u32(&w, (uint32_t)(SERVER_IPC_HEAD - 4 + len));
    out->end += SERVER_IPC_HEAD + len;
}

enum err server_ipc_put(struct server_ipc_out *out, enum server_ipc_what what, uint64_t tag, const uint8_t *body, size_t len)
{
    uint8_t *to;
    enum err e = server_ipc_reserve(out, what, tag, len, &to);

    if (e != OK)
        return e;
    if (len != 0)
        memcpy(to, body, len);
    server_ipc_written(out, len);
    return OK;
}

size_t server_ipc_pending(const struct server_ipc_out *out)
{
    return out->end - out->start;
}

/* All went: a buffer that one burst made large is given back. */
static void emptied(struct server_ipc_out *out)
{
    out->start = out->end = 0;
    if (out->cap > OUT_CAP_KEEP) {
        free(out->buf);
        out->buf = NULL;
        out->cap = 0;
    }
}

enum err server_ipc_flush(struct server_ipc_out *out)
{
    while (out->start != out->end) {
        ssize_t n = send(out->fd, out->buf + out->start, out->end - out->start, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_BUSY : ERR_PEER;
        out->start += (size_t)n;
    }
    emptied(out);
    return OK;
}
