/*
 * liar-steal HOME: what a thief has who broke into a partner's machine: the secret half of HOME/keys/witness, opened with the vault's passphrase, a
 * line on standard input, and written to standard output. For the flows, which hand it to a hub that lies.
 */
#include "client/keyfile.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct client_unlock by = {.passphrase = NULL};
    struct secret *vault = NULL, *key = NULL;
    char words[128];
    bool done = false;

    if (argc != 2 || sodium_init() < 0 || fgets(words, sizeof words, stdin) == NULL)
        return EX_USAGE;
    words[strcspn(words, "\n")] = '\0';
    by.passphrase = words;
    if (client_keyfile_open(argv[1], "vault", &by, &vault, NULL, NULL) == OK) {
        by = (struct client_unlock){.key = vault};
        if (client_keyfile_open(argv[1], "witness", &by, &key, NULL, NULL) == OK) {
            done = write(STDOUT_FILENO, secret_wake(key), secret_len(key)) == (ssize_t)secret_len(key);
            secret_sleep(key);
        }
    }
    secret_free(key);
    secret_free(vault);
    return done ? EX_OK : EX_NOPERM;
}
