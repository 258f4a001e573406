#include "server/gate.h"

#include "base/clock.h"
#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "proto/reply.h"
#include "proto/wire.h"
#include "server/ipc.h"
#include "server/start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    OPRF_FD = PROC_FIRST_FD, SECOND_FD = PROC_FIRST_FD + 1,
    BATCH = 256,              /* frames taken before answers are looked at again */
    BUFFERED_MAX = 32 << 20,  /* bytes waiting for a role that does not read: beyond it the answer is "try again" */
    FLUSH_AT = 1 << 20,       /* offered to the role before the batch is over, so that only what it does not take waits */
    SEND_BUFFER = 4 << 20,
    DRAIN_MS = 2000,
    DESCRIPTORS = 4096 + 128  /* connections (proto/wire_server), and what the role has besides */
};

/* A question under way: where its answer goes. */
struct slot {
    uint8_t route[WIRE_ROUTE_MAX];
    size_t route_len;
    uint32_t turn;      /* in the tag, so that a late second answer finds nothing */
    bool used;
    uint32_t next_free;
};

/* Other roles. Behind the share stands the core of a hub, or the witness of a keyholder. */
enum { OPRF, SECOND, LINKS };

struct link {
    struct server_ipc_in in;
    struct server_ipc_out out;
    enum server_role role;
    bool is_open;
};

struct gate {
    struct wire_server *server;
    struct link link[LINKS];
    enum server_role second;    /* SERVER_ROLE_NONE: there is none */
    struct slot slot[SERVER_GATE_QUEUE_MAX];
    uint32_t first_free;
    size_t under_way;
    bool stopping;
};

/* ---- slots ---- */

static void slots_init(struct gate *g)
{
    for (uint32_t i = 0; i < SERVER_GATE_QUEUE_MAX; i++)
        g->slot[i].next_free = i + 1;
}

static bool slot_take(struct gate *g, const uint8_t *route, size_t route_len, uint64_t *tag)
{
    uint32_t i = g->first_free;
    struct slot *s;

    if (i == SERVER_GATE_QUEUE_MAX)
        return false;
    s = &g->slot[i];
    g->first_free = s->next_free;
    memcpy(s->route, route, route_len);
    s->route_len = route_len;
    s->used = true;
    s->turn++;
    g->under_way++;
    *tag = (uint64_t)s->turn << 32 | i;
    return true;
}

/* NULL when the tag is of no question under way. */
static struct slot *slot_find(struct gate *g, uint64_t tag)
{
    uint32_t i = (uint32_t)tag;

    if (i >= SERVER_GATE_QUEUE_MAX || !g->slot[i].used || g->slot[i].turn != (uint32_t)(tag >> 32))
        return NULL;
    return &g->slot[i];
}

static void slot_free(struct gate *g, struct slot *s)
{
    s->used = false;
    s->next_free = g->first_free;
    g->first_free = (uint32_t)(s - g->slot);
    g->under_way--;
}

/* ---- frames from the network ---- */

/* The gate's own answers: to what is no frame, and to what does not fit any more. */
static enum err answer_self(struct gate *g, const uint8_t *route, size_t route_len, enum proto_refusal why)
{
    uint8_t body[PROTO_REPLY_PLAIN], frame[PROTO_FRAME_HEAD + PROTO_REPLY_PLAIN];
    struct proto_reply reply = { .result = (uint8_t)why, .hub_time_s = clock_now_s() };
    size_t len, frame_len;
    enum err e = proto_reply_encode(&reply, PROTO_REPLY_PLAIN, body, sizeof body, &len);

    if (e == OK)
        e = proto_frame_encode(PROTO_REPLY, body, len, frame, sizeof frame, &frame_len);
    return e == OK ? wire_server_send(g->server, route, route_len, frame, frame_len) : e;
}

static enum err forward(struct gate *g, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len)
{
    enum proto_kind kind;
    const uint8_t *body;
    size_t body_len;
    enum err e;
    struct server_ipc_out *out = &g->link[SECOND].out;
    bool is_for_share;
    uint64_t tag;

    if (proto_frame_decode(frame, len, &kind, &body, &body_len) != OK)
        return answer_self(g, route, route_len, PROTO_NOT_A_FRAME);
    is_for_share = kind == PROTO_DERIVE || (kind == PROTO_REGISTRY_COPY && g->second != SERVER_ROLE_CORE);
    if (!is_for_share && (g->second == SERVER_ROLE_NONE || (g->second == SERVER_ROLE_COSIGNER && kind != PROTO_WITNESS)))
        return answer_self(g, route, route_len, PROTO_WRONG_KIND);
    if (is_for_share)
        out = &g->link[OPRF].out;
    if (server_ipc_pending(out) + len > BUFFERED_MAX || !slot_take(g, route, route_len, &tag))
        return answer_self(g, route, route_len, PROTO_TROUBLE);
    e = server_ipc_put(out, SERVER_IPC_FRAME, tag, frame, len);
    if (e == OK && server_ipc_pending(out) >= FLUSH_AT)
        e = server_ipc_flush(out);
    /* That the role is gone shows where its answers are read. */
    return e == ERR_BUSY || e == ERR_PEER ? OK : e;
}

