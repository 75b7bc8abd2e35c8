#ifndef ASL_REPORT_HINT_H
#define ASL_REPORT_HINT_H

/* Returns how to mend a problem of which nothing more particular is said; NULL: no hint. */
const char *asl_hint_for(const char *code, const char *message);

#endif
