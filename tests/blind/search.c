#include "tests/blind/search.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILTER_BITS = 20,
    TABLE_BITS = 17,
    TABLE = 1 << TABLE_BITS,
    HEAD = 8,               /* every text has at least as many bytes */
    RANGE_FIRST = 999900000,
    RANGE = 100000,
    NOBODY = -1,            /* passes the eleven-test, but is not planted */
    CONTROL = -2
};

/* A pattern; next has the same first eight bytes. */
struct pattern {
    uint8_t bytes[PLANTED_FORM_MAX];
    uint8_t len, form;
    uint16_t item, text;
    uint32_t next;
};

struct search {
    const struct planted *planted;
    struct pattern *pattern;
    uint32_t patterns;
    uint32_t table[TABLE];               /* 1 + first pattern with this head; open addressing */
    uint64_t filter[1 << (FILTER_BITS - 6)];
    int16_t *range;                      /* of each value of the range: whose number it is */
    uint8_t (*range_seen)[2];            /* and whether it was seen, in each order */
    size_t controls;
    uint8_t (*seen)[PLANTED_TEXTS][PLANTED_FORMS];
    struct search_found found;
    const char *place;
    bool guarded;
};

static uint64_t head_of(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t mix(uint64_t v)
{
    return v * 0x9e3779b97f4a7c15u;
}

/* ---- setting up ---- */

static void add(struct search *s, const struct pattern *p)
{
    uint64_t h = mix(head_of(p->bytes));
    uint32_t at = (uint32_t)(h >> (64 - TABLE_BITS)), index = s->patterns++;

    s->pattern[index] = *p;
    s->pattern[index].next = 0;
    s->filter[h >> (64 - FILTER_BITS) >> 6] |= (uint64_t)1 << ((h >> (64 - FILTER_BITS)) & 63);
    while (s->table[at] != 0 && head_of(s->pattern[s->table[at] - 1].bytes) != head_of(p->bytes))
        at = (at + 1) % TABLE;
    s->pattern[index].next = s->table[at];
    s->table[at] = index + 1;
}

static void add_texts(struct search *s)
{
    for (size_t i = 0; i < s->planted->count; i++)
        for (size_t k = 0; k < PLANTED_TEXTS; k++)
            for (int f = 0; f < PLANTED_FORMS; f++) {
                struct pattern p = { .item = (uint16_t)i, .text = (uint16_t)k, .form = (uint8_t)f };

                p.len = (uint8_t)planted_pattern(s->planted->text[i][k], (enum planted_form)f, p.bytes);
                add(s, &p);
            }
}

static void fill_range(struct search *s)
{
    for (uint32_t i = 0; i < RANGE; i++) {
        char number[16];

        (void)snprintf(number, sizeof number, "%u", RANGE_FIRST + i);
        s->range[i] = text_is_bsn(number) ? NOBODY : CONTROL;
        s->controls += s->range[i] == CONTROL;
    }
    for (size_t i = 0; i < s->planted->count; i++)
        s->range[planted_value(s->planted->text[i][0]) - RANGE_FIRST] = (int16_t)i;
}

enum err search_new(const struct planted *p, struct search **out)
{
    struct search *s = calloc(1, sizeof *s);

    if (s == NULL)
        return ERR_NOMEM;
    s->planted = p;
    s->pattern = calloc(p->count * PLANTED_TEXTS * PLANTED_FORMS, sizeof *s->pattern);
    s->seen = calloc(p->count, sizeof *s->seen);
    s->range = calloc(RANGE, sizeof *s->range);
    s->range_seen = calloc(RANGE, sizeof *s->range_seen);
    if (s->pattern == NULL || s->seen == NULL || s->range == NULL || s->range_seen == NULL) {
        search_free(s);
        return ERR_NOMEM;
    }
    add_texts(s);
    fill_range(s);
    *out = s;
    return OK;
}

enum err search_new_key(const uint8_t *key, size_t len, struct search **out)
{
    struct pattern p = { .len = (uint8_t)len };
    struct search *s;

    if (len < HEAD || len > PLANTED_FORM_MAX)
        return ERR_RANGE;
    s = calloc(1, sizeof *s);
    if (s == NULL || (s->pattern = calloc(1, sizeof *s->pattern)) == NULL) {
        search_free(s);
        return ERR_NOMEM;
    }
    memcpy(p.bytes, key, len);
    add(s, &p);
    *out = s;
    return OK;
}

void search_free(struct search *s)
{
    if (s == NULL)
        return;
    free(s->pattern);
    free(s->seen);
    free(s->range);
    free(s->range_seen);
    free(s);
}

/* ---- looking ---- */

void search_place(struct search *s, const char *place, bool guarded)
{
    s->place = place;
    s->guarded = guarded;
}

static void note(struct search *s, const struct pattern *p, uint64_t at)
{
    if (s->planted == NULL) {
        s->found.keys++;
        s->found.guarded_keys += s->guarded;
        return;
    }
    s->seen[p->item][p->text][p->form] = 1;
    if (s->found.first[0] == '\0')
        (void)snprintf(s->found.first, sizeof s->found.first, "%s as %s in %.160s at %llu", s->planted->text[p->item][p->text],
            planted_form_name((enum planted_form)p->form), s->place, (unsigned long long)at);
}

static void look_up(struct search *s, uint64_t head, uint64_t at, const uint8_t *data, size_t len)
{
    uint32_t slot = (uint32_t)(mix(head) >> (64 - TABLE_BITS));

    while (s->table[slot] != 0 && head_of(s->pattern[s->table[slot] - 1].bytes) != head)
        slot = (slot + 1) % TABLE;
    for (uint32_t i = s->table[slot]; i != 0; i = s->pattern[i - 1].next) {
        const struct pattern *p = &s->pattern[i - 1];

        if (p->len <= len && memcmp(data, p->bytes, p->len) == 0)
            note(s, p, at);
    }
}

static void see_int(struct search *s, uint32_t value, enum planted_form form)
{
    uint32_t i = value - RANGE_FIRST;

    if (i < RANGE)
        s->range_seen[i][form - PLANTED_INT_BE] = 1;
}

void search_bytes(struct search *s, uint64_t at, const uint8_t *data, size_t len, size_t limit)
{
    s->found.bytes += limit;
    for (size_t i = 0; i < limit && i + 4 <= len; i++) {
        uint32_t v;
        uint64_t head, h;

        if (s->range != NULL) {
            memcpy(&v, data + i, sizeof v);
            see_int(s, v, PLANTED_INT_LE);
            see_int(s, __builtin_bswap32(v), PLANTED_INT_BE);
        }
        if (i + HEAD > len)
            continue;
        head = head_of(data + i);
        h = mix(head) >> (64 - FILTER_BITS);
        if (s->filter[h >> 6] >> (h & 63) & 1)
            look_up(s, head, at + i, data + i, len - i);
    }
}

/* ---- what came of it ---- */

static void count_ints(const struct search *s, struct search_found *out)
{
    for (size_t i = 0; i < RANGE; i++)
        for (int k = 0; k < 2; k++) {
            if (s->range[i] == CONTROL)
                out->control_ints += s->range_seen[i][k];
            if (s->range[i] < 0)
                continue;
            out->ints += s->range_seen[i][k];
            out->forms[PLANTED_INT_BE + k] += s->range_seen[i][k];
            out->missing[PLANTED_INT_BE + k] += !s->range_seen[i][k];
        }
}

void search_count(const struct search *s, struct search_found *out)
{
    *out = s->found;
    if (s->planted == NULL)
        return;
    count_ints(s, out);
    for (size_t i = 0; i < s->planted->count; i++)
        for (size_t k = 0; k < PLANTED_TEXTS; k++) {
            bool any = false;

            for (int f = 0; f < PLANTED_FORMS; f++) {
                out->forms[f] += s->seen[i][k][f];
                out->missing[f] += !s->seen[i][k][f];
                any = any || s->seen[i][k][f];
            }
            out->texts += any;
        }
}

double search_chance(const struct search *s, const struct search_found *f)
{
    return (double)f->control_ints * (double)s->planted->count / (double)s->controls;
}
