/* Lies about the log, the registry and the openings: what the hub shows of what it signed, to one node and not to another. */
#include "hub/collect.h"
#include "hub/core.h"
#include "hub/openings.h"
#include "base/clock.h"
#include "base/file.h"
#include "proto/region_witness.h"
#include "proto/tlog.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err __real_hub_answer_payload(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result, const uint8_t *payload, size_t len);
enum err __wrap_hub_answer_payload(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result, const uint8_t *payload, size_t len);
enum err __real_proto_opening_seal_put(const struct proto_opening_seal *s, const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_proto_opening_seal_put(const struct proto_opening_seal *s, const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len);
enum proto_registry_why __real_proto_registry_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t time_s,
    struct proto_registry_say *out);
enum proto_registry_why __wrap_proto_registry_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t time_s,
    struct proto_registry_say *out);

enum err __real_hub_registry_take(struct hub_registry *r, struct kv_txn *x, const uint8_t *note, size_t len, uint64_t at_s,
    enum proto_registry_why *why, bool *busy);
enum err __wrap_hub_registry_take(struct hub_registry *r, struct kv_txn *x, const uint8_t *note, size_t len, uint64_t at_s,
    enum proto_registry_why *why, bool *busy);

/* ---- answers to questions: WHAT is HANDLE:QUESTION ---- */

static const char *const questions[] = { [PROTO_QUERY_CONSISTENCY] = "consistency", [PROTO_QUERY_COSIGN] = "cosign", [PROTO_QUERY_REGISTRY] = "registry" };

static uint8_t made[PROTO_FRAME_MAX];

void hub_liar_registry_key(const struct hub_core *c, char vkey[PROTO_NOTE_VKEY_ROOM])
{
    struct proto_note_key log, registry;

    if (proto_note_key_decode(c->region->log_vkey, &log) != OK)
        abort();
    memcpy(log.name + strlen(log.name), "/registry", sizeof "/registry");
    if (proto_note_key_make(log.name, PROTO_NOTE_ED25519, log.key, &registry) != OK)
        abort();
    proto_note_key_encode(&registry, vkey);
}

/* A checkpoint of the registry under the real key, and no leaves behind it. */
static size_t registry_answer(const struct hub_core *c, const struct proto_merkle_head *head)
{
    char vkey[PROTO_NOTE_VKEY_ROOM];
    uint8_t note[PROTO_NOTE_MAX];
    size_t note_len = 0;
    struct wr w;

    hub_liar_registry_key(c, vkey);
    if (liar_checkpoint(vkey, LIAR_LOG_KEY, head, note, sizeof note, &note_len) != OK)
        abort();
    wr_init(&w, made, sizeof made);
    wr_bytes16(&w, note, note_len);
    wr_u16(&w, 0);
    return w.len;
}

static size_t registry_lie(const struct hub_core *c, const char *name)
{
    struct proto_merkle_head head = c->registry->checkpoint.head;

    if (strcmp(name, "cut") == 0)
        head.size--;
    head.root[5] ^= 1;
    return registry_answer(c, &head);
}

/*
 * One line more under the checkpoint that is to be cosigned, by a stolen witness key (the file "stolen"): of a moment that fits, or of before the key
 * was changed.
 */
static size_t stolen_line(const struct hub_core *c, bool before, const uint8_t *payload, size_t len)
{
    struct proto_note *n = calloc(1, sizeof *n);
    struct proto_note_sig sig = { .time_s = clock_now_s() + 100 };
    char path[512], name[PROTO_NOTE_NAME_MAX + 1];
    struct proto_tlog_request q;
    struct proto_note_key key;
    uint8_t *secret = NULL, place;
    size_t secret_len = 0;
    unsigned which;
    struct wr w;

    (void)snprintf(path, sizeof path, "%s/stolen", liar_folder());
    if (n == NULL || file_read(path, 64, &secret, &secret_len, NULL) != OK || secret_len != 64
        || proto_region_witness_find(c->region, secret + 32, &place, &which) != OK)
        abort();
    if (before)
        sig.time_s = c->region->witness[place].from_s - 5;
    proto_region_witness_name(c->region, place, name);
    if (proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, secret + 32, &key) != OK || proto_tlog_request_decode(payload, len, &q) != OK
        || proto_note_parse(q.checkpoint, q.checkpoint_len, n) != OK || proto_note_sign(&key, secret, n->text, n->text_len, &sig) != OK)
        abort();
    wr_init(&w, made, sizeof made);
    wr_copy(&w, payload, len);
    proto_note_write_line(&w, &key, &sig);
    free(secret);
    free(n);
    return wr_end(&w) == OK ? w.len : 0;
}

