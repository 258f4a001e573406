#include "proto/fields.h"

#include <sodium.h>
#include <string.h>

/*
 * A shape is four functions over the member at `at`. check is the only judge of values: the writer calls it before it writes, the reader
 * after it read. base is the whole struct, for the one shape that looks at another member.
 */
struct shape {
    bool (*is_set)(const struct proto_field *f, const void *at);
    bool (*check)(const struct proto_field *f, const void *base, const void *at);
    void (*write)(const struct proto_field *f, const void *at, struct wr *w);
    void (*read)(const struct proto_field *f, void *at, struct rd *r);
};

static bool in_range(const struct proto_field *f, uint64_t v)
{
    return v >= f->min && v <= f->max;
}

/* ---- numbers ---- */

static bool u8_is_set(const struct proto_field *f, const void *at)
{
    (void)f;
    return *(const uint8_t *)at != 0;
}

static bool u8_check(const struct proto_field *f, const void *base, const void *at)
{
    (void)base;
    return in_range(f, *(const uint8_t *)at);
}

static void u8_write(const struct proto_field *f, const void *at, struct wr *w)
{
    (void)f;
    wr_u8(w, *(const uint8_t *)at);
}

static void u8_read(const struct proto_field *f, void *at, struct rd *r)
{
    (void)f;
    *(uint8_t *)at = rd_u8(r);
}

static bool u64_is_set(const struct proto_field *f, const void *at)
{
    (void)f;
    return *(const uint64_t *)at != 0;
}

static bool u64_check(const struct proto_field *f, const void *base, const void *at)
{
    (void)base;
    return in_range(f, *(const uint64_t *)at);
}

static void u64_write(const struct proto_field *f, const void *at, struct wr *w)
{
    (void)f;
    wr_u64(w, *(const uint64_t *)at);
}

static void u64_read(const struct proto_field *f, void *at, struct rd *r)
{
    (void)f;
    *(uint64_t *)at = rd_u64(r);
}

/* ---- fixed bytes, names, subjects ---- */

static bool bytes_is_set(const struct proto_field *f, const void *at)
{
    return !sodium_is_zero(at, (size_t)f->max);
}

static bool bytes_check(const struct proto_field *f, const void *base, const void *at)
{
    (void)base;
    return f->min == 0 || !sodium_is_zero(at, (size_t)f->max);
}

static void bytes_write(const struct proto_field *f, const void *at, struct wr *w)
{
    wr_copy(w, at, (size_t)f->max);
}

static void bytes_read(const struct proto_field *f, void *at, struct rd *r)
{
    rd_copy(r, at, (size_t)f->max);
}

static bool name_is_set(const struct proto_field *f, const void *at)
{
    (void)f;
    return *(const char *)at != '\0';
}

static bool name_check(const struct proto_field *f, const void *base, const void *at)
{
    (void)base;
    /* A caller's text without an end would be read past its array. */
    return memchr(at, '\0', (size_t)f->max + 1) != NULL && (f->min == 0 || name_is_set(f, at));
}

static void name_write(const struct proto_field *f, const void *at, struct wr *w)
{
    wr_name(w, at, (size_t)f->max);
}

static void name_read(const struct proto_field *f, void *at, struct rd *r)
{
    rd_name(r, (size_t)f->max, at, (size_t)f->max + 1, f->min == 0);
}

static bool subject_is_set(const struct proto_field *f, const void *at)
{
    const struct proto_subject_id *s = at;

    (void)f;
    return s->type != PROTO_SUBJECT_NONE || !sodium_is_zero(s->value, sizeof s->value);
}

static bool subject_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_subject_id *s = at;

    (void)f;
    (void)base;
    return s->type <= PROTO_SUBJECT_HANDLE && (s->type == PROTO_SUBJECT_NONE) == sodium_is_zero(s->value, sizeof s->value);
}

static void subject_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_subject_id *s = at;

    (void)f;
    wr_u8(w, s->type);
    wr_copy(w, s->value, sizeof s->value);
}

static void subject_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_subject_id *s = at;

    (void)f;
    s->type = rd_u8(r);
    rd_copy(r, s->value, sizeof s->value);
}

