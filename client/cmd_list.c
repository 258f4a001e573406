/*
 * The lists, for people: a page of 25 rows unless they ask for another, and as many calls of the node as that
 * takes, for an answer has room for some hundreds of rows only. With --json one call is one page: a program
 * goes on by itself with what "skip" says.
 */
#include "client/cmd_list.h"

#include "base/text.h"

enum { PAGE_ROWS = 25 };

static void set_number(cJSON *args, const char *key, uint64_t n)
{
    cJSON_DeleteItemFromObjectCaseSensitive(args, key);
    json_add_u64(args, key, n);
}

/* The rows: the one array of an answer. */
static cJSON *rows_of(cJSON *reply)
{
    cJSON *item;

    cJSON_ArrayForEach(item, reply)
        if (cJSON_IsArray(item))
            return item;
    return NULL;
}

/* The rows of a page behind those that are there, and how it goes on. */
static void take_page(cJSON *whole, cJSON *page)
{
    static const char *const keys[] = {"more", "skip"};
    cJSON *to = rows_of(whole), *from = rows_of(page);

    while (from != NULL && from->child != NULL)
        (void) cJSON_AddItemToArray(to, cJSON_DetachItemViaPointer(from, from->child));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(page, keys[i]);

        cJSON_DeleteItemFromObjectCaseSensitive(whole, keys[i]);
        if (item != NULL)
            (void) cJSON_AddItemToObject(whole, keys[i], item);
    }
}

/* Numbers of our own making are kept as their digits. */
static uint64_t number(const struct client_run *r, const char *key, uint64_t otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(r->args, key);
    uint64_t n = 0;

    return cJSON_IsRaw(item) && text_u64(item->valuestring, UINT64_MAX, &n) == OK ? n : otherwise;
}

static enum err pages(struct client_run *r, uint64_t rows)
{
    uint64_t skip = 0, more = 1;
    enum err e = OK;

    while (e == OK && more != 0) {
        cJSON *page = NULL;
        uint64_t have = (uint64_t) cJSON_GetArraySize(rows_of(r->reply));

        if (have >= rows)
            break;
        if (rows != UINT64_MAX)
            set_number(r->args, "limit", rows - have);
        if (r->reply != NULL)
            set_number(r->args, "skip", skip);
        e = client_run_call(r, r->cmd->call, &page);
        if (e == OK && (json_u64(page, "more", &more) != OK || json_u64(page, "skip", &skip) != OK))
            more = 0;
        if (e == OK && r->reply == NULL) {
            r->reply = page;
            page = NULL;
        } else if (e == OK) {
            take_page(r->reply, page);
        }
        cJSON_Delete(page);
    }
    return e;
}

enum err client_cmd_list(struct client_run *r)
{
    uint64_t rows = number(r, "limit", PAGE_ROWS);
    bool all = false;

    if (rows == 0)
        return trouble_at(r->t, ERR_RANGE, "--limit", 0, 0, "give how many rows you want: 1 or more",
            "geef op hoeveel rijen u wilt: 1 of meer");
    if (r->json)
        return client_run_call(r, r->cmd->call, &r->reply);
    /* What was replaced by something newer is for who asks for everything. */
    json_add_bool(r->args, "newest", json_bool(r->args, "all", &all) != OK || !all);
    return pages(r, all ? UINT64_MAX : rows);
}
