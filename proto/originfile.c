#include "proto/originfile.h"

#include "base/text.h"
#include "proto/lines.h"
#include "proto/merkle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_LINE "schakel-origin/v1"

enum { NUMBER_ROOM = 21 };

static void put_number(struct wr *w, const char *word, uint64_t value)
{
    char text[NUMBER_ROOM];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    proto_lines_put_value(w, word, text);
}

enum err proto_originfile_format(const struct proto_originfile *f, char **out, size_t *len)
{
    struct wr w;
    enum err e = proto_lines_open(&w, PROTO_ORIGINFILE_MAX);

    if (e != OK)
        return e;
    proto_lines_put(&w, FORMAT_LINE "\n");
    proto_lines_put_hex(&w, "region", f->region, sizeof f->region);
    put_number(&w, "origin", f->number);
    put_number(&w, "seen", f->what.seen.size);
    proto_lines_put_hex(&w, "digest", f->what.seen.root, sizeof f->what.seen.root);
    put_number(&w, "kept", f->what.kept.size);
    proto_lines_put_hex(&w, "root", f->what.kept.root, sizeof f->what.kept.root);
    e = proto_lines_give(&w, out, len);
    free(w.buf);
    return e;
}

static uint64_t read_number(struct proto_lines *l, const char *word, uint64_t min, uint64_t max)
{
    char value[NUMBER_ROOM];
    uint64_t n = 0;

    proto_lines_value(l, word, value, sizeof value);
    if (l->err == OK && (text_u64(value, max, &n) != OK || n < min))
        proto_lines_fail(l, ERR_RANGE, "this number is not allowed here", "dit getal mag hier niet");
    return n;
}

enum err proto_originfile_parse(const uint8_t *text, size_t len, struct proto_originfile *out, struct trouble *t)
{
    struct proto_originfile f = { .number = 0 };
    struct proto_lines l;
    enum err e;

    proto_lines_init(&l, "origin file", text, len, t);
    proto_lines_exact(&l, FORMAT_LINE);
    proto_lines_hex(&l, "region", f.region, sizeof f.region);
    f.number = read_number(&l, "origin", 2, PROTO_ORIGINS_MAX);
    f.what.seen.size = read_number(&l, "seen", 0, PROTO_MERKLE_SIZE_MAX);
    proto_lines_hex(&l, "digest", f.what.seen.root, sizeof f.what.seen.root);
    f.what.kept.size = read_number(&l, "kept", f.what.seen.size > PROTO_ORIGIN_LOST_MAX ? f.what.seen.size - PROTO_ORIGIN_LOST_MAX : 0, f.what.seen.size);
    proto_lines_hex(&l, "root", f.what.kept.root, sizeof f.what.kept.root);
    e = proto_lines_end(&l);
    if (e == OK)
        *out = f;
    return e;
}
