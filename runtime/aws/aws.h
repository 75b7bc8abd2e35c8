#ifndef RUNTIME_AWS_AWS_H
#define RUNTIME_AWS_AWS_H

#include "asl/model/model.h"
#include "asl/resource/resource.h"
#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/base/timestamp.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a Task's resource asks of a service of AWS, as HTTP: the request of its parameters, and the
 * result or error of the answer, in the form that Step Functions gives them. No sockets, no clock.
 *
 *     arn:aws:states:::sqs:sendMessage                an optimized integration
 *     arn:aws:states:::glue:startJobRun.sync          … that waits for a job's end
 *     arn:aws:states:::aws-sdk:dynamodb:query         any call of an SDK
 */

/*
 * Finds a service by its id, the name of its integration or of its part of the SDK, or what its
 * hosts begin with: "sqs", "Secrets Manager", "states". Capitals, blanks and dashes don't count.
 * Returns NULL when there is none.
 */
const struct model_service *aws_service_named(const char *name, size_t len);

struct aws_integration;
struct aws_job;

/* A body that goes as it is, instead of what the parameters have. All of it is a look. */
struct aws_body {
    const char *bytes;
    size_t len;
};

/* What a resource names. */
struct aws_call {
    const struct model_service *service;
    struct model_operation operation;
    const struct aws_integration *integration; /* NULL: aws-sdk */
    const struct aws_integration *names;       /* whose names errors have; NULL: `integration`'s */
    const struct aws_job *job;                 /* .sync: what to wait for; else NULL */
    bool parsed;                               /* .sync:2 */
    const struct aws_body *body; /* of an operation that takes bytes; NULL: it is a parameter */
};

/*
 * Finds the call of a service that a resource names. Returns false when it names none (*why stays
 * empty then), or one that AWS's models don't have or asl can't make (*why says so).
 */
bool aws_call_read(const struct asl_resource *r, struct aws_call *out, struct diag *why);

/* Returns the service as an integration of Step Functions' own calls it: "states", "bedrock"; an
 * empty piece for a call of the SDK. */
struct asl_piece aws_call_name_of_service(const struct aws_call *c);

/*
 * Returns the parameters by the names that the other functions here know: a Task's may have other
 * capitals, but the exact name counts where it is given, too. What is no object stays as it is. The
 * reference is yours. Returns NULL with *why filled when none of several names of a parameter is
 * exact.
 */
json *aws_with_own_names(const struct aws_call *c, const json *parameters, struct diag *why);

/*
 * Returns whether the call is a conversation of an agent with its model: it may take a quarter of
 * an hour, and what is told of it may be larger than the result that is made of that.
 */
bool aws_call_converses(const struct aws_call *c);

struct aws_header {
    const char *name, *value;
};

enum { AWS_MAX_HEADERS = 96 };

/* A request but for its host and signature. */
struct aws_request {
    const char *method;
    struct buf path;  /* encoded; begins with a slash */
    struct buf query; /* encoded; may be empty */
    struct buf body;
    struct buf host; /* goes before AWS's own host: "data."; may be empty */
    struct aws_header headers[AWS_MAX_HEADERS];
    size_t header_count;
};

void aws_request_clear(struct aws_request *q);

/* Who calls. */
struct aws_caller {
    const char *execution; /* ARN; NULL: none */
    const char *key;       /* the same for a repeat of the same call; NULL: none */
};

/* Writes a UUID of version 4 that has the bits of `half`. */
enum { AWS_UUID = 37 };
void aws_uuid_write(const uint64_t half[2], char out[AWS_UUID]);

/* Makes the request of a call. Returns false with *why filled when these can't be its parameters.
 */
bool aws_request_make(const struct aws_call *c, const json *parameters,
                      const struct aws_caller *caller, struct aws_request *out, struct diag *why);

/* An HTTP answer. */
struct aws_answer {
    int status;
    const char *body;
    size_t len;
    const json *headers;    /* an object name: text */
    const char *request_id; /* for an answer without one */
    const char *url;        /* that was asked; NULL: not known */
    bool raw; /* a body that is a blob is given as its bytes, though they need not be UTF-8 */
    const json *parameters; /* the Task's, of which some results take values; NULL: none */
};

/* A value where `ok`, else the error's name and cause: as struct task_result has them. */
struct aws_result {
    bool ok;
    json *value, *error, *cause;
};

void aws_result_clear(struct aws_result *r);

