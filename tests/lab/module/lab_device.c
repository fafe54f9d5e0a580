// SPDX-License-Identifier: GPL-2.0-only
/* The devices: registration, what VFIO asks of them, and the deadline feature. */
#include <linux/debugfs.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/iova_bitmap.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "vfiolab.h"

#define LAB_MAX_DEVICES 8
#define LAB_FEATURE_PRECOPY_INFO_V2 12	/* in the kernel from 7.1 on; before, it comes here */

static unsigned int ndev = 2;
module_param(ndev, uint, 0444);
MODULE_PARM_DESC(ndev, "Number of devices, 1..8");

static unsigned int mig_flags[LAB_MAX_DEVICES] = { [0 ... LAB_MAX_DEVICES - 1] = 7 };
module_param_array(mig_flags, uint, NULL, 0444);
MODULE_PARM_DESC(mig_flags, "Migration flags of each device: 0, 1, 3, 5 or 7");

static unsigned int dma_log[LAB_MAX_DEVICES] = { [0 ... LAB_MAX_DEVICES - 1] = 1 };
module_param_array(dma_log, uint, NULL, 0444);
MODULE_PARM_DESC(dma_log, "Whether each device has DMA logging");

static bool pci[LAB_MAX_DEVICES];
module_param_array(pci, bool, NULL, 0444);
MODULE_PARM_DESC(pci, "Whether each device shows itself as a PCI device");

static unsigned int deadline_feature = VFIO_DEVICE_FEATURE_MIG_STATE_DEADLINE;
module_param(deadline_feature, uint, 0444);
static unsigned int latency_feature = VFIO_DEVICE_FEATURE_MIG_ARC_LATENCY;
module_param(latency_feature, uint, 0444);

static struct dentry *lab_root;
static struct platform_device *lab_platform[LAB_MAX_DEVICES];

static struct file *lab_set_state(struct vfio_device *vdev, enum vfio_device_mig_state target)
{
	struct lab_device *lab = to_lab(vdev);
	struct lab_change change = { .target = target };
	int ret;

	mutex_lock(&lab->lock);
	ret = lab_change_state(lab, &change);
	lab_unlock(lab);
	return ret ? ERR_PTR(ret) : change.file;
}

static int lab_get_state(struct vfio_device *vdev, enum vfio_device_mig_state *state)
{
	struct lab_device *lab = to_lab(vdev);

	if (READ_ONCE(lab->stale_get)) {
		*state = READ_ONCE(lab->state);
		return 0;
	}
	mutex_lock(&lab->lock);
	*state = lab->state;
	lab_unlock(lab);
	return 0;
}

static int lab_get_data_size(struct vfio_device *vdev, unsigned long *bytes)
{
	struct lab_device *lab = to_lab(vdev);
	int ret;

	mutex_lock(&lab->lock);
	*bytes = lab_data_size(lab);
	ret = -(int)lab->size_errno;
	lab_unlock(lab);
	return ret;
}

static const struct vfio_migration_ops lab_mig_ops = {
	.migration_set_state = lab_set_state,
	.migration_get_state = lab_get_state,
	.migration_get_data_size = lab_get_data_size,
};

/* The device does no DMA: its log has what the knob "written" says. */
static int lab_log_start(struct vfio_device *vdev, struct rb_root_cached *ranges, u32 nodes, u64 *page_size)
{
	struct lab_device *lab = to_lab(vdev);
	int ret = 0;

	mutex_lock(&lab->lock);
	if (lab->logging)
		ret = -EINVAL;
	else
		lab->logging = true;
	lab->written_bytes = 0;
	lab_unlock(lab);
	*page_size = PAGE_SIZE;
	return ret;
}

static int lab_log_stop(struct vfio_device *vdev)
{
	struct lab_device *lab = to_lab(vdev);
	int ret;

	mutex_lock(&lab->lock);
	ret = lab->logging ? 0 : -EINVAL;
	lab->logging = false;
	lab_unlock(lab);
	return ret;
}

static int lab_log_read(struct vfio_device *vdev, unsigned long iova, unsigned long length, struct iova_bitmap *dirty)
{
	struct lab_device *lab = to_lab(vdev);
	u64 from, last;
	int ret = -EINVAL;

	mutex_lock(&lab->lock);
	if (lab->logging) {
		ret = 0;
		from = max_t(u64, iova, lab->written_iova);
		last = min_t(u64, iova + (length - 1), lab->written_iova + (lab->written_bytes - 1));
		if (lab->written_bytes && from <= last) {
			iova_bitmap_set(dirty, from, last - from + 1);
			/* The core asks in pieces, from the first on. */
			if (from == lab->written_iova) {
				lab->written_bytes -= last - from + 1;
				lab->written_iova = last + 1;
			}
		}
	}
	lab_unlock(lab);
	return ret;
}

