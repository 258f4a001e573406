#include "base/conf.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONF_LINE_MAX = 4096, CONF_KEYS_MAX = 64 };

/* One reading of a file into a copy of the struct. */
struct reading {
    const char *name;
    const struct conf_key *keys;
    size_t key_count;
    uint8_t *conf;
    bool seen[CONF_KEYS_MAX];
    uint32_t line;
    size_t mistakes;
    struct trouble *t;
};

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len != 0 && strchr(" \t\r", text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static void mistake(struct reading *r, const char *key, const char *en, const char *nl)
{
    r->mistakes++;
    (void)trouble_at(r->t, ERR_CONFIG, r->name, r->line, 0, "%s%s%s", "%s%s%s", key, key[0] ? ": " : "",
        r->t != NULL && r->t->lang == LANG_NL ? nl : en);
}

static void set_text(struct reading *r, const struct conf_key *k, const char *value)
{
    size_t len = strlen(value);

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f) {
            mistake(r, k->name, "this value has a control character", "deze waarde bevat een stuurteken");
            return;
        }
    if (len >= k->size)
        mistake(r, k->name, "this value is too long", "deze waarde is te lang");
    else
        memcpy(r->conf + k->offset, value, len + 1);
}

static void set_number(struct reading *r, const struct conf_key *k, const char *value)
{
    char en[96], nl[96];
    uint64_t v = 0;

    if (text_u64(value, k->max, &v) == OK && v >= k->min) {
        memcpy(r->conf + k->offset, &v, sizeof v);
        return;
    }
    (void)snprintf(en, sizeof en, "a whole number from %llu to %llu is needed", (unsigned long long)k->min,
        (unsigned long long)k->max);
    (void)snprintf(nl, sizeof nl, "hier hoort een heel getal van %llu tot %llu", (unsigned long long)k->min,
        (unsigned long long)k->max);
    mistake(r, k->name, en, nl);
}

static void set_bool(struct reading *r, const struct conf_key *k, const char *value)
{
    bool v = strcmp(value, "yes") == 0;

    if (v || strcmp(value, "no") == 0)
        memcpy(r->conf + k->offset, &v, sizeof v);
    else
        mistake(r, k->name, "yes or no is needed", "hier hoort yes of no");
}

static void set(struct reading *r, size_t index, const char *value)
{
    const struct conf_key *k = &r->keys[index];

    if (r->seen[index]) {
        mistake(r, k->name, "this setting is there twice", "deze instelling staat er twee keer");
        return;
    }
    r->seen[index] = true;
    switch (k->type) {
    case CONF_TEXT:
        set_text(r, k, value);
        break;
    case CONF_U64:
        set_number(r, k, value);
        break;
    case CONF_BOOL:
        set_bool(r, k, value);
        break;
    }
}

static void read_line(struct reading *r, char *line)
{
    char *equals, *key = trim(line);

    if (key[0] == '\0' || key[0] == '#')
        return;
    equals = strchr(key, '=');
    if (equals == NULL) {
        mistake(r, "", "a line is written: key = value", "een regel schrijf je zo: naam = waarde");
        return;
    }
    *equals = '\0';
    key = trim(key);
    for (size_t i = 0; i < r->key_count; i++)
        if (strcmp(key, r->keys[i].name) == 0) {
            set(r, i, trim(equals + 1));
            return;
        }
    mistake(r, "", "there is no setting of this name", "er is geen instelling met deze naam");
}

static void read_lines(struct reading *r, const uint8_t *data, size_t len)
{
    char line[CONF_LINE_MAX];

    while (len != 0) {
        const uint8_t *end = memchr(data, '\n', len);
        size_t n = end == NULL ? len : (size_t)(end - data);

        r->line++;
        if (n >= sizeof line) {
            mistake(r, "", "this line is too long", "deze regel is te lang");
        } else {
            memcpy(line, data, n);
            line[n] = '\0';
            read_line(r, line);
        }
        n += end == NULL ? 0 : 1;
        data += n;
        len -= n;
    }
}

/* The first mistake says how many follow, so that nobody mends them one run at a time without knowing. */
static void count_others(const struct reading *r)
{
    size_t used;

    if (r->t == NULL || r->mistakes < 2)
        return;
    used = strlen(r->t->text);
    (void)snprintf(r->t->text + used, sizeof r->t->text - used,
        r->t->lang == LANG_NL ? " (en nog %zu)" : " (and %zu more)", r->mistakes - 1);
}

enum err conf_parse(const char *name, const uint8_t *data, size_t len, const struct conf_key *keys, size_t key_count,
    void *conf, size_t conf_len, struct trouble *t)
{
    struct reading r = { .name = name, .keys = keys, .key_count = key_count, .t = t };

    if (key_count > CONF_KEYS_MAX)
        abort();
    if (!text_is_utf8(data, len))
        return trouble_at(t, ERR_CONFIG, name, 0, 0, "this file is not UTF-8 text", "dit bestand is geen UTF-8-tekst");
    r.conf = malloc(conf_len);
    if (r.conf == NULL)
        return ERR_NOMEM;
    memcpy(r.conf, conf, conf_len);
    read_lines(&r, data, len);
    if (r.mistakes == 0)
        memcpy(conf, r.conf, conf_len);
    else
        count_others(&r);
    free(r.conf);
    return r.mistakes == 0 ? OK : ERR_CONFIG;
}
