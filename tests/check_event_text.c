/* event_text: events and configurations as text, and back. All cases do the same: play.c. */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "runtime/core/event_kinds.h"
#include "runtime/core/event_pack.h"
#include "runtime/core/event_text.h"

#include <string.h>

static const char definition[] =
    "{\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":{"
    "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},"
    "\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}}}}";

static asl_machine *machine(void)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);

    ck_assert(m != NULL);
    asl_report_clear(&report);
    return m;
}

static const struct {
    const char *name, *text, *want; /* want NULL: `text` itself */
} reads[] = {
    {"an execution's event has no state", "{\"k\":\"xs\",\"q\":1,\"i\":1,\"t\":5,\"d\":{}}", NULL},
    {"all that is common, and a Task's",
     "{\"k\":\"tq\",\"s\":1,\"q\":1,\"i\":2,\"p\":3,\"t\":-4,\"f\":5,\"m\":-8,"
     "\"l\":9,\"u\":10,\"w\":-11,\"d\":1.0,\"x\":null,\"o\":\"t\",\"e\":\"E\",\"c\":\"\\ud800\","
     "\"y\":"
     "\"Output\"}",
     NULL},
    {"none of a number", "{\"k\":\"sx\",\"s\":0,\"f\":-1,\"n\":-1}", NULL},
    {"a state that assigned", "{\"k\":\"sx\",\"s\":0,\"n\":1,\"d\":1,\"x\":{\"a\":2}}", NULL},
    {"a group", "{\"k\":\"gs\",\"s\":0,\"m\":2,\"l\":40,\"d\":{},\"x\":[1,2]}", NULL},
    {"a Map Run", "{\"k\":\"ms\",\"s\":0,\"m\":-1,\"d\":\"arn\",\"x\":12.5}", NULL},
    {"an iteration's end", "{\"k\":\"iok\",\"s\":0,\"f\":1,\"n\":6,\"j\":7,\"d\":1}", NULL},
    {"a missed heartbeat", "{\"k\":\"tt\",\"s\":0,\"j\":1,\"e\":\"States.Timeout\"}", NULL},
    {"a retry", "{\"k\":\"r\",\"s\":0,\"j\":1,\"u\":10}", NULL},
    {"members of other kinds", "{\"k\":\"h\",\"s\":0,\"n\":9,\"j\":\"1\",\"o\":2,\"X\":3}",
     "{\"k\":\"h\",\"s\":0}"},
    {"the largest numbers",
     "{\"k\":\"tq\",\"s\":0,\"q\":9223372036854775807,\"i\":4294967294,"
     "\"t\":9223372036854775807,\"m\":-9223372036854775808}",
     NULL},
    {"numbers keep their form",
     "{\"k\":\"h\",\"s\":0,\"d\":[1,1.0,1.5E300,-0.0,"
     "123456789012345678901234567890]}",
     NULL},
    {"a redrive is the execution's, and has no state",
     "{\"k\":\"xr\",\"q\":9,\"i\":8,\"p\":7,\"f\":-1,\"m\":2,\"d\":\"token\"}", NULL},
    {"a Map Run's redrive", "{\"k\":\"mr\",\"s\":0,\"q\":9,\"i\":8,\"p\":7,\"m\":1,\"d\":\"arn\"}",
     NULL},
    {"a child's redrive", "{\"k\":\"cr\",\"s\":0,\"q\":9,\"j\":3}", NULL},
    {"what a Map Run was changed to",
     "{\"k\":\"mu\",\"s\":0,\"q\":9,\"m\":-1,\"l\":10000,\"x\":12.5}", NULL},
    {"members that nobody knows", "{\"zz\":[{}],\"k\":\"h\",\"later\":1,\"s\":0}",
     "{\"k\":\"h\",\"s\":0}"},
    {"the version is told", "{\"v\":1,\"k\":\"h\",\"s\":0}", "{\"k\":\"h\",\"s\":0}"},
    {"a value that is text", "{\"k\":\"h\",\"s\":0,\"D\":\"[1]\"}",
     "{\"k\":\"h\",\"s\":0,\"d\":[1]}"},
};

