#include "tests/support/policy.h"

#include "policy/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct told {
    char *text;
    size_t len;
};

static void tell(void *arg, const struct trouble *t)
{
    struct told *told = arg;
    size_t used = strlen(told->text);
    char line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(told->text + used, told->len - used, "%s\n", line);
}

struct policy_pack *support_policy_pack(const char *folder)
{
    char text[8192] = "";
    struct told told = { text, sizeof text };
    struct policy_pack *pack = NULL;

    if (policy_files_load(folder, LANG_EN, tell, &told, &pack) != OK)
        fail_msg("the pack does not load:\n%s", text);
    return pack;
}

struct support_policy_texts support_policy_small(void)
{
    return (
        struct support_policy_texts){ .text = {
                                          [POLICY_TABLE_KINDS] = "kind,group,meaning\npo,school,primary\nvo,"
                                                                 "school,secondary\nleerplicht,,officer\n",
                                          [POLICY_TABLE_PURPOSES] =
                                              "purpose,meaning,needs_case\nhelp,help,yes\ncount,count,no\n",
                                          [POLICY_TABLE_GROUNDS] =
                                              "ground,meaning,survives_objection\nLAW,law,yes\nCONSENT,"
                                              "consent,no\nWGS,\"reserved, off\",no\n",
                                          [POLICY_TABLE_SECTIONS] =
                                              "section,class,content\nident,S1,name\natt,S2,absence\nneed,S3,"
                                              "needs\npgn,SX,number\n",
                                          [POLICY_TABLE_EVENTS] =
                                              "event,meaning,set_by,by_requester,scope,valid_days\nVZM,"
                                              "report,SCHOOL,ref,child,90\n"
                                              "LRV,away,SCHOOL "
                                              "leerplicht,no,pair,\nCASE,case,system,,purpose,\n",
                                          [POLICY_TABLE_RULES] =
                                              "id,requester,purpose,holder,sections,mode,ground,ground9,"
                                              "events,ages,weigh,eyes,inform,days\n"
                                              "R1,leerplicht,help,SCHOOL,ident att,A,LAW,,VZM/LRV "
                                              "CASE,-17,no,no,before,90\n"
                                              "R2,ANY,ANY,ANY,pgn,N,,,,,no,no,none,0\n",
                                          [POLICY_TABLE_PARAMETERS] =
                                              "parameter,value,valid_from,source\nhours,16,2020-01-01,"
                                              "law\nhours,20,2026-08-01,law\n",
                                          [POLICY_TABLE_WEIGHING] =
                                              "question,when,pick,nl,en\n1,consent,,,\n1,,so,zo,so\n2,grave,,,\n"
                                              "3,,,,\n4,,,,\n5,,,,\n6,,,,\n7,,,,\n8,,,,\n9,,,,\n10,,,,\n11,,,,\n"
                                              "12,,,,\n13,,,,\n14,,,,\n15,,,,\n16,,,,\n17,,,,\n",
                                      } };
}

enum err support_policy_load(const struct support_policy_texts *texts, enum lang lang, char *text,
    size_t text_len, struct policy_pack **out)
{
    struct told told = { text, text_len };
    struct policy_tables tables = { 0 };
    uint8_t *copies[POLICY_TABLES] = { NULL };
    enum err e;

    if (text_len != 0)
        text[0] = '\0';
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        if (texts->text[i] == NULL)
            continue;
        tables.table[i].len = strlen(texts->text[i]);
        copies[i] = malloc(tables.table[i].len + (tables.table[i].len == 0));
        assert_non_null(copies[i]);
        memcpy(copies[i], texts->text[i], tables.table[i].len);
        tables.table[i].data = copies[i];
    }
    e = policy_pack_load(&tables, lang, text_len == 0 ? NULL : tell, &told, out);
    for (size_t i = 0; i < POLICY_TABLES; i++)
        free(copies[i]);
    return e;
}