static enum err take_frames(struct gate *g)
{
    for (size_t i = 0; i < BATCH; i++) {
        uint8_t route[WIRE_ROUTE_MAX];
        const uint8_t *frame;
        size_t route_len, len;
        void *handle;
        enum err e = wire_server_recv(g->server, route, &route_len, &handle, &frame, &len);

        if (e == ERR_BUSY)
            return OK;
        if (e == OK) {
            e = forward(g, route, route_len, frame, len);
            wire_free(handle);
        }
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- answers from the other roles ---- */

static enum err take_answers(struct gate *g, struct link *l)
{
    struct server_ipc_msg m;
    enum err e = server_ipc_fill(&l->in);

    if (e == ERR_PEER)
        l->is_open = false;
    if (e != OK)
        return e == ERR_BUSY || e == ERR_PEER ? OK : e;
    while ((e = server_ipc_take(&l->in, &m)) == OK) {
        struct slot *s = slot_find(g, m.tag);

        if (s == NULL)
            continue;
        e = wire_server_send(g->server, s->route, s->route_len, m.body, m.len);
        slot_free(g, s);
        if (e != OK)
            return e;
    }
    return e == ERR_BUSY ? OK : e;
}

/* ---- the loop ---- */

static enum err flush(struct link *l)
{
    enum err e = l->is_open ? server_ipc_flush(&l->out) : OK;

    if (e == ERR_PEER)
        l->is_open = false;
    return e == ERR_BUSY || e == ERR_PEER ? OK : e;
}

static enum err stop_taking(struct gate *g)
{
    enum err e = OK;

    g->stopping = true;
    for (size_t i = 0; e == OK && i < LINKS; i++)
        if (g->link[i].is_open)
            e = server_ipc_put(&g->link[i].out, SERVER_IPC_STOP, 0, NULL, 0);
    return e;
}

static struct pollfd wait_for_link(const struct link *l)
{
    return (struct pollfd){ .fd = l->is_open ? l->in.fd : -1,
        .events = (short)(POLLIN | (server_ipc_pending(&l->out) != 0 ? POLLOUT : 0)) };
}

static enum err step(struct gate *g, int signals)
{
    struct pollfd p[LINKS + 2];
    enum err e = OK;

    for (size_t i = 0; i < LINKS; i++)
        p[i] = wait_for_link(&g->link[i]);
    p[LINKS] = (struct pollfd){ .fd = g->stopping ? -1 : wire_server_fd(g->server), .events = POLLIN };
    p[LINKS + 1] = (struct pollfd){ .fd = g->stopping ? -1 : signals, .events = POLLIN };
    if (poll(p, LINKS + 2, -1) < 0)
        return errno == EINTR ? OK : ERR_IO;
    for (size_t i = 0; e == OK && i < LINKS; i++)
        if (p[i].revents & (POLLIN | POLLHUP | POLLERR))
            e = take_answers(g, &g->link[i]);
    if (e == OK && p[LINKS].revents & POLLIN)
        e = take_frames(g);
    if (e == OK && p[LINKS + 1].revents & POLLIN)
        e = stop_taking(g);
    for (size_t i = 0; e == OK && i < LINKS; i++)
        e = flush(&g->link[i]);
    return e;
}

/* The first role that this gate should have and has not; NULL: all are there. */
static const struct link *lost(const struct gate *g)
{
    for (size_t i = 0; i < LINKS; i++)
        if (!g->link[i].is_open && (i != SECOND || g->second != SERVER_ROLE_NONE))
            return &g->link[i];
    return NULL;
}

static enum err loop(struct gate *g, int signals)
{
    enum err e = OK;

    while (e == OK && (g->link[OPRF].is_open || g->link[SECOND].is_open)) {
        const struct link *l;

        e = step(g, signals);
        if (e == OK && !g->stopping && (l = lost(g)) != NULL) {
            log_event(LOG_ERROR, "role lost", "role", server_role_name(l->role), NULL);
            server_role_linger();
            return ERR_PEER;
        }
    }
    if (e == OK)
        wire_server_drain(g->server, DRAIN_MS);
    return e;
}

/* ---- the start ---- */

static enum err link_init(struct link *l, int fd, enum server_role role)
{
    int size = SEND_BUFFER, flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return ERR_IO;
    /* Best effort: a smaller buffer only means more system calls. */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    l->role = role;
    l->is_open = true;
    server_ipc_out_init(&l->out, fd, SERVER_ROLE_GATE, role);
    return server_ipc_in_init(&l->in, fd, role, SERVER_ROLE_GATE);
}

static enum err open_from_start(struct gate *g, struct trouble *t)
{
    struct proto_blob part[SERVER_GATE_STARTS];
    uint8_t *block = NULL;
    uint64_t second = 0;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, SERVER_GATE_STARTS);
    if (e == OK)
        e = server_start_as_number(&part[SERVER_GATE_SECOND], &second);
    if (e == OK && second != SERVER_ROLE_NONE && second != SERVER_ROLE_CORE && second != SERVER_ROLE_COSIGNER)
        e = ERR_RANGE;
    g->second = e == OK ? (enum server_role)second : SERVER_ROLE_NONE;
    if (g->second != SERVER_ROLE_NONE)
        e = link_init(&g->link[SECOND], SECOND_FD, g->second);
    if (e == OK) {
        const char *address = server_start_as_text(&part[SERVER_GATE_ADDRESS]);
        struct wire_tls tls = { server_start_as_text(&part[SERVER_GATE_CERT]), server_start_as_text(&part[SERVER_GATE_KEY]),
            server_start_as_text(&part[SERVER_GATE_CA]) };
        bool plain = part[SERVER_GATE_CERT].len == 0 && part[SERVER_GATE_KEY].len == 0 && part[SERVER_GATE_CA].len == 0;

        if (address == NULL || (!plain && (tls.cert == NULL || tls.key == NULL || tls.ca == NULL)))
            e = ERR_SYNTAX;
        else
            e = wire_listen(address, plain ? NULL : &tls, &g->server, t);
        if (e == OK)
            log_event(LOG_INFO, "listening", "address", address, "mode", plain ? "plain" : "tls", NULL);
    }
    sodium_memzero(block, len);
    free(block);
    return e;
}

/* A place for each connection that proto/wire takes, where the system lets us: many set 1,024, and who fills those keeps the others out. */
static void raise_descriptors(void)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= DESCRIPTORS)
        return;
    l.rlim_cur = l.rlim_max < DESCRIPTORS ? l.rlim_max : DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &l) != 0)
        log_event(LOG_WARN, "few descriptors", "role", "gate", NULL);
}

