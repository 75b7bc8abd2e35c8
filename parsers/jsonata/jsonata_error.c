/*
 * The texts of the error codes, as the reference has them. {{x}} is x as JSON text, {{{x}}} x as it
 * is. U1001 and U1002 are the bounds that Step Functions has, with its words; U1003 is ours.
 */

#include "parsers/jsonata/jsonata_error.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/jsonata/jsonata_write.h"
#include "parsers/picture/js_number.h"

#include <math.h>
#include <string.h>

/*
 * In the order of the reference's own table, so that the two can be compared. A text that reads
 * badly stays: Step Functions shows the same, and people match it.
 */
static const struct {
    const char *code, *text;
} texts[] = {
    {"S0101", "String literal must be terminated by a matching quote"},
    {"S0102", "Number out of range: {{token}}"},
    {"S0103", "Unsupported escape sequence: \\{{token}}"},
    {"S0104", "The escape sequence \\u must be followed by 4 hex digits"},
    {"S0105", "Quoted property name must be terminated with a backquote (`)"},
    {"S0106", "Comment has no closing tag"},
    {"S0201", "Syntax error: {{token}}"},
    {"S0202", "Expected {{value}}, got {{token}}"},
    {"S0203", "Expected {{value}} before end of expression"},
    {"S0204", "Unknown operator: {{token}}"},
    {"S0205", "Unexpected token: {{token}}"},
    {"S0206", "Unknown expression type: {{token}}"},
    {"S0207", "Unexpected end of expression"},
    {"S0208", "Parameter {{value}} of function definition must be a variable name (start with $)"},
    {"S0209", "A predicate cannot follow a grouping expression in a step"},
    {"S0210", "Each step can only have one grouping expression"},
    {"S0211", "The symbol {{token}} cannot be used as a unary operator"},
    {"S0212", "The left side of := must be a variable name (start with $)"},
    {"S0213", "The literal value {{value}} cannot be used as a step within a path expression"},
    {"S0214", "The right side of {{token}} must be a variable name (start with $)"},
    {"S0215", "A context variable binding must precede any predicates on a step"},
    {"S0216", "A context variable binding must precede the 'order-by' clause on a step"},
    {"S0217", "The object representing the 'parent' cannot be derived from this expression"},
    {"S0301", "Empty regular expressions are not allowed"},
    {"S0302", "No terminating / in regular expression"},
    {"S0303", "Invalid regular expression: {{{message}}}"},
    {"S0401", "Type parameters can only be applied to functions and arrays"},
    {"S0402", "Choice groups containing parameterized types are not supported"},
    {"T0410", "Argument {{index}} of function {{token}} does not match function signature"},
    {"T0411",
     "Context value is not a compatible type with argument {{index}} of function {{token}}"},
    {"T0412", "Argument {{index}} of function {{token}} must be an array of {{type}}"},
    {"D1001", "Number out of range: {{value}}"},
    {"D1002", "Cannot negate a non-numeric value: {{value}}"},
    {"T1003", "Key in object structure must evaluate to a string; got: {{value}}"},
    {"D1004", "Regular expression matches zero length string"},
    {"T1005", "Attempted to invoke a non-function. Did you mean ${{{token}}}?"},
    {"T1006", "Attempted to invoke a non-function"},
    {"T1007", "Attempted to partially apply a non-function. Did you mean ${{{token}}}?"},
    {"T1008", "Attempted to partially apply a non-function"},
    {"D1009", "Multiple key definitions evaluate to same key: {{value}}"},
    {"T1010", "The matcher function argument passed to function {{token}} does not return the "
              "correct object structure"},
    {"D1011", "Stack overflow. Check for non-terminating recursive function.  Consider rewriting "
              "as tail-recursive"},
    {"D1012", "{{{message}}}"},
    {"T2001", "The left side of the {{token}} operator must evaluate to a number"},
    {"T2002", "The right side of the {{token}} operator must evaluate to a number"},
    {"T2003", "The left side of the range operator (..) must evaluate to an integer"},
    {"T2004", "The right side of the range operator (..) must evaluate to an integer"},
    {"T2006", "The right side of the function application operator ~> must be a function"},
    {"T2007", "Type mismatch when comparing values {{value}} and {{value2}} in order-by clause"},
    {"T2008",
     "The expressions within an order-by clause must evaluate to numeric or string values"},
    {"T2009", "The values {{value}} and {{value2}} either side of operator {{token}} must be of "
              "the same data type"},
    {"T2010", "The expressions either side of operator {{token}} must evaluate to numeric or "
              "string values"},
    {"T2011", "The insert/update clause of the transform expression must evaluate to an object: "
              "{{value}}"},
    {"T2012", "The delete clause of the transform expression must evaluate to a string or array "
              "of strings: {{value}}"},
    {"T2013", "The transform expression clones the input object using the $clone() function.  "
              "This has been overridden in the current scope by a non-function."},
    {"D2014", "The size of the sequence allocated by the range operator (..) must not exceed 1e6. "
              " Attempted to allocate {{value}}."},
    {"D3001", "Attempting to invoke string function on Infinity or NaN"},
    {"D3010", "Second argument of replace function cannot be an empty string"},
    {"D3011", "Fourth argument of replace function must evaluate to a positive number"},
    {"D3012", "Attempted to replace a matched string with a non-string value"},
    {"D3020", "Third argument of split function must evaluate to a positive number"},
    {"D3030", "Unable to cast value to a number: {{value}}"},
    {"D3040", "Third argument of match function must evaluate to a positive number"},
    {"D3050", "The second argument of reduce function must be a function with at least two "
              "arguments"},
    {"D3060", "The sqrt function cannot be applied to a negative number: {{value}}"},
    {"D3061", "The power function has resulted in a value that cannot be represented as a JSON "
              "number: base={{value}}, exponent={{value2}}"},
    {"D3070", "The single argument form of the sort function can only be applied to an array of "
              "strings or an array of numbers.  Use the second argument to specify a comparison "
              "function"},
    {"D3080", "The picture string must only contain a maximum of two sub-pictures"},
    {"D3081", "The sub-picture must not contain more than one instance of the "
              "'decimal-separator' character"},
    {"D3082", "The sub-picture must not contain more than one instance of the 'percent' character"},
    {"D3083",
     "The sub-picture must not contain more than one instance of the 'per-mille' character"},
    {"D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"},
    {"D3085", "The mantissa part of a sub-picture must contain at least one character that is "
              "either an 'optional digit character' or a member of the 'decimal digit family'"},
    {"D3086", "The sub-picture must not contain a passive character that is preceded by an "
              "active character and that is followed by another active character"},
    {"D3087", "The sub-picture must not contain a 'grouping-separator' character that appears "
              "adjacent to a 'decimal-separator' character"},
    {"D3088", "The sub-picture must not contain a 'grouping-separator' at the end of the integer "
              "part"},
    {"D3089", "The sub-picture must not contain two adjacent instances of the "
              "'grouping-separator' character"},
    {"D3090", "The integer part of the sub-picture must not contain a member of the 'decimal "
              "digit family' that is followed by an instance of the 'optional digit character'"},
    {"D3091", "The fractional part of the sub-picture must not contain an instance of the "
              "'optional digit character' that is followed by a member of the 'decimal digit "
              "family'"},
    {"D3092", "A sub-picture that contains a 'percent' or 'per-mille' character must not contain "
              "a character treated as an 'exponent-separator'"},
    {"D3093", "The exponent part of the sub-picture must comprise only of one or more characters "
              "that are members of the 'decimal digit family'"},
    {"D3100",
     "The radix of the formatBase function must be between 2 and 36.  It was given {{value}}"},
    {"D3110", "The argument of the toMillis function must be an ISO 8601 formatted timestamp. "
              "Given {{value}}"},
    {"D3120", "Syntax error in expression passed to function eval: {{value}}"},
    {"D3121", "Dynamic error evaluating the expression passed to function eval: {{value}}"},
    {"D3130", "Formatting or parsing an integer as a sequence starting with {{value}} is not "
              "supported by this implementation"},
    {"D3131", "In a decimal digit pattern, all digits must be from the same decimal group"},
    {"D3132", "Unknown component specifier {{value}} in date/time picture string"},
    {"D3133", "The 'name' modifier can only be applied to months and days in the date/time "
              "picture string, not {{value}}"},
    {"D3134", "The timezone integer format specifier cannot have more than four digits"},
    {"D3135", "No matching closing bracket ']' in date/time picture string"},
    {"D3136", "The date/time picture string is missing specifiers required to parse the "
              "timestamp"},
    {"D3137", "{{{message}}}"},
    {"D3138",
     "The $single() function expected exactly 1 matching result.  Instead it matched more."},
    {"D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."},
    {"D3140", "Malformed URL passed to ${{{functionName}}}(): {{value}}"},
    {"D3141", "{{{message}}}"},
    {"U1001", "{{{message}}}"},
    {"U1002", "Expression evaluation memory limit exceeded: Check for excessive memory usage"},
    {"U1003", "The date/time picture string is too large"},
};

