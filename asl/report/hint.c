/*
 * How to mend what a problem's place in the code can't tell more about: by the beginning of its
 * message, which is AWS's and the same everywhere; else by its code.
 */

#include "asl/report/hint.h"
#include "asl/report/codes.h"
#include "parsers/base/count.h"

#include <string.h>

/* The first row that fits is taken, so a message that begins another one stands behind it. */
static const struct {
    const char *message, *hint;
} hints[] = {
    {"These fields are required", "add what is missing, spelled as it stands here"},
    {"This object should have", "give it one of them"},
    {"There should only be one", "keep one of them"},
    {"The object must have only one",
     "a rule has a Variable with a comparison, or an And, Or, Not; in JSONata it has a Condition"},
    {"Field '", "remove it, or move it to where it belongs"},
    {"Expected value of type [STRING]", "write a string, in double quotes"},
    {"Expected value of type [ARRAY]", "write a list, [ … ]"},
    {"Expected value of type [OBJECT]", "write an object, { … }"},
    {"Expected value of type [", "write a value of that type; only strings have quotes"},
    {"Expected value of type Integer", "write a whole number, without quotes"},
    {"Expected value of type Float", "write a number, without quotes"},
    {"Expected value of type Boolean", "write true or false, without quotes"},
    {"Value cannot be empty", "give it at least one element"},
    {"Minimum value is", "choose a number that is not below it"},
    {"Maximum value is", "choose a number that is not above it"},
    {"Value should be one of", "write one of them, in upper and lower case as it stands there"},
    {"The field 'Type' should have",
     "write one of them, in upper and lower case as it stands there"},
    {"States.ALL must appear", "give it a list of its own, and let that be the last"},
    {"JSONata string must", "let {% be its beginning and %} its end, without blanks outside"},
    {"The QueryLanguage is set to 'JSONata'",
     "in JSONata, Arguments say what the work gets and Output what comes out"},
    {"The QueryLanguage is set to 'JSONPath'",
     "give the state \"QueryLanguage\": \"JSONata\", or do it with Parameters and ResultPath"},
    {"'QueryLanguage' can not be", "only a JSONPath machine can have states of both languages"},
    {"Value is not a Reference Path", "a Reference Path begins with $ and names one place"},
    {"Value must be a valid JSONPath", "a path begins with $, with $$ or with $ and a variable"},
    {"Definition must be", "write an object: {\"StartAt\": …, \"States\": …}"},
    {"And, Or and Not are nested", "bring the tests into fewer levels"},
    {"The value for the field",
     "write a path, which begins with $, or a call of an intrinsic function, States.…"},
    {"The definition has", "move parts of it into state machines of their own"},
    {"HeartbeatSeconds must", "let heartbeats come more often than the time-out"},
    {"The resource provided", "call it by arn:aws:states:::SERVICE:API, or a function by its ARN"},
    {"Value is not a valid resource",
     "a resource reads arn:aws:lambda:REGION:ACCOUNT:function:NAME or "
     "arn:aws:states:::SERVICE:API"},
    {"Parameters field is", "say in it what the call is to get"},
    {"Arguments field is", "say in it what the call is to get"},
    {"The field 'Mode'",
     "make the workflow, or the ExecutionType that it is in, STANDARD; or the Map INLINE"},
    {"The field '", "add it"},
    {"The field \"", "remove it, or name it as the service's API does, with a first capital"},
    {"Express state machine does not",
     "make the workflow, or the ExecutionType that it is in, STANDARD; or wait for nothing there"},
};

const char *asl_hint_for(const char *code, const char *message)
{
    const struct asl_code *c = asl_code_find(code, strlen(code));

    for (size_t i = 0; i < COUNT(hints); i++)
        if (strncmp(message, hints[i].message, strlen(hints[i].message)) == 0)
            return hints[i].hint;
    return c ? c->mend : NULL;
}
