/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * A proposal: two features of VFIO_DEVICE_FEATURE for migration with a deadline.
 *
 * The text below is written as it would stand in include/uapi/linux/vfio.h. Only
 * the numbers are not: no number is reserved for this, so the lab takes two from
 * the top of the range, and whoever uses them takes them from configuration.
 */
#ifndef VFIO_DEADLINE_H
#define VFIO_DEADLINE_H

#include <linux/types.h>

/*
 * Upon VFIO_DEVICE_FEATURE_SET, change the migration state of the device like a
 * SET of VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, but by a deadline.
 *
 * deadline_ns is absolute, in nanoseconds of CLOCK_MONOTONIC, and must not be 0.
 * flags must be 0. The other fields are outputs, and the kernel writes them on
 * success, on ETIME, on ETIMEDOUT and on every other failure that happens after
 * the input was accepted:
 *
 *   data_fd       as in VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE; -1 if there is none
 *   predicted_ns  what the device expected the whole combination transition to
 *                 take when it was asked, 0 if it does not know
 *   took_ns       the time spent in arcs
 *   final_state   the state in which the device is now
 *
 * The driver estimates the whole path, once, holding whatever serialises state
 * changes. Time spent waiting for that counts against the deadline.
 *
 * Return: 0 if the transition completed. A driver that cannot stop an arc in
 * flight may complete after the deadline; compare took_ns, or the clock.
 * -1 and errno otherwise:
 *
 *   ETIME      Refused: by the estimate the deadline cannot be kept. The device
 *              is in the state in which it was, and has not been disturbed.
 *   ETIMEDOUT  Given up at the deadline, with the device in final_state, which
 *              is the state before or any state on the path. It is a valid state
 *              from which SET_STATE works as ever; the caller decides about the
 *              way back, and has to keep time for it.
 *   EINVAL     flags, deadline or target are not valid, or the arc does not
 *              exist. If it is the driver that says so, the outputs are valid.
 *
 * Any other errno is as for VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, and there too
 * final_state says where the device is, ERROR included.
 */
struct vfio_device_feature_mig_state_deadline {
	__u32 device_state;	/* in */
	__s32 data_fd;		/* out */
	__aligned_u64 deadline_ns; /* in */
	__aligned_u64 predicted_ns; /* out */
	__aligned_u64 took_ns;	/* out */
	__u32 final_state;	/* out */
	__u32 flags;		/* in */
};

#define VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE 0xfd01

/*
 * Upon VFIO_DEVICE_FEATURE_GET, read how long the transition from one migration
 * state to another may take. The states need not be adjacent; what is reported is
 * the sum along the path of the combination transition, for the size of the
 * state as it is now. The device does not have to be in either state.
 *
 * worst_ns is what the driver compares with a deadline. It is an estimate that
 * may change at any time, not a guarantee.
 *
 * EINVAL if there is no such transition.
 */
struct vfio_device_feature_mig_arc_latency {
	__u32 from;		/* in, enum vfio_device_mig_state */
	__u32 to;		/* in, enum vfio_device_mig_state */
	__aligned_u64 worst_ns;	/* out */
};

#define VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY 0xfd02

#endif
