#ifndef TOOLS_TEMPLATE_TEMPLATE_IMPL_H
#define TOOLS_TEMPLATE_TEMPLATE_IMPL_H

/*
 * What the files of this folder share. template.c has the kinds of files, and each kind has a file;
 * definition.c validates a definition that was taken out of its template; function.c evaluates
 * CloudFormation's functions; quilt.c sews text together; substitution.c knows the placeholders
 * that a template fills in; asset.c finds files of the CDK, include.c those of serverless.yml, and
 * variable.c its variables; placeholders.c has the values that are given from outside.
 */

#include "parsers/base/arena.h"
#include "parsers/json/json.h"
#include "parsers/source.h"
#include "tools/template/placeholders.h"
#include "tools/template/template.h"

/* A file that is being read. */
struct reading {
    const struct template_reader *to;
    const char *name, *text;
    size_t len;
    enum document_format format;
    struct source_lines lines;
    bool pseudo;           /* #{…} is a placeholder too: serverless.yml */
    json *assets;          /* of the CDK: sources by key, once they were asked for */
    const json *variables; /* all of serverless.yml, which is where its variables look; or NULL */
};

void reading_init(struct reading *r, const struct template_reader *to, const char *name,
                  const char *text, size_t len, enum document_format format);
void reading_clear(struct reading *r);

/* ---- quilt.c ---- */

struct machine;

/* A placeholder in a quilt's text. */
struct patch {
    size_t from, to;
    bool bare;   /* outside the strings of JSON, and put into quotes */
    bool filled; /* by the template itself, no DefinitionSubstitutions needed */
};

/* Text that is sewn together, and where each byte stands in the file. Empty is {0}. */
struct quilt {
    struct buf text;
    struct source_map map;
    struct patch *patches;
    size_t count, cap;
    bool plain;    /* it is no JSON: each placeholder is treated as one in a string */
    bool function; /* a function made it: placeholders in its text are meant to be there */
    enum { QUILT_OUTSIDE, QUILT_STRING, QUILT_ESCAPE } state;
    size_t steps;           /* so far; hostile templates nest substitutions */
    struct machine *filler; /* whose placeholders it has, to fill them in; NULL: they stay */
    unsigned depth;         /* of values whose placeholders are filled in, too */
};

/* Adds the bytes [from, to) of `text`; `map` tells where they stand in the file. */
void quilt_add(struct quilt *q, const char *text, size_t from, size_t to,
               const struct source_map *map);
/* Adds "${name}", which stands at byte `at` of the file. */
void quilt_placeholder(struct quilt *q, const char *name, size_t len, size_t at, bool filled);
/* Adds the value of that placeholder instead. False: there is none, and nothing is added. */
bool quilt_fill(struct quilt *q, const char *name, size_t len, size_t at, bool filled);
/* Counts the work of evaluating one function. */
void quilt_work(struct quilt *q);
/* Adds text whose bytes all stand for byte `at` of the file. */
void quilt_add_from(struct quilt *q, const char *text, size_t len, size_t at);
/* Returns whether it is too long for a definition, or took too much work: then nothing more is
 * added. */
bool quilt_is_full(const struct quilt *q);
/* Returns whether it is nothing but one placeholder. */
bool quilt_is_unknown(const struct quilt *q);
/* Returns whether byte `at` of the text is at a bare placeholder, or at what it may belong to. */
bool quilt_is_bare(const struct quilt *q, size_t at);
void quilt_clear(struct quilt *q);

/* Fills `map` with where the text of the string `v` stands in the file. */
void scalar_map(struct reading *in, const json *v, const struct json_places *at,
                struct source_map *map);

/*
 * Returns the length of the "${name}" that begins at `text`, or 0 if none does. Names have A-Z a-z
 * 0-9 _.:- and what Serverless takes if a variable has no value: "${opt:stage, self:custom.stage,
 * 'dev'}".
 */
size_t placeholder_at(const char *text, size_t len);
/* Returns whether the text has a "${". */
bool placeholder_may_be_in(const char *text, size_t len);

/* ---- substitution.c ---- */

/* DefinitionSubstitutions, and which of them the definition uses. */
struct substitutions {
    bool wanted; /* false: it is not known what fills placeholders in, so nothing is warned of */
    const json *given;
    const struct json_places *places;
    bool *used;
    json **texts; /* of `given`, as far as they were asked for; null: not known */
};

/* Begins with the substitutions `given`; NULL: there are none. */
void substitutions_init(struct substitutions *s, const json *given,
                        const struct json_places *places);
/* Warns of placeholders in the text of `q` that nobody fills in. */
void substitutions_check(struct substitutions *s, struct reading *in, const struct quilt *q,
                         struct asl_report *report);
/* Warns of such placeholders in the text of the string `v`, which stands at `at`. */
void substitutions_check_string(struct substitutions *s, const json *v, struct place at,
                                struct asl_report *report);
/* Warns of substitutions that the definition never used. */
void substitutions_unused(const struct substitutions *s, struct asl_report *report);
void substitutions_clear(struct substitutions *s);
/*
 * Adds what is to stand for the placeholder `name`: a value of the command line, or, unless the
 * template itself fills it in, one that the template gives in letters, or of a variable of
 * serverless.yml. False: there is none.
 * *checked: the value may be written so that it doesn't end the string that it stands in;
 * CloudFormation puts in what it has as it is.
 */
