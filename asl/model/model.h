#ifndef ASL_MODEL_MODEL_H
#define ASL_MODEL_MODEL_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The services of AWS as their public models have them: operations, the shapes of what they take
 * and answer, how these are written on the wire, and hosts. The facts are in services.dat, which
 * tools/aws-models makes; the file is opened when a service is first asked for, and a service is
 * unpacked when it is first found. What is returned stays valid until the process ends, and is
 * never changed. The functions may be called from any thread.
 *
 * All texts are NUL-terminated, and NULL where the model says nothing. Names are the model's own;
 * Step Functions writes members with a first capital ("bucketName" is BucketName).
 */

enum model_protocol {
    MODEL_JSON,
    MODEL_REST_JSON,
    MODEL_REST_XML,
    MODEL_QUERY,
    MODEL_EC2,
    MODEL_CBOR
};

/* "aws", "aws-cn", … in the order that struct model_host numbers them. */
extern const char *const model_partitions[];
enum { MODEL_PARTITIONS = 8 };

/* Where a service is, in a partition: the rule for its regions, or one region that is otherwise. */
struct model_host {
    unsigned partition;   /* index into model_partitions */
    const char *region;   /* NULL: the rule for all regions of the partition */
    const char *host;     /* "sqs.{region}.amazonaws.com" */
    const char *signs_as; /* the region in signatures where it is another; else NULL */
};

struct model_operation;
struct model_data; /* what model.c alone reads */

struct model_service {
    const char *name;      /* Step Functions' name: "cloudwatchlogs" */
    const char *id;        /* "CloudWatch Logs" */
    const char *label;     /* in names of errors: "CloudWatchLogs" */
    const char *endpoint;  /* what its host begins with: "logs" */
    const char *signing;   /* its name in signatures */
    const char *version;   /* of its API: "2014-03-28" */
    const char *target;    /* JSON: what X-Amz-Target begins with */
    const char *json;      /* JSON: "1.0" or "1.1" */
    const char *signature; /* "v4", "s3", "s3v4", "bearer" or "v2" */
    const char *xml_namespace;
    enum model_protocol protocol;
    bool query_errors; /* JSON, but errors have the codes that its older query protocol had */
    size_t operation_count;
    size_t error_count;
    size_t host_count;
    const struct model_data *data;
};

/* ---- services ---- */

/*
 * Returns the file that facts are read from, or will be: the one in the environment's
 * ASL_SERVICES, beside the program, or in the data folder of the installed library. Returns NULL
 * when there is none, and fills *why (may be NULL), as it does for one that is damaged.
 */
const char *model_file(struct diag *why);

/*
 * Finds a service by Step Functions' name of it, without regard to capitals, blanks and dashes;
 * a "Service" at the end of its own name may be left off ("config"). Returns NULL when there is
 * none, or no file.
 */
const struct model_service *model_service_named(const char *name, size_t len);

/* Return how many services there are, and the name of service `i`, in the order of the alphabet. */
size_t model_service_count(void);
const char *model_service_name(size_t i);

struct model_host model_service_host(const struct model_service *s, size_t i);

/* ---- operations ---- */

/* A shape of a service; 0 is none. */
typedef uint16_t model_shape_id;

struct model_operation {
    const char *name; /* "PutItem" */
    const char *method;
    const char *uri;         /* "/{Bucket}/{Key+}?tagging" */
    model_shape_id input;    /* a structure; 0: it takes nothing */
    model_shape_id output;   /* a structure; 0: it answers nothing */
    const char *host_prefix; /* "{AccountId}." goes before the host */
    const char *checksum_by; /* the member that names the checksum of the body */
    const char *root;        /* XML: the root element of the body */
    const char *xml_namespace;
    const char *wrapper; /* query: the element that the answer is in */
    size_t error_count;
    bool needs_checksum, unsigned_payload, no_signature, deprecated;
    size_t first_error; /* model.c's */
};

/*
 * Finds an operation by its name; the first letter may be small: "putItem". Returns false when the
 * service has none.
 */
bool model_operation_named(const struct model_service *s, const char *name, size_t len,
                           struct model_operation *out);
/* Fills *out with operation `i` of the service; they are in the order of the alphabet. */
void model_operation_at(const struct model_service *s, size_t i, struct model_operation *out);

