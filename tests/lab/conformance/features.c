// SPDX-License-Identifier: Apache-2.0
// What a device says that it has, and how VFIO_DEVICE_FEATURE is asked.
#include "lab.h"

#define PROBE VFIO_DEVICE_FEATURE_PROBE
#define GET VFIO_DEVICE_FEATURE_GET
#define SET VFIO_DEVICE_FEATURE_SET
enum { HEAD = sizeof(struct vfio_device_feature), PRECOPY_INFO_V2 = 12 };

static int probe(int d, uint32_t flags) { return feature(d, PROBE | flags, NULL, 0, HEAD); }

static void each_device_has_its_flags(void)
{
    static const int expected[DEVICES] = { 7, 7, 1, 3, 5, 0 };
    for (int d = 0; d < WITHOUT; d++) {
        uint64_t flags = 99;
        EQUAL(feature(d, GET | VFIO_DEVICE_FEATURE_MIGRATION, &flags, 8, HEAD + 8), 0);
        EQUAL(flags, expected[d]);
    }
}

static void a_device_without_migration_offers_none_of_it(void)
{
    EQUAL(probe(WITHOUT, GET | VFIO_DEVICE_FEATURE_MIGRATION), ENOTTY);
    EQUAL(probe(WITHOUT, SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE), ENOTTY);
    EQUAL(probe(WITHOUT, GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE), ENOTTY);
    EQUAL(probe(WITHOUT, SET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE), ENOTTY);
    EQUAL(probe(WITHOUT, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START), ENOTTY);
    EQUAL(set_state(WITHOUT, S, NULL), ENOTTY);
}

static void a_probe_says_which_methods_there_are(void)
{
    EQUAL(probe(SOURCE, GET | VFIO_DEVICE_FEATURE_MIGRATION), 0);
    EQUAL(probe(SOURCE, SET | VFIO_DEVICE_FEATURE_MIGRATION), EINVAL);
    EQUAL(probe(SOURCE, GET | SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE), 0);
    EQUAL(probe(SOURCE, GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE), 0);
    EQUAL(probe(SOURCE, SET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE), EINVAL);
    EQUAL(probe(SOURCE, SET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE), 0);
    EQUAL(probe(SOURCE, GET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE), EINVAL);
    EQUAL(probe(SOURCE, GET | VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY), 0);
    EQUAL(probe(SOURCE, SET | VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY), EINVAL);
    EQUAL(probe(SOURCE, SET | PRECOPY_INFO_V2), 0);
    EQUAL(probe(PLAIN, SET | PRECOPY_INFO_V2), EINVAL);
    EQUAL(probe(SOURCE, GET | 100), ENOTTY);
    EQUAL(probe(SOURCE, GET | 0xffff), ENOTTY);
}

static void a_question_that_is_put_wrongly_is_refused(void)
{
    uint64_t data[8] = { 0 };
    EQUAL(feature(SOURCE, GET | SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, data, 8, HEAD + 8), EINVAL);
    EQUAL(feature(SOURCE, VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, data, 8, HEAD + 8), EINVAL);
    EQUAL(feature(SOURCE, GET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, data, 8, HEAD + 4), EINVAL);
    EQUAL(feature(SOURCE, GET | 1u << 20 | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, data, 8, HEAD + 8), EINVAL);
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE, data, 40, HEAD + 32), EINVAL);
    EQUAL(feature(SOURCE, GET | VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY, data, 16, HEAD + 8), EINVAL);
}

static void a_longer_state_struct_is_accepted_and_the_rest_ignored(void)
{
    // This is why a deadline cannot simply be appended: a kernel that does not know it says yes.
    uint64_t data[5] = { S, now() + MS };
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, data, sizeof data, HEAD + sizeof data), 0);
    EQUAL(get_state(SOURCE), S);
}

static void dma_logging_starts_once_and_stops_once(void)
{
    struct vfio_device_feature_dma_logging_range range = { .iova = 0, .length = 1 << 20 };
    struct vfio_device_feature_dma_logging_control control = { .page_size = 4096, .num_ranges = 1, .ranges = (uintptr_t)&range };
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, NULL, 0, HEAD), EINVAL);
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START, &control, sizeof control, HEAD + sizeof control), 0);
    EQUAL(control.page_size, 4096);
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START, &control, sizeof control, HEAD + sizeof control), EINVAL);
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, NULL, 0, HEAD), 0);
    control.num_ranges = 0;
    EQUAL(feature(SOURCE, SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START, &control, sizeof control, HEAD + sizeof control), EINVAL);
}

static void a_data_size_can_be_wrong_or_refused(void)
{
    uint64_t honest = 0, half = 0, none = 0;
    EQUAL(data_size(SOURCE, &honest), 0);
    knob(SOURCE, "size_pct", "50");
    EQUAL(data_size(SOURCE, &half), 0);
    EQUAL(half, honest / 2);
    knob(SOURCE, "size_errno", "%d", EIO);
    EQUAL(data_size(SOURCE, &none), EIO);
}

void run_feature_tests(void)
{
    TEST(each_device_has_its_flags);
    TEST(a_device_without_migration_offers_none_of_it);
    TEST(a_probe_says_which_methods_there_are);
    TEST(a_question_that_is_put_wrongly_is_refused);
    TEST(a_longer_state_struct_is_accepted_and_the_rest_ignored);
    TEST(dma_logging_starts_once_and_stops_once);
    TEST(a_data_size_can_be_wrong_or_refused);
}
