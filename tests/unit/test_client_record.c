/*
 * client/record: what is written is read back by child and section and nowhere else, what could not be read back or would decide wrongly is
 * not written, and a child is called by its name only where the partner has it.
 */
#include "tests/support/client_fixture.h"

#include "client/record.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id one, two;

static enum err put(struct client_fixture *f, const char *section, const char *json, struct trouble *t)
{
    struct client_node *n = client_fixture_node(f, VO);
    struct vault_txn *x = client_fixture_begin(f, VO);
    cJSON *obj = NULL;
    enum err e;

    assert_err(json_parse((const uint8_t *) json, strlen(json), &obj, NULL), OK);
    e = client_record_put(n, x, &one, section, obj, t);
    cJSON_Delete(obj);
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    return e;
}

/* The section as JSON, or the word of the error. */
static const char *get(struct client_fixture *f, const struct proto_subject_id *who, const char *section)
{
    static char text[70000];
    struct vault_txn *x = client_fixture_begin(f, VO);
    cJSON *obj = NULL;
    char *printed = NULL;
    enum err e = client_record_get(client_fixture_node(f, VO), x, who, section, &obj);

    client_vault_abort(x);
    if (e != OK) {
        assert_null(obj);
        return err_word(e);
    }
    assert_err(json_print(obj, &printed), OK);
    (void) snprintf(text, sizeof text, "%s", printed);
    free(printed);
    cJSON_Delete(obj);
    return text;
}

static void written_is_read_back(void **state)
{
    struct client_fixture *f = *state;

    assert_err(put(f, "att", "{\"days\":\"3\",\"kind\":\"late\"}", NULL), OK);
    assert_string_equal(get(f, &one, "att"), "{\"days\":\"3\",\"kind\":\"late\"}");
    assert_string_equal(get(f, &one, "effort"), "notfound");
    assert_string_equal(get(f, &two, "att"), "notfound");
}

static void writing_again_replaces(void **state)
{
    struct client_fixture *f = *state;

    assert_err(put(f, "att", "{\"days\":\"3\",\"kind\":\"late\"}", NULL), OK);
    assert_err(put(f, "att", "{\"days\":\"4\"}", NULL), OK);
    assert_string_equal(get(f, &one, "att"), "{\"days\":\"4\"}");
}

static void the_same_value_of_another_type_is_another_child(void **state)
{
    struct client_fixture *f = *state;
    struct proto_subject_id handle = one;

    handle.type = PROTO_SUBJECT_HANDLE;
    assert_err(put(f, "att", "{\"days\":\"3\"}", NULL), OK);
    assert_string_equal(get(f, &handle, "att"), "notfound");
}

struct refused { const char *name, *section, *json; enum err expected; const char *said; };

static const struct refused refusals[] = {
    {"a section that is not in the pack", "gossip", "{\"a\":\"b\"}", ERR_RANGE, "not in the pack"},
    {"the number itself", "pgn", "{\"number\":\"x\"}", ERR_RANGE, "never kept"},
    {"no object", "att", "[\"a\"]", ERR_SYNTAX, "object"},
    {"a field that is no text", "att", "{\"days\":3}", ERR_SYNTAX, "days"},
    {"an object within", "att", "{\"days\":{\"a\":\"b\"}}", ERR_SYNTAX, "days"},
    {"no name of a field", "att", "{\"\":\"b\"}", ERR_SYNTAX, "name of a field"},
    {"a birth date that is none", "ident", "{\"birth_date\":\"2012-02-30\"}", ERR_SYNTAX, "date"},
    {"a birth date in another order", "ident", "{\"birth_date\":\"31-03-2012\"}", ERR_SYNTAX, "date"},
    {"custody of somebody unknown", "guard", "{\"custody\":\"g1 oma\"}", ERR_SYNTAX, "g1"},
    {"custody of the child itself", "guard", "{\"custody\":\"y\"}", ERR_SYNTAX, "g1"},
    {"able in other words", "guard", "{\"incapable\":\"ja\"}", ERR_SYNTAX, "yes"},
};

static void refused(void **state)
{
    const struct refused *row = *state;
    void *fixture = NULL;
    struct client_fixture *f;
    struct trouble t = {.lang = LANG_EN};

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    assert_err(put(f, row->section, row->json, &t), row->expected);
    assert_non_null(strstr(t.text, row->said));
    assert_string_equal(get(f, &one, row->section), "notfound");
    assert_int_equal(client_fixture_close(&fixture), 0);
}