void failure_clear(struct failure *f)
{
    json_unref(f->token);
    json_unref(f->json_value);
    buf_clear(&f->value);
    buf_clear(&f->value2);
    buf_clear(&f->message);
    *f = (struct failure){0};
}

static void add_quoted(struct buf *out, const char *text)
{
    if (text)
        json_write_string(out, text, strlen(text));
    else
        buf_adds(out, "undefined");
}

/*
 * A token that is no string is written as JavaScript would write it: {{token}} of a number is 1,
 * not 1.0.
 */
static void jsonata_error_add_token(const struct failure *f, struct buf *out, bool raw)
{
    if (!f->token)
        buf_adds(out, "undefined");
    else if (raw && json_is_string(f->token))
        buf_add(out, json_str(f->token), json_str_len(f->token));
    else if (json_is_number(f->token))
        js_number_write(out, json_double_value(f->token));
    else
        json_write(out, f->token);
}

static void add_hole(const struct failure *f, struct buf *out, const char *name, size_t len,
                     bool raw)
{
    if (len == 5 && memcmp(name, "token", len) == 0)
        jsonata_error_add_token(f, out, raw);
    else if (len == 5 && memcmp(name, "value", len) == 0)
        f->value.data ? buf_add(out, f->value.data, f->value.len) : buf_adds(out, "undefined");
    else if (len == 6 && memcmp(name, "value2", len) == 0)
        f->value2.data ? buf_add(out, f->value2.data, f->value2.len) : buf_adds(out, "undefined");
    else if (len == 7 && memcmp(name, "message", len) == 0)
        buf_add(out, f->message.data ? f->message.data : "", f->message.len);
    else if (len == 5 && memcmp(name, "index", len) == 0)
        buf_add_int(out, (int64_t)f->index);
    else if (len == 4 && memcmp(name, "type", len) == 0)
        add_quoted(out, f->type);
    else
        buf_adds(out, f->function ? f->function : "undefined");
}

