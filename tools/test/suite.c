/*
 * A suite: its file, the files that it includes, its definition, and its cases in the order in
 * which they stand, a case with a table once for each row.
 */
#include "tools/test/suite.h"

#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"
#include "parsers/base/text_map.h"
#include "tools/test/chain_name.h"
#include "tools/test/mock_check.h"
#include "tools/test/schema.h"
#include "tools/test/snapshot.h"
#include "tools/test/suite_fields.h"

#include <string.h>
#include <unistd.h>

struct loading {
    struct suite *suite;
    const struct suite_reader *reader;
    void (*tell)(void *user, const struct suite_file *f, const struct asl_report *report);
    void *user;
};

/* Tells what is wrong with a file, and returns whether it can be used. */
static bool suite_told(struct loading *l, struct suite_file *f, struct asl_report *report)
{
    bool good = report->errors == 0;

    if (report->count) {
        asl_report_sort(report, 0);
        l->tell(l->user, f, report);
    }
    asl_report_clear(report);
    return good;
}

/* ---- paths ---- */

char *suite_path(const struct suite *s, const char *named)
{
    const char *slash = strrchr(s->file.path, '/');
    struct buf path = {0};

    if (slash && *named != '/')
        buf_add(&path, s->file.path, (size_t)(slash + 1 - s->file.path));
    buf_adds(&path, named);
    buf_str(&path);
    return buf_take(&path);
}

/* Files that are not there are told as well: when one comes, the suite is another one. */
static void tell_reads(const struct suite_reader *reader, const char *path)
{
    if (reader->reads)
        reader->reads(reader->user, path);
}

char *suite_definition_at(const struct suite_reader *reader, const char *path, size_t len)
{
    static const char *const endings[] = {".asl.json", ".asl.yaml", ".asl.yml", ".json",
                                          ".yaml",     ".yml",      ".asl"};
    struct buf name = {0};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        buf_reset(&name);
        buf_add(&name, path, len);
        buf_adds(&name, endings[i]);
        tell_reads(reader, buf_str(&name));
        if (access(buf_str(&name), R_OK) == 0)
            return buf_take(&name);
    }
    buf_clear(&name);
    return NULL;
}

/* The file that NAME.test.yaml is for when it names none. */
static char *definition_beside(const struct loading *l)
{
    const char *path = l->suite->file.path;
    size_t len = suite_name_len(path);

    return path[len] ? suite_definition_at(l->reader, path, len) : NULL;
}

/* ---- the definition ---- */

static bool suite_read_definition(struct loading *l, struct asl_report *report)
{
    struct suite *s = l->suite;
    struct asl_at at, substitutions;
    struct diag why = {0};
    bool named = asl_at_member(&s->file.top, "definition", &at) && json_is_string(at.value) &&
                 json_str_len(at.value);
    bool filled = asl_at_member(&s->file.top, "substitutions", &substitutions);
    char *path = named ? suite_path(s, json_str(at.value)) : definition_beside(l);

    if (!path)
        schema_refuse(report, &s->file.top, ASL_VALUE, "write definition: FILE",
                      "the suite names no definition, and none stands beside it");
    else if (!l->reader->read(l->reader->user, path, filled ? substitutions.value : NULL,
                              &s->machine, &why))
        schema_refuse(report, named ? &at : &s->file.top, ASL_VALUE, "", "%s",
                      why.text ? why.text : "the definition can't be used");
    diag_clear(&why);
    mem_free(path);
    if (s->machine.machine)
        s->states = trial_states_new(s->machine.machine);
    return s->machine.machine != NULL;
}

/* ---- names of states in it ---- */

enum { STATES_FEW = 8 };

/* Of a small machine all states can be told. */
static void write_states(struct buf *out, const asl_machine *m)
{
    for (size_t i = 0; m->count <= STATES_FEW && i < m->count; i++) {
        buf_adds(out, i ? ", " : "its states are ");
        trial_state_path(out, m->states[i]);
    }
}

