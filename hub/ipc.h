/*
 * hub/ipc: what the hub's own processes say to each other, and the table of who may say what to whom. Every message is
 *     u32 length of the rest | u8 what | u64 tag | body
 * over a stream socket. A message from another of our processes is input like any other: sizes are limited, an unknown or
 * unpermitted one ends the reader. Buffered both ways, so that many messages cost one system call.
 * One thread per struct; no locks inside.
 */
#ifndef HUB_IPC_H
#define HUB_IPC_H

#include "base/err.h"
#include "proto/limits.h"

#include <stddef.h>
#include <stdint.h>

enum hub_role { HUB_ROLE_NONE = 0, HUB_ROLE_GATE, HUB_ROLE_CORE, HUB_ROLE_SIGNER, HUB_ROLE_OPRF, HUB_ROLES };

/* "gate"; static. And back: HUB_ROLE_NONE if unknown. */
const char *hub_role_name(enum hub_role r);
enum hub_role hub_role_from(const char *name);

/* SIGTERM for a role other than the gate: it ends when the gate has stopped, so the signal is only remembered. */
void hub_role_heed(void);
/*
 * Another role was lost. If that is part of a stop return at once; else wait to be ended by the parent, which has seen who died: if we
 * ended first it might name the wrong one. Returns in the end, so that no role outlives a broken parent.
 */
void hub_role_linger(void);

enum hub_ipc_what {
    HUB_IPC_NONE = 0,
    HUB_IPC_FRAME,    /* gate to core or oprf: a frame; the tag names the answer's way */
    HUB_IPC_ANSWER,   /* core or oprf to gate: a frame for the same tag */
    HUB_IPC_STOP,     /* gate to core or oprf: no more frames; finish and end */
    HUB_IPC_LAST,     /* core to signer: what did you sign last? */
    HUB_IPC_SIGN,     /* core to signer: u64 size | 32 root | u8 n | n * 32 consistency from what was signed last */
    HUB_IPC_SIGNED,   /* signer to core: u64 size | 32 root | note; answers both */
    HUB_IPC_REFUSED,  /* signer to core: u8 enum err */
    HUB_IPC_END
};

enum { HUB_IPC_HEAD = 4 + 1 + 8, HUB_IPC_BODY_MAX = PROTO_FRAME_MAX };

/* Messages coming in on one socket: from names who speaks, to who listens. */
struct hub_ipc_in {
    int fd;
    enum hub_role from, to;
    uint8_t *buf;
    size_t cap, start, end;
};

/* body is borrowed until the next call on the same struct. */
struct hub_ipc_msg {
    enum hub_ipc_what what;
    uint64_t tag;
    const uint8_t *body;
    size_t len;
};

/* ERR_NOMEM. fd is borrowed. */
MUST_USE enum err hub_ipc_in_init(struct hub_ipc_in *in, int fd, enum hub_role from, enum hub_role to);
void hub_ipc_in_fini(struct hub_ipc_in *in);

/* The next whole message in the buffer. ERR_BUSY: none yet; ERR_LONG, ERR_RANGE (what or body), ERR_DENIED (not this way). */
MUST_USE enum err hub_ipc_take(struct hub_ipc_in *in, struct hub_ipc_msg *m);
/* One read: OK when something came, ERR_BUSY when nothing is there now (non-blocking socket), ERR_PEER at the end. */
MUST_USE enum err hub_ipc_fill(struct hub_ipc_in *in);
/* Take, and wait for more until there is one. */
MUST_USE enum err hub_ipc_next(struct hub_ipc_in *in, struct hub_ipc_msg *m);

/* Messages going out. Grows up to what is put in. */
struct hub_ipc_out {
    int fd;
    enum hub_role from, to;
    uint8_t *buf;
    size_t cap, start, end;
};

void hub_ipc_out_init(struct hub_ipc_out *out, int fd, enum hub_role from, enum hub_role to);
void hub_ipc_out_fini(struct hub_ipc_out *out);

/* Append a message. ERR_LONG, ERR_NOMEM. A what that the table does not have this way is a bug: abort. */
MUST_USE enum err hub_ipc_put(struct hub_ipc_out *out, enum hub_ipc_what what, uint64_t tag, const uint8_t *body, size_t len);
/*
 * Append one whose body the caller writes in place: room for len bytes at *body (valid until the next call), then
 * hub_ipc_written with what was used. ERR_LONG, ERR_NOMEM.
 */
MUST_USE enum err hub_ipc_reserve(struct hub_ipc_out *out, enum hub_ipc_what what, uint64_t tag, size_t len, uint8_t **body);
void hub_ipc_written(struct hub_ipc_out *out, size_t len);
size_t hub_ipc_pending(const struct hub_ipc_out *out);
/* Write what the socket takes: OK when all went, ERR_BUSY when some is left (non-blocking socket), ERR_PEER. */
MUST_USE enum err hub_ipc_flush(struct hub_ipc_out *out);

#endif
