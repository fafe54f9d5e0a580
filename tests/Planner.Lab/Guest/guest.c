/* The whole userland of a lab's guest: it is /init, dirties memory at a rate it is told, and tells over a virtio-serial port that it lives.
 *
 * To the host, each a line:
 *   hb SEQUENCE MONOTONIC_NS REALTIME_NS WRITTEN_PAGES WRITER    heartbeat; the clocks are the guest's own
 *   ok COMMAND | error COMMAND: REASON                            the answer to a command, which it repeats
 * From the host, and joined by commas in the kernel's command line with _ for a space (lab=ws_64,steady_10). Rates are MiB/s.
 *   ws MB | steady R | random R | zipf R A | burst R ON_MS OFF_MS [LOW] | busy R | stop | hb MS | ping | off | again
 * Off and again shut the guest down, and reset it, a tenth of a second after the answer.
 * All are paced by the clock but busy, which needs the whole processor for its rate, so that a slower one writes less.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES_PER_MIB 256
#define SECOND 1000000000LL
#define MS 1000000LL
#define MAX_DEBT (100 * MS)     /* what the writer makes up for at most after a busy host did not let it run */

enum kind { STOP, STEADY, RANDOM, ZIPF, BURST, BUSY };
static const char *const names[] = { "stop", "steady", "random", "zipf", "burst", "busy" };