/* Makes what the Task gets of the call's answer. */
void aws_answer_read(const struct aws_call *c, const struct aws_answer *a, struct aws_result *out);
/* Makes what the Task gets when the request could not be sent: "SQS.SdkClientException". Takes
 * `cause`. */
void aws_not_sent(const struct aws_call *c, json *cause, struct aws_result *out);

/* Makes what the Task gets of an answer that is none of such a service: "SQS.SdkClientException".
 * The cause names `why`, the server, and the answer's status, type and beginning. */
void aws_not_understood(const struct aws_call *c, const struct aws_answer *a, const char *why,
                        struct aws_result *out);

/* ---- jobs (.sync) ---- */

enum aws_progress {
    AWS_JOB_RUNS,
    AWS_JOB_STRANGE, /* it runs, for all that is known of its state */
    AWS_JOB_UNTOLD,  /* the service had no time for the question */
    AWS_JOB_NO_KEYS, /* the service doesn't take the keys that signed it, or the time of day */
    AWS_JOB_MISSING, /* its answer has no such job */
    AWS_JOB_REFUSED, /* it won't tell: the Task fails, and the job may go on */
    AWS_JOB_SUCCEEDED,
    AWS_JOB_FAILED,
};

/*
 * Make the call that asks how a job does, and the one that stops it for the execution of that ARN.
 * `submitted` is what the service said when the job began, as aws_answer_read made it. *request is
 * yours. Return false when there is no such call. A job of several tasks is stopped by several
 * calls: `part` counts them from 0.
 */
bool aws_job_describe(const struct aws_call *c, const json *parameters, const json *submitted,
                      struct aws_call *out, json **request);
bool aws_job_stop(const struct aws_call *c, const json *parameters, const json *submitted,
                  size_t part, const char *execution, struct aws_call *out, json **request);
/* Reads what was not begun, though the service took the call well, of the result of one that waits
 * for an end or a token. Returns false when all was; else *out is what the Task fails with. */
bool aws_job_half_begun(const struct aws_call *c, const json *result, struct aws_result *out);
/*
 * Looks for what tells a job apart: a member of the Task's parameters before the job has begun
 * (`submitted` NULL), then of the service's answer. Returns true when one is missing that must be
 * there, and adds the path to it.
 */
bool aws_job_lacks(const struct aws_call *c, const json *parameters, const json *submitted,
                   struct buf *path);
/* Returns a look at what the service says, in an answer that is no error, of a job that it has not
 * stopped; NULL: nothing. */
const json *aws_job_unstopped(const json *answer);
/* Returns whether a repeat of the call does nothing, as it has a token. */
bool aws_call_has_token(const struct aws_call *c);
/* Returns whether the call begins a job that can be stopped. */
bool aws_job_can_be_stopped(const struct aws_call *c);
/* Reads how a job does from the answer to aws_job_describe's call. When it has ended, *out is the
 * Task's result; when nothing is told of it, *out is the error that the service answered, or that
 * which it is if the job stays missing. When it is strange, the cause in *out tells why. */
enum aws_progress aws_job_progress(const struct aws_call *c, const json *submitted,
                                   const struct aws_call *describe, const struct aws_answer *a,
                                   struct aws_result *out);

/* ---- jobs that have a name (.sync) ---- */

/* Makes what stands for the answer to the begin of a job that the Task's parameters name, where the
 * service has no token by which it knows a repeat: by it the job can be asked about. NULL: it has
 * no such name. */
json *aws_job_by_name(const struct aws_call *c, const json *parameters);
/* Returns whether the begin of a named job was refused as there is one of that name. */
bool aws_job_is_taken(const struct aws_call *c, const struct aws_answer *a);
/* Returns whether a deletion was refused, as what it deletes is not there any more. */
bool aws_job_is_gone(const struct aws_call *c, const struct aws_result *r);
/* Returns whether what was made at that time (text of ISO 8601, or ms since 1970; NULL: not known)
 * was there before `since_ms` (ms since 1970; 0: not known), whatever the clocks are. */
bool aws_job_is_older(const json *made, int64_t since_ms);

enum aws_found {
    AWS_FOUND,         /* it is the Task's own */
    AWS_FOUND_OTHER,   /* it began before the Task did: it is another's */
    AWS_FOUND_NONE,    /* there is no such job */
    AWS_FOUND_BUSY,    /* the service had no time for the question */
    AWS_FOUND_NO_KEYS, /* it doesn't take the keys that signed it */
    AWS_FOUND_REFUSED, /* it won't tell */
};

