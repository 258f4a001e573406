#include "client/policy_facts.h"

#include "policy/consent.h"
#include "policy/events.h"
#include "policy/words.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 160 };

/* What is being read. The first mistake sticks, and what is read after it does not matter. */
struct reader {
    const struct policy_pack *pack;
    struct trouble *t;
    enum err err;
    char path[PATH_ROOM];  /* of the object that is being read; "" for the whole */
};

static void wrong(struct reader *r, const char *key, enum err e, const char *en, const char *nl)
{
    char where[PATH_ROOM + 80];

    if (r->err != OK)
        return;
    (void)snprintf(where, sizeof where, "%s%s%s", r->path, r->path[0] == '\0' || key[0] == '\0' ? "" : ".", key);
    r->err = trouble_at(r->t, e, where, 0, 0, "%s", "%s", r->t != NULL && r->t->lang == LANG_NL ? nl : en);
}

/* An object that has none but these keys. */
static void only(struct reader *r, const cJSON *obj, const char *const *keys)
{
    char name[64];

    if (!cJSON_IsObject(obj))
        wrong(r, "", ERR_SYNTAX, "an object is expected: { ... }", "hier hoort een object: { ... }");
    for (const cJSON *child = obj->child; r->err == OK && cJSON_IsObject(obj) && child != NULL; child = child->next) {
        size_t i = 0;

        while (keys[i] != NULL && strcmp(keys[i], child->string) != 0)
            i++;
        (void)snprintf(name, sizeof name, "%s", strlen(child->string) < sizeof name ? child->string : "");
        if (keys[i] == NULL)
            wrong(r, name, ERR_SYNTAX, "this key is not known here; which there are stands in POLICY.md, facts",
                "deze naam is hier niet bekend; welke er zijn, staat in POLICY.md, facts");
    }
}

/* ---- values of a key ---- */

/* NULL when it is not there. */
static const char *text(struct reader *r, const cJSON *obj, const char *key)
{
    const char *value = NULL;

    if (json_text(obj, key, &value) == ERR_SYNTAX)
        wrong(r, key, ERR_SYNTAX, "text in quotes is expected", "hier hoort tekst tussen aanhalingstekens");
    return value;
}

static bool flag(struct reader *r, const cJSON *obj, const char *key)
{
    bool value = false;

    if (json_bool(obj, key, &value) == ERR_SYNTAX)
        wrong(r, key, ERR_SYNTAX, "true or false is expected", "hier hoort true of false");
    return value;
}

static struct date day(struct reader *r, const cJSON *obj, const char *key, struct date absent)
{
    const char *value = text(r, obj, key);

    if (value != NULL && date_parse(value, &absent) != OK)
        wrong(r, key, ERR_RANGE, "a day is expected, as \"2026-01-31\"", "hier hoort een dag, zoals \"2026-01-31\"");
    return absent;
}

/* absent: what it is when it is not there; POLICY_UNKNOWN: it is needed. */
static uint8_t name(struct reader *r, const cJSON *obj, const char *key, enum policy_set set, uint8_t absent)
{
    const char *value = text(r, obj, key);
    uint8_t index = value == NULL ? absent : policy_pack_find(r->pack, set, value);

    if (value == NULL && absent == POLICY_UNKNOWN)
        wrong(r, key, ERR_SYNTAX, "is needed", "is nodig");
    else if (index == POLICY_UNKNOWN)
        wrong(r, key, ERR_NOTFOUND, "this name is not in the pack", "deze naam staat niet in het pakket");
    return index;
}

/* One word of a list as a mask; 0 when it is none. */
typedef uint64_t word_bit(const struct reader *r, const char *word);

static uint64_t who_bit(const struct reader *r, const char *word)
{
    (void)r;
    for (unsigned i = 0; 1U << i < POLICY_WHO_PEOPLE; i++)
        if (strcmp(word, policy_words_who(i)) == 0)
            return UINT64_C(1) << i;
    return 0;
}

static uint64_t custody_bit(const struct reader *r, const char *word)
{
    return who_bit(r, word) & (POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD);
}

