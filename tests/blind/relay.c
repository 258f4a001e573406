#include "tests/blind/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MAX = 64, BLOCK = 65536, BACKLOG = 64, FILE_MODE = 0600 };

/* Two ends and a file for each direction. fd[0] < 0: free. */
struct pair {
    int fd[2], file[2];
};

struct relay {
    int listener;
    uint16_t target;
    const char *folder;
    unsigned count;
    struct pair pair[PAIRS_MAX];
};

/* Bad weather: what goes up, or comes down, is written down but lost. */
static volatile sig_atomic_t lost[2];

static void on_signal(int number)
{
    lost[0] = number == SIGUSR2;
    lost[1] = number == SIGUSR1;
}

static enum err heed_signals(void)
{
    const struct sigaction a = { .sa_handler = on_signal };

    return sigaction(SIGUSR1, &a, NULL) == 0 && sigaction(SIGUSR2, &a, NULL) == 0 && sigaction(SIGHUP, &a, NULL) == 0 ? OK : ERR_IO;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
    while (len != 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static void drop(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        if (p->fd[i] >= 0)
            (void)close(p->fd[i]);
        if (p->file[i] >= 0)
            (void)close(p->file[i]);
    }
    *p = (struct pair){ { -1, -1 }, { -1, -1 } };
}

static int record(const struct relay *r, const char *direction)
{
    char path[512];

    if (snprintf(path, sizeof path, "%s/%u-%u.%s", r->folder, (unsigned)getpid(), r->count, direction) >= (int)sizeof path)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
}

static int dial(uint16_t port)
{
    struct sockaddr_in a = loopback(port);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* A hub that is away: the node is turned away too, and comes again. What cannot be written down is not passed on. */
static void take(struct relay *r)
{
    struct pair p = { { -1, -1 }, { -1, -1 } };
    int one = 1;

    p.fd[0] = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    if (p.fd[0] < 0)
        return;
    (void)setsockopt(p.fd[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    p.fd[1] = dial(r->target);
    r->count++;
    p.file[0] = record(r, "up");
    p.file[1] = record(r, "down");
    for (size_t i = 0; i < PAIRS_MAX && p.fd[1] >= 0 && p.file[0] >= 0 && p.file[1] >= 0; i++)
        if (r->pair[i].fd[0] < 0) {
            r->pair[i] = p;
            return;
        }
    drop(&p);
}

static void pass(struct pair *p, int from)
{
    static uint8_t buf[BLOCK];
    ssize_t n = read(p->fd[from], buf, sizeof buf);

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0 || !write_all(p->file[from], buf, (size_t)n) || (!lost[from] && !write_all(p->fd[!from], buf, (size_t)n)))
        drop(p);
}

static enum err step(struct relay *r)
{
    struct pollfd p[1 + 2 * PAIRS_MAX] = { { .fd = r->listener, .events = POLLIN } };

    for (size_t i = 0; i < PAIRS_MAX; i++)
        for (size_t k = 0; k < 2; k++)
            p[1 + 2 * i + k] = (struct pollfd){ .fd = r->pair[i].fd[k], .events = POLLIN };
    if (poll(p, 1 + 2 * PAIRS_MAX, -1) < 0)
        return errno == EINTR ? OK : ERR_IO;
    if (p[0].revents != 0)
        take(r);
    for (size_t i = 0; i < PAIRS_MAX; i++)
        for (int k = 0; k < 2; k++)
            if (p[1 + 2 * i + (size_t)k].revents != 0 && r->pair[i].fd[k] == p[1 + 2 * i + (size_t)k].fd)
                pass(&r->pair[i], k);
    return OK;
}

enum err relay_run(uint16_t port, uint16_t target, const char *folder, struct trouble *t)
{
    struct relay r = { .target = target, .folder = folder };
    struct sockaddr_in a = loopback(port);
    int one = 1;
    enum err e;

    for (size_t i = 0; i < PAIRS_MAX; i++)
        r.pair[i] = (struct pair){ { -1, -1 }, { -1, -1 } };
    r.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r.listener < 0 || setsockopt(r.listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0
        || bind(r.listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(r.listener, BACKLOG) != 0)
        return trouble_set(t, ERR_BUSY, "cannot listen on port %u", "kan niet luisteren op poort %u", port);
    e = heed_signals();
    while (e == OK)
        e = step(&r);
    return trouble_set(t, e, "the relay stopped", "het doorgeven is gestopt");
}
