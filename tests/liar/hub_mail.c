/* Lies in the mail: what a partner gets, from whom, and whether it gets it. The log says the truth meanwhile. */
#include "hub/core.h"
#include "proto/sign.h"
#include "tests/liar/liar.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err __real_proto_mail_encode(const struct proto_mail *m, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_proto_mail_encode(const struct proto_mail *m, uint8_t *out, size_t cap, size_t *len);

/* A message taken apart, to be put together again with other content. */
struct made {
    struct proto_signed envelope;
    struct proto_msg msg;
    uint8_t secret[64], public[32];
    bool sign;                       /* with a key made up; else the old signature stays, which is of other bytes */
    uint8_t body[PROTO_FRAME_MAX], out[PROTO_FRAME_MAX], extra[PROTO_ORIGINAL_MAX];
};

/* ---- the lies about a message ---- */

static void other_child(struct made *m) { m->msg.head.subject.value[3] ^= 1; }
static void other_region(struct made *m) { m->msg.head.region[0] ^= 1; }
static void other_pack(struct made *m) { m->msg.head.pack[0] ^= 1; }
static void other_addressee(struct made *m) { m->msg.head.to[0] ^= 1; }
static void longer(struct made *m) { m->msg.head.valid_until_s += UINT64_C(30) * 86400; }
static void longer_access(struct made *m) { m->msg.until_s += UINT64_C(30) * 86400; }
static void other_code(struct made *m) { m->msg.code = m->msg.code == 1 ? 2 : 1; }

/* The original that it carries: one byte of what the person signed. */
static void other_original(struct made *m)
{
    struct proto_blob *b = &m->msg.original;

    if (b->len == 0)
        return;
    memcpy(m->extra, b->data, b->len);
    m->extra[b->len / 2] ^= 1;
    b->data = m->extra;
}

/* A statement by a person whom no partner certified. */
static void unknown_setter(struct made *m)
{
    struct proto_signed said;
    uint8_t sig[PROTO_SIGN_SIG_LEN];
    size_t len = 0;

    if (proto_sign_decode(m->msg.original.data, m->msg.original.len, &said) != OK
        || proto_sign_make(said.type, said.body, said.body_len, m->secret, sig) != OK)
        abort();
    said.by[0] = (struct proto_signed_by){ m->public, sig };
    if (proto_sign_encode(&said, m->extra, sizeof m->extra, &len) != OK)
        abort();
    m->msg.original = (struct proto_blob){ m->extra, len };
}

static void other_release(struct made *m)
{
    struct proto_blob *b = &m->msg.payload;

    if (b->len == 0 || b->len > sizeof m->extra)
        return;
    memcpy(m->extra, b->data, b->len);
    m->extra[b->len - 1] ^= 1;
    b->data = m->extra;
}

static void more_sections(struct made *m)
{
    struct proto_sections *s = &m->msg.sections;

    if (s->count < PROTO_SECTIONS_MAX)
        memcpy(s->name[s->count++], "zzz", 4);
}

/* From somebody who is no partner: key and id made up, and they fit. */
static void invented_partner(struct made *m)
{
    static const char tag[] = "schakel partner v1";
    uint8_t text[sizeof tag - 1 + 32], hash[32];

    memcpy(text, tag, sizeof tag - 1);
    memcpy(text + sizeof tag - 1, m->public, 32);
    (void)crypto_hash_sha256(hash, text, sizeof text);
    memcpy(m->msg.head.from, hash, PROTO_PARTNER_LEN);
    m->sign = true;
}

/* That what was granted was opened, when it only said that it has what was said. */
static uint8_t granted[PROTO_ID_LEN];

static void opened(struct made *m)
{
    m->msg.kind = PROTO_REPORT;
    m->msg.code = PROTO_REPORT_OPENED;
    memcpy(m->msg.refers, granted, sizeof granted);
    memset(m->msg.digest, 0, sizeof m->msg.digest);
    memcpy(m->envelope.type, proto_msg_type(PROTO_REPORT), strlen(proto_msg_type(PROTO_REPORT)) + 1);
}

/* As its sender wrote it, under a key that the hub made up. */
static void forged(struct made *m) { m->sign = true; }