static const struct vfio_log_ops lab_log_ops = {
	.log_start = lab_log_start, .log_stop = lab_log_stop, .log_read_and_clear = lab_log_read,
};

static int lab_set_state_by(struct lab_device *lab, void __user *arg)
{
	struct vfio_device_feature_mig_state_deadline set;
	struct lab_change change = {};
	int fd, ret;

	if (copy_from_user(&set, arg, sizeof(set)))
		return -EFAULT;
	if (set.flags || !set.deadline_ns || set.device_state >= LAB_STATES ||
	    set.device_state == VFIO_DEVICE_STATE_ERROR)
		return -EINVAL;
	/* Once an arc has gone, nothing may fail any more: the descriptor is there before. */
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;

	change.target = set.device_state;
	change.deadline_ns = set.deadline_ns;
	mutex_lock(&lab->lock);
	ret = lab_change_state(lab, &change);
	set.final_state = lab->state;
	lab_unlock(lab);

	set.data_fd = change.file ? fd : -1;
	set.predicted_ns = change.predicted_ns;
	set.took_ns = change.took_ns;
	/* As with the kernel's own SET_STATE, a struct that cannot be written costs the stream, not the state. */
	if (copy_to_user(arg, &set, sizeof(set))) {
		ret = -EFAULT;
		if (change.file)
			fput(change.file);
		change.file = NULL;
	}
	if (change.file)
		fd_install(fd, change.file);
	else
		put_unused_fd(fd);
	return ret;
}

static int lab_get_arc_latency(struct lab_device *lab, void __user *arg)
{
	struct vfio_device_feature_mig_arc_latency latency;
	int ret;

	if (copy_from_user(&latency, arg, sizeof(latency)))
		return -EFAULT;
	mutex_lock(&lab->lock);
	ret = lab_path_latency(lab, latency.from, latency.to, &latency.worst_ns);
	lab_unlock(lab);
	if (!ret && copy_to_user(arg, &latency, sizeof(latency)))
		ret = -EFAULT;
	return ret;
}

static int lab_feature(struct vfio_device *vdev, u32 flags, void __user *arg, size_t argsz)
{
	struct lab_device *lab = to_lab(vdev);
	u32 feature = flags & VFIO_DEVICE_FEATURE_MASK;
	int ret;

	if (!vdev->mig_ops)
		return -ENOTTY;
	if (feature == LAB_FEATURE_PRECOPY_INFO_V2) {
		if (!(vdev->migration_flags & VFIO_MIGRATION_PRE_COPY))
			return -EINVAL;
		ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET, 0);
		if (ret != 1)
			return ret;
		WRITE_ONCE(lab->precopy_v2, true);
		return 0;
	}
	if (!READ_ONCE(lab->deadline_mode))
		return -ENOTTY;
	if (feature == deadline_feature) {
		ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET,
					 sizeof(struct vfio_device_feature_mig_state_deadline));
		return ret == 1 ? lab_set_state_by(lab, arg) : ret;
	}
	if (feature == latency_feature) {
		ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_GET,
					 sizeof(struct vfio_device_feature_mig_arc_latency));
		return ret == 1 ? lab_get_arc_latency(lab, arg) : ret;
	}
	return -ENOTTY;
}

static long lab_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	const size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		if (copy_from_user(&info, (void __user *)arg, minsz))
			return -EFAULT;
		if (info.argsz < minsz)
			return -EINVAL;
		lab_pci_describe(to_lab(vdev), &info);
		return copy_to_user((void __user *)arg, &info, minsz) ? -EFAULT : 0;
	case VFIO_DEVICE_RESET:
		lab_reset(to_lab(vdev));
		return 0;
	default:
		return lab_pci_ioctl(to_lab(vdev), cmd, arg);
	}
}

/* A device opens in RUNNING and keeps what it holds, as a machine does whose monitor comes back. */
static int lab_open(struct vfio_device *vdev)
{
	struct lab_device *lab = to_lab(vdev);

	mutex_lock(&lab->lock);
	lab->state = VFIO_DEVICE_STATE_RUNNING;
	lab->precopy_v2 = false;
	lab_unlock(lab);
	return 0;
}

