// SPDX-License-Identifier: Apache-2.0
// What a VMM does with a lab's device, as far as the planner's tests need one. Runs in the lab's guest.
//
// vmm hold SOCKET DEVICE     holds a device such as vfiolab.0 until it is killed, and passes its descriptor to whoever connects
// vmm unbound SOCKET NODE    passes a node such as /dev/vfio/devices/vfio0 that was opened and never bound to an iommufd
// vmm dd SOURCE TARGET       stops both devices and copies the state from one to the other with dd: prints how many nanoseconds it took
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/vfio.h>

enum { PATH_BYTES = 256 };

static void folder_of(const char *name, char path[PATH_BYTES]) { snprintf(path, PATH_BYTES, "/sys/bus/platform/devices/%s", name); }

// By its group and a container of its own.
static int open_device(const char *name)
{
    char path[PATH_BYTES], link[PATH_BYTES], node[PATH_BYTES];
    folder_of(name, path);
    strncat(path, "/iommu_group", PATH_BYTES - strlen(path) - 1);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0)
        err(1, "%s", path);
    link[length] = 0;
    snprintf(node, sizeof node, "/dev/vfio/%s", strrchr(link, '/') + 1);
    int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group = open(node, O_RDWR | O_CLOEXEC);
    if (container < 0 || group < 0 || ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) || ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
        err(1, "%s", node);
    int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
    if (device < 0)
        err(1, "%s", name);
    return device;
}

static int open_node(const char *node)
{
    int device = open(node, O_RDWR | O_CLOEXEC);
    if (device < 0)
        err(1, "%s", node);
    return device;
}

static void pass(int connection, int device, const char *name)
{
    char path[PATH_BYTES], control[CMSG_SPACE(sizeof device)] = { 0 };
    // A node leads to its folder by itself: one byte is enough.
    if (name[0] == '/')
        strcpy(path, ".");
    else
        folder_of(name, path);
    struct iovec data = { path, strlen(path) };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr) { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof device) };
    memcpy(CMSG_DATA(head), &device, sizeof device);
    if (sendmsg(connection, &message, MSG_NOSIGNAL) < 0)
        warn("passing %s", name);
}

static int hold(const char *socket_path, int device, const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    unlink(socket_path);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4))
        err(1, "%s", socket_path);
    printf("%s holds %s\n", socket_path, name);
    fflush(stdout);
    for (int connection; (connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(connection))
        pass(connection, device, name);
    err(1, "%s", socket_path);
}

static int set_state(int device, uint32_t state)
{
    union { struct vfio_device_feature head; uint64_t space[4]; } buffer = {
        .head = { sizeof(struct vfio_device_feature) + sizeof(struct vfio_device_feature_mig_state), VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE } };
    struct vfio_device_feature_mig_state *state_of = (void *)buffer.head.data;
    *state_of = (struct vfio_device_feature_mig_state) { .device_state = state, .data_fd = -1 };
    if (ioctl(device, VFIO_DEVICE_FEATURE, &buffer))
        err(1, "state %u", state);
    return state_of->data_fd;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static int copy_with_dd(const char *source, const char *target)
{
    int source_device = open_device(source), target_device = open_device(target);
    int from = set_state(source_device, VFIO_DEVICE_STATE_STOP_COPY), to = set_state(target_device, VFIO_DEVICE_STATE_RESUMING);
    int status;
    uint64_t began = now();
    pid_t child = fork();
    if (child == 0) {
        dup2(from, 0);
        dup2(to, 1);
        execl("/bin/dd", "dd", "bs=1048576", "status=none", (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status)
        errx(1, "dd failed");
    uint64_t took = now() - began;
    // The device takes a state only if it is whole.
    set_state(target_device, VFIO_DEVICE_STATE_STOP);
    printf("%llu\n", (unsigned long long)took);
    return 0;
}

int main(int count, char **words)
{
    if (count == 4 && !strcmp(words[1], "hold"))
        return hold(words[2], open_device(words[3]), words[3]);
    if (count == 4 && !strcmp(words[1], "unbound"))
        return hold(words[2], open_node(words[3]), words[3]);
    if (count == 4 && !strcmp(words[1], "dd"))
        return copy_with_dd(words[2], words[3]);
    errx(2, "usage: vmm hold SOCKET DEVICE | vmm unbound SOCKET NODE | vmm dd SOURCE TARGET");
}