/* ---- lists ---- */

/* All lists start with their count. It is judged before it is looped over. */
static uint8_t count_read(const struct proto_field *f, struct rd *r)
{
    uint8_t n = rd_u8(r);

    if (!in_range(f, n))
        rd_fail(r, ERR_RANGE);
    return r->err == OK ? n : 0;
}

static bool sections_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_sections *s = at;

    (void)base;
    if (!in_range(f, s->count))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (s->name[i][0] == '\0' || memchr(s->name[i], '\0', sizeof s->name[i]) == NULL)
            return false;
        if (i > 0 && strcmp(s->name[i - 1], s->name[i]) >= 0)
            return false;
    }
    return true;
}

static void sections_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_sections *s = at;

    (void)f;
    wr_u8(w, s->count);
    for (size_t i = 0; i < s->count; i++)
        wr_name(w, s->name[i], PROTO_NAME_WIDTH);
}

static void sections_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_sections *s = at;

    s->count = count_read(f, r);
    for (size_t i = 0; i < s->count; i++)
        rd_name(r, PROTO_NAME_WIDTH, s->name[i], sizeof s->name[i], false);
}

static bool ids_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_ids *s = at;

    (void)base;
    if (!in_range(f, s->count))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (sodium_is_zero(s->id[i], PROTO_ID_LEN))
            return false;
        for (size_t k = 0; k < i; k++)
            if (memcmp(s->id[k], s->id[i], PROTO_ID_LEN) == 0)
                return false;
    }
    return true;
}

static void ids_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_ids *s = at;

    (void)f;
    wr_u8(w, s->count);
    wr_copy(w, s->id[0], (size_t)s->count * PROTO_ID_LEN);
}

static void ids_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_ids *s = at;

    s->count = count_read(f, r);
    rd_copy(r, s->id[0], (size_t)s->count * PROTO_ID_LEN);
}

static bool partners_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_partners *s = at;

    (void)base;
    if (!in_range(f, s->count))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (sodium_is_zero(s->id[i], PROTO_PARTNER_LEN))
            return false;
        if (i > 0 && memcmp(s->id[i - 1], s->id[i], PROTO_PARTNER_LEN) >= 0)
            return false;
    }
    return true;
}

static void partners_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_partners *s = at;

    (void)f;
    wr_u8(w, s->count);
    wr_copy(w, s->id[0], (size_t)s->count * PROTO_PARTNER_LEN);
}

static void partners_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_partners *s = at;

    s->count = count_read(f, r);
    rd_copy(r, s->id[0], (size_t)s->count * PROTO_PARTNER_LEN);
}

/* Sections, ids, partners and parts all begin with the count. */
static bool list_is_set(const struct proto_field *f, const void *at)
{
    (void)f;
    return *(const uint8_t *)at != 0;
}

/* Each part is for one of the addressees, in their order, and holds something. */
static bool parts_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_sealed *s = at;
    const void *beside = (const uint8_t *)base + f->other;
    const struct proto_partners *to = beside;
    size_t k = 0;

    if (!in_range(f, s->count))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        while (k < to->count && memcmp(to->id[k], s->part[i].to, PROTO_PARTNER_LEN) != 0)
            k++;
        if (k++ >= to->count || s->part[i].box.len == 0 || s->part[i].box.len > PROTO_SEALED_MAX)
            return false;
    }
    return true;
}

static void parts_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_sealed *s = at;

    (void)f;
    wr_u8(w, s->count);
    for (size_t i = 0; i < s->count; i++) {
        wr_copy(w, s->part[i].to, PROTO_PARTNER_LEN);
        wr_bytes16(w, s->part[i].box.data, s->part[i].box.len);
    }
}

static void parts_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_sealed *s = at;

    s->count = count_read(f, r);
    for (size_t i = 0; i < s->count; i++) {
        rd_copy(r, s->part[i].to, PROTO_PARTNER_LEN);
        s->part[i].box.data = rd_bytes16(r, PROTO_SEALED_MAX, &s->part[i].box.len);
    }
}