START_TEST(reading)
{
    asl_machine *m = machine();
    struct rt_event e;
    struct diag why = {0};
    struct buf again = {0};
    const char *want = reads[_i].want ? reads[_i].want : reads[_i].text;

    ck_assert_msg(rt_event_read(reads[_i].text, strlen(reads[_i].text), m, NULL, &e, &why),
                  "%s: %s", reads[_i].name, why.text);
    rt_event_write(&again, &e, NULL);
    expect_text(reads[_i].name, buf_str(&again), want);
    rt_event_clear(&e);
    buf_clear(&again);
    asl_machine_unref(m);
}
END_TEST

/* Each as `reads` has it, and with numbers at the bounds of what is kept small. */
static const struct {
    const char *name, *text;
} packs[] = {
    {"a state that was entered",
     "{\"k\":\"se\",\"s\":1,\"q\":7,\"i\":4294967295,\"p\":4294967294,\"t\":281474976710655,"
     "\"f\":4294967294,\"d\":{\"a\":[1]}}"},
    {"a time behind what is kept small", "{\"k\":\"se\",\"s\":0,\"t\":281474976710656,\"d\":1}"},
    {"a time before 1970", "{\"k\":\"se\",\"s\":0,\"t\":-1,\"d\":1}"},
    {"a clock that was set", "{\"k\":\"se\",\"s\":0,\"w\":-1,\"d\":1}"},
    {"an exit to the last state", "{\"k\":\"sx\",\"s\":0,\"n\":1,\"d\":1}"},
    {"an exit with an error, which none has", "{\"k\":\"sx\",\"s\":0,\"n\":1,\"c\":\"C\"}"},
    {"a place of an error alone", "{\"k\":\"ef\",\"s\":0,\"y\":\"Output\"}"},
    {"a child's frame, index and items", "{\"k\":\"cs\",\"s\":0,\"n\":4294967294,"
                                         "\"j\":4294967293,\"b\":4294967292,\"d\":1}"},
    {"a child's place", "{\"k\":\"cs\",\"s\":0,\"j\":1,\"o\":1,\"d\":1}"},
    {"a child's status", "{\"k\":\"ce\",\"s\":0,\"m\":1,\"d\":1}"},
    {"when a child began", "{\"k\":\"ce\",\"s\":0,\"a\":1,\"d\":1}"},
    {"when a child ended", "{\"k\":\"ce\",\"s\":0,\"z\":1,\"d\":1}"},
    {"results", "{\"k\":\"rw\",\"s\":0,\"b\":1,\"j\":2,\"l\":3,\"m\":4,\"n\":5,\"o\":6,\"d\":1}"},
};

static void expect_packed(const char *name, const char *text)
{
    asl_machine *m = machine();
    struct buf before = {0}, after = {0};
    struct rt_event e, back;

    ck_assert_msg(rt_event_read(text, strlen(text), m, NULL, &e, NULL), "%s", name);
    rt_event_write(&before, &e, NULL);
    struct rt_packed p;
    rt_pack(&e, &p);
    rt_unpack(&p, e.seq, &back);
    rt_event_write(&after, &back, NULL);
    expect_text(name, buf_str(&after), buf_str(&before));
    rt_packed_clear(&p);
    buf_clear(&before);
    buf_clear(&after);
    asl_machine_unref(m);
}

START_TEST(packing)
{
    size_t i = (size_t)_i;

    if (i < COUNT(packs))
        expect_packed(packs[i].name, packs[i].text);
    else
        expect_packed(reads[i - COUNT(packs)].name, reads[i - COUNT(packs)].text);
}
END_TEST

