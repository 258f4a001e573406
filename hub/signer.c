#include "hub/signer.h"

#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/tlog.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Two places in the file, written in turn, so that a crash in the middle of a write leaves the one before:
 *     8 magic | u64 turn | u64 size | 32 root | u16 length, note | zeros | 32 SHA-256 of all before
 * The file has its full length from the start: writing over it needs no change of the file's own data.
 */
enum { PLACE_LEN = 1024, HASHED_LEN = PLACE_LEN - PROTO_MERKLE_HASH_LEN, FILE_LEN = 2 * PLACE_LEN, OWN_FILE_MODE = 0600 };

static const uint8_t magic[8] = "SCHLAST1";

struct hub_signer {
    int fd;
    uint64_t turn;
    struct proto_note_key key;
    uint8_t *secret;  /* guarded memory; used for each round, so awake */
    struct hub_signed last;
};

static enum err place_encode(uint64_t turn, const struct hub_signed *s, uint8_t out[PLACE_LEN])
{
    struct wr w;

    memset(out, 0, PLACE_LEN);
    wr_init(&w, out, HASHED_LEN);
    wr_copy(&w, magic, sizeof magic);
    wr_u64(&w, turn);
    wr_u64(&w, s->head.size);
    wr_copy(&w, s->head.root, sizeof s->head.root);
    wr_bytes16(&w, s->note, s->note_len);
    crypto_hash_sha256(out + HASHED_LEN, out, HASHED_LEN);
    return wr_end(&w);
}

static enum err place_decode(const uint8_t in[PLACE_LEN], uint64_t *turn, struct hub_signed *out)
{
    uint8_t hash[PROTO_MERKLE_HASH_LEN], head[sizeof magic];
    struct hub_signed s = { 0 };
    const uint8_t *note;
    struct rd r;
    uint64_t t;

    crypto_hash_sha256(hash, in, HASHED_LEN);
    if (sodium_memcmp(hash, in + HASHED_LEN, sizeof hash) != 0)
        return ERR_SYNTAX;
    rd_init(&r, in, HASHED_LEN);
    rd_copy(&r, head, sizeof head);
    t = rd_u64(&r);
    s.head.size = rd_u64(&r);
    rd_copy(&r, s.head.root, sizeof s.head.root);
    note = rd_bytes16(&r, sizeof s.note, &s.note_len);
    rd_zero(&r, rd_left(&r));
    if (rd_end(&r) != OK || sodium_memcmp(head, magic, sizeof magic) != 0)
        return ERR_SYNTAX;
    memcpy(s.note, note, s.note_len);
    *turn = t;
    *out = s;
    return OK;
}

/* The newer of the two places that are whole. */
static enum err file_decode(const uint8_t *data, size_t len, uint64_t *turn, struct hub_signed *out)
{
    struct hub_signed one;
    uint64_t at;
    enum err e = ERR_SYNTAX;

    if (len != FILE_LEN)
        return ERR_SYNTAX;
    for (size_t i = 0; i < 2; i++) {
        if (place_decode(data + i * PLACE_LEN, &at, &one) != OK || (e == OK && at <= *turn))
            continue;
        *turn = at;
        *out = one;
        e = OK;
    }
    return e;
}

static enum err read_file(const char *path, uint64_t *turn, struct hub_signed *out, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, FILE_LEN, &data, &len, NULL);

    if (e == OK)
        e = file_decode(data, len, turn, out);
    free(data);
    if (e != OK)
        return trouble_at(t, e, path, 0, 0,
            "the signer's memory of what it signed is missing or damaged: restore it, or the log must go on under a new origin",
            "het geheugen van de ondertekenaar ontbreekt of is beschadigd: zet het terug, anders moet het logboek verder onder een "
            "nieuwe oorsprong");
    return OK;
}

enum err hub_signer_init(const char *path, struct trouble *t)
{
    static const uint8_t nothing[1];
    struct hub_signed none = { 0 };
    uint8_t data[FILE_LEN];
    enum err e;

