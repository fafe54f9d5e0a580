// SPDX-License-Identifier: Apache-2.0
// What the tests of the lab's devices share: a device by group and container, its features, its knobs, and checks.
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/vfio.h>

#include "vfio_deadline.h"

enum { S = VFIO_DEVICE_STATE_STOP, R = VFIO_DEVICE_STATE_RUNNING, SC = VFIO_DEVICE_STATE_STOP_COPY, RS = VFIO_DEVICE_STATE_RESUMING,
       P2 = VFIO_DEVICE_STATE_RUNNING_P2P, PC = VFIO_DEVICE_STATE_PRE_COPY, PP = VFIO_DEVICE_STATE_PRE_COPY_P2P, E = VFIO_DEVICE_STATE_ERROR };
enum { STATES = 8, DEVICES = 6, SOURCE = 0, TARGET = 1, PLAIN = 2, WITH_P2P = 3, WITH_PRECOPY = 4, WITHOUT = 5 };
#define MS 1000000ull
#define KNOWN_BLOCK 4096u

// A line of the kernel's log of arcs.
struct arc_entry { unsigned long long seq, begin, end, deadline; unsigned from, to, state; int error; };

extern int device[DEVICES];
void open_devices(void);

// Each gives 0 or an errno; the state calls give the descriptor, -1 for none, through fd if it is not null.
int feature(int d, uint32_t flags, void *data, size_t bytes, uint32_t argsz);
int set_state(int d, int state, int *fd);
int set_state_by(int d, int state, uint64_t deadline, struct vfio_device_feature_mig_state_deadline *set);
int get_state(int d);
int arc_latency(int d, int from, int to, uint64_t *worst);
int data_size(int d, uint64_t *bytes);
int precopy_info(int stream, struct vfio_precopy_info *info);
void reset(int d);
// Everything as it was when the module was loaded, but for the log.
void clear(int d);

void knob(int d, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void sums(int d, unsigned long long sum[3]);
int read_log(int d, unsigned long long since, struct arc_entry *entries, int most);
unsigned long long log_end(int d);
uint64_t now(void);

// Reads until the end, for now or for ever: the number of bytes, and the errno that ended it in *error.
size_t drain(int stream, uint8_t *buffer, size_t most, int *error);
int feed(int stream, const uint8_t *data, size_t bytes);

// A test says why it failed and goes on with the next; what is left of it is not run.
extern const char *current;
extern int failures, passed, failed;
#define CHECK(condition, ...) do { if (!(condition)) { printf("FAILED %s: %s:%d: ", current, __FILE_NAME__, __LINE__); printf(__VA_ARGS__); puts(""); failures++; return; } } while (0)
#define EQUAL(actual, expected) do { long long a_ = (long long)(actual), e_ = (long long)(expected); CHECK(a_ == e_, "%s is %lld, not %lld", #actual, a_, e_); } while (0)
#define TEST(function) do { int before_ = failures; current = #function; for (int d_ = 0; d_ < DEVICES; d_++) clear(d_); function(); if (failures == before_) { printf("ok %s\n", current); passed++; } else failed++; } while (0)

void run_feature_tests(void);
void run_arc_tests(void);
void run_stream_tests(void);
void run_deadline_tests(void);
