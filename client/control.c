#include "client/control.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEAD = 4, BACKLOG = 16 };

/* in: the header, then the body. A connection reads, is being served, or writes; never two of these. */
struct conn {
    int fd;                 /* -1: free */
    uint64_t id;
    uint8_t head[HEAD];
    size_t head_len;
    uint8_t *in, *out;
    size_t in_len, in_want, out_len, out_sent;
    bool whole, served;     /* a request is there; it was handed out */
};

struct client_control {
    int fd;
    char path[108];
    uint64_t last_id;
    struct conn conn[CLIENT_CONTROL_CONNS];
};

static void drop_input(struct conn *k)
{
    if (k->in != NULL)
        sodium_memzero(k->in, k->in_want);
    free(k->in);
    k->in = NULL;
    k->in_len = k->in_want = k->head_len = 0;
    k->whole = false;
}

static void drop_conn(struct conn *k)
{
    drop_input(k);
    free(k->out);
    (void)close(k->fd);
    *k = (struct conn){.fd = -1};
}

static bool somebody_listens(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;

    if (fd >= 0)
        (void)close(fd);
    return yes;
}

enum err client_control_listen(const char *path, struct client_control **out, struct trouble *t)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct client_control *c = NULL;
    mode_t mask;
    int bound;

    if (strlen(path) >= sizeof address.sun_path)
        return trouble_at(t, ERR_LONG, path, 0, 0, "the name of the control socket is too long: choose a shorter home folder",
            "de naam van de stuuringang is te lang: kies een kortere thuismap");
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (somebody_listens(&address))
        return trouble_at(t, ERR_BUSY, path, 0, 0, "a node runs here already", "hier draait al een knooppunt");
    (void)unlink(path);
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return ERR_NOMEM;
    memcpy(c->path, path, strlen(path) + 1);
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        c->conn[i].fd = -1;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mask = umask(0177);
    bound = c->fd < 0 ? -1 : bind(c->fd, (const struct sockaddr *)&address, sizeof address);
    (void)umask(mask);
    if (bound != 0 || listen(c->fd, BACKLOG) != 0) {
        client_control_close(c);
        return trouble_at(t, ERR_IO, path, 0, 0, "cannot listen here", "kan hier niet luisteren");
    }
    *out = c;
    return OK;
}

void client_control_close(struct client_control *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        if (c->conn[i].fd >= 0)
            drop_conn(&c->conn[i]);
    if (c->fd >= 0) {
        (void)close(c->fd);
        (void)unlink(c->path);
    }
    free(c);
}

static struct conn *free_conn(struct client_control *c)
{
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        if (c->conn[i].fd < 0)
            return &c->conn[i];
    return NULL;
}

/* With all connections taken nobody is accepted: who comes waits in the backlog. A served connection is watched for its end only. */
size_t client_control_fds(struct client_control *c, struct pollfd *fds)
{
    size_t n = 0;

    fds[n++] = (struct pollfd){.fd = c->fd, .events = free_conn(c) != NULL ? POLLIN : 0};
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++) {
        const struct conn *k = &c->conn[i];

        if (k->fd >= 0)
            fds[n++] = (struct pollfd){.fd = k->fd, .events = k->out != NULL ? POLLOUT : k->whole || k->served ? 0 : POLLIN};
    }
    return n;
}

/* The folder and the mode keep others out; this says it once more. */
static bool is_ours(int fd)
{
    struct ucred who;
    socklen_t len = sizeof who;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && (who.uid == geteuid() || who.uid == 0);
}

static void accept_some(struct client_control *c)
{
    for (struct conn *k = free_conn(c); k != NULL; k = free_conn(c)) {
        int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0)
            return;
        if (!is_ours(fd)) {
            (void)close(fd);
            continue;
        }
        *k = (struct conn){.fd = fd, .id = ++c->last_id};
    }
}

