/*
 * Names that the SDK for Java can't give to its methods: the words of Java, and the methods that
 * all its objects have. To a member of such a name it adds "Value", and Step Functions has its
 * names from there: Filter's Equals is EqualsValue.
 */
#include "asl/model/model.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"

#include <strings.h>

/* clang-format off */
static const char *const java_words[] = {
    "abstract", "assert", "boolean", "break", "builder", "byte", "case", "catch", "char", "class", "const", "continue",
    "default", "do", "double", "else", "enum", "equals", "extends", "false", "final", "finalize", "finally", "float", "for", "getclass",
    "goto", "hashcode", "if", "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "notify", "notifyall",
    "package", "private", "protected", "public", "return", "short", "static", "strictfp", "super", "switch",
    "synchronized", "this", "throw", "throws", "tostring", "transient", "true", "try", "void", "volatile", "wait", "while",
};
/* clang-format on */

bool model_is_java_word(const char *name, size_t len)
{
    char first = len ? ascii_lower(name[0]) : '\0';

    for (size_t i = 0; i < COUNT(java_words); i++)
        if (java_words[i][0] == first && strncasecmp(java_words[i], name, len) == 0 &&
            !java_words[i][len])
            return true;
    return false;
}
