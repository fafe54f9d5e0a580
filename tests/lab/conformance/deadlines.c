// SPDX-License-Identifier: Apache-2.0
// SET_STATE by a deadline, and what the device says of its latencies.
#include <pthread.h>
#include <unistd.h>

#include "lab.h"

// Bounds have 10 ms of room for other work of the guest's kernel; what would be wrong is 20 ms and more away.

// 3 ms and 24 ms from PRE_COPY to STOP_COPY.
static void two_arcs(void)
{
    knob(SOURCE, "arc", "%d %d 2000 1000", PC, PP);
    knob(SOURCE, "arc", "%d %d 20000 4000", PP, SC);
}

static void latencies_add_up_along_the_path(void)
{
    uint64_t worst = 0;
    two_arcs();
    knob(SOURCE, "arc", "%d %d 7", SC, S);
    knob(SOURCE, "arc", "%d %d 11", S, P2);
    knob(SOURCE, "arc", "%d %d 13", P2, R);
    EQUAL(arc_latency(SOURCE, PC, PP, &worst), 0);
    EQUAL(worst, 3 * MS);
    EQUAL(arc_latency(SOURCE, PC, SC, &worst), 0);
    EQUAL(worst, 27 * MS);
    EQUAL(arc_latency(SOURCE, SC, R, &worst), 0);
    EQUAL(worst, 31000);
    EQUAL(arc_latency(SOURCE, R, R, &worst), 0);
    EQUAL(worst, 0);
    knob(SOURCE, "estimate_pct", "10");
    EQUAL(arc_latency(SOURCE, PC, SC, &worst), 0);
    EQUAL(worst, 27 * MS / 10);
    EQUAL(arc_latency(SOURCE, SC, PC, &worst), EINVAL);
    EQUAL(arc_latency(SOURCE, R, E, &worst), EINVAL);
    EQUAL(arc_latency(SOURCE, 42, R, &worst), EINVAL);
    EQUAL(arc_latency(PLAIN, R, P2, &worst), EINVAL);
}

static void a_deadline_that_cannot_be_kept_is_refused_and_nothing_happens(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    int fd;
    uint8_t byte;
    two_arcs();
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    unsigned long long since = log_end(SOURCE);
    uint64_t began = now();
    EQUAL(set_state_by(SOURCE, SC, began + 5 * MS, &set), ETIME);
    CHECK(now() - began < 10 * MS, "the refusal took its time");
    EQUAL(set.predicted_ns, 27 * MS);
    EQUAL(set.took_ns, 0);
    EQUAL(set.final_state, PC);
    EQUAL(set.data_fd, -1);
    EQUAL(get_state(SOURCE), PC);
    EQUAL(log_end(SOURCE), since);
    EQUAL(read(fd, &byte, 1), 1);
    // A deadline that has passed is one that cannot be kept.
    EQUAL(set_state_by(SOURCE, PP, 1, &set), ETIME);
    close(fd);
}

static void a_deadline_with_room_is_kept(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    int fd;
    two_arcs();
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    uint64_t deadline = now() + 100 * MS;
    EQUAL(set_state_by(SOURCE, SC, deadline, &set), 0);
    CHECK(now() <= deadline, "it was late");
    EQUAL(set.final_state, SC);
    EQUAL(set.data_fd, -1);
    CHECK(set.took_ns >= 22 * MS && set.took_ns <= 40 * MS, "it took %llu ns", (unsigned long long)set.took_ns);
    close(fd);
}

static void the_limit_is_where_the_estimate_meets_the_time_left(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    int fd;
    two_arcs();
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    EQUAL(set_state_by(SOURCE, SC, now() + 269 * MS / 10, &set), ETIME);
    EQUAL(set_state_by(SOURCE, SC, now() + 33 * MS, &set), 0);
    EQUAL(set.final_state, SC);
    close(fd);
}

static void an_arc_that_overruns_is_given_up_at_the_deadline(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    struct arc_entry log[4];
    int fd, error;
    static uint8_t image[1 << 20];
    two_arcs();
    knob(SOURCE, "estimate_pct", "10");
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    unsigned long long since = log_end(SOURCE);
    uint64_t deadline = now() + 10 * MS;
    EQUAL(set_state_by(SOURCE, SC, deadline, &set), ETIMEDOUT);
    uint64_t ended = now();
    CHECK(ended >= deadline && ended < deadline + 10 * MS, "it ended %lld ns after the deadline", (long long)(ended - deadline));
    EQUAL(set.final_state, PP);
    EQUAL(set.data_fd, -1);
    CHECK(set.took_ns > 8 * MS && set.took_ns < 20 * MS, "it took %llu ns", (unsigned long long)set.took_ns);
    EQUAL(get_state(SOURCE), PP);
    EQUAL(read_log(SOURCE, since, log, 4), 2);
    EQUAL(log[1].error, ETIMEDOUT);
    EQUAL(log[1].deadline, deadline);
    // The stream lives on, and so does the guest.
    EQUAL(set_state(SOURCE, PC, NULL), 0);
    CHECK(drain(fd, image, sizeof image, &error) > 0 && error == ENOMSG, "the stream ended with errno %d", error);
    close(fd);
}

