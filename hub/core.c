#include "hub/core.h"
#include "hub/collect.h"
#include "hub/origin.h"
#include "hub/outside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "hub/home.h"
#include "hub/openings.h"
#include "hub/tables.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STORE_FORMAT = 2, IDLE_MS = 1000 };

enum err hub_core_failed(const char *what, enum err e)
{
    if (e != OK)
        log_event(LOG_ERROR, what, "err", err_word(e), NULL);
    return e;
}

/* ---- opening ---- */

static enum err load_region(struct hub_core *c, struct trouble *t)
{
    c->region = calloc(1, sizeof *c->region);
    if (c->region == NULL)
        return ERR_NOMEM;
    return proto_region_parse((const uint8_t *)c->config.region, c->config.region_len, true, c->region, t);
}

static enum err get_number(struct hub_core *c, const char *key, uint64_t none, uint64_t *out)
{
    uint8_t value[8];
    struct kv_txn *x = NULL;
    struct rd r;
    enum err e = kv_begin(c->kv, false, &x);

    if (e != OK)
        return e;
    e = kv_get(x, c->meta, key, strlen(key), value, sizeof value);
    kv_abort(x);
    rd_init(&r, value, sizeof value);
    if (e == OK || e == ERR_NOTFOUND)
        *out = e == OK ? rd_u64(&r) : none;
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err set_format(struct hub_core *c)
{
    uint8_t value[8];
    struct kv_txn *x = NULL;
    struct wr w;
    enum err e = kv_begin(c->kv, true, &x);

    if (e != OK)
        return e;
    wr_init(&w, value, sizeof value);
    wr_u64(&w, STORE_FORMAT);
    e = kv_put(x, c->meta, "format", 6, value, sizeof value);
    if (e == OK)
        return kv_commit(x);
    kv_abort(x);
    return e;
}

static enum err check_format(struct hub_core *c, struct trouble *t)
{
    uint64_t format;
    enum err e = get_number(c, "format", 0, &format);

    if (e == OK && format == 0)
        e = set_format(c);
    else if (e == OK && format != STORE_FORMAT)
        e = trouble_at(t, ERR_VERSION, c->config.store, 0, 0,
            "this store has format %llu and this program knows format %d: use the program that goes with the store",
            "deze opslag heeft formaat %llu en dit programma kent formaat %d: gebruik het programma dat bij de opslag hoort",
            (unsigned long long)format, STORE_FORMAT);
    return e;
}

static enum err open_store(struct hub_core *c, struct trouble *t)
{
    enum err e = kv_open(c->config.store, c->config.map_bytes, &c->kv, t);

    if (e == OK)
        e = kv_table_open(c->kv, "meta", &c->meta);
    if (e == OK)
        e = check_format(c, t);
    if (e == OK)
        e = get_number(c, "time", 0, &c->leaf_s);
    if (e == OK)
        e = get_number(c, "seeds_from", 0, &c->seeds_from);
    if (e == OK)
        e = hub_ledger_open(c->kv, &c->ledger, t);
    if (e == OK)
        e = hub_store_act_open(c->kv, &c->acts);
    if (e == OK)
        e = hub_store_mail_open(c->kv, &c->mail);
    if (e == OK)
        e = hub_store_number_open(c->kv, &c->numbers);
    if (e == OK)
        e = hub_store_cert_open(c->kv, &c->cert_store);
    if (e == OK)
        e = hub_openings_open(c->kv, &c->openings);
    if (e == OK)
        e = hub_registry_open(c->kv, c->region, c->config.registry, &c->registry);
    if (e == OK)
        e = hub_tables_open(c->kv, &c->state.tables);
    if (e == OK)
        e = hub_seeds_open(c->config.seeds, &c->seeds, t);
    return e;
}

/* The registry may have given the log another origin than the signer was started under. */
static enum err check_origin(const struct hub_core *c, struct trouble *t)
{
    if (c->config.log_vkey == NULL || strcmp(c->config.log_vkey, c->region->log_vkey) == 0)
        return OK;
    return trouble_at(t, ERR_STATE, "origin", 0, 0, "this file is not of this store: the registry says that the log goes on as %s. Restore both from one backup",
        "dit bestand hoort niet bij deze opslag: het register zegt dat het logboek doorgaat als %s. Zet beide uit een reservekopie terug",
        c->region->log_origin);
}

static enum err open_outside(struct hub_core *c, struct trouble *t)
{
    struct hub_outside_list *list = calloc(1, sizeof *list);
    enum err e = list == NULL ? ERR_NOMEM : hub_outside_parse(c->config.witnesses != NULL ? c->config.witnesses : "", list, t);

    if (e == OK && list->count != 0)
        e = hub_outside_open(list, c->config.witness_fd, clock_now_s(), &c->outside);
    free(list);
    return e;
}

static enum err open_keys(struct hub_core *c)
{
    bool changed;
    enum err e = hub_certs_new(&c->certs);

    if (e == OK)
        e = hub_roster_new(c->config.partners, c->region, c->certs, &c->roster);
    if (e == OK)
        e = hub_core_failed("stored certificates not loaded", hub_publish_load(c));
    if (e == OK)
        e = hub_core_failed("partners not taken in", hub_publish_roster(c, &changed));
    c->registry->certs = c->certs;
    c->judge = (struct hub_envelope_context){ .region = c->region, .certs = c->certs, .registry = c->registry };
    return e;
}

/* What the signer signed last, and then a checkpoint of the log as it is: it differs after a crash between commit and signature. */
static enum err first_checkpoint(struct hub_core *c, struct trouble *t)
{
    enum err e = c->config.last(c->config.sign_arg, &c->checkpoint);

