/* client/cmd_record: the one casework command that reads a file here: the node gets its content, never a path. */
#include "base/file.h"
#include "client/cmd.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A school year of new children is some hundred questions to the hub. */
enum { WAIT_MS = 60000 };

enum err client_cmd_record_import(struct client_run *r);

enum err client_cmd_record_import(struct client_run *r)
{
    const char *path = client_run_text(r, "file"), *slash = strrchr(path, '/');
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, CLIENT_OPT_FILE_MAX, &data, &len, r->t);

    if (e == OK && strlen((char *) data) != len)
        e = trouble_at(r->t, ERR_SYNTAX, path, 0, 0, "there is a NUL byte in it: this is not a text file",
            "er staat een NUL-byte in: dit is geen tekstbestand");
    if (e == OK) {
        json_add_text(r->args, "name", slash != NULL ? slash + 1 : path);
        json_add_text(r->args, "content", (char *) data);
        json_add_u64(r->args, "wait_ms", WAIT_MS);
        e = client_run_call(r, "record.import", &r->reply);
    }
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    return e;
}