static const struct { const char *name; void (*change)(struct made *m); } changes[] = {
    { "other-child", other_child }, { "other-region", other_region }, { "other-pack", other_pack }, { "other-addressee", other_addressee },
    { "longer", longer }, { "longer-access", longer_access }, { "other-code", other_code }, { "other-original", other_original },
    { "unknown-setter", unknown_setter },
    { "other-release", other_release }, { "more-sections", more_sections }, { "invented-partner", invented_partner }, { "forged", forged },
    { "opened", opened },
};

static struct proto_blob put_together(struct made *m)
{
    uint8_t sig[PROTO_SIGN_SIG_LEN];
    size_t body_len = 0, len = 0;

    if (proto_msg_encode(&m->msg, m->body, sizeof m->body, &body_len) != OK)
        abort();
    m->envelope.body = m->body;
    m->envelope.body_len = body_len;
    if (m->sign) {
        if (proto_sign_make(m->envelope.type, m->body, body_len, m->secret, sig) != OK)
            abort();
        m->envelope.by[0] = (struct proto_signed_by){ m->public, sig };
    }
    if (proto_sign_encode(&m->envelope, m->out, sizeof m->out, &len) != OK)
        abort();
    return (struct proto_blob){ m->out, len };
}

static bool change_message(const char *name, struct proto_mail *mail, struct made *m)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (strcmp(changes[i].name, name) != 0)
            continue;
        if (proto_sign_decode(mail->message.data, mail->message.len, &m->envelope) != OK
            || proto_msg_decode((enum proto_kind)mail->kind, m->envelope.body, m->envelope.body_len, &m->msg) != OK)
            abort();
        (void)crypto_sign_keypair(m->public, m->secret);
        changes[i].change(m);
        mail->message = put_together(m);
        mail->kind = (uint8_t)m->msg.kind;
        return true;
    }
    return false;
}

/* ---- the lies about what stands around it ---- */

static uint8_t early_message[PROTO_FRAME_MAX];
static struct { uint8_t kind; size_t len; } early;

static void keep(const struct proto_mail *m)
{
    struct proto_signed s;
    struct proto_msg msg;

    if (m->kind == PROTO_GRANT && proto_sign_decode(m->message.data, m->message.len, &s) == OK
        && proto_msg_decode(PROTO_GRANT, s.body, s.body_len, &msg) == OK)
        memcpy(granted, msg.head.id, sizeof granted);
    if (early.len != 0 || m->kind != PROTO_RELEASE)
        return;
    early.kind = m->kind;
    early.len = m->message.len;
    memcpy(early_message, m->message.data, m->message.len);
}

static void change_mail(const char *name, struct proto_mail *m)
{
    if (strcmp(name, "other-kind") == 0)
        m->kind = m->kind == PROTO_REPORT ? PROTO_ACK : PROTO_REPORT;
    else if (strcmp(name, "other-index") == 0)
        m->receipt.index ^= 1;
    else if (strcmp(name, "other-time") == 0)
        m->receipt.time_s += 86400;
    else if (strcmp(name, "far-number") == 0)
        m->number = m->receipt.number = m->number + 1000;
    else if (strcmp(name, "number-before") == 0)
        m->number = m->receipt.number = m->number - 1;
    else if (strcmp(name, "transplanted") == 0 && early.len != 0)
        m->message = (struct proto_blob){ early_message, early.len };
}

enum err __wrap_proto_mail_encode(const struct proto_mail *m, uint8_t *out, size_t cap, size_t *len)
{
    const char *name = liar_about_number("mail", proto_kind_name((enum proto_kind)m->kind), m->number);
    struct proto_mail *changed;
    struct made *made;
    enum err e;

    if (name == NULL) {
        keep(m);
        return __real_proto_mail_encode(m, out, cap, len);
    }
    changed = malloc(sizeof *changed);
    made = calloc(1, sizeof *made);
    if (changed == NULL || made == NULL)
        abort();
    *changed = *m;
    if (!change_message(name, changed, made))
        change_mail(name, changed);
    e = __real_proto_mail_encode(changed, out, cap, len);
    free(changed);
    free(made);
    return e;
}
