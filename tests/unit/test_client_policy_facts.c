/* client/policy_facts: facts as people write them down, and every mistake in them with its place. */
#include "tests/support/check.h"

#include "client/policy_facts.h"
#include "policy/consent.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define HEAD "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\"]"
#define TALK "{\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"po\",\"sections\":[\"need\",\"plan\"],\"on\":\"2026-06-15\","

static struct policy_pack *pack;
static const struct date today = { 2026, 3, 1 };

static enum err read_text(const char *json, struct client_policy_asked *out, struct trouble *t)
{
    uint8_t *data = check_exact(json, strlen(json));
    enum err e = client_policy_facts_read(pack, data, strlen(json), today, out, t);

    free(data);
    return e;
}

/* ---- mistakes ---- */

static const struct mistake {
    const char *name, *json;
    enum err err;
    const char *where, *text;
} mistakes[] = {
    { "not JSON", "{", ERR_SYNTAX, "", "the JSON ends too early" },
    { "not an object", "[]", ERR_SYNTAX, "", "an object is expected: { ... }" },
    { "an unknown key", HEAD ",\"cosent\":{}}", ERR_SYNTAX, "cosent",
        "this key is not known here; which there are stands in POLICY.md, facts" },
    { "an unknown key of an event", HEAD ",\"events\":[{\"event\":\"VZM\"},{\"event\":\"VZM\",\"set_by\":\"x\"}]}",
        ERR_SYNTAX, "events[1].set_by", "this key is not known here; which there are stands in POLICY.md, facts" },
    { "an unknown key of the consent", HEAD ",\"consent\":{\"y\":true}}", ERR_SYNTAX, "consent.y",
        "this key is not known here; which there are stands in POLICY.md, facts" },
    { "a key twice", HEAD ",\"age\":12,\"age\":16}", ERR_SYNTAX, "", "the same key twice: age" },
    { "a key of an event twice", HEAD ",\"events\":[{\"event\":\"VZM\"},{\"by\":\"other\",\"by\":\"asker\"}]}", ERR_SYNTAX,
        "", "the same key twice: events[1].by" },
    { "no asker", "{\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\"]}", ERR_SYNTAX, "asker",
        "is needed" },
    { "no purpose", "{\"asker\":\"leerplicht\",\"holder\":\"vo\",\"sections\":[\"att\"]}", ERR_SYNTAX, "purpose",
        "is needed" },
    { "no holder", "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"sections\":[\"att\"]}", ERR_SYNTAX, "holder",
        "is needed" },
    { "no sections", "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\"}", ERR_SYNTAX, "sections",
        "at least one section is needed" },
    { "no section in the list", "{\"asker\":\"vo\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[]}",
        ERR_SYNTAX, "sections", "at least one section is needed" },
    { "a kind that is not there", "{\"asker\":\"bakker\"}", ERR_NOTFOUND, "asker", "this name is not in the pack" },
    { "a kind that is a number", "{\"asker\":7}", ERR_SYNTAX, "asker", "text in quotes is expected" },
    { "a kind that is null", "{\"asker\":null}", ERR_SYNTAX, "asker", "text in quotes is expected" },
    { "a section twice", "{\"asker\":\"vo\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\",\"att\"]}",
        ERR_EXISTS, "sections[1]", "stands there twice" },
    { "a section that is not there", "{\"asker\":\"vo\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"a\"]}",
        ERR_NOTFOUND, "sections[0]", "this word is not one that is possible here" },
    { "sections as a text", "{\"asker\":\"vo\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":\"att\"}",
        ERR_SYNTAX, "sections", "a list of words is expected: [\"...\"]" },
    { "a section that is a number", "{\"asker\":\"vo\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[1]}",
        ERR_SYNTAX, "sections[0]", "text in quotes is expected" },
    { "a flag as a text", HEAD ",\"member\":\"yes\"}", ERR_SYNTAX, "member", "true or false is expected" },
    { "a flag as a number", HEAD ",\"second\":1}", ERR_SYNTAX, "second", "true or false is expected" },
    { "an age as a text", HEAD ",\"age\":\"12\"}", ERR_RANGE, "age", "whole years are expected, 0 to 120" },
    { "an age of 121", HEAD ",\"age\":121}", ERR_RANGE, "age", "whole years are expected, 0 to 120" },
    { "an age below 0", HEAD ",\"age\":-1}", ERR_RANGE, "age", "whole years are expected, 0 to 120" },
    { "age and birth date", HEAD ",\"age\":12,\"birth_date\":\"2012-01-01\"}", ERR_SYNTAX, "age",
        "give the age or the birth date, not both" },
    { "born later", HEAD ",\"birth_date\":\"2026-03-02\"}", ERR_RANGE, "birth_date",
        "lies after the day of the decision" },
    { "no such day", HEAD ",\"on\":\"2026-02-30\"}", ERR_RANGE, "on", "a day is expected, as \"2026-01-31\"" },
    { "custody of somebody without", HEAD ",\"custody\":[\"y\"]}", ERR_NOTFOUND, "custody[0]",
        "this word is not one that is possible here" },
    { "consent as a list", HEAD ",\"consent\":[]}", ERR_SYNTAX, "consent", "an object is expected: { ... }" },
    { "consent of nobody", HEAD ",\"consent\":{\"yes\":[\"custody\"]}}", ERR_NOTFOUND, "consent.yes[0]",
        "this word is not one that is possible here" },
    { "yes and no", HEAD ",\"consent\":{\"yes\":[\"y\"],\"no\":[\"y\"]}}", ERR_EXISTS, "consent.no",
        "somebody stands under yes and under no" },
    { "a day of consent with an age", HEAD ",\"age\":12,\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-01-01\"}}", ERR_SYNTAX,
        "consent.given", "needs birth_date instead of age: a consent ends at a birthday" },
    { "events as an object", HEAD ",\"events\":{}}", ERR_SYNTAX, "events", "a list of objects is expected: [{ ... }]" },
    { "an event as a text", HEAD ",\"events\":[\"VZM\"]}", ERR_SYNTAX, "events[0]", "an object is expected: { ... }" },
    { "an event without a name", HEAD ",\"events\":[{}]}", ERR_SYNTAX, "events[0].event", "is needed" },
    { "the system's event", HEAD ",\"events\":[{\"event\":\"CASE\"}]}", ERR_RANGE, "events[0].event",
        "is computed and never said; say \"both_members\": true" },
    { "set by whom", HEAD ",\"events\":[{\"event\":\"VZM\",\"by\":\"me\"}]}", ERR_RANGE, "events[0].by",
        "asker, holder or other is expected" },
    { "the kind of the asker", HEAD ",\"events\":[{\"event\":\"VZM\",\"by\":\"asker\",\"kind\":\"vo\"}]}", ERR_SYNTAX,
        "events[0].kind", "goes with other only: the kinds of asker and holder are known" },
    { "to whom", HEAD ",\"events\":[{\"event\":\"VZM\",\"to\":[\"other\"]}]}", ERR_NOTFOUND, "events[0].to[0]",
        "this word is not one that is possible here" },
};

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    struct client_policy_asked out = { .sections = 77 };
    struct trouble t = { .lang = LANG_EN }, nl = { .lang = LANG_NL };

    assert_err(read_text(m->json, &out, &t), m->err);
    assert_string_equal(t.where, m->where);
    assert_string_equal(t.text, m->text);
    assert_int_equal(out.sections, 77);
    assert_err(read_text(m->json, &out, &nl), m->err);
    assert_string_not_equal(nl.text, m->text);
    assert_err(read_text(m->json, &out, NULL), m->err);
}