/* Names as a report's way has them, MAP[0]/STATE, and others of which only the end is a state's:
 * the state's own path is what was meant. False: it is another name. */
static bool hint_by_end(const struct suite *s, const char *name, struct buf *hint)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    struct buf bare = {0};
    bool indexed = strchr(name, '[') != NULL;

    if (strchr(name, ':') && !strpbrk(name, "/ ")) {
        buf_printf(hint, "of a resource write all of it: arn:aws:states:::%s", name);
        return true;
    }
    buf_add(&bare, last, indexed ? strcspn(last, "[") : strlen(last));
    const struct asl_state *meant = trial_states_find(s->states, buf_str(&bare), NULL);
    buf_clear(&bare);
    if (!meant || !(slash || indexed))
        return false;
    buf_adds(hint, "write '");
    trial_state_path(hint, meant);
    buf_adds(hint, "'");
    if (indexed)
        buf_adds(hint, "; a rule of a mock is for item 0 by item: 0, and chains has the states of "
                       "one iteration");
    return true;
}

/*
 * A suite that was written for an older definition is the usual reason, so the nearest name is
 * offered; one of which half of the letters are others is a guess.
 */
static void refuse_state(const struct suite *s, const struct asl_at *at, enum asl_part part,
                         const char *name, bool several, struct asl_report *report)
{
    const asl_machine *m = s->machine.machine;
    struct nearest near = {.want = name, .len = strlen(name)};
    struct buf hint = {0};

    for (size_t i = 0; i < m->count; i++)
        nearest_offer(&near, json_str(m->states[i]->name));
    if (several)
        buf_adds(&hint, "name the Map or Parallel state around it, too: OUTER/STATE");
    else if (!hint_by_end(s, name, &hint) && near.best && near.distance * 2 < near.len)
        buf_printf(&hint, "did you mean '%s'?", near.best);
    else if (!hint.len)
        write_states(&hint, m);
    schema_refuse(report, at, part, buf_str(&hint),
                  several ? "several states are called '%s'" : "the definition has no state '%s'",
                  name);
    buf_clear(&hint);
}

/* Of states within others only the one around them is on the machine's own way, unless a case
 * begins beside them. */
static void check_own_states(const struct suite *s, const struct asl_at *list,
                             const struct beginnings *begin, struct asl_report *report)
{
    struct asl_at element;

    for (size_t i = 0; json_is_array(list->value) && i < json_count(list->value); i++) {
        asl_at_index(list, i, &element);
        const struct asl_state *state =
            json_is_string(element.value)
                ? trial_states_find(s->states, json_str(element.value), NULL)
                : NULL;
        if (!state)
            continue;
        const struct asl_state *owner = state->scope->owner;
        if (owner && !beginnings_have(begin, state->scope))
            schema_refuse(report, &element, ASL_VALUE,
                          "chains has the states of iterations and branches, path: {contains: […]} "
                          "those of all",
                          "'%s' is within '%s', and this is about the machine's own states",
                          json_str(state->name), json_str(owner->name));
    }
}

/* Where a name is no text, the schema has told that already. */
static void check_state(const struct suite *s, const struct asl_at *at, enum asl_part part,
                        const json *name, struct asl_report *report)
{
    bool several;

    if (json_is_string(name) && !trial_states_find(s->states, json_str(name), &several))
        refuse_state(s, at, part, json_str(name), several, report);
}

/* Mocks are told by state, unless their key says that it is a resource or a function. */
static void check_mocks_of_suite(const struct suite *s, const struct asl_at *mocks,
                                 struct asl_report *report)
{
    struct asl_at mock;

    for (size_t i = 0; json_is_object(mocks->value) && i < json_count(mocks->value); i++) {
        asl_at_index(mocks, i, &mock);
        if (!json_str_begins(mock.key, "arn:") && !json_str_begins(mock.key, "function:"))
            check_state(s, &mock, ASL_KEY, mock.key, report);
    }
}

