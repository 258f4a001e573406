#include "proto/tlog.h"

#include "base/text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"
#define BASE64_HASH 44  /* characters of 32 bytes */
#define EXTRA_TEXT_MAX (4 * ((PROTO_TLOG_EXTRA_MAX + 2) / 3))

static void write_text(struct wr *w, const char *text)
{
    wr_copy(w, (const uint8_t *)text, strlen(text));
}

static void write_number_line(struct wr *w, const char *before, uint64_t v)
{
    char text[48];

    (void)snprintf(text, sizeof text, "%s%" PRIu64 "\n", before, v);
    write_text(w, text);
}

static void write_hash_line(struct wr *w, const uint8_t hash[PROTO_MERKLE_HASH_LEN])
{
    char text[BASE64_HASH + 1];

    text_base64(hash, PROTO_MERKLE_HASH_LEN, text, sizeof text);
    write_text(w, text);
    wr_u8(w, '\n');
}

/* A decimal after a fixed word, filling the line. */
static uint64_t read_number_line(struct rd *r, const char *before)
{
    size_t len = 0, skip = strlen(before);
    const uint8_t *line = proto_note_read_line(r, &len);
    char text[24];
    uint64_t v = 0;

    if (line == NULL)
        return 0;
    if (len <= skip || len - skip >= sizeof text || memcmp(line, before, skip) != 0 ||
        memchr(line, 0, len) != NULL) {
        rd_fail(r, ERR_SYNTAX);
        return 0;
    }
    memcpy(text, line + skip, len - skip);
    text[len - skip] = 0;
    switch (text_u64(text, PROTO_MERKLE_SIZE_MAX, &v)) {
    case OK:
        return v;
    case ERR_RANGE:
        rd_fail(r, ERR_RANGE);
        return 0;
    default:
        rd_fail(r, ERR_SYNTAX);
        return 0;
    }
}

static bool is_hash(const uint8_t *line, size_t len, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    size_t hash_len = 0;

    if (len != BASE64_HASH || text_unbase64((const char *)line, len, hash, sizeof hash, &hash_len) != OK ||
        hash_len != sizeof hash)
        return false;
    memcpy(out, hash, sizeof hash);
    return true;
}

/* Hash lines up to and including an empty line. */
static void read_path(struct rd *r, uint8_t max, struct proto_merkle_proof *path)
{
    for (;;) {
        size_t len = 0;
        const uint8_t *line = proto_note_read_line(r, &len);
        if (line == NULL || len == 0)
            return;
        if (path->count == max) {
            rd_fail(r, ERR_RANGE);
            return;
        }
        if (!is_hash(line, len, path->hash[path->count])) {
            rd_fail(r, ERR_SYNTAX);
            return;
        }
        path->count++;
    }
}

/* Everything that is left is the checkpoint, verbatim. */
static const uint8_t *read_rest(struct rd *r, size_t *len)
{
    const uint8_t *rest;

    *len = rd_left(r);
    rest = rd_view(r, *len);
    if (*len == 0)
        rd_fail(r, ERR_SHORT);
    return rest;
}

/* No line of an extension may be empty, and it ends with a newline. */
static bool is_extension(const uint8_t *text, size_t len)
{
    if (len == 0)
        return true;
    if (text[0] == '\n' || text[len - 1] != '\n')
        return false;
    for (size_t i = 1; i < len; i++) {
        if (text[i] == '\n' && text[i - 1] == '\n')
            return false;
    }
    return true;
}

