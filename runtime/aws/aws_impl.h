#ifndef RUNTIME_AWS_AWS_IMPL_H
#define RUNTIME_AWS_AWS_IMPL_H

#include "runtime/aws/aws.h"

/*
 * How a call of a REST or query service is written. Lists are "Member=wire-name …"; what stands in
 * none of them and not in `uri` goes into the body.
 */
struct aws_operation {
    const char *service; /* an id */
    const char *action;
    const char *method;
    const char *uri;     /* "/jobs/{name}/startJobRun"; {Key+} keeps its slashes */
    const char *query;   /* NULL: none */
    const char *payload; /* the member that is the body, as it stands; NULL: all that are left */
    const char *answer;  /* the member that the answer's body becomes, as text; NULL: its JSON */
};

/* An optimized integration: the call under the name that it has as a resource. */
struct aws_integration {
    const char *call; /* "elasticmapreduce:addStep" */
    const char *service, *action;
    const char *text;    /* a member that goes as JSON text unless it is a string */
    const char *request; /* its parameters from the Task's: a mapping; NULL: they are the same */
    const char *result;  /* the Task's from the answer's: a mapping; NULL: the same */
    const char *once;    /* the member that makes a repeat of the call do nothing; NULL: none */
    bool envelope;       /* the result has SdkHttpMetadata and SdkResponseMetadata */
};

/* How the errors of a service are called by its optimized integrations. */
struct aws_labels {
    const char *service; /* "dynamodb" */
    const char *name;    /* "DynamoDB" */
    const char *cause;   /* "AmazonDynamoDBv2"; NULL: newer ones, whose causes are the SDK's */
    const char *base;    /* "AmazonDynamoDBException" */
};

/*
 * What .sync waits for. Mappings are "Member=path …": a path leads into the answer to the call, or
 * with `<` before it into the Task's parameters; "Member[]" is an array of the one value.
 */
struct aws_job {
    const char *call;
    const char *describe, *request;  /* the action that asks, and its parameters */
    const char *at;                  /* where the description is in its answer; "": all of it */
    const char *status;              /* where in that the status is */
    const char *good, *bad;          /* the states at which it has ended, with blanks around */
    const char *wrap;                /* the result is {wrap: description}; NULL: the description */
    const char *stop, *stop_request; /* NULL: none */
};

const struct aws_integration *aws_integration_of(const char *call, size_t len);
const struct aws_operation *aws_operation_of(const struct aws_service *s, const char *action);
const struct aws_job *aws_job_of(const char *call);
const struct aws_labels *aws_labels_of(const char *call);

/* Returns whether `word` is one of the words of `list`, which may be NULL. */
bool aws_has_word(const char *list, const char *word, size_t len);

/* Makes the object that a mapping describes; see struct aws_job. */
json *aws_mapped(const char *mapping, const json *parameters, const json *answer);
/* Returns a look at what a path like "Tasks.0.TaskArn" leads to; NULL: nothing. */
const json *aws_at(const json *v, const char *path, size_t len);

/* Makes parameters as the service writes them: their names' capitals differ from Step Functions'.
 */
json *aws_to_wire(const struct aws_service *s, const json *v);
/* Makes an answer as Step Functions writes it. Times, which are seconds in AWS's JSON, become text,
 * or milliseconds where `ms` is set. */
json *aws_from_wire(const struct aws_service *s, const json *v, bool ms);
/* Returns the names that the SDK writes in a way of its own, "ARN MD5OfBody"; NULL: none. */
const char *aws_renamed(const struct aws_service *s);

/* ---- REST-XML and query ---- */

/*
 * Reads an XML text as JSON, by words for its elements: "Name[]" stands once for each of a list,
 * "Name>Item" holds a list of Items, "Name#" is a number, "Name?" is true or false. An element of
 * `member`s is a list, one of `entry`s with key and value an object, any other without elements a
 * string. The value is the root's; *root (may be NULL) its name, yours. NULL with *why filled: it
 * is no XML, has a DOCTYPE, or is too deep.
 */
json *aws_xml_read(const char *text, size_t len, const char *hints, json **root, struct diag *why);
/* Returns the words for a service's answers. */
const char *aws_xml_hints(const struct aws_service *s);

/* Headers that are members of S3's calls, with those of its answers. */
struct aws_s3_header {
    const char *member, *header;
    char kind; /* 's' text, 'i' number, 'b' true or false, 't' time, 'm' all with this beginning */
    bool in, out;
};
const struct aws_s3_header *aws_s3_headers(size_t *count);

#endif
