#include "client/ask.h"

#include "base/text.h"
#include "client/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ROOM = CLIENT_PASSPHRASE_MAX + 2 };

void client_ask_drop(char *passphrase)
{
    if (passphrase == NULL)
        return;
    sodium_memzero(passphrase, ROOM);
    free(passphrase);
}

/* One line, byte by byte: what comes after it belongs to the next question. */
static enum err read_line(int fd, char out[ROOM])
{
    size_t len = 0;
    char c;

    for (;;) {
        ssize_t n = read(fd, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (n == 0 && len == 0)
            return ERR_SHORT;
        if (n == 0 || c == '\n')
            break;
        if (len == CLIENT_PASSPHRASE_MAX)
            return ERR_LONG;
        out[len++] = c;
    }
    if (len != 0 && out[len - 1] == '\r')
        len--;
    out[len] = '\0';
    return text_is_utf8((const uint8_t *)out, len) ? OK : ERR_SYNTAX;
}

static enum err read_hidden(int tty, const char *question, char out[ROOM])
{
    struct termios before, hidden;
    enum err e;

    if (tcgetattr(tty, &before) != 0)
        return ERR_IO;
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (dprintf(tty, "%s: ", question) < 0 || tcsetattr(tty, TCSAFLUSH, &hidden) != 0)
        return ERR_IO;
    e = read_line(tty, out);
    if (tcsetattr(tty, TCSAFLUSH, &before) != 0 || dprintf(tty, "\n") < 0)
        e = ERR_IO;
    return e;
}

static enum err ask_terminal(const char *question, bool fresh, char *first, char *second, struct trouble *t)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    enum err e;

    if (tty < 0)
        return trouble_set(t, ERR_IO, "there is no terminal to ask the passphrase at: use --passphrase-fd N",
            "er is geen terminal om de wachtzin te vragen: gebruik --passphrase-fd N");
    e = read_hidden(tty, question, first);
    if (e == OK && fresh) {
        e = read_hidden(tty, t != NULL && t->lang == LANG_NL ? "nogmaals" : "once more", second);
        if (e == OK && (strlen(first) != strlen(second) || sodium_memcmp(first, second, strlen(first)) != 0))
            e = trouble_set(t, ERR_USAGE, "the two passphrases differ: try again", "de twee wachtzinnen verschillen: probeer opnieuw");
    }
    (void)close(tty);
    return e;
}

enum err client_ask(int fd, const char *question, bool fresh, char **out, struct trouble *t)
{
    char *first = calloc(1, ROOM), *second = calloc(1, ROOM);
    enum err e = first == NULL || second == NULL ? ERR_NOMEM : OK;

    if (e == OK)
        e = fd >= 0 ? read_line(fd, first) : ask_terminal(question, fresh, first, second, t);
    if (e == OK) {
        *out = first;
        first = NULL;
    }
    client_ask_drop(first);
    client_ask_drop(second);
    return e == OK ? OK : trouble_set(t, e, "a passphrase could not be read (a line of at most %d bytes): %s",
                              "een wachtzin kon niet worden gelezen (een regel van ten hoogste %d bytes): %s", CLIENT_PASSPHRASE_MAX, question);
}