static void check_states_in(const struct suite *s, const struct asl_at *list,
                            struct asl_report *report)
{
    struct asl_at element;

    for (size_t i = 0; json_is_array(list->value) && i < json_count(list->value); i++) {
        asl_at_index(list, i, &element);
        check_state(s, &element, ASL_VALUE, element.value, report);
    }
}

static void check_state_keys(const struct suite *s, const struct asl_at *object,
                             struct asl_report *report)
{
    struct asl_at member;

    for (size_t i = 0; json_is_object(object->value) && i < json_count(object->value); i++) {
        asl_at_index(object, i, &member);
        check_state(s, &member, ASL_KEY, member.key, report);
    }
}

/*
 * States other than Tasks would never be called, so such an expectation would fail, or hold, for
 * the wrong reason.
 */
static void check_called(const struct suite *s, const struct asl_at *calls,
                         struct asl_report *report)
{
    struct asl_at member;

    for (size_t i = 0; json_is_object(calls->value) && i < json_count(calls->value); i++) {
        asl_at_index(calls, i, &member);
        const struct asl_state *state = trial_states_find(s->states, json_str(member.key), NULL);
        if (state && state->type != ASL_TASK)
            schema_refuse(report, &member, ASL_KEY, "path has the states that are entered",
                          "'%s' is no Task, so it calls nothing", json_str(member.key));
    }
}

static void check_expected_states(const struct suite *s, const struct asl_at *expect,
                                  const struct beginnings *begin, struct asl_report *report)
{
    static const char *const lists[] = {"exact", "contains", "order", "never"};
    struct asl_at path, member;

    if (asl_at_member(expect, "path", &path)) {
        check_states_in(s, &path, report);
        check_own_states(s, &path, begin, report);
        if (asl_at_member(&path, "exact", &member))
            check_own_states(s, &member, begin, report);
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            if (asl_at_member(&path, lists[i], &member))
                check_states_in(s, &member, report);
        if (asl_at_member(&path, "counts", &member))
            check_state_keys(s, &member, report);
    }
    if (asl_at_member(expect, "calls", &member)) {
        check_state_keys(s, &member, report);
        check_called(s, &member, report);
    }
    if (asl_at_member(expect, "chains", &path))
        for (size_t i = 0; json_is_object(path.value) && i < json_count(path.value); i++) {
            asl_at_index(&path, i, &member);
            chain_name_check(s->machine.machine, s->states, begin, &member, report);
        }
    if (asl_at_member(expect, "next", &member))
        check_state(s, &member, ASL_VALUE, member.value, report);
}

/* A layer of a case: a row, a case, the defaults. */
static void check_layer(const struct suite *s, const struct asl_at *layer,
                        const struct beginnings *begin, struct asl_report *report)
{
    static const char *const names[] = {"start", "until", "state"};
    struct asl_at member;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (asl_at_member(layer, names[i], &member))
            check_state(s, &member, ASL_VALUE, member.value, report);
    if (asl_at_member(layer, "mocks", &member))
        check_mocks_of_suite(s, &member, report);
    if (asl_at_member(layer, "expect", &member))
        check_expected_states(s, &member, begin, report);
}

/* ---- cases ---- */

/*
 * A case of a table is made of its row, the case itself, and the defaults, in this order: the first
 * that has a field wins. Layers are looks into the file.
 */
static void add_case(struct suite *s, struct asl_at *at, struct asl_at *row, size_t number,
                     size_t rows)
{
    struct asl_at defaults;
    struct buf name = {0};

    buf_adds(&name, json_str(at->key));
    if (row) {
        const json *told = json_get(row->value, "name");
        if (told && json_is_string(told))
            buf_printf(&name, "[%s]", json_str(told));
        else
            buf_printf(&name, "[%zu]", number);
    }
    buf_str(&name);
    MEM_GROW(s->cases, s->case_count, s->case_cap);
    struct test_case *c = &s->cases[s->case_count++];
    *c = (struct test_case){.suite = s,
                            .name = buf_take(&name),
                            .row = number,
                            .rows = rows,
                            .table = row ? at : NULL,
                            .place = row ? row->places->value : at->places->key,
                            .skip = json_get(at->value, "skip")};
    const json *only = json_get(at->value, "only");
    c->only = only && json_kind(only) == JSON_TRUE;
    if (row)
        c->layers[c->layer_count++] = *row;
    c->layers[c->layer_count++] = *at;
    if (asl_at_member(&s->file.top, "defaults", &defaults))
        c->layers[c->layer_count++] = defaults;
}