/* What hooks hear of an exit isn't kept as text, but packed. */
START_TEST(packing_a_way)
{
    static const struct {
        uint32_t to, index;
    } rows[] = {{0, 0},        {1, 0xff},        {RT_NO_STATE, 0x100}, {0xfffffe, 1},
                {0xffffff, 2}, {RT_NO_STATE, 3}, {0x1000000, 4}};
    struct rt_event e = {.kind = RT_STATE_EXITED, .exited = {.way = RT_BY_CATCH}}, back;

    e.exited.to = rows[_i].to;
    e.exited.index = rows[_i].index;
    struct rt_packed p;
    rt_pack(&e, &p);
    rt_unpack(&p, 1, &back);
    ck_assert_uint_eq(back.exited.to, rows[_i].to);
    ck_assert_uint_eq(back.exited.index, rows[_i].index);
    ck_assert_uint_eq(back.exited.way, RT_BY_CATCH);
    rt_packed_clear(&p);
}
END_TEST

/* What children got and gave is passed over, and nothing else. */
START_TEST(outlines)
{
    static const struct {
        const char *name, *text, *want; /* NULL: as it is */
    } rows[] = {
        {"a child's input",
         "{\"k\":\"cs\",\"s\":0,\"q\":7,\"t\":5,\"j\":3,\"b\":2,\"d\":{\"a\":[1]}}",
         "{\"k\":\"cs\",\"s\":0,\"q\":7,\"t\":5,\"j\":3,\"b\":2,\"d\":null}"},
        {"a child's output, with a part that is written elsewhere",
         "{\"k\":\"ce\",\"s\":0,\"q\":8,\"t\":5,\"j\":3,\"d\":[null],\"r\":[[[0],7,[]]]}",
         "{\"k\":\"ce\",\"s\":0,\"q\":8,\"t\":5,\"j\":3,\"d\":null}"},
        {"a child that failed",
         "{\"k\":\"ce\",\"s\":0,\"q\":8,\"t\":5,\"e\":\"E\",\"c\":\",\\\"d\\\":1\"}", NULL},
        {"what is no child's", "{\"k\":\"xs\",\"q\":1,\"t\":5,\"f\":-1,\"d\":{\"a\":[1]}}", NULL},
    };
    asl_machine *m = machine();

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rt_event e;
        struct diag why = {0};
        struct buf got = {0};
        bool good = rt_event_read_outline(rows[i].text, strlen(rows[i].text), m, NULL, &e, &why);
        ck_assert_msg(good, "%s: %s", rows[i].name, why.text);
        rt_event_write(&got, &e, NULL);
        ck_assert_msg(strcmp(buf_str(&got), rows[i].want ? rows[i].want : rows[i].text) == 0,
                      "%s: %s", rows[i].name, buf_str(&got));
        buf_clear(&got);
        rt_event_clear(&e);
    }
    asl_machine_unref(m);
}
END_TEST

/* A child's data go, small or not; another event's stay. */
START_TEST(trimming)
{
    static const struct {
        enum rt_event_kind kind;
        int64_t position;
        bool stays;
    } rows[] = {{RT_CHILD_STARTED, 0, false},
                {RT_CHILD_STARTED, 1, false},
                {RT_CHILD_ENDED, 0, false},
                {RT_CHILD_REDRIVEN, 0, true}};
    struct rt_event e = {.kind = rows[_i].kind,
                         .data = json_cstring("large"),
                         .child = {.position = rows[_i].position}},
                    back;
    struct rt_packed p;
    rt_pack(&e, &p);

    rt_packed_trim(&p);
    rt_unpack(&p, 1, &back);
    ck_assert_int_eq(json_kind(back.data), rows[_i].stays ? JSON_STRING : JSON_NULL);
    rt_packed_clear(&p);
}
END_TEST