/* An error that an operation names. */
struct model_error {
    const char *name; /* of its class: "ParameterNotFound" */
    const char *code; /* on the wire; NULL: `name` */
    int status;       /* of HTTP; 0: not told */
};
struct model_error model_operation_error(const struct model_service *s,
                                         const struct model_operation *o, size_t i);
/* Returns error `i` of the service, whichever operations name it. */
struct model_error model_error_at(const struct model_service *s, size_t i);
/* Finds an error of any operation by its code on the wire, or by its name. Returns false when there
 * is none. */
bool model_error_coded(const struct model_service *s, const char *code, size_t len,
                       struct model_error *out);

/* ---- shapes ---- */

enum model_kind {
    MODEL_STRUCTURE,
    MODEL_LIST,
    MODEL_MAP,
    MODEL_STRING,
    MODEL_BLOB,
    MODEL_BOOLEAN,
    MODEL_INTEGER,
    MODEL_LONG,
    MODEL_FLOAT,
    MODEL_DOUBLE,
    MODEL_TIMESTAMP,
    MODEL_DOCUMENT /* any JSON */
};

enum model_time { MODEL_TIME_BY_PROTOCOL, MODEL_TIME_ISO8601, MODEL_TIME_SECONDS, MODEL_TIME_HTTP };

/* Where in the request or answer a member is. */
enum model_location {
    MODEL_IN_BODY,
    MODEL_IN_URI,
    MODEL_IN_QUERY,
    MODEL_IN_HEADER,
    MODEL_IN_HEADERS, /* each key of the map is a header, behind `wire` */
    MODEL_IN_STATUS
};

struct model_shape {
    const struct model_service *service;
    enum model_kind kind;
    enum model_time time;
    bool is_union, is_exception, is_event_stream, flattened, streaming;
    size_t count;        /* a structure's members, or a string's values (0: any) */
    model_shape_id of;   /* a list's elements, a map's values */
    model_shape_id key;  /* a map's keys */
    const char *of_name; /* what these are called in XML and queries; NULL: by the protocol */
    const char *key_name;
    const char *payload; /* a structure's member that is the whole body; NULL: none */
    const char *xml_namespace;
    double min, max; /* of a number, or a length; NaN: none */
    size_t first;    /* where its members or values begin; model.c's */
};

struct model_member {
    const char *name;
    const char *wire; /* what it is called where it is; never NULL */
    model_shape_id shape;
    enum model_location location;
    const char *xml_namespace;
    bool required, idempotency_token, flattened, xml_attribute, json_text, host_label, streaming;
    bool query_name; /* EC2's requests call it `name` */
};

/* Returns a shape of the service; `id` is one that an operation or shape of it has, not 0. */
struct model_shape model_shape_at(const struct model_service *s, model_shape_id id);
/* Returns member `i` of a structure. */
struct model_member model_member_at(const struct model_shape *s, size_t i);
/* Returns whether member `i` is required, quicker than model_member_at. */
bool model_member_is_required(const struct model_shape *s, size_t i);
/* Returns whether the shape of member `i` is a stream of events, quicker than model_shape_at. */
bool model_member_is_event_stream(const struct model_shape *s, size_t i);
/* Finds a member by its name or its title, without regard to capitals. Returns false when there is
 * none. */
bool model_member_named(const struct model_shape *s, const char *name, size_t len,
                        struct model_member *out);
/* Returns value `i` that a string may have. */
const char *model_value_at(const struct model_shape *s, size_t i);

/* Returns whether the SDK for Java adds "Value" to that name of a member, as it does to words of
 * its language. */
bool model_is_java_word(const char *name, size_t len);

enum { MODEL_TITLE_TAIL = sizeof "Value" - 1 };
/*
 * Writes a member's name as Step Functions has it, into `out` of at least strlen(name) +
 * MODEL_TITLE_TAIL + 1 bytes: with a first capital, and of several capitals at the beginning only
 * the first and the last stay ("MD5OfBody" is Md5OfBody, "SSEKMSKeyId" is SsekmsKeyId). A word of
 * Java has "Value" behind it. DynamoDB's NULL is Nul.
 */
void model_member_title(const char *name, char *out);

#endif