/* ---- blobs ---- */

static bool blob_is_set(const struct proto_field *f, const void *at)
{
    (void)f;
    return ((const struct proto_blob *)at)->len != 0;
}

static bool blob_check(const struct proto_field *f, const void *base, const void *at)
{
    const struct proto_blob *b = at;

    (void)base;
    return in_range(f, b->len) && (f->step == 0 || b->len % f->step == 0);
}

static void blob16_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_blob *b = at;

    (void)f;
    wr_bytes16(w, b->data, b->len);
}

static void blob32_write(const struct proto_field *f, const void *at, struct wr *w)
{
    const struct proto_blob *b = at;

    (void)f;
    wr_bytes32(w, b->data, b->len);
}

static void blob16_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_blob *b = at;
    const uint8_t *data = rd_bytes16(r, (size_t)f->max, &b->len);

    b->data = b->len != 0 ? data : NULL;
}

static void blob32_read(const struct proto_field *f, void *at, struct rd *r)
{
    struct proto_blob *b = at;
    const uint8_t *data = rd_bytes32(r, (size_t)f->max, &b->len);

    b->data = b->len != 0 ? data : NULL;
}

static const struct shape shapes[SHAPE_END] = {
    [SHAPE_U8] = {u8_is_set, u8_check, u8_write, u8_read},
    [SHAPE_U64] = {u64_is_set, u64_check, u64_write, u64_read},
    [SHAPE_BYTES] = {bytes_is_set, bytes_check, bytes_write, bytes_read},
    [SHAPE_NAME] = {name_is_set, name_check, name_write, name_read},
    [SHAPE_SUBJECT] = {subject_is_set, subject_check, subject_write, subject_read},
    [SHAPE_SECTIONS] = {list_is_set, sections_check, sections_write, sections_read},
    [SHAPE_IDS] = {list_is_set, ids_check, ids_write, ids_read},
    [SHAPE_PARTNERS] = {list_is_set, partners_check, partners_write, partners_read},
    [SHAPE_PARTS] = {list_is_set, parts_check, parts_write, parts_read},
    [SHAPE_BLOB16] = {blob_is_set, blob_check, blob16_write, blob16_read},
    [SHAPE_BLOB32] = {blob_is_set, blob_check, blob32_write, blob32_read},
};

void proto_fields_write(const struct proto_field *rows, const uint8_t *list, const void *base, struct wr *w)
{
    for (; *list != FIELDS_END; list++) {
        const struct proto_field *f = &rows[*list];
        const void *at = (const uint8_t *)base + f->offset;

        if (!shapes[f->shape].check(f, base, at))
            wr_fail(w, ERR_RANGE);
        if (wr_end(w) != OK)
            return;
        shapes[f->shape].write(f, at, w);
    }
}

void proto_fields_read(const struct proto_field *rows, const uint8_t *list, void *base, struct rd *r)
{
    for (; *list != FIELDS_END; list++) {
        const struct proto_field *f = &rows[*list];
        void *at = (uint8_t *)base + f->offset;

        shapes[f->shape].read(f, at, r);
        if (r->err != OK)
            return;
        if (!shapes[f->shape].check(f, base, at))
            rd_fail(r, ERR_RANGE);
    }
}

bool proto_fields_has_foreign(const struct proto_field *rows, size_t count, const uint8_t *list, const void *base)
{
    for (size_t i = 0; i < count; i++) {
        const struct proto_field *f = &rows[i];
        const uint8_t *l = list;

        while (*l != FIELDS_END && rows[*l].offset != f->offset)
            l++;
        if (*l == FIELDS_END && shapes[f->shape].is_set(f, (const uint8_t *)base + f->offset))
            return true;
    }
    return false;
}

size_t proto_fields_width(const struct proto_field *row)
{
    switch (row->shape) {
    case SHAPE_U8: return 1;
    case SHAPE_U64: return 8;
    case SHAPE_BYTES:
    case SHAPE_NAME: return (size_t)row->max;
    case SHAPE_SUBJECT: return 33;
    default: return 0;
    }
}