/* What can be read, and still is not what one of its kind has. */
static const struct {
    const char *name, *text;
    bool sound;
} sounds[] = {
    {"a task's token", "{\"k\":\"tq\",\"s\":0,\"d\":{},\"o\":\"t\"}", true},
    {"a token that is no text", "{\"k\":\"tq\",\"s\":0,\"d\":{},\"o\":1}", false},
    {"a time limit behind all times", "{\"k\":\"tq\",\"s\":0,\"d\":{},\"u\":4000000000000000000}",
     false},
    {"no parameters", "{\"k\":\"tq\",\"s\":0}", false},
    {"a Wait's event of a Task", "{\"k\":\"w\",\"s\":0,\"u\":5}", false},
    {"variables", "{\"k\":\"sx\",\"s\":0,\"n\":-1,\"d\":1,\"x\":{}}", true},
    {"variables that are no object", "{\"k\":\"sx\",\"s\":0,\"n\":-1,\"d\":1,\"x\":1}", false},
    {"a retry that is due behind all times", "{\"k\":\"r\",\"s\":0,\"u\":4000000000000000000}",
     false},
    {"a cause that is no text", "{\"k\":\"tf\",\"s\":0,\"c\":1}", false},
    {"seconds below zero", "{\"k\":\"tq\",\"s\":0,\"d\":{},\"m\":-1}", false},
};

START_TEST(soundness)
{
    static const char task[] =
        "{\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",\"End\":true,"
        "\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\"}}}";
    struct asl_report report = {0};
    asl_machine *m = asl_compile(task, sizeof task - 1, DOCUMENT_JSON, &report);
    struct rt_event e;

    ck_assert(m && rt_event_read(sounds[_i].text, strlen(sounds[_i].text), m, NULL, &e, NULL));
    ck_assert_msg(rt_event_is_sound(&e) == sounds[_i].sound, "%s", sounds[_i].name);
    rt_event_clear(&e);
    asl_report_clear(&report);
    asl_machine_unref(m);
}
END_TEST

/* A row that was forgotten is all zeros, which the compiler allows. */
START_TEST(row)
{
    const struct event_kind *k = &event_kinds[_i];

    ck_assert_msg(k->code && k->name, "kind %d has no row in the table of apply.c", _i);
    for (int other = 0; other < _i; other++)
        ck_assert_msg(strcmp(k->code, event_kinds[other].code) != 0, "two kinds have the code %s",
                      k->code);
    ck_assert_msg(!k->types == !k->phases, "%s has no phase or no type that it can come in",
                  k->name);
    ck_assert_msg(k->types || k->fits, "%s is of the execution, and nothing says when it fits",
                  k->name);
    ck_assert_msg(_i < RT_FIRST_PRIVATE || !k->details, "%s is private, and has details", k->name);
}
END_TEST

static const struct {
    const char *name, *text, *words;
} refusals[] = {
    {"no JSON", "{\"k\":", "ends"},
    {"no object", "[]", "no JSON object"},
    {"a newer version", "{\"v\":2,\"k\":\"h\",\"s\":0}", "newer version"},
    {"no kind", "{\"s\":0}", "kind of event"},
    {"an unknown kind", "{\"k\":\"zz\",\"s\":0}", "kind of event"},
    {"no state", "{\"k\":\"se\"}", "no state"},
    {"another machine's state", "{\"k\":\"se\",\"s\":2}", "no such state"},
    {"a state that is no number", "{\"k\":\"se\",\"s\":\"0\"}", "no such state"},
    {"another machine's next state", "{\"k\":\"sx\",\"s\":0,\"n\":9}", "no such next state"},
    {"a number that is none", "{\"k\":\"h\",\"s\":0,\"q\":\"1\"}", "\"q\" is no number"},
    {"a fraction", "{\"k\":\"h\",\"s\":0,\"q\":1.5}", "\"q\" is no number"},
    {"below what it may be", "{\"k\":\"h\",\"s\":0,\"q\":-1}", "\"q\" is no number"},
    {"above what it may be", "{\"k\":\"h\",\"s\":0,\"i\":4294967296}", "\"i\" is no number"},
    {"text that is no JSON", "{\"k\":\"h\",\"s\":0,\"D\":\"[\"}", "ends"},
    {"text that is no string", "{\"k\":\"h\",\"s\":0,\"D\":[]}", "\"D\" is no string"},
};

