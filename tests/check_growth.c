/*
 * growth: whatever reads a definition, template, path or expression takes at most n log n for a
 * text of n bytes. Each row is a shape, made once and twice as long: what it costs may grow by
 * little more than two.
 *
 * Costs are counted, not timed: the layers below are compiled with -fsanitize-coverage=trace-pc, by
 * which each branch calls us, and what functions of libc go through is added to that.
 */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/format.h"
#include "asl/report/codes.h"
#include "asl/warn/warn.h"
#include "parsers/base/buf.h"

#include <string.h>

/* ---- counting ---- */

static uint64_t steps;

static void count_bytes(size_t n)
{
    steps += n / 16;
}

/* The linker puts these in place of libc's: -Wl,--wrap=memcpy and so on. */
void __sanitizer_cov_trace_pc(void);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int c, size_t n);
void *__wrap_memset(void *to, int c, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);
void *__real_memchr(const void *text, int c, size_t n);
void *__wrap_memchr(const void *text, int c, size_t n);
size_t __real_strlen(const char *text);
size_t __wrap_strlen(const char *text);
int __real_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b);
char *__real_strchr(const char *text, int c);
char *__wrap_strchr(const char *text, int c);
char *__real_strstr(const char *text, const char *part);
char *__wrap_strstr(const char *text, const char *part);
size_t __real_strspn(const char *text, const char *set);
size_t __wrap_strspn(const char *text, const char *set);
size_t __real_strcspn(const char *text, const char *set);
size_t __wrap_strcspn(const char *text, const char *set);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
    count_bytes(n);
    return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
    count_bytes(n);
    return __real_memmove(to, from, n);
}

void *__wrap_memset(void *to, int c, size_t n)
{
    count_bytes(n);
    return __real_memset(to, c, n);
}

/* How far two texts are looked at: up to where they differ. */
int __wrap_memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;
    size_t i = 0;

    while (i < n && p[i] == q[i])
        i++;
    count_bytes(i);
    return i < n ? p[i] - q[i] : 0;
}

void *__wrap_memchr(const void *text, int c, size_t n)
{
    const char *found = __real_memchr(text, c, n);

    count_bytes(found ? (size_t)(found - (const char *)text) : n);
    return __real_memchr(text, c, n);
}

size_t __wrap_strlen(const char *text)
{
    size_t n = __real_strlen(text);

    count_bytes(n);
    return n;
}

int __wrap_strcmp(const char *a, const char *b)
{
    size_t i = 0;

    while (a[i] && a[i] == b[i])
        i++;
    count_bytes(i);
    return (unsigned char)a[i] - (unsigned char)b[i];
}

char *__wrap_strchr(const char *text, int c)
{
    char *found = __real_strchr(text, c);

    count_bytes(found ? (size_t)(found - text) : __real_strlen(text));
    return found;
}

char *__wrap_strstr(const char *text, const char *part)
{
    char *found = __real_strstr(text, part);

    count_bytes(found ? (size_t)(found - text) : __real_strlen(text));
    return found;
}

size_t __wrap_strspn(const char *text, const char *set)
{
    size_t n = __real_strspn(text, set);

    count_bytes(n);
    return n;
}

size_t __wrap_strcspn(const char *text, const char *set)
{
    size_t n = __real_strcspn(text, set);

    count_bytes(n);
    return n;
}

void *__wrap_calloc(size_t count, size_t size)
{
    count_bytes(count * size);
    return __real_calloc(count, size);
}

/* ---- shapes ---- */

/*
 * The text of a shape with n parts: head, open × n, middle, close × n, tail. In open and close, `#`
 * is the part's number, `@` the next and `~` the one before (of 0: 0); closes come in the reverse
 * order; in head, middle and tail, `#` is n. Opens of a list are joined by commas.
 */
enum form { LIST = 1, YAML = 2 };

struct shape {
    const char *name;
    unsigned form, n;
    const char *head, *open, *middle, *close, *tail;
};

#define MACHINE(start) "{\"StartAt\":\"" start "\",\"States\":{"
#define JSONATA(start) "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"" start "\",\"States\":{"
#define CHOICE MACHINE("S") "\"S\":{\"Type\":\"Choice\",\"Choices\":["
#define CHOICE_END "],\"Default\":\"E\"},\"E\":{\"Type\":\"Succeed\"}}}"
#define CHOICE_END_OPEN "]},\"E\":{\"Type\":\"Succeed\"}}}"
#define TASK "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","
#define END_E ",\"Next\":\"E\"},\"E\":{\"Type\":\"Succeed\"}}}"
#define PASS MACHINE("S") "\"S\":{\"Type\":\"Pass\",\"End\":true,"
#define DONE "}}}"

