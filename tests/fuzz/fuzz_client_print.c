/*
 * What a command shows of its node's answer, which may be of another version and holds what other partners wrote. The first byte says which command, the
 * second the language and whether it is a list of an error; the rest is the answer. What must hold of any JSON: it is shown, as text that moves no
 * cursor, changes no direction and turns no line but by its end (as tests/unit/test_client_print has it, of everything that prints).
 */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "client/cmd.h"

#include <sodium.h>
#include <string.h>

enum { DETAILS = 128 };

static const struct client_cmd *command(uint8_t which)
{
    static const struct client_cmd *const lists[] = { client_casework_cmds, client_base_cmds };
    size_t count = 0, at;

    for (size_t i = 0; i < 2; i++)
        for (const struct client_cmd *c = lists[i]; c->name != NULL; c++)
            count += c->call != NULL || c->print != NULL;
    at = which % count;
    for (size_t i = 0; i < 2; i++)
        for (const struct client_cmd *c = lists[i]; c->name != NULL; c++)
            if ((c->call != NULL || c->print != NULL) && at-- == 0)
                return c;
    return NULL;
}

static void is_calm(const char *text, size_t len)
{
    FUZZ_HOLDS(strlen(text) == len);
    for (size_t i = 0; i < len; i++)
        FUZZ_HOLDS(text[i] == '\n' || text_control(text + i) == 0);
}

static void show(const struct client_run *r, const cJSON *reply, bool details, char **text, size_t *len)
{
    FILE *was = stdout;

    stdout = open_memstream(text, len);
    FUZZ_HOLDS(stdout != NULL);
    if (details)
        client_print_details(stdout, r->lang, reply);
    else if (r->cmd->print != NULL)
        r->cmd->print(r, reply);
    else
        client_print_reply(r, reply);
    FUZZ_HOLDS(fclose(stdout) == 0);
    stdout = was;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_EN };
    struct client_run r = { .home = "/home", .passphrase_fd = -1, .t = &t };
    cJSON *reply = NULL;
    char *text = NULL;
    size_t text_len = 0;

    FUZZ_HOLDS(sodium_init() >= 0);
    if (len < 2 || json_parse(data + 2, len - 2, &reply, NULL) != OK)
        return 0;
    r.cmd = command(data[0]);
    r.lang = data[1] % 2 == 0 ? LANG_EN : LANG_NL;
    r.args = cJSON_CreateObject();
    r.reply = reply;
    FUZZ_HOLDS(r.cmd != NULL && r.args != NULL);
    show(&r, reply, data[1] >= DETAILS, &text, &text_len);
    is_calm(text, text_len);
    free(text);
    cJSON_Delete(r.args);
    cJSON_Delete(reply);
    return 0;
}