/* Reads which job has the name, from the answer to the call that aws_job_describe made of
 * aws_job_by_name. `since_ms`: when the Task's state was entered. Of AWS_FOUND *begun is what the
 * begin would have answered; where the answer is an error, *why is that. */
enum aws_found aws_job_look(const struct aws_call *c, const struct aws_call *describe,
                            const struct aws_answer *a, int64_t since_ms, json **begun,
                            struct aws_result *why);

/* ---- calls beside a call ---- */

/* A call that an integration makes beside its own. */
struct aws_side_call {
    struct aws_call call;
    json *parameters; /* yours */
    bool gives_body;  /* the bytes that it answers are the body of the call itself */
    bool takes_body;  /* the bytes that the call answers are its body */
};

/*
 * Makes the call that comes before a call, for the Task's parameters: it asks for a name's id, or
 * reads the input of a model. `marker`: where a list goes on; NULL: its beginning. Returns false
 * when there is none; or when these can't be its parameters, then *why is filled.
 */
bool aws_call_before(const struct aws_call *c, const json *parameters, const json *marker,
                     struct aws_side_call *out, struct diag *why);

/* The cause where a list's pages have no end. */
#define AWS_NO_END_OF_LIST "Unable to unmarshall response: the pages of the list have no end"

enum aws_side_end { AWS_SIDE_DONE, AWS_SIDE_MORE, AWS_SIDE_FAILED };

/* Reads its answer. DONE: *out is the parameters to make the call itself with; MORE: *out is the
 * marker to ask on with; FAILED: *failed is what the Task gets. */
enum aws_side_end aws_before_read(const struct aws_call *c, const json *parameters,
                                  const struct aws_side_call *side, const struct aws_answer *a,
                                  json **out, struct aws_result *failed);
/* Makes the call that comes after a call that was answered well with `a`: it writes what a model
 * has answered. With NULL it is only found out whether there is one. Returns false as
 * aws_call_before does. */
bool aws_call_after(const struct aws_call *c, const json *parameters, const struct aws_answer *a,
                    struct aws_side_call *out, struct diag *why);
/* Makes what the Task gets of its answer, and of the call's own result `value`, which it takes. */
void aws_after_read(const struct aws_side_call *side, const json *parameters,
                    const struct aws_answer *a, json *value, struct aws_result *out);

/* ---- shared ---- */

/* Returns the service's own code in an answer that is an error, "AccessDenied"; NULL when it says
 * none. The reference is yours. */
json *aws_error_code(const struct aws_call *c, const struct aws_answer *a);

/* What an answer that is an error says of the next try of its call. */
enum aws_refusal {
    AWS_REFUSED,      /* it would be refused, too */
    AWS_REFUSED_BUSY, /* it may do better: the service had no time, or failed by itself */
    AWS_REFUSED_KEYS, /* it may do better with other keys, or when the clock is right */
};
enum aws_refusal aws_refusal_of(const struct aws_call *c, const struct aws_answer *a);

/* Adds the ARN of the state machine whose execution, of either type, has that ARN; nothing when it
 * is none. Of a child of a Map Run it is that of the machine and the Map. */
void aws_machine_arn(struct buf *out, const char *execution);
/* Returns a look at a member by its name in any case, the exact one first; NULL when it is absent
 * or null. */
const json *aws_given(const json *v, const char *name);
/* Reads a time of a Task: ISO 8601, or seconds since 1970 as a number or text. */
bool aws_time_read(const json *v, struct timestamp *out);
/* Reads a whole number of a Task, which may be written as text, and as 1e3. */
bool aws_whole_read(const json *v, int64_t *out);
/* Reads a boolean of a Task, which may be text in any capitals. */
bool aws_truth_read(const json *v, bool *out);

/* Adds the checksum of a body in Base64: CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512 or MD5.
 * Returns false when the algorithm is another. */
bool aws_checksum(const char *algorithm, const struct buf *body, struct buf *out);

/* Makes SdkHttpMetadata as AWS has it: AllHttpHeaders in the order of a Java HashMap, HttpHeaders
 * by name. */
json *aws_http_metadata(const json *headers, int status);
/* Returns a look at a header by its name in any case; NULL without one. */
const json *aws_header_of(const json *headers, const char *name);

#endif
