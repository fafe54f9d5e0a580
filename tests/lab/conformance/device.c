// SPDX-License-Identifier: Apache-2.0
// Devices by group and container, and the lab's knobs. An error here is one of the lab, so it ends the program.
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lab.h"

int device[DEVICES];

static int group_of(int d)
{
    char path[96], link[256];
    snprintf(path, sizeof path, "/sys/bus/platform/devices/vfiolab.%d/iommu_group", d);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0)
        err(1, "%s", path);
    link[length] = 0;
    return atoi(strrchr(link, '/') + 1);
}

void open_devices(void)
{
    int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (container < 0 || ioctl(container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
        err(1, "/dev/vfio/vfio");
    for (int d = 0; d < DEVICES; d++) {
        char path[32], name[16];
        struct vfio_group_status status = { .argsz = sizeof status };
        snprintf(path, sizeof path, "/dev/vfio/%d", group_of(d));
        snprintf(name, sizeof name, "vfiolab.%d", d);
        int group = open(path, O_RDWR | O_CLOEXEC);
        if (group < 0 || ioctl(group, VFIO_GROUP_GET_STATUS, &status) || !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
            err(1, "%s", path);
        if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
            err(1, "container of %s", path);
        if (d == 0 && ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
            err(1, "VFIO_SET_IOMMU");
        device[d] = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
        if (device[d] < 0)
            err(1, "%s", name);
    }
}

int feature(int d, uint32_t flags, void *data, size_t bytes, uint32_t argsz)
{
    union { struct vfio_device_feature head; uint64_t space[16]; } buffer = { .head = { .argsz = argsz, .flags = flags } };
    if (bytes)
        memcpy(buffer.head.data, data, bytes);
    int error = ioctl(device[d], VFIO_DEVICE_FEATURE, &buffer) ? errno : 0;
    if (bytes)
        memcpy(data, buffer.head.data, bytes);
    return error;
}

static int call(int d, uint32_t flags, void *data, size_t bytes) { return feature(d, flags, data, bytes, sizeof(struct vfio_device_feature) + bytes); }

int set_state(int d, int state, int *fd)
{
    struct vfio_device_feature_mig_state set = { .device_state = state, .data_fd = -7 };
    int error = call(d, VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, &set, sizeof set);
    if (fd)
        *fd = set.data_fd;
    else if (!error && set.data_fd >= 0)
        close(set.data_fd);
    return error;
}

int set_state_by(int d, int state, uint64_t deadline, struct vfio_device_feature_mig_state_deadline *set)
{
    *set = (struct vfio_device_feature_mig_state_deadline) { .device_state = state, .data_fd = -7, .deadline_ns = deadline, .final_state = 99 };
    return call(d, VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE, set, sizeof *set);
}

int get_state(int d)
{
    struct vfio_device_feature_mig_state get = { 0 };
    int error = call(d, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, &get, sizeof get);
    return error ? -error : (int)get.device_state;
}

int arc_latency(int d, int from, int to, uint64_t *worst)
{
    struct vfio_device_feature_mig_arc_latency get = { .from = from, .to = to };
    int error = call(d, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY, &get, sizeof get);
    *worst = get.worst_ns;
    return error;
}

int data_size(int d, uint64_t *bytes) { return call(d, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE, bytes, sizeof *bytes); }

int precopy_info(int stream, struct vfio_precopy_info *info)
{
    *info = (struct vfio_precopy_info) { .argsz = sizeof *info };
    return ioctl(stream, VFIO_MIG_GET_PRECOPY_INFO, info) ? errno : 0;
}

void reset(int d)
{
    if (ioctl(device[d], VFIO_DEVICE_RESET))
        err(1, "VFIO_DEVICE_RESET of vfiolab.%d", d);
}

static void path_of(int d, const char *name, char path[96]) { snprintf(path, 96, "/sys/kernel/debug/vfiolab/vfiolab.%d/%s", d, name); }

void knob(int d, const char *name, const char *format, ...)
{
    char path[96], line[128];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    path_of(d, name, path);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, line, length) != length)
        err(1, "'%s' to %s", line, path);
    close(file);
}

void clear(int d)
{
    static const char *const zero[] = { "dirty_bps", "dirty_cap", "read_bps", "write_bps", "first_byte_us", "corrupt", "truncate", "reinit", "size_errno", "info_errno", "interruptible", "stale_get" };
    knob(d, "clear", "1");
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        knob(d, zero[i], "0");
    knob(d, "deadline_mode", "2");
    knob(d, "estimate_pct", "100");
    knob(d, "size_pct", "100");
    reset(d);
    knob(d, "size", "%d %d", 48 * KNOWN_BLOCK, 16 * KNOWN_BLOCK);
    knob(d, "seed", "%d", d + 1);
}

static FILE *open_knob(int d, const char *name)
{
    char path[96];
    path_of(d, name, path);
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    return file;
}

void sums(int d, unsigned long long sum[3])
{
    FILE *file = open_knob(d, "sum");
    if (fscanf(file, "%llx %llx %llx", &sum[0], &sum[1], &sum[2]) != 3)
        errx(1, "the sums of vfiolab.%d cannot be read", d);
    fclose(file);
}

int read_log(int d, unsigned long long since, struct arc_entry *entries, int most)
{
    FILE *file = open_knob(d, "log");
    struct arc_entry e;
    int count = 0;
    while (count < most && fscanf(file, "%llu %llu %llu %u %u %d %u %llu", &e.seq, &e.begin, &e.end, &e.from, &e.to, &e.error, &e.state, &e.deadline) == 8)
        if (e.seq >= since)
            entries[count++] = e;
    fclose(file);
    return count;
}

unsigned long long log_end(int d)
{
    static struct arc_entry all[256];
    int count = read_log(d, 0, all, 256);
    return count ? all[count - 1].seq + 1 : 0;
}

uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

size_t drain(int stream, uint8_t *buffer, size_t most, int *error)
{
    size_t done = 0;
    ssize_t count;
    while ((count = read(stream, buffer + done, most - done)) > 0)
        done += count;
    *error = count < 0 ? errno : 0;
    return done;
}

int feed(int stream, const uint8_t *data, size_t bytes)
{
    while (bytes) {
        ssize_t count = write(stream, data, bytes);
        if (count <= 0)
            return errno;
        data += count;
        bytes -= count;
    }
    return 0;
}
