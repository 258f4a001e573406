#include "tests/support/keyholder_home.h"

#include "base/file.h"
#include "proto/pseudonym.h"
#include "tests/support/check.h"
#include "tests/support/wire_peer.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/wait.h>

/* ---- commands, as the parser would call them ---- */

enum err keyholder_home_run(struct keyholder_home *w, enum err (*command)(struct client_run *r), const char *args)
{
    static const struct client_cmd none;
    struct client_run r = {.cmd = &none, .home = w->home, .passphrase_fd = -1, .t = &w->t};
    char *text = strdup(args);
    enum err e;

    assert_non_null(text);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    w->t = (struct trouble){.lang = LANG_EN};
    assert_err(json_parse((const uint8_t *)text, strlen(text), &r.args, NULL), OK);
    e = command(&r);
    cJSON_Delete(r.args);
    cJSON_Delete(w->reply);
    w->reply = r.reply;
    free(text);
    return e;
}

enum err keyholder_home_init(struct keyholder_home *w, const char *name, const char *address)
{
    char args[256];

    (void)snprintf(args, sizeof args, "{'name':'%s','listen':'%s','plain':true,'passphrase':'" KEYHOLDER_HOME_PASSPHRASE "'}", name, address);
    return keyholder_home_run(w, client_cmd_keyholder_init, args);
}

enum err keyholder_home_join(struct keyholder_home *w, const char *file)
{
    char args[256];

    (void)snprintf(args, sizeof args, "{'region':'%s'}", home_folder_path(&w->folder, file));
    return keyholder_home_run(w, client_cmd_keyholder_join, args);
}

/* ---- a region that names this keyholder ---- */

void keyholder_home_region(struct keyholder_home *w, const char *file, size_t signers, const char *name)
{
    union { uint8_t out[2][32]; const uint8_t in[2][32]; } shares;
    struct proto_region *r = calloc(1, sizeof *r);
    char *text = NULL;
    size_t len = 0;

    assert_non_null(r);
    region_sample_fields(r, true);
    (void)snprintf(r->name, sizeof r->name, "%s", name);
    memcpy(shares.out[0], r->pseudonym_hub, 32);
    memcpy(shares.out[1], w->f.share_key, 32);
    assert_err(proto_pseudonym_join(shares.in, 2, r->pseudonym_key), OK);
    memcpy(r->pseudonym_keyholder, w->f.share_key, 32);
    (void)snprintf(r->keyholder_address, sizeof r->keyholder_address, "%s", w->f.address);
    memcpy(r->keyholder_tls, w->f.tls_der, w->f.tls_der_len);
    r->keyholder_tls_len = w->f.tls_der_len;
    assert_err(proto_region_format(r, &text, &len), OK);
    for (size_t i = 0; i < signers; i++) {
        char *more = NULL;

        assert_err(proto_region_sign((uint8_t *)text, len, w->sample.handle[i], w->sample.root_secret[i], &more, &len, NULL), OK);
        free(text);
        text = more;
    }
    assert_err(file_write(home_folder_path(&w->folder, file), text, len, 0600, NULL), OK);
    if (signers == SAMPLE_PARTNERS && w->region->partner_count == 0)
        assert_err(proto_region_parse((uint8_t *)text, len, true, w->region, NULL), OK);
    free(text);
    free(r);
}

int keyholder_home_setup(void **state)
{
    struct keyholder_home *w = calloc(1, sizeof *w);
    struct trouble t = {.lang = LANG_EN};
    void *folder = NULL;

    if (w == NULL || home_folder_setup(&folder) != 0)
        return -1;
    w->folder = *(struct home_folder *)folder;
    free(folder);
    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "home"));
    (void)snprintf(w->address, sizeof w->address, "127.0.0.1:%u", (unsigned)wire_peer_port());
    region_sample_init(&w->sample, true);
    w->region = calloc(1, sizeof *w->region);
    assert_non_null(w->region);
    assert_err(keyholder_home_init(w, "sleutelhuis", w->address), OK);
    assert_err(client_keyholder_public(w->home, &w->f, &t), OK);
    *state = w;
    return 0;
}

int keyholder_home_teardown(void **state)
{
    struct keyholder_home *w = *state;
    struct home_folder *folder = malloc(sizeof *folder);
    void *given = folder;

    if (w->pid != 0) {
        (void)kill(w->pid, SIGKILL);
        (void)waitpid(w->pid, NULL, 0);
    }
    if (w->client != NULL)
        wire_close(w->client);
    *folder = w->folder;
    region_sample_fini(&w->sample);
    cJSON_Delete(w->reply);
    free(w->region);
    free(w);
    return home_folder_teardown(&given);
}
