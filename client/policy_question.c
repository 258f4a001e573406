#include "client/policy_question.h"

#include "base/file.h"
#include "policy/files.h"

#include <stdlib.h>
#include <string.h>

/* A csv_report: the first mistake. */
static void tell(void *arg, const struct trouble *t)
{
    struct trouble *first = arg;

    if (first != NULL && first->err == OK)
        *first = *t;
}

enum err client_policy_question_pack(struct client_policy_question *q, const char *pack_dir, enum lang lang,
    struct trouble *t)
{
    enum err e = policy_files_load(pack_dir, lang, tell, t, &q->pack);

    if (e == OK)
        e = policy_files_texts(pack_dir, q->pack, lang, tell, t, &q->texts);
    q->tongue = (struct client_tongue){ .pack = q->pack, .texts = q->texts, .lang = lang };
    return e;
}

enum err client_policy_question_open(struct client_policy_question *q, const char *pack_dir, const char *facts_path,
    enum lang lang, struct trouble *t)
{
    const char *path = facts_path == NULL || strcmp(facts_path, "-") == 0 ? "/dev/stdin" : facts_path;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = client_policy_question_pack(q, pack_dir, lang, t);

    if (e == OK)
        e = file_read(path, CLIENT_POLICY_FACTS_MAX, &data, &len, t);
    if (e == OK)
        e = client_policy_facts_read(q->pack, data, len, clock_date_nl(clock_now_s()), &q->asked, t);
    free(data);
    return e;
}

void client_policy_question_close(struct client_policy_question *q)
{
    policy_texts_free(q->texts);
    policy_pack_free(q->pack);
    *q = (struct client_policy_question){ .pack = NULL };
}
