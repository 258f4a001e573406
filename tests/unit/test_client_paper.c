/* client/paper: lines that fit, colour only where it is wanted, and texts of others that stay texts. */
#include "tests/support/check.h"

#include "base/clock.h"
#include "client/paper.h"

#include <stdio.h>

struct sheet {
    struct client_paper p;
    char *text;
    size_t len;
};

static struct sheet *sheet(int width, bool colour, enum lang lang)
{
    struct sheet *s = calloc(1, sizeof *s);

    assert_non_null(s);
    s->p = (struct client_paper){
        .out = open_memstream(&s->text, &s->len), .width = width, .colour = colour, .lang = lang};
    assert_non_null(s->p.out);
    return s;
}

static void is(struct sheet *s, const char *expected)
{
    assert_int_equal(fclose(s->p.out), 0);
    assert_string_equal(s->text, expected);
    free(s->text);
    free(s);
}

static void a_paragraph_is_wrapped(void **state)
{
    struct sheet *s = sheet(20, false, LANG_EN);

    (void) state;
    client_paper_line(&s->p, CLIENT_PLAIN, 2, "%s", "%s", "one two three four five sevenletters");
    is(s, "  one two three four\n  five sevenletters\n");
}

static void a_word_that_is_too_long_has_its_own_line(void **state)
{
    struct sheet *s = sheet(10, false, LANG_EN);

    (void) state;
    client_paper_line(&s->p, CLIENT_PLAIN, 2, "%s", "%s", "a bbbbbbbbbbbbbbbb c");
    is(s, "  a\n  bbbbbbbbbbbbbbbb\n  c\n");
}

static void columns_are_letters_and_not_bytes(void **state)
{
    struct sheet *s = sheet(10, false, LANG_EN);

    (void) state;
    assert_int_equal(client_paper_width("caf\xc3\xa9"), 4);
    client_paper_line(&s->p, CLIENT_PLAIN, 0, "%s", "%s",
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 x");
    is(s, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\nx\n");
}

static void a_line_feed_begins_a_line(void **state)
{
    struct sheet *s = sheet(40, false, LANG_EN);

    (void) state;
    client_paper_pair(&s->p, "Note", "one\ntwo");
    is(s, "  Note       one\n             two\n");
}

/* ESC, C1 CSI in UTF-8, a mark that turns the direction, DEL: blanks, each as wide as one. */
static void nothing_moves_the_cursor(void **state)
{
    struct sheet *s = sheet(60, true, LANG_EN);

    (void) state;
    (void) client_paper_put(&s->p, CLIENT_PLAIN,
        "a\033[2Jb\xc2\x9b"
        "c\xe2\x80\xae"
        "d\xe2\x81\xa6"
        "e\x7f"
        "f\rg\tend");
    is(s, "a [2Jb c d e f g end");
    assert_int_equal(client_paper_width("a\xe2\x80\xae"
                                        "b"),
        3);
}

static void colour_only_when_wanted(void **state)
{
    struct sheet *with = sheet(60, true, LANG_EN), *without = sheet(60, false, LANG_EN);

    (void) state;
    (void) client_paper_put(&with->p, CLIENT_RED, "no");
    (void) client_paper_put(&without->p, CLIENT_RED, "no");
    is(with, "\033[31mno\033[0m");
    is(without, "no");
}

static void the_right_end_stands_at_the_right(void **state)
{
    struct sheet *s = sheet(20, false, LANG_EN);

    (void) state;
    client_paper_head(&s->p, "left", "right");
    client_paper_head(&s->p, "left but far too long", "right");
    client_paper_head(&s->p, "alone", "");
    is(s, "left           right\nleft but far too long\n               right\nalone\n");
}

static void both_languages(void **state)
{
    struct sheet *en = sheet(60, false, LANG_EN), *nl = sheet(60, false, LANG_NL);

    (void) state;
    client_paper_line(&en->p, CLIENT_PLAIN, 0, "%d words", "%d woorden", 3);
    client_paper_line(&nl->p, CLIENT_PLAIN, 0, "%d words", "%d woorden", 3);
    is(en, "3 words\n");
    is(nl, "3 woorden\n");
}

static void an_empty_pair_is_no_line(void **state)
{
    struct sheet *s = sheet(60, false, LANG_EN);

    (void) state;
    client_paper_pair(&s->p, "Note", "");
    is(s, "");
}

static void words_of_the_pack(void **state)
{
    struct client_paper p = {.lang = LANG_EN};
    cJSON *words = cJSON_CreateObject();

    (void) state;
    json_add_text(json_add_object(words, "section"), "att", "absence");
    assert_string_equal(client_paper_word(&p, "section", "att"), "att");
    p.words = words;
    assert_string_equal(client_paper_word(&p, "section", "att"), "absence");
    assert_string_equal(client_paper_word(&p, "section", "need"), "need");
    assert_string_equal(client_paper_word(&p, "event", "att"), "att");
    cJSON_Delete(words);
}

static void lists_end_in_their_room(void **state)
{
    cJSON *row = cJSON_CreateObject(), *array = json_add_array(row, "to");
    char text[8];

    (void) state;
    client_paper_list(array, text, sizeof text);
    assert_string_equal(text, "");
    json_push_text(array, "vo");
    json_push_text(array, "leerplicht");
    client_paper_list(array, text, sizeof text);
    assert_string_equal(text, "vo, lee");
    client_paper_list(NULL, text, sizeof text);
    assert_string_equal(text, "");
    cJSON_Delete(row);
}

static void moments(void **state)
{
    struct client_paper p = {.lang = LANG_NL};
    cJSON *row = cJSON_CreateObject();
    char when[32];

    (void) state;
    client_paper_when(&p, row, when);
    assert_string_equal(when, "");
    json_add_u64(row, "at", 1000000000);
    client_paper_when(&p, row, when);
    assert_string_equal(when, "2001-09-09");
    cJSON_Delete(row);
    row = cJSON_CreateObject();
    json_add_u64(row, "at", clock_now_s());
    client_paper_when(&p, row, when);
    assert_memory_equal(when, "vandaag ", 8);
    cJSON_Delete(row);
}

int main(void)
{
    struct check_list list = {.count = 0};

    check_add(&list, "a paragraph is wrapped", a_paragraph_is_wrapped, NULL);
    check_add(
        &list, "a word that is too long has its own line", a_word_that_is_too_long_has_its_own_line, NULL);
    check_add(&list, "columns are letters and not bytes", columns_are_letters_and_not_bytes, NULL);
    check_add(&list, "a line feed begins a line", a_line_feed_begins_a_line, NULL);
    check_add(&list, "nothing moves the cursor", nothing_moves_the_cursor, NULL);
    check_add(&list, "colour only when wanted", colour_only_when_wanted, NULL);
    check_add(&list, "the right end stands at the right", the_right_end_stands_at_the_right, NULL);
    check_add(&list, "both languages", both_languages, NULL);
    check_add(&list, "an empty pair is no line", an_empty_pair_is_no_line, NULL);
    check_add(&list, "words of the pack", words_of_the_pack, NULL);
    check_add(&list, "lists end in their room", lists_end_in_their_room, NULL);
    check_add(&list, "moments", moments, NULL);
    return check_run(&list, "client/paper");
}
