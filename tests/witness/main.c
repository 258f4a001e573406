/*
 * test-witness NAME PORT [VKEY-OF-LOG | LIST]: a public witness as c2sp.org/tlog-witness describes it, for the flow tests: HTTP/1.1 on
 * 127.0.0.1, one request at a time, memory only; with the log its registry, which has the same key under a name of its own. LIST is a file
 * with the logs that it knows (c2sp.org/tlog-list), read again when somebody asks about another one, as its operator may have put that in.
 * Without a log it makes its key, prints the verifier key and writes the secret to descriptor 3; with a log it reads the secret from
 * descriptor 0 and serves until it is ended; at SIGUSR1 it reads the next one there, goes over to that key, and remembers what it cosigned.
 */
#include "base/clock.h"
#include "proto/witness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 65536 };

enum { MAIN, REGISTRY, LOGS = 8 };

struct witness {
    struct proto_witness_log log[LOGS];
    size_t count;
    const char *list;   /* NULL: none */
    struct proto_note_key key;
    uint8_t secret[64];
};

static enum err make_key(const char *name)
{
    struct proto_note_key key;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    uint8_t public[32], secret[64];
    enum err e;

    (void)crypto_sign_keypair(public, secret);
    e = proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, public, &key);
    if (e != OK)
        return e;
    proto_note_key_encode(&key, vkey);
    if (write(3, secret, sizeof secret) != (ssize_t)sizeof secret || puts(vkey) < 0)
        return ERR_IO;
    return OK;
}

/* The whole request, as far as its Content-Length says; where the body begins. 0: no such request. */
static size_t read_request(int fd, char *buf, size_t *len)
{
    size_t have = 0, want = 0, start = 0;

    while (start == 0 || have < want) {
        ssize_t n = read(fd, buf + have, ROOM - 1 - have);
        const char *end, *length;

        if (n <= 0)
            return 0;
        have += (size_t)n;
        buf[have] = '\0';
        end = strstr(buf, "\r\n\r\n");
        length = strcasestr(buf, "content-length:");
        if (start == 0 && end != NULL && length != NULL && length < end) {
            start = (size_t)(end - buf) + 4;
            want = start + strtoul(length + 15, NULL, 10);
        }
        if (want >= ROOM)
            return 0;
    }
    *len = want - start;
    return strncmp(buf, "POST ", 5) == 0 && strstr(buf, "/add-checkpoint HTTP/1.") != NULL ? start : 0;
}

/* The lines "vkey KEY" of the list: who is known already keeps what was cosigned. */
static void read_list(struct witness *w)
{
    char line[512];
    FILE *f = w->list != NULL ? fopen(w->list, "r") : NULL;

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        struct proto_note_key key;
        bool known = false;

        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "vkey ", 5) != 0 || proto_note_key_decode(line + 5, &key) != OK)
            continue;
        for (size_t i = 0; i < w->count; i++)
            known = known || strcmp(w->log[i].key.name, key.name) == 0;
        if (!known && w->count < LOGS)
            w->log[w->count++].key = key;
    }
    if (f != NULL)
        (void)fclose(f);
}

static size_t judge(struct witness *w, const uint8_t *body, size_t len, unsigned *status, uint8_t *out, bool *of_registry)
{
    struct proto_witness_verdict v;
    struct proto_note_sig sig = { .time_s = clock_now_s() };
    uint64_t seen;
    size_t out_len = 2;

    if (proto_witness_judge(w->log, w->count, body, len, &v) != OK)
        return 0;
    if (v.status == PROTO_WITNESS_UNKNOWN)
        read_list(w);
    *of_registry = v.log < w->count && strstr(w->log[v.log].key.name, "/registry") != NULL;
    seen = v.log < w->count ? w->log[v.log].seen.size : 0;
    if (v.status == PROTO_WITNESS_COSIGNED) {
        w->log[v.log].seen = v.head;
        if (proto_note_sign(&w->key, w->secret, v.text, v.text_len, &sig) != OK)
            return 0;
    }
    if (proto_witness_answer_encode(&v, seen, &w->key, &sig, out, PROTO_WITNESS_ANSWER_MAX, &out_len) != OK)
        return 0;
    *status = (unsigned)v.status;
    return out_len;
}

static void serve(struct witness *w, int fd, char *buf)
{
    uint8_t out[PROTO_WITNESS_ANSWER_MAX] = { 0 };
    unsigned status = 400;
    bool of_registry = false;
    size_t len = 0, start = read_request(fd, buf, &len), out_len = 2;

    if (start != 0)
        out_len = judge(w, (const uint8_t *)buf + start, len, &status, out, &of_registry);
    if (out_len < 2)
        out_len = 2;
    (void)dprintf(fd, "HTTP/1.1 %u Answer\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%.*s", status,
        status == 409 ? "text/x.tlog.size" : "text/plain", out_len - 2, (int)(out_len - 2), (const char *)out + 2);
    (void)printf("%u%s\n", status, of_registry ? " registry" : "");
    (void)fflush(stdout);
}

static enum err listen_on(unsigned port, int *out)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) }, .sin_port = htons((uint16_t)port) };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0
        || listen(fd, 16) != 0)
        return ERR_IO;
    *out = fd;
    return OK;
}

static enum err take_logs(struct witness *w, const char *vkey)
{
    char name[PROTO_NOTE_NAME_MAX + 1];
    enum err e;

    if (access(vkey, R_OK) == 0) {
        w->list = vkey;
        read_list(w);
        return OK;
    }
    w->count = 2;
    e = proto_note_key_decode(vkey, &w->log[MAIN].key);

    if (e == OK && snprintf(name, sizeof name, "%s/registry", w->log[MAIN].key.name) >= (int)sizeof name)
        e = ERR_LONG;
    return e == OK ? proto_note_key_make(name, PROTO_NOTE_ED25519, w->log[MAIN].key.key, &w->log[REGISTRY].key) : e;
}

static volatile sig_atomic_t next_key;

static void on_next_key(int signal)
{
    (void)signal;
    next_key = 1;
}

static enum err take_key(struct witness *w, const char *name)
{
    return read(0, w->secret, sizeof w->secret) != (ssize_t)sizeof w->secret ? ERR_SHORT
        : proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, w->secret + 32, &w->key);
}

int main(int argc, char **argv)
{
    /* accept ends with it, so that the key is the next one for whoever asks next. */
    struct sigaction on_usr1 = { .sa_handler = on_next_key };
    struct witness w;
    static char buf[ROOM];
    int fd = -1;

    memset(&w, 0, sizeof w);
    if (argc < 3 || sodium_init() < 0)
        return 64;
    if (argc == 3)
        return make_key(argv[1]) == OK ? 0 : 70;
    if (sigaction(SIGUSR1, &on_usr1, NULL) != 0 || take_key(&w, argv[1]) != OK || take_logs(&w, argv[3]) != OK
        || listen_on((unsigned)strtoul(argv[2], NULL, 10), &fd) != OK)
        return 70;
    for (;;) {
        int conn = accept(fd, NULL, NULL);

        if (next_key && take_key(&w, argv[1]) != OK)
            return 70;
        next_key = 0;
        if (conn < 0 && errno == EINTR)
            continue;
        if (conn < 0)
            return 70;
        serve(&w, conn, buf);
        (void)close(conn);
    }
}
