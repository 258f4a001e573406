/* base/text and base/clock: numbers, dates and encodings as people and programs write them. What is read is written the same again. */
#include "tests/fuzz/fuzz.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void base64(const char *text, size_t len)
{
    size_t made_len = 0, room = text_base64_room(len);
    uint8_t *made = malloc(len + 1);
    char *again = malloc(room);

    FUZZ_HOLDS(made != NULL && again != NULL);
    if (text_unbase64(text, len, made, len, &made_len) == OK) {
        FUZZ_HOLDS(made_len <= len);
        text_base64(made, made_len, again, room);
        FUZZ_HOLDS(strlen(again) == len && memcmp(again, text, len) == 0);
        FUZZ_HOLDS(made_len == 0 || text_unbase64(text, len, made, made_len - 1, &made_len) == ERR_LONG);
    }
    free(again);
    free(made);
}

static void hex(const char *text, size_t len)
{
    uint8_t *made = malloc(len / 2 + 1);
    char *again = malloc(len + 2);

    FUZZ_HOLDS(made != NULL && again != NULL);
    if (text_unhex(text, made, len / 2) == OK) {
        text_hex(made, len / 2, again, len + 2);
        FUZZ_HOLDS(len % 2 == 0 && strcmp(again, text) == 0);
    }
    free(again);
    free(made);
}

static void number(const char *text)
{
    char again[24];
    uint64_t n = 0;

    if (text_u64(text, UINT64_MAX, &n) != OK)
        return;
    (void)snprintf(again, sizeof again, "%" PRIu64, n);
    FUZZ_HOLDS(strcmp(again, text) == 0);
    FUZZ_HOLDS(n == 0 || text_u64(text, n - 1, &n) == ERR_RANGE);
}

/* A day is the day after the day before it, also where the clock changes. */
static void day(const char *text)
{
    struct date d, next;
    char again[11];

    if (date_parse(text, &d) != OK)
        return;
    date_format(d, again);
    FUZZ_HOLDS(strcmp(again, text) == 0);
    next = date_add_days(d, 1);
    FUZZ_HOLDS(date_compare(next, d) > 0 && date_compare(date_add_days(next, -1), d) == 0);
    FUZZ_HOLDS(date_age_years(d, next) == 0 && date_age_years(d, d) == 0);
    if (d.year > 1970 && d.year < 2199)
        FUZZ_HOLDS(date_compare(clock_date_nl(clock_midnight_nl(d)), d) == 0 && date_compare(clock_date_nl(clock_midnight_nl(next) - 1), d) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);

    FUZZ_HOLDS(text != NULL);
    memcpy(text, data, len);
    text[len] = '\0';
    base64(text, len);
    if (memchr(data, '\0', len) == NULL) {
        hex(text, len);
        number(text);
        day(text);
        if (text_is_handle(text))
            FUZZ_HOLDS(len >= 2 && len <= 32 && text_is_utf8(data, len));
        if (text_is_bsn(text))
            FUZZ_HOLDS(len == 9 && text[0] >= '0' && text[0] <= '9');
    } else {
        FUZZ_HOLDS(!text_is_utf8(data, len));
    }
    free(text);
    return 0;
}
