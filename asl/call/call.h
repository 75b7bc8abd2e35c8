#ifndef ASL_CALL_CALL_H
#define ASL_CALL_CALL_H

#include "asl/report/report.h"
#include "asl/resource/resource.h"
#include "parsers/base/buf.h"

#include <stdbool.h>

/*
 * The calls of services that Tasks make: which there are, how each may be called, and what is wrong
 * with the parameters that one is given. What a service takes stands in its model
 * (asl/model/model.h), what Step Functions has of its own in the table of call_table.c. Without the
 * file of the models only the table is known.
 */

struct model_service;

/* A call that Step Functions has, or the kind that all calls of the SDK are of. */
struct call {
    const char *name;             /* "service:api"; "service:": any api of it */
    unsigned patterns;            /* how it may be called: a bit 1u << enum asl_pattern for each */
    const char *const *needs;     /* parameters without which AWS creates no machine; NULL: none */
    const char *service;          /* in the models; NULL: as in `name` */
    const char *operation;        /* in its model; NULL: as in `name` */
    const char *any;              /* parameters that take any JSON here, with blanks between */
    const struct call_field *own; /* parameters that the operation doesn't have; NULL: none */
    const char *optional; /* those that it requires and Step Functions doesn't, with blanks */
    bool alone;           /* it has those of `own` only */
    bool shorthand;       /* an attribute of DynamoDB may be text: that of its S */
};

/* Finds the call of a resource; NULL when its form is wrong, or Step Functions has no such. */
const struct call *call_find(const struct asl_resource *r);
/* Finds the call of S3 by which a Map reads its items, or writes its results (`writes`); NULL when
 * AWS has no such reader or writer. */
const struct call *call_find_of_map(const struct asl_resource *r, bool writes);
/* Returns whether the service and the action exist, as far as is known, of what call_find gave for
 * `r`. */
bool call_exists(const struct call *call, const struct asl_resource *r);
/* So many names of a definition are compared with others, to tell what was meant: it takes long. */
enum { CALL_GUESSES = 20000 };

/* Adds what was likely meant by a call that there is not, or not by that pattern: "did you mean
 * …?". Each comparison of names is taken off *guesses; at 0 nothing more is compared. Returns false
 * when it only says that there is no such service or action, as nothing is near. */
bool call_guess(const struct asl_resource *r, size_t *guesses, struct buf *out);
/* Adds which service was likely meant by a name that no service has, "did you mean sqs?", if any is
 * near. `guesses`: as in call_guess. */
void call_guess_service(struct asl_piece name, size_t *guesses, struct buf *out);
/* Finds the service that a name stands for: the SDK's, however it is written, or the one that AWS's
 * command line and ARNs have. Returns NULL when there is none. */
const struct model_service *call_service_known_as(struct asl_piece name);
/* Returns whether what the services take is known at all. */
bool call_models_known(void);

/* ---- errors ---- */

/* How the errors of a service are called by its integrations of Step Functions' own. */
struct call_labels {
    const char *service; /* "dynamodb" */
    const char *name;    /* "DynamoDB" */
    const char *cause;   /* "AmazonDynamoDBv2"; NULL: newer ones, whose causes are the SDK's */
    const char *base;    /* "AmazonDynamoDBException" */
};

/* Returns the labels of an integration, "dynamodb:putItem"; NULL when it has none. */
const struct call_labels *call_labels_of(const char *call);
/* Adds the class that the SDK for Java has for an error of a model, "NoSuchKeyException" for
 * NoSuchKey. */
void call_add_error_class(struct buf *out, const char *name);
/*
 * Returns whether the Task of a resource may fail with the error of that name, as far as is known:
 * only names that begin with the service's are. If not, *meant gets the name that was likely meant,
 * or nothing. `guesses`: as in call_guess.
 */
bool call_may_fail_with(const struct asl_resource *r, const char *name, size_t *guesses,
                        struct buf *meant);

/* ---- parameters ---- */

/*
 * Returns what a service gets of a text that its parameter `name` has: the text, or its last part.
 * Route 53 answers ids with what they are of, "/hostedzone/Z1", and takes them without.
 */
const char *call_text_sent(const char *service, const char *name, const char *text);

/* What is wrong. */
enum call_fault {
    CALL_UNKNOWN, /* a parameter that there is not */
    CALL_MISSING, /* a parameter that is required */
    CALL_VALUE,   /* a value of the wrong type, out of bounds, or of another set of words */
};

struct call_problem {
    enum call_fault fault;
    const struct asl_at *at; /* UNKNOWN, VALUE: the parameter; MISSING: the object without it */
    const char *name;        /* of the parameter, without `.$` */
    const char *meant;       /* UNKNOWN: the one that was likely meant; NULL: none is near */
    const char *text;        /* VALUE: what is wrong with it */
    const char *has; /* UNKNOWN, VALUE: "A, B (BB)", the names that the object may have; or NULL */
    const struct asl_at *misspelt; /* MISSING: what likely stands for it; NULL: nothing does */
    bool literal; /* UNKNOWN, or of `misspelt`: the value is no path and no expression */
    bool inside;  /* in a structure, not a parameter of the call itself */
    bool filled;  /* MISSING: the SDKs fill it in, as a token that makes calls once */
    bool needed;  /* MISSING: it is one of the call's `needs` */
};

/* Adds how it is mended, as far as that is known: "did you mean A?", or the names there are. */
void call_add_hint(const struct call_problem *p, struct buf *out);
/* Adds what is wrong as a sentence: "lambda:invoke has no parameter 'payload'". */
void call_add_text(const struct asl_resource *r, const struct call_problem *p, struct buf *out);

/* Returns whether AWS creates no machine with that problem. Otherwise the Task fails when it runs,
 * or the service refuses the call. */
bool call_is_refused(const struct asl_resource *r, const struct call_problem *p);

typedef void call_see(void *user, const struct call_problem *p);

/* Where parameters come from. */
enum call_source {
    CALL_OF_JSONPATH, /* a definition: the value of "Name.$" is a path, */
    CALL_OF_JSONATA,  /* … or "{% … %}" an expression */
    CALL_OF_TASK,     /* a Task that runs: all is data */
};

/*
 * Looks for what is wrong with the parameters at `given` of `call`, whose resource is `r`, and
 * calls `see` with each; what that is told is good during the call. What is not known is right: a
 * path, an expression, all that a service has no model of. `guesses`: as in call_guess.
 */
void call_check(const struct call *call, const struct asl_resource *r, const struct asl_at *given,
                enum call_source source, size_t *guesses, call_see *see, void *user);

#endif