struct load { enum kind kind; double rate, low, exponent; long long on, off; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct load load;                    /* under lock */
static unsigned generation;                 /* under lock; counts changes of the load */
static uint64_t *memory;                    /* under lock */
static size_t pages;                        /* under lock */
static uint64_t written;                    /* pages, for ever; under lock */
static volatile long long heartbeat = 5 * MS;
static int port = -1;
static pthread_mutex_t port_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t seed = 0x9e3779b97f4a7c15;  /* fixed: every guest draws the same */

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static double uniform(void) { return (draw() >> 11) * 0x1p-53; }

static long long now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static void rest(long long ns)
{
    struct timespec t = { ns / SECOND, ns % SECOND };
    nanosleep(&t, NULL);
}

/* A whole line or nothing: where nobody reads, the port is full, and the guest must not wait for it. */
static void say(const char *line)
{
    pthread_mutex_lock(&port_lock);
    size_t length = strlen(line), done = 0;
    while (done < length) {
        ssize_t n = write(port, line + done, length - done);
        if (n > 0) { done += n; continue; }
        if (done == 0) break;
        rest(MS);
    }
    pthread_mutex_unlock(&port_lock);
}

/* Random content: QEMU sends pages of zeros as a few bytes, which would hide the working set. */
static const char *resize(double mib)
{
    size_t wanted = mib * PAGES_PER_MIB;
    if (!(mib > 0) || mib > 1 << 20) return "a size in MiB is needed";
    uint64_t *fresh = mmap(NULL, wanted * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fresh == MAP_FAILED) return "no memory";
    /* Overcommitting would get this process killed, and with it the guest. */
    size_t available = (size_t)sysconf(_SC_AVPHYS_PAGES);
    if (wanted + 16 * PAGES_PER_MIB > available + pages) { munmap(fresh, wanted * PAGE); return "the guest has less memory"; }
    pthread_mutex_lock(&lock);
    if (memory) munmap(memory, pages * PAGE);
    memory = fresh;
    pages = 0;
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < wanted * PAGE / sizeof *fresh; i++) fresh[i] = draw();
    pthread_mutex_lock(&lock);
    pages = wanted;
    generation++;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void start(struct load wanted)
{
    pthread_mutex_lock(&lock);
    load = wanted;
    generation++;
    pthread_mutex_unlock(&lock);
}

static int valid(double rate) { return rate > 0 && rate <= 1 << 20; }

/* Carries a command out, or says why not. */
static const char *obey(const char *line)
{
    char verb[16] = "";
    double a = 0, b = 0, c = 0, d = 0;
    int n = sscanf(line, "%15s %lf %lf %lf %lf", verb, &a, &b, &c, &d) - 1;
    if (!strcmp(verb, "ping")) return NULL;
    if (!strcmp(verb, "off") || !strcmp(verb, "again")) {
        if (fork() == 0) {
            usleep(100000);
            reboot(!strcmp(verb, "off") ? RB_POWER_OFF : RB_AUTOBOOT);
            _exit(1);
        }
        return NULL;
    }
    if (!strcmp(verb, "ws")) return resize(n == 1 ? a : 0);
    if (!strcmp(verb, "hb")) {
        if (n != 1 || a < 1 || a > 10000) return "1 to 10000 ms are allowed";
        heartbeat = a * MS;
        return NULL;
    }
    if (!strcmp(verb, "stop")) { start((struct load){ .kind = STOP }); return NULL; }
    if (!valid(a)) return "unknown, or no rate in MiB/s";
    if (!strcmp(verb, "steady") && n == 1) start((struct load){ .kind = STEADY, .rate = a });
    else if (!strcmp(verb, "random") && n == 1) start((struct load){ .kind = RANDOM, .rate = a });
    else if (!strcmp(verb, "busy") && n == 1) start((struct load){ .kind = BUSY, .rate = a });
    else if (!strcmp(verb, "zipf") && n == 2 && b > 0 && b <= 10) start((struct load){ .kind = ZIPF, .rate = a, .exponent = b });
    else if (!strcmp(verb, "burst") && n >= 3 && b >= 1 && c >= 1 && b <= 1e6 && c <= 1e6 && d >= 0 && d <= a)
        start((struct load){ .kind = BURST, .rate = a, .on = b * MS, .off = c * MS, .low = d });
    else return "unknown, or wrong values";
    return NULL;
}

/* Rank drawn by the inverse of the continuous law, which is close enough and needs no table. Ranks are spread over the working set. */
static size_t zipf_page(double exponent)
{
    double u = uniform(), rank, n = pages;
    if (fabs(exponent - 1) < 1e-6) rank = exp(u * log(n + 1));
    else rank = pow(1 + u * (pow(n + 1, 1 - exponent) - 1), 1 / (1 - exponent));
    size_t index = rank < 1 ? 0 : (size_t)rank - 1;
    return (index < pages ? index : pages - 1) * 7919 % pages;
}

static double rate_at(const struct load *l, long long since)
{
    if (l->kind == STOP) return 0;
    return l->kind != BURST || since % (l->on + l->off) < l->on ? l->rate : l->low;
}

/* Calculates for nothing, outside the lock. */
static void toil(long long rounds)
{
    static volatile uint64_t sum;
    for (; rounds > 0; rounds--) sum = sum * 6364136223846793005 + 1;
}

/* How much toil belongs to a page, if the whole processor is to write at a rate. */
static long long toil_of_a_page(double rate)
{
    const long long rounds = 200000;
    long long best = SECOND;
    for (int i = 0; i < 20; i++) {
        long long begin = now(CLOCK_MONOTONIC);
        toil(rounds);
        long long took = now(CLOCK_MONOTONIC) - begin;
        if (took < best) best = took;
    }
    return rounds * (SECOND / (rate * PAGES_PER_MIB)) / best;
}

/* One page and its toil; returns at once if the load is another by now. */
static void write_busily(size_t *next, unsigned *seen, long long *rounds)
{
    pthread_mutex_lock(&lock);
    double rate = load.rate;
    unsigned current = generation;
    if (*seen == current && load.kind == BUSY && pages) memory[(*next)++ % pages * (PAGE / sizeof *memory)] = ++written;
    pthread_mutex_unlock(&lock);
    if (*seen != current) {
        *seen = current;
        *rounds = toil_of_a_page(rate);
    }
    toil(*rounds);
}

/* Paced by the clock: what is owed grows with the time that passed, and is written every millisecond. */
static void *writer(void *unused)
{
    (void)unused;
    unsigned seen = 0;
    long long begin = 0, last = now(CLOCK_MONOTONIC);
    double owed = 0;
    size_t next = 0;
    long long rounds = 0;
    for (;;) {
        pthread_mutex_lock(&lock);
        int busy = load.kind == BUSY;
        pthread_mutex_unlock(&lock);
        if (busy) { write_busily(&next, &seen, &rounds); continue; }
        rest(MS);
        pthread_mutex_lock(&lock);
        long long time = now(CLOCK_MONOTONIC), passed = time - last;
        last = time;
        if (seen != generation) { seen = generation; begin = time; owed = 0; next = 0; }
        if (passed > MAX_DEBT) passed = MAX_DEBT;
        owed += pages ? rate_at(&load, time - begin) * PAGES_PER_MIB * passed / SECOND : 0;
        for (; owed >= 1; owed--) {
            size_t page = load.kind == RANDOM ? draw() % pages : load.kind == ZIPF ? zipf_page(load.exponent) : next++ % pages;
            memory[page * (PAGE / sizeof *memory)] = ++written;
        }
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *heart(void *unused)
{
    (void)unused;
    char line[128];
    for (unsigned long long sequence = 0;; sequence++) {
        pthread_mutex_lock(&lock);
        uint64_t total = written;
        const char *name = names[load.kind];
        pthread_mutex_unlock(&lock);
        snprintf(line, sizeof line, "hb %llu %lld %lld %llu %s\n", sequence, now(CLOCK_MONOTONIC), now(CLOCK_REALTIME), (unsigned long long)total, name);
        say(line);
        rest(heartbeat);
    }
    return NULL;
}

static void answer(const char *line)
{
    char reply[200];
    const char *problem = obey(line);
    if (problem) snprintf(reply, sizeof reply, "error %.100s: %s\n", line, problem);
    else snprintf(reply, sizeof reply, "ok %.100s\n", line);
    say(reply);
}

/* The load of the kernel's command line. */
static void obey_command_line(void)
{
    char text[4096] = "", *state = NULL;
    int file = open("/proc/cmdline", O_RDONLY);
    if (file < 0 || read(file, text, sizeof text - 1) <= 0) return;
    close(file);
    char *found = strstr(text, "lab=");
    if (!found) return;
    found[strcspn(found, " \n")] = 0;
    for (char *command = strtok_r(found + 4, ",", &state); command; command = strtok_r(NULL, ",", &state)) {
        for (char *c = command; *c; c++) if (*c == '_') *c = ' ';
        answer(command);
    }
}

static void open_port(void)
{
    char path[32];
    while (port < 0) {
        for (int i = 0; i < 8 && port < 0; i++) {
            snprintf(path, sizeof path, "/dev/vport%dp1", i);
            port = open(path, O_RDWR | O_NONBLOCK);
        }
        rest(10 * MS);
    }
}

/* Lines from the host, for ever. Where no host is connected, poll returns at once. */
static void listen_for_ever(void)
{
    char buffer[256];
    size_t length = 0;
    for (;;) {
        struct pollfd ready = { .fd = port, .events = POLLIN };
        poll(&ready, 1, 1000);
        ssize_t n = read(port, buffer + length, sizeof buffer - 1 - length);
        if (n <= 0) { rest(5 * MS); continue; }
        length += n;
        buffer[length] = 0;
        char *end;
        while ((end = strchr(buffer, '\n'))) {
            *end = 0;
            if (*buffer) answer(buffer);
            length -= end + 1 - buffer;
            memmove(buffer, end + 1, length + 1);
        }
        if (length == sizeof buffer - 1) length = 0;    /* no command is that long */
    }
}

int main(void)
{
    pthread_t thread;
    mkdir("/dev", 0755);
    mkdir("/proc", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("proc", "/proc", "proc", 0, NULL);
    open_port();
    pthread_create(&thread, NULL, heart, NULL);
    pthread_create(&thread, NULL, writer, NULL);
    obey_command_line();
    listen_for_ever();
}