START_TEST(refusing)
{
    asl_machine *m = machine();
    struct rt_event e;
    struct diag why = {0};

    ck_assert_msg(!rt_event_read(refusals[_i].text, strlen(refusals[_i].text), m, NULL, &e, &why),
                  "%s", refusals[_i].name);
    ck_assert_msg(strstr(why.text, refusals[_i].words) != NULL, "%s: %s", refusals[_i].name,
                  why.text);
    diag_clear(&why);
    asl_machine_unref(m);
}
END_TEST

/* A value as deep as they go has no room for the object around it. */
START_TEST(deepest)
{
    asl_machine *m = machine();
    struct rt_event e = {.kind = RT_EXECUTION_STARTED}, again;
    struct buf text = {0};
    struct diag why = {0};

    for (int i = 0; i < JSON_MAX_DEPTH; i++)
        buf_addc(&text, '[');
    for (int i = 0; i < JSON_MAX_DEPTH; i++)
        buf_addc(&text, ']');
    e.data = json_parse(text.data, text.len, 0, NULL);
    ck_assert(e.data != NULL);
    buf_reset(&text);
    rt_event_write(&text, &e, NULL);
    ck_assert_msg(rt_event_read(text.data, text.len, m, NULL, &again, &why), "%s", why.text);
    ck_assert(json_equal(e.data, again.data));
    rt_event_clear(&e);
    rt_event_clear(&again);
    buf_clear(&text);
    asl_machine_unref(m);
}
END_TEST

/* ---- what several events have ---- */

/* A history as text, and what is known to stand in it. */
struct told {
    struct buf lines[8]; /* by numbers of events */
    struct noted {
        const json *v;
        json *path;
        struct rt_place at;
    } noted[32];
    size_t count;
};

static const struct rt_place *find_noted(void *user, const json *v)
{
    struct told *t = user;

    for (size_t i = 0; i < t->count; i++)
        if (t->noted[i].v == v)
            return &t->noted[i].at;
    return NULL;
}

static void note_value(void *user, const json *v, const struct rt_place *at)
{
    struct told *t = user;
    json *path = json_ref(at->path);

    ck_assert(t->count < COUNT(t->noted));
    t->noted[t->count++] = (struct noted){json_ref(v), path, {at->seq, path}};
}

static json *data_of(void *user, uint64_t seq, struct diag *why)
{
    struct told *t = user;

    for (size_t i = 0; i < t->count; i++)
        if (t->noted[i].at.seq == seq && !json_count(t->noted[i].path))
            return json_ref(t->noted[i].v);
    ck_assert(seq < COUNT(t->lines));
    return rt_event_read_data(t->lines[seq].data, t->lines[seq].len, seq, why);
}

static void forget_noted(struct told *t)
{
    while (t->count) {
        struct noted *n = &t->noted[--t->count];
        json *own;
        memcpy(&own, &n->v, sizeof own);
        json_unref(own);
        json_unref(n->path);
    }
}

static json *large(void)
{
    struct buf b = {0};

    memset(buf_reserve(&b, 2000), 'x', 2000);
    b.len = 2000;
    return json_take_buf(&b);
}

