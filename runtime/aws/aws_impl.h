#ifndef RUNTIME_AWS_AWS_IMPL_H
#define RUNTIME_AWS_AWS_IMPL_H

#include "parsers/base/timestamp.h"
#include "runtime/aws/aws.h"

#include <stdint.h>

/* An optimized integration: the call under the name that it has as a resource. */
struct aws_integration {
    const char *call; /* "elasticmapreduce:addStep"; "bedrock-agentcore:": any of the service's */
    const char *service, *action; /* action NULL: as in the resource */
    const char *text;             /* a member that goes as JSON text unless it is a string */
    const char *request; /* its parameters from the Task's: a mapping; NULL: they are the same */
    const char *result;  /* the Task's from the answer's: a mapping; NULL: the same */
    const char *once;    /* the member that makes a repeat of the call do nothing; NULL: none */
    bool envelope;       /* the result has SdkHttpMetadata and SdkResponseMetadata */
    const char *own;     /* members of the Task's that the call doesn't have; NULL: none */
};

/*
 * What .sync waits for. Mappings are "Member=path …": a path leads into the answer to the call, or
 * with `<` before it into the Task's parameters; of "path|path" the first counts that leads
 * anywhere. "List.*.Id" is an array of what the path behind the star leads to in each element, all
 * of which must be there. "Member[]" is an array of the one value, and "Member?" need not be there.
 */
struct aws_job {
    const char *call;
    const char *describe, *request;  /* the action that asks, and its parameters */
    const char *at;                  /* where the description is in its answer; "": all of it */
    const char *status;              /* where in that the status is */
    const char *good, *bad;          /* the states at which it has ended, with blanks around */
    const char *wrap;                /* the result is {wrap: description}; NULL: the description */
    const char *stop, *stop_request; /* NULL: none */
    const char *also;                /* a mapping: what the result has beside; NULL: nothing */
};

const struct aws_integration *aws_integration_of(const char *call, size_t len);
const struct aws_job *aws_job_of(const char *call);

/* Makes the object that a mapping describes; see struct aws_job. */
json *aws_mapped(const char *mapping, const json *parameters, const json *answer);
/* Looks whether a path of a mapping leads to nothing that must be there: in `parameters`, and in
 * `answer`; NULL: not looked at. Returns true, and the path, for the first that does. */
bool aws_mapping_lacks(const char *mapping, const json *parameters, const json *answer,
                       struct buf *path);
/* Returns a look at what a path like "Tasks.0.TaskArn" leads to; NULL: nothing. */
const json *aws_at(const json *v, const char *path, size_t len);

/* ---- requests ---- */

/* Returns an object with a member set, under the name that it has already in any case. Takes `v`
 * and `value`. */
json *aws_with_member(json *v, const char *name, json *value);

/* Returns the parameters of a call (taken) with one name for each member of their structures, the
 * most exact; NULL with *why filled when none of several names of a member is exact. */
json *aws_with_single_names(const struct aws_call *c, json *v, struct diag *why);

/* Adds to the parameters of an integration's call the marks by which Step Functions finds its own
 * jobs again: see mark.c. Takes `v`. */
json *aws_marked(const struct aws_call *c, json *v, const struct aws_caller *caller);

/* Adds a header. Returns false with *why filled, which names the Task's member, when `value` can't
 * be one. */
bool aws_request_header(struct aws_request *q, const char *name, const char *value,
                        const char *member, struct diag *why);
/* Likewise, of a value that may have any bytes. */
bool aws_request_header_n(struct aws_request *q, const char *name, const char *value, size_t len,
                          const char *member, struct diag *why);
bool aws_request_has(const struct aws_request *q, const char *name);
/* Fills *why: nothing tells how a member of this name is sent. */
void aws_unknown_member(const json *key, struct diag *why);

/* Returns a value as its shape takes it, as a reference that is yours: numbers, true and false are
 * read out of text, and an array or object that should be text is written as JSON. What doesn't fit
 * stays as it is: the service says what it thinks of it. */
json *aws_fitting(const struct model_shape *s, const json *v);
void aws_time_write(struct buf *out, const struct timestamp *t, enum model_time form);
/* Write a value as text, as it is or as Base64 of that; what is no string is written as JSON. */
void aws_write_plain(struct buf *out, const json *v);
void aws_write_base64(struct buf *out, const json *v);
/* Writes a value as the text that its shape (NULL: unknown) has outside of JSON. Times have the
 * shape's form, or else `form`. */
