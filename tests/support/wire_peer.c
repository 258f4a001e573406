#include "tests/support/wire_peer.h"

#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/wire.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE "--wire-peer"

enum { HELD_MAX = 1024, PEM_MAX = 16384, CONNECT_TRIES = 1200, CONNECT_STEP_US = 25000,
    PORT_FIRST = 10000, PORTS = 10000, PORTS_EACH = 8 };

extern char **environ;

static void need(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "wire_peer: %s: %s\n", what, strerror(errno));
        abort();
    }
}

/* ---- the server ---- */

static struct { uint8_t route[WIRE_ROUTE_MAX]; size_t len; } held[HELD_MAX];
static uint32_t held_count;
static uint8_t big[PROTO_FRAME_MAX + 1];

static void answer(
    struct wire_server *s, const uint8_t *route, size_t route_len, const void *frame, size_t len)
{
    need(wire_server_send(s, route, route_len, frame, len) == OK, "send");
}

static void flush_held(struct wire_server *s, const uint8_t *route, size_t route_len)
{
    uint8_t count[4];
    struct wr w;

    wr_init(&w, count, sizeof count);
    wr_u32(&w, held_count);
    while (held_count != 0) {
        held_count--;
        answer(s, held[held_count].route, held[held_count].len, "late", 4);
    }
    answer(s, route, route_len, count, sizeof count);
}

static size_t wanted(const uint8_t *frame, size_t len)
{
    struct rd r;
    uint32_t n;

    rd_init(&r, frame, len);
    (void)rd_u8(&r);
    n = rd_u32(&r);
    return n <= PROTO_FRAME_MAX ? n : PROTO_FRAME_MAX;
}

static void serve_one(
    struct wire_server *s, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len)
{
    switch (len != 0 ? frame[0] : 'E') {
    case 'H':
        if (held_count < HELD_MAX) {
            memcpy(held[held_count].route, route, route_len);
            held[held_count++].len = route_len;
        }
        break;
    case 'F':
        flush_held(s, route, route_len);
        break;
    case 'B':
        answer(s, route, route_len, big, wanted(frame, len));
        break;
    case 'L':
        if (wire_server_send(s, route, route_len, big, sizeof big) == ERR_LONG)
            answer(s, route, route_len, "refused", 7);
        else
            answer(s, route, route_len, "taken", 5);
        break;
    case 'X':
        answer(s, route, route_len, big, wanted(frame, len));
        wire_server_drain(s, 2000);
        _exit(0);
    default:
        answer(s, route, route_len, frame, len);
    }
}

static char *read_pem(const char *dir, const char *name)
{
    char path[256];
    uint8_t *text = NULL;
    size_t len;

    need(file_join(path, sizeof path, dir, name) == OK && file_read(path, PEM_MAX, &text, &len, NULL) == OK,
        name);
    return (char *)text;
}

static void serve(const char *address, const char *tls_dir)
{
    struct wire_tls tls = { NULL, NULL, NULL };
    struct wire_server *s = NULL;
    struct trouble t = { .lang = LANG_EN };

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (tls_dir != NULL)
        tls = (struct wire_tls){
            read_pem(tls_dir, "cert.pem"), read_pem(tls_dir, "key.pem"), read_pem(tls_dir, "ca.pem")};
    if (wire_listen(address, &tls, &s, &t) != OK) {
        fprintf(stderr, "wire_peer: %s\n", t.text);
        _exit(1);
    }
    for (;;) {
        struct pollfd p = { .fd = wire_server_fd(s), .events = POLLIN };
        uint8_t route[WIRE_ROUTE_MAX];
        const uint8_t *frame;
        size_t route_len, len;
        void *handle;

        (void)poll(&p, 1, -1);
        while (wire_server_recv(s, route, &route_len, &handle, &frame, &len) == OK) {
            serve_one(s, route, route_len, frame, len);
            wire_free(handle);
        }
    }
}

void wire_peer_main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], ROLE) == 0)
        serve(argv[2], argc > 3 ? argv[3] : NULL);
}

/* ---- the test's side ---- */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool is_free(uint16_t port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool out;

    need(fd >= 0, "socket");
    out = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
    (void)close(fd);
    return out;
}

/*
 * Is it this process's own? A name that only one process can have, for as long as it lives: of a server that has not begun yet, or is started anew, the
 * port looks free.
 */
