#include "client/pages.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 3600 }; /* what else is in an answer stays far below the rest of 4,096 */

struct row {
    cJSON *item;
    uint64_t at;
    const char *text;
    size_t place;
};

void client_pages_at(cJSON *row, uint64_t at_s)
{
    json_add_u64(row, "at", at_s);
}

/* Numbers of our own making are kept as their digits. */
static uint64_t at_of(const cJSON *item)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(item, "at");
    uint64_t n = 0;

    return cJSON_IsRaw(at) && text_u64(at->valuestring, UINT64_MAX, &n) == OK ? n : 0;
}

/* Rows of one moment stay as they came. */
static int compare(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    int by_text = one->text != NULL && other->text != NULL ? strcmp(one->text, other->text) : 0;

    if (one->at != other->at)
        return one->at > other->at ? -1 : 1;
    if (by_text != 0)
        return by_text;
    return one->place < other->place ? -1 : 1;
}

static size_t tokens(const cJSON *item)
{
    size_t n = 1 + (item->string != NULL);
    const cJSON *child;

    cJSON_ArrayForEach(child, item)
        n += tokens(child);
    return n;
}

void client_pages_window(const struct client_call *c, uint64_t *skip, uint64_t *limit)
{
    if (json_u64(c->args, "skip", skip) != OK)
        *skip = 0;
    if (json_u64(c->args, "limit", limit) != OK || *limit == 0)
        *limit = UINT64_MAX;
}

/* From the row to start at, as many as there is room for; at least one, so that every row can be reached. */
static void put_back(struct client_call *c, cJSON *array, struct row *rows, size_t count)
{
    uint64_t skip, limit, more = 0;
    size_t used = 0, kept = 0;

    client_pages_window(c, &skip, &limit);
    for (size_t i = 0; i < count; i++) {
        used += i >= skip ? tokens(rows[i].item) : 0;
        if (i >= skip && kept < limit && (used <= ROOM || kept == 0)) {
            (void) cJSON_AddItemToArray(array, rows[i].item);
            kept++;
        } else {
            more += i >= skip;
            cJSON_Delete(rows[i].item);
        }
    }
    if (more != 0) {
        json_add_u64(c->reply, "more", more);
        json_add_u64(c->reply, "skip", skip + kept);
    }
}

static const char *const groups[] = {"answer", "read", "report", "done"};
enum { GROUPS = sizeof groups / sizeof *groups };

void client_pages_group(cJSON *row, enum client_pages_group group)
{
    json_add_text(row, "group", groups[group]);
}

static size_t group_of(const cJSON *item)
{
    const char *name = "";
    size_t i = 0;

    if (json_text(item, "group", &name) != OK)
        return GROUPS;
    while (i < GROUPS && strcmp(groups[i], name) != 0)
        i++;
    return i;
}

/* What is to be read has no day by which to act: there the newest comes first. */
static int compare_due(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    bool has = one->text != NULL && one->text[0] != '\0',
         other_has = other->text != NULL && other->text[0] != '\0';
    size_t group = group_of(one->item), other_group = group_of(other->item);
    int by_day = has && other_has ? strcmp(one->text, other->text) : 0;

    if (group != other_group)
        return group < other_group ? -1 : 1;
    if (group != CLIENT_PAGES_READ && has != other_has)
        return has ? -1 : 1;
    if (group != CLIENT_PAGES_READ && by_day != 0)
        return by_day;
    if (one->at != other->at)
        return one->at > other->at ? -1 : 1;
    return one->place < other->place ? -1 : 1;
}

static enum err sort(
    struct client_call *c, cJSON *array, const char *key, int (*order)(const void *, const void *))
{
    size_t count = (size_t) cJSON_GetArraySize(array), i = 0;
    struct row *rows = calloc(count + 1, sizeof *rows);
    cJSON *item;

    if (rows == NULL || array == NULL) {
        free(rows);
        return ERR_NOMEM;
    }
    while ((item = array->child) != NULL) {
        const cJSON *text = key != NULL ? cJSON_GetObjectItemCaseSensitive(item, key) : NULL;

        rows[i] = (struct row){.item = cJSON_DetachItemViaPointer(array, item),
            .at = at_of(item),
            .place = i,
            .text = cJSON_IsString(text) ? text->valuestring : NULL};
        i++;
    }
    qsort(rows, count, sizeof *rows, order);
    put_back(c, array, rows, count);
    free(rows);
    return OK;
}

enum err client_pages_newest(struct client_call *c, cJSON *array)
{
    return sort(c, array, NULL, compare);
}

enum err client_pages_by_text(struct client_call *c, cJSON *array, const char *key)
{
    return sort(c, array, key, compare);
}

enum err client_pages_due(struct client_call *c, cJSON *array)
{
    return sort(c, array, "due", compare_due);
}