static uint64_t section_bit(const struct reader *r, const char *word)
{
    uint8_t i = policy_pack_find(r->pack, POLICY_SET_SECTIONS, word);

    return i == POLICY_UNKNOWN ? 0 : UINT64_C(1) << i;
}

static uint64_t side_bit(const struct reader *r, const char *word)
{
    (void)r;
    return strcmp(word, "asker") == 0 ? 1U << POLICY_SET_BY_ASKER
        : strcmp(word, "holder") == 0 ? 1U << POLICY_SET_BY_HOLDER
                                      : 0;
}

/* A list of words, none twice. absent when it is not there. */
static uint64_t words(struct reader *r, const cJSON *obj, const char *key, word_bit *bit, uint64_t absent)
{
    const cJSON *array = NULL, *item;
    enum err e = json_array(obj, key, &array);
    uint64_t mask = 0, one;
    char place[64];
    size_t i = 0;

    if (e == ERR_SYNTAX)
        wrong(r, key, ERR_SYNTAX, "a list of words is expected: [\"...\"]", "hier hoort een lijst: [\"...\"]");
    if (e != OK)
        return absent;
    cJSON_ArrayForEach(item, array) {
        (void)snprintf(place, sizeof place, "%s[%zu]", key, i++);
        one = cJSON_IsString(item) ? bit(r, item->valuestring) : 0;
        if (!cJSON_IsString(item))
            wrong(r, place, ERR_SYNTAX, "text in quotes is expected", "hier hoort tekst tussen aanhalingstekens");
        else if (one == 0)
            wrong(r, place, ERR_NOTFOUND, "this word is not one that is possible here", "dit woord kan hier niet");
        else if ((mask & one) != 0)
            wrong(r, place, ERR_EXISTS, "stands there twice", "staat er twee keer");
        mask |= one;
    }
    return mask;
}

/* ---- the parts ---- */

static const struct date no_day = { 0, 0, 0 };

/* Age or birth date, or neither. *birth has year 0 without one. */
static void person(struct reader *r, const cJSON *obj, struct client_policy_asked *a, struct date *birth)
{
    uint64_t years = 0;
    enum err e = json_u64(obj, "age", &years);

    *birth = day(r, obj, "birth_date", no_day);
    a->facts.age_years = e == OK ? (int)(years <= POLICY_AGE_MAX ? years : 0) : -1;
    if (e == ERR_SYNTAX || years > POLICY_AGE_MAX)
        wrong(r, "age", ERR_RANGE, "whole years are expected, 0 to 120", "hier horen hele jaren, 0 tot en met 120");
    if (birth->year != 0 && e == OK)
        wrong(r, "age", ERR_SYNTAX, "give the age or the birth date, not both",
            "geef de leeftijd of de geboortedatum, niet beide");
    else if (birth->year != 0 && date_compare(*birth, a->on) > 0)
        wrong(r, "birth_date", ERR_RANGE, "lies after the day of the decision", "ligt na de dag van de beslissing");
    else if (birth->year != 0)
        a->facts.age_years = date_age_years(*birth, a->on);
    a->facts.custody = (uint8_t)words(r, obj, "custody", custody_bit, 0);
    a->facts.incapable = flag(r, obj, "incapable");
}

/* The first day on which it no longer counts. Without a known birth date no birthday can end it. */
static struct date end_of(const struct reader *r, const struct client_policy_asked *a, struct date birth,
    struct date given, struct date until)
{
    static const struct date long_ago = { 1900, 1, 1 }, far = { 2199, 12, 31 };
    uint64_t months = 0;

    if (policy_pack_parameter(r->pack, "consent_max_months", a->on, &months) != OK || months > 1200)
        months = 0;
    return policy_consent_end(birth.year != 0 ? birth : long_ago, given, until.year != 0 ? date_add_days(until, 1) : far,
        (unsigned)months);
}