static void what_is_left_empty_is_fine(void **state)
{
    struct client_fixture *f = *state;

    assert_err(put(f, "guard", "{\"custody\":\"\",\"incapable\":\"\"}", NULL), OK);
    assert_err(put(f, "guard", "{\"custody\":\"g1, g2\",\"incapable\":\"no\"}", NULL), OK);
    assert_err(put(f, "guard", "{\"custody\":\"voogd\",\"incapable\":\"yes\"}", NULL), OK);
    assert_err(put(f, "ident", "{\"birth_date\":\"\"}", NULL), OK);
}

/* A name with a quote could be written as JSON, but never read again: keys have no escapes. */
static void a_field_that_could_not_be_read_is_not_written(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    static const char *const names[] = {"a\"b", "a\\b", "a\nb", "a\x7f", "\xc3\xa9\xe2\x82"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct vault_txn *x = client_fixture_begin(f, VO);
        cJSON *obj = cJSON_CreateObject();

        json_add_text(obj, names[i], "x");
        assert_err(client_record_put(n, x, &one, "att", obj, NULL), ERR_SYNTAX);
        client_vault_abort(x);
        cJSON_Delete(obj);
    }
    assert_err(put(f, "att", "{\"g\xc3\xa9n\xc3\xa9\":\"x\"}", NULL), OK);
    assert_string_equal(get(f, &one, "att"), "{\"g\xc3\xa9n\xc3\xa9\":\"x\"}");
}

static cJSON *fields(size_t count, size_t bytes)
{
    cJSON *obj = cJSON_CreateObject();
    char name[32], *value = malloc(bytes + 1);

    assert_non_null(value);
    memset(value, 'a', bytes);
    value[bytes] = '\0';
    for (size_t i = 0; i < count; i++) {
        (void) snprintf(name, sizeof name, "f%zu", i);
        json_add_text(obj, name, value);
    }
    free(value);
    return obj;
}

static enum err put_many(struct client_fixture *f, size_t count, size_t bytes)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    cJSON *obj = fields(count, bytes);
    enum err e = client_record_put(client_fixture_node(f, VO), x, &one, "att", obj, NULL);

    cJSON_Delete(obj);
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    return e;
}

/* What is at a limit is read back; one more is refused. */
static void limits(void **state)
{
    struct client_fixture *f = *state;

    assert_err(put_many(f, 64, 10), OK);
    assert_non_null(strstr(get(f, &one, "att"), "\"f63\""));
    assert_err(put_many(f, 65, 10), ERR_LONG);
    assert_err(put_many(f, 1, CLIENT_FIELD_MAX), OK);
    assert_err(put_many(f, 1, CLIENT_FIELD_MAX + 1), ERR_LONG);
    assert_err(put_many(f, 15, CLIENT_FIELD_MAX), OK);
    assert_non_null(strstr(get(f, &one, "att"), "\"f14\""));
    assert_err(put_many(f, 16, CLIENT_FIELD_MAX), ERR_LONG);
}

static void one_field(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct vault_txn *x;
    char out[5] = "kept";

    assert_err(put(f, "att", "{\"days\":\"3\",\"long\":\"12345\"}", NULL), OK);
    x = client_fixture_begin(f, VO);
    assert_err(client_record_field(n, x, &one, "att", "absent", out, sizeof out), ERR_NOTFOUND);
    assert_err(client_record_field(n, x, &one, "effort", "days", out, sizeof out), ERR_NOTFOUND);
    assert_err(client_record_field(n, x, &one, "att", "long", out, sizeof out), ERR_LONG);
    assert_string_equal(out, "kept");
    assert_err(client_record_field(n, x, &one, "att", "days", out, sizeof out), OK);
    assert_string_equal(out, "3");
    client_vault_abort(x);
}

static void sections_of_one_child_in_order(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_sections all = {.count = 9};
    struct vault_txn *x;

    client_fixture_record(f, VO, &one, "need", "{\"a\":\"b\"}");
    client_fixture_record(f, VO, &one, "att", "{\"a\":\"b\"}");
    client_fixture_record(f, VO, &one, "ident", "{\"name\":\"Lisa\"}");
    client_fixture_record(f, VO, &two, "effort", "{\"a\":\"b\"}");
    x = client_fixture_begin(f, VO);
    assert_err(client_record_sections(n, x, &one, &all), OK);
    assert_int_equal(all.count, 3);
    assert_string_equal(all.name[0], "att");
    assert_string_equal(all.name[1], "ident");
    assert_string_equal(all.name[2], "need");
    client_vault_abort(x);
}