static bool is_taken_here(uint16_t port)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int len = snprintf(a.sun_path + 1, sizeof a.sun_path - 1, "schakel-test-port-%u", port), fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0 && len > 0, "socket");
    if (bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
        return true;
    (void)close(fd);
    return false;
}

/* Not one that the system gives to who dials out, nor one that a test beside this one has. */
uint16_t wire_peer_port(void)
{
    static unsigned used;

    for (int i = 0; i < PORTS; i++) {
        unsigned own = (unsigned)getpid() * PORTS_EACH + used % PORTS_EACH, step = used++ / PORTS_EACH * 1009;
        uint16_t port = (uint16_t)(PORT_FIRST + (own + step) % PORTS);

        if (is_free(port) && is_taken_here(port))
            return port;
    }
    need(false, "port");
    return 0;
}

void wire_peer_address(uint16_t port, char out[32])
{
    (void)snprintf(out, 32, "127.0.0.1:%u", port);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0, "socket");
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

pid_t wire_peer_start(uint16_t port, const char *tls_dir)
{
    char address[32], self[] = "/proc/self/exe", role[] = ROLE, dir[256];
    char *argv[] = { self, role, address, NULL, NULL };
    int fd = -1;
    pid_t pid;

    wire_peer_address(port, address);
    if (tls_dir != NULL) {
        (void)snprintf(dir, sizeof dir, "%s", tls_dir);
        argv[3] = dir;
    }
    need(posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0, "spawn");
    for (int i = 0; i < CONNECT_TRIES && fd < 0; i++) {
        (void)usleep(CONNECT_STEP_US);
        fd = connect_to(port);
    }
    need(fd >= 0, "the server does not listen");
    (void)close(fd);
    return pid;
}

void wire_peer_stop(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

int wire_peer_wait(pid_t pid)
{
    int status = -1;

    need(waitpid(pid, &status, 0) == pid, "wait");
    return status;
}

int wire_peer_descriptors(pid_t pid)
{
    char path[64];
    int count = 0;
    DIR *d;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    d = opendir(path);
    need(d != NULL, "descriptors");
    while (readdir(d) != NULL)
        count++;
    (void)closedir(d);
    return count;
}

static void write_all(int fd, const uint8_t *data, size_t len)
{
    while (len != 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;  /* cut off: what the test is about */
        data += n;
        len -= (size_t)n;
    }
}

int wire_peer_connect(uint16_t port)
{
    static const uint8_t greeting[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };  /* a REQ client */
    uint8_t theirs[8];
    int fd = connect_to(port);

    need(fd >= 0, "connect");
    write_all(fd, greeting, sizeof greeting);
    need(recv(fd, theirs, sizeof theirs, MSG_WAITALL) == (ssize_t)sizeof theirs, "greeting");
    return fd;
}

void wire_peer_announce(int fd, uint64_t len)
{
    uint8_t head[8];
    struct wr w;

    wr_init(&w, head, sizeof head);
    wr_u64(&w, len);
    write_all(fd, head, sizeof head);
}

void wire_peer_send(int fd, uint32_t id, char kind, size_t body_len)
{
    uint8_t *buf = calloc(1, 4 + body_len);
    struct wr w;

    need(buf != NULL && body_len != 0, "body");
    wr_init(&w, buf, 4 + body_len);
    wr_u32(&w, id | 0x80000000);  /* the bit that ends the list of hops */
    wr_u8(&w, (uint8_t)kind);
    wire_peer_announce(fd, 4 + body_len);
    write_all(fd, buf, 4 + body_len);
    free(buf);
}

void wire_peer_take(int fd, size_t len)
{
    const struct timeval limit = { .tv_sec = 60 };
    uint8_t byte;

    need(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "limit");
    while (len != 0) {
        ssize_t n = recv(fd, &byte, 1, 0);

        need(n == 1 || (n < 0 && errno == EINTR), "an answer");
        len -= n == 1;
    }
}

bool wire_peer_is_cut(int fd, int wait_ms)
{
    uint8_t buf[65536];
    struct pollfd p = { .fd = fd, .events = POLLIN };

    while (poll(&p, 1, wait_ms) > 0) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);

        if (n == 0 || (n < 0 && errno != EINTR))
            return true;
    }
    return false;
}
