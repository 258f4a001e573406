#include "hub/core.h"

#include "base/file.h"
#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/rd.h"
#include "base/wr.h"
#include "server/start.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { GATE_FD = PROC_FIRST_FD, SIGNER_FD = PROC_FIRST_FD + 1, WITNESS_FD = PROC_FIRST_FD + 2, SEND_BUFFER = 4 << 20 };

#define MAP_BYTES ((uint64_t)1 << 30)  /* grows before it is full */

/* The signer, through its socket: one question under way. */
struct signing {
    struct server_ipc_in *in;
    struct server_ipc_out *out;
    uint64_t which;  /* enum hub_signer_which */
};

static enum err receive(struct signing *s, struct hub_signed *out)
{
    struct hub_signed got = { 0 };
    struct server_ipc_msg m;
    struct rd r;
    enum err e = server_ipc_flush(s->out);

    if (e == OK)
        e = server_ipc_next(s->in, &m);
    if (e != OK)
        return e;
    rd_init(&r, m.body, m.len);
    if (m.tag != s->which)
        return ERR_PEER;
    if (m.what == SERVER_IPC_REFUSED) {
        e = (enum err)rd_u8(&r);
        return e > OK && e < ERR_CLASSES ? e : ERR_PEER;
    }
    got.head.size = rd_u64(&r);
    rd_copy(&r, got.head.root, sizeof got.head.root);
    got.note_len = rd_left(&r);
    if (got.note_len > sizeof got.note)
        return ERR_LONG;
    rd_copy(&r, got.note, got.note_len);
    if (rd_end(&r) != OK)
        return r.err;
    *out = got;
    return OK;
}

static enum err ask_last(void *arg, struct hub_signed *out)
{
    struct signing *s = arg;
    enum err e = server_ipc_put(s->out, SERVER_IPC_LAST, s->which, NULL, 0);

    return e == OK ? receive(s, out) : e;
}

static enum err ask_sign(void *arg, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof,
    struct hub_signed *out)
{
    uint8_t body[8 + PROTO_HASH_LEN + 1 + PROTO_PROOF_MAX * PROTO_HASH_LEN];
    struct signing *s = arg;
    struct hub_signed got;
    struct wr w;
    enum err e;

    wr_init(&w, body, sizeof body);
    wr_u64(&w, head->size);
    wr_copy(&w, head->root, sizeof head->root);
    wr_u8(&w, proof->count);
    wr_copy(&w, proof->hash[0], (size_t)proof->count * PROTO_HASH_LEN);
    e = wr_end(&w);
    if (e == OK)
        e = server_ipc_put(s->out, SERVER_IPC_SIGN, s->which, body, w.len);
    if (e == OK)
        e = receive(s, &got);
    if (e != OK)
        return e;
    /* Another head than the one asked for would make every receipt under it worthless. */
    if (got.head.size != head->size || sodium_memcmp(got.head.root, head->root, sizeof head->root) != 0)
        return ERR_SIGNATURE;
    *out = got;
    return OK;
}

static enum err config_from(struct proto_blob part[HUB_CORE_STARTS], struct hub_core_config *c, uint64_t *threads)
{
    enum err e;

    c->store = server_start_as_text(&part[HUB_CORE_STORE]);
    c->partners = server_start_as_text(&part[HUB_CORE_PARTNERS]);
    c->seeds = server_start_as_text(&part[HUB_CORE_SEEDS]);
    c->status = server_start_as_text(&part[HUB_CORE_STATUS]);
    c->pack = server_start_as_text(&part[HUB_CORE_PACK]);
    c->home = server_start_as_text(&part[HUB_CORE_HOME]);
    c->registry = server_start_as_text(&part[HUB_CORE_REGISTRY]);
    c->log_vkey = server_start_as_text(&part[HUB_CORE_VKEY]);
    c->region = (const char *)part[HUB_CORE_REGION].data;
    c->region_len = part[HUB_CORE_REGION].len;
    c->map_bytes = MAP_BYTES;
    c->gate_fd = GATE_FD;
    c->witnesses = server_start_as_text(&part[HUB_CORE_WITNESSES]);
    c->witness_fd = WITNESS_FD;
    if (c->store == NULL || c->partners == NULL || c->seeds == NULL || c->status == NULL || c->pack == NULL || c->witnesses == NULL
        || c->home == NULL || c->registry == NULL || c->log_vkey == NULL)
        return ERR_SYNTAX;
    e = server_start_as_number(&part[HUB_CORE_FORGET], &c->forget_s);
    return e == OK ? server_start_as_number(&part[HUB_CORE_THREADS], threads) : e;
}

/* From here on: the folders that core keeps, and those that its operator fills. No keys are in them. */
static enum err shut_files(const char *program, const struct hub_core_config *c)
{
    char seeds[PATH_MAX], status[PATH_MAX], registry[PATH_MAX], packs[PATH_MAX];
    const struct jail_path own[] = { { c->store, JAIL_WRITES }, { seeds, JAIL_WRITES }, { status, JAIL_WRITES }, { registry, JAIL_WRITES },
        { c->partners, JAIL_READS }, { packs, JAIL_READS }, { c->pack, JAIL_READS } };
    enum err e = file_folder(c->seeds, seeds);

    if (e == OK)
        e = file_folder(c->status, status);
    if (e == OK)
        e = file_folder(c->registry, registry);
    if (e == OK)
        e = file_join(packs, sizeof packs, c->home, "packs");
    return e == OK ? jail_files(program, own, sizeof own / sizeof *own) : e;
}

static enum err run(const char *program, const struct hub_core_config *config, uint64_t threads, struct trouble *t)
{
    struct hub_core *c = NULL;
    enum err e = hub_core_open(config, &c, t);

    /* The store is open; before any frame is read and any thread is there. */
    if (e == OK)
        e = shut_files(program, config);
    if (e == OK)
        e = jail_calls(program, HUB_CORE_CALLS);
    if (e == OK)
        e = hub_verify_start(&c->judge, GATE_FD, (size_t)threads, &c->pool);
    if (e == OK) {
        log_event(LOG_INFO, "core runs", NULL);
        e = hub_core_loop(c);
    }
    /* After trouble of its own the process ends as it is: the verifying threads may be in the middle of something. */
    if (e == OK)
        hub_core_close(c);
    return e;
}

int hub_core_run(const char *program)
{
    struct hub_core_config config = { 0 };
    struct proto_blob part[HUB_CORE_STARTS];
    struct trouble t = { 0 };
    struct server_ipc_in in;
    struct server_ipc_out out;
    struct signing log = { &in, &out, HUB_SIGN_LOG }, registry = { &in, &out, HUB_SIGN_REGISTRY };
    uint8_t *block = NULL;
    size_t len = 0;
    uint64_t threads = 0;
    enum err e;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    e = proc_start_block(&block, &len);
    if (e == OK)
        e = server_start_decode(block, len, part, HUB_CORE_STARTS);
    if (e == OK)
        e = config_from(part, &config, &threads);
    if (e == OK)
        e = server_ipc_in_init(&in, SIGNER_FD, SERVER_ROLE_SIGNER, SERVER_ROLE_CORE);
    if (e == OK) {
        server_ipc_out_init(&out, SIGNER_FD, SERVER_ROLE_CORE, SERVER_ROLE_SIGNER);
        config.last = ask_last;
        config.sign = ask_sign;
        config.sign_arg = &log;
        config.sign_registry_arg = &registry;
        e = run(program, &config, threads, &t);
        server_ipc_out_fini(&out);
        server_ipc_in_fini(&in);
    }
    free(block);
    return server_role_end("core ends", e, &t);
}
