// A disk that is slow, for a program that is started with this library before the C library (LD_PRELOAD): each sync takes as many
// milliseconds longer as the file says that SLOW_DISK names. For each sync that it delays it adds a byte to the file of SLOWED_SYNCS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void be_slow(void) {
    const char *name = getenv("SLOW_DISK");
    FILE *file = name ? fopen(name, "r") : NULL;
    long milliseconds = 0;
    if (file && fscanf(file, "%ld", &milliseconds) != 1)
        milliseconds = 0;
    if (file)
        fclose(file);
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    if (milliseconds <= 0)
        return;
    nanosleep(&pause, NULL);
    const char *count = getenv("SLOWED_SYNCS");
    FILE *slowed = count ? fopen(count, "a") : NULL;
    if (slowed) {
        fputc('.', slowed);
        fclose(slowed);
    }
}

int fsync(int file) {
    be_slow();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
    be_slow();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
