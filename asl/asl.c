/*
 * The front of the language. A definition is loaded for one of four purposes: to run it, to run
 * what was accepted before, to validate it as AWS does, and to lint it for its author, which adds
 * the warnings.
 */

#include "asl/asl.h"

#include "asl/load/load.h"
#include "asl/warn/warn.h"

/*
 * ---- to run it ----
 *
 * Nothing that only AWS minds is looked at: what runs here may have a handler for any resource.
 */

asl_machine *asl_compile(const char *text, size_t len, enum document_format format,
                         struct asl_report *report)
{
    return load_definition(&(struct load_source){.text = text, .len = len, .format = format},
                           &(struct load_purpose){0}, report);
}

asl_machine *asl_compile_value(const json *definition, const struct json_places *places,
                               struct asl_report *report)
{
    return load_definition(&(struct load_source){.value = definition, .places = places},
                           &(struct load_purpose){0}, report);
}

asl_machine *asl_compile_stored(const char *text, size_t len, struct asl_report *report)
{
    return load_definition(&(struct load_source){.text = text, .len = len, .format = DOCUMENT_JSON},
                           &(struct load_purpose){.stored = true}, report);
}

/* ---- to see what is wrong with it ---- */

static void asl_validate_source(const struct load_source *from, enum asl_workflow workflow,
                                const struct asl_served *served, struct asl_report *report)
{
    const struct load_purpose purpose = {
        .validating = true,
        .workflow = workflow,
        .served = served,
    };

    asl_machine_unref(load_definition(from, &purpose, report));
    asl_report_drop_unsure(report);
}

void asl_validate(const char *text, size_t len, enum document_format format,
                  enum asl_workflow workflow, const struct asl_served *served,
                  struct asl_report *report)
{
    asl_validate_source(&(struct load_source){.text = text, .len = len, .format = format}, workflow,
                        served, report);
}

void asl_validate_value(const json *definition, const struct json_places *places,
                        enum asl_workflow workflow, const struct asl_served *served,
                        struct asl_report *report)
{
    asl_validate_source(&(struct load_source){.value = definition, .places = places}, workflow,
                        served, report);
}

/* Which warnings are wanted, and where they go. */
struct linting {
    enum asl_workflow workflow;
    const struct asl_codes *wanted;
    struct asl_report *report;
};

static void add_warnings(void *user, const asl_machine *m, const struct asl_at *top)
{
    const struct linting *l = user;

    asl_warn(m, top, l->workflow, l->wanted, l->report);
}

static void lint(const struct load_source *from, enum asl_workflow workflow,
                 const struct asl_codes *wanted, struct asl_report *report)
{
    if (!wanted) {
        asl_validate_source(from, workflow, NULL, report);
        return;
    }
    struct linting l = {workflow, wanted, report};
    const struct load_purpose purpose = {
        .validating = true,
        .workflow = workflow,
        .lint = add_warnings,
        .user = &l,
    };

    asl_machine_unref(load_definition(from, &purpose, report));
    asl_report_drop_unsure(report);
    asl_report_keep(report, wanted);
}

void asl_lint(const char *text, size_t len, enum document_format format, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report)
{
    lint(&(struct load_source){.text = text, .len = len, .format = format}, workflow, wanted,
         report);
}

void asl_lint_value(const json *definition, const struct json_places *places,
                    enum asl_workflow workflow, const struct asl_codes *wanted,
                    struct asl_report *report)
{
    lint(&(struct load_source){.value = definition, .places = places}, workflow, wanted, report);
}
