#include "hub/cli.h"

#include "base/file.h"
#include "base/log.h"
#include "base/proc.h"
#include "hub/core.h"
#include "hub/home.h"
#include "hub/origin.h"
#include "hub/outside.h"
#include "hub/signer.h"
#include "proto/region_log.h"
#include "server/launch.h"
#include "server/registry.h"
#include "server/start.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { ROLE_COUNT = 5 };

/* What the parent has read before it starts anybody. Secrets are wiped as soon as their role has them. */
struct run {
    bool has_witnesses;
    struct hub_conf conf;
    const char *home;
    struct proto_region *region;
    char *region_text;
    size_t region_len;
    char store[HUB_PATH_MAX], partners[HUB_PATH_MAX], seeds[HUB_PATH_MAX], status[HUB_PATH_MAX], signed_last[HUB_PATH_MAX],
        quota[HUB_PATH_MAX], signed_registry[HUB_PATH_MAX], registry[HUB_PATH_MAX];
    char registry_vkey[PROTO_NOTE_VKEY_ROOM], log_vkey[PROTO_NOTE_VKEY_ROOM];
    uint8_t log_secret[64], share[32], registry_before[SERVER_REGISTRY_STAMP];
    char *tls_cert, *tls_key, *tls_ca;
    size_t tls_cert_len, tls_key_len, tls_ca_len;
};

static void wipe(struct run *r)
{
    sodium_memzero(r->log_secret, sizeof r->log_secret);
    sodium_memzero(r->share, sizeof r->share);
    if (r->tls_key != NULL)
        sodium_memzero(r->tls_key, r->tls_key_len);
    free(r->tls_cert);
    free(r->tls_key);
    free(r->tls_ca);
    r->tls_cert = r->tls_key = r->tls_ca = NULL;
}

static enum err read_paths(const struct hub_cli *c, struct run *r)
{
    const struct { const char *name; char *out; } paths[] = {
        { "store", r->store }, { "partners", r->partners }, { "seeds/days", r->seeds }, { "run/status.json", r->status },
        { "oprf/quota", r->quota },
        { "signer/registry", r->signed_registry }, { SERVER_REGISTRY_FILE, r->registry },
    };
    enum err e = server_registry_settle(c->home, c->t);

    r->home = c->home;
    for (size_t i = 0; e == OK && i < sizeof paths / sizeof *paths; i++)
        e = hub_home_path(c->home, paths[i].name, paths[i].out, c->t);
    return e;
}

static enum err read_keys(const struct hub_cli *c, struct run *r)
{
    enum err e = hub_home_secret_get(c->home, "log", r->log_secret, sizeof r->log_secret, c->t);

    if (e == OK)
        e = hub_home_secret_get(c->home, "pseudonym", r->share, sizeof r->share, c->t);
    if (e != OK || r->conf.plain)
        return e;
    e = hub_home_text(c->home, "keys/tls-server.crt", &r->tls_cert, &r->tls_cert_len, c->t);
    if (e == OK)
        e = hub_home_text(c->home, "keys/tls-server.key", &r->tls_key, &r->tls_key_len, c->t);
    if (e == OK)
        e = hub_home_text(c->home, "keys/tls-ca.crt", &r->tls_ca, &r->tls_ca_len, c->t);
    return e;
}

static enum err start_signer(const struct run *r, int core, struct proc *out)
{
    const struct proto_blob parts[HUB_SIGNER_STARTS] = {
        [HUB_SIGNER_STATE] = server_start_text(r->signed_last),
        [HUB_SIGNER_VKEY] = server_start_text(r->log_vkey),
        [HUB_SIGNER_SECRET] = { r->log_secret, sizeof r->log_secret },
        [HUB_SIGNER_REGISTRY_STATE] = server_start_text(r->signed_registry),
        [HUB_SIGNER_REGISTRY_VKEY] = server_start_text(r->registry_vkey),
    };

    return server_launch("signer", parts, HUB_SIGNER_STARTS, &core, 1, out);
}

static enum err start_oprf(const struct run *r, int gate, struct proc *out)
{
    const struct server_oprf_config c = { .region = r->region_text, .region_len = r->region_len, .blocks = r->partners, .registry = r->registry,
        .registry_before = r->registry_before, .share = r->share,
        .quota_path = r->quota, .per_partner = (uint32_t)r->conf.pseudonyms_per_partner, .total = (uint32_t)r->conf.pseudonyms_total };

    return server_launch_oprf(&c, gate, out);
}

/* Only when there are public witnesses: no witness, no process, and nothing of ours that dials out. */
static enum err start_witness(const struct run *r, int core, struct proc *out)
{
    const struct proto_blob parts[HUB_WITNESS_STARTS] = { [HUB_WITNESS_URLS] = server_start_text(r->conf.witnesses) };

    return server_launch("witness", parts, HUB_WITNESS_STARTS, &core, 1, out);
}

static enum err start_core(const struct run *r, int gate, int signer, int witness, struct proc *out)
{
    uint8_t threads[8], forget[8];
    const int fds[] = { gate, signer, witness };
    const struct proto_blob parts[HUB_CORE_STARTS] = {
        [HUB_CORE_STORE] = server_start_text(r->store),
        [HUB_CORE_PARTNERS] = server_start_text(r->partners),
        [HUB_CORE_SEEDS] = server_start_text(r->seeds),
        [HUB_CORE_STATUS] = server_start_text(r->status),
        [HUB_CORE_PACK] = server_start_text(r->conf.pack),
        [HUB_CORE_HOME] = server_start_text(r->home),
        [HUB_CORE_REGION] = { (const uint8_t *)r->region_text, r->region_len },
        [HUB_CORE_THREADS] = server_start_number(r->conf.verify_threads, threads),
        [HUB_CORE_FORGET] = server_start_number(r->conf.statement_days * 86400, forget),
        [HUB_CORE_REGISTRY] = server_start_text(r->registry),
        [HUB_CORE_WITNESSES] = server_start_text(r->conf.witnesses),
        [HUB_CORE_VKEY] = server_start_text(r->log_vkey),
    };