/* Returns false when the connection is to be ended. */
static bool start_body(struct conn *k)
{
    struct rd r;

    rd_init(&r, k->head, HEAD);
    k->in_want = rd_u32(&r);
    if (k->in_want == 0 || k->in_want > CLIENT_CONTROL_MAX)
        return false;
    k->in = malloc(k->in_want);
    return k->in != NULL;
}

static bool read_some(struct conn *k)
{
    while (!k->whole) {
        bool in_head = k->head_len < HEAD;
        uint8_t *at = in_head ? k->head + k->head_len : k->in + k->in_len;
        size_t room = in_head ? HEAD - k->head_len : k->in_want - k->in_len;
        ssize_t n = recv(k->fd, at, room, 0);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        if (in_head) {
            k->head_len += (size_t)n;
            if (k->head_len == HEAD && !start_body(k))
                return false;
        } else {
            k->in_len += (size_t)n;
            k->whole = k->in_len == k->in_want;
        }
    }
    return true;
}

static bool write_some(struct conn *k)
{
    while (k->out_sent < k->out_len) {
        ssize_t n = send(k->fd, k->out + k->out_sent, k->out_len - k->out_sent, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        k->out_sent += (size_t)n;
    }
    free(k->out);
    k->out = NULL;
    k->out_len = k->out_sent = 0;
    return true;
}

static struct conn *conn_of_fd(struct client_control *c, int fd)
{
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        if (c->conn[i].fd == fd)
            return &c->conn[i];
    return NULL;
}

void client_control_step(struct client_control *c, const struct pollfd *fds, size_t count)
{
    bool knock = false;

    for (size_t i = 0; i < count; i++) {
        struct conn *k = fds[i].fd == c->fd ? NULL : conn_of_fd(c, fds[i].fd);
        bool keep = true;

        if (fds[i].revents == 0)
            continue;
        if (fds[i].fd == c->fd)
            knock = true;
        if (k == NULL)
            continue;
        if (k->out != NULL)
            keep = write_some(k);
        else if (!k->whole && !k->served)
            keep = read_some(k);
        else if ((fds[i].revents & (POLLHUP | POLLERR)) != 0)
            keep = false;
        if (!keep)
            drop_conn(k);
    }
    if (knock)
        accept_some(c);
}

/* The oldest connection first: who opens several gets its requests served in the order in which it opened them. */
enum err client_control_next(struct client_control *c, uint64_t *conn, uint8_t **data, size_t *len)
{
    struct conn *first = NULL;

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++) {
        struct conn *k = &c->conn[i];

        if (k->fd >= 0 && k->whole && !k->served && (first == NULL || k->id < first->id))
            first = k;
    }
    if (first == NULL)
        return ERR_BUSY;
    *conn = first->id;
    *data = first->in;
    *len = first->in_len;
    first->in = NULL;
    drop_input(first);
    first->served = true;
    return OK;
}

void client_control_answer(struct client_control *c, uint64_t conn, const char *text)
{
    static const char too_long[] = "{\"ok\":false,\"error\":{\"class\":\"long\",\"text\":\"the answer is too long: ask for less\"}}";
    struct conn *k = NULL;
    struct wr w;
    size_t len = strlen(text);

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        if (c->conn[i].fd >= 0 && c->conn[i].id == conn)
            k = &c->conn[i];
    if (k == NULL || !k->served)
        return;
    if (len > CLIENT_CONTROL_MAX) {
        text = too_long;
        len = sizeof too_long - 1;
    }
    k->out = malloc(HEAD + len);
    if (k->out == NULL) {
        log_event(LOG_ERROR, "no-memory", "step", "answer", NULL);
        drop_conn(k);
        return;
    }
    wr_init(&w, k->out, HEAD + len);
    wr_bytes32(&w, (const uint8_t *)text, len);
    k->out_len = w.len;
    k->served = false;
    if (!write_some(k))
        drop_conn(k);
}
