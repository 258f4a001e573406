#include "client/anon.h"

#include "base/text.h"
#include "client/record.h"

#include <ctype.h>
#include <string.h>

enum { NUMBER_DIGITS = 9, PHONE_DIGITS = 10, NAME_LEAST = 4 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *at)
{
    size_t n = 0;

    while (is_digit(at[n]))
        n++;
    return n;
}

/* A telephone number: 0 or + and ten or more digits, with blanks, dots and dashes between them. */
static bool is_phone(const char *at)
{
    size_t n = 0;

    if (*at != '0' && *at != '+')
        return false;
    for (at += *at == '+'; is_digit(*at) || ((*at == ' ' || *at == '-' || *at == '.') && n > 0); at++)
        n += is_digit(*at);
    return n >= PHONE_DIGITS;
}

/* 2012-05-01, 01-05-2012, 1/5/12: three numbers with the same mark between them, and one of them two or four
 * digits of a year. */
static bool is_date(const char *at)
{
    size_t one = digits(at), two, three;
    char mark = at[one];

    if (one == 0 || (mark != '-' && mark != '/' && mark != '.'))
        return false;
    two = digits(at + one + 1);
    if (two == 0 || two > 2 || at[one + 1 + two] != mark)
        return false;
    three = digits(at + one + two + 2);
    return (one == 4 && three >= 1 && three <= 2) || (one <= 2 && (three == 2 || three == 4));
}

/* 1234 AB */
static bool is_postcode(const char *at)
{
    const char *letters = at + 4;

    if (digits(at) != 4 || at[0] == '0')
        return false;
    letters += *letters == ' ';
    return isupper((unsigned char) letters[0]) && isupper((unsigned char) letters[1])
        && !isalpha((unsigned char) letters[2]);
}

static bool is_number(const char *at)
{
    char number[NUMBER_DIGITS + 1];

    if (digits(at) != NUMBER_DIGITS)
        return false;
    memcpy(number, at, NUMBER_DIGITS);
    number[NUMBER_DIGITS] = '\0';
    return text_is_bsn(number);
}

enum client_anon_what client_anon_in_text(const char *text)
{
    const char *mail = strchr(text, '@');

    for (const char *at = text; *at != '\0'; at++) {
        if (at != text && (is_digit(at[-1]) || isalpha((unsigned char) at[-1])))
            continue;  /* numbers are looked at from where they begin */
        if (is_number(at))
            return CLIENT_ANON_NUMBER;
        if (is_date(at))
            return CLIENT_ANON_DATE;
        if (is_postcode(at))
            return CLIENT_ANON_POSTCODE;
        if (is_phone(at))
            return CLIENT_ANON_PHONE;
    }
    if (mail != NULL && mail != text && mail[-1] != ' ' && isalnum((unsigned char) mail[1]))
        return CLIENT_ANON_MAIL;
    return CLIENT_ANON_NOTHING;
}

struct names {
    struct client_node *node;
    struct vault_txn *x;
    const cJSON *content;
    bool found;
    enum err err;
};

/* The whole name, as it stands in the record. */
static bool name_each(void *arg, const struct proto_subject_id *who)
{
    struct names *s = arg;
    const cJSON *field;
    char name[96];

    enum err e = client_record_field(s->node, s->x, who, "ident", "name", name, sizeof name);

    /* A record without a name gives nobody away; one that could not be read may. */
    if (e == ERR_NOMEM || e == ERR_IO)
        s->err = e;
    if (e != OK || strlen(name) < NAME_LEAST)
        return s->err == OK;
    cJSON_ArrayForEach(field, s->content)
        s->found = s->found || (cJSON_IsString(field) && strcasestr(field->valuestring, name) != NULL);
    return !s->found;
}

enum err client_anon_in_content(
    struct client_node *n, struct vault_txn *x, const cJSON *content, enum client_anon_what *out)
{
    struct names s = {.node = n, .x = x, .content = content};
    enum client_anon_what what = CLIENT_ANON_NOTHING;
    const cJSON *field;
    enum err e = OK;

    cJSON_ArrayForEach(field, content)
        if (what == CLIENT_ANON_NOTHING && cJSON_IsString(field))
            what = client_anon_in_text(field->valuestring);
    if (what == CLIENT_ANON_NOTHING) {
        e = client_record_children(n, x, name_each, &s);
        e = e == OK ? s.err : e;
        what = s.found ? CLIENT_ANON_NAME : what;
    }
    if (e == OK)
        *out = what;
    return e;
}

const char *client_anon_name(enum client_anon_what what, enum lang lang)
{
    static const struct { const char *en, *nl;
    } names[CLIENT_ANON_END] = {[CLIENT_ANON_NOTHING] = {"", ""},
        [CLIENT_ANON_NUMBER] = {"a citizen number", "een burgerservicenummer"},
        [CLIENT_ANON_DATE] = {"a date", "een datum"},
        [CLIENT_ANON_POSTCODE] = {"a postal code", "een postcode"},
        [CLIENT_ANON_MAIL] = {"an e-mail address", "een e-mailadres"},
        [CLIENT_ANON_PHONE] = {"a telephone number", "een telefoonnummer"},
        [CLIENT_ANON_NAME] = {"the name of a child", "de naam van een kind"}};

    return (unsigned) what >= CLIENT_ANON_END ? "" : lang == LANG_NL ? names[what].nl : names[what].en;
}
