/* Pictures of machines: what is in them, and in which words. */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/drawing/drawing.h"
#include "asl/drawing/drawing_impl.h"

#include <string.h>

/* ---- words ---- */

static const struct {
    const char *name, *rule, *want;
} rules[] = {
    {"a comparison", "{'Variable':'$.n','NumericLessThan':3,'Next':'B'}", "$.n < 3"},
    {"strings are quoted", "{'Variable':'$.s','StringEquals':'a','Next':'B'}", "$.s = \"a\""},
    {"with a path", "{'Variable':'$.n','NumericGreaterThanEqualsPath':'$.m','Next':'B'}",
     "$.n >= $.m"},
    {"the operator may come first", "{'TimestampLessThanEquals':'2020','Variable':'$.t'}",
     "$.t <= \"2020\""},
    {"a pattern", "{'Variable':'$.s','StringMatches':'a*'}", "$.s matches \"a*\""},
    {"what it is", "{'Variable':'$.s','IsPresent':true}", "$.s is present"},
    {"what it is not", "{'Variable':'$.s','IsNull':false}", "$.s is not null"},
    {"all of them",
     "{'And':[{'Variable':'$.a','IsNull':true},{'Variable':'$.b','BooleanEquals':false}]}",
     "$.a is null and $.b = false"},
    {"nested",
     "{'Or':[{'Not':{'Variable':'$.a','IsString':true}},{'And':[{'Variable':'$.b','IsNumeric':true}"
     ","
     "{'Variable':'$.c','NumericEquals':1}]}]}",
     "not $.a is string or ($.b is numeric and $.c = 1)"},
    {"JSONata", "{'Condition':'{% $states.input.n > 3 %}','Next':'B'}", "$states.input.n > 3"},
    {"a comment is none", "{'Comment':'c','Variable':'$.n','NumericEquals':1}", "$.n = 1"},
};

static json *json_with_quotes(const char *text)
{
    char copy[512];

    strncpy(copy, text, sizeof copy - 1);
    copy[sizeof copy - 1] = 0;
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return json_of(copy);
}

START_TEST(rule)
{
    struct arena a = {0};
    json *v = json_with_quotes(rules[_i].rule);

    expect_text(rules[_i].name, drawing_rule_text(&a, v), rules[_i].want);
    json_unref(v);
    arena_clear(&a);
}
END_TEST

static int ten_each(const char *text, size_t len, bool small)
{
    (void)text;
    return (int)len * (small ? 5 : 10);
}

static const struct {
    const char *name, *text;
    int width;
    size_t most;
    const char *lines; /* joined by | */
} wraps[] = {
    {"one line", "abc", 100, 3, "abc"},
    {"at a blank", "abc def ghi", 70, 3, "abc def|ghi"},
    {"white space is one blank", " a \n\t b ", 100, 3, "a b"},
    {"before a capital", "GetProcessStatus", 100, 3, "GetProcess|Status"},
    {"behind a sign", "get_the_status", 80, 3, "get_the_|status"},
    {"anywhere", "aaaaaaaaaaaa", 50, 3, "aaaaa|aaaaa|aa"},
    {"and no more lines", "aaa bbb ccc", 60, 2, "aaa|bbb…"},
    {"characters stay whole", "éééééé", 50, 4, "éé|éé|éé"},
    {"nothing", "", 50, 2, ""},
};

START_TEST(wrap)
{
    const struct drawing_look look = {.width = ten_each};
    struct arena a = {0};
    struct buf joined = {0};
    struct drawing_text t = {.text = wraps[_i].text};

    drawing_wrap(&a, &look, false, wraps[_i].width, wraps[_i].most, &t);
    for (size_t i = 0; i < t.count; i++)
        buf_printf(&joined, "%s%s", i ? "|" : "", t.lines[i]);
    expect_text(wraps[_i].name, buf_str(&joined), wraps[_i].lines);
    buf_clear(&joined);
    arena_clear(&a);
}
END_TEST

/* ---- pictures ---- */

