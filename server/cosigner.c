#include "server/cosigner.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "proto/cosigned.h"
#include "proto/region_log.h"
#include "proto/registry.h"
#include "proto/reply.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 600, STATE_MAX = 4096 };

/* ---- what was cosigned last: the checkpoint's text, one file for each log, named by the start of the hash of its origin ---- */

static enum err state_path(const struct server_cosigner *s, const struct proto_witness_log *l, char out[PATH_ROOM])
{
    uint8_t id[PROTO_HASH_LEN];
    char name[17];

    (void)crypto_hash_sha256(id, (const uint8_t *)l->key.name, strlen(l->key.name));
    text_hex(id, 8, name, sizeof name);
    return file_join(out, PATH_ROOM, s->folder, name);
}

static enum err load_state(struct server_cosigner *s, struct proto_witness_log *l, struct trouble *t)
{
    struct proto_tlog_checkpoint c;
    char path[PATH_ROOM];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = state_path(s, l, path);

    if (e == OK)
        e = file_read(path, STATE_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = proto_tlog_checkpoint_decode(data, len, &c);
    if (e == OK && strcmp(c.origin, l->key.name) != 0)
        e = ERR_SYNTAX;
    if (e == OK)
        l->seen = c.head;
    free(data);
    /* To begin again would be to cosign another history than before. */
    return e == OK ? OK
                   : trouble_at(t, e, path, 0, 0, "is damaged: this witness no longer knows what it cosigned. Put the file back from a backup",
                         "is beschadigd: deze getuige weet niet meer wat hij medeondertekende. Zet het bestand terug uit een back-up");
}

static enum err save_state(struct server_cosigner *s, const struct proto_witness_log *l, const uint8_t *text, size_t len)
{
    char path[PATH_ROOM];
    enum err e = state_path(s, l, path);

    if (e == OK)
        e = file_write(path, text, len, 0600, NULL);
    return e == OK || e == ERR_NOMEM ? e : ERR_IO;
}

/* ---- open and close ---- */

/*
 * A new origin goes on from what was cosigned last of one before, where its leaves were all kept; else from what two partners say was kept. So
 * what is cosigned of the new log extends either, and a false root of it nothing that was seen here.
 */
static enum err begin_at_kept(struct server_cosigner *s, struct proto_witness_log *fresh, struct trouble *t)
{
    struct proto_merkle_head least = { .size = UINT64_MAX };
    enum err e = OK;

    for (unsigned i = s->region->origin_count; e == OK && i != 0; i--) {
        struct proto_witness_log old = { .seen = { .size = 0 } };

        if (s->region->origin[i - 1].kept.size < least.size)
            least = s->region->origin[i - 1].kept;
        e = proto_region_log_key(s->region, i, &old.key);
        if (e == OK)
            e = load_state(s, &old, t);
        if (e == OK && old.seen.size != 0 && old.seen.size <= least.size) {
            fresh->seen = old.seen;
            return OK;
        }
    }
    if (e == OK && s->region->origin_count != 0)
        fresh->seen = s->region->origin[s->region->origin_count - 1].kept;
    return e;
}

/* The main log under the origin of now. What was cosigned of the one before stays in its file. */
static enum err take_origin(struct server_cosigner *s, struct trouble *t)
{
    struct proto_witness_log fresh = { .seen = { .size = 0 } };
    uint64_t size;
    enum err e = server_registry_is_stale(s->registry) ? server_registry_refresh(s->registry) : OK;

    if (e != OK || (s->origins == s->region->origin_count && s->log[0].key.name[0] != '\0'))
        return e;
    e = proto_note_key_decode(s->region->log_vkey, &fresh.key);
    if (e == OK)
        e = load_state(s, &fresh, t);
    size = fresh.seen.size;
    if (e == OK && fresh.seen.size == 0)
        e = begin_at_kept(s, &fresh, t);
    if (e == OK) {
        s->log[0] = fresh;
        s->on_disk[0] = size;
        s->origins = s->region->origin_count;
    }
    return e;
}

enum err server_cosigner_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t)
{
    enum err e;

    memset(s, 0, sizeof *s);
    s->region = calloc(1, sizeof *s->region);
    s->folder = strdup(c->folder);
    e = s->region == NULL || s->folder == NULL ? ERR_NOMEM : OK;
    if (e == OK)
        e = proto_region_parse((const uint8_t *)c->region, c->region_len, true, s->region, t);
    if (e == OK)
        e = server_registry_new(c->registry, s->region, &s->registry);
    if (e == OK)
        e = server_registry_load(s->registry, t);
    if (e == OK)
        e = server_cosigner_key_open(s, c, t);
    if (e == OK)
        e = take_origin(s, t);
    if (e == OK)
        e = proto_registry_key(s->region, &s->log[1].key);
    if (e == OK)
        e = load_state(s, &s->log[1], t);
    s->on_disk[1] = s->log[1].seen.size;
    if (e != OK)
        server_cosigner_close(s);
    return e;
}

void server_cosigner_close(struct server_cosigner *s)
{
    secret_free(s->secret);
    secret_free(s->next);
    server_registry_free(s->registry);
    free(s->folder);
    free(s->region);
    memset(s, 0, sizeof *s);
}

