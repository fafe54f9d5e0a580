// SPDX-License-Identifier: GPL-2.0-only
/* What the device can be told, and what it tells: debugfs. vfiolab.h describes it. */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vfiolab.h"

#define LAB_LINE 128

static int lab_read_line(const char __user *from, size_t count, char *line)
{
	if (count >= LAB_LINE)
		return -E2BIG;
	if (copy_from_user(line, from, count))
		return -EFAULT;
	line[count] = 0;
	return 0;
}

static bool lab_are_states(u32 from, u32 to)
{
	return from != VFIO_DEVICE_STATE_ERROR && from < LAB_STATES &&
	       to != VFIO_DEVICE_STATE_ERROR && to < LAB_STATES;
}

static ssize_t lab_arc_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	struct lab_device *lab = file->private_data;
	struct lab_latency latency = {};
	char line[LAB_LINE];
	u64 base, jitter = 0, tail = 0;
	u32 a, b;
	int fields, ret = lab_read_line(from, count, line);

	if (ret)
		return ret;
	fields = sscanf(line, "%u %u %llu %llu %u %llu", &a, &b, &base, &jitter, &latency.tail_permille, &tail);
	if ((fields != 3 && fields != 4 && fields != 6) || !lab_are_states(a, b) || latency.tail_permille > 1000 ||
	    max3(base, jitter, tail) > LAB_MAX_DELAY_NS / NSEC_PER_USEC)
		return -EINVAL;
	latency.base_ns = base * NSEC_PER_USEC;
	latency.jitter_ns = jitter * NSEC_PER_USEC;
	latency.tail_ns = tail * NSEC_PER_USEC;
	mutex_lock(&lab->lock);
	lab->latency[a][b] = latency;
	lab_unlock(lab);
	return count;
}

static ssize_t lab_fault_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	static const char * const kinds[] = { "errno", "dead", "lie", "block" };
	struct lab_device *lab = file->private_data;
	struct lab_fault fault = {};
	char line[LAB_LINE], kind[8];
	u32 a, b;
	bool fits;
	int ret = lab_read_line(from, count, line);

	if (ret)
		return ret;
	if (sscanf(line, "%u %u %u %7s %u", &a, &b, &fault.count, kind, &fault.value) != 5 || !lab_are_states(a, b))
		return -EINVAL;
	ret = match_string(kinds, ARRAY_SIZE(kinds), kind);
	if (ret < 0)
		return ret;
	fault.kind = ret;
	switch (fault.kind) {
	case LAB_LIE:
		fits = fault.value < LAB_STATES;
		break;
	case LAB_BLOCK_ARC:
		fits = fault.value <= LAB_MAX_DELAY_NS / NSEC_PER_MSEC;
		break;
	default:
		fits = fault.value > 0 && fault.value <= MAX_ERRNO;
	}
	if (!fits)
		return -EINVAL;
	mutex_lock(&lab->lock);
	lab->fault[a][b] = fault;
	lab_unlock(lab);
	return count;
}

static ssize_t lab_clear_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	struct lab_device *lab = file->private_data;

	mutex_lock(&lab->lock);
	memset(lab->latency, 0, sizeof(lab->latency));
	memset(lab->fault, 0, sizeof(lab->fault));
	lab_unlock(lab);
	return count;
}

static ssize_t lab_size_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	struct lab_device *lab = file->private_data;
	char line[LAB_LINE];
	u64 precopy, stop;
	int ret = lab_read_line(from, count, line);

	if (ret)
		return ret;
	if (sscanf(line, "%llu %llu", &precopy, &stop) != 2 || precopy % LAB_BLOCK || stop % LAB_BLOCK ||
	    max(precopy, stop) / LAB_BLOCK > LAB_MAX_BLOCKS || (lab->pci && !stop))
		return -EINVAL;
	mutex_lock(&lab->lock);
	/* A stream counts on the size that it began with. */
	ret = lab->stream ? -EBUSY : lab_resize(lab, precopy / LAB_BLOCK, (precopy + stop) / LAB_BLOCK);
	if (!ret)
		lab_fill(lab, lab->index);
	lab_unlock(lab);
	return ret ?: count;
}

static ssize_t lab_written_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	struct lab_device *lab = file->private_data;
	char line[LAB_LINE];
	u64 iova, bytes;
	int ret = lab_read_line(from, count, line);

	if (ret)
		return ret;
	if (sscanf(line, "%llu %llu", &iova, &bytes) != 2 || iova % PAGE_SIZE || bytes % PAGE_SIZE || iova + bytes < iova)
		return -EINVAL;
	mutex_lock(&lab->lock);
	lab->written_iova = iova;
	lab->written_bytes = bytes;
	lab_unlock(lab);
	return count;
}

