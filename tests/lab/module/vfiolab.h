/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfiolab: a VFIO device without hardware whose migration can be programmed.
 *
 * It exists to test what drives VFIO migration v2: arcs take as long as they are
 * told to, states have the size they are told to have, and failures happen when
 * they are asked for. Each device is a platform device vfiolab.N with an IOMMU
 * group of its own (/sys/bus/platform/devices/vfiolab.N/iommu_group); its state is
 * a buffer that changes while the device runs and is checked when it is loaded.
 *
 * Module parameters, fixed while the module is loaded; arrays have one value a
 * device, and a device without one takes the default:
 *
 *   ndev=2               number of devices, 1..8
 *   mig_flags=7,7        VFIO_DEVICE_FEATURE_MIGRATION: 1, 3, 5 or 7; 0 is a
 *                        device that has no migration v2 at all
 *   dma_log=1,1          whether there is DMA logging
 *   pci=0,0              whether it shows itself as a PCI device 1234:4c41 with one
 *                        BAR of 4096 bytes, for a VMM's vfio-pci; otherwise it is a
 *                        platform device without regions. What the BAR holds is
 *                        the last block of the state
 *   deadline_feature=0xfd01, latency_feature=0xfd02     the numbers
 *
 * Knobs, in debugfs under vfiolab/vfiolab.N/. States are the numbers of enum
 * vfio_device_mig_state. All may be written at any time.
 *
 *   arc            write "FROM TO US [JITTER_US [TAIL_PERMILLE TAIL_US]]": the
 *                  arc takes US, plus up to JITTER_US, evenly; so many of 1000
 *                  take TAIL_US longer, which the device does not foresee. An arc
 *                  is one step, not a combination transition. At most 60 s each.
 *   fault          write "FROM TO COUNT KIND VALUE": the next COUNT times this
 *                  arc goes wrong. KIND is one of
 *                    errno N    fails with errno N and the state stays
 *                    dead N     fails with errno N and the state is ERROR
 *                    lie STATE  succeeds, but the state is STATE
 *                    block MS   takes MS longer, which the device does not foresee
 *   clear          write anything: no faults, no latencies
 *   log            read: the last 256 arcs, oldest first, one a line:
 *                  SEQUENCE BEGIN_NS END_NS FROM TO ERRNO STATE DEADLINE_NS
 *                  with CLOCK_MONOTONIC, and STATE where the device was then
 *   seed           write N: fill the state with a pattern of N
 *   sum            read "NOW SAVED LOADED": checksums of the state now, of the
 *                  last one that was saved to its end, and of the last one loaded
 *   precopy_bytes, stop_bytes       sizes of the part of the state that can be
 *                  copied while the device runs, and of the other; multiples of
 *                  4096, together at most 256 MiB; a PCI device has a block of
 *                  the other at least. Written through "size":
 *   size           write "PRECOPY_BYTES STOP_BYTES": a new state
 *   model          the subsystem's device ID in the configuration space of a PCI
 *                  device, 1 unless written: a VMM takes devices with different ones
 *                  for different models. Written before a VMM opens the device; a
 *                  reset keeps it
 *   dirty_bps      how fast the device changes its state in PRE_COPY and
 *                  PRE_COPY_P2P, in bytes/s
 *   dirty_cap      how many bytes at the start of the state it changes; 0: all
 *   read_bps, write_bps             limits of the streams, in bytes/s; 0: none
 *   first_byte_us  how long the first read in STOP_COPY takes
 *   corrupt        how many of the next blocks leave with a wrong byte
 *   truncate       1: a saved stream ends without its last record
 *   reinit         1: the next PRECOPY_INFO starts again with initial data
 *   written        write "IOVA BYTES": the memory that the device wrote, in whole
 *                  pages. There is one such range; a report of DMA logging from
 *                  its start on clears what it covers
 *   random_seed    write N: begins the random sequence of jitter and dirtying
 *   deadline_mode  0 no deadline and no latency feature (ENOTTY), 1 refuses,
 *                  2 refuses or gives up in flight (the default)
 *   estimate_pct   what the device says of its latencies, in percent of the truth
 *   size_pct       the same for MIG_DATA_SIZE
 *   size_errno, info_errno          errno of MIG_DATA_SIZE and PRECOPY_INFO; 0: none
 *   interruptible  1: a signal ends an arc early, with EINTR and the state before
 *   stale_get      1: GET of the state does not wait for a running arc
 */