enum err proto_tlog_checkpoint_encode(const struct proto_tlog_checkpoint *c, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;
    enum err e;

    if (!proto_note_is_name((const uint8_t *)c->origin, strlen(c->origin)) ||
        !is_extension(c->extension, c->extension_len))
        return ERR_SYNTAX;
    if (c->head.size > PROTO_MERKLE_SIZE_MAX)
        return ERR_RANGE;
    wr_init(&w, out, cap);
    write_text(&w, c->origin);
    wr_u8(&w, '\n');
    write_number_line(&w, "", c->head.size);
    write_hash_line(&w, c->head.root);
    if (c->extension_len != 0)
        wr_copy(&w, c->extension, c->extension_len);
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

enum err proto_tlog_checkpoint_decode(const uint8_t *text, size_t len, struct proto_tlog_checkpoint *out)
{
    struct proto_tlog_checkpoint c;
    const uint8_t *line;
    size_t line_len = 0;
    struct rd r;
    enum err e;

    memset(&c, 0, sizeof c);
    rd_init(&r, text, len);
    line = proto_note_read_line(&r, &line_len);
    if (line != NULL && line_len > PROTO_TLOG_ORIGIN_MAX)
        return ERR_LONG;
    if (line != NULL && (line_len == 0 || memchr(line, 0, line_len) != NULL))
        return ERR_SYNTAX;
    if (line != NULL)
        memcpy(c.origin, line, line_len);
    c.head.size = read_number_line(&r, "");
    line = proto_note_read_line(&r, &line_len);
    if (line != NULL && !is_hash(line, line_len, c.head.root))
        rd_fail(&r, ERR_SYNTAX);
    c.extension_len = rd_left(&r);
    c.extension = rd_view(&r, c.extension_len);
    e = rd_end(&r);
    if (e != OK)
        return e;
    if (!is_extension(c.extension, c.extension_len))
        return ERR_SYNTAX;
    *out = c;
    return OK;
}

enum err proto_tlog_checkpoint_open(const uint8_t *data, size_t len, const struct proto_note_key *log,
    struct proto_note *note, struct proto_tlog_checkpoint *out)
{
    struct proto_note n;
    struct proto_tlog_checkpoint c;
    enum err e = proto_note_parse(data, len, &n);

    if (e == OK)
        e = proto_note_check(&n, log, NULL);
    if (e == OK)
        e = proto_tlog_checkpoint_decode(n.text, n.text_len, &c);
    if (e != OK)
        return e;
    if (strcmp(c.origin, log->name) != 0)
        return ERR_KEY;
    *note = n;
    *out = c;
    return OK;
}

static void write_path_and_checkpoint(struct wr *w, const struct proto_merkle_proof *path, const uint8_t *checkpoint,
    size_t checkpoint_len)
{
    for (uint8_t i = 0; i < path->count; i++)
        write_hash_line(w, path->hash[i]);
    wr_u8(w, '\n');
    wr_copy(w, checkpoint, checkpoint_len);
}

static void write_extra_line(struct wr *w, const struct proto_tlog_proof *p)
{
    char text[EXTRA_TEXT_MAX + 1];

    if (p->extra_len == 0)
        return;
    text_base64(p->extra, p->extra_len, text, sizeof text);
    write_text(w, "extra ");
    write_text(w, text);
    wr_u8(w, '\n');
}

enum err proto_tlog_proof_encode(const struct proto_tlog_proof *p, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;
    enum err e;

    if (p->extra_len > PROTO_TLOG_EXTRA_MAX)
        return ERR_LONG;
    if (p->path.count > PROTO_MERKLE_PROOF_MAX || p->index > PROTO_MERKLE_SIZE_MAX)
        return ERR_RANGE;
    if (p->checkpoint_len == 0)
        return ERR_SYNTAX;
    wr_init(&w, out, cap);
    write_text(&w, PROOF_HEAD "\n");
    write_extra_line(&w, p);
    write_number_line(&w, "index ", p->index);
    write_path_and_checkpoint(&w, &p->path, p->checkpoint, p->checkpoint_len);
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

/* The optional line after the head; when it is not there, nothing is read. */
static void read_extra_line(struct rd *r, struct proto_tlog_proof *p)
{
    const uint8_t *line;
    size_t len = 0;
    enum err e;

    if (rd_left(r) < 6 || memcmp(r->at, "extra ", 6) != 0)
        return;
    line = proto_note_read_line(r, &len);
    if (line == NULL)
        return;
    e = text_unbase64((const char *)line + 6, len - 6, p->extra, sizeof p->extra, &p->extra_len);
    if (e != OK || p->extra_len == 0)
        rd_fail(r, e == ERR_LONG ? ERR_LONG : ERR_SYNTAX);
}

static enum err decode_proof(const uint8_t *data, size_t len, struct proto_tlog_proof *p)
{
    const uint8_t *line;
    size_t line_len = 0;
    struct rd r;

    rd_init(&r, data, len);
    line = proto_note_read_line(&r, &line_len);
    if (line != NULL && (line_len != strlen(PROOF_HEAD) || memcmp(line, PROOF_HEAD, line_len) != 0))
        rd_fail(&r, ERR_VERSION);
    read_extra_line(&r, p);
    p->index = read_number_line(&r, "index ");
    read_path(&r, PROTO_MERKLE_PROOF_MAX, &p->path);
    p->checkpoint = read_rest(&r, &p->checkpoint_len);
    return rd_end(&r);
}

enum err proto_tlog_proof_decode(const uint8_t *data, size_t len, struct proto_tlog_proof *out)
{
    struct proto_tlog_proof p;
    enum err e;

    memset(&p, 0, sizeof p);
    e = decode_proof(data, len, &p);
    if (e == OK)
        *out = p;
    return e;
}

enum err proto_tlog_proof_check(const struct proto_tlog_proof *p, const uint8_t leaf[PROTO_MERKLE_HASH_LEN],
    const struct proto_note_key *log, struct proto_tlog_checkpoint *out)
{
    struct proto_note n;
    struct proto_tlog_checkpoint c;
    enum err e = proto_tlog_checkpoint_open(p->checkpoint, p->checkpoint_len, log, &n, &c);

    if (e == OK)
        e = proto_merkle_check_inclusion(&c.head, p->index, leaf, &p->path);
    if (e == OK && out != NULL)
        *out = c;
    return e;
}

enum err proto_tlog_request_encode(const struct proto_tlog_request *q, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;
    enum err e;

    if (q->path.count > PROTO_TLOG_REQUEST_PROOF_MAX || q->old > PROTO_MERKLE_SIZE_MAX)
        return ERR_RANGE;
    if (q->checkpoint_len == 0)
        return ERR_SYNTAX;
    wr_init(&w, out, cap);
    write_number_line(&w, "old ", q->old);
    write_path_and_checkpoint(&w, &q->path, q->checkpoint, q->checkpoint_len);
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

enum err proto_tlog_request_decode(const uint8_t *data, size_t len, struct proto_tlog_request *out)
{
    struct proto_tlog_request q;
    struct rd r;
    enum err e;

    memset(&q, 0, sizeof q);
    rd_init(&r, data, len);
    q.old = read_number_line(&r, "old ");
    read_path(&r, PROTO_TLOG_REQUEST_PROOF_MAX, &q.path);
    q.checkpoint = read_rest(&r, &q.checkpoint_len);
    e = rd_end(&r);
    if (e == OK)
        *out = q;
    return e;
}
