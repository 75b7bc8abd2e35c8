#ifndef PARSERS_BASE_COUNT_H
#define PARSERS_BASE_COUNT_H

/* How many elements a table has: an array, not a pointer to one. */
#define COUNT(table) (sizeof(table) / sizeof *(table))

#endif