/* Places that cases keep stand in the file's arena. */
static struct asl_at *kept_at(struct suite *s, const struct asl_at *at)
{
    struct asl_at *kept = arena_alloc(&s->file.arena, sizeof *kept);

    *kept = *at;
    return kept;
}

static void add_cases(struct suite *s)
{
    struct asl_at *cases = arena_alloc(&s->file.arena, sizeof *cases);

    asl_at_member(&s->file.top, "cases", cases);
    for (size_t i = 0; i < json_count(cases->value); i++) {
        struct asl_at at, table;
        asl_at_index(cases, i, &at);
        struct asl_at *kept = kept_at(s, &at);
        if (!asl_at_member(kept, "foreach", &table)) {
            add_case(s, kept, NULL, 0, 0);
            continue;
        }
        struct asl_at *rows = kept_at(s, &table);
        for (size_t k = 0; k < json_count(rows->value); k++) {
            struct asl_at row;
            asl_at_index(rows, k, &row);
            add_case(s, kept, kept_at(s, &row), k, json_count(rows->value));
        }
    }
}

/* Cases that are no objects were refused before. */
static bool has_cases(const struct suite *s)
{
    struct asl_at cases, rows;

    if (!asl_at_member(&s->file.top, "cases", &cases) || !json_is_object(cases.value))
        return false;
    for (size_t i = 0; i < json_count(cases.value); i++) {
        struct asl_at c;
        asl_at_index(&cases, i, &c);
        if (!json_is_object(c.value))
            return false;
        if (!asl_at_member(&c, "foreach", &rows))
            continue;
        for (size_t k = 0; json_is_array(rows.value) && k < json_count(rows.value); k++)
            if (!json_is_object(json_at(rows.value, k)))
                return false;
        if (!json_is_array(rows.value))
            return false;
    }
    return true;
}

/* A name tells a case from all others, on the command line too. */
static void check_names(const struct suite *s, struct asl_report *report)
{
    struct text_map names = {0};

    for (size_t i = 0; i < s->case_count; i++) {
        const struct test_case *c = &s->cases[i];
        const json *key = c->layers[c->rows > 0].key;
        if (key && strlen(json_str(key)) != json_str_len(key))
            schema_refuse(report, &c->layers[0], ASL_VALUE, "", "a name can't have U+0000 in it");
        if (text_map_get(&names, c->name))
            schema_refuse(report, &c->layers[0], ASL_VALUE, "give it another name",
                          "another case is called '%s' too", c->name);
        else
            text_map_put(&names, c->name, c->name);
    }
    text_map_clear(&names);
}

/* The rows of a table share their case, and all cases the defaults: who has a layer stands
 * together.
 */
static bool has_layer(const struct test_case *c, const struct asl_at *layer)
{
    for (size_t i = 0; i < c->layer_count; i++)
        if (c->layers[i].places == layer->places)
            return true;
    return false;
}

/* The block of states in which the case begins. */
static const struct asl_scope *scope_of(const struct suite *s, const struct test_case *c)
{
    static const char *const names[] = {"start", "state"};
    struct asl_at at;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct asl_state *state = case_field(c, names[i], &at) && json_is_string(at.value)
                                            ? trial_states_find(s->states, json_str(at.value), NULL)
                                            : NULL;
        if (state)
            return state->scope;
    }
    return s->machine.machine->top;
}

