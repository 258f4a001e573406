#include "proto/wire.h"

#include "base/text.h"
#include "proto/tls.h"
#include "proto/wire_nng.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TLS_WRONG_EN "a TLS certificate or key cannot be read, or they do not belong together"
#define TLS_WRONG_NL "een TLS-certificaat of -sleutel is niet te lezen, of ze horen niet bij elkaar"

enum { HOST_MAX = 253, PORT_MAX = 65535 };

enum err wire_nng_err(int rv)
{
    switch (rv) {
    case 0:
        return OK;
    case NNG_ENOMEM:
        return ERR_NOMEM;
    case NNG_EADDRINUSE:
        return ERR_BUSY;
    case NNG_EMSGSIZE:
        return ERR_LONG;
    case NNG_EADDRINVAL:
    case NNG_EINVAL:
    case NNG_ECRYPTO:
        return ERR_CONFIG;
    default:
        return ERR_PEER;
    }
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* A name or IPv4 address; an IPv6 address only in brackets, which are not copied. */
static bool copy_host(const char *address, size_t len, char out[HOST_MAX + 1], bool *is_v6)
{
    struct in6_addr v6;

    *is_v6 = len > 2 && address[0] == '[' && address[len - 1] == ']';
    if (*is_v6) {
        address++;
        len -= 2;
    }
    if (len == 0 || len > HOST_MAX)
        return false;
    for (size_t i = 0; i < len && !*is_v6; i++)
        if (!is_host_char(address[i]))
            return false;
    memcpy(out, address, len);
    out[len] = '\0';
    return !*is_v6 || inet_pton(AF_INET6, out, &v6) == 1;
}

static bool is_loopback(const char *host, bool is_v6)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (is_v6)
        return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    if (strcasecmp(host, "localhost") == 0)
        return true;
    return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

enum err wire_nng_url(const char *address, bool plain, char out[WIRE_URL_MAX], struct trouble *t)
{
    const char *colon = strrchr(address, ':');
    char host[HOST_MAX + 1];
    bool is_v6;
    uint64_t port;

    if (colon == NULL || !copy_host(address, (size_t)(colon - address), host, &is_v6) ||
        text_u64(colon + 1, PORT_MAX, &port) != OK || port == 0)
        return trouble_at(t, ERR_CONFIG, address, 0, 0,
            "an address is host:port, with a port from 1 to 65535",
            "een adres is host:poort, met een poort van 1 tot 65535");
    if (plain && !is_loopback(host, is_v6))
        return trouble_at(t, ERR_CONFIG, address, 0, 0,
            "without TLS only a loopback address may be used: configure TLS, or use 127.0.0.1",
            "zonder TLS mag alleen een loopback-adres: stel TLS in, of gebruik 127.0.0.1");
    (void)snprintf(out, WIRE_URL_MAX, is_v6 ? "%s[%s]:%u" : "%s%s:%u", plain ? "tcp://" : "tls+tcp://", host,
        (unsigned)port);
    return OK;
}

bool wire_nng_is_plain(const struct wire_tls *tls)
{
    return tls == NULL || (tls->cert == NULL && tls->key == NULL && tls->ca == NULL);
}

static int fill_tls(nng_tls_config *c, bool server, const struct wire_tls *tls)
{
    int rv;

    if ((rv = nng_tls_config_version(c, NNG_TLS_1_2, NNG_TLS_1_2)) != 0)
        return rv;
    if ((rv = nng_tls_config_ca_chain(c, tls->ca, NULL)) != 0)
        return rv;
    if (tls->cert != NULL && (rv = nng_tls_config_own_cert(c, tls->cert, tls->key, NULL)) != 0)
        return rv;
    if (!server && (rv = nng_tls_config_server_name(c, PROTO_TLS_SERVER_NAME)) != 0)
        return rv;
    return nng_tls_config_auth_mode(c, NNG_TLS_AUTH_MODE_REQUIRED);
}

enum err wire_nng_tls(bool server, const struct wire_tls *tls, nng_tls_config **out, struct trouble *t)
{
    nng_tls_config *c = NULL;
    enum err e;
    int rv;

    if (tls->ca == NULL || (tls->cert == NULL) != (tls->key == NULL) || (server && tls->cert == NULL))
        return trouble_set(t, ERR_CONFIG, "TLS needs a certificate, its key and the authority's certificate",
            "TLS vraagt een certificaat, de sleutel ervan en het certificaat van de uitgever");
    if (tls->cert != NULL && (e = proto_tls_check_pair(tls->cert, tls->key)) != OK)
        return trouble_set(t, e == ERR_NOMEM ? e : ERR_CONFIG, TLS_WRONG_EN, TLS_WRONG_NL);
    if ((rv = nng_tls_config_alloc(&c, server ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT)) != 0)
        return trouble_set(t, wire_nng_err(rv), "TLS could not be set up", "TLS kon niet worden ingesteld");
    if ((rv = fill_tls(c, server, tls)) != 0) {
        nng_tls_config_free(c);
        return trouble_set(t, rv == NNG_ENOMEM ? ERR_NOMEM : ERR_CONFIG, TLS_WRONG_EN, TLS_WRONG_NL);
    }
    *out = c;
    return OK;
}

enum err wire_bell_open(int *out)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return ERR_IO;
    *out = fd;
    return OK;
}

void wire_bell_ring(int fd)
{
    const uint64_t one = 1;

    /* EAGAIN would mean that the counter is full: then it is readable already. */
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void wire_bell_hush(int fd)
{
    uint64_t count;

    while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

void wire_nng_sleep(uint32_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    (void)nanosleep(&t, NULL);
}

void wire_free(void *handle)
{
    if (handle != NULL)
        nng_msg_free(handle);
}
