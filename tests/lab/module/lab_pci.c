// SPDX-License-Identifier: GPL-2.0-only
/*
 * The face of a PCI device: configuration space and one BAR of one page, without
 * interrupts and capabilities. That is enough for a VMM's vfio-pci, which finds the
 * device by its folder in sysfs ("sysfsdev=").
 *
 * The page behind the BAR is not behind the device's lock: a guest that runs never
 * waits for an arc. It travels as the last block of the state, which belongs to
 * what is copied while the device stands.
 */
#include <linux/pci_regs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "vfiolab.h"

#define LAB_VENDOR 0x1234
#define LAB_DEVICE 0x4c41
#define LAB_CLASS_OTHER 0xff

/* Where a region begins in the device's file, as in the kernel's vfio-pci. */
#define LAB_REGION_SHIFT 40
#define LAB_REGION_AT(index) ((u64)(index) << LAB_REGION_SHIFT)
#define LAB_BAR_BYTES LAB_BLOCK

void lab_pci_reset(struct lab_device *lab)
{
	memset(lab->config, 0, sizeof(lab->config));
	put_unaligned_le16(LAB_VENDOR, lab->config + PCI_VENDOR_ID);
	put_unaligned_le16(LAB_DEVICE, lab->config + PCI_DEVICE_ID);
	lab->config[PCI_CLASS_DEVICE + 1] = LAB_CLASS_OTHER;
	put_unaligned_le16(LAB_VENDOR, lab->config + PCI_SUBSYSTEM_VENDOR_ID);
	memset(lab->bar, 0, LAB_BAR_BYTES);
}

int lab_pci_init(struct lab_device *lab)
{
	lab->bar = kzalloc(LAB_BAR_BYTES, GFP_KERNEL);
	if (!lab->bar)
		return -ENOMEM;
	lab->model = 1;
	lab_pci_reset(lab);
	return 0;
}

void lab_pci_release(struct lab_device *lab)
{
	kfree(lab->bar);
}

static u8 *lab_last_block(struct lab_device *lab)
{
	return lab->blocks + (size_t)(lab->nr_blocks - 1) * LAB_BLOCK;
}

/* Before the last block leaves. */
void lab_pci_save(struct lab_device *lab)
{
	if (lab->pci)
		memcpy(lab_last_block(lab), lab->bar, LAB_BAR_BYTES);
}

/* After it came. */
void lab_pci_load(struct lab_device *lab)
{
	if (lab->pci)
		memcpy(lab->bar, lab_last_block(lab), LAB_BAR_BYTES);
}

/* What VFIO_DEVICE_GET_INFO says of the device's kind. */
void lab_pci_describe(struct lab_device *lab, struct vfio_device_info *info)
{
	info->flags = VFIO_DEVICE_FLAGS_RESET | (lab->pci ? VFIO_DEVICE_FLAGS_PCI : VFIO_DEVICE_FLAGS_PLATFORM);
	info->num_regions = lab->pci ? VFIO_PCI_NUM_REGIONS : 0;
	info->num_irqs = lab->pci ? VFIO_PCI_NUM_IRQS : 0;
}

static u64 lab_region_bytes(u32 index)
{
	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return PCI_CFG_SPACE_SIZE;
	case VFIO_PCI_BAR0_REGION_INDEX:
		return LAB_BAR_BYTES;
	default:
		return 0;
	}
}

/* A region that is not there has no bytes: an error would make a VMM give the device up. */
static int lab_region_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info.cap_offset = 0;
	info.offset = LAB_REGION_AT(info.index);
	info.size = lab_region_bytes(info.index);
	info.flags = info.size ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static int lab_irq_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.flags = 0;
	info.count = 0;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

long lab_pci_ioctl(struct lab_device *lab, unsigned int cmd, unsigned long arg)
{
	if (!lab->pci)
		return -ENOTTY;
	switch (cmd) {
	case VFIO_DEVICE_GET_REGION_INFO:
		return lab_region_info((void __user *)arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return lab_irq_info((void __user *)arg);
	default:
		return -ENOTTY;
	}
}

/* Splits a place in the device's file, and cuts the count at the region's end. */
static bool lab_find_region(struct lab_device *lab, loff_t at, u32 *index, u64 *offset, size_t *count)
{
	u64 size;

	*index = at >> LAB_REGION_SHIFT;
	*offset = at & (LAB_REGION_AT(1) - 1);
	size = lab_region_bytes(*index);
	if (!lab->pci || *offset >= size)
		return false;
	*count = min_t(u64, *count, size - *offset);
	return true;
}

ssize_t lab_pci_read(struct vfio_device *vdev, char __user *to, size_t count, loff_t *at)
{
	struct lab_device *lab = to_lab(vdev);
	const u8 *memory;
	u32 index;
	u64 offset;

	if (!lab_find_region(lab, *at, &index, &offset, &count))
		return -EINVAL;
	/* The model is a knob, and stands above what a reset leaves. */
	put_unaligned_le16(READ_ONCE(lab->model), lab->config + PCI_SUBSYSTEM_ID);
	memory = index == VFIO_PCI_CONFIG_REGION_INDEX ? lab->config : lab->bar;
	if (copy_to_user(to, memory + offset, count))
		return -EFAULT;
	*at += count;
	return count;
}

/* The command register and the BAR's address take what is written; all else is as it was made. */
static int lab_write_config(struct lab_device *lab, const char __user *from, u64 offset, size_t count)
{
	u8 written[PCI_CFG_SPACE_SIZE];
	u16 command;
	u32 bar;

	memcpy(written, lab->config, sizeof(written));
	if (copy_from_user(written + offset, from, count))
		return -EFAULT;
	command = get_unaligned_le16(written + PCI_COMMAND) & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	/* Writing ones and reading back is how its size is found. */
	bar = get_unaligned_le32(written + PCI_BASE_ADDRESS_0) & ~(LAB_BAR_BYTES - 1);
	put_unaligned_le16(command, lab->config + PCI_COMMAND);
	put_unaligned_le32(bar, lab->config + PCI_BASE_ADDRESS_0);
	return 0;
}

ssize_t lab_pci_write(struct vfio_device *vdev, const char __user *from, size_t count, loff_t *at)
{
	struct lab_device *lab = to_lab(vdev);
	u32 index;
	u64 offset;
	int ret = 0;

	if (!lab_find_region(lab, *at, &index, &offset, &count))
		return -EINVAL;
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		ret = lab_write_config(lab, from, offset, count);
	else if (copy_from_user(lab->bar + offset, from, count))
		ret = -EFAULT;
	if (ret)
		return ret;
	*at += count;
	return count;
}
