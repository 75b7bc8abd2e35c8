/*
 * The codes of problems, each told once: `asl validate --explain`, the table in docs/validation.md
 * and the tests read them here. An example that begins with a quote is states of a machine that
 * starts with the first of them; any other is a whole text.
 */

#include "asl/report/codes.h"

#include "asl/report/quota.h"
#include "parsers/base/count.h"

#include <string.h>

/*
 * In the order of names. A code is never taken back or renamed: people name it in .aslrc, in
 * --disable, and in what they have written about it. Errors have AWS's names where AWS has one. The
 * examples are checked: `bad` has the problem, and `good` has none.
 */
/* clang-format off */
static const struct asl_code codes[] = {
    {.name = "ASL_DUPLICATE_KEY", .severity = ASL_WARNING, .on = true,
     .summary =
         "a definition or template that has a key twice",
     .why =
         "AWS takes the last one; nothing tells so.",
     .mend =
         "Remove one of the two."},
    {.name = "ASL_MISSING_SUBSTITUTION", .severity = ASL_WARNING, .on = true,
     .summary =
         "a placeholder of a definition that its template has no value for",
     .why =
         "The definition is deployed with the placeholder in it, ${…}.",
     .mend =
         "Add it to DefinitionSubstitutions, or mend its name."},
    {.name = "ASL_NO_DEFINITION_FILE", .severity = ASL_ERROR, .on = true,
     .summary =
         "a file that a template refers to, and that isn't there",
     .why =
         "The template can't be deployed.",
     .mend =
         "Mend the path: it is read from the folder of the template."},
    {.name = "ASL_NO_SERVICES_FILE", .severity = ASL_WARNING, .on = true,
     .summary =
         "calls that aren't checked, as services.dat isn't there",
     .why =
         "What the services of AWS take stands in a file, services.dat. It was neither "
         "beside the program nor where it is installed, so only the integrations' own "
         "rules were checked.",
     .mend =
         "Install the program whole, or name the file in ASL_SERVICES."},
    {.name = "ASL_TOO_MANY_PROBLEMS", .severity = ASL_ERROR, .on = true,
     .summary =
         "the end of a list that is too long: a warning where all of them are",
     .why =
         "10,000 problems of one definition are listed.",
     .mend =
         "Mend some, or look whether the file is a definition at all."},
    {.name = "ASL_UNUSED_SUBSTITUTION", .severity = ASL_WARNING, .on = true,
     .summary =
         "a value for a placeholder that the definition doesn't have",
     .why =
         "It was renamed or removed on one side, or never worked.",
     .mend =
         "Remove it from DefinitionSubstitutions, or mend its name."},
    {.name = "CALLBACK_WITHOUT_TIMEOUT", .severity = ASL_WARNING, .on = true,
     .summary =
         "a Task that waits for somebody else without TimeoutSeconds or HeartbeatSeconds",
     .why =
         "An activity's worker or the holder of a task token may never answer. Nothing "
         "ends the wait but the execution's own limit: a year.",
     .mend =
         "Give it TimeoutSeconds, or HeartbeatSeconds if the worker sends heartbeats.",
     .bad =
         "\"Approve\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\",\n"
         "  \"Parameters\": {\"QueueUrl\": "
         "\"https://sqs.us-east-1.amazonaws.com/123456789012/approvals\", "
         "\"MessageBody\": {\"token.$\": \"$$.Task.Token\"}},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Approve\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\",\n"
         "  \"Parameters\": {\"QueueUrl\": "
         "\"https://sqs.us-east-1.amazonaws.com/123456789012/approvals\", "
         "\"MessageBody\": {\"token.$\": \"$$.Task.Token\"}},\n"
         "  \"TimeoutSeconds\": 86400,\n"
         "  \"End\": true\n"
         "}"},
    {.name = "CALL_FIELD_MISSING", .severity = ASL_WARNING, .on = true,
     .summary =
         "a call of a service without a parameter that the service requires",
     .why =
         "AWS creates the machine, but the service refuses the call, so the state fails. "
         "What a service requires is told by its public model.",
     .mend =
         "Add it, or its name with .$ and a path.",
     .bad =
         "\"Run\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::batch:submitJob\",\n"
         "  \"Parameters\": {\"JobName\": \"nightly\", \"JobQueue\": \"jobs\"},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Run\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::batch:submitJob\",\n"
         "  \"Parameters\": {\"JobName\": \"nightly\", \"JobQueue\": \"jobs\", "
         "\"JobDefinition.$\": \"$.job\"},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "CALL_FIELD_UNKNOWN", .severity = ASL_WARNING, .on = true,
     .summary =
         "a path or an expression for a parameter that the call doesn't have, or a member of "
         "Credentials beside RoleArn",
     .why =
         "AWS creates the machine, and refuses the parameter when the Task runs: \"The "
         "field is not supported by Step Functions\". One with a plain value is an error "
         "there; in a Map's ItemReader and ResultWriter it is warned of, too.",
     .mend =
         "Remove it, or name it as the service does, with a first capital.",
     .bad =
         "\"Ask\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke.waitForTaskToken\",\n"
         "  \"Parameters\": {\"FunctionName\": \"ask\", \"TaskToken.$\": "
         "\"$$.Task.Token\"},\n"
         "  \"TimeoutSeconds\": 86400,\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Ask\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke.waitForTaskToken\",\n"
         "  \"Parameters\": {\"FunctionName\": \"ask\", \"Payload\": {\"token.$\": "
         "\"$$.Task.Token\"}},\n"
         "  \"TimeoutSeconds\": 86400,\n"
         "  \"End\": true\n"
         "}"},
    {.name = "CALL_NOT_SIGNED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a call of a service that takes no signature of Version 4",
     .why =
         "A few services want requests that are signed by Version 2, or bearer tokens. AWS "
         "refuses the call; an emulator may take it.",
     .mend =
         "Call it from a function.",
     .bad =
         "\"Ask\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::aws-sdk:simpledb:select\",\n"
         "  \"Parameters\": {\"SelectExpression\": \"select * from orders\"},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Ask\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"select\", \"Payload\": {\"from\": \"orders\"}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "CALL_VALUE_REFUSED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a value in a call that the service's model doesn't allow",
     .why =
         "It is of another type, is none of the words that the service knows, or is too "
         "large, small, long or short. The service refuses the call, or takes something "
         "else than is meant.",
     .mend =
         "Write it as the service's API has it.",
     .bad =
         "\"Call\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"InvocationType\": "
         "\"Async\"},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Call\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"InvocationType\": "
         "\"Event\"},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "CATCH_LOSES_INPUT", .severity = ASL_WARNING, .on = false,
     .summary =
         "a Catcher that puts the error in the place of the input",
     .why =
         "Without ResultPath (in JSONata: Output) the next state gets {\"Error\", "
         "\"Cause\"} and nothing else. What the execution was about is gone.",
     .mend =
         "Write \"ResultPath\": \"$.error\"; in JSONata, \"Output\": \"{% "
         "$merge([$states.input, {'error': $states.errorOutput}]) %}\".",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Undo\"}],\n"
         "  \"End\": true\n"
         "},\n"
         "\"Undo\": {\"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:undo\", \"End\": true}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"ResultPath\": "
         "\"$.error\", \"Next\": \"Undo\"}],\n"
         "  \"End\": true\n"
         "},\n"
         "\"Undo\": {\"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:undo\", \"End\": true}"},
    {.name = "CHOICE_WITHOUT_DEFAULT", .severity = ASL_WARNING, .on = true,
     .summary =
         "a Choice without Default",
     .why =
         "When no rule holds, the execution fails, and nothing in the same block can "
         "catch it.",
     .mend =
         "Add a Default; a Fail state that says what was unexpected is one.",
     .bad =
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.kind\", "
         "\"StringEquals\": \"a\", \"Next\": \"Done\"}]},\n"
         "\"Done\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.kind\", "
         "\"StringEquals\": \"a\", \"Next\": \"Done\"}], \"Default\": \"Unknown\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"},\n"
         "\"Unknown\": {\"Type\": \"Fail\", \"Error\": \"UnknownKind\"}"},
    {.name = "COMPARED_BY_TWO_TYPES", .severity = ASL_WARNING, .on = true,
     .summary =
         "one value compared as two types in an And",
     .why =
         "A comparison with another type is false: no value is a string and a number at "
         "a time, so the And never holds.",
     .mend =
         "Compare it as the type it has. The string \"5\" is no number.",
     .bad =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [{\n"
         "    \"And\": [{\"Variable\": \"$.n\", \"NumericGreaterThan\": 0}, "
         "{\"Variable\": \"$.n\", \"StringLessThan\": \"9\"}],\n"
         "    \"Next\": \"Done\"\n"
         "  }],\n"
         "  \"Default\": \"Done\"\n"
         "},\n"
         "\"Done\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [{\n"
         "    \"And\": [{\"Variable\": \"$.n\", \"NumericGreaterThan\": 0}, "
         "{\"Variable\": \"$.n\", \"NumericLessThan\": 9}],\n"
         "    \"Next\": \"Done\"\n"
         "  }],\n"
         "  \"Default\": \"Done\"\n"
         "},\n"
         "\"Done\": {\"Type\": \"Succeed\"}"},
    {.name = "DEPRECATED_FIELD", .severity = ASL_WARNING, .on = false,
     .summary =
         "a field that has a successor",
     .why =
         "AWS still takes Iterator, and Parameters in a Map. New features are only in "
         "ItemProcessor and ItemSelector.",
     .mend =
         "Rename Iterator to ItemProcessor, Parameters of a Map to ItemSelector: their "
         "contents stay as they are.",
     .bad =
         "\"Each\": {\"Type\": \"Map\", \"Iterator\": {\"StartAt\": \"One\", "
         "\"States\": {\"One\": {\"Type\": \"Pass\", \"End\": true}}}, \"End\": true}",
     .good =
         "\"Each\": {\"Type\": \"Map\", \"ItemProcessor\": {\"StartAt\": \"One\", "
         "\"States\": {\"One\": {\"Type\": \"Pass\", \"End\": true}}}, \"End\": true}"},
    {.name = "DUPLICATE_LABEL_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a Label that two Maps have",
     .why =
         "The Label is part of the ARNs of a Map's executions, which have to be told "
         "apart.",
     .mend =
         "Give each distributed Map a Label of its own, or none.",
     .bad =
         "\"First\": {\n"
         "  \"Type\": \"Map\", \"Label\": \"each\",\n"
         "  \"ItemProcessor\": {\n"
         "    \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
         "\"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}\n"
         "  },\n"
         "  \"Next\": \"Second\"\n"
         "},\n"
         "\"Second\": {\n"
         "  \"Type\": \"Map\", \"Label\": \"each\",\n"
         "  \"ItemProcessor\": {\n"
         "    \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
         "\"STANDARD\"},\n"
         "    \"StartAt\": \"Two\", \"States\": {\"Two\": {\"Type\": \"Pass\", \"End\": "
         "true}}\n"
         "  },\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"First\": {\n"
         "  \"Type\": \"Map\", \"Label\": \"each\",\n"
         "  \"ItemProcessor\": {\n"
         "    \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
         "\"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}\n"
         "  },\n"
         "  \"End\": true\n"
         "}"},
    {.name = "DUPLICATE_STATE_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a name that two states have",
     .why =
         "A state's name stands in the history without the block it is in: names are "
         "unique over the whole definition, branches and processors included.",
     .mend =
         "Rename one of the two, and the targets that mean it.",
     .bad =
         "\"Both\": {\n"
         "  \"Type\": \"Parallel\",\n"
         "  \"Branches\": [\n"
         "    {\"StartAt\": \"Step\", \"States\": {\"Step\": {\"Type\": \"Pass\", "
         "\"End\": true}}},\n"
         "    {\"StartAt\": \"Step\", \"States\": {\"Step\": {\"Type\": \"Pass\", "
         "\"End\": true}}}\n"
         "  ],\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Both\": {\n"
         "  \"Type\": \"Parallel\",\n"
         "  \"Branches\": [\n"
         "    {\"StartAt\": \"Left\", \"States\": {\"Left\": {\"Type\": \"Pass\", "
         "\"End\": true}}},\n"
         "    {\"StartAt\": \"Right\", \"States\": {\"Right\": {\"Type\": \"Pass\", "
         "\"End\": true}}}\n"
         "  ],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "ERROR_NEVER_CAUGHT", .severity = ASL_WARNING, .on = true,
     .summary =
         "a Retrier or Catcher for States.Runtime or States.IntrinsicFailure",
     .why =
         "States.Runtime ends an execution at once: no Retrier and no Catcher is looked "
         "at, whatever it names. What intrinsic functions refuse is States.Runtime, too: "
         "States.IntrinsicFailure doesn't occur.",
     .mend =
         "Remove the name. What causes the error, a path that finds nothing for "
         "instance, has to be mended where it stands.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"States.Runtime\"]}],\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"States.TaskFailed\"]}],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "EXPRESSION_AS_TEXT", .severity = ASL_WARNING, .on = true,
     .summary =
         "text that looks like a path or an expression, but is passed as it is",
     .why =
         "In JSONPath, a member is evaluated when its name ends in .$; in JSONata, when "
         "its whole value is {% … %}. Else the text itself is passed.",
     .mend =
         "In JSONPath, let the name end in .$; in JSONata, write {% … %} around all of "
         "it, without blanks outside.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"Payload\": {\"order\": "
         "\"$.order\"}},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"Payload\": {\"order.$\": "
         "\"$.order\"}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "EXPRESS_TIME_LIMIT", .severity = ASL_WARNING, .on = true, .workflow = ASL_EXPRESS,
     .summary =
         "a time that an Express workflow doesn't have",
     .why =
         "An Express execution ends after 5 minutes. A wait or time-out of 300 seconds "
         "or more never comes to its end. Looked for with --type EXPRESS, and in a Map whose ExecutionType is EXPRESS.",
     .mend =
         "Make it shorter, or the workflow STANDARD.",
     .bad =
         "\"Later\": {\"Type\": \"Wait\", \"Seconds\": 3600, \"End\": true}",
     .good =
         "\"Later\": {\"Type\": \"Wait\", \"Seconds\": 30, \"End\": true}"},
    {.name = "FAIL_WITHOUT_ERROR", .severity = ASL_WARNING, .on = false,
     .summary =
         "a Fail state that doesn't say why",
     .why =
         "Without Error and Cause, who looks at the failed execution learns nothing, "
         "and who catches the error can't name it.",
     .mend =
         "Give it an Error, a name, and a Cause, a sentence.",
     .bad =
         "\"Give up\": {\"Type\": \"Fail\"}",
     .good =
         "\"Give up\": {\"Type\": \"Fail\", \"Error\": \"OutOfStock\", \"Cause\": \"No "
         "warehouse has the item\"}"},
    {.name = "INTRINSIC_ARGUMENTS", .severity = ASL_WARNING, .on = true,
     .summary =
         "an intrinsic function with too few or too many arguments",
     .why =
         "AWS takes the definition. The state then fails with States.Runtime, which "
         "nothing catches.",
     .mend =
         "Give it as many arguments as it takes: asl eval --list-functions shows them.",
     .bad =
         "\"Next\": {\n"
         "  \"Type\": \"Pass\",\n"
         "  \"Parameters\": {\"n.$\": \"States.MathAdd($.n)\"},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Next\": {\n"
         "  \"Type\": \"Pass\",\n"
         "  \"Parameters\": {\"n.$\": \"States.MathAdd($.n, 1)\"},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "INVALID_JSONATA_EXPRESSION", .severity = ASL_ERROR, .on = true,
     .summary =
         "JSONata that doesn't compile",
     .why =
         "The text between {% and %} is no expression.",
     .mend =
         "Try it by itself: asl eval --jsonata 'EXPRESSION' shows the place with a "
         "caret.",
     .bad =
         "\"Sum\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": "
         "\"{% $states.input.a + %}\", \"End\": true}",
     .good =
         "\"Sum\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": "
         "\"{% $states.input.a + 1 %}\", \"End\": true}"},
    {.name = "INVALID_JSON_DESCRIPTION", .severity = ASL_ERROR, .on = true,
     .summary =
         "the text is no JSON",
     .why =
         "What can't be read can't be checked: other problems are looked for when this "
         "one is mended. The message is ours, not that of AWS's parser, and so is its "
         "place.",
     .mend =
         "Here the text stops being JSON; the cause may stand right before.",
     .bad =
         "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"},}}",
     .good =
         "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"},
    {.name = "INVALID_LABEL_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a Label of more than " QUOTA_TEXT(QUOTA_LABEL)
         " characters, or with one that is not allowed",
     .why =
         "The Label becomes part of ARNs.",
     .mend =
         "Use 1 to 40 letters, digits, - and _.",
     .bad =
         "\"Each\": {\n"
         "  \"Type\": \"Map\", \"Label\": \"each item\",\n"
         "  \"ItemProcessor\": {\n"
         "    \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
         "\"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}\n"
         "  },\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Each\": {\n"
         "  \"Type\": \"Map\", \"Label\": \"each-item\",\n"
         "  \"ItemProcessor\": {\n"
         "    \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
         "\"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}\n"
         "  },\n"
         "  \"End\": true\n"
         "}"},
    {.name = "INVALID_STATE_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a state's name of no or more than " QUOTA_TEXT(QUOTA_NAME) " characters",
     .why =
         "AWS's quota on names.",
     .mend =
         "Give it a name of 1 to " QUOTA_TEXT(QUOTA_NAME)
         " characters, and say the rest in its Comment.",
     .bad =
         "\"Look whether all items of the order are in stock, in this warehouse or in "
         "any of the others\": {\"Type\": \"Pass\", \"End\": true}",
     .good =
         "\"Look up stock\": {\n"
         "  \"Comment\": \"Are all items of the order in stock, in this warehouse or in "
         "any of the others?\",\n"
         "  \"Type\": \"Pass\", \"End\": true\n"
         "}"},
    {.name = "INVALID_VARIABLE_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a name that no variable can have",
     .why =
         "A variable's name is a letter or _, then letters, digits and _; "
         "at most " QUOTA_TEXT(QUOTA_NAME) ".",
     .mend =
         "Rename it. To keep parts of a value, assign an object: {\"order\": {\"id\": "
         "1}} is read as $order.id.",
     .bad =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order.id\": 1}, \"End\": true}",
     .good =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order_id\": 1}, \"End\": true}"},
    {.name = "INVALID_YAML_DESCRIPTION", .severity = ASL_ERROR, .on = true,
     .summary =
         "the text is no YAML",
     .why =
         "What can't be read can't be checked: other problems are looked for when this "
         "one is mended.",
     .mend =
         "The message says what was expected. A value that begins with { or [, or that "
         "has a colon and a blank in it, needs quotes.",
     .bad =
         "StartAt: A\n"
         "States:\n"
         "  A: {Type: Succeed",
     .good =
         "StartAt: A\n"
         "States:\n"
         "  A: {Type: Succeed}"},
    {.name = "LAMBDA_WITHOUT_RETRY", .severity = ASL_WARNING, .on = false,
     .summary =
         "a Lambda function without a Retrier for Lambda's own errors",
     .why =
         "Lambda throttles and has short failures of its own. AWS's advice is to try "
         "again on Lambda.ServiceException, Lambda.AWSLambdaException, "
         "Lambda.SdkClientException and Lambda.TooManyRequestsException.",
     .mend =
         "Add a Retrier for them, with BackoffRate, and \"JitterStrategy\": \"FULL\" "
         "where many executions run at a time.",
     .bad =
         "\"Work\": {\"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\", \"End\": true}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [{\n"
         "    \"ErrorEquals\": [\"Lambda.ServiceException\", "
         "\"Lambda.AWSLambdaException\", \"Lambda.SdkClientException\", "
         "\"Lambda.TooManyRequestsException\"],\n"
         "    \"IntervalSeconds\": 1, \"MaxAttempts\": 3, \"BackoffRate\": 2, "
         "\"JitterStrategy\": \"FULL\"\n"
         "  }],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "MAP_CONCURRENCY_CAPPED", .severity = ASL_WARNING, .on = true,
     .summary =
         "MaxConcurrency over 40 in an inline Map, over 10000 in a distributed one",
     .why =
         "An inline Map runs at most 40 iterations at a time, a distributed one 10,000 "
         "executions, whatever MaxConcurrency says.",
     .mend =
         "Leave it at that, or let an inline Map run in mode DISTRIBUTED.",
     .bad =
         "\"Each\": {\n"
         "  \"Type\": \"Map\", \"MaxConcurrency\": 500,\n"
         "  \"ItemProcessor\": {\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": "
         "\"Pass\", \"End\": true}}},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Each\": {\n"
         "  \"Type\": \"Map\", \"MaxConcurrency\": 10,\n"
         "  \"ItemProcessor\": {\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": "
         "\"Pass\", \"End\": true}}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "MAP_FIELDS_DISAGREE", .severity = ASL_WARNING, .on = true,
     .summary =
         "fields of a Map, its ItemReader, ItemBatcher or ResultWriter that do not go together",
     .why =
         "One of them leaves the other without effect, or AWS documents that it does not "
         "take both. The Map then reads or writes something else than the definition seems "
         "to say, or fails each time.",
     .mend =
         "Leave the field out, or change the one that stands beside it.",
     .bad =
         "\"Each\": {\n"
         "  \"Type\": \"Map\",\n"
         "  \"ItemReader\": {\n"
         "    \"Resource\": \"arn:aws:states:::s3:listObjectsV2\",\n"
         "    \"ReaderConfig\": {\"InputType\": \"JSONL\"},\n"
         "    \"Parameters\": {\"Bucket\": \"logs\"}\n"
         "  },\n"
         "  \"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", "
         "\"ExecutionType\": \"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Each\": {\n"
         "  \"Type\": \"Map\",\n"
         "  \"ItemReader\": {\n"
         "    \"Resource\": \"arn:aws:states:::s3:listObjectsV2\",\n"
         "    \"ReaderConfig\": {\"InputType\": \"JSONL\", \"Transformation\": "
         "\"LOAD_AND_FLATTEN\"},\n"
         "    \"Parameters\": {\"Bucket\": \"logs\"}\n"
         "  },\n"
         "  \"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", "
         "\"ExecutionType\": \"STANDARD\"},\n"
         "    \"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Pass\", \"End\": "
         "true}}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "MAP_WITHOUT_CONCURRENCY", .severity = ASL_WARNING, .on = false,
     .summary =
         "a Map without MaxConcurrency",
     .why =
         "Without it, an inline Map runs 40 iterations at a time, a distributed one "
         "10,000. What they call may not bear it.",
     .mend =
         "Say how many at a time: MaxConcurrency.",
     .bad =
         "\"Each\": {\"Type\": \"Map\", \"ItemProcessor\": {\"StartAt\": \"One\", "
         "\"States\": {\"One\": {\"Type\": \"Pass\", \"End\": true}}}, \"End\": true}",
     .good =
         "\"Each\": {\n"
         "  \"Type\": \"Map\", \"MaxConcurrency\": 10,\n"
         "  \"ItemProcessor\": {\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": "
         "\"Pass\", \"End\": true}}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "MISSING_END_STATE", .severity = ASL_ERROR, .on = true,
     .summary =
         "no state ends the machine",
     .why =
         "An execution could only go on for ever, or fail.",
     .mend =
         "Give a state \"End\": true, or add a Succeed or Fail state.",
     .bad =
         "\"Ping\": {\"Type\": \"Pass\", \"Next\": \"Pong\"},\n"
         "\"Pong\": {\"Type\": \"Pass\", \"Next\": \"Ping\"}",
     .good =
         "\"Ping\": {\"Type\": \"Pass\", \"Next\": \"Pong\"},\n"
         "\"Pong\": {\"Type\": \"Pass\", \"End\": true}"},
    {.name = "MISSING_TRANSITION_TARGET", .severity = ASL_ERROR, .on = true,
     .summary =
         "a target that doesn't exist; a state that nothing leads to",
     .why =
         "Next, Default, StartAt and a Catcher's Next name a state of the same States "
         "block. What stands in another block can't be reached.",
     .mend =
         "Spell the target like the state, upper and lower case too. To a state that "
         "isn't reached, let a target lead, or remove it.",
     .bad =
         "\"First\": {\"Type\": \"Pass\", \"Next\": \"Secnd\"},\n"
         "\"Second\": {\"Type\": \"Succeed\"}",
     .good =
         "\"First\": {\"Type\": \"Pass\", \"Next\": \"Second\"},\n"
         "\"Second\": {\"Type\": \"Succeed\"}"},
    {.name = "NO_WAY_OUT", .severity = ASL_WARNING, .on = true,
     .summary =
         "a loop that nothing leads out of",
     .why =
         "Some state ends the machine, but not from here: who comes into the loop goes "
         "round until the execution fails or is stopped.",
     .mend =
         "Let a Choice in the loop lead out of it.",
     .bad =
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.again\", "
         "\"BooleanEquals\": true, \"Next\": \"Wait\"}], \"Default\": \"Done\"},\n"
         "\"Wait\": {\"Type\": \"Wait\", \"Seconds\": 5, \"Next\": \"Look\"},\n"
         "\"Look\": {\"Type\": \"Pass\", \"Next\": \"Wait\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.again\", "
         "\"BooleanEquals\": true, \"Next\": \"Wait\"}], \"Default\": \"Done\"},\n"
         "\"Wait\": {\"Type\": \"Wait\", \"Seconds\": 5, \"Next\": \"Look\"},\n"
         "\"Look\": {\"Type\": \"Pass\", \"Next\": \"Which\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}"},
    {.name = "PATH_NEVER_PRODUCED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a path to what no state before it produces",
     .why =
         "Whichever way the execution comes here, the data have no such field; the "
         "state fails with States.Runtime. Only what is certain is reported: what the "
         "input or the result of a Task may have is not.",
     .mend =
         "Keep what is needed: with ResultPath a state's result comes beside its input, "
         "without it in the place of it. lambda:invoke gives the function's answer as "
         "Payload.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"Payload.$\": \"$\"},\n"
         "  \"Next\": \"Which\"\n"
         "},\n"
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.kind\", "
         "\"StringEquals\": \"a\", \"Next\": \"Done\"}], \"Default\": \"Done\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\",\n"
         "  \"Parameters\": {\"FunctionName\": \"work\", \"Payload.$\": \"$\"},\n"
         "  \"Next\": \"Which\"\n"
         "},\n"
         "\"Which\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": "
         "\"$.Payload.kind\", \"StringEquals\": \"a\", \"Next\": \"Done\"}], "
         "\"Default\": \"Done\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}"},
    {.name = "RESERVED_VARIABLE_NAME", .severity = ASL_ERROR, .on = true,
     .summary =
         "a variable called states",
     .why =
         "$states is what a state may look at: input, result, context.",
     .mend =
         "Choose another name.",
     .bad =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"states\": 1}, \"End\": true}",
     .good =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"stages\": 1}, \"End\": true}"},
    {.name = "RESOURCE_NO_FUNCTION", .severity = ASL_WARNING, .on = true,
     .summary =
         "an ARN of Lambda that is no function's",
     .why =
         "Of what Lambda has, a Task can only call a function. Nothing answers such a Task.",
     .mend =
         "A function's ARN reads arn:aws:lambda:REGION:ACCOUNT:function:NAME.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:lambda:us-east-1:123456789012:layer:work\",\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"End\": true\n"
         "}"},
    {.name = "RESULT_DROPPED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a result that is made and then dropped",
     .why =
         "\"ResultPath\": null drops the result, so a ResultSelector, or the Result of "
         "a Pass state, is for nothing.",
     .mend =
         "Give ResultPath a place, \"$.done\"; or remove what makes the result.",
     .bad =
         "\"Start\": {\"Type\": \"Pass\", \"Result\": {\"tries\": 0}, \"ResultPath\": "
         "null, \"End\": true}",
     .good =
         "\"Start\": {\"Type\": \"Pass\", \"Result\": {\"tries\": 0}, \"ResultPath\": "
         "\"$.count\", \"End\": true}"},
    {.name = "SCHEMA_VALIDATION_FAILED", .severity = ASL_ERROR, .on = true,
     .summary =
         "a field that is unknown, missing, of the wrong type, out of range, not "
         "allowed there or not together with another; paths, templates, timestamps, "
         "resources",
     .why =
         "AWS has this one code for most of its rules; the message tells which.",
     .mend =
         "Change what the message names, as it says.",
     .bad =
         "\"Work\": {\"Type\": \"Pass\", \"ResultPth\": \"$.done\", \"End\": true}",
     .good =
         "\"Work\": {\"Type\": \"Pass\", \"ResultPath\": \"$.done\", \"End\": true}"},
    {.name = "SECRET_IN_DEFINITION", .severity = ASL_WARNING, .on = true, .hide = true,
     .summary =
         "what looks like a key, token or password",
     .why =
         "Everybody who may read the state machine, its history or the repository can "
         "read it. A placeholder, ${…}, is none.",
     .mend =
         "Keep it in Secrets Manager or Parameter Store and read it in the Task; for "
         "http:invoke, an EventBridge connection has it. Then replace it: it has been "
         "seen.",
     .bad =
         "\"Call\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::http:invoke\",\n"
         "  \"Parameters\": {\n"
         "    \"ApiEndpoint\": \"https://api.example.com/orders\", \"Method\": "
         "\"GET\",\n"
         "    \"Authentication\": {\"ConnectionArn\": "
         "\"arn:aws:events:us-east-1:123456789012:connection/api/1\"},\n"
         "    \"Headers\": {\"Authorization\": \"Bearer 5f2b8c1e9d7a4036b1c2\"}\n"
         "  },\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Call\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::http:invoke\",\n"
         "  \"Parameters\": {\n"
         "    \"ApiEndpoint\": \"https://api.example.com/orders\", \"Method\": "
         "\"GET\",\n"
         "    \"Authentication\": {\"ConnectionArn\": "
         "\"arn:aws:events:us-east-1:123456789012:connection/api/1\"}\n"
         "  },\n"
         "  \"End\": true\n"
         "}"},
    {.name = "TASK_TOKEN_NOT_PASSED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a Task that waits for its token to come back, but gives it to nobody",
     .why =
         "Who is to call SendTaskSuccess needs the token, $$.Task.Token (in JSONata: "
         "$states.context.Task.Token). It isn't in what the Task passes on, so it waits "
         "until its time-out.",
     .mend =
         "Put it into what is passed on: \"token.$\": \"$$.Task.Token\".",
     .bad =
         "\"Approve\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke.waitForTaskToken\",\n"
         "  \"Parameters\": {\"FunctionName\": \"ask\", \"Payload\": {\"order.$\": "
         "\"$.order\"}},\n"
         "  \"TimeoutSeconds\": 86400,\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Approve\": {\n"
         "  \"Type\": \"Task\",\n"
         "  \"Resource\": \"arn:aws:states:::lambda:invoke.waitForTaskToken\",\n"
         "  \"Parameters\": {\"FunctionName\": \"ask\", \"Payload\": {\"order.$\": "
         "\"$.order\", \"token.$\": \"$$.Task.Token\"}},\n"
         "  \"TimeoutSeconds\": 86400,\n"
         "  \"End\": true\n"
         "}"},
    {.name = "TASK_WITHOUT_TIMEOUT", .severity = ASL_WARNING, .on = false,
     .summary =
         "a Task without TimeoutSeconds",
     .why =
         "The default is " QUOTA_TEXT(QUOTA_SECONDS)
         " seconds, three years: a Task whose work hangs is not noticed.",
     .mend =
         "Give it TimeoutSeconds, a little more than it ever takes. One for the whole "
         "machine is enough too.",
     .bad =
         "\"Work\": {\"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\", \"End\": true}",
     .good =
         "\"Work\": {\"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\", \"TimeoutSeconds\": "
         "60, \"End\": true}"},
    {.name = "UNKNOWN_SERVICE_ERROR", .severity = ASL_WARNING, .on = true,
     .summary =
         "an error of a service that the service doesn't have",
     .why =
         "The name of a service's error is the service, as the SDK or the integration calls it, "
         "and the SDK's class for the error; capitals count. A Retrier or Catcher of another "
         "name is never used.",
     .mend =
         "Name the SDK's class, as S3.NoSuchKeyException. An error that has none comes as the "
         "service's base class, as S3.S3Exception.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::aws-sdk:s3:getObject\",\n"
         "  \"Parameters\": {\"Bucket\": \"b\", \"Key\": \"k\"},\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"S3.NoSuchKey\"]}],\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::aws-sdk:s3:getObject\",\n"
         "  \"Parameters\": {\"Bucket\": \"b\", \"Key\": \"k\"},\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"S3.NoSuchKeyException\"]}],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "UNKNOWN_STATES_ERROR", .severity = ASL_WARNING, .on = true,
     .summary =
         "an error name beginning with States. that there is not",
     .why =
         "Names that begin with States. are the language's own; AWS takes any, but this "
         "one is never raised.",
     .mend =
         "Spell it like one of the language's.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"States.TimeOut\"]}],\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [{\"ErrorEquals\": [\"States.Timeout\"]}],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "UNREACHABLE_CATCHER", .severity = ASL_WARNING, .on = true,
     .summary =
         "an error name that an earlier Catcher has taken",
     .why =
         "The first Catcher that names an error gets it. States.TaskFailed names all "
         "but States.Timeout.",
     .mend =
         "Put the Catcher before the more general one, or remove the name.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Catch\": [\n"
         "    {\"ErrorEquals\": [\"States.TaskFailed\"], \"ResultPath\": \"$.error\", "
         "\"Next\": \"Undo\"},\n"
         "    {\"ErrorEquals\": [\"OutOfStock\"], \"ResultPath\": \"$.error\", "
         "\"Next\": \"Done\"}\n"
         "  ],\n"
         "  \"Next\": \"Done\"\n"
         "},\n"
         "\"Undo\": {\"Type\": \"Pass\", \"Next\": \"Done\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Catch\": [\n"
         "    {\"ErrorEquals\": [\"OutOfStock\"], \"ResultPath\": \"$.error\", "
         "\"Next\": \"Done\"},\n"
         "    {\"ErrorEquals\": [\"States.TaskFailed\"], \"ResultPath\": \"$.error\", "
         "\"Next\": \"Undo\"}\n"
         "  ],\n"
         "  \"Next\": \"Done\"\n"
         "},\n"
         "\"Undo\": {\"Type\": \"Pass\", \"Next\": \"Done\"},\n"
         "\"Done\": {\"Type\": \"Succeed\"}"},
    {.name = "UNREACHABLE_RETRIER", .severity = ASL_WARNING, .on = true,
     .summary =
         "an error name that an earlier Retrier has taken",
     .why =
         "The first Retrier that names an error counts; when its attempts are used up, "
         "no later one is tried.",
     .mend =
         "Put the Retrier before the more general one, or remove the name.",
     .bad =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [\n"
         "    {\"ErrorEquals\": [\"Busy\", \"Throttled\"], \"MaxAttempts\": 2},\n"
         "    {\"ErrorEquals\": [\"Throttled\"], \"MaxAttempts\": 9}\n"
         "  ],\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Work\": {\n"
         "  \"Type\": \"Task\", \"Resource\": "
         "\"arn:aws:lambda:us-east-1:123456789012:function:work\",\n"
         "  \"Retry\": [\n"
         "    {\"ErrorEquals\": [\"Busy\"], \"MaxAttempts\": 2},\n"
         "    {\"ErrorEquals\": [\"Throttled\"], \"MaxAttempts\": 9}\n"
         "  ],\n"
         "  \"End\": true\n"
         "}"},
    {.name = "UNREACHABLE_RULE", .severity = ASL_WARNING, .on = true,
     .summary =
         "a rule of a Choice that an earlier one leaves nothing for",
     .why =
         "The first rule that holds is taken. One that is written again never is; nor "
         "is what stands behind a rule that always holds.",
     .mend =
         "Remove the rule, or mend what it compares.",
     .bad =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [\n"
         "    {\"Variable\": \"$.kind\", \"StringEquals\": \"a\", \"Next\": \"Left\"},\n"
         "    {\"Variable\": \"$.kind\", \"StringEquals\": \"a\", \"Next\": \"Right\"}\n"
         "  ],\n"
         "  \"Default\": \"Right\"\n"
         "},\n"
         "\"Left\": {\"Type\": \"Succeed\"},\n"
         "\"Right\": {\"Type\": \"Succeed\"}",
     .good =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [\n"
         "    {\"Variable\": \"$.kind\", \"StringEquals\": \"a\", \"Next\": \"Left\"},\n"
         "    {\"Variable\": \"$.kind\", \"StringEquals\": \"b\", \"Next\": \"Right\"}\n"
         "  ],\n"
         "  \"Default\": \"Right\"\n"
         "},\n"
         "\"Left\": {\"Type\": \"Succeed\"},\n"
         "\"Right\": {\"Type\": \"Succeed\"}"},
    {.name = "UNSUPPORTED_JSONATA_EXPRESSION", .severity = ASL_ERROR, .on = true,
     .summary =
         "JSONata that reads what isn't there in a state",
     .why =
         "There is no input document: $ and bare names mean nothing. "
         "$states.errorOutput is there in a Catcher only.",
     .mend =
         "Begin with $states.input, $states.result, $states.context or a variable.",
     .bad =
         "\"Greet\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": "
         "\"{% 'Hello ' & name %}\", \"End\": true}",
     .good =
         "\"Greet\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": "
         "\"{% 'Hello ' & $states.input.name %}\", \"End\": true}"},
    {.name = "UNUSED_VARIABLE", .severity = ASL_WARNING, .on = false,
     .summary =
         "a variable that nothing reads",
     .why =
         "It is kept with the execution and stands in its history, for nobody.",
     .mend =
         "Remove it from Assign, or read it: $name.",
     .bad =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order.$\": \"$.order\"}, "
         "\"End\": true}",
     .good =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order.$\": \"$.order\"}, "
         "\"Next\": \"Use\"},\n"
         "\"Use\": {\"Type\": \"Pass\", \"Parameters\": {\"order.$\": \"$order\"}, "
         "\"End\": true}"},
    {.name = "VARIABLE_MAYBE_UNASSIGNED", .severity = ASL_WARNING, .on = false,
     .summary =
         "a variable that some way to the state doesn't assign",
     .why =
         "On that way there is no value: a JSONPath state fails with States.Runtime, "
         "JSONata gets nothing.",
     .mend =
         "Assign it on each way, or before they part.",
     .bad =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [{\"Variable\": \"$.kind\", \"StringEquals\": \"a\", "
         "\"Assign\": {\"rate\": 2}, \"Next\": \"Use\"}],\n"
         "  \"Default\": \"Use\"\n"
         "},\n"
         "\"Use\": {\"Type\": \"Pass\", \"Parameters\": {\"rate.$\": \"$rate\"}, "
         "\"End\": true}",
     .good =
         "\"Which\": {\n"
         "  \"Type\": \"Choice\",\n"
         "  \"Choices\": [{\"Variable\": \"$.kind\", \"StringEquals\": \"a\", "
         "\"Assign\": {\"rate\": 2}, \"Next\": \"Use\"}],\n"
         "  \"Assign\": {\"rate\": 1},\n"
         "  \"Default\": \"Use\"\n"
         "},\n"
         "\"Use\": {\"Type\": \"Pass\", \"Parameters\": {\"rate.$\": \"$rate\"}, "
         "\"End\": true}"},
    {.name = "VARIABLE_NEVER_ASSIGNED", .severity = ASL_WARNING, .on = true,
     .summary =
         "a variable that no way to the state assigns",
     .why =
         "A variable has a value after a state that assigns it, in the same States "
         "block or one around it; not in the state itself, and not in the executions of "
         "a distributed Map.",
     .mend =
         "Assign it before, or spell it as where it is assigned.",
     .bad =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order.$\": \"$.order\"}, "
         "\"Next\": \"Use\"},\n"
         "\"Use\": {\"Type\": \"Pass\", \"Parameters\": {\"order.$\": \"$ordr.id\"}, "
         "\"End\": true}",
     .good =
         "\"Keep\": {\"Type\": \"Pass\", \"Assign\": {\"order.$\": \"$.order\"}, "
         "\"Next\": \"Use\"},\n"
         "\"Use\": {\"Type\": \"Pass\", \"Parameters\": {\"order.$\": \"$order.id\"}, "
         "\"End\": true}"},
    {.name = "VARIABLE_OF_OUTER_SCOPE", .severity = ASL_ERROR, .on = true,
     .summary =
         "a branch or an iteration that assigns a variable which a state before its Parallel or "
         "Map has assigned",
     .why =
         "A branch's or iteration's variables are its own and gone when it ends; AWS "
         "doesn't let one hide a variable that is there already.",
     .mend =
         "Give it another name, and let the outer state assign what comes out of the "
         "branch.",
     .bad =
         "\"Start\": {\"Type\": \"Pass\", \"Assign\": {\"count\": 0}, \"Next\": "
         "\"Each\"},\n"
         "\"Each\": {\n"
         "  \"Type\": \"Map\",\n"
         "  \"ItemProcessor\": {\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": "
         "\"Pass\", \"Assign\": {\"count\": 1}, \"End\": true}}},\n"
         "  \"End\": true\n"
         "}",
     .good =
         "\"Start\": {\"Type\": \"Pass\", \"Assign\": {\"count\": 0}, \"Next\": "
         "\"Each\"},\n"
         "\"Each\": {\n"
         "  \"Type\": \"Map\",\n"
         "  \"ItemProcessor\": {\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": "
         "\"Pass\", \"Assign\": {\"own\": 1}, \"End\": true}}},\n"
         "  \"End\": true\n"
         "}"},
    {.name = "WAIT_OF_ZERO", .severity = ASL_WARNING, .on = true,
     .summary =
         "a Wait of 0 seconds",
     .why =
         "It doesn't wait, and costs a transition.",
     .mend =
         "Say how long, or remove the state.",
     .bad =
         "\"Later\": {\"Type\": \"Wait\", \"Seconds\": 0, \"End\": true}",
     .good =
         "\"Later\": {\"Type\": \"Wait\", \"Seconds\": 1, \"End\": true}"},
};
/* clang-format on */

const struct asl_code *asl_code_at(size_t i)
{
    return i < COUNT(codes) ? &codes[i] : NULL;
}

const struct asl_code *asl_code_find(const char *name, size_t len)
{
    size_t low = 0, high = COUNT(codes);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(name, codes[middle].name, len);
        if (order == 0 && codes[middle].name[len] == '\0')
            return &codes[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

_Static_assert(COUNT(codes) <= ASL_CODES_MAX, "struct asl_codes has a place for each code");

void asl_codes_default(struct asl_codes *set)
{
    for (size_t i = 0; i < ASL_CODES_MAX; i++)
        set->has[i] = i < COUNT(codes) && codes[i].on;
}

void asl_codes_all(struct asl_codes *set)
{
    for (size_t i = 0; i < ASL_CODES_MAX; i++)
        set->has[i] = i < COUNT(codes);
}

bool asl_codes_set(struct asl_codes *set, const char *name, size_t len, bool on)
{
    const struct asl_code *code = asl_code_find(name, len);

    if (code)
        set->has[code - codes] = on;
    return code;
}

const struct asl_code *asl_codes_get(const struct asl_codes *set, const char *name)
{
    const struct asl_code *code = asl_code_find(name, strlen(name));

    return code && set->has[code - codes] ? code : NULL;
}

/* The report knows codes by their names only, so each code that is not wanted is dropped. */
void asl_report_keep(struct asl_report *r, const struct asl_codes *set)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (!set->has[i])
            asl_report_drop(r, codes[i].name, strlen(codes[i].name));
}
