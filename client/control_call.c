/* client/control: the commands' side. */
#include "client/control.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "client/home.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TOKEN_HEX = 64, NAMES_MAX = 200 };

static bool has(const char *home, const char *name)
{
    char path[CLIENT_PATH_MAX];

    return client_home_path(home, name, path, NULL) == OK && access(path, F_OK) == 0;
}

/* Whose folder is it? To start a node in another's, or in none, is no next step. */
static enum err check_home(const char *home, struct trouble *t)
{
    if (access(home, F_OK) != 0)
        return trouble_at(t, ERR_NOTFOUND, home, 0, 0, "there is no such folder: give the partner's folder with --home DIR, or in SCHAKEL_HOME",
            "deze map is er niet: geef de map van de partner met --home MAP, of in SCHAKEL_HOME");
    if (has(home, "org.pub"))
        return OK;
    if (has(home, "hub.pub"))
        return trouble_at(t, ERR_NOTFOUND, home, 0, 0, "is the folder of a hub: use schakel-hub --home %s",
            "is de map van een hub: gebruik schakel-hub --home %s", home);
    if (has(home, "keyholder.pub"))
        return trouble_at(t, ERR_NOTFOUND, home, 0, 0, "is the folder of a keyholder: use schakel keyholder status --home %s",
            "is de map van een sleutelhouder: gebruik schakel keyholder status --home %s", home);
    return trouble_at(t, ERR_NOTFOUND, home, 0, 0, "is not the folder of a partner: give that with --home DIR, or in SCHAKEL_HOME; to make one: schakel org init",
        "is niet de map van een partner: geef die met --home MAP, of in SCHAKEL_HOME; om er een te maken: schakel org init");
}

enum err client_control_connect(const char *home, int *out, struct trouble *t)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[CLIENT_PATH_MAX];
    int fd;
    enum err e = client_home_path(home, "run/control", path, t);

    if (e != OK)
        return e;
    if (strlen(path) >= sizeof address.sun_path)
        return trouble_at(t, ERR_LONG, path, 0, 0, "the name of the control socket is too long: choose a shorter home folder",
            "de naam van de stuuringang is te lang: kies een kortere thuismap");
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        *out = fd;
        return OK;
    }
    if (fd >= 0)
        (void)close(fd);
    e = check_home(home, t);
    if (e != OK)
        return e;
    return trouble_at(t, ERR_PEER, home, 0, 0, "no node runs here; start it with: schakel node --home %s",
        "hier draait geen knooppunt; start het met: schakel node --home %s", home);
}

enum err client_control_send(int fd, const cJSON *request, struct trouble *t)
{
    char *text = NULL;
    enum err e = json_print(request, &text);

    if (e == OK && strlen(text) > CLIENT_CONTROL_MAX)
        e = trouble_set(t, ERR_LONG, "the request is longer than 1 MiB", "de aanvraag is langer dan 1 MiB");
    if (e == OK)
        e = proc_send(fd, (const uint8_t *)text, strlen(text));
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return e == OK ? OK : trouble_set(t, e, "the node could not be asked", "het knooppunt kon niet worden gevraagd");
}

enum err client_control_receive(int fd, cJSON **reply, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = proc_recv(fd, CLIENT_CONTROL_MAX, &data, &len);

    if (e == ERR_PEER)
        e = trouble_set(t, e, "the node went away before it answered; look at its log", "het knooppunt viel weg voor het antwoord; zie zijn logboek");
    if (e == OK)
        e = json_parse(data, len, reply, t);
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    return e == OK ? OK : trouble_set(t, e, "the node's answer could not be read", "het antwoord van het knooppunt is niet te lezen");
}

static enum err class_of(const char *word)
{
    for (unsigned i = 1; i < ERR_CLASSES; i++)
        if (strcmp(err_word((enum err)i), word) == 0)
            return (enum err)i;
    return ERR_STATE;
}