bool substitutions_fill(struct machine *m, const char *name, size_t len, bool filled,
                        struct buf *out, bool *checked);

/* ---- variable.c ---- */

/* What a variable stands for. VARIABLE_TEXT: a string, whatever it looks like. */
enum variable { VARIABLE_NONE, VARIABLE_TEXT, VARIABLE_VALUE };

/* Adds the value of a variable of serverless.yml. VARIABLE_NONE: it isn't known, or `name` is no
 * variable. */
enum variable variable_fill(const struct reading *in, const char *name, size_t len,
                            struct buf *out);

/* ---- function.c ---- */

/* Returns the name, as "Sub" or "Ref", of the function that `v` calls as {"Ref": …}, {"Fn::Sub": …}
 * or by a tag. NULL: it is no call. */
const char *cfn_function(const json *v);
/* Returns the argument of such a call, and its places. */
const json *cfn_argument(const json *v, const struct json_places *at,
                         const struct json_places **argument_at);
/* Adds the value of a string, a number or a call. */
void cfn_text(struct quilt *q, struct reading *in, const json *v, const struct json_places *at);

/* ---- include.c ---- */

/* "${file(path):key}", whose parts stand in the string. */
struct include_call {
    const char *path, *key; /* `key` NULL: all of the file */
    size_t path_len, key_len;
};

/* Splits the string `v`. False: it is no such call, or names what is not known here. */
bool include_parse(const json *v, struct include_call *out);

/* A value in a file. */
struct include_node {
    struct reading *in;
    const json *v;
    const struct json_places *at;
};

/* What was included so far; {.root = the template}. */
struct includes {
    struct reading *root;
    struct included **files;
    size_t count, cap;
    struct json_build index; /* their places, by name; an object once there is one */
};

/*
 * Moves `node` to what its value includes, if it includes something, and so on. False: a file can't
 * be read, or has no such member; `node` is then the place of that call.
 */
bool include_resolve(struct includes *all, struct include_node *node);
/* Returns whether the string is a variable of serverless.yml whose value is not known here. */
bool include_is_open(const json *v);
/* Reads the machine's definition from the file that `said` includes and that can't be parsed, as
 * JSON with placeholders outside of strings. */
void include_read_alone(struct machine *m, const struct include_node *said);
void includes_clear(struct includes *all);

/* ---- asset.c ---- */

/* Reads the definition from the asset at `location`, {"Bucket", "Key"}. `otherwise` is the reason
 * that is told if there is no such asset. */
void asset_read(struct machine *m, const json *location, const struct json_places *at,
                const char *otherwise);

/* ---- definition.c ---- */

/* A state machine of a template. */
struct machine {
    struct reading *in;
    const struct reading *root; /* from whose folder paths are seen; NULL: from that of `in` */
    struct includes *files;     /* what its parts may include; NULL: parts are what they are */
    const char *name;
    enum asl_workflow workflow;
    struct substitutions substitutions;
    bool unchecked;      /* it, or some of it, can't be looked at */
    bool filling;        /* the value of a substitution is being made */
    size_t of_variables; /* bytes that variables have made */
};

/* Validates a definition that is written as values; functions in them are placeholders. */
void definition_value(struct machine *m, const json *v, const struct json_places *at);
/* Validates a definition that is the text of `q`. */
void definition_text(struct machine *m, const struct quilt *q);
/* Validates a definition in a file of its own; `path` is seen from the template, which names it at
 * `at`. */
void definition_file(struct machine *m, const char *path, const struct json_places *at);
/* Adds the path from the working directory to `path`, which is seen from the file `from`. */
void definition_path(struct buf *out, const char *from, const char *path);
/* Validates a definition that is the whole file being read. */
void definition_alone(struct machine *m);
/* Tells that the definition, or some of it, can't be looked at, and why. */
void definition_unchecked(struct machine *m, const char *why);
/* Tells what is wrong with the machine's substitutions, once all of it was seen. */
void definition_end(struct machine *m);
/* Returns the type that `v` names, unless the command line gives it. */
enum asl_workflow definition_workflow(struct reading *in, const json *v);

/* ---- one file a kind ---- */

bool cloudformation_is(const json *doc);
void cloudformation_read(struct reading *in, const json *doc, const struct json_places *at);
/* Reads the members of Resources, which are at `node`. `files` NULL: they include no files. */
void cloudformation_read_resources(struct includes *files, struct include_node node);
/* Returns whether `doc` has a state machine. */
bool cloudformation_has_machine(const json *doc);
bool serverless_is(const json *doc);
void serverless_read(struct reading *in, const json *doc, const struct json_places *at);
bool terraform_is(const json *doc);
void terraform_read(struct reading *in, const json *doc, const struct json_places *at);

/* Returns the member `key` and its places, or NULL if there is none. */
const json *member(const json *v, const struct json_places *at, const char *key,
                   const struct json_places **member_at);

#endif
