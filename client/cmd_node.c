/* node: the parent of the node's processes. */
#include "client/cmds.h"

#include "base/proc.h"
#include "client/ask.h"
#include "client/control.h"
#include "client/mirror.h"
#include "client/start.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { BLOCK_MAX = 4096 };

static enum err start_vault(struct client_run *r, const char *passphrase, struct proc *vault, int *fd)
{
    struct client_start *s = calloc(1, sizeof *s);
    uint8_t block[BLOCK_MAX];
    char *home = realpath(r->home, NULL);
    int pair[2];
    size_t len = 0;
    enum err e = s == NULL ? ERR_NOMEM : OK;

    if (e == OK && (home == NULL || strlen(home) >= sizeof s->home || strlen(passphrase) >= sizeof s->passphrase))
        e = trouble_at(r->t, ERR_NOTFOUND, r->home, 0, 0, "this home folder is not there; make the organisation first: schakel org init",
            "deze thuismap is er niet; maak eerst de organisatie: schakel org init");
    if (e == OK) {
        s->lang = r->lang;
        memcpy(s->home, home, strlen(home) + 1);
        memcpy(s->passphrase, passphrase, strlen(passphrase) + 1);
        e = client_start_encode(s, block, sizeof block, &len);
    }
    if (e == OK)
        e = proc_pair(pair);
    if (e == OK) {
        e = proc_start("vault", block, len, &pair[1], 1, vault);
        if (e == OK)
            *fd = pair[0];
        else
            (void)close(pair[0]);
    }
    sodium_memzero(block, sizeof block);
    if (s != NULL)
        sodium_memzero(s, sizeof *s);
    free(s);
    free(home);
    return e;
}

/* The vault says that it is ready, or why it is not. */
static enum err wait_ready(struct client_run *r, int fd)
{
    cJSON *said = NULL;
    enum err e = client_control_receive(fd, &said, NULL);

    if (e == OK)
        e = client_control_check(said, r->t);
    else
        e = trouble_set(r->t, ERR_STATE, "the vault process ended before it was ready; see its log above",
            "het kluisproces stopte voor het klaar was; zie zijn logboek hierboven");
    cJSON_Delete(said);
    return e;
}

/* After the vault: it judged the settings, and answers. */
static enum err start_mirror(struct client_run *r, struct proc *procs, size_t *count)
{
    struct client_conf conf;
    char *home = realpath(r->home, NULL);
    enum err e = home == NULL ? ERR_NOTFOUND : client_conf_read(home, &conf, r->t);

    if (e == OK && conf.mirror) {
        e = client_mirror_start(home, &conf, r->lang, &procs[*count], r->t);
        *count += e == OK;
    }
    free(home);
    return e;
}

enum err client_cmd_node(struct client_run *r)
{
    struct proc procs[2];
    size_t count = 1;
    const char *dead = NULL;
    int fd = -1;
    enum err e = start_vault(r, client_run_text(r, "vault_passphrase"), &procs[0], &fd);

    if (e == OK)
        e = wait_ready(r, fd);
    if (fd >= 0)
        (void)close(fd);
    if (e == OK)
        e = start_mirror(r, procs, &count);
    if (e != OK)
        return e;
    if (r->json)
        (void)puts("{\"ok\":true,\"state\":\"ready\"}");
    else
        (void)puts(r->lang == LANG_NL ? "schakel: het knooppunt is klaar" : "schakel: the node is ready");
    (void)fflush(stdout);
    e = proc_wait(procs, count, PROC_GRACE_MS, &dead);
    if (e == OK)
        return OK;
    (void)fprintf(stderr, "schakel: %s %s\n", r->lang == LANG_NL ? "dit deel van het knooppunt is gestopt:" : "this role of the node ended:",
        dead != NULL ? dead : "vault");
    exit(EX_SOFTWARE);
}