static void test_prefixes(void **state)
{
    static const char json[] = TALK "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"no\":[]},\"events\":[{\"event\":\"VZM\"}]}";
    struct client_policy_asked out = { .sections = 77 };

    (void)state;
    for (size_t len = 0; len < sizeof json - 1; len++) {
        uint8_t *data = check_exact(json, len);

        assert_err(client_policy_facts_read(pack, data, len, today, &out, NULL), ERR_SYNTAX);
        free(data);
    }
    assert_int_equal(out.sections, 77);
    assert_err(read_text(json, &out, NULL), OK);
    assert_int_equal(out.sections, 2);
}

static void test_too_many(void **state)
{
    static char json[CLIENT_POLICY_FACTS_MAX + 2];
    struct client_policy_asked out = { .sections = 77 };
    struct trouble t = { .lang = LANG_EN };
    size_t used;

    (void)state;
    memset(json, ' ', CLIENT_POLICY_FACTS_MAX + 1);
    assert_err(read_text(json, &out, &t), ERR_LONG);
    used = (size_t)snprintf(json, sizeof json, "%s,\"events\":[", HEAD);
    for (size_t i = 0; i < POLICY_EVENTS_MAX + 1; i++)
        used += (size_t)snprintf(json + used, sizeof json - used, "%s{\"event\":\"VZM\"}", i == 0 ? "" : ",");
    (void)snprintf(json + used, sizeof json - used, "]}");
    t = (struct trouble){ .lang = LANG_EN };
    assert_err(read_text(json, &out, &t), ERR_LONG);
    assert_string_equal(t.where, "events[64]");
    assert_int_equal(out.sections, 77);
}

