#include "base/err.h"

#include <string.h>

#include "base/log.h"

int err_exit_status(int fault)
{
    switch (-fault) {
    case EBADMSG:
        return EXIT_CORRUPT;
    case EACCES:
    case EPERM:
        return EXIT_NOT_PERMITTED;
    case EIO:
    case ENOSPC:
    case EROFS:
        return EXIT_IO;
    case EBUSY:
        return EXIT_RUNNING;
    case EAGAIN:
        return EXIT_TRY_AGAIN;
    default:
        return EXIT_UNAVAILABLE;
    }
}

int err_fault(int fault, const char *file, int line, const char *function)
{
    const char *slash = strrchr(file, '/');

    say_error("fault", "error=\"%s\" at=%s:%d in=%s", strerror(-fault),
              slash == NULL ? file : slash + 1, line, function);
    return fault;
}
