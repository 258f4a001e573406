#include "client/subject_row.h"

void client_subject_write(struct wr *w, const struct proto_subject_id *s)
{
    wr_u8(w, s->type);
    wr_copy(w, s->value, sizeof s->value);
}

void client_subject_read(struct rd *r, struct proto_subject_id *s)
{
    s->type = rd_u8(r);
    if (s->type > PROTO_SUBJECT_HANDLE)
        rd_fail(r, ERR_RANGE);
    rd_copy(r, s->value, sizeof s->value);
}