void aws_write_text(struct buf *out, const struct model_shape *s, enum model_time form,
                    const json *v);
/* Writes the name of a member that a structure's model lacks: its first letter is small where the
 * others' are. */
void aws_unknown_name(struct buf *out, const struct model_shape *s, const json *key);

/* Makes JSON for a service. Members that are not in the body are left out. */
json *aws_json_for(const struct model_service *service, model_shape_id id, const json *v);
/* Adds XML for a service: an element `root`, in the namespace `space` (NULL: none). Returns false
 * with *why filled when a member is unknown. */
bool aws_write_xml(const struct model_service *service, const char *root, const char *space,
                   model_shape_id id, const json *v, struct buf *out, struct diag *why);
/* Write a request of the query protocols, of the REST ones, and of CBOR's. Return false with *why
 * filled. */
bool aws_write_query(const struct aws_call *c, const json *v, struct aws_request *q,
                     struct diag *why);
bool aws_write_rest(const struct aws_call *c, const json *v, struct aws_request *q,
                    struct diag *why);
bool aws_write_cbor(const struct aws_call *c, const json *v, struct aws_request *q,
                    struct diag *why);

uint32_t aws_crc32(const char *bytes, size_t len);
/* Adds the headers of a checksum where the call wants one. Returns false with *why filled. */
bool aws_add_checksum(const struct aws_call *c, const json *v, struct aws_request *q,
                      struct diag *why);

/* ---- answers ---- */

/* An element of XML, or an attribute: these come first. */
struct aws_element {
    const char *name; /* without its prefix, if it is no attribute */
    struct aws_element *parent, *first, *last, *next;
    size_t count; /* elements in it */
    struct buf text;
    struct aws_element *made; /* the one made before it: all are on one list */
};

struct aws_xml;

/* Reads an XML text. Returns NULL with *why filled: it is no XML, has a DOCTYPE, or is too deep. */
struct aws_xml *aws_xml_read(const char *text, size_t len, struct diag *why);
void aws_xml_free(struct aws_xml *x);
/* Returns a look at the root, which is never NULL. */
const struct aws_element *aws_xml_root(const struct aws_xml *x);
/* Returns the first element of that name in `n`, which may be NULL; NULL without one. */
const struct aws_element *aws_element_named(const struct aws_element *n, const char *name);

/*
 * Make values of answers as a Task gets them. `in_ms`: as the older integrations do, with times in
 * milliseconds and the service's own names but for a first capital; else times are text and names
 * the SDK's.
 */
json *aws_json_for_task(const struct model_service *service, model_shape_id id, const json *v,
                        bool in_ms);
/* Makes a value of the JSON in an answer's body. Nothing, or null, is an object without members.
 * Returns NULL with *why filled when it is no JSON. */
json *aws_json_body(const struct model_service *service, model_shape_id id,
                    const struct aws_answer *a, bool in_ms, struct diag *why);
/* Reads CBOR into what JSON would have for it; nothing at all is an object without members. Returns
 * NULL with *why filled when it is no CBOR. */
json *aws_cbor_read(const char *bytes, size_t len, struct diag *why);
json *aws_xml_for_task(const struct model_service *service, model_shape_id id,
                       const struct aws_element *n, bool in_ms);
/* Returns whether an element may be of that structure: it has a member of it, or nothing at all. */
bool aws_xml_may_be(const struct model_service *service, model_shape_id id,
                    const struct aws_element *n);
json *aws_text_for_task(const struct model_shape *s, const char *text, size_t len, bool in_ms);
json *aws_time_for_task(const json *v, bool in_ms);
/* Makes the name that a Task gets for a member. `wire`, if not NULL, is returned as it is when it
 * is that name, as most are. */
json *aws_name_for_task(const char *name, bool in_ms, const json *wire);
/* Reads a REST service's answer. Returns NULL with *why filled. */
json *aws_read_rest(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                    struct diag *why);

/* Makes the result of a call that converses: aws_call_converses. Returns false with *why filled
 * when the answer is no stream of events. */
bool aws_read_conversation(const struct aws_call *c, const struct aws_answer *a,
                           struct aws_result *out, struct diag *why);

/* Makes the error of an answer that is one. */
void aws_refused(const struct aws_call *c, const struct aws_answer *a, struct aws_result *out);
/* Returns the request's id, from the answer's headers or what the caller made up. */
const char *aws_request_id(const struct aws_answer *a);
/* Makes {name: v}. Takes `v`. */
json *aws_only(const char *name, json *v);

#endif
