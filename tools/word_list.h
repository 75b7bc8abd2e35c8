#ifndef TOOLS_WORD_LIST_H
#define TOOLS_WORD_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Words, in their order. Empty is {0}. */
struct word_list {
    char **words;
    size_t count, cap;
};

void word_list_add(struct word_list *list, const char *word, size_t len);
bool word_list_has(const struct word_list *list, const char *word);
void word_list_clear(struct word_list *list);

#endif