static int lab_seed_set(void *data, u64 value)
{
	struct lab_device *lab = data;

	mutex_lock(&lab->lock);
	lab_fill(lab, value);
	lab_unlock(lab);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(lab_seed_fops, NULL, lab_seed_set, "%llu\n");

static int lab_random_set(void *data, u64 value)
{
	struct lab_device *lab = data;

	mutex_lock(&lab->lock);
	prandom_seed_state(&lab->random, value);
	lab_unlock(lab);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(lab_random_fops, NULL, lab_random_set, "%llu\n");

static int lab_sum_show(struct seq_file *seq, void *unused)
{
	struct lab_device *lab = seq->private;

	mutex_lock(&lab->lock);
	seq_printf(seq, "%016llx %016llx %016llx\n", lab_state_sum(lab), lab->saved_sum, lab->loaded_sum);
	lab_unlock(lab);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lab_sum);

/* Not behind the device's lock: the log is what one reads while an arc hangs. */
static int lab_log_show(struct seq_file *seq, void *unused)
{
	struct lab_device *lab = seq->private;
	u64 i;

	spin_lock(&lab->log_lock);
	for (i = lab->log_next > LAB_LOG ? lab->log_next - LAB_LOG : 0; i < lab->log_next; i++) {
		const struct lab_log_entry *e = &lab->log[i % LAB_LOG];

		seq_printf(seq, "%llu %llu %llu %u %u %d %u %llu\n", e->seq, e->begin_ns, e->end_ns, e->from, e->to,
			   e->err, e->state, e->deadline_ns);
	}
	spin_unlock(&lab->log_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lab_log);

static const struct file_operations lab_arc_fops = { .owner = THIS_MODULE, .open = simple_open, .write = lab_arc_write };
static const struct file_operations lab_fault_fops = { .owner = THIS_MODULE, .open = simple_open, .write = lab_fault_write };
static const struct file_operations lab_clear_fops = { .owner = THIS_MODULE, .open = simple_open, .write = lab_clear_write };
static const struct file_operations lab_size_fops = { .owner = THIS_MODULE, .open = simple_open, .write = lab_size_write };
static const struct file_operations lab_written_fops = { .owner = THIS_MODULE, .open = simple_open, .write = lab_written_write };

void lab_knobs_create(struct lab_device *lab, struct dentry *parent)
{
	struct dentry *folder = debugfs_create_dir(dev_name(lab->vdev.dev), parent);

	lab->folder = folder;
	debugfs_create_file("arc", 0200, folder, lab, &lab_arc_fops);
	debugfs_create_file("fault", 0200, folder, lab, &lab_fault_fops);
	debugfs_create_file("clear", 0200, folder, lab, &lab_clear_fops);
	debugfs_create_file("size", 0200, folder, lab, &lab_size_fops);
	debugfs_create_file("written", 0200, folder, lab, &lab_written_fops);
	debugfs_create_file("log", 0400, folder, lab, &lab_log_fops);
	debugfs_create_file("sum", 0400, folder, lab, &lab_sum_fops);
	debugfs_create_file_unsafe("seed", 0200, folder, lab, &lab_seed_fops);
	debugfs_create_file_unsafe("random_seed", 0200, folder, lab, &lab_random_fops);
	debugfs_create_u64("dirty_bps", 0600, folder, &lab->dirty_bps);
	debugfs_create_u64("dirty_cap", 0600, folder, &lab->dirty_cap);
	debugfs_create_u64("read_bps", 0600, folder, &lab->read_bps);
	debugfs_create_u64("write_bps", 0600, folder, &lab->write_bps);
	debugfs_create_u64("first_byte_us", 0600, folder, &lab->first_byte_us);
	debugfs_create_u32("model", 0600, folder, &lab->model);
	debugfs_create_u32("corrupt", 0600, folder, &lab->corrupt);
	debugfs_create_u32("truncate", 0600, folder, &lab->truncate);
	debugfs_create_u32("reinit", 0600, folder, &lab->reinit);
	debugfs_create_u32("deadline_mode", 0600, folder, &lab->deadline_mode);
	debugfs_create_u32("estimate_pct", 0600, folder, &lab->estimate_pct);
	debugfs_create_u32("size_pct", 0600, folder, &lab->size_pct);
	debugfs_create_u32("size_errno", 0600, folder, &lab->size_errno);
	debugfs_create_u32("info_errno", 0600, folder, &lab->info_errno);
	debugfs_create_u32("interruptible", 0600, folder, &lab->interruptible);
	debugfs_create_u32("stale_get", 0600, folder, &lab->stale_get);
}

void lab_knobs_remove(struct lab_device *lab)
{
	debugfs_remove_recursive(lab->folder);
}
