/*
 * server/ipc: what one of our processes sends another, when somebody else speaks in its place. The first byte says who speaks to whom, the second
 * how much comes at a time; the rest is what comes. What is taken is what the table allows that way, as it was sent, in pieces as at once.
 */
#include "tests/fuzz/fuzz.h"

#include "server/ipc.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE_MAX = 64, MESSAGES = 64 };

struct talk { struct server_ipc_in in; int ours; size_t taken; enum err end; struct { enum server_ipc_what what; uint64_t tag; size_t len; } m[MESSAGES]; };

/* Head and body behind what was taken before stand in data as they are. */
static void take_all(struct talk *t, const uint8_t *data, size_t *at)
{
    struct server_ipc_msg m;

    while ((t->end = server_ipc_take(&t->in, &m)) == OK) {
        FUZZ_HOLDS(m.what > SERVER_IPC_NONE && m.what < SERVER_IPC_END && m.len <= SERVER_IPC_BODY_MAX);
        FUZZ_HOLDS(data[*at + 4] == m.what && memcmp(m.body, data + *at + SERVER_IPC_HEAD, m.len) == 0);
        *at += SERVER_IPC_HEAD + m.len;
        if (t->taken < MESSAGES) {
            t->m[t->taken].what = m.what;
            t->m[t->taken].tag = m.tag;
            t->m[t->taken].len = m.len;
        }
        t->taken++;
    }
}

static void feed(struct talk *t, const uint8_t *data, size_t len, size_t piece)
{
    size_t at = 0;

    t->end = ERR_BUSY;
    for (size_t sent = 0; sent < len && t->end == ERR_BUSY; sent += piece) {
        size_t n = len - sent < piece ? len - sent : piece;

        FUZZ_HOLDS(send(t->ours, data + sent, n, MSG_NOSIGNAL) == (ssize_t)n);
        FUZZ_HOLDS(server_ipc_fill(&t->in) == OK);
        take_all(t, data, &at);
    }
    FUZZ_HOLDS(at <= len);
}

static void talk(struct talk *t, enum server_role from, enum server_role to, const uint8_t *data, size_t len, size_t piece)
{
    int fd[2];

    FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    *t = (struct talk){ .ours = fd[0] };
    FUZZ_HOLDS(server_ipc_in_init(&t->in, fd[1], from, to) == OK);
    feed(t, data, len, piece);
    server_ipc_in_fini(&t->in);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct talk whole, pieces;
    enum server_role from, to;

    if (len < 2 || len > 32768)
        return 0;
    from = (enum server_role)(data[0] / SERVER_ROLES % SERVER_ROLES);
    to = (enum server_role)(data[0] % SERVER_ROLES);
    talk(&whole, from, to, data + 2, len - 2, len);
    talk(&pieces, from, to, data + 2, len - 2, len / PIECE_MAX + 1 + data[1]);
    FUZZ_HOLDS(whole.taken == pieces.taken && whole.end == pieces.end && memcmp(whole.m, pieces.m, sizeof whole.m) == 0);
    return 0;
}
