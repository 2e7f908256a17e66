#include "year_agenda.h"

#include <stdbool.h>
#include <stdlib.h>

static bool before(const struct job *a, const struct job *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void agenda_put(struct agenda *agenda, struct job job)
{
    if (agenda->count == agenda->room) {
        agenda->room = 2 * agenda->room + 1024;
        agenda->jobs = realloc(agenda->jobs, agenda->room * sizeof(*agenda->jobs));
        if (agenda->jobs == NULL)
            abort();
    }
    job.order = agenda->order++;
    size_t at = agenda->count++;
    for (; at > 0 && before(&job, &agenda->jobs[(at - 1) / 2]); at = (at - 1) / 2)
        agenda->jobs[at] = agenda->jobs[(at - 1) / 2];
    agenda->jobs[at] = job;
}

struct job agenda_pop(struct agenda *agenda)
{
    struct job first = agenda->jobs[0];
    struct job last = agenda->jobs[--agenda->count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= agenda->count)
            break;
        if (child + 1 < agenda->count && before(&agenda->jobs[child + 1], &agenda->jobs[child]))
            child++;
        if (!before(&agenda->jobs[child], &last))
            break;
        agenda->jobs[at] = agenda->jobs[child];
        at = child;
    }
    agenda->jobs[at] = last;
    return first;
}

uint64_t agenda_next(const struct agenda *agenda)
{
    return agenda->count == 0 ? UINT64_MAX : agenda->jobs[0].at_ms;
}