#define MACHINE                                                                                    \
    "{'StartAt':'Get \\\"<&>\\\" it','States':{"                                                   \
    "'Get \\\"<&>\\\" it':{'Type':'Task','Resource':'arn:aws:states:::sqs:sendMessage',"           \
    "'Parameters':{'QueueUrl':'q','MessageBody':'m'},'Next':'More?',"                              \
    "'Retry':[{'ErrorEquals':['Busy'],'MaxAttempts':4}],"                                          \
    "'Catch':[{'ErrorEquals':['A','B'],'Next':'No'}]},"                                            \
    "'More?':{'Type':'Choice','Default':'All','Choices':["                                         \
    "{'Variable':'$.n','NumericLessThan':3,'Next':'Get \\\"<&>\\\" it'}]},"                        \
    "'All':{'Type':'Parallel','End':true,'Branches':["                                             \
    "{'StartAt':'One','States':{'One':{'Type':'Pass','End':true}}},"                               \
    "{'StartAt':'Two','States':{'Two':{'Type':'Wait','Seconds':5,'End':true}}}]},"                 \
    "'No':{'Type':'Fail','Error':'Gone'}}}"

static asl_machine *machine_of(const char *text)
{
    struct asl_report report = {0};
    char copy[4096];
    size_t n = 0;

    for (const char *p = text; *p && n < sizeof copy - 1; p++)
        copy[n++] = *p == '\'' ? '"' : *p;
    copy[n] = 0;
    asl_machine *m = asl_compile(copy, n, DOCUMENT_JSON, &report);
    ck_assert_ptr_nonnull(m);
    asl_report_clear(&report);
    return m;
}

enum form { SVG, DOT, MERMAID, JSON, TEXT, NARROW, PLAIN };

static void write_form(drawing *d, enum form form, struct buf *out)
{
    switch (form) {
    case SVG: ck_assert(drawing_write_svg(d, out)); break;
    case DOT: drawing_write_dot(d, out); break;
    case MERMAID: drawing_write_mermaid(d, out); break;
    case JSON: ck_assert(drawing_write_json(d, out)); break;
    case TEXT: drawing_write_text(d, 0, false, out); break;
    case NARROW: drawing_write_text(d, 20, false, out); break;
    case PLAIN: drawing_write_text(d, 0, true, out); break;
    }
}

static const struct {
    const char *name;
    enum form form;
    const char *only;     /* a state; NULL: all */
    const char *words[6]; /* that are in it, in this order */
    const char *none;     /* that is not */
} pictures[] = {
    {"SVG has titles and text",
     SVG,
     NULL,
     {"role=\"img\"", "<title>a &lt;b&gt;</title>", "prefers-color-scheme:dark",
      "Get &quot;&lt;&amp;&gt;&quot; it → More?", "$.n &lt; 3", "sqs:sendMessage · retry 4×"},
     "<script"},
    {"SVG has what catches dashed", SVG, NULL, {"asl-catch\"><title>", ": A, B</title>"}, "http:"},
    {"DOT has clusters and joins them",
     DOT,
     NULL,
     {"digraph {", "compound=true", "\"Get \\\"<&>\\\" it\"", "subgraph cluster_s2 {",
      "style=dashed", "lhead=cluster_s2"},
     "cluster_s0"},
    {"Mermaid has subgraphs, and its signs as entities",
     MERMAID,
     NULL,
     {"title: \"a <b>\"", "flowchart TD", "Get #34;#60;#38;#62;#34; it", "subgraph s2 [\"All\"]",
      "-.->|\"A, B\"|", "#36;.n #60; 3"},
     "<&"},
    {"JSON has places",
     JSON,
     NULL,
     {"\"kind\":\"start\"", "\"type\":\"Task\"",
      "\"blocks\":[{\"x\":", "\"kind\":\"catch\",\"index\":0", "\"points\":[["},
     NULL},
    {"text has boxes", TEXT, NULL, {"Start", "▼", "┌", "More?", "┆", "End"}, "→"},
    {"a list, where boxes are too wide",
     NARROW,
     NULL,
     {"(sqs:sendMessage", "→ More?", "caught: A, B", "→ Get", "branch 2:", "Wait 5 s"},
     "┌"},
    {"ASCII", PLAIN, NULL, {"+--", "retry 4x", "|", "v"}, "─"},
    {"one state", TEXT, "All", {"All", "One", "Two"}, "More?"},
    {"one state of DOT", DOT, "Two", {"\"Two\""}, "One"},
};

static const struct asl_state *state_of(const asl_machine *m, const char *name)
{
    for (size_t i = 0; name && i < m->count; i++)
        if (json_str_is(m->states[i]->name, name))
            return m->states[i];
    return NULL;
}