/*
 * A code without a text of its own is the author's: the message of $error() or $assert() is the
 * whole text.
 */
static const char *template_of(const char *code)
{
    for (size_t i = 0; i < COUNT(texts); i++)
        if (strcmp(texts[i].code, code) == 0)
            return texts[i].text;
    return "{{{message}}}";
}

void failure_text(const struct failure *f, struct buf *out)
{
    const char *s = template_of(f->code);
    const char *open, *close;
    size_t braces;

    while ((open = strstr(s, "{{")) != NULL) {
        buf_add(out, s, (size_t)(open - s));
        braces = open[2] == '{' ? 3 : 2;
        close = strstr(open, "}}");
        add_hole(f, out, open + braces, (size_t)(close - open) - braces, braces == 3);
        s = close + braces;
    }
    buf_adds(out, s);
}

/*
 * Moves what `f` owns into *why, and leaves `f` empty. A caller that passes no `why` wants no text,
 * so none is made.
 */
void failure_report(struct failure *f, struct jsonata_error *why)
{
    struct buf text = {0};

    if (!why) {
        failure_clear(f);
        return;
    }
    jsonata_error_clear(why);
    failure_text(f, &text);
    buf_str(&text);
    why->code = f->code;
    why->text = buf_take(&text);
    why->at = f->at;
    why->token = f->token;
    why->value = f->json_value;
    f->token = f->json_value = NULL;
    failure_clear(f);
}

