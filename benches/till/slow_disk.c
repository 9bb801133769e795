// A disk that takes its time: each flush waits as many microseconds as SLOW_DISK says. Loaded in front of libc (LD_PRELOAD).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int after(const char *name, int fd) {
    int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int done = flush(fd);
    usleep((useconds_t)atoi(getenv("SLOW_DISK")));
    return done;
}
int fsync(int fd) { return after("fsync", fd); }
int fdatasync(int fd) { return after("fdatasync", fd); }
