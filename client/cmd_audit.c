/* schakel audit: the list for the privacy officer, on the screen, as JSON, or whole as a table for a spreadsheet. */
#include "base/text.h"
#include "client/cmd_list.h"
#include "client/cmds.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *key; struct client_words head; } columns[] = {
    {"number", {"number", "nummer"}}, {"when", {"when", "wanneer"}}, {"who", {"who", "wie"}}, {"person", {"person", "persoon"}},
    {"act", {"act", "handeling"}}, {"to", {"to", "aan"}}, {"child", {"child", "kind"}}, {"purpose", {"purpose", "doel"}},
    {"sections", {"sections", "onderdelen"}}, {"ground", {"ground", "grondslag"}}, {"result", {"result", "uitkomst"}}, {"log", {"log", "logboek"}},
};
enum { COLUMNS = sizeof columns / sizeof *columns, PAGES_MAX = 10000 };

/* A spreadsheet must not take a name for a formula, nor a terminal for what it obeys. */
static void put_text(const char *text)
{
    if (strchr("=+-@\t\r", text[0]) != NULL && text[0] != '\0')
        (void)putchar('\'');
    for (size_t bad = 0; *text != '\0'; text += bad != 0 ? bad : 1) {
        bad = text_control(text);
        if (*text == '"')
            (void)putchar('"');
        (void)putchar(bad == 0 ? *text : ' ');
    }
}

static void put_cell(const cJSON *v, bool last)
{
    const cJSON *item;
    bool first = true;

    (void)putchar('"');
    if (cJSON_IsString(v) || cJSON_IsRaw(v))
        put_text(v->valuestring);
    else if (cJSON_IsNumber(v))
        (void)printf("%.0f", v->valuedouble);
    else if (cJSON_IsArray(v))
        cJSON_ArrayForEach(item, v) {
            if (cJSON_IsString(item)) {
                (void)printf("%s", first ? "" : " ");
                put_text(item->valuestring);
            }
            first = false;
        }
    (void)printf(last ? "\"\r\n" : "\",");
}

static void put_head(enum lang lang)
{
    for (size_t i = 0; i < COLUMNS; i++)
        (void)printf("\"%s\"%s", lang == LANG_NL ? columns[i].head.nl : columns[i].head.en, i + 1 < COLUMNS ? "," : "\r\n");
}

static void put_rows(const cJSON *reply)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "acts"))
        for (size_t i = 0; i < COLUMNS; i++)
            put_cell(cJSON_GetObjectItemCaseSensitive(row, columns[i].key), i + 1 == COLUMNS);
}

/* All pages, one after the other. */
static enum err csv(struct client_run *r)
{
    uint64_t skip = 0;
    enum err e = OK;

    for (unsigned page = 0; e == OK && page < PAGES_MAX; page++) {
        cJSON *reply = NULL;
        bool more;

        cJSON_DeleteItemFromObjectCaseSensitive(r->args, "skip");
        json_add_u64(r->args, "skip", skip);
        e = client_run_call(r, "audit", &reply);
        if (e != OK)
            return e;
        if (page == 0)
            put_head(r->lang);
        put_rows(reply);
        more = json_u64(reply, "skip", &skip) == OK;
        cJSON_Delete(reply);
        if (!more)
            return OK;
    }
    return e;
}

enum err client_cmd_audit(struct client_run *r)
{
    bool as_csv = false;

    if (json_bool(r->args, "csv", &as_csv) == OK && as_csv)
        return csv(r);
    return client_cmd_list(r);
}

/* What is missing is an answer, and a reason for a script to stop. */
enum err client_cmd_audit_complete(struct client_run *r)
{
    bool complete = false;
    enum err e = client_run_call(r, "audit.complete", &r->reply);

    if (e == OK && (json_bool(r->reply, "complete", &complete) != OK || !complete))
        r->result = ERR_SIGNATURE;
    return e;
}
