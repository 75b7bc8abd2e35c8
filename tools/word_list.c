#include "tools/word_list.h"

#include "parsers/mem.h"

#include <string.h>

void word_list_add(struct word_list *list, const char *word, size_t len)
{
    if (list->count == list->cap) {
        list->cap = mem_grow(list->cap, list->count + 1);
        list->words = mem_realloc(list->words, list->cap * sizeof *list->words);
    }
    list->words[list->count++] = mem_strndup(word, len);
}

bool word_list_has(const struct word_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->words[i], word) == 0)
            return true;
    return false;
}

void word_list_clear(struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        mem_free(list->words[i]);
    mem_free(list->words);
    *list = (struct word_list){0};
}
