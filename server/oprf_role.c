#include "server/oprf.h"

#include "base/log.h"
#include "base/proc.h"
#include "server/ipc.h"
#include "server/start.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { FRAME_MAX = 8192 };  /* of an answer: 64 elements, a proof, a reply around them */

static enum err loop(struct server_oprf *o)
{
    uint8_t frame[FRAME_MAX];
    struct server_ipc_out out;
    struct server_ipc_msg m;
    struct server_ipc_in in;
    size_t len;
    enum err e = server_ipc_in_init(&in, PROC_FIRST_FD, SERVER_ROLE_GATE, SERVER_ROLE_OPRF);

    if (e != OK)
        return e;
    server_ipc_out_init(&out, PROC_FIRST_FD, SERVER_ROLE_OPRF, SERVER_ROLE_GATE);
    while ((e = server_ipc_next(&in, &m)) == OK && m.what == SERVER_IPC_FRAME) {
        e = server_oprf_answer(o, m.body, m.len, frame, sizeof frame, &len);
        if (e == OK)
            e = server_ipc_put(&out, SERVER_IPC_ANSWER, m.tag, frame, len);
        if (e == OK)
            e = server_ipc_flush(&out);
        if (e != OK)
            break;
    }
    server_ipc_out_fini(&out);
    server_ipc_in_fini(&in);
    return e;
}

static enum err read_start(const struct proto_blob part[SERVER_OPRF_STARTS], struct server_oprf_config *c)
{
    uint64_t per_partner = 0, total = 0, is_second = 0;
    enum err e = server_start_as_number(&part[SERVER_OPRF_PER_PARTNER], &per_partner);

    if (e == OK)
        e = server_start_as_number(&part[SERVER_OPRF_TOTAL], &total);
    if (e == OK)
        e = server_start_as_number(&part[SERVER_OPRF_IS_SECOND], &is_second);
    if (e != OK)
        return e;
    c->region = (const char *)part[SERVER_OPRF_REGION].data;
    c->region_len = part[SERVER_OPRF_REGION].len;
    c->blocks = server_start_as_text(&part[SERVER_OPRF_BLOCKS]);
    c->share = part[SERVER_OPRF_SHARE].data;
    c->is_second = is_second != 0;
    c->quota_path = server_start_as_text(&part[SERVER_OPRF_QUOTA_FILE]);
    c->per_partner = (uint32_t)per_partner;
    c->total = (uint32_t)total;
    return c->blocks == NULL || c->quota_path == NULL || part[SERVER_OPRF_SHARE].len != PROTO_OPRF_LEN || per_partner > UINT32_MAX
            || total > UINT32_MAX
        ? ERR_SYNTAX
        : OK;
}

static enum err open_from_start(struct server_oprf *o, struct trouble *t)
{
    struct proto_blob part[SERVER_OPRF_STARTS];
    struct server_oprf_config config = { 0 };
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, SERVER_OPRF_STARTS);
    if (e == OK)
        e = read_start(part, &config);
    if (e == OK)
        e = server_oprf_open(o, &config, t);
    sodium_memzero(block, len);
    free(block);
    return e;
}

int server_oprf_run(const char *program)
{
    struct trouble t = { 0 };
    struct server_oprf *o = calloc(1, sizeof *o);
    char line[768];
    enum err e = o == NULL ? ERR_NOMEM : OK;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    if (e == OK)
        e = open_from_start(o, &t);
    if (e == OK) {
        e = loop(o);
        server_oprf_close(o);
    }
    free(o);
    if (e == OK)
        return EX_OK;
    if (e == ERR_PEER)
        server_role_linger();
    trouble_line(&t, line, sizeof line);
    log_event(LOG_ERROR, "oprf ends", "err", err_word(e), "message", line, NULL);
    return err_exit(e);
}
