#ifndef ASL_RESOURCE_RESOURCE_H
#define ASL_RESOURCE_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A Task's Resource, taken apart. The loader does that once, when the definition is compiled; who
 * does the work of the Task reads the parts, and nobody splits the text again.
 *
 *     arn:aws:lambda:us-east-1:123456789012:function:f   lambda
 *     arn:aws:states:us-east-1:123456789012:activity:a   activity
 *     arn:aws:states:::http:invoke                       http
 *     arn:aws:states:::aws-sdk:s3:getObject              sdk
 *     arn:aws:states:::states:startExecution.sync:2      optimized
 *     arn:aws:swf:us-east-1:123456789012:task/t          own
 */

enum asl_resource_kind {
    ASL_RESOURCE_OWN, /* of no service that Step Functions calls: the handlers file may name it */
    ASL_RESOURCE_LAMBDA,    /* an ARN of Lambda's */
    ASL_RESOURCE_ACTIVITY,  /* a worker takes the Task */
    ASL_RESOURCE_HTTP,      /* http:invoke: any server, by what a connection says */
    ASL_RESOURCE_SDK,       /* any call of a service, as AWS's SDKs have it */
    ASL_RESOURCE_OPTIMIZED, /* a call that Step Functions has an integration of its own for */
};

/* How a call of a service ends. Other resources have ASL_REQUEST_RESPONSE. */
enum asl_pattern {
    ASL_REQUEST_RESPONSE,
    ASL_SYNC,                /* .sync: the Task ends when the job does that the call begins */
    ASL_SYNC_2,              /* .sync:2: as .sync, but the result's JSON text comes as a value */
    ASL_WAIT_FOR_TASK_TOKEN, /* .waitForTaskToken: the result comes by the Task's token */
};
enum { ASL_PATTERNS = ASL_WAIT_FOR_TASK_TOKEN + 1 };

/* Returns what a resource's text ends in for that pattern: ".sync:2"; "" for
 * ASL_REQUEST_RESPONSE. */
const char *asl_pattern_ending(enum asl_pattern pattern);

/* A piece of the resource's text. It does not end with a NUL. */
struct asl_piece {
    const char *at;
    size_t len;
};

/* A resource and its parts, which point into `text`. A resource that is no ARN has none: they are
 * empty. */
struct asl_resource {
    const char *text; /* as the definition has it */
    enum asl_resource_kind kind;
    enum asl_pattern pattern;
    struct asl_piece partition; /* "aws" */
    struct asl_piece service;   /* "s3": behind aws-sdk: too; the ARN's own: "lambda", "swf" */
    struct asl_piece action;    /* "getObject", without the pattern; else what names the thing */
    struct asl_piece type;      /* the service as histories have it: "aws-sdk:s3" */
    const char *api;            /* the action as histories have it: "startExecution.sync:2" */
    struct asl_piece call;      /* type and action: "aws-sdk:s3:getObject" */
};

/*
 * Takes `text` apart, which must live as long as *out. Returns false when it is no ARN, or when it
 * is one of Step Functions without a service and an API. *out is filled then, too: with the
 * partition if it is an ARN, else with the text alone.
 */
bool asl_resource_read(const char *text, struct asl_resource *out);
/* Returns the parts of `r` in `copy`, a copy of its text. */
struct asl_resource asl_resource_in(const struct asl_resource *r, const char *copy);

/* Returns whether it is a call of a service: http, sdk or optimized. */
bool asl_resource_is_call(const struct asl_resource *r);
/* Returns whether it is the integration `service`:`action`, by whatever pattern. */
bool asl_resource_calls(const struct asl_resource *r, const char *service, const char *action);
/* Returns whether a part is that text. */
bool asl_piece_is(struct asl_piece part, const char *text);

/*
 * Returns a function's name in what Lambda takes for one: a name, a partial ARN
 * (ACCOUNT:function:NAME) or an ARN, each with or without a qualifier behind it; also in a pattern
 * for these. An ARN of something else is returned whole.
 */
struct asl_piece asl_function_name(const char *target);

#endif
