/* interrupt.h - what is left behind when a command is stopped (SIGINT, SIGTERM, SIGHUP): no unfinished output files, and a word on stderr about
 * the store. The process then dies of the signal, as it would have: the store loses at most its open transaction.
 *
 * One set for the process. To be called from one thread.
 */
#ifndef TRAPLINE_CMD_INTERRUPT_H
#define TRAPLINE_CMD_INTERRUPT_H

void interrupt_setup(void);
void interrupt_writes_store(void); /* from now on the word is said */
/* A file that is to go. At most INTERRUPT_FILES at a time; further ones would stay. A path that is too long, too. */
void interrupt_file(const char *path);
void interrupt_file_done(const char *path); /* renamed or removed */

#endif
