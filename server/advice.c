#include "server/advice.h"

#include "base/text.h"
#include "proto/fields.h"
#include "proto/lines.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_ROOM = 21 };

static bool is_word(const char *word)
{
    return strcmp(word, "positive") == 0 || strcmp(word, "negative") == 0 || strcmp(word, "remarks") == 0;
}

static void write_text(struct wr *w, const struct server_advice *a)
{
    char made[NUMBER_ROOM];

    (void)snprintf(made, sizeof made, "%llu", (unsigned long long)a->made_s);
    proto_lines_put(w, "schakel-advice/v1\n");
    proto_lines_put_hex(w, "region", a->region, sizeof a->region);
    proto_lines_put_hex(w, "digest", a->digest, sizeof a->digest);
    proto_lines_put_value(w, "made", made);
    proto_lines_put_value(w, "advice", a->word);
    proto_lines_put_value(w, "text", a->text);
    proto_lines_put_base64(w, "node", a->node_cert, a->node_cert_len);
    proto_lines_put_base64(w, "staff", a->staff_cert, a->staff_cert_len);
}

static enum err read_text(const uint8_t *text, size_t len, struct server_advice *out)
{
    struct server_advice a = { .made_s = 0 };
    char made[NUMBER_ROOM];
    struct proto_lines l;

    proto_lines_init(&l, "advice", text, len, NULL);
    proto_lines_exact(&l, "schakel-advice/v1");
    proto_lines_hex(&l, "region", a.region, sizeof a.region);
    proto_lines_hex(&l, "digest", a.digest, sizeof a.digest);
    proto_lines_value(&l, "made", made, sizeof made);
    if (l.err == OK && text_u64(made, PROTO_TIME_MAX, &a.made_s) != OK)
        proto_lines_fail(&l, ERR_RANGE, "this is no moment", "dit is geen moment");
    proto_lines_value(&l, "advice", a.word, sizeof a.word);
    if (l.err == OK && !is_word(a.word))
        proto_lines_fail(&l, ERR_RANGE, "positive, negative or remarks", "positive, negative of remarks");
    proto_lines_value(&l, "text", a.text, sizeof a.text);
    if (l.err == OK && !proto_lines_is_name(a.text, SERVER_ADVICE_TEXT_MAX))
        proto_lines_fail(&l, ERR_SYNTAX, "this text cannot be shown", "deze tekst is niet te tonen");
    proto_lines_base64(&l, "node", a.node_cert, sizeof a.node_cert, &a.node_cert_len);
    proto_lines_base64(&l, "staff", a.staff_cert, sizeof a.staff_cert, &a.staff_cert_len);
    if (proto_lines_end(&l) == OK)
        *out = a;
    return l.err;
}

enum err server_advice_sign(const struct server_advice *a, const char *handle, const uint8_t secret_key[64], char *out)
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], text[SERVER_ADVICE_NOTE_MAX], note[SERVER_ADVICE_NOTE_MAX];
    struct server_advice *again = malloc(sizeof *again);
    struct proto_note_key key;
    struct proto_note_sig sig;
    struct wr w;
    enum err e = again == NULL ? ERR_NOMEM : OK;

    wr_init(&w, text, sizeof text);
    write_text(&w, a);
    if (e == OK)
        e = wr_end(&w);
    /* The reader's checks are the only ones. */
    if (e == OK)
        e = read_text(text, w.len, again);
    free(again);
    if (e == OK && crypto_sign_ed25519_sk_to_pk(public_key, secret_key) != 0)
        e = ERR_KEY;
    if (e == OK)
        e = proto_note_key_make(handle, PROTO_NOTE_ED25519, public_key, &key);
    if (e == OK)
        e = proto_note_sign(&key, secret_key, text, w.len, &sig);
    if (e == OK) {
        size_t len = w.len;

        wr_init(&w, note, sizeof note);
        proto_note_write_text(&w, text, len);
        proto_note_write_line(&w, &key, &sig);
        e = wr_end(&w);
    }
    if (e == OK) {
        memcpy(out, note, w.len);
        out[w.len] = '\0';
    }
    return e;
}

/* The person's key, if an officer of that partner had it then. */
static enum err key_of(const struct proto_region *region, const struct server_advice *a, const char *handle, struct proto_note_key *out)
{
    const struct proto_partner *p = proto_region_handle(region, handle);
    struct proto_cert node, staff;
    enum err e = p == NULL || sodium_memcmp(a->region, region->hash, sizeof a->region) != 0 ? ERR_KEY : OK;

    if (e == OK)
        e = proto_cert_check(region, a->node_cert, a->node_cert_len, NULL, &node);
    if (e == OK)
        e = proto_cert_check(region, a->staff_cert, a->staff_cert_len, &node, &staff);
    if (e != OK)
        return e;
    if (node.use != PROTO_USE_NODE || staff.use != PROTO_USE_STAFF || staff.role != PROTO_ROLE_FG
        || !proto_cert_valid_at(&node, a->made_s) || !proto_cert_valid_at(&staff, a->made_s)
        || sodium_memcmp(staff.partner, p->id, sizeof p->id) != 0)
        return ERR_KEY;
    return proto_note_key_make(handle, PROTO_NOTE_ED25519, staff.key, out);
}

enum err server_advice_check(const struct proto_region *region, const char *note, struct server_advice *out)
{
    struct server_advice *a = malloc(sizeof *a);
    struct proto_note *n = malloc(sizeof *n);
    struct proto_note_key key;
    enum err e = a == NULL || n == NULL ? ERR_NOMEM : proto_note_parse((const uint8_t *)note, strlen(note), n);

    if (e == OK && (n->count != 1 || n->line[0].name_len >= sizeof a->handle))
        e = ERR_SYNTAX;
    if (e == OK)
        e = read_text(n->text, n->text_len, a);
    if (e == OK) {
        memset(a->handle, 0, sizeof a->handle);
        memcpy(a->handle, n->line[0].name, n->line[0].name_len);
        e = key_of(region, a, a->handle, &key);
    }
    if (e == OK)
        e = proto_note_check(n, &key, NULL);
    if (e == OK)
        *out = *a;
    free(n);
    free(a);
    return e == ERR_NOTFOUND ? ERR_SIGNATURE : e;
}
