// SPDX-License-Identifier: Apache-2.0
// The stream of a device's state: whole migrations, pre-copy, and what can be wrong with an image.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

enum { MOST = 8 << 20, HEADER = 32, RECORD = HEADER + KNOWN_BLOCK };
static uint8_t image[MOST], second[MOST];

// An image taken at once, without pre-copy.
static size_t save(int d, uint8_t *into)
{
    int fd, error;
    if (set_state(d, SC, &fd) || fd < 0)
        return 0;
    size_t bytes = drain(fd, into, MOST, &error);
    close(fd);
    return error ? 0 : bytes;
}

static void a_state_arrives_byte_by_byte(void)
{
    unsigned long long from[3], to[3], before[3];
    int fd;
    knob(SOURCE, "seed", "20260101");
    sums(TARGET, before);
    size_t bytes = save(SOURCE, image);
    EQUAL(bytes, 2 * HEADER + 64 * RECORD);
    EQUAL(set_state(TARGET, RS, &fd), 0);
    EQUAL(feed(fd, image, bytes), 0);
    EQUAL(set_state(TARGET, S, NULL), 0);
    close(fd);
    sums(SOURCE, from);
    sums(TARGET, to);
    CHECK(from[0] == to[0] && from[1] == to[2] && from[0] == from[1], "%llx saved, %llx arrived", from[1], to[2]);
    CHECK(before[0] != to[0], "both were equal before");
    // And back out again: not only the checksums are the same.
    EQUAL(set_state(TARGET, R, NULL), 0);
    EQUAL(save(TARGET, second), bytes);
    CHECK(!memcmp(image, second, bytes), "the second image differs from the first");
}

static void a_guest_that_writes_arrives_as_it_was_stopped(void)
{
    unsigned long long from[3], to[3];
    struct vfio_precopy_info info;
    int fd, error, again = -7;
    size_t bytes = 0, rounds = 0;
    knob(SOURCE, "size", "%d %d", 256 * KNOWN_BLOCK, 64 * KNOWN_BLOCK);
    knob(SOURCE, "dirty_bps", "20000000");
    knob(SOURCE, "read_bps", "100000000");
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    EQUAL(precopy_info(fd, &info), 0);
    EQUAL(info.initial_bytes, HEADER + 256 * RECORD);
    EQUAL(info.dirty_bytes, 0);
    do {
        bytes += drain(fd, image + bytes, MOST - bytes, &error);
        EQUAL(error, ENOMSG);
        EQUAL(precopy_info(fd, &info), 0);
        EQUAL(info.initial_bytes, 0);
        usleep(3000);
    } while (++rounds < 4);
    EQUAL(precopy_info(fd, &info), 0);
    CHECK(info.dirty_bytes >= 5 * RECORD && info.dirty_bytes <= 100 * RECORD, "%llu bytes are dirty", (unsigned long long)info.dirty_bytes);
    CHECK(bytes > HEADER + 256 * RECORD, "no round brought anything");

    // The same stream goes on through the pre-copy states into STOP_COPY.
    EQUAL(set_state(SOURCE, PP, &again), 0);
    EQUAL(again, -1);
    EQUAL(set_state(SOURCE, PC, &again), 0);
    EQUAL(again, -1);
    EQUAL(set_state(SOURCE, SC, &again), 0);
    EQUAL(again, -1);
    EQUAL(precopy_info(fd, &info), EINVAL);
    uint64_t rest = 0, left = 0;
    EQUAL(data_size(SOURCE, &rest), 0);
    size_t stopped = drain(fd, image + bytes, MOST - bytes, &error);
    EQUAL(error, 0);
    EQUAL(stopped, rest);
    EQUAL(data_size(SOURCE, &left), 0);
    EQUAL(left, 0);
    CHECK(stopped < 256 * RECORD, "%zu bytes were left for the blackout", stopped);
    close(fd);

    EQUAL(set_state(TARGET, RS, &fd), 0);
    EQUAL(feed(fd, image, bytes + stopped), 0);
    EQUAL(set_state(TARGET, R, NULL), 0);
    close(fd);
    sums(SOURCE, from);
    sums(TARGET, to);
    CHECK(from[0] == to[0] && to[2] == from[1], "%llx saved, %llx arrived", from[0], to[0]);
}

static void a_device_can_begin_pre_copy_anew(void)
{
    struct vfio_precopy_info info;
    int fd, error;
    EQUAL(feature(SOURCE, VFIO_DEVICE_FEATURE_SET | 12, NULL, 0, sizeof(struct vfio_device_feature)), 0);
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    drain(fd, image, MOST, &error);
    EQUAL(precopy_info(fd, &info), 0);
    EQUAL(info.initial_bytes, 0);
    EQUAL(info.flags, 0);
    knob(SOURCE, "reinit", "1");
    EQUAL(precopy_info(fd, &info), 0);
    EQUAL(info.initial_bytes, 48 * RECORD);
    EQUAL(info.flags, 1);
    EQUAL(drain(fd, image, MOST, &error), 48 * RECORD);
    EQUAL(precopy_info(fd, &info), 0);
    EQUAL(info.flags, 0);
    knob(SOURCE, "info_errno", "%d", EIO);
    EQUAL(precopy_info(fd, &info), EIO);
    close(fd);
}

