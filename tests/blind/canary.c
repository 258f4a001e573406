#include "tests/blind/planted.h"
#include "tests/blind/relay.h"

#include "base/wr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* proto/PROTOCOL.md: twelve bytes before a body, of which the eighth is the kind. */
enum { FRAME_HEAD = 12, FRAME_MAX = 1 << 20, SUITE = 1, WAIT_S = 10 };

enum err canary_make(const struct planted *p, uint8_t **out, size_t *len)
{
    size_t room = p->count * PLANTED_TEXTS * PLANTED_FORMS_ALL * PLANTED_FORM_MAX, at = 0;
    uint8_t *data = malloc(room);

    if (data == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < PLANTED_TEXTS; k++)
            for (int f = 0; f < PLANTED_FORMS_ALL; f++) {
                if (f >= PLANTED_FORMS && k != 0)
                    continue;
                at += planted_written(p->text[i][k], (enum planted_form)f, data + at);
                data[at++] = '\n';
            }
    *out = data;
    *len = at;
    return OK;
}

static enum err send_all(int fd, const uint8_t *data, size_t len)
{
    while (len != 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n <= 0)
            return ERR_PEER;
        data += n;
        len -= (size_t)n;
    }
    return OK;
}

/* A client of nng's request and reply: eight bytes of greeting both ways. */
static enum err greet(int fd, uint16_t port)
{
    static const uint8_t greeting[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };
    const struct timeval wait = { .tv_sec = WAIT_S };
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    uint8_t theirs[8];

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0
        || send_all(fd, greeting, sizeof greeting) != OK)
        return ERR_PEER;
    return recv(fd, theirs, sizeof theirs, MSG_WAITALL) == (ssize_t)sizeof theirs ? OK : ERR_PEER;
}

/* A frame in form, so that it is passed on and looked at; what is in it is no message. */
static enum err frame_it(int fd, uint8_t kind, const uint8_t *body, size_t len)
{
    uint8_t head[8 + 4 + FRAME_HEAD];
    struct wr w;

    wr_init(&w, head, sizeof head);
    wr_u64(&w, 4 + FRAME_HEAD + len);
    wr_u32(&w, 0x80000001);
    wr_copy(&w, (const uint8_t *)"SCH1", 4);
    wr_u8(&w, SUITE);
    wr_u8(&w, kind);
    wr_u16(&w, 0);
    wr_u32(&w, (uint32_t)len);
    return send_all(fd, head, sizeof head) == OK ? send_all(fd, body, len) : ERR_PEER;
}

enum err canary_send(const struct planted *p, uint16_t port, uint8_t kind, struct trouble *t)
{
    uint8_t *data = NULL, answer[64];
    size_t len = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    enum err e = canary_make(p, &data, &len);

    if (e == OK && len > FRAME_MAX - FRAME_HEAD)
        e = ERR_LONG;
    if (e == OK)
        e = greet(fd, port);
    if (e == OK)
        e = frame_it(fd, kind, data, len);
    if (e == OK && recv(fd, answer, sizeof answer, 0) <= 0)
        e = ERR_PEER;
    if (fd >= 0)
        (void)close(fd);
    free(data);
    return e == OK ? OK : trouble_set(t, e, "port %u did not answer", "poort %u antwoordde niet", port);
}