static int open_signals(void)
{
    sigset_t term;

    if (sigemptyset(&term) != 0 || sigaddset(&term, SIGTERM) != 0 || sigprocmask(SIG_BLOCK, &term, NULL) != 0)
        return -1;
    return signalfd(-1, &term, SFD_CLOEXEC);
}

/* What the C library reads to make an address of a name, on the way to listening. Of the home nothing. */
static const struct jail_path read_at_start[] = {
    { "/etc", JAIL_SYSTEM }, { "/usr", JAIL_SYSTEM }, { "/lib", JAIL_SYSTEM }, { "/run/systemd/resolve", JAIL_SYSTEM },
};

int server_gate_run(const char *program)
{
    struct gate *g = calloc(1, sizeof *g);
    struct trouble t = { 0 };
    char line[768];
    int signals = -1;
    enum err e = g == NULL ? ERR_NOMEM : OK;

    log_init(program, LOG_INFO);
    proc_harden();
    raise_descriptors();
    /* Before nng starts its threads, so that they inherit mask and jail. */
    if (e == OK)
        e = jail_files(program, read_at_start, sizeof read_at_start / sizeof *read_at_start);
    if (e == OK && (signals = open_signals()) < 0)
        e = ERR_IO;
    if (e == OK) {
        slots_init(g);
        e = link_init(&g->link[OPRF], OPRF_FD, SERVER_ROLE_OPRF);
    }
    if (e == OK)
        e = open_from_start(g, &t);
    /* All descriptors and threads that the gate will ever need are there: it opens no file, dials nobody and starts nothing. */
    if (e == OK)
        e = jail_calls(program, SERVER_GATE_CALLS);
    if (e == OK)
        e = loop(g, signals);
    /* nng is not closed: the process ends, and nothing that its threads might still use is taken apart before. */
    if (e == OK)
        _exit(EX_OK);
    trouble_line(&t, line, sizeof line);
    log_event(LOG_ERROR, "gate ends", "err", err_word(e), "message", line, NULL);
    _exit(err_exit(e));
}
