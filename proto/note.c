#include "proto/note.h"

#include "base/text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DASH "\xe2\x80\x94 "  /* em dash, space */
#define DASH_LEN (sizeof DASH - 1)
#define TIME_MAX ((uint64_t)INT64_MAX)
#define COSIGN_HEAD "cosignature/v1\ntime "
#define COSIGNED_LEN (4 + 8 + 64) /* key id, time, signature */

/* The white space of Unicode at p beyond ASCII, of which valid UTF-8 follows. */
static bool is_wide_space(const uint8_t *p, size_t left)
{
    static const char *const wide[] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

    if (left >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x80 && p[2] <= 0x8a)
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        size_t len = strlen(wide[i]);
        if (left >= len && memcmp(p, wide[i], len) == 0)
            return true;
    }
    return false;
}

bool proto_note_is_name(const uint8_t *name, size_t len)
{
    if (len == 0 || len > PROTO_NOTE_NAME_MAX || !text_is_utf8(name, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] <= ' ' || name[i] == '+' || is_wide_space(name + i, len - i))
            return false;
    }
    return true;
}

static void key_id(const struct proto_note_key *key, uint8_t id[4])
{
    static const uint8_t newline = '\n';
    uint8_t hash[32];
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)key->name, strlen(key->name));
    (void)crypto_hash_sha256_update(&state, &newline, 1);
    (void)crypto_hash_sha256_update(&state, &key->type, 1);
    (void)crypto_hash_sha256_update(&state, key->key, sizeof key->key);
    (void)crypto_hash_sha256_final(&state, hash);
    memcpy(id, hash, 4);
}

static enum err make_key(const uint8_t *name, size_t name_len, uint8_t type, const uint8_t key[PROTO_NOTE_KEY_LEN],
    struct proto_note_key *out)
{
    if (!proto_note_is_name(name, name_len))
        return ERR_SYNTAX;
    if (type != PROTO_NOTE_ED25519 && type != PROTO_NOTE_COSIGNATURE)
        return ERR_VERSION;
    memset(out, 0, sizeof *out);
    memcpy(out->name, name, name_len);
    out->type = type;
    memcpy(out->key, key, sizeof out->key);
    key_id(out, out->id);
    return OK;
}

enum err proto_note_key_make(const char *name, uint8_t type, const uint8_t key[PROTO_NOTE_KEY_LEN],
    struct proto_note_key *out)
{
    return make_key((const uint8_t *)name, strlen(name), type, key, out);
}

void proto_note_key_encode(const struct proto_note_key *key, char out[PROTO_NOTE_VKEY_ROOM])
{
    uint8_t material[1 + PROTO_NOTE_KEY_LEN];
    char hex[9], base64[45];

    material[0] = key->type;
    memcpy(material + 1, key->key, sizeof key->key);
    text_hex(key->id, sizeof key->id, hex, sizeof hex);
    text_base64(material, sizeof material, base64, sizeof base64);
    (void)snprintf(out, PROTO_NOTE_VKEY_ROOM, "%s+%s+%s", key->name, hex, base64);
}

enum err proto_note_key_decode(const char *vkey, struct proto_note_key *out)
{
    uint8_t id[4], material[1 + PROTO_NOTE_KEY_LEN] = { 0 };
    struct proto_note_key key;
    const char *plus = strchr(vkey, '+');
    char hex[9] = "";
    size_t len = 0;
    enum err e;

    /* The base64 at the end may hold a plus itself; a name may not. */
    if (plus == NULL || strlen(plus) < 10 || plus[9] != '+')
        return ERR_SYNTAX;
    memcpy(hex, plus + 1, 8);
    if (text_unhex(hex, id, sizeof id) != OK)
        return ERR_SYNTAX;
    e = text_unbase64(plus + 10, strlen(plus + 10), material, sizeof material, &len);
    if (e == ERR_LONG)
        return ERR_VERSION;
    if (e != OK || len == 0)
        return ERR_SYNTAX;
    if (material[0] == PROTO_NOTE_ED25519 || material[0] == PROTO_NOTE_COSIGNATURE) {
        if (len != sizeof material)
            return ERR_SYNTAX;
    }
    e = make_key((const uint8_t *)vkey, (size_t)(plus - vkey), material[0], material + 1, &key);
    if (e != OK)
        return e;
    if (memcmp(id, key.id, sizeof id) != 0)
        return ERR_KEY;
    *out = key;
    return OK;
}

