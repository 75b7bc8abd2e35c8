#ifndef TOOLS_SERVER_EXECUTION_H
#define TOOLS_SERVER_EXECUTION_H

#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>

/*
 * An execution as a server of the Step Functions API knows it, asl serve or AWS: the definition
 * that it runs, and its history. Requests are signed as those of Tasks are, with the keys of the
 * environment or a profile.
 */
struct server_execution {
    const char *command;  /* of asl, for messages */
    const char *arn;      /* of the execution */
    const char *endpoint; /* URL of the server, or "aws"; NULL: as the environment says, or asl
                             serve where it listens by itself */
    /* What is found: */
    json *name;       /* of its machine */
    json *definition; /* its text */
    json *events;     /* a list, as GetExecutionHistory gives them without data */
};

#define SERVER_EXECUTION_ENDPOINT "http://127.0.0.1:8083"

struct option_set;

/* Asks the server. False after a message. server_execution_clear is needed in any case. */
bool server_execution_read(struct server_execution *e, const struct option_set *set);
void server_execution_clear(struct server_execution *e);

#endif