static void lab_close(struct vfio_device *vdev)
{
	struct lab_device *lab = to_lab(vdev);

	mutex_lock(&lab->lock);
	lab_stream_end(lab);
	lab->state = VFIO_DEVICE_STATE_RUNNING;
	lab->logging = false;
	lab_unlock(lab);
}

static int lab_init(struct vfio_device *vdev)
{
	struct lab_device *lab = to_lab(vdev);

	lab->index = to_platform_device(vdev->dev)->id;
	mutex_init(&lab->lock);
	spin_lock_init(&lab->log_lock);
	prandom_seed_state(&lab->random, lab->index + 1);
	lab->state = VFIO_DEVICE_STATE_RUNNING;
	lab->deadline_mode = 2;
	lab->estimate_pct = 100;
	lab->size_pct = 100;
	if (mig_flags[lab->index]) {
		vdev->migration_flags = mig_flags[lab->index];
		vdev->mig_ops = &lab_mig_ops;
	}
	if (dma_log[lab->index])
		vdev->log_ops = &lab_log_ops;
	/* 1 MiB, a quarter of it for the blackout. */
	if (lab_resize(lab, 192, 256))
		return -ENOMEM;
	lab_fill(lab, lab->index);
	lab->pci = pci[lab->index];
	return lab_pci_init(lab);
}

static void lab_release(struct vfio_device *vdev)
{
	lab_pci_release(to_lab(vdev));
	vfree(to_lab(vdev)->blocks);
}

static const struct vfio_device_ops lab_ops = {
	.name = LAB_NAME,
	.init = lab_init,
	.release = lab_release,
	.open_device = lab_open,
	.close_device = lab_close,
	.ioctl = lab_ioctl,
	.read = lab_pci_read,
	.write = lab_pci_write,
	.device_feature = lab_feature,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
};

static int lab_probe(struct platform_device *pdev)
{
	struct lab_device *lab = vfio_alloc_device(lab_device, vdev, &pdev->dev, &lab_ops);
	int ret;

	if (IS_ERR(lab))
		return PTR_ERR(lab);
	ret = vfio_register_emulated_iommu_dev(&lab->vdev);
	if (ret) {
		vfio_put_device(&lab->vdev);
		return ret;
	}
	platform_set_drvdata(pdev, lab);
	lab_knobs_create(lab, lab_root);
	return 0;
}

static void lab_remove(struct platform_device *pdev)
{
	struct lab_device *lab = platform_get_drvdata(pdev);

	lab_knobs_remove(lab);
	vfio_unregister_group_dev(&lab->vdev);
	vfio_put_device(&lab->vdev);
}

static struct platform_driver lab_driver = {
	.driver = { .name = LAB_NAME },
	.probe = lab_probe,
	.remove = lab_remove,
};

static void lab_remove_devices(void)
{
	unsigned int i;

	for (i = 0; i < LAB_MAX_DEVICES; i++)
		platform_device_unregister(lab_platform[i]);
	platform_driver_unregister(&lab_driver);
	debugfs_remove_recursive(lab_root);
}

static bool lab_flags_are_valid(void)
{
	unsigned int i;

	for (i = 0; i < ndev; i++)
		if (mig_flags[i] > 7 || (mig_flags[i] && !(mig_flags[i] & VFIO_MIGRATION_STOP_COPY)))
			return false;
	return ndev >= 1 && ndev <= LAB_MAX_DEVICES;
}

static int __init lab_module_init(void)
{
	unsigned int i;
	int ret;

	if (!lab_flags_are_valid())
		return -EINVAL;
	lab_root = debugfs_create_dir(LAB_NAME, NULL);
	ret = platform_driver_register(&lab_driver);
	if (ret) {
		debugfs_remove_recursive(lab_root);
		return ret;
	}
	for (i = 0; i < ndev; i++) {
		struct platform_device *made = platform_device_register_simple(LAB_NAME, i, NULL, 0);

		if (IS_ERR(made)) {
			lab_remove_devices();
			return PTR_ERR(made);
		}
		lab_platform[i] = made;
	}
	return 0;
}
module_init(lab_module_init);

static void __exit lab_module_exit(void)
{
	lab_remove_devices();
}
module_exit(lab_module_exit);

MODULE_LICENSE("GPL");
/* For the bitmap of written pages, in kernels that have it. */
MODULE_IMPORT_NS(IOMMUFD);
MODULE_DESCRIPTION("A VFIO device without hardware whose migration can be programmed");