static void consent(struct reader *r, const cJSON *obj, struct client_policy_asked *a, struct date birth, struct date objection)
{
    static const char *const keys[] = { "yes", "no", "given", "until", "sections", NULL };
    const cJSON *c = cJSON_GetObjectItemCaseSensitive(obj, "consent");
    struct date given, until;
    uint8_t yes;

    if (c == NULL)
        return;
    (void)snprintf(r->path, sizeof r->path, "consent");
    only(r, c, keys);
    yes = (uint8_t)words(r, c, "yes", who_bit, 0);
    a->refused = (uint8_t)words(r, c, "no", who_bit, 0);
    given = day(r, c, "given", no_day);
    until = day(r, c, "until", no_day);
    a->covered = words(r, c, "sections", section_bit, ~UINT64_C(0));
    if ((yes & a->refused) != 0)
        wrong(r, "no", ERR_EXISTS, "somebody stands under yes and under no", "iemand staat bij ja en bij nee");
    if (given.year != 0 && birth.year == 0 && a->facts.age_years >= 0)
        wrong(r, "given", ERR_SYNTAX, "needs birth_date instead of age: a consent ends at a birthday",
            "vraagt birth_date in plaats van age: toestemming eindigt op een verjaardag");
    r->path[0] = '\0';
    if (given.year == 0)
        given = a->on;
    a->consent_end = end_of(r, a, birth, given, until);
    if (date_compare(given, a->on) <= 0 && date_compare(a->on, a->consent_end) < 0)
        a->given = yes;
    a->consent_after = a->given != 0 && objection.year != 0 && date_compare(given, objection) > 0;
}

/* Who set it, seen from the request, and of what kind that is. */
static void setter(struct reader *r, const cJSON *obj, const struct policy_facts *f, struct policy_event *s)
{
    const char *by = text(r, obj, "by");
    uint32_t set_by = r->pack->event[s->code % POLICY_EVENTS_MAX].set_by;

    s->setter = POLICY_SET_BY_OTHER;
    if (by != NULL && side_bit(r, by) != 0)
        s->setter = side_bit(r, by) == 1U << POLICY_SET_BY_ASKER ? POLICY_SET_BY_ASKER : POLICY_SET_BY_HOLDER;
    else if (by != NULL && strcmp(by, "other") != 0)
        wrong(r, "by", ERR_RANGE, "asker, holder or other is expected", "hier hoort asker, holder of other");
    if (s->setter == POLICY_SET_BY_OTHER)
        s->setter_kind = name(r, obj, "kind", POLICY_SET_KINDS, (uint8_t)__builtin_ctz(set_by | UINT32_C(1) << 31));
    else
        s->setter_kind = s->setter == POLICY_SET_BY_ASKER ? f->asker_kind : f->holder_kind;
    if (s->setter != POLICY_SET_BY_OTHER && cJSON_GetObjectItemCaseSensitive(obj, "kind") != NULL)
        wrong(r, "kind", ERR_SYNTAX, "goes with other only: the kinds of asker and holder are known",
            "hoort alleen bij other: de soorten van asker en holder zijn bekend");
}

static struct policy_event event(struct reader *r, const cJSON *obj, const struct client_policy_asked *a)
{
    static const char *const keys[] = { "event", "by", "kind", "to", "reference", "ticked", "purpose", "other_pair",
        "occurred", "until", NULL };
    struct policy_event s = { .code = POLICY_UNKNOWN };
    uint64_t to;

    only(r, obj, keys);
    if (r->err != OK)
        return s;
    s.code = name(r, obj, "event", POLICY_SET_EVENTS, POLICY_UNKNOWN);
    if (r->err == OK && s.code == r->pack->system_event)
        wrong(r, "event", ERR_RANGE, "is computed and never said; say \"both_members\": true",
            "wordt berekend en nooit gezegd; zeg \"both_members\": true");
    setter(r, obj, &a->facts, &s);
    to = words(r, obj, "to", side_bit, 3);
    s.to_asker = (to & 1U << POLICY_SET_BY_ASKER) != 0;
    s.to_holder = (to & 1U << POLICY_SET_BY_HOLDER) != 0;
    s.has_reference = flag(r, obj, "reference");
    s.ticked = flag(r, obj, "ticked");
    s.of_pair = !flag(r, obj, "other_pair");
    s.purpose = name(r, obj, "purpose", POLICY_SET_PURPOSES, a->facts.purpose);
    s.occurred = day(r, obj, "occurred", a->on);
    s.until = day(r, obj, "until", no_day);
    return s;
}

