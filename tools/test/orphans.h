#ifndef TOOLS_TEST_ORPHANS_H
#define TOOLS_TEST_ORPHANS_H

/*
 * A process that is killed leaves the commands that it has started behind. These calls end those of
 * our child processes.
 */

/* From now on (or no longer) processes whose parent has ended become children of this process. */
void orphans_adopt(void);
void orphans_let_go(void);

/* Kills the process groups of commands whose parent was a child of ours, and has ended. */
void orphans_end(void);

#endif