/* ---- what is read ---- */

static void test_whole(void **state)
{
    static const char json[] = "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\",\"ident\"],"
        "\"age\":14,\"custody\":[\"g1\",\"g2\"],\"incapable\":true,\"member\":true,\"both_members\":true,\"weighed\":true,"
        "\"second\":true,\"identifiable\":true,\"objection\":\"2026-03-01\",\"consent\":{\"yes\":[\"rep\"],\"no\":[\"g1\"],\"sections\":[\"att\"]}}";
    uint8_t att = policy_pack_find(pack, POLICY_SET_SECTIONS, "att"), ident = policy_pack_find(pack, POLICY_SET_SECTIONS, "ident");
    struct client_policy_asked a;
    struct policy_facts f;

    (void)state;
    assert_err(read_text(json, &a, NULL), OK);
    assert_int_equal(a.sections, 2);
    assert_int_equal(a.section[0], ident);
    assert_int_equal(a.section[1], att);
    client_policy_facts_of(&a, att, &f);
    assert_true(f.member && f.incapable && f.weighed && f.second && f.identifiable && f.restricted);
    assert_false(f.consent_after || f.hub_view || f.before_grant);
    assert_int_equal(f.age_years, 14);
    assert_int_equal(f.custody, POLICY_WHO_G1 | POLICY_WHO_G2);
    assert_int_equal(f.given, POLICY_WHO_REP);
    assert_int_equal(f.refused, POLICY_WHO_G1);
    assert_int_equal(f.events, UINT64_C(1) << pack->system_event);
    client_policy_facts_of(&a, ident, &f);
    assert_int_equal(f.given | f.refused, 0);
    client_policy_facts_of(&a, POLICY_UNKNOWN, &f);
    assert_int_equal(f.given | f.refused, 0);
}

static void test_nothing_said(void **state)
{
    struct client_policy_asked a;

    (void)state;
    assert_err(read_text(HEAD "}", &a, NULL), OK);
    assert_int_equal(date_compare(a.on, today), 0);
    assert_int_equal(a.facts.age_years, -1);
    assert_false(a.facts.member || a.facts.weighed || a.facts.second || a.facts.restricted);
    assert_int_equal(a.facts.events | a.facts.unticked | a.given | a.refused, 0);
}

/* ---- borders of days: one row, whether the consent counts on 15 June 2026 ---- */

static const struct border {
    const char *name, *rest;
    bool counts, after;
} borders[] = {
    { "given that day", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-15\"}}", true, false },
    { "given the day after", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-16\"}}", false, false },
    { "twelve months before", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2025-06-15\"}}", false, false },
    { "twelve months less a day", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2025-06-16\"}}", true, false },
    { "until the day before", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-01\",\"until\":\"2026-06-14\"}}", false, false },
    { "until that day", "\"birth_date\":\"2012-05-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-01\",\"until\":\"2026-06-15\"}}", true, false },
    { "the 12th birthday", "\"birth_date\":\"2014-06-15\",\"consent\":{\"yes\":[\"g1\"],\"given\":\"2026-06-14\"}}", false, false },
    { "the day before the 12th birthday", "\"birth_date\":\"2014-06-16\",\"consent\":{\"yes\":[\"g1\"],\"given\":\"2026-06-14\"}}", true, false },
    { "the 16th birthday", "\"birth_date\":\"2010-06-15\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-14\"}}", false, false },
    { "the day before the 16th birthday", "\"birth_date\":\"2010-06-16\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-14\"}}", true, false },
    { "the 18th birthday", "\"birth_date\":\"2008-06-15\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-14\"}}", false, false },
    { "the day before the 18th birthday", "\"birth_date\":\"2008-06-16\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-14\"}}", true, false },
    { "given at the birthday", "\"birth_date\":\"2010-06-15\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-15\"}}", true, false },
    { "no birth date, no day", "\"age\":14,\"consent\":{\"yes\":[\"y\"]}}", true, false },
    { "nobody said yes", "\"age\":14,\"consent\":{\"no\":[\"y\"]}}", false, false },
    { "after the objection", "\"birth_date\":\"2012-05-01\",\"objection\":\"2026-06-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-02\"}}", true, true },
    { "on the day of the objection",
        "\"birth_date\":\"2012-05-01\",\"objection\":\"2026-06-02\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-02\"}}", true, false },
    { "after it, but it counts no more",
        "\"birth_date\":\"2012-05-01\",\"objection\":\"2026-06-01\",\"consent\":{\"yes\":[\"y\"],\"given\":\"2026-06-02\",\"until\":\"2026-06-10\"}}",
        false, false },
};

