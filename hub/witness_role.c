/* The role that speaks HTTP with public witnesses (c2sp.org/tlog-witness): no key, no store, public notes only. One request at a time. */
#include "hub/outside.h"

#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/rd.h"
#include "base/wr.h"
#include "server/ipc.h"
#include "server/start.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CORE_FD = PROC_FIRST_FD, TIMEOUT_S = 8, CONNECT_S = 5, TROUBLE = 500 };

/* What a witness answers, as far as it fits. */
struct answer {
    uint8_t body[HUB_OUTSIDE_ANSWER_MAX];
    size_t len;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
    struct answer *a = arg;

    if (size * count > sizeof a->body - a->len)
        return 0;   /* the transfer ends with an error */
    memcpy(a->body + a->len, data, size * count);
    a->len += size * count;
    return size * count;
}

/* No redirect, no other protocol, no body beyond what an answer can be. 0: nobody answered. */
static long post(CURL *curl, const char *prefix, const uint8_t *body, size_t len, struct answer *a)
{
    char url[HUB_OUTSIDE_URL_MAX + 32];
    size_t end = strlen(prefix);
    long status = 0;

    a->len = 0;
    while (end > 0 && prefix[end - 1] == '/')
        end--;
    (void)snprintf(url, sizeof url, "%.*s/add-checkpoint", (int)end, prefix);
    curl_easy_reset(curl);
    if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK || curl_easy_setopt(curl, CURLOPT_POST, 1L) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK || curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) != CURLE_OK || curl_easy_setopt(curl, CURLOPT_WRITEDATA, a) != CURLE_OK)
        return 0;
    if (curl_easy_perform(curl) != CURLE_OK || curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        return 0;
    return status;
}

/* u8 which | request, to u8 which | u16 status | body. */
static enum err answer_one(CURL *curl, const struct hub_outside_list *list, const struct server_ipc_msg *m, struct server_ipc_out *out)
{
    struct answer *a = malloc(sizeof *a);
    uint8_t *reply = malloc(3 + HUB_OUTSIDE_ANSWER_MAX);
    long status = 0;
    struct rd r;
    struct wr w;
    uint8_t which;
    const uint8_t *body;
    size_t len;
    enum err e = a == NULL || reply == NULL ? ERR_NOMEM : OK;

    rd_init(&r, m->body, m->len);
    which = rd_u8(&r);
    len = rd_left(&r);
    body = rd_view(&r, len);
    if (e == OK)
        e = rd_end(&r);
    if (e == OK && which >= list->count)
        e = ERR_RANGE;
    if (e == OK) {
        status = post(curl, list->at[which].url, body, len, a);
        wr_init(&w, reply, 3 + HUB_OUTSIDE_ANSWER_MAX);
        wr_u8(&w, which);
        wr_u16(&w, (uint16_t)(status >= 100 && status <= 599 ? status : TROUBLE));
        wr_copy(&w, a->body, status != 0 ? a->len : 0);
        e = wr_end(&w);
    }
    if (e == OK)
        e = server_ipc_put(out, SERVER_IPC_FROM_WITNESS, 0, reply, w.len);
    if (e == OK)
        e = server_ipc_flush(out);
    free(a);
    free(reply);
    return e;
}

static enum err loop(const struct hub_outside_list *list)
{
    CURL *curl = curl_easy_init();
    struct server_ipc_out out;
    struct server_ipc_msg m;
    struct server_ipc_in in;
    enum err e = curl == NULL ? ERR_NOMEM : server_ipc_in_init(&in, CORE_FD, SERVER_ROLE_CORE, SERVER_ROLE_WITNESS);

    if (e != OK) {
        curl_easy_cleanup(curl);
        return e;
    }
    server_ipc_out_init(&out, CORE_FD, SERVER_ROLE_WITNESS, SERVER_ROLE_CORE);
    while ((e = server_ipc_next(&in, &m)) == OK && m.what == SERVER_IPC_TO_WITNESS)
        if ((e = answer_one(curl, list, &m, &out)) != OK)
            break;
    server_ipc_out_fini(&out);
    server_ipc_in_fini(&in);
    curl_easy_cleanup(curl);
    return e;
}

static enum err read_start(struct hub_outside_list *list, struct trouble *t)
{
    struct proto_blob part[HUB_WITNESS_STARTS];
    const char *urls;
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, HUB_WITNESS_STARTS);
    urls = e == OK ? server_start_as_text(&part[HUB_WITNESS_URLS]) : NULL;
    if (e == OK)
        e = urls == NULL ? ERR_SYNTAX : hub_outside_parse(urls, list, t);
    free(block);
    return e;
}

/* Certificates of authorities, and how names are looked up. */
static const struct jail_path readable[] = {
    { "/etc", JAIL_SYSTEM }, { "/usr", JAIL_SYSTEM }, { "/lib", JAIL_SYSTEM }, { "/run/systemd/resolve", JAIL_SYSTEM },
};

int hub_witness_run(const char *program)
{
    struct hub_outside_list *list = calloc(1, sizeof *list);
    struct trouble t = { 0 };
    enum err e = list == NULL ? ERR_NOMEM : OK;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    if (e == OK)
        e = read_start(list, &t);
    if (e == OK && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        e = ERR_STATE;
    if (e == OK)
        e = jail_files_dialling(program, readable, sizeof readable / sizeof *readable);
    if (e == OK)
        e = jail_calls(program, HUB_WITNESS_CALLS);
    if (e == OK)
        e = loop(list);
    free(list);
    return server_role_end("witness ends", e, &t);
}