#ifndef VFIOLAB_H
#define VFIOLAB_H

#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>

#include "vfio_deadline.h"

#define LAB_NAME "vfiolab"
#define LAB_BLOCK 4096
#define LAB_MAX_BLOCKS (256 * 1024 * 1024 / LAB_BLOCK)
#define LAB_MAX_DELAY_NS (60ULL * NSEC_PER_SEC)
#define LAB_LOG 256
#define LAB_STATES VFIO_DEVICE_STATE_NR

struct lab_latency {
	u64 base_ns, jitter_ns, tail_ns;
	u32 tail_permille;
};

enum lab_fault_kind { LAB_ERRNO, LAB_DEAD, LAB_LIE, LAB_BLOCK_ARC };

struct lab_fault {
	enum lab_fault_kind kind;
	u32 count, value;
};

struct lab_log_entry {
	u64 seq, begin_ns, end_ns, deadline_ns;
	u32 from, to, state;
	int err;
};

struct lab_stream;

struct lab_device {
	struct vfio_device vdev;
	u32 index;

	/* Held through a whole SET_STATE, as real drivers do. */
	struct mutex lock;
	enum vfio_device_mig_state state;
	int reset_wanted;
	struct lab_stream *stream;
	bool precopy_v2;
	bool loaded;	/* a whole state came; a VMM may have closed the stream since */
	bool logging;
	u64 written_iova, written_bytes;

	u8 *blocks;
	u32 nr_blocks, precopy_blocks;
	u64 saved_sum, loaded_sum;
	struct rnd_state random;

	bool pci;
	u8 config[256];
	u8 *bar;

	/* Knobs. */
	struct lab_latency latency[LAB_STATES][LAB_STATES];
	struct lab_fault fault[LAB_STATES][LAB_STATES];
	u64 dirty_bps, dirty_cap, read_bps, write_bps, first_byte_us;
	u32 corrupt, truncate, reinit, deadline_mode, estimate_pct, size_pct;
	u32 size_errno, info_errno, stale_get, interruptible, model;
	struct dentry *folder;

	spinlock_t log_lock;
	u64 log_next;
	struct lab_log_entry log[LAB_LOG];
};

static inline struct lab_device *to_lab(struct vfio_device *vdev)
{
	return container_of(vdev, struct lab_device, vdev);
}

/* One state change: what is asked, and what became of it. */
struct lab_change {
	enum vfio_device_mig_state target;
	u64 deadline_ns;	/* 0: none */
	u64 predicted_ns, took_ns;
	struct file *file;	/* a new stream, or NULL */
};

/* lab_arcs.c; the lock is held, but for lab_unlock(), which gives it back, and lab_reset(). */
int lab_change_state(struct lab_device *lab, struct lab_change *change);
int lab_path_latency(struct lab_device *lab, enum vfio_device_mig_state from,
		     enum vfio_device_mig_state to, u64 *ns);
void lab_unlock(struct lab_device *lab);
void lab_reset(struct lab_device *lab);
int lab_sleep_until(u64 ns, bool interruptible);

/* lab_stream.c; the lock is held. */
int lab_resize(struct lab_device *lab, u32 precopy_blocks, u32 nr_blocks);
void lab_fill(struct lab_device *lab, u64 seed);
u64 lab_sum(const void *data, size_t bytes);
u64 lab_state_sum(struct lab_device *lab);
struct file *lab_stream_open(struct lab_device *lab, bool saving);
void lab_stream_end(struct lab_device *lab);
void lab_dirty(struct lab_device *lab);
u64 lab_data_size(struct lab_device *lab);

/* lab_pci.c; the lock is held for save, load and reset. */
int lab_pci_init(struct lab_device *lab);
void lab_pci_release(struct lab_device *lab);
void lab_pci_reset(struct lab_device *lab);
void lab_pci_save(struct lab_device *lab);
void lab_pci_load(struct lab_device *lab);
void lab_pci_describe(struct lab_device *lab, struct vfio_device_info *info);
long lab_pci_ioctl(struct lab_device *lab, unsigned int cmd, unsigned long arg);
ssize_t lab_pci_read(struct vfio_device *vdev, char __user *to, size_t count, loff_t *at);
ssize_t lab_pci_write(struct vfio_device *vdev, const char __user *from, size_t count, loff_t *at);

/* lab_knobs.c */
void lab_knobs_create(struct lab_device *lab, struct dentry *parent);
void lab_knobs_remove(struct lab_device *lab);

#endif