START_TEST(picture)
{
    asl_machine *m = machine_of(MACHINE);
    drawing *d = drawing_new(m, state_of(m, pictures[_i].only));
    struct buf out = {0}, again = {0};

    drawing_set_title(d, "a <b>");
    write_form(d, pictures[_i].form, &out);
    const char *at = buf_str(&out);
    for (size_t i = 0; i < COUNT(pictures[_i].words) && pictures[_i].words[i]; i++) {
        const char *found = strstr(at, pictures[_i].words[i]);
        ck_assert_msg(found, "%s: no %s in\n%.2000s", pictures[_i].name, pictures[_i].words[i],
                      buf_str(&out));
        at = found;
    }
    const char *none = pictures[_i].none;
    if (none && pictures[_i].form != SVG)
        ck_assert_msg(!strstr(buf_str(&out), none), "%s: %s in\n%.2000s", pictures[_i].name, none,
                      buf_str(&out));
    /* Another time, and behind another form, it is the same. */
    write_form(d, pictures[_i].form == TEXT ? SVG : TEXT, &again);
    buf_reset(&again);
    write_form(d, pictures[_i].form, &again);
    expect_text(pictures[_i].name, buf_str(&again), buf_str(&out));
    drawing_free(d);
    asl_machine_unref(m);
    buf_clear(&out);
    buf_clear(&again);
}
END_TEST

static const struct {
    const char *name;
    enum form form;
    const char *words[5];
} marked[] = {
    {"text says what became of states",
     TEXT,
     {"failed: No.Luck · 2×", "1.5 s", "2× default", "succeeded", "not reached"}},
    {"SVG has classes",
     SVG,
     {"asl-edge asl-catch asl-not-gone", "asl-Task asl-failed\"", "asl-not-reached\""}},
    {"DOT has colours", DOT, {"fillcolor=\"#fde7e3\"", "cluster_s2", "succeeded"}},
    {"Mermaid has classes",
     MERMAID,
     {"classDef failed", "class s0 failed", "class s3 not-reached"}},
    {"JSON has numbers",
     JSON,
     {"\"status\":\"failed\",\"entered\":2,\"retries\":3,\"milliseconds\":1500,\"error\":\"No."
      "Luck\"",
      "\"times\":0"}},
};

START_TEST(marks)
{
    asl_machine *m = machine_of(MACHINE);
    drawing *d = drawing_new(m, NULL);
    struct buf out = {0};

    drawing_mark_state(d, m->states[0],
                       &(struct drawing_mark){DRAWING_FAILED, 2, 3, 1500, "No.Luck"});
    drawing_mark_state(d, m->states[2], &(struct drawing_mark){DRAWING_SUCCEEDED, 1, 0, 1, NULL});
    drawing_mark_way(d, m->states[1], EDGE_DEFAULT, 0, 2);
    write_form(d, marked[_i].form, &out);
    const char *at = buf_str(&out);
    for (size_t i = 0; i < COUNT(marked[_i].words) && marked[_i].words[i]; i++) {
        at = strstr(at, marked[_i].words[i]);
        ck_assert_msg(at, "%s: no %s in\n%.2000s", marked[_i].name, marked[_i].words[i],
                      buf_str(&out));
    }
    drawing_free(d);
    asl_machine_unref(m);
    buf_clear(&out);
}
END_TEST

/* Nothing in an SVG is loaded or run, whatever names say. */
START_TEST(svg_stands_alone)
{
    asl_machine *m = machine_of("{'StartAt':'<script>','States':{'<script>':{'Type':'Pass',"
                                "'Comment':'<image href=http://x/>','End':true}}}");
    drawing *d = drawing_new(m, NULL);
    struct buf out = {0};

    ck_assert(drawing_write_svg(d, &out));
    ck_assert_ptr_null(strstr(buf_str(&out), "<script"));
    ck_assert_ptr_null(strstr(buf_str(&out), "<image"));
    ck_assert_ptr_null(strstr(buf_str(&out), "url("));
    drawing_free(d);
    asl_machine_unref(m);
    buf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("drawing");
    TCase *t = tcase_create("drawing");

    tcase_add_loop_test(t, rule, 0, COUNT(rules));
    tcase_add_loop_test(t, wrap, 0, COUNT(wraps));
    tcase_add_loop_test(t, picture, 0, COUNT(pictures));
    tcase_add_loop_test(t, marks, 0, COUNT(marked));
    tcase_add_test(t, svg_stands_alone);
    suite_add_tcase(s, t);
    return run_suite(s);
}