/* A value is written in the first event that has it, but for those that may lose their data. */
START_TEST(sharing)
{
    static const char *const wants[] = {
        NULL, NULL, "{\"k\":\"xs\",\"q\":2,\"d\":null,\"r\":[[[\"d\"],1,[]]]}",
        "{\"k\":\"xs\",\"q\":3,\"d\":{\"n\":2,\"kept\":null,\"list\":[null,3]},"
        "\"r\":[[[\"d\",\"kept\"],1,[\"doc\"]],[[\"d\",\"list\",0],1,[\"doc\",\"text\"]]]}",
        NULL, NULL,
        "{\"k\":\"xs\",\"q\":6,\"d\":{\"other\":null,\"n\":1},\"r\":[[[\"d\",\"other\"],5,[]]]}",
        /* Not by event 6, which has not all of it. */
        "{\"k\":\"xs\",\"q\":7,\"d\":{\"other\":null,\"n\":1},\"r\":[[[\"d\",\"other\"],5,[]]]}"};
    asl_machine *m = machine();
    struct told t = {0};
    struct rt_shares shares = {&t, find_noted, note_value, data_of};
    json *text = large(), *other = large(), *values[8] = {NULL};
    struct json_build b, list, doc;

    json_build_object(&doc, 1);
    json_build_set(&doc, "text", json_ref(text));
    json *inner = json_build_done(&doc);
    json_build_object(&b, 2);
    json_build_set(&b, "doc", json_ref(inner));
    json_build_set(&b, "n", json_int(1));
    values[1] = json_build_done(&b);
    values[2] = json_ref(values[1]);
    json_build_array(&list, 2);
    json_build_add(&list, text);
    json_build_add(&list, json_int(3));
    json_build_object(&b, 3);
    json_build_set(&b, "n", json_int(2));
    json_build_set(&b, "kept", inner);
    json_build_set(&b, "list", json_build_done(&list));
    values[3] = json_build_done(&b);
    values[4] = json_ref(other);
    values[5] = json_ref(other);
    json_build_object(&b, 2);
    json_build_set(&b, "other", other);
    json_build_set(&b, "n", json_int(1));
    values[6] = json_build_done(&b);
    values[7] = json_ref(values[6]);
    for (uint64_t i = 1; i < COUNT(values); i++) {
        struct rt_event e = {.seq = i, .kind = RT_EXECUTION_STARTED, .data = values[i]};
        if (i == 4) {
            e.kind = RT_CHILD_STARTED;
            e.state = m->states[0];
        }
        rt_event_write(&t.lines[i], &e, &shares);
        if (wants[i])
            expect_text("what is written", buf_str(&t.lines[i]), wants[i]);
        else
            ck_assert_msg(t.lines[i].len > 2000, "%s", buf_str(&t.lines[i]));
    }
    /* In any order: what isn't known is looked for. */
    for (int from = 1; from < 8; from += 6) {
        forget_noted(&t);
        for (int i = from; i > 0 && i < 8; i += from == 1 ? 1 : -1) {
            struct rt_event e;
            struct diag why = {0};
            struct buf got = {0}, want = {0};
            ck_assert_msg(rt_event_read(t.lines[i].data, t.lines[i].len, m, &shares, &e, &why),
                          "%s", why.text);
            json_write(&got, e.data);
            json_write(&want, values[i]);
            expect_text("what is read", buf_str(&got), buf_str(&want));
            if (i == 2 && from == 1)
                ck_assert_msg(find_noted(&t, e.data) != NULL, "it is not the first one's value");
            rt_event_clear(&e);
            buf_clear(&got);
            buf_clear(&want);
        }
    }
    forget_noted(&t);
    for (size_t i = 1; i < COUNT(values); i++) {
        json_unref(values[i]);
        buf_clear(&t.lines[i]);
    }
    asl_machine_unref(m);
}
END_TEST

static const struct {
    const char *name, *text, *words;
} lost_parts[] = {
    {"no list", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":1}", "no places"},
    {"an empty list", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":[]}", "no places"},
    {"the event itself", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":[[[\"d\"],3,[]]]}", "no places"},
    {"no path", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":[[[],1,[]]]}", "no places"},
    {"a member that it has not", "{\"k\":\"xs\",\"q\":3,\"r\":[[[\"d\"],1,[]]]}", "no place for"},
    {"an element that it has not", "{\"k\":\"xs\",\"q\":3,\"d\":[null],\"r\":[[[\"d\",1],1,[]]]}",
     "no place for"},
    {"a part of a scalar", "{\"k\":\"xs\",\"q\":3,\"d\":5,\"r\":[[[\"d\",\"a\"],1,[]]]}",
     "no place for"},
    {"another event", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":[[[\"d\"],2,[]]]}",
     "event 2 has not the data"},
    {"what the other has not", "{\"k\":\"xs\",\"q\":3,\"d\":null,\"r\":[[[\"d\"],1,[\"z\"]]]}",
     "what event 1 has not"},
};