static void a_stream_is_no_file(void)
{
    int fd, loading;
    uint8_t byte = 0;
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK(pread(fd, &byte, 1, 0) == -1 && errno == ESPIPE, "pread works");
    CHECK(write(fd, &byte, 1) == -1 && errno == EBADF, "a saved stream can be written");
    EQUAL(set_state(TARGET, RS, &loading), 0);
    CHECK(read(loading, &byte, 1) == -1 && errno == EBADF, "a loading stream can be read");
    close(fd);
    close(loading);
}

static void a_stream_ends_with_its_session(void)
{
    int fd, error;
    EQUAL(set_state(SOURCE, PC, &fd), 0);
    EQUAL(set_state(SOURCE, R, NULL), 0);
    drain(fd, image, MOST, &error);
    EQUAL(error, ENODEV);
    close(fd);
    EQUAL(set_state(SOURCE, SC, &fd), 0);
    reset(SOURCE);
    drain(fd, image, MOST, &error);
    EQUAL(error, ENODEV);
    close(fd);
}

static void an_unfinished_image_is_refused_and_can_be_finished(void)
{
    int fd;
    size_t bytes = save(SOURCE, image), part = bytes - HEADER - 10;
    EQUAL(set_state(TARGET, RS, &fd), 0);
    EQUAL(feed(fd, image, part), 0);
    EQUAL(set_state(TARGET, S, NULL), EINVAL);
    EQUAL(get_state(TARGET), RS);
    EQUAL(feed(fd, image + part, bytes - part), 0);
    EQUAL(set_state(TARGET, S, NULL), 0);
    close(fd);
}

static void a_stream_without_its_end_is_refused(void)
{
    int fd;
    knob(SOURCE, "truncate", "1");
    size_t bytes = save(SOURCE, image);
    EQUAL(bytes, HEADER + 64 * RECORD);
    EQUAL(set_state(TARGET, RS, &fd), 0);
    EQUAL(feed(fd, image, bytes), 0);
    EQUAL(set_state(TARGET, S, NULL), EINVAL);
    close(fd);
    reset(TARGET);
    EQUAL(get_state(TARGET), R);
}

static void a_wrong_byte_is_found(void)
{
    int fd;
    knob(SOURCE, "corrupt", "1");
    size_t bytes = save(SOURCE, image);
    EQUAL(set_state(TARGET, RS, &fd), 0);
    EQUAL(feed(fd, image, bytes), EBADMSG);
    EQUAL(feed(fd, image, bytes), EBADMSG);
    EQUAL(set_state(TARGET, S, NULL), EINVAL);
    EQUAL(get_state(TARGET), RS);
    close(fd);
}

static void rates_and_the_first_byte_are_kept(void)
{
    int fd, error;
    knob(SOURCE, "first_byte_us", "30000");
    knob(SOURCE, "read_bps", "10000000");
    knob(TARGET, "write_bps", "20000000");
    EQUAL(set_state(SOURCE, SC, &fd), 0);
    uint64_t began = now();
    EQUAL(read(fd, image, HEADER), HEADER);
    uint64_t first = now() - began;
    CHECK(first >= 30 * MS && first < 45 * MS, "the first byte took %llu ns", (unsigned long long)first);
    began = now();
    size_t bytes = HEADER + drain(fd, image + HEADER, MOST, &error);
    uint64_t took = now() - began, expected = (bytes - HEADER) * 100;
    CHECK(took >= expected && took < expected + expected / 2, "reading took %llu ns, not %llu", (unsigned long long)took, (unsigned long long)expected);
    close(fd);
    EQUAL(set_state(TARGET, RS, &fd), 0);
    began = now();
    EQUAL(feed(fd, image, bytes), 0);
    took = now() - began;
    expected = bytes * 50;
    CHECK(took >= expected && took < 2 * expected, "loading took %llu ns, not %llu", (unsigned long long)took, (unsigned long long)expected);
    close(fd);
}

void run_stream_tests(void)
{
    TEST(a_state_arrives_byte_by_byte);
    TEST(a_guest_that_writes_arrives_as_it_was_stopped);
    TEST(a_device_can_begin_pre_copy_anew);
    TEST(a_stream_is_no_file);
    TEST(a_stream_ends_with_its_session);
    TEST(an_unfinished_image_is_refused_and_can_be_finished);
    TEST(a_stream_without_its_end_is_refused);
    TEST(a_wrong_byte_is_found);
    TEST(rates_and_the_first_byte_are_kept);
}