    crypto_hash_sha256(none.head.root, nothing, 0);
    e = place_encode(1, &none, data);
    if (e == OK)
        e = place_encode(2, &none, data + PLACE_LEN);
    return e == OK ? file_write_new(path, data, sizeof data, OWN_FILE_MODE, t) : e;
}

enum err hub_signer_read(const char *path, struct hub_signed *out, struct trouble *t)
{
    uint64_t turn;

    return read_file(path, &turn, out, t);
}

enum err hub_signer_open(const char *path, const char *vkey, const uint8_t secret[64], struct hub_signer **out, struct trouble *t)
{
    struct hub_signer *s = calloc(1, sizeof *s);
    enum err e = ERR_NOMEM;

    if (s == NULL)
        return e;
    s->fd = -1;
    s->secret = sodium_malloc(PROTO_NOTE_KEY_LEN * 2);
    if (s->secret == NULL)
        goto out;
    memcpy(s->secret, secret, PROTO_NOTE_KEY_LEN * 2);
    if (sodium_mprotect_readonly(s->secret) != 0)
        goto out;
    e = proto_note_key_decode(vkey, &s->key);
    if (e == OK && sodium_memcmp(s->secret + PROTO_NOTE_KEY_LEN, s->key.key, PROTO_NOTE_KEY_LEN) != 0)
        e = trouble_set(t, ERR_KEY, "the log key is not the one that the region file names",
            "de logsleutel is niet die uit het regiobestand");
    if (e == OK)
        e = read_file(path, &s->turn, &s->last, t);
    if (e == OK && (s->fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
        e = ERR_IO;
out:
    if (e == OK)
        *out = s;
    else
        hub_signer_close(s);
    return e;
}

void hub_signer_close(struct hub_signer *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        (void)close(s->fd);
    sodium_free(s->secret);
    free(s);
}

const struct hub_signed *hub_signer_last(const struct hub_signer *s)
{
    return &s->last;
}

/* Into the place that is not the last one, and on disk. */
static enum err remember(struct hub_signer *s, const struct hub_signed *next)
{
    uint8_t place[PLACE_LEN];
    size_t done = 0;
    off_t at = (off_t)((s->turn + 1) % 2 == 1 ? 0 : PLACE_LEN);
    enum err e = place_encode(s->turn + 1, next, place);

    if (e != OK)
        return e;
    while (done < sizeof place) {
        ssize_t n = pwrite(s->fd, place + done, sizeof place - done, at + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        done += (size_t)n;
    }
    if (fdatasync(s->fd) != 0)
        return ERR_IO;
    s->turn++;
    s->last = *next;
    return OK;
}

static enum err make_note(struct hub_signer *s, struct hub_signed *next)
{
    struct proto_tlog_checkpoint c = { .head = next->head };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    struct proto_note_sig sig = { 0 };
    struct wr w;
    size_t len;
    enum err e;

    memcpy(c.origin, s->key.name, sizeof c.origin);
    e = proto_tlog_checkpoint_encode(&c, text, sizeof text, &len);
    if (e == OK)
        e = proto_note_sign(&s->key, s->secret, text, len, &sig);
    if (e != OK)
        return e;
    wr_init(&w, next->note, sizeof next->note);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, &s->key, &sig);
    next->note_len = w.len;
    return wr_end(&w);
}

enum err hub_signer_sign(struct hub_signer *s, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof,
    const struct hub_signed **out)
{
    struct hub_signed next = { .head = *head };
    enum err e;

    if (head->size < s->last.head.size)
        return ERR_RANGE;
    e = proto_merkle_check_consistency(&s->last.head, head, proof);
    if (e != OK)
        return e;
    if (head->size != s->last.head.size || s->last.note_len == 0) {
        e = make_note(s, &next);
        if (e == OK)
            e = remember(s, &next);
    }
    if (e == OK)
        *out = &s->last;
    return e;
}
