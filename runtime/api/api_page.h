#ifndef RUNTIME_API_API_PAGE_H
#define RUNTIME_API_API_PAGE_H

#include "runtime/api/api_call.h"
#include "runtime/store/store.h"

/* A page of a list: how much it may hold, and where it begins. */
struct page {
    size_t limit;
    json *after; /* what the last page ended with, a string; NULL: from the beginning */
    const char *args;
};

/* Reads maxResults and nextToken. `args`: the members that must be those of the first call, as
 * "stateMachineArn statusFilter". False with the call failed: InvalidToken. To be ended. */
bool page_begin(struct call *c, const char *args, struct page *out);
/* Returns `after` as a number, or `none` when the page is the first. */
uint64_t page_after(const struct page *p, uint64_t none);
/* Reads `after` as a place in a list of executions. False: the page is the first. */
bool page_place(const struct page *p, struct store_place *out);
/*
 * Ends a page: returns the answer {member: list}, with a nextToken where there is more behind what
 * this page ended with, `last`; NULL: there isn't. Takes list and last.
 */
json *page_end(struct call *c, struct page *p, const char *member, json *list, json *last);
/* Make a `last` of a number, and of a place. */
json *page_number(uint64_t last);
json *page_at(const struct store_place *last);
/*
 * What one page passes over for those that it shows: then it ends, with a nextToken. That is
 * counted in executions that the index of the store rules out; one whose row has to be read costs
 * more.
 */
enum { PAGE_LOOKS = 2000, PAGE_ROW_LOOKS = 4 };

#endif
