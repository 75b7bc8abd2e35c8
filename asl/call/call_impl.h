#ifndef ASL_CALL_CALL_IMPL_H
#define ASL_CALL_CALL_IMPL_H

/* What the files of the room share: call_table.c has Step Functions' own facts, call.c looks calls
 * up, call_guess.c finds what was meant by others; call_members.c checks objects and the names in
 * them, call_values.c all other values; call_errors.c has the names of errors. */

#include "asl/call/call.h"
#include "asl/model/model.h"

/* What a parameter of Step Functions' own takes. */
enum call_kind {
    TAKES_ANY,
    TAKES_TEXT,
    TAKES_BOOLEAN,
    TAKES_OBJECT,       /* with the members `inside`; NULL: any */
    TAKES_CONNECTION,   /* text that is the ARN of a connection of EventBridge */
    TAKES_HTTPS,        /* text that is a URL of https */
    TAKES_CERTIFICATES, /* text that is certificates (PEM) in Base64 */
    TAKES_WORD,         /* one of `words` */
    TAKES_TEXT_LISTS,   /* an object of lists of texts */
    TAKES_LIKE,         /* what the member `like` of the call's operation does */
    TAKES_ONE_OF_LIKE   /* what one element of that list does */
};

struct call_field {
    const char *name; /* NULL ends a list */
    enum call_kind kind;
    bool required;
    const char *instead; /* required only without this one; NULL: always */
    const char *const *words;
    const struct call_field *inside;
    const char *like;
    const char *optional; /* members of that that need not be given, though the model says so */
};

/* Returns row `i` of the table; NULL behind the last. */
const struct call *call_table_at(size_t i);
/* Finds the operation behind a call. Returns false when there is none, or no models; *service may
 * be NULL then. */
bool call_find_operation(const struct call *call, const struct asl_resource *r,
                         const struct model_service **service, struct model_operation *out);
struct members;
/* Gives *out what the SDK for Java has beside a model's operation, if anything. */
void call_sdk_addition(const char *service, const char *operation, struct members *out);
/* Returns whether it is a service that Step Functions calls and the models don't have, such as one
 * that AWS has closed since. */
bool call_is_unmodelled(struct asl_piece service);
/* Returns whether it is the shape of an attribute of DynamoDB's tables, which has one type. */
bool call_is_attribute(const struct model_shape *shape);

/* A look at the parameters of one call. */
struct walk {
    const struct call *call;
    const struct model_service *service; /* NULL: no model */
    struct model_operation operation;
    const struct asl_at *given; /* the parameters themselves */
    enum call_source source;
    bool sdk; /* a call of the SDK, not an integration */
    call_see *see;
    void *user;
    size_t *guesses; /* names that unknown ones may still be compared with: it takes long */
};

/* What an object may have: members of a structure, parameters of Step Functions' own, or both. */
struct members {
    const struct model_shape *shape; /* NULL: none */
    const struct call_field *own;    /* NULL: none */
    const char *optional;            /* members that need not be there, with blanks between */
    bool inside;                     /* it is not the call's parameters themselves */
};

/* Returns whether a key gives its value by a path: "Name.$", in JSONPath. */
bool call_is_path(const struct walk *w, const json *key);
/* Looks for members that the object at `at` has to have. */
void call_check_required(const struct walk *w, const struct asl_at *at, const struct members *m);
/* Look for what is wrong with the value at `at`: an object with such members, a value of such a
 * shape, a value of a parameter of Step Functions' own. */
void call_check_members(const struct walk *w, const struct asl_at *at, const struct members *m);
void call_check_shape(const struct walk *w, const struct asl_at *at, model_shape_id id,
                      const char *optional);
void call_check_own(const struct walk *w, const struct asl_at *at, const struct call_field *f);
/* Adds the names that an object may have, "A, B (BB)", where BB is another spelling of B; nothing
 * when they are too many to be read. */
void call_list_members(const struct walk *w, const struct members *m, struct buf *out);
/* Tells that something is wrong with the value at `at`. */
void call_tell_value(const struct walk *w, const struct asl_at *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Tells that something is wrong with the value at `at`, and which names an object in its place may
 * have. */
void call_tell_object(const struct walk *w, const struct asl_at *at, const struct members *m,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Returns what a message calls the value at `at`: its key, or that of the list that it is in. */
const char *call_name_of(const struct asl_at *at);

#endif