static const struct shape shapes[] = {
    /* graphs */
    {"a chain", LIST, 1000, MACHINE("p0"), "\"p#\":{\"Type\":\"Pass\",\"Next\":\"p@\"}", ",", "",
     "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"a chain from its end", LIST, 1000, MACHINE("p#"),
     "\"p@\":{\"Type\":\"Pass\",\"Next\":\"p#\"}", ",", "", "\"p0\":{\"Type\":\"Succeed\"}}}"},
    {"loops", LIST, 1000, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.a\",\"IsNull\":true,"
     "\"Next\":\"p~\"}],\"Default\":\"p@\"}",
     ",", "", "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"loops without a way out", LIST, 750, MACHINE("p0") "\"E\":{\"Type\":\"Succeed\"},",
     "\"p#\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.a\",\"IsNull\":true,"
     "\"Next\":\"q#\"}],\"Default\":\"p@\"},\"q#\":{\"Type\":\"Pass\",\"Next\":\"q#\"}",
     ",", "", "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"states that nothing leads to", LIST, 750, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Pass\",\"End\":true}", "", "", "}}"},
    {"targets that are misspelt", LIST, 750, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Pass\",\"Next\":\"P@\"}", ",", "", "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"states and targets with placeholders", LIST, 1000, MACHINE("p0"),
     "\"${p#}\":{\"Type\":\"Pass\",\"Next\":\"${q#}\"}", "", "", "}}"},
    {"placeholders that aren't closed", LIST, 1000, MACHINE("p0"),
     "\"${p#\":{\"Type\":\"Pass\",\"Next\":\"${q#\"}", "", "", "}}"},
    {"states of one name", LIST, 1000, MACHINE("S"), "\"S\":{\"Type\":\"Pass\",\"End\":true}", "",
     "", "}}"},
    {"names that are too long", LIST, 300, MACHINE("S"),
     "\"#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":{"
     "\"Type\":\"Pass\",\"End\":true}",
     "", "", "}}"},
    /* blocks in blocks */
    {"a Parallel in a Parallel", 0, 55, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":[{\"StartAt\":\"p@\",\"States\":{",
     "\"p#\":{\"Type\":\"Pass\",\"End\":true}", "}}]}", "}}"},
    {"a Map in a Map", 0, 60, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Map\",\"MaxConcurrency\":1,\"End\":true,\"ItemProcessor\":{\"StartAt\":"
     "\"p@\",\"States\":{",
     "\"p#\":{\"Type\":\"Pass\",\"End\":true}", "}}}", "}}"},
    {"branches", LIST, 500, MACHINE("S") "\"S\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":[",
     "{\"StartAt\":\"b#\",\"States\":{\"b#\":{\"Type\":\"Pass\",\"End\":true}}}", "", "", "]}}}"},
    {"Maps with Labels", LIST, 250, MACHINE("m0"),
     "\"m#\":{\"Type\":\"Map\",\"Label\":\"l#\",\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":"
     "\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"b#\",\"States\":{\"b#\":{"
     "\"Type\":\"Pass\",\"End\":true}}},\"Next\":\"m@\"}",
     ",", "", "\"m#\":{\"Type\":\"Succeed\"}}}"},
    /* Choice */
    {"rules", LIST, 750, CHOICE, "{\"Variable\":\"$.a\",\"NumericEquals\":#,\"Next\":\"E\"}", "",
     "", CHOICE_END},
    {"rules that ask the same", LIST, 750, CHOICE,
     "{\"Or\":[{\"Variable\":\"$.a\",\"IsNull\":true}],\"Next\":\"E\"}", "", "", CHOICE_END},
    {"rules that ask what is there", LIST, 750, CHOICE,
     "{\"Variable\":\"$.a#\",\"IsPresent\":true,\"Next\":\"E\"}", "", "", CHOICE_END_OPEN},
    {"rules that say Not", LIST, 750, CHOICE,
     "{\"Not\":{\"Variable\":\"$.a#\",\"IsPresent\":true},\"Next\":\"E\"}", "", "",
     CHOICE_END_OPEN},
    {"one And", LIST, 750, CHOICE "{\"Next\":\"E\",\"And\":[",
     "{\"Variable\":\"$.a\",\"StringEquals\":\"#\"}", "", "", "]}" CHOICE_END},
    {"an And of all types", LIST, 750, CHOICE "{\"Next\":\"E\",\"And\":[",
     "{\"Variable\":\"$.a#\",\"IsPresent\":true},{\"Variable\":\"$.a#.b\",\"NumericEquals\":#}", "",
     "", "]}" CHOICE_END},
    {"And in Or in Not", LIST, 400, CHOICE,
     "{\"Next\":\"E\",\"And\":[{\"Or\":[{\"Not\":{\"And\":[{\"Or\":[{\"Not\":{\"Variable\":\"$.a\","
     "\"NumericEquals\":#}}]}]}}]}]}",
     "", "", CHOICE_END},
    {"And in And, with more at each level", 0, 24, CHOICE "{\"Next\":\"E\",\"And\":[",
     "{\"Variable\":\"$.a#\",\"IsNull\":true},{\"Variable\":\"$.b#\",\"IsNull\":true},{\"And\":[",
     "{\"Variable\":\"$.a\",\"IsNull\":true}", "]}", "]}" CHOICE_END},
    {"rules that are wrong", LIST, 750, CHOICE, "{\"Variable\":\"$.a\",\"Nxt#\":\"E\"}", "", "",
     CHOICE_END},
    {"a pattern", 0, 10000, CHOICE "{\"Next\":\"E\",\"Variable\":\"$.a\",\"StringMatches\":\"",
     "a*", "", "", "\"}" CHOICE_END},
    {"conditions", LIST, 300, JSONATA("S") "\"S\":{\"Type\":\"Choice\",\"Choices\":[",
     "{\"Condition\":\"{% $states.input.a = # %}\",\"Next\":\"E\"}", "", "", CHOICE_END},
    /* Retry and Catch */
    {"retriers", LIST, 750, MACHINE("S") "\"S\":{" TASK "\"Retry\":[", "{\"ErrorEquals\":[\"E#\"]}",
     "", "", "]" END_E},
    {"retriers of the same", LIST, 750, MACHINE("S") "\"S\":{" TASK "\"Retry\":[",
     "{\"ErrorEquals\":[\"E\"]}", "", "", "]" END_E},
    {"names of one retrier", LIST, 1500,
     MACHINE("S") "\"S\":{" TASK "\"Retry\":[{\"ErrorEquals\":[", "\"E#\"", "", "", "]}]" END_E},
    {"errors that there are none of", LIST, 500, MACHINE("S") "\"S\":{" TASK "\"Retry\":[",
     "{\"ErrorEquals\":[\"States.No#\"]}", "", "", "]" END_E},
    {"catchers that lead to Fail states", LIST, 300,
     MACHINE("S") "\"S\":{" TASK
                  "\"Retry\":[{\"ErrorEquals\":[\"States.Nothing\"]}],\"Next\":\"t0\"},",
     "\"t#\":{" TASK "\"Catch\":[{\"ErrorEquals\":[\"States.No#\"],\"Next\":\"f#\"}],\"Next\":"
     "\"t@\"},\"f#\":{\"Type\":\"Fail\",\"Error\":\"States.Bad#\"}",
     ",", "", "\"t#\":{\"Type\":\"Succeed\"}}}"},
    /* variables */
    {"variables", LIST, 600, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Pass\",\"Assign\":{\"v#\":1,\"w#.$\":\"$v~\"},\"Next\":\"p@\"}", ",", "",
     "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"variables of a chain from its end", LIST, 150, MACHINE("p#"),
     "\"p@\":{\"Type\":\"Pass\",\"Assign\":{\"v#\":1},\"Next\":\"p#\"}", ",", "",
     "\"p0\":{\"Type\":\"Succeed\"}}}"},
    {"variables of loops", LIST, 150, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.a\",\"IsNull\":true,"
     "\"Next\":\"p~\",\"Assign\":{\"v#\":1}}],\"Default\":\"p@\"}",
     ",", "", "\"p#\":{\"Type\":\"Succeed\"}}}"},
    {"variables of branches", LIST, 150,
     MACHINE("S") "\"S\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":[",
     "{\"StartAt\":\"b#\",\"States\":{\"b#\":{\"Type\":\"Pass\",\"Assign\":{\"v#\":1},\"Next\":"
     "\"c#\"},\"c#\":{\"Type\":\"Pass\",\"Parameters\":{\"a.$\":\"$v#\"},\"End\":true}}}",
     "", "", "]}}}"},
    {"one Assign", LIST, 1500, PASS "\"Assign\":{", "\"v#\":1", "", "", "}" DONE},
    {"variables of expressions", LIST, 400,
     JSONATA("S") "\"S\":{\"Type\":\"Pass\",\"End\":true,\"Output\":{", "\"o#\":\"{% $v# %}\"", "",
     "", "}" DONE},
    {"functions of expressions", LIST, 400,
     JSONATA("S") "\"S\":{\"Type\":\"Pass\",\"End\":true,\"Output\":{",
     "\"o#\":\"{% $map($states.input, function($v, $i) { $v + $i }) %}\"", "", "", "}" DONE},
    {"fields of $states that there are none of", LIST, 400,
     JSONATA("S") "\"S\":{\"Type\":\"Pass\",\"End\":true,\"Output\":{",
     "\"o#\":\"{% $states.x# %}\"", "", "", "}" DONE},
    /* templates, paths, calls */
    {"a template", LIST, 1000, PASS "\"Parameters\":{", "\"o#.$\":\"$.a\"", "", "", "}" DONE},
    {"a template that is wrong", LIST, 1000, PASS "\"Parameters\":{", "\"o#.$\":\"a\"", "", "",
     "}" DONE},
    {"a template with fields twice", LIST, 750, PASS "\"Parameters\":{",
     "\"o#.$\":\"$.a\",\"o#\":1", "", "", "}" DONE},
    {"a deep template", 0, 200, PASS "\"Parameters\":", "{\"a\":[{\"b.$\":\"$.x\"},", "1", "]}",
     DONE},
    {"a deep template that is wrong", 0, 100, PASS "\"Parameters\":", "{\"a\":[{\"b\":1},",
     "{\"x.$\":1}", "]}", DONE},
    {"paths of many steps", LIST, 30, PASS "\"Parameters\":{",
     "\"o#.$\":\"$.a.b.c.d.e.f.g.a.b.c.d.e.f.g.a.b.c.d.e.f.g['a']['b']['c'][1][2][3]['d','e']"
     "[1,2,3][1:2].a.b.c.d.e.f.g.a.b.c.d.e.f.g.a.b.c.d.e.f.g.a.b.c.d.e.f.g..a..b..c[*][*]\"",
     "", "", "}" DONE},
    {"one path of many steps", 0, 450, PASS "\"InputPath\":\"$", ".a['b']", "", "", "\"" DONE},
    {"one path of many names", LIST, 450, PASS "\"InputPath\":\"$[", "'n#'", "", "", "]\"" DONE},
    {"one path of many indexes", LIST, 450, PASS "\"InputPath\":\"$[", "#", "", "", "]\"" DONE},
    {"one path of many filters", 0, 200, PASS "\"InputPath\":\"$", "[?(@.a == #)]", "", "",
     "\"" DONE},
    {"one path of filters that aren't closed", 0, 300, PASS "\"InputPath\":\"$", "[?(@.a", "", "",
     "\"" DONE},
    {"one filter of many conditions", 0, 100, PASS "\"InputPath\":\"$[?(@.z", " && @.a == '#'", "",
     "", ")]\"" DONE},
    {"one filter of many parentheses", 0, 750, PASS "\"InputPath\":\"$[?(", "(", "@.a", ")",
     ")]\"" DONE},
    {"one path of placeholders", LIST, 500, PASS "\"InputPath\":\"$[", "?", "", "", "]\"" DONE},
    {"one path of scans", 0, 200, PASS "\"InputPath\":\"$", "..a[*]", "", "", "\"" DONE},
    {"arguments of a call", LIST, 1500, PASS "\"Parameters\":{\"a.$\":\"States.Array(", "$.a", "",
     "", ")\"}" DONE},
    {"places in a text to format", 0, 10000, PASS "\"Parameters\":{\"a.$\":\"States.Format('", "{}",
     "", "", "')\"}" DONE},
    {"calls that stand as text", LIST, 750, PASS "\"Parameters\":{",
     "\"a#\":\"States.Array($.a, 'b', 1)\"", "", "", "}" DONE},
    {"a path in a call that isn't closed", 0, 10000,
     PASS "\"Parameters\":{\"a.$\":\"States.Array($", "[", "", "", ")\"}" DONE},
    {"calls of ranges", LIST, 250, PASS "\"Parameters\":{",
     "\"o#.$\":\"States.ArrayRange(1, 1000, 1)\"", "", "", "}" DONE},
    /* fields and values */
    {"fields that are unknown", LIST, 750, PASS "\"Comment\":\"\",", "\"Reslt#\":1", "", "", DONE},
    {"fields that are misspelt", LIST, 750, MACHINE("S") "\"S\":{" TASK, "\"Nex#\":\"S\"", "", "",
     DONE},
    {"services that there are none of", LIST, 200, MACHINE("t0"),
     "\"t#\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::dynamdb:putItem\",\"Next\":"
     "\"t@\"}",
     ",", "", "\"t#\":{\"Type\":\"Succeed\"}}}"},
    {"a long resource", 0, 10000,
     MACHINE("S") "\"S\":{\"Type\":\"Task\",\"End\":true,"
                  "\"Resource\":\"arn:aws:states:::",
     "a:", "", "", "\"" DONE},
    {"members twice", LIST, 2000, PASS "\"Result\":{", "\"a\":#", "", "", "}" DONE},
    {"a large Result", LIST, 2000, PASS "\"Result\":{", "\"a#\":[#,{\"b\":null}]", "", "",
     "}" DONE},
    {"Results that are looked into", LIST, 1000, MACHINE("p0"),
     "\"p#\":{\"Type\":\"Pass\",\"Result\":{\"a\":{\"b#\":#}},\"ResultPath\":\"$.r#\",\"Next\":"
     "\"p@\"}",
     ",", "", "\"p#\":{\"Type\":\"Pass\",\"InputPath\":\"$.r1.x\",\"End\":true}}}"},
    {"a long text", 0, 20000, PASS "\"Comment\":\"", "a\\u00e9", "", "", "\"" DONE},
    {"texts that look like secrets", LIST, 750, PASS "\"Result\":[", "\"AKIAA1A1A1A1A1A1A1A#\"", "",
     "", "]" DONE},
    {"a text of words that look like secrets", 0, 5000, PASS "\"Result\":{\"password\":\"",
     "ghp_ AKIA", "", "", "\"}" DONE},
    {"a deep value", 0, 200, PASS "\"Result\":", "[1,\"a\",", "{\"a\":1}", "]", DONE},
    {"numbers", LIST, 2000, PASS "\"Result\":[", "1.234567890123456#e-300", "", "", "]" DONE},
    /* texts that are none */
    {"brackets", 0, 10000, "", "[", "", "", ""},
    {"objects that aren't closed", 0, 5000, "", "{\"a\":", "", "", ""},
    {"blanks", 0, 25000, "", " \n", "x", "", ""},
    {"members without a comma", 0, 5000, "{\"a\":1", ",\"a#\":1", " \"b\"", "", "}"},
    {"a number without end", 0, 25000, "{\"a\":", "1", "", "", "}"},
    {"half an escape", 0, 5000, "{\"a\":\"", "\\u00e9", "\\u12", "", "\"}"},
    /* YAML */
    {"a chain in YAML", YAML, 500, "StartAt: p0\nStates:\n",
     "  p#:\n    Type: Pass\n    Next: p@\n", "", "", "  p#:\n    Type: Succeed\n"},
    {"anchors", YAML, 1000,
     "StartAt: S\nStates:\n  S:\n    Type: Pass\n    End: true\n    Result:\n",
     "      - &a# 1\n      - *a#\n", "", "", ""},
    {"aliases of aliases", YAML, 6, "a: &a0 x\nb:\n", "  - &a@ [*a#, *a#]\n", "", "", ""},
    {"aliases of one", YAML | LIST, 1500, "a: &a [1]\nb: [", "*a", "", "", "]\n"},
    {"flow in flow", YAML, 150, "a: ", "[", "1", "]", "\n"},
    {"flow that isn't closed", YAML, 2500, "", "[", "", "", ""},
    {"tags", YAML, 750, "a:\n", "  - !Ref a#\n", "", "", ""},
    {"a folded text", YAML, 2000, "a: >\n", "  line #\n", "", "", ""},
    {"a quoted text of many lines", YAML, 2000, "a: \"", "line \\\n  # \\u00e9", "", "", "\"\n"},
    {"keys twice", YAML, 1000, "States:\n", "  S: {Type: Pass}\n", "", "", ""},
    {"documents", YAML, 500, "", "---\na: 1\n", "", "", ""},
    {"a mapping that ends badly", YAML, 1000, "a:\n", "  b#: 1\n", "  c: [\n", "", ""},
};

static void add_part(struct buf *out, const char *text, unsigned i)
{
    for (; *text; text++) {
        if (*text == '#')
            buf_add_int(out, i);
        else if (*text == '@')
            buf_add_int(out, i + 1);
        else if (*text == '~')
            buf_add_int(out, i ? i - 1 : 0);
        else
            buf_addc(out, *text);
    }
}

static void write_shape(struct buf *out, const struct shape *s, unsigned n)
{
    add_part(out, s->head, n);
    for (unsigned i = 0; i < n; i++) {
        if (i && (s->form & LIST))
            buf_addc(out, ',');
        add_part(out, s->open, i);
    }
    add_part(out, s->middle, n);
    for (unsigned i = n; i-- > 0;)
        add_part(out, s->close, i);
    add_part(out, s->tail, n);
}

/* ---- what reads them ---- */

static enum document_format format_of(const struct shape *s)
{
    return s->form & YAML ? DOCUMENT_YAML : DOCUMENT_JSON;
}

static void lint(const struct shape *s, const struct buf *text)
{
    struct asl_codes all = {0};
    struct asl_report report = {0};

    asl_codes_all(&all);
    asl_lint(text->data, text->len, format_of(s), ASL_STANDARD, &all, &report);
    asl_report_clear(&report);
}

static void validate(const struct shape *s, const struct buf *text)
{
    struct asl_report report = {0};

    asl_validate(text->data, text->len, format_of(s), ASL_EXPRESS, NULL, &report);
    asl_report_clear(&report);
}

static void references(const struct shape *s, const struct buf *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text->data, text->len, format_of(s), &report);

    if (m)
        json_unref(asl_variable_references(m));
    asl_machine_unref(m);
    asl_report_clear(&report);
}

static void format(const struct shape *s, const struct buf *text)
{
    struct buf out = {0};
    struct diag why = {0};

    if (!(s->form & YAML))
        asl_format(text->data, text->len, &out, &why);
    diag_clear(&why);
    buf_clear(&out);
}

static const struct {
    const char *name;
    void (*read)(const struct shape *s, const struct buf *text);
} readers[] = {{"asl_lint", lint},
               {"asl_validate", validate},
               {"asl_variable_references", references},
               {"asl_format", format}};

static uint64_t cost(const struct shape *s, size_t reader, const struct buf *text)
{
    steps = 0;
    readers[reader].read(s, text);
    return steps;
}

/* Steps that any text of a few bytes takes are left out of the ratio. */
enum { FREE_STEPS = 10000 };

/*
 * Linear work gives a ratio of 2.0, quadratic work 4.0. What is there reaches 2.17 (n log n), so
 * the bound can be close: a quadratic share of 15 % at n is found, and n can be small.
 */
static const double most_growth = 2.3;

START_TEST(doubled)
{
    const struct shape *s = &shapes[_i];
    struct buf one = {0}, two = {0};

    write_shape(&one, s, s->n);
    write_shape(&two, s, 2 * s->n);
    for (size_t k = 0; k < COUNT(readers); k++) {
        uint64_t once = cost(s, k, &one) + FREE_STEPS, twice = cost(s, k, &two) + FREE_STEPS;
        ck_assert_msg((double)twice / (double)once < most_growth,
                      "%s: %s takes %.1f M steps and %.1f M", s->name, readers[k].name,
                      (double)once / 1e6, (double)twice / 1e6);
    }
    buf_clear(&two);
    buf_clear(&one);
}
END_TEST

/* That steps are counted at all. */
START_TEST(counted)
{
    struct buf text = {0};

    write_shape(&text, &shapes[0], shapes[0].n);
    ck_assert_uint_gt(cost(&shapes[0], 0, &text), 500000);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("growth");
    TCase *t = tcase_create("growth");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, counted);
    tcase_add_loop_test(t, doubled, 0, COUNT(shapes));
    suite_add_tcase(s, t);
    return run_suite(s);
}