START_TEST(lost)
{
    asl_machine *m = machine();
    struct told t = {0};
    struct rt_shares shares = {&t, find_noted, note_value, data_of};
    struct rt_event e;
    struct diag why = {0};

    buf_adds(&t.lines[1], "{\"k\":\"xs\",\"q\":1,\"d\":{\"a\":1}}");
    buf_adds(&t.lines[2], "{\"k\":\"xs\",\"q\":7,\"d\":{\"a\":1}}");
    ck_assert_msg(
        !rt_event_read(lost_parts[_i].text, strlen(lost_parts[_i].text), m, &shares, &e, &why),
        "%s", lost_parts[_i].name);
    ck_assert_msg(strstr(why.text, lost_parts[_i].words) != NULL, "%s: %s", lost_parts[_i].name,
                  why.text);
    diag_clear(&why);
    forget_noted(&t);
    buf_clear(&t.lines[1]);
    buf_clear(&t.lines[2]);
    asl_machine_unref(m);
}
END_TEST

static const struct {
    const char *name, *text;
    bool good;
} configs[] = {
    {"all members",
     "{\"seed\":-1,\"limits\":true,\"arn\":\"a\",\"name\":\"n\",\"machineArn\":\"ma\","
     "\"machineName\":\"mn\",\"role\":\"r\",\"region\":\"g\",\"written\":\" {}\","
     "\"context\":{\"a\":[1]},\"scope\":0}",
     true},
    {"as few as may be", "{\"seed\":0,\"limits\":false}", true},
    {"a secret", "{\"seed\":0,\"limits\":false,\"secret\":\"00112233445566778899aabbccddeeff\"}",
     true},
    {"an Express one", "{\"seed\":0,\"limits\":false,\"express\":true}", true},
    {"a secret that is too short", "{\"seed\":0,\"limits\":false,\"secret\":\"0011\"}", false},
    {"no limits", "{\"seed\":0}", false},
    {"a scope that is no Map's", "{\"seed\":0,\"limits\":false,\"scope\":1}", false},
    {"a scope of another machine", "{\"seed\":0,\"limits\":false,\"scope\":7}", false},
    {"a name that is no string", "{\"seed\":0,\"limits\":false,\"name\":1}", false},
    {"a newer version", "{\"v\":2,\"seed\":0,\"limits\":false}", false},
};

START_TEST(config)
{
    asl_machine *m = machine();
    struct rt_config c = {0};
    struct diag why = {0};
    struct buf again = {0};
    bool good = rt_config_read(configs[_i].text, strlen(configs[_i].text), m, &c, &why);

    ck_assert_msg(good == configs[_i].good, "%s: %s", configs[_i].name, good ? "read" : why.text);
    if (good) {
        rt_config_write(&again, &c);
        expect_text(configs[_i].name, buf_str(&again), configs[_i].text);
    } else {
        ck_assert(why.code != NULL && why.text != NULL);
    }
    rt_config_clear(&c);
    diag_clear(&why);
    buf_clear(&again);
    asl_machine_unref(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("event_text");
    TCase *t = tcase_create("event_text");

    tcase_add_loop_test(t, reading, 0, COUNT(reads));
    tcase_add_loop_test(t, packing, 0, COUNT(packs) + COUNT(reads));
    tcase_add_loop_test(t, packing_a_way, 0, 7);
    tcase_add_test(t, outlines);
    tcase_add_loop_test(t, trimming, 0, 4);
    tcase_add_loop_test(t, row, 0, RT_EVENT_KINDS);
    tcase_add_loop_test(t, soundness, 0, COUNT(sounds));
    tcase_add_loop_test(t, refusing, 0, COUNT(refusals));
    tcase_add_test(t, deepest);
    tcase_add_test(t, sharing);
    tcase_add_loop_test(t, lost, 0, COUNT(lost_parts));
    tcase_add_loop_test(t, config, 0, COUNT(configs));
    suite_add_tcase(s, t);
    return run_suite(s);
}