static void labels(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    char label[128], expected[32];
    struct vault_txn *x;

    client_fixture_record(f, VO, &one, "ident", "{\"name\":\"Lisa Voorbeeld\",\"birth_date\":\"2012-01-01\"}");
    x = client_fixture_begin(f, VO);
    client_record_label(n, x, &one, label, sizeof label);
    assert_string_equal(label, "Lisa Voorbeeld (2012-01-01)");
    client_record_label(n, x, &two, label, sizeof label);
    (void) snprintf(expected, sizeof expected, "child %02x%02x%02x%02x", two.value[0], two.value[1], two.value[2], two.value[3]);
    assert_string_equal(label, expected);
    client_vault_abort(x);
    client_fixture_record(f, VO, &two, "ident", "{\"name\":\"Sam\"}");
    x = client_fixture_begin(f, VO);
    client_record_label(n, x, &two, label, sizeof label);
    assert_string_equal(label, "Sam");
    client_vault_abort(x);
}

static bool count_child(void *arg, const struct proto_subject_id *who)
{
    size_t *seen = arg;

    seen[0] += memcmp(who, &one, sizeof one) == 0;
    seen[1] += memcmp(who, &two, sizeof two) == 0;
    return true;
}

static void every_child_once(void **state)
{
    struct client_fixture *f = *state;
    size_t seen[2] = {0, 0};
    struct vault_txn *x;

    client_fixture_record(f, VO, &one, "att", "{\"a\":\"b\"}");
    client_fixture_record(f, VO, &one, "need", "{\"a\":\"b\"}");
    client_fixture_record(f, VO, &two, "att", "{\"a\":\"b\"}");
    x = client_fixture_begin(f, VO);
    assert_err(client_record_children(client_fixture_node(f, VO), x, count_child, seen), OK);
    client_vault_abort(x);
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], 1);
}

static void put_from_a_command(void **state)
{
    struct client_fixture *f = *state;
    char number[10];

    client_fixture_know(f, VO, 1);
    client_fixture_number(1, number);
    assert_err(client_fixture_call(f, VO, "record.put", "{'number':'%s','section':'att','field':['days=3','why=a=b']}", number), OK);
    assert_err(client_fixture_call(f, VO, "record.get", "{'number':'%s'}", number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "{\"att\":{\"days\":\"3\",\"why\":\"a=b\"}}"));
    assert_err(client_fixture_call(f, VO, "record.put", "{'number':'%s','section':'att','field':['days=3','days=4']}", number), ERR_SYNTAX);
    assert_err(client_fixture_call(f, VO, "record.put", "{'number':'%s','section':'att','field':['=3']}", number), ERR_SYNTAX);
    assert_err(client_fixture_call(f, VO, "record.put", "{'number':'%s','section':'att'}", number), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "record.get", "{'number':'%s','section':'need'}", number), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, VO, "record.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"sections\":[\"att\"]"));
}

/* Only casework; and no citizen number where this partner may not hold it, not even to look. */
static void who_may(void **state)
{
    struct client_fixture *f = *state;
    char number[10];

    client_fixture_number(1, number);
    assert_err(client_fixture_call_as(f, VO, SECOND, "record.get", "{'number':'%s'}", number), ERR_DENIED);
    client_fixture_know(f, WIJKTEAM, 1);
    assert_err(client_fixture_call(f, WIJKTEAM, "record.get", "{'number':'%s'}", number), ERR_DENIED);
    assert_err(client_fixture_call(f, WIJKTEAM, "record.import", "{'name':'a.csv','content':'number,att.days'}"), ERR_DENIED);
}

int main(void)
{
    struct check_list rows = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(written_is_read_back), client_fixture_test(writing_again_replaces),
        client_fixture_test(the_same_value_of_another_type_is_another_child), client_fixture_test(what_is_left_empty_is_fine),
        client_fixture_test(a_field_that_could_not_be_read_is_not_written), client_fixture_test(limits), client_fixture_test(one_field),
        client_fixture_test(sections_of_one_child_in_order), client_fixture_test(labels), client_fixture_test(every_child_once),
        client_fixture_test(put_from_a_command), client_fixture_test(who_may),
    };

    one = client_fixture_child(1);
    two = client_fixture_child(2);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        check_add(&rows, refusals[i].name, refused, &refusals[i]);
    return cmocka_run_group_tests_name("client/record", tests, NULL, NULL) + check_run(&rows, "client/record: refused");
}
