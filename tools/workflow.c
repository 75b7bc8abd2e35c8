/*
 * One definition with its input and all that says how it runs: read from options, files and the
 * environment, then given to a host.
 */

#include "tools/workflow.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"
#include "runtime/base/config_file.h"
#include "runtime/engine/mock_config.h"
#include "runtime/engine/names.h"
#include "tools/cmd.h"
#include "tools/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const struct option_row rows[] = {
    {"input", 'i', "JSON|@FILE|-",
     "the input; @FILE reads a file, - reads standard input\n"
     "(default: {})",
     offsetof(struct workflow, input)},
    {"clock", 0, "real|virtual",
     "virtual: time jumps to the next timer while no Task runs\n"
     "(default: real)",
     offsetof(struct workflow, clock)},
    {"mock", 0, "FILE#CASE",
     "takes answers for states from a mock configuration of Step\n"
     "Functions Local (also SFN_MOCK_CONFIG); FILE#MACHINE#CASE:\n"
     "from the case of another machine",
     offsetof(struct workflow, mock)},
    {"name", 0, "NAME", "the execution's name (default: a UUID)", offsetof(struct workflow, name)},
    {"context", 0, "JSON|@FILE|-", "an object whose members are added to the context object",
     offsetof(struct workflow, context)},
    {"seed", 0, "N", "makes jitter, UUIDs and random numbers reproducible",
     offsetof(struct workflow, seed)},
};

const struct option_group workflow_group = {rows, COUNT(rows), NULL};

/* ---- the environment ---- */

static const char *workflow_first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *v = getenv(*names);
        if (v && *v)
            return v;
    }
    return NULL;
}

/* ---- names ---- */

/* The seed goes into the names as well: with --seed the execution's UUID is reproducible, too. */
static void make_names(struct workflow *w)
{
    names_make(&(struct names_given){.machine = json_str(w->file.name),
                                     .name = w->name,
                                     .region = w->where.region,
                                     .account = w->where.account,
                                     .seed = w->seed_value},
               &w->names);
}

/* ---- loading ---- */

static void workflow_reads(void *user, const char *path)
{
    struct workflow *w = user;

    used_files_add(&w->used, path);
}

/* What the options name; what else belongs to the definition is heard of as it is read. */
static void add_named_files(struct workflow *w)
{
    const char *const inputs[] = {w->input, w->context};

    for (size_t i = 0; i < COUNT(inputs); i++)
        if (inputs[i] && *inputs[i] == '@')
            used_files_add(&w->used, inputs[i] + 1);
    for (size_t i = 0; i < w->set.file.count; i++)
        used_files_add(&w->used, w->set.file.at[i]);
    if (w->asked.handlers)
        used_files_add(&w->used, w->asked.handlers);
}

static bool workflow_load_machine(struct workflow *w, const struct option_set *set,
                                  const char *path)
{
    if (!set_options_read(&w->set, set, &w->placeholders))
        return false;
    set_options_defaults(&w->placeholders, w->where.region, w->where.account);
    w->file = (struct machine_file){.command = set->command,
                                    .argument = path,
                                    .given = &w->placeholders,
                                    .color = w->color,
                                    .quiet = w->silent,
                                    .reads = workflow_reads,
                                    .reads_user = w};
    return machine_file_load(&w->file);
}

/* Without --seed each run has another one, which the system gives: one that --seed takes, too. */
static bool take_seed(struct workflow *w, const struct option_set *set)
{
    int64_t n;

    if (!w->seed) {
        bool given = getrandom(&w->seed_value, sizeof w->seed_value, 0) == sizeof w->seed_value;
        w->seed_value >>= 1;
        return given;
    }
    if (!options_number(set, "seed", w->seed, 0, INT64_MAX, &n))
        return false;
    w->seed_value = (uint64_t)n;
    return true;
}

/*
 * Reads the input, and keeps its text beside the value: AWS shows the first state's input as it was
 * written. YAML has no such text that a history could show.
 */
static bool workflow_read_input(struct workflow *w, const struct option_set *set)
{
    struct input in = {
        .command = set->command, .what = "the input", .given = w->input ? w->input : "{}"};

    if (input_read(&in) && (w->value = input_parse(&in, 0)) && in.format == DOCUMENT_JSON)
        w->written = rt_written(w->value, in.text.data, in.text.len);
    input_clear(&in);
    return w->value;
}

/* ---- mocks ---- */

/*
 * FILE#CASE, or FILE#MACHINE#CASE as in the ARN that one starts with Step Functions Local. The
 * names of machines and cases may not have a '#', a file's may.
 */
struct mock_choice {
    json *file;    /* "" when the environment is to say it */
    json *machine; /* NULL: not said */
    const char *name;
};

/* The last '#' begins the case. What is before it is a file if there is one of that name, else
 * FILE#MACHINE. */
static bool choose_mocks(const char *given, struct mock_choice *out)
{
    const char *hash = strrchr(given, '#');
    size_t len = hash ? (size_t)(hash - given) : 0;

    *out = (struct mock_choice){0};
    if (!hash || !hash[1])
        return false;
    out->name = hash + 1;
    out->file = json_string(given, len);
    const char *text = json_str(out->file), *other = strrchr(text, '#');
    if (other && access(text, F_OK) != 0) {
        out->machine = json_cstring(other + 1);
        json *file = json_string(text, (size_t)(other - text));
        json_unref(out->file);
        out->file = file;
    }
    return true;
}