enum err server_cosigner_held(const char *folder, const struct proto_region *region, struct proto_merkle_head *log,
    struct proto_merkle_head *registry, struct trouble *t)
{
    struct proto_witness_log main_log = { .seen = { .size = 0 } }, second = { .seen = { .size = 0 } };
    struct server_cosigner s = { .folder = strdup(folder) };
    enum err e = s.folder == NULL ? ERR_NOMEM : proto_note_key_decode(region->log_vkey, &main_log.key);

    if (e == OK)
        e = load_state(&s, &main_log, t);
    if (e == OK)
        e = proto_registry_key(region, &second.key);
    if (e == OK)
        e = load_state(&s, &second, t);
    free(s.folder);
    if (e == OK) {
        *log = main_log.seen;
        *registry = second.seen;
    }
    return e;
}

/* ---- judging ---- */

/* On disk first; then, and only then, the line. */
static enum err cosign(struct server_cosigner *s, const struct proto_witness_verdict *v, uint64_t now_s, struct proto_note_sig *sig)
{
    struct proto_witness_log *l = &s->log[v->log];
    enum err e = OK;

    if (v->head.size != s->on_disk[v->log] || v->head.size == 0)
        e = save_state(s, l, v->text, v->text_len);
    if (e != OK)
        return e;
    s->on_disk[v->log] = v->head.size;
    l->seen = v->head;
    sig->time_s = proto_cosigned_time(s->since_s, now_s);
    e = proto_note_sign(&s->key, secret_wake(s->secret), v->text, v->text_len, sig);
    secret_sleep(s->secret);
    return e;
}

/* How many leaves of this log are known here to be signed and given out; nothing is known of the main one. */
static enum err known_size(struct server_cosigner *s, size_t log, uint64_t *size)
{
    enum err e = OK;

    *size = 0;
    if (log == SERVER_COSIGNER_REGISTRY_LOG) {
        e = server_registry_refresh(s->registry);
        *size = proto_registry_size(server_registry_fold(s->registry));
    }
    return e;
}

enum err server_cosigner_judge(struct server_cosigner *s, const uint8_t *body, size_t len, uint64_t now_s, uint8_t *out, size_t cap,
    size_t *out_len)
{
    struct proto_witness_verdict v;
    struct proto_note_sig sig = { .time_s = 0 };
    uint64_t size = 0;
    enum err e = take_origin(s, NULL);

    if (e == OK)
        server_cosigner_key_settle(s);
    if (e == OK)
        e = proto_witness_judge(s->log, SERVER_COSIGNER_LOGS, body, len, &v);
    if (e == OK && v.status == PROTO_WITNESS_COSIGNED)
        e = known_size(s, v.log, &size);
    if (e == OK && size > v.head.size)
        v.status = PROTO_WITNESS_OTHER_SIZE;
    if (e == OK && v.status == PROTO_WITNESS_COSIGNED)
        e = cosign(s, &v, now_s, &sig);
    return e == OK ? proto_witness_answer_encode(&v, v.status != PROTO_WITNESS_OTHER_SIZE ? 0
                             : size > v.head.size ? size : s->log[v.log].seen.size, &s->key, &sig, out,
                         cap, out_len)
                   : e;
}

/* ---- frames ---- */

/* Down to the message. Any key may have signed: who brings a checkpoint does not matter, but the frame must be whole. */
static enum proto_refusal open_frame(const struct server_cosigner *s, const uint8_t *frame, size_t len, struct proto_msg *m)
{
    struct proto_signed env;
    enum proto_kind kind;
    const uint8_t *body;
    size_t body_len;
    enum err e;

    if (proto_frame_decode(frame, len, &kind, &body, &body_len) != OK)
        return PROTO_NOT_A_FRAME;
    if (proto_sign_decode(body, body_len, &env) != OK || env.count != 1)
        return PROTO_MALFORMED;
    if (kind != PROTO_WITNESS || strcmp(env.type, proto_msg_type(PROTO_WITNESS)) != 0)
        return PROTO_WRONG_KIND;
    e = proto_sign_check(env.type, env.body, env.body_len, env.by[0].key, env.by[0].sig);
    if (e != OK)
        return e == ERR_NOMEM ? PROTO_TROUBLE : PROTO_BAD_SIGNATURE;
    if (proto_msg_decode(kind, env.body, env.body_len, m) != OK)
        return PROTO_MALFORMED;
    return sodium_memcmp(m->head.region, s->region->hash, PROTO_HASH_LEN) == 0 ? PROTO_ACCEPTED : PROTO_WRONG_REGION;
}

enum err server_cosigner_answer(struct server_cosigner *s, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t payload[PROTO_WITNESS_ANSWER_MAX], body[PROTO_WITNESS_ANSWER_MAX + 256];
    struct proto_reply reply = { 0 };
    struct proto_msg *m = calloc(1, sizeof *m);
    size_t payload_len = 0, body_len;
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        reply.result = (uint8_t)open_frame(s, frame, frame_len, m);
        memcpy(reply.id, m->head.id, sizeof reply.id);
    }
    if (e == OK && reply.result == PROTO_ACCEPTED)
        e = server_cosigner_judge(s, m->payload.data, m->payload.len, clock_now_s(), payload, sizeof payload, &payload_len);
    free(m);
    if (e != OK)
        return e;
    reply.hub_time_s = clock_now_s();
    reply.payload = (struct proto_blob){ payload, payload_len };
    e = proto_reply_encode(&reply, 0, body, sizeof body, &body_len);
    return e == OK ? proto_frame_encode(PROTO_REPLY, body, body_len, out, cap, len) : e;
}