static void a_device_that_only_refuses_may_be_late(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    knob(SOURCE, "deadline_mode", "1");
    knob(SOURCE, "arc", "%d %d 20000", R, P2);
    EQUAL(set_state_by(SOURCE, P2, now() + 5 * MS, &set), ETIME);
    knob(SOURCE, "estimate_pct", "0");
    uint64_t deadline = now() + 5 * MS;
    EQUAL(set_state_by(SOURCE, P2, deadline, &set), 0);
    CHECK(now() > deadline && set.took_ns >= 20 * MS, "it was not late");
    EQUAL(set.final_state, P2);
}

static void a_stream_comes_with_a_deadline_too(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    uint8_t byte;
    EQUAL(set_state_by(SOURCE, SC, now() + 50 * MS, &set), 0);
    CHECK(set.data_fd >= 0, "no descriptor");
    EQUAL(read(set.data_fd, &byte, 1), 1);
    close(set.data_fd);
}

static void a_failure_says_where_the_device_is(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    knob(SOURCE, "fault", "%d %d 1 errno %d", P2, S, EIO);
    EQUAL(set_state_by(SOURCE, SC, now() + 50 * MS, &set), EIO);
    EQUAL(set.final_state, P2);
    EQUAL(set.data_fd, -1);
    knob(SOURCE, "fault", "%d %d 1 dead %d", P2, S, EREMOTEIO);
    EQUAL(set_state_by(SOURCE, SC, now() + 50 * MS, &set), EREMOTEIO);
    EQUAL(set.final_state, E);
    EQUAL(set_state_by(SOURCE, R, now() + 50 * MS, &set), EINVAL);
    EQUAL(set.final_state, E);
}

static void a_blocked_arc_is_given_up(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    knob(SOURCE, "fault", "%d %d 1 block 60000", R, P2);
    uint64_t deadline = now() + 20 * MS;
    EQUAL(set_state_by(SOURCE, P2, deadline, &set), ETIMEDOUT);
    CHECK(now() < deadline + 10 * MS, "it was late");
    EQUAL(set.final_state, R);
}

static void *slow_change(void *unused)
{
    (void)unused;
    set_state(SOURCE, P2, NULL);
    return NULL;
}

static void waiting_for_another_change_counts(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    pthread_t thread;
    knob(SOURCE, "arc", "%d %d 50000", R, P2);
    pthread_create(&thread, NULL, slow_change, NULL);
    usleep(5000);
    EQUAL(set_state_by(SOURCE, S, now() + 20 * MS, &set), ETIME);
    EQUAL(set.final_state, P2);
    pthread_join(thread, NULL);
}

static void what_is_not_valid_is_refused(void)
{
    struct vfio_device_feature_mig_state_deadline set = { .device_state = P2, .deadline_ns = now() + 50 * MS, .flags = 1 };
    EQUAL(feature(SOURCE, VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE, &set, sizeof set, 8 + sizeof set), EINVAL);
    EQUAL(set_state_by(SOURCE, P2, 0, &set), EINVAL);
    EQUAL(set_state_by(SOURCE, E, now() + 50 * MS, &set), EINVAL);
    EQUAL(set_state_by(SOURCE, 42, now() + 50 * MS, &set), EINVAL);
    EQUAL(set_state_by(PLAIN, P2, now() + 50 * MS, &set), EINVAL);
    EQUAL(set.final_state, R);
    EQUAL(get_state(SOURCE), R);
}

static void a_device_can_be_without_deadlines(void)
{
    struct vfio_device_feature_mig_state_deadline set;
    uint64_t worst;
    knob(SOURCE, "deadline_mode", "0");
    EQUAL(set_state_by(SOURCE, P2, now() + 50 * MS, &set), ENOTTY);
    EQUAL(arc_latency(SOURCE, R, P2, &worst), ENOTTY);
    EQUAL(get_state(SOURCE), R);
}

void run_deadline_tests(void)
{
    TEST(latencies_add_up_along_the_path);
    TEST(a_deadline_that_cannot_be_kept_is_refused_and_nothing_happens);
    TEST(a_deadline_with_room_is_kept);
    TEST(the_limit_is_where_the_estimate_meets_the_time_left);
    TEST(an_arc_that_overruns_is_given_up_at_the_deadline);
    TEST(a_device_that_only_refuses_may_be_late);
    TEST(a_stream_comes_with_a_deadline_too);
    TEST(a_failure_says_where_the_device_is);
    TEST(a_blocked_arc_is_given_up);
    TEST(waiting_for_another_change_counts);
    TEST(what_is_not_valid_is_refused);
    TEST(a_device_can_be_without_deadlines);
}
