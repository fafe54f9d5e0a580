// SPDX-License-Identifier: Apache-2.0
// The state machine: every pair of states on every kind of device, faults on the way, and times.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lab.h"

static const int flags_of[WITHOUT] = { 7, 7, 1, 3, 5 };

static bool is_saving(int state) { return state == PC || state == PP || state == SC; }

static bool exists(int state, int flags)
{
    return state > E && state < STATES && (state != P2 || flags & 2) && (state != PC || flags & 4) && (state != PP || flags == 7);
}

// The arcs that a driver implements, by the kernel's documentation of enum vfio_device_mig_state.
static bool is_arc(int from, int to, int flags)
{
    static const char with_p2p[] = "RP PR PS SP", without_p2p[] = "RS SR";
    static const char names[STATES] = { 'E', 'S', 'R', 'C', 'L', 'P', 'K', 'Q' };
    static const char always[] = "SC CS SL LS", precopy[] = "RK KR", precopy_p2p[] = "KQ QK QP PQ QC", precopy_plain[] = "KC";
    const char *lists[] = { always, flags & 2 ? with_p2p : without_p2p, flags & 4 ? precopy : "", flags == 7 ? precopy_p2p : flags == 5 ? precopy_plain : "" };
    for (int l = 0; l < 4; l++)
        for (const char *pair = lists[l]; *pair; pair += pair[2] ? 3 : 2)
            if (pair[0] == names[from] && pair[1] == names[to])
                return true;
    return false;
}

// The shortest way, breadth first. States that save stand in the middle only of a way that saves from end to end.
static int path(int from, int to, int flags, int steps[STATES])
{
    int before[STATES], queue[STATES], head = 0, tail = 0, length = 0, reversed[STATES];
    bool seen[STATES] = { false };
    if (!exists(from, flags) || !exists(to, flags) || (from == SC && (to == PC || to == PP)))
        return -1;
    seen[from] = true;
    queue[tail++] = from;
    while (head < tail) {
        int at = queue[head++];
        if (at != from && is_saving(at) && !(is_saving(from) && is_saving(to)))
            continue;
        for (int next = 1; next < STATES; next++)
            if (exists(next, flags) && !seen[next] && is_arc(at, next, flags)) {
                seen[next] = true;
                before[next] = at;
                queue[tail++] = next;
            }
    }
    if (!seen[to])
        return -1;
    for (int at = to; at != from; at = before[at])
        reversed[length++] = at;
    for (int i = 0; i < length; i++)
        steps[i] = reversed[length - 1 - i];
    return length;
}

// RESUMING can only be left with an image; any device takes that of another.
static uint8_t image[1 << 20];
static size_t image_bytes;
static int loading = -1;

static int stand_in(int d, int state)
{
    int fd, error = set_state(d, state, &fd);
    if (!error && state == RS)
        error = feed(fd, image, image_bytes);
    if (fd >= 0 && (error || state != RS))
        close(fd);
    loading = state == RS ? fd : -1;
    return error;
}

static void one_pair(int d, int from, int to)
{
    int steps[STATES], fd = -7, flags = flags_of[d];
    struct arc_entry log[STATES + 1];
    reset(d);
    EQUAL(stand_in(d, from), 0);
    unsigned long long since = log_end(d);
    int length = path(from, to, flags, steps), error = set_state(d, to, &fd);
    int count = read_log(d, since, log, STATES + 1);
    CHECK(error == (length < 0 ? EINVAL : 0), "flags %d, %d to %d: errno %d", flags, from, to, error);
    CHECK(get_state(d) == (length < 0 ? from : to), "flags %d, %d to %d: state %d", flags, from, to, get_state(d));
    CHECK(count == (length < 0 ? 0 : length), "flags %d, %d to %d: %d arcs, not %d", flags, from, to, count, length);
    for (int i = 0; i < count; i++)
        CHECK((int)log[i].to == steps[i] && log[i].error == 0, "flags %d, %d to %d: arc %d leads to %u", flags, from, to, i, log[i].to);
    // A stream begins with the last arc, if it enters the states that save, or RESUMING.
    int last = length > 1 ? steps[length - 2] : from;
    bool begins = length > 0 && (to == RS || (is_saving(to) && !is_saving(last)));
    CHECK((fd >= 0) == begins, "flags %d, %d to %d: descriptor %d", flags, from, to, fd);
    CHECK(fd == -1 || begins, "flags %d, %d to %d: descriptor %d in place of -1", flags, from, to, fd);
    if (fd >= 0)
        close(fd);
    if (loading >= 0)
        close(loading);
}

static void every_pair_of_states_takes_the_documented_path(void)
{
    static const int odd[] = { E, 8, 42, -1 };
    int before = failures, pairs = 0, fd, error;
    EQUAL(set_state(SOURCE, SC, &fd), 0);
    image_bytes = drain(fd, image, sizeof image, &error);
    close(fd);
    reset(SOURCE);
    for (int d = TARGET; d < WITHOUT; d++)
        for (int from = 1; from < STATES; from++)
            for (int to = 1; exists(from, flags_of[d]) && to < STATES; to++, pairs++)
                one_pair(d, from, to);
    if (failures > before)
        return;
    EQUAL(pairs, 7 * (7 + 4 + 5 + 5));
    // Without one it stays.
    EQUAL(set_state(SOURCE, RS, NULL), 0);
    EQUAL(set_state(SOURCE, R, NULL), EINVAL);
    EQUAL(get_state(SOURCE), RS);
    reset(SOURCE);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        EQUAL(set_state(SOURCE, odd[i], NULL), EINVAL);
    EQUAL(get_state(SOURCE), R);
}

