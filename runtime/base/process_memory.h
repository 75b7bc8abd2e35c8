#ifndef RUNTIME_BASE_PROCESS_MEMORY_H
#define RUNTIME_BASE_PROCESS_MEMORY_H

#include <stddef.h>

/* Bytes that the process may have: of the machine, or of what it is confined to. 0: nobody knows.
 */
size_t process_memory_most(void);

#endif