static void test_border(void **state)
{
    const struct border *b = *state;
    struct client_policy_asked a;
    char json[512];

    assert_true(snprintf(json, sizeof json, "%s%s", TALK, b->rest) < (int)sizeof json);
    assert_err(read_text(json, &a, NULL), OK);
    assert_int_equal(a.given != 0, b->counts);
    assert_int_equal(a.consent_after, b->after);
}

/* ---- an event, and whether it counts on 15 June 2026; with unticked when only the tick is missing ---- */

static const struct happened {
    const char *name, *json;
    bool counts, waits;
} happened[] = {
    { "by somebody who may", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\"}", true, false },
    { "by another who may", "{\"event\":\"ENROL_NEW\"}", true, false },
    { "by another who may not", "{\"event\":\"ENROL_NEW\",\"kind\":\"cjg\"}", false, false },
    { "by the asker without a document", "{\"event\":\"ENROL_NEW\",\"by\":\"asker\"}", false, false },
    { "by the asker, not ticked", "{\"event\":\"ENROL_NEW\",\"by\":\"asker\",\"reference\":true}", false, true },
    { "by the asker, ticked", "{\"event\":\"ENROL_NEW\",\"by\":\"asker\",\"reference\":true,\"ticked\":true}", true, false },
    { "by the asker where that never counts", "{\"event\":\"COPY_GIVEN\",\"by\":\"asker\",\"reference\":true,\"ticked\":true}", false, false },
    { "not addressed to the asker", "{\"event\":\"ENROL_NEW\",\"to\":[\"holder\"]}", false, false },
    { "not addressed to the holder", "{\"event\":\"ENROL_NEW\",\"to\":[\"asker\"]}", false, false },
    { "by the holder, addressed to the asker", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"to\":[\"asker\"]}", true, false },
    { "between two others", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"other_pair\":true}", false, false },
    { "of this purpose", "{\"event\":\"TWO_SCHOOLS\",\"by\":\"holder\",\"purpose\":\"transfer_warm\"}", true, false },
    { "of another purpose", "{\"event\":\"TWO_SCHOOLS\",\"by\":\"holder\",\"purpose\":\"placement\"}", false, false },
    { "tomorrow", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"occurred\":\"2026-06-16\"}", false, false },
    { "180 days ago", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"occurred\":\"2025-12-17\"}", true, false },
    { "181 days ago", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"occurred\":\"2025-12-16\"}", false, false },
    { "ended today", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"occurred\":\"2026-06-01\",\"until\":\"2026-06-15\"}", true, false },
    { "ended yesterday", "{\"event\":\"ENROL_NEW\",\"by\":\"holder\",\"occurred\":\"2026-06-01\",\"until\":\"2026-06-14\"}", false, false },
};

static void test_happened(void **state)
{
    const struct happened *h = *state;
    struct client_policy_asked a;
    char json[512];

    assert_true(snprintf(json, sizeof json, "%s\"events\":[%s]}", TALK, h->json) < (int)sizeof json);
    assert_err(read_text(json, &a, NULL), OK);
    assert_int_equal(a.facts.events != 0, h->counts);
    assert_int_equal(a.facts.unticked != 0, h->waits);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    check_add(&list, "every strict prefix is refused", test_prefixes, NULL);
    check_add(&list, "too long, and too many events", test_too_many, NULL);
    check_add(&list, "all that can be said", test_whole, NULL);
    check_add(&list, "nothing said: the careful answer", test_nothing_said, NULL);
    for (size_t i = 0; i < sizeof borders / sizeof *borders; i++)
        check_add(&list, borders[i].name, test_border, &borders[i]);
    for (size_t i = 0; i < sizeof happened / sizeof *happened; i++)
        check_add(&list, happened[i].name, test_happened, &happened[i]);
    failed = check_run(&list, "client/policy_facts");
    policy_pack_free(pack);
    return failed;
}
