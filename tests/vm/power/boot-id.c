// For a machine that was frozen and thawed, which believes to be in one boot for ever: whoever asks for the boot's id gets that of /run/boot-id.
// A mount over the kernel's file would do the same, and bubblewrap could then mount no /proc for functions.
//   gcc -shared -fPIC -O2 -o boot-id.so boot-id.c; LD_PRELOAD=boot-id.so PROGRAM
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>

static const char *instead_of(const char *path)
{
    return path != NULL && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 ? "/run/boot-id" : path;
}

#define OPEN(name)                                                                         \
    int name(const char *path, int flags, ...)                                             \
    {                                                                                      \
        va_list more;                                                                      \
        va_start(more, flags);                                                             \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;     \
        va_end(more);                                                                      \
        int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        return next(instead_of(path), flags, mode);                                        \
    }

OPEN(open)
OPEN(open64)
