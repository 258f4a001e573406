#include "client/policy_page.h"

#include "base/text.h"

#include <string.h>

/* Contrast of 7 and more everywhere; a table that becomes cards where there is no room for it. */
static const char style[] = "<style>\n"
    "body{font:1rem/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0 auto;max-width:100rem;padding:1rem}\n"
    "h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;margin-top:2rem}\n"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.5rem 0}\n"
    "table{font-size:.9rem}td p{margin:0 0 .4rem}code{overflow-wrap:anywhere}.wide,.even{table-layout:fixed}th,td{overflow-wrap:break-word}\n"
    ".wide th:nth-child(1){width:9%}.wide th:nth-child(5){width:8%}.wide th:nth-child(2),.wide th:nth-child(3){width:13%}\n"
    ".wide th:nth-child(4),.wide th:nth-child(8),.wide th:nth-child(9){width:12%}.wide th:nth-child(6){width:14%}.wide th:nth-child(7){width:5%}\n"
    "td,th{hyphens:auto}td ul{padding-left:.9rem}td li:only-child{list-style:none;margin-left:-.9rem}\n"
    "th,td{box-sizing:border-box;border:1px solid #767676;padding:.4rem .5rem;text-align:left;vertical-align:top}\n"
    "thead th{background:#e6edf5}tbody tr:nth-child(even){background:#f6f6f6}\n"
    "td ul{margin:0}code,.id{font-family:ui-monospace,monospace;font-size:.9em}\n"
    "form{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0;align-items:end}form div{max-width:100%;min-width:0}label{display:block;font-weight:bold}\n"
    "select,button{font:inherit;padding:.4rem;max-width:100%}:focus-visible{outline:3px solid #004a99;outline-offset:2px}\n"
    ".mark{display:inline-block;font-size:.8rem;border:1px solid #111;border-radius:.2rem;padding:0 .2rem}\n"
    ".consent{background:#fff3c4}.never{background:#f8d7da}.allowed{background:#d9ead3}\n"
    "[hidden]{display:none!important}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}\n"
    "@media screen and (max-width:64rem){thead{position:absolute;left:-99rem}table,tbody,tr,td,th,caption{display:block;border:0}\n"
    ".wide th:nth-child(n){width:auto}tr{border:1px solid #767676;margin-bottom:1rem;padding:.3rem}td::before,tbody th::before{content:attr(data-l);"
    "display:block;font-weight:bold;font-size:.85em}}\n"
    "@media print{form,.skip,.count{display:none}body,table,.mark{font-size:8pt;line-height:1.3}body{max-width:none;padding:0}"
    "th,td{padding:.15rem "
    ".25rem}h2{break-after:avoid}tr{break-inside:avoid}\n"
    "thead{display:table-header-group}@page{size:A4 landscape;margin:12mm}}\n"
    "</style>\n";

/* Rows carry what they are about in data-f; the filter shows those that have every word that was chosen. */
static const char script[] = "<script>\n"
    "(function(){var f=document.getElementById('filter');if(!f)return;\n"
    "var s=f.querySelectorAll('select'),c=document.getElementById('count'),t=document.querySelectorAll('tr[data-f]');\n"
    "function go(){var n=0;t.forEach(function(r){var w=r.dataset.f.split(' ');\n"
    "var ok=Array.prototype.every.call(s,function(x){return !x.value||w.indexOf(x.value)>=0});r.hidden=!ok;if(ok)n++});\n"
    "document.querySelectorAll('section[data-t]').forEach(function(x){x.hidden=!x.querySelector('tr[data-f]:not([hidden])')});\n"
    "var nl=document.documentElement.lang==='nl';c.textContent=n+(nl?' van ':' of ')+t.length+(nl?' rijen':' rows')}\n"
    "f.hidden=false;f.addEventListener('change',go);f.addEventListener('reset',function(){setTimeout(go,0)});go()})();\n"
    "</script>\n";

void client_policy_page_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '<': (void)fputs("&lt;", out); break;
        case '>': (void)fputs("&gt;", out); break;
        case '&': (void)fputs("&amp;", out); break;
        case '"': (void)fputs("&quot;", out); break;
        case '\'': (void)fputs("&#39;", out); break;
        default: (void)fputc(*text, out); break;
        }
}

void client_policy_page_put(FILE *out, const char *tag, const char *text)
{
    (void)fprintf(out, "<%s>", tag);
    client_policy_page_text(out, text);
    (void)fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void client_policy_page_open(FILE *out, enum lang lang, const char *title, const struct policy_pack *pack, bool draft)
{
    bool nl = lang == LANG_NL;
    char digest[2 * POLICY_DIGEST_LEN + 1];

    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    (void)fprintf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n", nl ? "nl" : "en");
    client_policy_page_put(out, "title", title);
    (void)fprintf(out, "\n%s</head>\n<body>\n<a class=\"skip\" href=\"#main\">%s</a>\n<header>", style,
        nl ? "Naar de inhoud" : "To the content");
    client_policy_page_put(out, "h1", title);
    (void)fprintf(out, "<p>%s <code>%s</code>%s</p></header>\n<main id=\"main\">\n", nl ? "Pakket" : "Pack", digest,
        !draft ? "" : nl ? " (concept: niet aangenomen)" : " (draft: not adopted)");
}

void client_policy_page_close(FILE *out, bool filters)
{
    (void)fprintf(out, "</main>\n%s</body>\n</html>\n", filters ? script : "");
}
