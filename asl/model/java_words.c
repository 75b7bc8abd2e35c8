/*
 * Names that the SDK for Java can't give to its methods: the words of Java, and the methods that
 * all its objects have. To a member of such a name it adds "Value", and Step Functions has its
 * names from there: Filter's Equals is EqualsValue.
 */
#include "asl/model/model.h"

#include "parsers/base/ascii.h"

#include <string.h>
#include <strings.h>

/* By their first letter: each name in each request is asked about, and most have no such word. */
static const char *const java_words['z' - 'a' + 1] = {
    ['a' - 'a'] = "abstract assert",
    ['b' - 'a'] = "boolean break builder byte",
    ['c' - 'a'] = "case catch char class const continue",
    ['d' - 'a'] = "default do double",
    ['e' - 'a'] = "else enum equals extends",
    ['f' - 'a'] = "false final finalize finally float for",
    ['g' - 'a'] = "getclass goto",
    ['h' - 'a'] = "hashcode",
    ['i' - 'a'] = "if implements import instanceof int interface",
    ['l' - 'a'] = "long",
    ['n' - 'a'] = "native new notify notifyall",
    ['p' - 'a'] = "package private protected public",
    ['r' - 'a'] = "return",
    ['s' - 'a'] = "short static strictfp super switch synchronized",
    ['t' - 'a'] = "this throw throws tostring transient true try",
    ['v' - 'a'] = "void volatile",
    ['w' - 'a'] = "wait while",
};

bool model_is_java_word(const char *name, size_t len)
{
    char first = len ? ascii_lower(name[0]) : '\0';

    for (const char *w = ascii_is_lower(first) ? java_words[first - 'a'] : NULL; w && *w;) {
        size_t n = strcspn(w, " ");

        if (n == len && strncasecmp(w, name, len) == 0)
            return true;
        w += n + (w[n] == ' ');
    }
    return false;
}
