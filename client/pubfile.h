/*
 * client/pubfile: the public files that a command is given, or that lie in a home: a region, signed by all who founded it, and ORG.pub of an
 * organisation. No state; any thread.
 */
#ifndef CLIENT_PUBFILE_H
#define CLIENT_PUBFILE_H

#include "proto/region.h"

/* What is wrong in a file is said of the file that was given, and not of its kind. For who reads one by itself; nothing without trouble. */
void client_pubfile_name(const char *path, struct trouble *t);
/* Into *out, which is large: not on the stack. ERR_NOTFOUND, ERR_IO, and what proto_region_parse says, with trouble. */
MUST_USE enum err client_pubfile_region(const char *path, struct proto_region *out, struct trouble *t);
/* HOME/region: the same. ERR_LONG. */
MUST_USE enum err client_pubfile_home_region(const char *home, struct proto_region *out, struct trouble *t);
/* ERR_NOTFOUND, ERR_IO, and what proto_org_file_parse says, with trouble. */
MUST_USE enum err client_pubfile_org(const char *path, struct proto_org_file *out, struct trouble *t);
/* HOME/org.pub: the same. ERR_LONG. */
MUST_USE enum err client_pubfile_home_org(const char *home, struct proto_org_file *out, struct trouble *t);

#endif
