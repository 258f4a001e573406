/*
 * server/ipc: what the hub's own processes say to each other, and the table of who may say what to whom. Every message is
 *     u32 length of the rest | u8 what | u64 tag | body
 * over a stream socket. A message from another of our processes is input like any other: sizes are limited, an unknown or
 * unpermitted one ends the reader. Buffered both ways, so that many messages cost one system call.
 * One thread per struct; no locks inside.
 */
#ifndef SERVER_IPC_H
#define SERVER_IPC_H

#include "base/err.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_role { SERVER_ROLE_NONE = 0, SERVER_ROLE_GATE, SERVER_ROLE_CORE, SERVER_ROLE_SIGNER, SERVER_ROLE_OPRF, SERVER_ROLE_COSIGNER,
    SERVER_ROLE_WITNESS, SERVER_ROLES };

/* "gate"; static. And back: SERVER_ROLE_NONE if unknown. */
const char *server_role_name(enum server_role r);
enum server_role server_role_from(const char *name);

/* SIGTERM for a role other than the gate: it ends when the gate has stopped, so the signal is only remembered. */
void server_role_heed(void);
/* Was it given? For who waits at its start for something that may never come. */
bool server_role_is_stopping(void);
/*
 * Another role was lost. If that is part of a stop return at once; else wait to be ended by the parent, which has seen who died: if we
 * ended first it might name the wrong one. Returns in the end, so that no role outlives a broken parent.
 */
void server_role_linger(void);
/*
 * The last of a role but the gate: its exit code. It lingers first where another role was lost (ERR_PEER), and where that one's loss came to
 * it as a STOP (OK, and nobody asked it to end); anything but OK is told, as what ("core ends") with t.
 */
int server_role_end(const char *what, enum err e, const struct trouble *t);

enum server_ipc_what {
    SERVER_IPC_NONE = 0,
    SERVER_IPC_FRAME,    /* gate to core, oprf or cosigner: a frame; the tag names the answer's way */
    SERVER_IPC_ANSWER,   /* core, oprf or cosigner to gate: a frame for the same tag */
    SERVER_IPC_STOP,     /* gate to core, oprf or cosigner: no more frames; finish and end */
    SERVER_IPC_LAST,     /* core to signer: what did you sign last? */
    SERVER_IPC_SIGN,     /* core to signer: u64 size | 32 root | u8 n | n * 32 consistency from what was signed last */
    SERVER_IPC_SIGNED,   /* signer to core: u64 size | 32 root | note; answers both */
    SERVER_IPC_REFUSED,  /* signer to core: u8 enum err */
    SERVER_IPC_TO_WITNESS,    /* core to witness: u8 which | request to cosign */
    SERVER_IPC_FROM_WITNESS,  /* witness to core: u8 which | u16 status | body */
    SERVER_IPC_END
};

enum { SERVER_IPC_HEAD = 4 + 1 + 8, SERVER_IPC_BODY_MAX = PROTO_FRAME_MAX };

/* Messages coming in on one socket: from names who speaks, to who listens. */
struct server_ipc_in {
    int fd;
    enum server_role from, to;
    uint8_t *buf;
    size_t cap, start, end;
};

/* body is borrowed until the next call on the same struct. */
struct server_ipc_msg {
    enum server_ipc_what what;
    uint64_t tag;
    const uint8_t *body;
    size_t len;
};

/* ERR_NOMEM. fd is borrowed. */
MUST_USE enum err server_ipc_in_init(struct server_ipc_in *in, int fd, enum server_role from, enum server_role to);
void server_ipc_in_fini(struct server_ipc_in *in);

/* The next whole message in the buffer. ERR_BUSY: none yet; ERR_LONG, ERR_RANGE (what or body), ERR_DENIED (not this way). */
MUST_USE enum err server_ipc_take(struct server_ipc_in *in, struct server_ipc_msg *m);
/* One read: OK when something came, ERR_BUSY when nothing is there now (non-blocking socket), ERR_PEER at the end. */
MUST_USE enum err server_ipc_fill(struct server_ipc_in *in);
/* Take, and wait for more until there is one. */
MUST_USE enum err server_ipc_next(struct server_ipc_in *in, struct server_ipc_msg *m);

/* Messages going out. Grows up to what is put in. */
struct server_ipc_out {
    int fd;
    enum server_role from, to;
    uint8_t *buf;
    size_t cap, start, end;
};

void server_ipc_out_init(struct server_ipc_out *out, int fd, enum server_role from, enum server_role to);
void server_ipc_out_fini(struct server_ipc_out *out);

/* Append a message. ERR_LONG, ERR_NOMEM. A what that the table does not have this way is a bug: abort. */
MUST_USE enum err server_ipc_put(struct server_ipc_out *out, enum server_ipc_what what, uint64_t tag, const uint8_t *body, size_t len);
/*
 * Append one whose body the caller writes in place: room for len bytes at *body (valid until the next call), then
 * server_ipc_written with what was used. ERR_LONG, ERR_NOMEM.
 */
MUST_USE enum err server_ipc_reserve(struct server_ipc_out *out, enum server_ipc_what what, uint64_t tag, size_t len, uint8_t **body);
void server_ipc_written(struct server_ipc_out *out, size_t len);
size_t server_ipc_pending(const struct server_ipc_out *out);
/* Write what the socket takes: OK when all went, ERR_BUSY when some is left (non-blocking socket), ERR_PEER. */
MUST_USE enum err server_ipc_flush(struct server_ipc_out *out);

#endif
