/*
 * client/control, from both sides. The first byte says which.
 *  - The node's: connections that bring bytes in pieces, as other bytes say; between them the node takes requests and answers. A request is what was
 *    sent, whole, over its own connection, in order; a length that may not be ends its connection and no other.
 *  - A command's: an answer that is any bytes. It is read or refused, and a refusal has words.
 */
#include "tests/fuzz/fuzz.h"

#include "base/rd.h"
#include "client/control.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNS = 4, SENT_MAX = 4096, STEPS = 64, HEAD = 4 };

struct other { int fd; uint8_t sent[SENT_MAX]; size_t len, taken; uint64_t id; };

static struct { char folder[64], path[80]; struct client_control *control; struct other other[CONNS]; uint64_t dialled; } c;

static void clean_up(void)
{
    client_control_close(c.control);
    (void)rmdir(c.folder);
}

static void prepare(void)
{
    struct trouble t = { .lang = LANG_EN };

    if (c.control != NULL)
        return;
    (void)snprintf(c.folder, sizeof c.folder, "/tmp/fuzz-control-XXXXXX");
    FUZZ_HOLDS(mkdtemp(c.folder) != NULL);
    (void)snprintf(c.path, sizeof c.path, "%s/control", c.folder);
    FUZZ_HOLDS(client_control_listen(c.path, &c.control, &t) == OK);
    for (size_t i = 0; i < CONNS; i++)
        c.other[i].fd = -1;
    (void)atexit(clean_up);
}

/* ---- the node's side ---- */

static void turn(void)
{
    struct pollfd fds[CLIENT_CONTROL_CONNS + 1];
    size_t count = client_control_fds(c.control, fds);

    FUZZ_HOLDS(poll(fds, (nfds_t)count, 0) >= 0);
    client_control_step(c.control, fds, count);
}

static void dial(struct other *o)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    memcpy(address.sun_path, c.path, strlen(c.path) + 1);
    /* Numbered in the order in which they come. */
    *o = (struct other){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .id = ++c.dialled };
    FUZZ_HOLDS(o->fd >= 0 && connect(o->fd, (const struct sockaddr *)&address, sizeof address) == 0);
    turn();
}

static void hang_up(struct other *o)
{
    if (o->fd >= 0)
        (void)close(o->fd);
    o->fd = -1;
    turn();
    turn();
}

/* The whole request that o has sent and that was not taken yet; false: there is none, or a length that may not be. */
static bool whole(const struct other *o, size_t *len)
{
    struct rd r;
    uint32_t want;

    rd_init(&r, o->sent + o->taken, o->len - o->taken);
    want = rd_u32(&r);
    if (r.err != OK || want == 0 || want > CLIENT_CONTROL_MAX || want > rd_left(&r))
        return false;
    *len = want;
    return true;
}

/* Of the connection that is named it is what came there next. To whom it answers that is not there it does not matter. */
static void take(bool answer)
{
    struct other *of = NULL;
    uint8_t *data = NULL;
    size_t len = 0, is = 0;
    uint64_t id = 0;

    if (client_control_next(c.control, &id, &data, &len) != OK)
        return;
    for (size_t i = 0; i < CONNS; i++)
        if (c.other[i].fd >= 0 && c.other[i].id == id)
            of = &c.other[i];
    FUZZ_HOLDS(of != NULL && whole(of, &is) && is == len && memcmp(of->sent + of->taken + HEAD, data, len) == 0);
    of->taken += HEAD + len;
    sodium_memzero(data, len);
    free(data);
    client_control_answer(c.control, answer ? id : id + CONNS, "{\"ok\":true}");
    turn();
}

/* What it answers is whole: u32 length, and text of that length. */
static void hear(struct other *o)
{
    uint8_t in[64];
    ssize_t n = o->fd < 0 ? -1 : recv(o->fd, in, sizeof in, MSG_DONTWAIT);
    struct rd r;

    if (n <= 0)
        return;
    rd_init(&r, in, (size_t)n);
    FUZZ_HOLDS(rd_u32(&r) == 11 && rd_left(&r) >= 11);
}

static void say(struct other *o, struct rd *r)
{
    size_t n = rd_u8(r), room = sizeof o->sent - o->len;
    const uint8_t *bytes;

    n = n < rd_left(r) ? n : rd_left(r);
    n = n < room ? n : room;
    bytes = rd_view(r, n);
    if (o->fd < 0)
        dial(o);
    if (n == 0)
        return;
    if (send(o->fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
        return;   /* ended by the node: a length that may not be */
    memcpy(o->sent + o->len, bytes, n);
    o->len += n;
    turn();
}

static void node_side(struct rd *r)
{
    for (int i = 0; i < STEPS && rd_left(r) != 0; i++) {
        uint8_t op = rd_u8(r);
        struct other *o = &c.other[op / 8 % CONNS];

        switch (op % 8) {
        case 0: hang_up(o); break;
        case 1: take(true); break;
        case 2: hear(o); break;
        default: say(o, r);
        }
    }
    for (size_t i = 0; i < CONNS; i++)
        hang_up(&c.other[i]);
}

/* ---- a command's side ---- */

static void command_side(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_NL }, why = { .lang = LANG_EN };
    cJSON *reply = NULL;
    int fd[2];
    enum err e;

    if (len > 60000)
        return;
    FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    FUZZ_HOLDS(len == 0 || send(fd[0], data, len, MSG_NOSIGNAL) == (ssize_t)len);
    (void)close(fd[0]);
    e = client_control_receive(fd[1], &reply, &t);
    (void)close(fd[1]);
    FUZZ_HOLDS(e == OK ? reply != NULL : reply == NULL && t.err == e && t.text[0] != '\0');
    if (e == OK) {
        e = client_control_check(reply, &why);
        FUZZ_HOLDS(e < ERR_CLASSES && (e == OK || (why.err == e && memchr(why.text, '\0', sizeof why.text) != NULL)));
    }
    cJSON_Delete(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rd r;

    FUZZ_HOLDS(sodium_init() >= 0);
    prepare();
    if (len == 0)
        return 0;
    rd_init(&r, data + 1, len - 1);
    if (data[0] % 2 == 0)
        node_side(&r);
    else
        command_side(data + 1, len - 1);
    return 0;
}