/* Checks a layer that case number `first` is the first to have. What it expects has to be possible
 * in one of the cases that have it. */
static void check_layer_of(const struct suite *s, size_t first, const struct asl_at *layer,
                           struct asl_report *report)
{
    struct beginnings begin = {0};

    for (size_t i = first; i < s->case_count && has_layer(&s->cases[i], layer); i++)
        beginnings_add(&begin, scope_of(s, &s->cases[i]));
    check_layer(s, layer, &begin, report);
    beginnings_clear(&begin);
}

/* What is about a state alone would be ignored, or be nothing, in a case of an execution. */
static void check_suite_alone(const struct test_case *c, struct asl_report *report)
{
    static const char *const expectations[] = {"next", "inspection"};
    struct asl_at at, expect;

    if (case_text(c, "state"))
        return;
    if (case_field(c, "configuration", &at))
        schema_refuse(report, &at, ASL_KEY, "write state: NAME, too, or leave it out",
                      "this says something of a state that runs alone, and the case has no state");
    for (size_t i = 0; i < c->layer_count; i++)
        for (size_t k = 0; k < sizeof expectations / sizeof *expectations; k++)
            if (case_field_in(c, i, "expect", &expect) &&
                asl_at_member(&expect, expectations[k], &at))
                schema_refuse(report, &at, ASL_KEY, "write state: NAME, too; path has the states",
                              "this is of a state that runs alone, and the case has no state");
}

static void check_cases(const struct suite *s, struct asl_report *report)
{
    struct asl_at member;

    if (s->case_count == 0)
        schema_refuse(report, &s->file.top, ASL_VALUE, "", "the suite has no case");
    check_names(s, report);
    for (size_t i = 0; i < s->case_count; i++)
        if (!s->cases[i].rows || s->cases[i].row == 0)
            check_suite_alone(&s->cases[i], report);
    for (size_t i = 0; i < s->case_count; i++)
        for (size_t k = 0; k < s->cases[i].layer_count; k++)
            if (i == 0 || !has_layer(&s->cases[i - 1], &s->cases[i].layers[k]))
                check_layer_of(s, i, &s->cases[i].layers[k], report);
    if (asl_at_member(&s->file.top, "mocks", &member))
        check_mocks_of_suite(s, &member, report);
    mock_check_suite(s, report);
}

/* ---- files ---- */

/* Shared mocks may be of states that this definition hasn't: they are for several. That there is no
 * such file is a fault of the suite, at `named`; what is wrong in it is told with its own lines. */
static bool include_file(struct loading *l, const struct asl_at *named, struct suite_file *f,
                         struct asl_report *report)
{
    struct suite *s = l->suite;
    struct asl_report within = {0};
    struct diag why = {0};
    char *path = suite_path(s, json_str(named->value));

    tell_reads(l->reader, path);
    bool open = suite_file_open(f, path, &why);
    if (!open)
        schema_refuse(report, named, ASL_VALUE, "", "%s", why.text);
    else if (suite_file_parse(f, &shared_mocks_fields, &within))
        mock_check_shared(s, f, &within);
    mem_free(path);
    diag_clear(&why);
    return suite_told(l, f, &within) && open;
}

static bool suite_include(struct loading *l)
{
    struct suite *s = l->suite;
    struct asl_at named, file;
    struct asl_report report = {0};
    bool good = true;

    if (!asl_at_member(&s->file.top, "include", &named))
        return true;
    size_t count = json_is_array(named.value) ? json_count(named.value) : 1;
    s->included = mem_calloc(count, sizeof *s->included);
    for (size_t i = 0; i < count; i++) {
        file = named;
        if (json_is_array(named.value))
            asl_at_index(&named, i, &file);
        good &= include_file(l, &file, &s->included[s->included_count++], &report);
    }
    return suite_told(l, &s->file, &report) && good;
}

/*
 * Snapshots are read with the suite, so that one that can't be read is told before any case has
 * been played.
 */