    if (e == OK && c->checkpoint.head.size > hub_ledger_size(c->ledger))
        return trouble_at(t, ERR_STATE, c->config.store, 0, 0,
            "the store has %llu leaves but %llu were signed: it is older than the log. Restore the missing leaves from a mirror",
            "de opslag heeft %llu bladen maar er zijn er %llu ondertekend: hij is ouder dan het logboek. Zet de bladen terug uit "
            "een spiegel", (unsigned long long)hub_ledger_size(c->ledger), (unsigned long long)c->checkpoint.head.size);
    if (e == OK)
        e = c->config.last(c->config.sign_registry_arg, &c->registry->checkpoint);
    if (e == OK && c->registry->checkpoint.head.size > proto_registry_size(c->registry->fold))
        return trouble_at(t, ERR_STATE, c->config.store, 0, 0,
            "the store has %llu statements of the registry but %llu were signed: it is older. Restore the right one",
            "de opslag heeft %llu verklaringen van het register maar er zijn er %llu ondertekend: hij is ouder. Zet de goede terug",
            (unsigned long long)proto_registry_size(c->registry->fold), (unsigned long long)c->registry->checkpoint.head.size);
    if (e == OK)
        e = hub_round_run(c, NULL);
    if (e == ERR_SIGNATURE)
        e = trouble_at(t, e, c->config.store, 0, 0,
            "the signer refuses: this store does not continue the log that was signed. Restore the right one",
            "de ondertekenaar weigert: deze opslag is geen vervolg op het ondertekende logboek. Zet de goede terug");
    return e;
}

/* What the store holds decides with: the packs as the registry has them now, and the time that no leaf may be before. */
static enum err fill_state(struct hub_core *c)
{
    enum err e;

    c->leaf_s = hub_origin_floor(c->region, c->leaf_s);
    server_packs_follow(c->packs, c->registry->fold);
    e = hub_core_failed("packs not read", server_packs_refresh(c->packs));
    if (e != OK)
        return e;
    c->state.kv = c->kv;
    c->state.packs = c->packs;
    c->state.pack = server_packs_at(c->packs, clock_now_s());
    c->state.region = c->region;
    c->state.acts = c->acts;
    c->state.registry = c->registry;
    return OK;
}

static enum err open_parts(struct hub_core *c, struct trouble *t)
{
    enum err e = load_region(c, t);

    if (e == OK)
        e = server_packs_open(c->config.home, c->config.pack, c->region, &c->packs, t);
    if (e == OK)
        e = open_store(c, t);
    if (e == OK)
        e = check_origin(c, t);
    if (e == OK)
        e = fill_state(c);
    if (e == OK)
        e = open_keys(c);
    if (e == OK)
        e = hub_collect_open(c);
    if (e == OK)
        e = open_outside(c, t);
    return e == OK ? first_checkpoint(c, t) : e;
}

enum err hub_core_open(const struct hub_core_config *config, struct hub_core **out, struct trouble *t)
{
    struct hub_core *c = calloc(1, sizeof *c);
    enum err e;

    if (c == NULL)
        return ERR_NOMEM;
    c->config = *config;
    hub_forget_init(&c->forget, config->forget_s);
    c->reply = malloc(PROTO_FRAME_MAX);
    c->payload = malloc(PROTO_FRAME_MAX);
    server_ipc_out_init(&c->answers, config->gate_fd, SERVER_ROLE_CORE, SERVER_ROLE_GATE);
    e = c->reply == NULL || c->payload == NULL ? ERR_NOMEM : open_parts(c, t);
    if (e == OK)
        *out = c;
    else
        hub_core_close(c);
    return e;
}

void hub_core_close(struct hub_core *c)
{
    if (c == NULL)
        return;
    hub_verify_free(c->pool);
    hub_outside_close(c->outside);
    hub_collect_close(c->collect);
    for (size_t i = 0; i < PROTO_PARTNERS_MAX; i++)
        hub_job_free(c->waiting[i]);
    server_ipc_out_fini(&c->answers);
    hub_roster_free(c->roster);
    hub_registry_close(c->registry);
    hub_certs_free(c->certs);
    hub_seeds_close(c->seeds);
    hub_tables_close(c->state.tables);
    hub_openings_close(c->openings);
    hub_store_cert_close(c->cert_store);
    hub_store_number_close(c->numbers);
    hub_store_mail_close(c->mail);
    hub_store_act_close(c->acts);
    hub_ledger_close(c->ledger);
    kv_close(c->kv);
    server_packs_close(c->packs);
    free(c->region);
    free(c->reply);
    free(c->payload);
    free(c);
}

/* ---- the loop ---- */

enum err hub_core_loop(struct hub_core *c)
{
    enum hub_verify_state state = HUB_VERIFY_GOES_ON;
    enum err e = OK;

    while (e == OK && state == HUB_VERIFY_GOES_ON) {
        struct hub_job *jobs;

        /* Also when nothing comes in: what was taken, and a midnight, are seen by an idle hub. */
        c->now_s = clock_now_s();
        c->now_ms = clock_mono_ms();
        e = hub_core_failed("packs not read", server_packs_refresh(c->packs));
        if (e != OK)
            break;
        hub_status_write(c, "running");
        jobs = hub_verify_take(c->pool, hub_fetch_next_ms(c, IDLE_MS), HUB_ROUND_MAX, &state);
        if (jobs != NULL || hub_fetch_next_ms(c, 1) == 0)
            e = hub_round_run(c, jobs);
        if (e == OK)
            e = hub_outside_step(c);
    }
    if (e == OK)
        e = hub_round_end(c);
    hub_outside_stop(c->outside);
    hub_status_write(c, e == OK ? "stopped" : "failed");
    return e == OK && state == HUB_VERIFY_LOST ? ERR_PEER : e;
}