void jsonata_error_clear(struct jsonata_error *why)
{
    mem_free(why->text);
    json_unref(why->token);
    json_unref(why->value);
    *why = (struct jsonata_error){0};
}

/* ---- those of an evaluation ---- */

struct jv eval_error(struct evaluation *e, const char *code)
{
    failure_clear(&e->why);
    e->why.code = code;
    return jv_error();
}

/*
 * A message shows a value, and a value may be the whole input: more than this is of no use to a
 * reader.
 */
enum { MAX_SHOWN = 64 * 1024 };

/*
 * The value is written in an evaluation of its own, with its own bounds: the one that fails may
 * have used up all that it had, and what is made here must not count against it.
 */
/* As JSON text; of what is too large or too deep as much as fits. */
static void jsonata_error_show(struct evaluation *e, struct buf *out, struct jv v)
{
    struct work work = {.most = MAX_SHOWN};
    struct evaluation quiet = {
        .options = e->options, .dialect = e->dialect, .work = &work, .memory = MAX_SHOWN};
    struct first_chunk first;

    work_begin(&work);
    region_begin(&quiet, &first);
    if (v.kind == JV_NUMBER && !isfinite(v.n))
        buf_adds(out, "null");
    else
        jv_write(&quiet, out, v, false, 0);
    failure_clear(&quiet.why);
    region_end(&quiet);
}

/*
 * The failure is put aside while the value is turned into JSON, since that may fail too: the first
 * failure is the one to tell.
 */
struct jv eval_error_value(struct evaluation *e, const char *code, struct jv value)
{
    bool unsupported = false;

    eval_error(e, code);
    jsonata_error_show(e, &e->why.value, value);
    if (is_undefined(value) || value.kind == JV_ERROR)
        return jv_error();
    struct failure kept = e->why;
    e->why = (struct failure){0};
    jv_to_json(e, value, &kept.json_value, &unsupported);
    failure_clear(&e->why);
    e->why = kept;
    return jv_error();
}

struct jv eval_error_values(struct evaluation *e, const char *code, struct jv value,
                            struct jv second)
{
    eval_error_value(e, code, value);
    jsonata_error_show(e, &e->why.value2, second);
    return jv_error();
}

struct jv eval_error_at(struct evaluation *e, size_t at)
{
    e->why.at = at;
    e->why.placed = true;
    return jv_error();
}

struct jv eval_error_fault(struct evaluation *e, struct fault *fault)
{
    const char *function = fault->function;
    struct jv value = jv_undefined();

    if (fault->kind == FAULT_TEXT)
        value = eval_text(e, fault->value.data ? fault->value.data : "", fault->value.len);
    if (fault->kind == FAULT_NUMBER)
        value = jv_number(fault->number);
    eval_error_value(e, fault->code, value);
    e->why.function = function;
    fault_clear(fault);
    return jv_error();
}

/* ---- bounds ---- */

/* Step Functions tells of its bounds without a code: the first letter says so. */
bool eval_stop(struct evaluation *e)
{
    const uint64_t most = e->work->most ? e->work->most : WORK_MOST;
    const bool aws = e->dialect == JSONATA_AWS;

    if (e->used > e->memory)
        return eval_error(e, "U1002"), false;
    eval_error(e, aws ? "U1001" : "D1012");
    buf_printf(&e->why.message, "%s Check for infinite loop",
               aws ? "Expression evaluation timeout:" : "Evaluation timeout.");
    if (e->work->most_ms && e->work->total <= e->work->limit)
        buf_printf(&e->why.message, " (it took longer than %lld ms)", (long long)e->work->most_ms);
    else
        buf_printf(&e->why.message, " (it took more than %llu steps)", (unsigned long long)most);
    return false;
}

struct jv eval_too_deep(struct evaluation *e)
{
    if (e->dialect != JSONATA_AWS)
        return eval_error(e, "D1011");
    eval_error(e, "U1001");
    buf_adds(&e->why.message, "Stack overflow error: Check for non-terminating recursive function. "
                              "Consider rewriting as tail-recursive");
    return jv_error();
}
