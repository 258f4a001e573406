#include "server/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 1000 };

static bool is_connected(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), failed = 1;
    socklen_t len = sizeof failed;
    struct pollfd p = { .fd = fd, .events = POLLOUT };

    if (fd < 0)
        return false;
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        failed = 0;
    else if (errno == EINPROGRESS && poll(&p, 1, CONNECT_MS) == 1)
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len);
    (void)close(fd);
    return failed == 0;
}

bool server_probe(const char *address)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    const char *colon = strrchr(address, ':');
    char host[128];
    bool found = false;

    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        return false;
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    if (host[0] == '[' && host[strlen(host) - 1] == ']') {
        host[strlen(host) - 1] = '\0';
        memmove(host, host + 1, strlen(host));
    }
    if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
        return false;
    for (const struct addrinfo *a = list; a != NULL && !found; a = a->ai_next)
        found = is_connected(a);
    freeaddrinfo(list);
    return found;
}
