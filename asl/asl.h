#ifndef ASL_ASL_H
#define ASL_ASL_H

#include "asl/eval/machine.h"
#include "asl/load/load.h"
#include "asl/report/report.h"
#include "asl/report/workflow.h"
#include "parsers/document.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Compiles the text of a definition. Everything that is wrong with it goes into the report, each
 * with its place; NULL when there is an error among it.
 */
asl_machine *asl_compile(const char *text, size_t len, enum document_format format,
                         struct asl_report *report);
/* Compiles a definition whose JSON was read already, as asl_compile does; `places`: of its values.
 */
asl_machine *asl_compile_value(const json *definition, const struct json_places *places,
                               struct asl_report *report);
/*
 * Compiles JSON that this version or an earlier one has accepted and kept. What only guards
 * creation is not asked again (the size, names, numbers out of range, states that nothing
 * leads to, fields that are unknown or of the other query language): what was accepted runs on. An
 * error is what the machine can't be made without.
 */
asl_machine *asl_compile_stored(const char *text, size_t len, struct asl_report *report);

/*
 * Reports what is wrong with a definition that is to be deployed as such a workflow: besides what
 * asl_compile finds, that of which only AWS knows what there is, as the resources of Tasks. What
 * AWS runs and we don't yet is a warning. A string or key with a placeholder, "${…}", may become
 * anything: nothing is reported of it. `served`: NULL when nobody serves more than AWS does.
 */
void asl_validate(const char *text, size_t len, enum document_format format,
                  enum asl_workflow workflow, const struct asl_served *served,
                  struct asl_report *report);

/* Validates a definition whose JSON was read already, as asl_validate does; `places`: of its
 * values. */
void asl_validate_value(const json *definition, const struct json_places *places,
                        enum asl_workflow workflow, const struct asl_served *served,
                        struct asl_report *report);

/*
 * Reports for the author of a definition: what asl_validate finds where nobody serves more than
 * AWS, and in one without errors what is legal but likely wrong. Only problems whose codes are
 * `wanted` are kept (asl/report/codes.h); NULL: all, and no warnings.
 */
struct asl_codes;
void asl_lint(const char *text, size_t len, enum document_format format, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report);
/* Lints a definition whose JSON was read already, as asl_lint does; `places`: of its values. */
void asl_lint_value(const json *definition, const struct json_places *places,
                    enum asl_workflow workflow, const struct asl_codes *wanted,
                    struct asl_report *report);

#endif
