/*
 * sim/town/memory.h - what the simulator asks of its store in memory, beside store/store.h.
 */
#pragma once

#include <stdbool.h>

struct store;

/* The nth call from now that can fail is never carried out, nor any after it: the process died there.
 * If it is a commit, `lands` says whether it is on the disk all the same. */
void memory_crash(struct store *store, unsigned nth, bool lands);

/* Images by path: copied (over what was there), emptied, all freed. */
void memory_copy(const char *from, const char *to);
void memory_forget(const char *path);
void memory_free(void);
