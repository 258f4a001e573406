#include "hub/cli.h"

#include "base/file.h"
#include "hub/home.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdlib.h>

/*
 * Another TLS key and certificate under the hub's authority, which is what the region file pins: nobody joins again. The other keys of a hub
 * are the region's (log, authority, share): another one is another region. Given again it makes another pair, so a machine
 * that stopped between the two files is mended by the same command.
 */
enum { OWN_FILE_MODE = 0600 };

static enum err put(const struct hub_cli *c, const char *name, const struct proto_pem *p)
{
    char path[HUB_PATH_MAX];
    enum err e = hub_home_path(c->home, name, path, c->t);

    return e == OK ? file_write(path, p->text, p->len, OWN_FILE_MODE, c->t) : e;
}

enum err hub_cmd_rotate(struct hub_cli *c)
{
    struct proto_pem key = { 0 }, cert = { 0 };
    char *ca_key = NULL, *ca = NULL;
    size_t ca_key_len = 0, ca_len = 0;
    enum err e = hub_home_text(c->home, "keys/tls-ca.key", &ca_key, &ca_key_len, c->t);

    if (e == OK)
        e = hub_home_text(c->home, "keys/tls-ca.crt", &ca, &ca_len, c->t);
    if (e == OK)
        e = proto_tls_make_key(&key);
    if (e == OK)
        e = proto_tls_make_server(ca_key, ca, key.text, &cert);
    if (e == OK)
        e = put(c, "keys/tls-server.key", &key);
    if (e == OK)
        e = put(c, "keys/tls-server.crt", &cert);
    if (ca_key != NULL)
        sodium_memzero(ca_key, ca_key_len);
    free(ca_key);
    free(ca);
    proto_tls_pem_fini(&key);
    proto_tls_pem_fini(&cert);
    if (e == OK)
        json_add_text(c->reply, "next", c->lang == LANG_NL
            ? "start de hub opnieuw (schakel-hub run): de nieuwe sleutel telt vanaf dan, en niemand sluit opnieuw aan"
            : "start the hub again (schakel-hub run): the new key counts from then on, and nobody joins again");
    return e;
}
