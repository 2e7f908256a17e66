#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_BYTES = 1024 };

/* The one exception to "no globals": a fault anywhere must be able to say so. */
static struct {
    const char *name;
    enum say_level level;
} setup = { "carebus", SAY_INFO };

static const char *const names[] = { "debug", "info", "warn", "error", "silent" };

void say_setup(const char *name)
{
    const char *wanted = getenv("CAREBUS_LOG");

    setup.name = name;
    for (int i = SAY_DEBUG; wanted != NULL && i <= SAY_SILENT; i++)
        if (strcmp(wanted, names[i]) == 0)
            setup.level = (enum say_level)i;
}

void say_set_level(enum say_level level)
{
    setup.level = level;
}

/* One write a line, so that lines of several threads and processes never mix. */
__attribute__((format(printf, 3, 0))) static void say(enum say_level level, const char *event,
                                                      const char *format, va_list arguments)
{
    char line[LINE_BYTES];
    char time[CLOCK_TEXT_SIZE];

    if (level < setup.level)
        return;
    clock_print(clock_wall_ms(), time);
    int used =
        snprintf(line, sizeof(line) - 1, "%s %s %s %s ", time, names[level], setup.name, event);
    if (used > 0 && (size_t)used < sizeof(line) - 1) {
        int more = vsnprintf(line + used, sizeof(line) - 1 - (size_t)used, format, arguments);
        used += more > 0 ? more : 0;
    }
    size_t size = (size_t)used < sizeof(line) - 1 ? (size_t)used : sizeof(line) - 2;
    while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\n'))
        size--;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    line[size] = '\n';
    ssize_t written = write(STDERR_FILENO, line, size + 1);
    (void)written; /* there is nobody left to tell */
}

#define SAY(name, level)                                                                           \
    void name(const char *event, const char *format, ...)                                          \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        say(level, event, format, arguments);                                                      \
        va_end(arguments);                                                                         \
    }

SAY(say_debug, SAY_DEBUG)
SAY(say_info, SAY_INFO)
SAY(say_warn, SAY_WARN)
SAY(say_error, SAY_ERROR)
