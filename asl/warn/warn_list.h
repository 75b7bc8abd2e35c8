/*
 * The warnings, in the order of their codes: what a warning is called, what looks for it, and what
 * that is called with: each STATE, each FIELD of a state, each BLOCK of States, or the MACHINE,
 * once. For whoever includes it, which defines WARNING. What is said of a code stands in
 * asl/report/codes.c.
 */

/* clang-format off */
WARNING(ASL_NO_SERVICES_FILE, machine, warn_no_services_file)
WARNING(CALLBACK_WITHOUT_TIMEOUT, state, warn_callback_without_timeout)
WARNING(CALL_FIELD_MISSING, state, warn_call_missing)
WARNING(CALL_FIELD_UNKNOWN, state, warn_call_unknown)
WARNING(CALL_NOT_SIGNED, state, warn_call_not_signed)
WARNING(CALL_VALUE_REFUSED, state, warn_call_value)
WARNING(CATCH_LOSES_INPUT, state, warn_catch_loses_input)
WARNING(CHOICE_WITHOUT_DEFAULT, state, warn_choice_without_default)
WARNING(COMPARED_BY_TWO_TYPES, state, warn_compared_by_two_types)
WARNING(DEPRECATED_FIELD, state, warn_deprecated_field)
WARNING(ERROR_NEVER_CAUGHT, state, warn_error_never_caught)
WARNING(EXPRESSION_AS_TEXT, field, warn_expression_as_text)
WARNING(EXPRESS_TIME_LIMIT, state, warn_express_time_limit)
WARNING(FAIL_WITHOUT_ERROR, state, warn_fail_without_error)
WARNING(INTRINSIC_ARGUMENTS, field, warn_intrinsic_arguments)
WARNING(LAMBDA_WITHOUT_RETRY, state, warn_lambda_without_retry)
WARNING(MAP_CONCURRENCY_CAPPED, state, warn_concurrency_capped)
WARNING(MAP_FIELDS_DISAGREE, state, warn_map_fields)
WARNING(MAP_WITHOUT_CONCURRENCY, state, warn_map_without_concurrency)
WARNING(NO_WAY_OUT, block, warn_no_way_out)
WARNING(PATH_NEVER_PRODUCED, machine, warn_path_never_produced)
WARNING(RESOURCE_NO_FUNCTION, state, warn_no_function)
WARNING(RESULT_DROPPED, state, warn_result_dropped)
WARNING(SECRET_IN_DEFINITION, machine, warn_secret)
WARNING(TASK_TOKEN_NOT_PASSED, state, warn_token_not_passed)
WARNING(TASK_WITHOUT_TIMEOUT, state, warn_task_without_timeout)
WARNING(UNKNOWN_SERVICE_ERROR, state, warn_unknown_service_error)
WARNING(UNKNOWN_STATES_ERROR, state, warn_unknown_states_error)
WARNING(UNREACHABLE_CATCHER, state, warn_unreachable_catcher)
WARNING(UNREACHABLE_RETRIER, state, warn_unreachable_retrier)
WARNING(UNREACHABLE_RULE, state, warn_unreachable_rule)
WARNING(UNUSED_VARIABLE, machine, warn_unused_variable)
WARNING(VARIABLE_MAYBE_UNASSIGNED, machine, warn_variable_maybe_unassigned)
WARNING(VARIABLE_NEVER_ASSIGNED, machine, warn_variable_never_assigned)
WARNING(WAIT_OF_ZERO, state, warn_wait_of_zero)
/* clang-format on */