/* What may stand above the signatures: ends in a newline, UTF-8, no control character but newlines. */
static bool is_text(const uint8_t *text, size_t len)
{
    if (len == 0 || text[len - 1] != '\n' || !text_is_utf8(text, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' && text[i] != '\n')
            return false;
    }
    return true;
}

/* The bytes under a signature. Gives *heap, NULL when text itself is what is signed. */
static enum err signed_bytes(uint8_t type, uint64_t time_s, const uint8_t *text, size_t text_len,
    uint8_t **heap, size_t *len)
{
    char head[64];
    int head_len;

    *heap = NULL;
    *len = text_len;
    if (text_len > PROTO_NOTE_LEN_MAX)
        return ERR_LONG;
    if (type == PROTO_NOTE_ED25519)
        return OK;
    if (time_s > TIME_MAX)
        return ERR_RANGE;
    head_len = snprintf(head, sizeof head, COSIGN_HEAD "%" PRIu64 "\n", time_s);
    *heap = malloc((size_t)head_len + text_len);
    if (*heap == NULL)
        return ERR_NOMEM;
    memcpy(*heap, head, (size_t)head_len);
    memcpy(*heap + head_len, text, text_len);
    *len = (size_t)head_len + text_len;
    return OK;
}

enum err proto_note_sign(const struct proto_note_key *key, const uint8_t secret_key[64],
    const uint8_t *text, size_t text_len, struct proto_note_sig *sig)
{
    struct proto_note_sig made = { .time_s = key->type == PROTO_NOTE_COSIGNATURE ? sig->time_s : 0 };
    uint8_t *heap = NULL;
    size_t len = 0;
    enum err e;

    if (sodium_memcmp(secret_key + 32, key->key, PROTO_NOTE_KEY_LEN) != 0)
        return ERR_KEY;
    if (!is_text(text, text_len))
        return ERR_SYNTAX;
    e = signed_bytes(key->type, made.time_s, text, text_len, &heap, &len);
    if (e != OK)
        goto out;
    if (crypto_sign_detached(made.sig, NULL, heap != NULL ? heap : text, len, secret_key) != 0) {
        e = ERR_KEY;
        goto out;
    }
    *sig = made;
out:
    free(heap);
    return e;
}

enum err proto_note_verify(const struct proto_note_key *key, const uint8_t *text, size_t text_len,
    const struct proto_note_sig *sig)
{
    uint8_t *heap = NULL;
    size_t len = 0;
    enum err e = signed_bytes(key->type, sig->time_s, text, text_len, &heap, &len);

    if (e == OK && crypto_sign_verify_detached(sig->sig, heap != NULL ? heap : text, len, key->key) != 0)
        e = ERR_SIGNATURE;
    free(heap);
    return e;
}

void proto_note_write_text(struct wr *w, const uint8_t *text, size_t text_len)
{
    if (!is_text(text, text_len)) {
        wr_fail(w, ERR_SYNTAX);
        return;
    }
    wr_copy(w, text, text_len);
    wr_u8(w, '\n');
}

void proto_note_write_line(struct wr *w, const struct proto_note_key *key, const struct proto_note_sig *sig)
{
    uint8_t raw[COSIGNED_LEN];
    char base64[4 * ((COSIGNED_LEN + 2) / 3) + 1];
    struct wr inner;

    wr_init(&inner, raw, sizeof raw);
    wr_copy(&inner, key->id, sizeof key->id);
    if (key->type == PROTO_NOTE_COSIGNATURE)
        wr_u64(&inner, sig->time_s);
    wr_copy(&inner, sig->sig, sizeof sig->sig);
    text_base64(raw, inner.len, base64, sizeof base64);
    wr_copy(w, (const uint8_t *)DASH, DASH_LEN);
    wr_copy(w, (const uint8_t *)key->name, strlen(key->name));
    wr_u8(w, ' ');
    wr_copy(w, (const uint8_t *)base64, strlen(base64));
    wr_u8(w, '\n');
}

const uint8_t *proto_note_read_line(struct rd *r, size_t *len)
{
    size_t left = rd_left(r);
    const uint8_t *newline = left != 0 ? memchr(r->at, '\n', left) : NULL;
    const uint8_t *line;

    *len = 0;
    if (newline == NULL) {
        rd_fail(r, ERR_SHORT);
        return NULL;
    }
    *len = (size_t)(newline - r->at);
    line = rd_view(r, *len);
    (void)rd_u8(r);
    return line;
}

/* One signature line without its newline. */
static enum err parse_line(const uint8_t *line, size_t len, struct proto_note_line *out)
{
    uint8_t raw[PROTO_NOTE_LINE_MAX];
    const uint8_t *space;
    size_t raw_len = 0;

    if (len > PROTO_NOTE_LINE_MAX)
        return ERR_LONG;
    if (len < DASH_LEN || memcmp(line, DASH, DASH_LEN) != 0)
        return ERR_SYNTAX;
    line += DASH_LEN;
    len -= DASH_LEN;
    space = memchr(line, ' ', len);
    if (space == NULL || !proto_note_is_name(line, (size_t)(space - line)))
        return ERR_SYNTAX;
    out->name = (const char *)line;
    out->name_len = (size_t)(space - line);
    out->sig = (const char *)space + 1;
    out->sig_len = len - out->name_len - 1;
    if (text_unbase64(out->sig, out->sig_len, raw, sizeof raw, &raw_len) != OK || raw_len <= sizeof out->id)
        return ERR_SYNTAX;
    memcpy(out->id, raw, sizeof out->id);
    return OK;
}

/* Where the text ends: after the last newline that is followed by another. 0 when there is none. */
static size_t find_text_end(const uint8_t *data, size_t len)
{
    for (size_t i = len; i >= 2; i--) {
        if (data[i - 1] == '\n' && data[i - 2] == '\n')
            return i - 1;
    }
    return 0;
}

enum err proto_note_parse(const uint8_t *data, size_t len, struct proto_note *out)
{
    struct proto_note n;
    struct rd r;

    if (len > PROTO_NOTE_LEN_MAX)
        return ERR_LONG;
    if (len == 0 || data[len - 1] != '\n')
        return ERR_SHORT;
    if (!is_text(data, len))
        return ERR_SYNTAX;
    memset(&n, 0, sizeof n);
    rd_init(&r, data, len);
    n.text_len = find_text_end(data, len);
    n.text = rd_view(&r, n.text_len);
    (void)rd_u8(&r);
    /* An empty last line: text without signatures. */
    if (n.text_len == 0 || rd_left(&r) == 0)
        return ERR_SYNTAX;
    while (rd_left(&r) != 0) {
        size_t line_len = 0;
        const uint8_t *line = proto_note_read_line(&r, &line_len);
        enum err e;
        if (n.count == PROTO_NOTE_SIGS_MAX)
            return ERR_LONG;
        e = line != NULL ? parse_line(line, line_len, &n.line[n.count]) : r.err;
        if (e != OK)
            return e;
        n.count++;
    }
    *out = n;
    return OK;
}

/*
 * The signature in a line of this key's name and id. A length that is not the type's is a signature that
 * fails.
 */
static enum err read_sig(const struct proto_note_line *line, uint8_t type, struct proto_note_sig *sig)
{
    uint8_t raw[COSIGNED_LEN], id[4];
    size_t len = 0;
    struct rd r;

    if (text_unbase64(line->sig, line->sig_len, raw, sizeof raw, &len) != OK)
        return ERR_SIGNATURE;
    rd_init(&r, raw, len);
    rd_copy(&r, id, sizeof id);
    sig->time_s = type == PROTO_NOTE_COSIGNATURE ? rd_u64(&r) : 0;
    rd_copy(&r, sig->sig, sizeof sig->sig);
    return rd_end(&r) == OK && sig->time_s <= TIME_MAX ? OK : ERR_SIGNATURE;
}

enum err proto_note_check(const struct proto_note *n, const struct proto_note_key *key, struct proto_note_sig *sig)
{
    struct proto_note_sig newest = { .time_s = 0 }, one;
    size_t name_len = strlen(key->name);
    bool found = false;

    for (size_t i = 0; i < n->count; i++) {
        const struct proto_note_line *line = &n->line[i];
        enum err e;
        if (line->name_len != name_len || memcmp(line->name, key->name, name_len) != 0 ||
            memcmp(line->id, key->id, sizeof key->id) != 0)
            continue;
        e = read_sig(line, key->type, &one);
        if (e == OK)
            e = proto_note_verify(key, n->text, n->text_len, &one);
        if (e != OK)
            return e;
        if (!found || one.time_s > newest.time_s)
            newest = one;
        found = true;
    }
    if (found && sig != NULL)
        *sig = newest;
    return found ? OK : ERR_NOTFOUND;
}