static void a_failed_arc_leaves_the_state_before_it(void)
{
    int fd = 5;
    knob(SOURCE, "fault", "%d %d 1 errno %d", P2, S, EIO);
    EQUAL(set_state(SOURCE, SC, &fd), EIO);
    EQUAL(fd, -1);
    EQUAL(get_state(SOURCE), P2);
    EQUAL(set_state(SOURCE, SC, NULL), 0);
}

static void only_a_reset_leads_out_of_error(void)
{
    int fd, error;
    uint8_t byte;
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    knob(SOURCE, "fault", "%d %d 1 dead %d", PP, SC, EREMOTEIO);
    EQUAL(set_state(SOURCE, SC, NULL), EREMOTEIO);
    EQUAL(get_state(SOURCE), E);
    for (int state = 0; state < STATES; state++)
        EQUAL(set_state(SOURCE, state, NULL), EINVAL);
    EQUAL(drain(fd, &byte, 1, &error), 0);
    EQUAL(error, ENODEV);
    close(fd);
    reset(SOURCE);
    EQUAL(get_state(SOURCE), R);
}

static void a_driver_may_say_yes_and_be_elsewhere(void)
{
    knob(SOURCE, "fault", "%d %d 1 lie %d", R, P2, R);
    EQUAL(set_state(SOURCE, P2, NULL), 0);
    EQUAL(get_state(SOURCE), R);
    EQUAL(set_state(SOURCE, P2, NULL), 0);
    EQUAL(get_state(SOURCE), P2);
}

// The guest's kernel has other work now and then, which adds some milliseconds to one arc in a hundred. So each length is tried often, and
// the one in the middle counts.
enum { TRIES = 7 };

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void an_arc_takes_as_long_as_it_is_told(void)
{
    for (int us = 200; us <= 64000; us *= 4) {
        uint64_t truths[TRIES], above[TRIES];
        knob(SOURCE, "arc", "%d %d %d", R, P2, us);
        for (int i = 0; i < TRIES; i++) {
            struct arc_entry log[1];
            reset(SOURCE);
            unsigned long long since = log_end(SOURCE);
            uint64_t began = now();
            EQUAL(set_state(SOURCE, P2, NULL), 0);
            uint64_t took = now() - began;
            EQUAL(read_log(SOURCE, since, log, 1), 1);
            truths[i] = log[0].end - log[0].begin;
            CHECK(log[0].begin >= began, "the log does not use this clock");
            CHECK(truths[i] >= us * 1000ull && took >= truths[i], "%d us took %llu ns, and %llu here", us, (unsigned long long)truths[i], (unsigned long long)took);
            above[i] = took - truths[i];
        }
        qsort(truths, TRIES, sizeof *truths, by_size);
        qsort(above, TRIES, sizeof *above, by_size);
        CHECK(truths[TRIES / 2] <= us * 1000ull + MS, "%d us took %llu ns", us, (unsigned long long)truths[TRIES / 2]);
        CHECK(above[TRIES / 2] <= MS / 2, "the call took %llu ns more than the arc", (unsigned long long)above[TRIES / 2]);
    }
}

static void jitter_and_tail_stay_in_their_bounds(void)
{
    struct arc_entry log[100];
    int tails = 0, different = 0;
    uint64_t worst = 0;
    knob(SOURCE, "random_seed", "7");
    knob(SOURCE, "arc", "%d %d 1000 1000 200 20000", R, P2);
    unsigned long long since = log_end(SOURCE);
    for (int i = 0; i < 100; i++) {
        EQUAL(set_state(SOURCE, P2, NULL), 0);
        reset(SOURCE);
    }
    EQUAL(read_log(SOURCE, since, log, 100), 100);
    for (int i = 0; i < 100; i++) {
        uint64_t took = log[i].end - log[i].begin;
        tails += took > 20 * MS;
        different += took < 1500000;
        CHECK(took >= MS && took <= 40 * MS, "arc %d took %llu ns", i, (unsigned long long)took);
    }
    CHECK(tails > 5 && tails < 40, "%d of 100 had a tail", tails);
    CHECK(different > 10 && different < 90, "%d of 100 were short", different);
    EQUAL(arc_latency(SOURCE, R, P2, &worst), 0);
    CHECK(worst <= 2 * MS && worst > 19 * MS / 10, "the device says %llu ns", (unsigned long long)worst);
}

static void *slow_change(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)set_state(SOURCE, S, NULL);
}

static void a_blocked_arc_blocks_get_and_defers_a_reset(void)
{
    pthread_t thread;
    void *error;
    knob(SOURCE, "fault", "%d %d 1 block 60000", R, P2);
    uint64_t began = now();
    pthread_create(&thread, NULL, slow_change, NULL);
    usleep(100000);
    knob(SOURCE, "stale_get", "1");
    EQUAL(get_state(SOURCE), R);
    knob(SOURCE, "stale_get", "0");
    reset(SOURCE);
    CHECK(now() - began < 1000 * MS, "the reset waited");
    EQUAL(get_state(SOURCE), R);
    CHECK(now() - began >= 60000 * MS, "the GET did not wait");
    pthread_join(thread, &error);
    // The arcs were taken, and the reset came after them.
    EQUAL((intptr_t)error, 0);
    EQUAL(get_state(SOURCE), R);
}

void run_arc_tests(void)
{
    TEST(every_pair_of_states_takes_the_documented_path);
    TEST(a_failed_arc_leaves_the_state_before_it);
    TEST(only_a_reset_leads_out_of_error);
    TEST(a_driver_may_say_yes_and_be_elsewhere);
    TEST(an_arc_takes_as_long_as_it_is_told);
    TEST(jitter_and_tail_stay_in_their_bounds);
    TEST(a_blocked_arc_blocks_get_and_defers_a_reset);
}
