#include "hub/signer.h"

#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/rd.h"
#include "base/wr.h"
#include "server/ipc.h"
#include "server/start.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum err say_signed(struct server_ipc_out *out, uint64_t tag, const struct hub_signed *s)
{
    uint8_t body[8 + PROTO_MERKLE_HASH_LEN + HUB_SIGNER_NOTE_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, body, sizeof body);
    wr_u64(&w, s->head.size);
    wr_copy(&w, s->head.root, sizeof s->head.root);
    wr_copy(&w, s->note, s->note_len);
    e = wr_end(&w);
    return e != OK ? e : server_ipc_put(out, SERVER_IPC_SIGNED, tag, body, w.len);
}

static enum err read_request(const struct server_ipc_msg *m, struct proto_merkle_head *head, struct proto_merkle_proof *proof)
{
    struct rd r;

    rd_init(&r, m->body, m->len);
    head->size = rd_u64(&r);
    rd_copy(&r, head->root, sizeof head->root);
    proof->count = rd_u8(&r);
    if (proof->count > PROTO_MERKLE_PROOF_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < proof->count; i++)
        rd_copy(&r, proof->hash[i], sizeof proof->hash[i]);
    return rd_end(&r);
}

/* One request. A refusal is an answer; only what makes the signer itself doubtful ends it. */
static enum err answer(struct hub_signer *s, const struct server_ipc_msg *m, struct server_ipc_out *out)
{
    const struct hub_signed *result = hub_signer_last(s);
    struct proto_merkle_proof proof;
    struct proto_merkle_head head;
    uint8_t refusal;
    enum err e = OK;

    if (m->what == SERVER_IPC_SIGN) {
        e = read_request(m, &head, &proof);
        if (e == OK)
            e = hub_signer_sign(s, &head, &proof, &result);
    }
    if (e == OK)
        return say_signed(out, m->tag, result);
    log_event(LOG_ERROR, "checkpoint refused", "err", err_word(e), NULL);
    if (e == ERR_IO)
        return e;
    refusal = (uint8_t)e;
    return server_ipc_put(out, SERVER_IPC_REFUSED, m->tag, &refusal, 1);
}

static enum err loop(struct hub_signer *const signers[HUB_SIGN_LOGS])
{
    struct server_ipc_out out;
    struct server_ipc_msg m;
    struct server_ipc_in in;
    enum err e = server_ipc_in_init(&in, PROC_FIRST_FD, SERVER_ROLE_CORE, SERVER_ROLE_SIGNER);

    if (e != OK)
        return e;
    server_ipc_out_init(&out, PROC_FIRST_FD, SERVER_ROLE_SIGNER, SERVER_ROLE_CORE);
    while ((e = server_ipc_next(&in, &m)) == OK) {
        e = m.tag < HUB_SIGN_LOGS ? answer(signers[m.tag], &m, &out) : ERR_RANGE;
        if (e == OK)
            e = server_ipc_flush(&out);
        if (e != OK)
            break;
    }
    server_ipc_out_fini(&out);
    server_ipc_in_fini(&in);
    if (e != ERR_PEER)
        return e;
    /* Core is done with us, or died. Which of the two is for the parent to see. */
    server_role_linger();
    return OK;
}

static enum err open_one(const struct proto_blob *part, enum hub_start_signer state, enum hub_start_signer vkey, struct hub_signer **out,
    struct trouble *t)
{
    const char *path = server_start_as_text(&part[state]), *key = server_start_as_text(&part[vkey]);

    if (path == NULL || key == NULL || part[HUB_SIGNER_SECRET].len != PROTO_NOTE_KEY_LEN * 2)
        return ERR_SYNTAX;
    return hub_signer_open(path, key, part[HUB_SIGNER_SECRET].data, out, t);
}

static enum err open_from_start(struct hub_signer *out[HUB_SIGN_LOGS], struct trouble *t)
{
    struct proto_blob part[HUB_SIGNER_STARTS];
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, HUB_SIGNER_STARTS);
    if (e == OK)
        e = open_one(part, HUB_SIGNER_STATE, HUB_SIGNER_VKEY, &out[HUB_SIGN_LOG], t);
    if (e == OK)
        e = open_one(part, HUB_SIGNER_REGISTRY_STATE, HUB_SIGNER_REGISTRY_VKEY, &out[HUB_SIGN_REGISTRY], t);
    sodium_memzero(block, len);
    free(block);
    return e;
}

int hub_signer_run(const char *program)
{
    struct hub_signer *s[HUB_SIGN_LOGS] = { NULL };
    struct trouble t = { 0 };
    enum err e;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    e = open_from_start(s, &t);
    /* Its two memories are open, and nothing else is ever read or written. */
    if (e == OK)
        e = jail_files(program, NULL, 0);
    if (e == OK)
        e = jail_calls(program, HUB_SIGNER_CALLS);
    if (e == OK)
        e = loop(s);
    for (size_t i = 0; i < HUB_SIGN_LOGS; i++)
        hub_signer_close(s[i]);
    return server_role_end("signer ends", e, &t);
}
