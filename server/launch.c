#include "server/launch.h"

#include "server/ipc.h"
#include "server/start.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum err server_launch(const char *role, const struct proto_blob *parts, size_t count, const int *fds, size_t fd_count,
    struct proc *out)
{
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = server_start_encode(parts, count, &block, &len);

    if (e == OK)
        e = proc_start(role, block, len, fds, fd_count, out);
    else
        for (size_t i = 0; i < fd_count; i++)
            (void)close(fds[i]);
    if (block != NULL)
        sodium_memzero(block, len);
    free(block);
    return e;
}

static struct proto_blob text_or_none(const struct wire_tls *tls, const char *text)
{
    return tls != NULL ? server_start_text(text) : (struct proto_blob){ NULL, 0 };
}

enum err server_launch_gate(const struct server_launch_gate *g, struct proc *out)
{
    const struct wire_tls none = { NULL, NULL, NULL }, *tls = g->tls != NULL ? g->tls : &none;
    const int second = g->core >= 0 ? g->core : g->cosigner, fds[] = { g->oprf, second };
    const uint64_t role = g->core >= 0 ? SERVER_ROLE_CORE : g->cosigner >= 0 ? SERVER_ROLE_COSIGNER : SERVER_ROLE_NONE;
    uint8_t room[8];
    const struct proto_blob parts[SERVER_GATE_STARTS] = {
        [SERVER_GATE_ADDRESS] = server_start_text(g->address),
        [SERVER_GATE_CERT] = text_or_none(g->tls, tls->cert),
        [SERVER_GATE_KEY] = text_or_none(g->tls, tls->key),
        [SERVER_GATE_CA] = text_or_none(g->tls, tls->ca),
        [SERVER_GATE_SECOND] = server_start_number(role, room),
    };

    return server_launch("gate", parts, SERVER_GATE_STARTS, fds, second >= 0 ? 2 : 1, out);
}

enum err server_launch_oprf(const struct server_oprf_config *c, int gate, struct proc *out)
{
    uint8_t per_partner[8], total[8], is_second[8];
    const struct proto_blob parts[SERVER_OPRF_STARTS] = {
        [SERVER_OPRF_QUOTA_FILE] = server_start_text(c->quota_path),
        [SERVER_OPRF_BLOCKS] = server_start_text(c->blocks),
        [SERVER_OPRF_REGION] = { (const uint8_t *)c->region, c->region_len },
        [SERVER_OPRF_SHARE] = { c->share, PROTO_OPRF_LEN },
        [SERVER_OPRF_IS_SECOND] = server_start_number(c->is_second, is_second),
        [SERVER_OPRF_PER_PARTNER] = server_start_number(c->per_partner, per_partner),
        [SERVER_OPRF_TOTAL] = server_start_number(c->total, total),
        [SERVER_OPRF_REGISTRY] = server_start_text(c->registry),
        [SERVER_OPRF_REGISTRY_BEFORE] = { c->registry_before, c->registry_before != NULL ? SERVER_REGISTRY_STAMP : 0 },
    };

    return server_launch("oprf", parts, SERVER_OPRF_STARTS, &gate, 1, out);
}

enum err server_launch_cosigner(const struct server_cosigner_config *c, int gate, struct proc *out)
{
    const struct proto_blob parts[SERVER_COSIGNER_STARTS] = {
        [SERVER_COSIGNER_FOLDER] = server_start_text(c->folder),
        [SERVER_COSIGNER_REGION] = { (const uint8_t *)c->region, c->region_len },
        [SERVER_COSIGNER_VKEY] = server_start_text(c->vkey),
        [SERVER_COSIGNER_SECRET] = { c->secret, crypto_sign_SECRETKEYBYTES },
        [SERVER_COSIGNER_REGISTRY] = server_start_text(c->registry),
        [SERVER_COSIGNER_NEXT] = { c->next_secret, c->next_secret != NULL ? crypto_sign_SECRETKEYBYTES : 0 },
    };

    return server_launch("cosigner", parts, SERVER_COSIGNER_STARTS, &gate, 1, out);
}