/* Reads the mocks of a case. Where several machines of the file have a case of that name, the
 * one that is named as the machine that runs is meant; the first error stays if there is none. */
static mocks *workflow_load_mocks(const struct workflow *w, const char *path,
                                  const struct mock_choice *c, struct diag *why)
{
    const char *machine = c->machine ? json_str(c->machine) : NULL;
    struct buf text = {0};
    struct diag again = {0};
    mocks *m = NULL;

    if (!buf_read_file(&text, path, MOCKS_FILE_MAX, why))
        goto out;
    buf_str(&text);
    m = mocks_parse(path, text.data, text.len, machine, c->name, why);
    if (!m && !machine && why->code && strcmp(why->code, "MOCK_MACHINES") == 0)
        m = mocks_parse(path, text.data, text.len, json_str(w->file.name), c->name, &again);
out:
    diag_clear(&again);
    buf_clear(&text);
    return m;
}

static bool read_mocks(struct workflow *w, const struct option_set *set)
{
    static const char *const files[] = {"SFN_MOCK_CONFIG", "LOCALSTACK_SFN_MOCK_CONFIG", NULL};
    struct mock_choice choice;
    struct diag why = {0};
    mocks *m = NULL;
    bool fits = false;

    if (!choose_mocks(w->mock, &choice)) {
        cmd_usage(set->command, "--mock takes FILE#CASE; '%s' names no test case", w->mock);
        return false;
    }
    const char *path =
        json_str_len(choice.file) ? json_str(choice.file) : workflow_first_set(files);
    if (path)
        used_files_add(&w->used, path);
    if (!path)
        cmd_usage(set->command, "--mock #CASE needs SFN_MOCK_CONFIG to name the file");
    else if (!(m = workflow_load_mocks(w, path, &choice, &why)))
        cmd_fail(set->command, "%s", why.text);
    else if (!(fits = mocks_fit(m, w->file.machine, &why)))
        cmd_fail(set->command, "%s: %s", path, why.text);
    if (fits)
        w->mocks = m;
    else
        mocks_free(m);
    json_unref(choice.file);
    json_unref(choice.machine);
    diag_clear(&why);
    return fits;
}

static bool read_handlers(struct workflow *w, const struct option_set *set)
{
    struct diag why = {0};
    bool good = buf_read_file(&w->handlers_text, w->asked.handlers, CONFIG_FILE_MAX, &why);

    if (!good)
        cmd_fail(set->command, "%s", why.text);
    diag_clear(&why);
    return good;
}

/* The order is that of messages: what is wrong with the command line comes before what is wrong
 * with the definition, and that before the input, which may be a pipe that somebody types into. */
int workflow_load(struct workflow *w, const struct option_set *set, const char *path)
{
    if (!cmd_stdin_once(set->command, (const char *[]){path, w->input, w->context}, 3) ||
        !take_seed(w, set))
        return EXIT_USAGE;
    if (w->name && (!*w->name || utf8_valid(w->name, strlen(w->name)) < strlen(w->name)))
        return cmd_usage(set->command, "--name takes a name, in UTF-8");
    add_named_files(w);
    if (!workflow_load_machine(w, set, path))
        return EXIT_USAGE;
    if (!workflow_read_input(w, set))
        return EXIT_USAGE;
    if (w->context && !(w->extra = input_json(set->command, "--context", w->context, 0)))
        return EXIT_USAGE;
    if (w->extra && !json_is_object(w->extra))
        return cmd_usage(set->command, "--context takes a JSON object");
    make_names(w);
    const char *calls = w->where.calls ? w->where.calls : json_str(w->names.region);
    if (!services_read(&w->asked, set, NULL, calls, &w->services))
        return EXIT_USAGE;
    if ((w->asked.handlers && !read_handlers(w, set)) || (w->mock && !read_mocks(w, set)))
        return EXIT_USAGE;
    return EXIT_GOOD;
}

void workflow_clear(struct workflow *w)
{
    machine_file_clear(&w->file);
    placeholders_clear(&w->placeholders);
    json_unref(w->value);
    json_unref(w->extra);
    json_unref(w->written);
    buf_clear(&w->handlers_text);
    mocks_free(w->mocks);
    used_files_clear(&w->used);
    rt_names_clear(&w->names);
    services_clear(&w->services);
}

struct rt_config workflow_config(const struct workflow *w)
{
    return (struct rt_config){.names = w->names,
                              .context = w->extra,
                              .written = w->written,
                              .aws_limits = !w->how.no_limits,
                              .seed = w->seed_value};
}

void workflow_host_options(struct workflow *w, struct host_options *out)
{
    out->virtual_clock = w->clock && strcmp(w->clock, "virtual") == 0;
    services_give(&w->services, &out->handlers);
    execution_options_give(&w->how, out);
}

/* Handlers can be parsed only for a host; their file is read before there is one, so that a
 * wrong name is told before anything starts. */
bool workflow_handlers(struct workflow *w, const struct option_set *set, host *h)
{
    struct buf *text = &w->handlers_text;
    struct diag why = {0};
    engine_scale_waits(host_engine(h), w->how.scale);
    if (w->asked.handlers &&
        !handlers_parse(host_handlers(h), w->asked.handlers, buf_str(text), text->len, &why)) {
        cmd_fail(set->command, "%s", why.text);
        diag_clear(&why);
        return false;
    }
    if (w->mocks)
        host_use_mocks(h, w->mocks);
    w->mocks = NULL;
    return true;
}
