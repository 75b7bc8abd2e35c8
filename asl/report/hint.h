#ifndef ASL_REPORT_HINT_H
#define ASL_REPORT_HINT_H

/* How to mend a problem of which nothing more particular is said; NULL for a code that is none. */
const char *asl_hint_for(const char *code, const char *message);

#endif
