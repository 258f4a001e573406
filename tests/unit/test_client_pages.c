/* client/pages: lists in order, as many rows as an answer takes, and every row reachable. */
#include "tests/support/check.h"

#include "client/pages.h"

#include <stdio.h>

struct answer {
    struct client_call c;
    cJSON *args, *array;
};

static struct answer *answer(uint64_t skip)
{
    struct answer *a = calloc(1, sizeof *a);

    assert_non_null(a);
    a->c.reply = cJSON_CreateObject();
    a->args = cJSON_CreateObject();
    a->c.args = a->args;
    if (skip != 0)
        (void) cJSON_AddNumberToObject(a->args, "skip", (double) skip);
    a->array = json_add_array(a->c.reply, "rows");
    return a;
}

static void drop(struct answer *a)
{
    cJSON_Delete(a->c.reply);
    cJSON_Delete(a->args);
    free(a);
}

static void add(struct answer *a, const char *name, uint64_t at)
{
    cJSON *row = json_push_object(a->array);

    json_add_text(row, "name", name);
    if (at != 0)
        client_pages_at(row, at);
}

static void names(const struct answer *a, char *out, size_t out_len)
{
    const cJSON *row;
    size_t used = 0;

    out[0] = '\0';
    cJSON_ArrayForEach(row, a->array)
        used += (size_t) snprintf(
            out + used, out_len - used, "%s", cJSON_GetObjectItemCaseSensitive(row, "name")->valuestring);
}

/* A reply as the other side reads it. */
static cJSON *parsed(const struct answer *a)
{
    cJSON *back = NULL;
    char *text = NULL;

    assert_err(json_print(a->c.reply, &text), OK);
    assert_err(json_parse((const uint8_t *) text, strlen(text), &back, NULL), OK);
    free(text);
    return back;
}

static void newest_first(void **state)
{
    struct answer *a = answer(0);
    char text[16];

    (void) state;
    add(a, "b", 20);
    add(a, "z", 0);
    add(a, "c", 10);
    add(a, "a", 30);
    add(a, "d", 10);
    assert_err(client_pages_newest(&a->c, a->array), OK);
    names(a, text, sizeof text);
    assert_string_equal(text, "abcdz");
    assert_null(cJSON_GetObjectItemCaseSensitive(a->c.reply, "more"));
    drop(a);
}

static void by_text(void **state)
{
    struct answer *a = answer(0);
    char text[16];

    (void) state;
    add(a, "c", 0);
    add(a, "a", 0);
    add(a, "b", 0);
    assert_err(client_pages_by_text(&a->c, a->array, "name"), OK);
    names(a, text, sizeof text);
    assert_string_equal(text, "abc");
    drop(a);
}

/* Asks by their last day, then what is new, then reports by theirs. */
static void by_what_it_asks(void **state)
{
    static const struct {
        const char *name;
        enum client_pages_group group;
        uint64_t at;
        const char *due;
    } rows[] = {
        {"h", CLIENT_PAGES_REPORT, 90, "2026-01-09"},
        {"c", CLIENT_PAGES_ANSWER, 99, ""},
        {"j", CLIENT_PAGES_DONE, 99, "2026-01-01"},
        {"e", CLIENT_PAGES_READ, 20, "2026-01-01"},
        {"a", CLIENT_PAGES_ANSWER, 10, "2026-01-02"},
        {"g", CLIENT_PAGES_REPORT, 10, "2026-01-01"},
        {"b", CLIENT_PAGES_ANSWER, 20, "2026-01-03"},
        {"d", CLIENT_PAGES_READ, 30, ""},
        {"f", CLIENT_PAGES_READ, 10, ""},
        {"i", CLIENT_PAGES_REPORT, 95, ""},
    };
    struct answer *a = answer(0);
    char text[16];

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *row;

        add(a, rows[i].name, rows[i].at);
        row = cJSON_GetArrayItem(a->array, (int) i);
        client_pages_group(row, rows[i].group);
        json_add_text(row, "due", rows[i].due);
    }
    assert_err(client_pages_due(&a->c, a->array), OK);
    names(a, text, sizeof text);
    assert_string_equal(text, "abcdefghij");
    drop(a);
}

static void no_more_than_was_asked_for(void **state)
{
    struct answer *a = answer(1);
    uint64_t more = 0, skip = 0;
    char text[16];
    cJSON *back;

    (void) state;
    (void) cJSON_AddNumberToObject(a->args, "limit", 2);
    for (unsigned i = 0; i < 5; i++)
        add(a, (const char[]){(char) ('a' + i), '\0'}, 100 - i);
    assert_err(client_pages_newest(&a->c, a->array), OK);
    names(a, text, sizeof text);
    assert_string_equal(text, "bc");
    back = parsed(a);
    assert_err(json_u64(back, "more", &more), OK);
    assert_err(json_u64(back, "skip", &skip), OK);
    assert_int_equal(more, 2);
    assert_int_equal(skip, 3);
    cJSON_Delete(back);
    drop(a);
}

static void of_nothing(void **state)
{
    struct answer *a = answer(5);

    (void) state;
    assert_err(client_pages_newest(&a->c, a->array), OK);
    assert_int_equal(cJSON_GetArraySize(a->array), 0);
    drop(a);
}

/* Five thousand rows of five words each: page by page every one comes once, and each answer can be read. */
static void every_row_is_reached(void **state)
{
    enum { ROWS = 5000 };
    uint64_t skip = 0, seen = 0, more = 1;

    (void) state;
    while (more != 0) {
        struct answer *a = answer(skip);
        cJSON *back;

        for (unsigned i = 0; i < ROWS; i++)
            add(a, "x", 1 + i);
        assert_err(client_pages_newest(&a->c, a->array), OK);
        back = parsed(a);
        seen += (uint64_t) cJSON_GetArraySize(a->array);
        if (json_u64(back, "more", &more) != OK)
            more = 0;
        if (more != 0) {
            assert_err(json_u64(back, "skip", &skip), OK);
            assert_int_equal(skip, seen);
            assert_int_equal(seen + more, ROWS);
        }
        cJSON_Delete(back);
        drop(a);
    }
    assert_int_equal(seen, ROWS);
}

/* One row that is larger than a page comes alone rather than never. */
static void a_row_larger_than_a_page(void **state)
{
    struct answer *a = answer(0);
    uint64_t more = 0;
    cJSON *row = json_push_object(a->array), *list = json_add_array(row, "list"), *back;

    (void) state;
    for (int i = 0; i < 3800; i++)
        json_push_text(list, "x");
    add(a, "after", 0);
    assert_err(client_pages_newest(&a->c, a->array), OK);
    back = parsed(a);
    assert_int_equal(cJSON_GetArraySize(a->array), 1);
    assert_err(json_u64(back, "more", &more), OK);
    assert_int_equal(more, 1);
    cJSON_Delete(back);
    drop(a);
}

int main(void)
{
    struct check_list list = {.count = 0};

    check_add(&list, "newest first", newest_first, NULL);
    check_add(&list, "by text", by_text, NULL);
    check_add(&list, "by what it asks", by_what_it_asks, NULL);
    check_add(&list, "no more than was asked for", no_more_than_was_asked_for, NULL);
    check_add(&list, "of nothing", of_nothing, NULL);
    check_add(&list, "every row is reached", every_row_is_reached, NULL);
    check_add(&list, "a row larger than a page", a_row_larger_than_a_page, NULL);
    return check_run(&list, "client/pages");
}
