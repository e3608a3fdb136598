/* client.h - the asking end of the control socket. */
#ifndef INGEST_CLIENT_H
#define INGEST_CLIENT_H

#include "ingest/server.h"

enum { CLIENT_ROOM = INGEST_REQUEST_MAX + 1 };

/* ERR_GONE "ingest.no_server". */
enum err client_connect(const char *dir, int *out, struct diag *why) MUST_CHECK;
enum err client_lost(struct diag *why);
/* What PACKET_FAILURE says. */
enum err client_failure(struct str text, struct diag *why);

#endif