    return server_launch("core", parts, HUB_CORE_STARTS, fds, witness >= 0 ? 3 : 2, out);
}

static enum err start_gate(const struct run *r, int core, int oprf, struct proc *out)
{
    const struct wire_tls tls = { r->tls_cert, r->tls_key, r->tls_ca };
    const struct server_launch_gate g = { .address = r->conf.listen, .tls = r->conf.plain ? NULL : &tls, .oprf = oprf, .core = core, .cosigner = -1 };

    return server_launch_gate(&g, out);
}

/* Started so that the gate takes nothing that nobody can answer. */
static enum err start_all(struct run *r, struct proc procs[ROLE_COUNT], size_t *count)
{
    int gate_core[2], gate_oprf[2], core_signer[2], core_witness[2] = { -1, -1 };
    enum err e = proc_pair(gate_core);

    /* Before core, which writes the copy for the others anew: by the one that is there nobody is answered. */
    server_registry_stamp(r->registry, r->registry_before);
    if (e == OK)
        e = proc_pair(gate_oprf);
    if (e == OK)
        e = proc_pair(core_signer);
    if (e == OK && r->has_witnesses)
        e = proc_pair(core_witness);
    if (e == OK)
        e = start_signer(r, core_signer[1], &procs[0]);
    if (e == OK)
        e = start_core(r, gate_core[1], core_signer[0], core_witness[0], &procs[1]);
    if (e == OK)
        e = start_oprf(r, gate_oprf[1], &procs[2]);
    if (e == OK)
        e = start_gate(r, gate_core[0], gate_oprf[0], &procs[3]);
    if (e == OK && r->has_witnesses)
        e = start_witness(r, core_witness[1], &procs[4]);
    *count = r->has_witnesses ? 5 : 4;
    return e;
}

/* Core looks again; here a person is still there to read what is wrong. */
static enum err check_pack(const struct hub_cli *c, const struct run *r)
{
    struct policy_pack *pack = NULL;
    enum err e = hub_home_pack(r->conf.pack, r->region, &pack, c->t);

    policy_pack_free(pack);
    return e;
}

/* What the two logs are signed under. The region file is that of the beginning: the log may have another origin since. */
static enum err name_logs(const struct hub_cli *c, struct run *r)
{
    struct proto_note_key key;
    unsigned origin = 1;
    enum err e = proto_registry_key(r->region, &key);

    if (e == OK)
        proto_note_key_encode(&key, r->registry_vkey);
    if (e == OK)
        e = hub_origin_read(c->home, &origin, c->t);
    if (e == OK)
        e = hub_origin_memory_of(c->home, origin, r->signed_last, c->t);
    if (e == OK)
        e = proto_region_log_key(r->region, origin, &key);
    if (e == OK)
        proto_note_key_encode(&key, r->log_vkey);
    return e;
}

/* Here a person is still there to read what is wrong. */
static enum err check_witnesses(const struct hub_cli *c, struct run *r)
{
    struct hub_outside_list *list = calloc(1, sizeof *list);
    enum err e = list == NULL ? ERR_NOMEM : hub_outside_parse(r->conf.witnesses, list, c->t);

    if (e == OK)
        e = hub_outside_check(list, r->region, c->t);
    r->has_witnesses = e == OK && list->count != 0;
    free(list);
    return e;
}

static enum err prepare(const struct hub_cli *c, struct run *r)
{
    enum err e;

    r->region = calloc(1, sizeof *r->region);
    if (r->region == NULL)
        return ERR_NOMEM;
    e = hub_conf_read(c->home, &r->conf, c->t);
    if (e == OK)
        e = read_paths(c, r);
    if (e == OK)
        e = hub_home_region(c->home, &r->region_text, &r->region_len, r->region, c->t);
    if (e == OK)
        e = name_logs(c, r);
    if (e == OK)
        e = check_pack(c, r);
    if (e == OK)
        e = check_witnesses(c, r);
    return e == OK ? read_keys(c, r) : e;
}

enum err hub_cmd_run(struct hub_cli *c)
{
    struct proc procs[ROLE_COUNT] = { { 0 } };
    struct run r = { 0 };
    size_t count = 0;
    const char *dead = NULL;
    enum err e;

    log_init("schakel-hub", LOG_INFO);
    proc_harden();
    e = prepare(c, &r);
    if (e == OK)
        e = start_all(&r, procs, &count);
    wipe(&r);
    free(r.region_text);
    free(r.region);
    if (e != OK)
        return e;
    e = proc_wait(procs, count, PROC_GRACE_MS, &dead);
    if (dead == NULL)
        return e;
    c->exit_code = EX_SOFTWARE;
    return trouble_at(c->t, ERR_STATE, dead, 0, 0,
        "this part of the hub ended by itself, so the hub has stopped; its last lines above say why. Mend that, then start it again",
        "dit deel van de hub is uit zichzelf gestopt, dus de hub is gestopt; de laatste regels hierboven zeggen waarom. "
        "Verhelp dat en start hem dan opnieuw");
}