static void events(struct reader *r, const cJSON *obj, struct client_policy_asked *a)
{
    struct policy_events_request request = { .purpose = a->facts.purpose, .today = a->on,
        .both_accepted = flag(r, obj, "both_members") };
    struct policy_event statement[POLICY_EVENTS_MAX];
    const cJSON *array = NULL, *item;
    size_t n = 0;

    if (json_array(obj, "events", &array) == ERR_SYNTAX)
        wrong(r, "events", ERR_SYNTAX, "a list of objects is expected: [{ ... }]", "hier hoort een lijst: [{ ... }]");
    cJSON_ArrayForEach(item, array) {
        (void)snprintf(r->path, sizeof r->path, "events[%zu]", n);
        if (n == POLICY_EVENTS_MAX) {
            wrong(r, "", ERR_LONG, "more than 64 events", "meer dan 64 gebeurtenissen");
            break;
        }
        statement[n++] = event(r, item, a);
    }
    r->path[0] = '\0';
    if (r->err == OK)
        policy_events_count(r->pack, &request, statement, n, &a->facts);
}

static void sections(struct reader *r, const cJSON *obj, struct client_policy_asked *a)
{
    uint64_t asked = words(r, obj, "sections", section_bit, 0);

    if (asked == 0)
        wrong(r, "sections", ERR_SYNTAX, "at least one section is needed", "er is minstens een rubriek nodig");
    for (uint8_t i = 0; i < POLICY_SECTIONS_MAX; i++)
        if ((asked >> i & 1) != 0)
            a->section[a->sections++] = i;
}

static void whole(struct reader *r, const cJSON *obj, struct date today, struct client_policy_asked *a)
{
    static const char *const keys[] = { "asker", "purpose", "holder", "sections", "on", "age", "birth_date", "custody",
        "incapable", "consent", "objection", "events", "member", "both_members", "weighed", "second", "identifiable", NULL };
    struct policy_facts *f = &a->facts;
    struct date objection, birth;

    only(r, obj, keys);
    if (r->err != OK)
        return;
    f->asker_kind = name(r, obj, "asker", POLICY_SET_KINDS, POLICY_UNKNOWN);
    f->purpose = name(r, obj, "purpose", POLICY_SET_PURPOSES, POLICY_UNKNOWN);
    f->holder_kind = name(r, obj, "holder", POLICY_SET_KINDS, POLICY_UNKNOWN);
    sections(r, obj, a);
    a->on = day(r, obj, "on", today);
    f->member = flag(r, obj, "member");
    f->weighed = flag(r, obj, "weighed");
    f->second = flag(r, obj, "second");
    f->identifiable = flag(r, obj, "identifiable");
    objection = day(r, obj, "objection", no_day);
    f->restricted = objection.year != 0 && date_compare(objection, a->on) <= 0;
    person(r, obj, a, &birth);
    consent(r, obj, a, birth, objection);
    events(r, obj, a);
}

enum err client_policy_facts_read(const struct policy_pack *pack, const uint8_t *data, size_t len, struct date today,
    struct client_policy_asked *out, struct trouble *t)
{
    struct client_policy_asked a = { .sections = 0 };
    struct reader r = { .pack = pack, .t = t };
    cJSON *obj = NULL;

    if (len > CLIENT_POLICY_FACTS_MAX)
        return trouble_set(t, ERR_LONG, "the facts are longer than 256 KiB", "de feiten zijn langer dan 256 KiB");
    r.err = json_parse(data, len, &obj, t);
    if (r.err == OK)
        whole(&r, obj, today, &a);
    cJSON_Delete(obj);
    if (r.err == OK)
        *out = a;
    return r.err;
}

void client_policy_facts_of(const struct client_policy_asked *asked, uint8_t section, struct policy_facts *out)
{
    *out = asked->facts;
    if (section >= POLICY_SECTIONS_MAX || (asked->covered >> section & 1) == 0)
        return;
    out->given = asked->given;
    out->refused = asked->refused;
    out->consent_after = asked->consent_after;
}
