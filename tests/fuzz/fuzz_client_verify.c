/*
 * client/verify: a copy of the log and receipts as somebody else hands them over. The first byte says which file is another one, and whether
 * the rest is that file or is written over a part of it. What must hold:
 *  - leaves that are not those that were signed never give the root, and a checkpoint that the log did not sign is none;
 *  - what is refused is told; a receipt that nobody signed makes no claim but that it is spent.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/home_folder.h"
#include "tests/support/log_sample.h"

#include "base/file.h"
#include "client/verify.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAVES = 300, FILE_MAX = 1 << 20, OVER = 128 };

static const char *const files[] = { "log/tile/entries/000", "log/tile/entries/001.p/44", "log/tile/0/000", "log/tile/0/001.p/44", "log/tile/1/000.p/1",
    "log/checkpoint", "log/checkpoint.anchored", "log/registry", "receipts/0000000007.entry" };
enum { ENTRIES = 2, HASHES = 5, CHECKPOINT = 5, RECEIPT = 8, FILES = sizeof files / sizeof *files };

static void *folder;
static struct log_sample plog;
static struct proto_region region;
static struct proto_merkle_head head;

static void clean_up(void) { (void)home_folder_teardown(&folder); }

static void prepare(void)
{
    struct proto_merkle_tree tree;

    if (folder != NULL)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0 && home_folder_setup(&folder) == 0);
    (void)atexit(clean_up);
    now_s = 1800000000;
    log_sample_init(&plog);
    log_sample_into(&plog, &region);
    log_sample_fill(&plog, LEAVES);
    FUZZ_HOLDS(mkdir(home_folder_path(folder, "receipts"), 0700) == 0);
    log_sample_export(&plog, home_folder_path(folder, "log"));
    proto_merkle_init(&tree);
    for (size_t i = 0; i < LEAVES; i++)
        FUZZ_HOLDS(proto_merkle_append(&tree, plog.leaf[i], NULL, NULL) == OK);
    head.size = LEAVES;
    proto_merkle_root(&tree, head.root);
}

/* Without a sync, which would be all the time that a run takes. */
static void put(const char *name, const uint8_t *data, size_t len)
{
    FILE *f = fopen(home_folder_path(folder, name), "we");

    FUZZ_HOLDS(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static void told(const struct client_problems *p)
{
    const cJSON *row;

    FUZZ_HOLDS((p->count != 0) == (cJSON_GetArraySize(p->list) != 0));
    cJSON_ArrayForEach(row, p->list) {
        const char *text = NULL;

        FUZZ_HOLDS(json_text(row, "text", &text) == OK && text[0] != '\0');
    }
}

static void look_at_log(size_t which, bool is_other)
{
    struct client_problems p = { .list = cJSON_CreateArray(), .lang = LANG_EN };
    struct client_log_report report = { .compared = 77 };
    struct trouble t = { .lang = LANG_EN };
    enum err e = client_verify_log(&region, home_folder_path(folder, "log"), NULL, &report, &p, &t);

    FUZZ_HOLDS(p.list != NULL);
    told(&p);
    if (e != OK) {
        FUZZ_HOLDS(report.compared == 77 && (e == ERR_NOMEM || t.text[0] != '\0') && which >= CHECKPOINT);
    } else {
        FUZZ_HOLDS(report.head.size == LEAVES && memcmp(report.head.root, head.root, sizeof head.root) == 0);
        FUZZ_HOLDS(!report.anchored && report.anchored_size == 0);
        FUZZ_HOLDS(report.root_holds ? !is_other || which >= ENTRIES : p.count != 0 && is_other && which < HASHES);
    }
    cJSON_Delete(p.list);
}

static void look_at_receipts(void)
{
    struct client_problems p = { .list = cJSON_CreateArray(), .lang = LANG_NL };
    struct client_claims claims = { .at = NULL };
    struct trouble t = { .lang = LANG_NL };

    FUZZ_HOLDS(client_verify_receipts(&region, home_folder_path(folder, "receipts"), &claims, &p, &t) == OK && claims.entries == 1);
    told(&p);
    for (size_t i = 0; i < claims.count; i++)
        FUZZ_HOLDS(claims.at[i].spent);
    FUZZ_HOLDS(p.count != 0 || claims.count + claims.withdrawn + claims.spent != 0);
    client_claims_fini(&claims);
    cJSON_Delete(p.list);
}

/* The rest over the file, from the place on that two bytes say; without a file there is nothing to write over. Gives the file as it is to be. */
static uint8_t *over(const uint8_t *was, size_t was_len, const uint8_t *data, size_t len, size_t *made_len)
{
    size_t at = len < 2 || was_len == 0 ? 0 : ((size_t)data[0] << 8 | data[1]) * 7 % was_len;
    uint8_t *made = malloc(was_len + 1);

    FUZZ_HOLDS(made != NULL);
    if (was_len != 0)
        memcpy(made, was, was_len);
    for (size_t i = 2; i < len && at < was_len; i++)
        made[at++] = data[i];
    *made_len = was_len;
    return made;
}

static void with_another(size_t which, bool is_part, const uint8_t *data, size_t len)
{
    uint8_t *was = NULL, *made = NULL;
    size_t was_len = 0, made_len = len;
    bool was_there = file_read(home_folder_path(folder, files[which]), FILE_MAX, &was, &was_len, NULL) == OK;

    if (is_part)
        made = over(was, was_len, data, len, &made_len);
    put(files[which], is_part ? made : data, made_len);
    if (which == RECEIPT)
        look_at_receipts();
    else
        look_at_log(which, !was_there || made_len != was_len || memcmp(is_part ? made : data, was, was_len) != 0);
    if (was_there)
        put(files[which], was, was_len);
    else
        FUZZ_HOLDS(unlink(home_folder_path(folder, files[which])) == 0);
    free(made);
    free(was);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    prepare();
    if (len != 0)
        with_another(data[0] % OVER % FILES, data[0] >= OVER, data + 1, len - 1);
    return 0;
}
