#include "server/cosigner.h"

#include "base/file.h"
#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "server/ipc.h"
#include "server/start.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 2048 };  /* of an answer: one line and a reply around it */

static enum err loop(struct server_cosigner *s)
{
    uint8_t frame[FRAME_MAX];
    struct server_ipc_out out;
    struct server_ipc_msg m;
    struct server_ipc_in in;
    size_t len;
    enum err e = server_ipc_in_init(&in, PROC_FIRST_FD, SERVER_ROLE_GATE, SERVER_ROLE_COSIGNER);

    if (e != OK)
        return e;
    server_ipc_out_init(&out, PROC_FIRST_FD, SERVER_ROLE_COSIGNER, SERVER_ROLE_GATE);
    while ((e = server_ipc_next(&in, &m)) == OK && m.what == SERVER_IPC_FRAME) {
        e = server_cosigner_answer(s, m.body, m.len, frame, sizeof frame, &len);
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

/* From here on: what was cosigned is written, the registry's folder read. */
static enum err shut_files(const char *program, const struct server_cosigner_config *c)
{
    char folder[PATH_MAX];
    enum err e = file_folder(c->registry, folder);
    const struct jail_path own[] = { { c->folder, JAIL_WRITES }, { folder, JAIL_READS } };

    return e == OK ? jail_files(program, own, sizeof own / sizeof *own) : e;
}

static enum err open_from_start(const char *program, struct server_cosigner *s, struct trouble *t)
{
    struct proto_blob part[SERVER_COSIGNER_STARTS];
    struct server_cosigner_config c = { 0 };
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, SERVER_COSIGNER_STARTS);
    if (e == OK) {
        c.folder = server_start_as_text(&part[SERVER_COSIGNER_FOLDER]);
        c.vkey = server_start_as_text(&part[SERVER_COSIGNER_VKEY]);
        c.registry = server_start_as_text(&part[SERVER_COSIGNER_REGISTRY]);
        c.region = (const char *)part[SERVER_COSIGNER_REGION].data;
        c.region_len = part[SERVER_COSIGNER_REGION].len;
        c.secret = part[SERVER_COSIGNER_SECRET].data;
        c.next_secret = part[SERVER_COSIGNER_NEXT].len == crypto_sign_SECRETKEYBYTES ? part[SERVER_COSIGNER_NEXT].data : NULL;
        e = c.folder == NULL || c.vkey == NULL || c.registry == NULL || part[SERVER_COSIGNER_SECRET].len != crypto_sign_SECRETKEYBYTES ? ERR_SYNTAX : OK;
    }
    if (e == OK)
        e = server_cosigner_open(s, &c, t);
    if (e == OK)
        e = shut_files(program, &c);
    sodium_memzero(block, len);
    free(block);
    return e;
}

int server_cosigner_run(const char *program)
{
    struct trouble t = { 0 };
    struct server_cosigner *s = calloc(1, sizeof *s);
    enum err e = s == NULL ? ERR_NOMEM : OK;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    if (e == OK)
        e = open_from_start(program, s, &t);
    if (e == OK)
        e = jail_calls(program, SERVER_COSIGNER_CALLS);
    if (e == OK) {
        e = loop(s);
        server_cosigner_close(s);
    }
    free(s);
    return server_role_end("cosigner ends", e, &t);
}