static bool suite_snapshots(struct loading *l)
{
    struct asl_report report = {0};
    char *path = snapshot_path(l->suite->file.path);

    tell_reads(l->reader, path);
    mem_free(path);
    snapshot_read(l->suite, &report);
    return suite_told(l, &l->suite->snapshots, &report);
}

/* Who names a definition wants a suite for it: what a suite would need says nothing of that. */
static bool refuse_definition(const struct suite_file *f, struct asl_report *report)
{
    static const char *const tops[] = {"StartAt", "States", "Resources",
                                       "AWSTemplateFormatVersion"};
    bool is = false;

    for (size_t i = 0; f->doc && json_is_object(f->doc) && i < sizeof tops / sizeof *tops; i++)
        is |= json_get(f->doc, tops[i]) != NULL;
    if (!is || json_get(f->doc, "cases"))
        return false;
    asl_report_clear(report);
    schema_refuse(report, &f->top, ASL_VALUE,
                  "asl test --init FILE writes a suite for it; of a template FILE#MACHINE",
                  "this is a definition, and no suite with cases");
    return true;
}

struct suite *suite_load(const char *path, const struct suite_reader *reader,
                         void (*tell)(void *user, const struct suite_file *f,
                                      const struct asl_report *report),
                         void *user)
{
    struct suite *s = mem_calloc(1, sizeof *s);
    struct loading l = {.suite = s, .reader = reader, .tell = tell, .user = user};
    struct asl_report report = {0};

    bool other = !suite_file_read(&s->file, path, &suite_fields, &report) &&
                 refuse_definition(&s->file, &report);
    /* Names of states are checked even when a field is wrong, so that all is told at once. */
    if (!other && s->file.doc && has_cases(s) && suite_read_definition(&l, &report)) {
        add_cases(s);
        check_cases(s, &report);
    }
    if (suite_told(&l, &s->file, &report) && suite_include(&l) && suite_snapshots(&l))
        return s;
    suite_free(s);
    return NULL;
}

void suite_machine_clear(struct suite_machine *m)
{
    asl_machine_unref(m->machine);
    json_unref(m->name);
    elements_free(m->elements);
    mutants_free(m->mutants);
    mem_free(m->file);
    *m = (struct suite_machine){0};
}

void suite_free(struct suite *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->case_count; i++)
        mem_free(s->cases[i].name);
    mem_free(s->cases);
    for (size_t i = 0; i < s->included_count; i++)
        suite_file_clear(&s->included[i]);
    mem_free(s->included);
    suite_file_clear(&s->snapshots);
    suite_file_clear(&s->file);
    trial_states_free(s->states);
    suite_machine_clear(&s->machine);
    mem_free(s);
}

/* ---- looking things up ---- */

bool case_field_in(const struct test_case *c, size_t layer, const char *name, struct asl_at *out)
{
    return asl_at_member(&c->layers[layer], name, out);
}

/*
 * The nearest layer wins as a whole: a field of a row takes the place of the case's, they are not
 * merged.
 */
bool case_field(const struct test_case *c, const char *name, struct asl_at *out)
{
    for (size_t i = 0; i < c->layer_count; i++)
        if (case_field_in(c, i, name, out))
            return true;
    return false;
}

const char *case_text(const struct test_case *c, const char *name)
{
    struct asl_at at;

    return case_field(c, name, &at) ? json_str(at.value) : NULL;
}

bool case_has_handlers(const struct test_case *c)
{
    return case_text(c, "handlers") != NULL;
}

/* Tags of all layers count: a case has those of the defaults as well as its own. */
bool case_has_tag(const struct test_case *c, const char *tag)
{
    for (size_t i = 0; i < c->layer_count; i++) {
        const json *tags = json_get(c->layers[i].value, "tags");
        if (tags && json_str_is(tags, tag))
            return true;
        for (size_t k = 0; tags && json_is_array(tags) && k < json_count(tags); k++)
            if (json_str_is(json_at(tags, k), tag))
                return true;
    }
    return false;
}