enum err client_control_check(const cJSON *reply, struct trouble *t)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(reply, "error");
    const char *class = "", *text = "?", *where = "";
    uint64_t line = 0, column = 0;
    bool ok = false;

    if (json_bool(reply, "ok", &ok) == OK && ok)
        return OK;
    if (json_text(error, "class", &class) != OK || json_text(error, "text", &text) != OK)
        return trouble_set(t, ERR_PEER, "the node's answer was not understood", "het antwoord van het knooppunt is niet te begrijpen");
    /* What is not there keeps its empty value. */
    if (json_text(error, "where", &where) != OK)
        where = "";
    if (json_u64(error, "line", &line) != OK || json_u64(error, "column", &column) != OK)
        column = 0;
    return trouble_at(t, class_of(class), where, (uint32_t)line, (uint32_t)column, "%s", "%s", text);
}

/* ---- tokens ---- */

static enum err session_path(const char *home, const char *login, char path[CLIENT_PATH_MAX], struct trouble *t)
{
    char name[80];

    if (!text_is_handle(login))
        return trouble_at(t, ERR_USAGE, "--as", 0, 0, "a login has 2 to 32 small letters, digits and -",
            "een aanmeldnaam heeft 2 tot 32 kleine letters, cijfers en -");
    (void)snprintf(name, sizeof name, "run/session-%s", login);
    return client_home_path(home, name, path, t);
}

/* The one login with a session; "" when there is none. Of several the names are said. */
static enum err only_session(const char *home, char login[33], struct trouble *t)
{
    char names[NAMES_MAX] = "";
    char path[CLIENT_PATH_MAX];
    const struct dirent *d;
    DIR *dir;
    size_t count = 0;
    enum err e = client_home_path(home, "run", path, t);

    if (e != OK)
        return e;
    login[0] = '\0';
    dir = opendir(path);
    if (dir == NULL)
        return ERR_NOTFOUND;
    while ((d = readdir(dir)) != NULL)
        if (strncmp(d->d_name, "session-", 8) == 0 && text_is_handle(d->d_name + 8)) {
            size_t at = strlen(names);

            memcpy(login, d->d_name + 8, strlen(d->d_name + 8) + 1);
            (void)snprintf(names + at, sizeof names - at, "%s%s", at != 0 ? ", " : "", login);
            count++;
        }
    (void)closedir(dir);
    if (count > 1)
        return trouble_set(t, ERR_USAGE, "several people have a session here: say whose with --as LOGIN (%s)",
            "er zijn hier meer sessies open: zeg met --as AANMELDNAAM wie u bent (%s)", names);
    return count == 1 ? OK : ERR_NOTFOUND;
}

enum err client_session_token(const char *home, const char *login, char token[65], struct trouble *t)
{
    char path[CLIENT_PATH_MAX], only[33];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = login != NULL ? OK : only_session(home, only, t);

    if (e == OK)
        e = session_path(home, login != NULL ? login : only, path, t);
    if (e != OK)
        return e;
    e = file_read(path, TOKEN_HEX, &data, &len, NULL);
    if (e != OK && check_home(home, t) != OK)
        e = ERR_NOTFOUND;
    else if (e != OK || len != TOKEN_HEX)
        e = trouble_at(t, ERR_NOTFOUND, login != NULL ? login : only, 0, 0, "has no session here; open it with: schakel login --as %s",
            "heeft hier geen sessie; open die met: schakel login --as %s", login != NULL ? login : only);
    else
        memcpy(token, data, TOKEN_HEX + 1);
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    return e;
}

enum err client_session_write(const char *home, const char *login, const char *token, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = session_path(home, login, path, t);

    return e == OK ? file_write(path, token, strlen(token), 0600, t) : e;
}

void client_session_remove(const char *home, const char *login)
{
    char path[CLIENT_PATH_MAX];

    if (session_path(home, login, path, NULL) == OK)
        (void)unlink(path);
}