static enum err question_lie(struct hub_core *c, struct kv_txn *x, struct hub_job *j, const char *name, enum proto_refusal result,
    const uint8_t *payload, size_t len)
{
    if (strcmp(name, "not-there") == 0)
        return __real_hub_answer_payload(c, x, j, PROTO_NOT_FOUND, NULL, 0);
    if (strcmp(name, "cut") == 0 || strcmp(name, "rewritten") == 0) {
        len = registry_lie(c, name);
        return __real_hub_answer_payload(c, x, j, PROTO_ACCEPTED, made, len);
    }
    if (strcmp(name, "every-stolen-key") == 0 || strcmp(name, "every-stolen-before") == 0)
        return __real_hub_answer_payload(c, x, j, result, made, stolen_line(c, strcmp(name, "every-stolen-before") == 0, payload, len));
    if (strcmp(name, "forked") == 0) {
        size_t made_len = (j->act.msg.code == PROTO_QUERY_REGISTRY ? hub_liar_fork_leaves : hub_liar_fork_request)(c, x, j->act.msg.number,
            made, sizeof made);

        return __real_hub_answer_payload(c, x, j, result, made_len != 0 ? made : payload, made_len != 0 ? made_len : len);
    }
    memcpy(made, payload, len);
    made[len - 1] ^= 1;     /* garbage: the last hash of a proof */
    return __real_hub_answer_payload(c, x, j, PROTO_ACCEPTED, made, len);
}

/* To cosign the registry is another question than to cosign the log. */
static const char *question_of(struct hub_core *c, const struct hub_job *j)
{
    uint8_t code = j->act.msg.code;

    if (j->kind != PROTO_QUERY || code >= sizeof questions / sizeof *questions)
        return NULL;
    if (code == PROTO_QUERY_COSIGN && memcmp(j->act.msg.key, hub_collect_log(c, HUB_SIGN_REGISTRY)->origin_id, PROTO_HASH_LEN) == 0)
        return "registry-cosign";
    return questions[code];
}

enum err __wrap_hub_answer_payload(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result, const uint8_t *payload, size_t len)
{
    const char *what = question_of(c, j);
    const char *name = what == NULL || len == 0 ? NULL : liar_about(j->act.from->handle, what, j->act.from->id);

    return name != NULL ? question_lie(c, x, j, name, result, payload, len) : __real_hub_answer_payload(c, x, j, result, payload, len);
}

/* ---- openings of the addressee: WHAT is opening:KIND ---- */

enum err __wrap_proto_opening_seal_put(const struct proto_opening_seal *s, const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len)
{
    const char *name = o->side != 1 ? NULL : liar_about_number("opening", proto_kind_name((enum proto_kind)o->kind), o->number);
    struct proto_opening changed = *o;
    enum err e;

    if (name != NULL && strcmp(name, "other-child") == 0)
        changed.subject.value[3] ^= 1;
    if (name != NULL && strcmp(name, "other-actor") == 0)
        changed.actor[3] ^= 1;
    if (name != NULL && strcmp(name, "other-time") == 0)
        changed.time_s += 3600;
    if (name != NULL && strcmp(name, "other-result") == 0)
        changed.result = PROTO_DENIED;
    if (name != NULL && strcmp(name, "other-number") == 0)
        changed.side_salt[0] ^= 1;
    e = __real_proto_opening_seal_put(s, &changed, out, cap, len);
    if (e == OK && name != NULL && strcmp(name, "garbage") == 0)
        out[*len / 2] ^= 1;
    return e;
}

/* ---- a statement for the registry: without the last signature that it came with, so that it does not count ---- */

static bool is_short_of_one;

enum proto_registry_why __wrap_proto_registry_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t time_s,
    struct proto_registry_say *out)
{
    enum proto_registry_why why = __real_proto_registry_judge(r, note, len, time_s, out);

    return is_short_of_one ? PROTO_REG_COUNTS : why;
}

enum err __wrap_hub_registry_take(struct hub_registry *r, struct kv_txn *x, const uint8_t *note, size_t len, uint64_t at_s,
    enum proto_registry_why *why, bool *busy)
{
    enum err e;

    is_short_of_one = liar_about_number("registry", "statement", 0) != NULL;
    if (is_short_of_one)
        for (len--; len > 0 && note[len - 1] != '\n';)
            len--;
    e = __real_hub_registry_take(r, x, note, len, at_s, why, busy);
    is_short_of_one = false;
    return e;
}
