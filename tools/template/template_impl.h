#ifndef TOOLS_TEMPLATE_TEMPLATE_IMPL_H
#define TOOLS_TEMPLATE_TEMPLATE_IMPL_H

/*
 * What the files of this folder share: template.c (kinds), one file a kind, definition.c (a
 * definition, taken out of its template, is validated), function.c (CloudFormation's functions),
 * quilt.c (text that is sewn together), substitution.c (placeholders that a template fills in),
 * asset.c (files of the CDK), include.c (files of serverless.yml), variable.c (its variables),
 * placeholders.c (values that are given from outside).
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
    bool plain;    /* no JSON: all placeholders are as in a string */
    bool function; /* a function made it: placeholders in its text are meant to be there */
    enum { QUILT_OUTSIDE, QUILT_STRING, QUILT_ESCAPE } state;
    size_t steps;           /* so far; hostile templates nest substitutions */
    struct machine *filler; /* whose placeholders it has, to fill them in; NULL: they stay */
    unsigned depth;         /* of values whose placeholders are filled in, too */
};

/* The bytes [from, to) of `text`, which came from where `map` says. */
void quilt_add(struct quilt *q, const char *text, size_t from, size_t to,
               const struct source_map *map);
/* "${name}", which stands at `at` of the file. */
void quilt_placeholder(struct quilt *q, const char *name, size_t len, size_t at, bool filled);
/* The value of that placeholder, if there is one. */
bool quilt_fill(struct quilt *q, const char *name, size_t len, size_t at, bool filled);
/* A function is gone through. */
void quilt_work(struct quilt *q);
/* Text whose letters all come from `at` of the file. */
void quilt_add_from(struct quilt *q, const char *text, size_t len, size_t at);
/* Is it too long for a definition, or too much work? Then no more is added. */
bool quilt_is_full(const struct quilt *q);
/* Is it nothing but one placeholder? */
bool quilt_is_unknown(const struct quilt *q);
/* Is `at` of the text at a bare placeholder, or at what it may belong to? */
bool quilt_is_bare(const struct quilt *q, size_t at);
void quilt_clear(struct quilt *q);

/* Where the text of the string `v` stands in the file. */
void scalar_map(struct reading *in, const json *v, const struct json_places *at,
                struct source_map *map);

/*
 * The length of the "${name}" that begins at `text`; 0: none does. Names have A-Z a-z 0-9 _.:- and
 * what Serverless takes if a variable has no value: "${opt:stage, self:custom.stage, 'dev'}".
 */
size_t placeholder_at(const char *text, size_t len);
/* Has the text a "${"? */
bool placeholder_may_be_in(const char *text, size_t len);

/* ---- substitution.c ---- */

/* DefinitionSubstitutions, and which of them were met. */
struct substitutions {
    bool wanted; /* no: who fills in placeholders is not known */
    const json *given;
    const struct json_places *places;
    bool *used;
    json **texts; /* of `given`, as far as they were asked for; null: not known */
};

/* `given` NULL: there are none. */
void substitutions_init(struct substitutions *s, const json *given,
                        const struct json_places *places);
/* Warns of placeholders in the text of `q` that nobody fills in. */
void substitutions_check(struct substitutions *s, struct reading *in, const struct quilt *q,
                         struct asl_report *report);
/* The same of the text of a string, which has its place. */
void substitutions_check_string(struct substitutions *s, const json *v, struct place at,
                                struct asl_report *report);
/* Warns of those that were not met. */
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

/* TEXT: a string whatever it looks like. */
enum variable { VARIABLE_NONE, VARIABLE_TEXT, VARIABLE_VALUE };

/* Adds what a variable of serverless.yml stands for; NONE: that isn't known, or it is none. */
enum variable variable_fill(const struct reading *in, const char *name, size_t len,
                            struct buf *out);

/* ---- function.c ---- */

/* Is it a call of a function, {"Ref": …}, {"Fn::Sub": …}, or of its tag? Its name, "Sub", "Ref". */
const char *cfn_function(const json *v);
/* The argument of such a call. */
const json *cfn_argument(const json *v, const struct json_places *at,
                         const struct json_places **argument_at);
/* Adds what a string, number or call comes to. */
void cfn_text(struct quilt *q, struct reading *in, const json *v, const struct json_places *at);

/* ---- include.c ---- */

/* "${file(path):key}", whose parts stand in the string. */
struct include_call {
    const char *path, *key; /* `key` NULL: all of the file */
    size_t path_len, key_len;
};

/* False: the string is no such, or what it names is not known here. */
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
 * Goes on to what the value includes, if it does, and so on. False: a file can't be read, or has no
 * such member; `node` is then where that is said.
 */
bool include_resolve(struct includes *all, struct include_node *node);
/* Is the string a variable of serverless.yml whose value is not known here? */
bool include_is_open(const json *v);
/* The machine's definition is in a file that `said` includes, and that is no template: JSON with
 * placeholders outside of strings, say. */
void include_read_alone(struct machine *m, const struct include_node *said);
void includes_clear(struct includes *all);

/* ---- asset.c ---- */

/* The definition is the asset at `location`, {"Bucket", "Key"}; `otherwise`: why it isn't read. */
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
    bool unchecked;      /* or some of it */
    bool filling;        /* the value of a substitution is looked for */
    size_t of_variables; /* bytes that variables have come to */
};

/* It is written as values; functions in them are placeholders. */
void definition_value(struct machine *m, const json *v, const struct json_places *at);
/* It is the text of `q`. */
void definition_text(struct machine *m, const struct quilt *q);
/* It is in a file of its own, `path` seen from the template; `at`: where that is said. */
void definition_file(struct machine *m, const char *path, const struct json_places *at);
/* `path`, seen from the file `from`, as it is seen from where we are. */
void definition_path(struct buf *out, const char *from, const char *path);
/* It is the whole file that is being read. */
void definition_alone(struct machine *m);
void definition_unchecked(struct machine *m, const char *why);
/* When all of the machine was seen: what is amiss with its substitutions. */
void definition_end(struct machine *m);
/* "EXPRESS" in `v`, unless the command line says what it is to be. */
enum asl_workflow definition_workflow(struct reading *in, const json *v);

/* ---- one file a kind ---- */

bool cloudformation_is(const json *doc);
void cloudformation_read(struct reading *in, const json *doc, const struct json_places *at);
/* The members of Resources, which are at `node`. `files` NULL: they include none. */
void cloudformation_read_resources(struct includes *files, struct include_node node);
/* Has it a state machine? */
bool cloudformation_has_machine(const json *doc);
bool serverless_is(const json *doc);
void serverless_read(struct reading *in, const json *doc, const struct json_places *at);
bool terraform_is(const json *doc);
void terraform_read(struct reading *in, const json *doc, const struct json_places *at);

/* The member and its places; NULL when there is none. */
const json *member(const json *v, const struct json_places *at, const char *key,
                   const struct json_places **member_at);

#endif
