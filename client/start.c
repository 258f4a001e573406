#include "client/start.h"

#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/cmd.h"
#include "client/mirror.h"
#include "client/vault_role.h"
#include "server/cosigner.h"
#include "server/gate.h"
#include "server/oprf.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static volatile sig_atomic_t stop;

static void on_term(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

enum err client_start_encode(const struct client_start *s, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    wr_init(&w, out, cap);
    wr_u8(&w, (uint8_t)s->lang);
    wr_bytes16(&w, (const uint8_t *)s->home, strlen(s->home));
    wr_bytes16(&w, (const uint8_t *)s->passphrase, strlen(s->passphrase));
    if (wr_end(&w) == OK)
        *len = w.len;
    return w.err;
}

static void read_text(struct rd *r, char *out, size_t out_len)
{
    size_t len = 0;
    const uint8_t *at = rd_bytes16(r, out_len - 1, &len);

    if (at != NULL) {
        memcpy(out, at, len);
        out[len] = '\0';
    }
}

static enum err decode(const uint8_t *data, size_t len, struct client_start *out)
{
    struct client_start s = {.lang = LANG_EN};
    struct rd r;

    rd_init(&r, data, len);
    s.lang = rd_u8(&r) == LANG_NL ? LANG_NL : LANG_EN;
    read_text(&r, s.home, sizeof s.home);
    read_text(&r, s.passphrase, sizeof s.passphrase);
    if (rd_end(&r) == OK)
        *out = s;
    sodium_memzero(&s, sizeof s);
    return r.err;
}

/* To the parent: ready, or why not. */
static void tell_parent(const struct trouble *t)
{
    cJSON *obj = t->err == OK ? cJSON_CreateObject() : client_print_error(t);
    char *text = NULL;

    if (t->err == OK)
        json_add_bool(obj, "ok", true);
    if (json_print(obj, &text) != OK || proc_send(PROC_FIRST_FD, (const uint8_t *)text, strlen(text)) != OK)
        log_event(LOG_WARN, "parent-not-told", NULL);
    free(text);
    cJSON_Delete(obj);
}

static int run_vault(const char *program)
{
    struct client_vault_role *v = calloc(1, sizeof *v);
    struct client_start *s = calloc(1, sizeof *s);
    struct sigaction action = {.sa_handler = on_term};
    struct trouble t = {.lang = LANG_EN};
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e;

    proc_harden();
    log_init(program, LOG_INFO);
    e = v == NULL || s == NULL ? ERR_NOMEM : proc_start_block(&block, &len);

    if (e == OK)
        e = decode(block, len, s);
    if (block != NULL)
        sodium_memzero(block, len);
    free(block);
    if (e == OK && sigaction(SIGTERM, &action, NULL) != 0)
        e = ERR_IO;
    if (e == OK) {
        t.lang = s->lang;
        e = client_vault_role_open(s, v, &t);
        sodium_memzero(s->passphrase, sizeof s->passphrase);
    }
    /* It dials, keeps a store and reads what people point it to: too much for a list. No program, and nobody else's memory, it needs. */
    if (e == OK)
        e = jail_calls_but(program);
    if (e == OK || t.err != OK)
        tell_parent(&t);
    if (e == OK) {
        log_event(LOG_INFO, "ready", "partner", v->node.me->handle, NULL);
        e = client_vault_role_loop(v, &stop);
        client_vault_role_close(v);
    }
    free(v);
    free(s);
    return err_exit(e);
}

int client_start_role(const char *role)
{
    static const struct { const char *role; int (*run)(const char *program); const char *program; } roles[] = {
        {"vault", run_vault, "schakel vault"},
        {"mirror", client_mirror_run, "schakel mirror"},
        {"gate", server_gate_run, "schakel gate"},
        {"oprf", server_oprf_run, "schakel oprf"},
        {"cosigner", server_cosigner_run, "schakel cosigner"},
    };

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(role, roles[i].role) == 0)
            return roles[i].run(roles[i].program);
    log_event(LOG_ERROR, "unknown-role", NULL);
    return EX_USAGE;
}
