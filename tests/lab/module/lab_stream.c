// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a device and the stream that carries it.
 *
 * The stream is made of records: a header of 32 bytes and its data. START says how
 * large the state is, BLOCK brings 4096 bytes of it, and END the checksum of all.
 * A block may come again; the last one counts. Every record is checked when it is
 * loaded, so a wrong byte is seen by write() and a missing record by RESUMING ->
 * STOP.
 */
#include <linux/anon_inodes.h>
#include <linux/bitmap.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "vfiolab.h"

#define LAB_MAGIC 0x4c4f4956

enum lab_record_kind { LAB_START = 1, LAB_DATA, LAB_END };

struct lab_record {
	__le32 magic, kind;
	__le64 value;		/* START: blocks in all; BLOCK: its number; END: checksum */
	__le64 value2;		/* START: blocks that pre-copy carries */
	__le64 sum;		/* of the data */
};

struct lab_stream {
	struct lab_device *lab;
	bool saving, live, started, ended, failed, first_byte_out, initial;
	/* Saving: blocks not yet sent the first time begin here; and those that changed since. */
	u32 next_block, dirty_count;
	unsigned long *dirty;
	u64 dirty_at_ns, dirty_rest, throttle_ns;
	/* The record on its way out or in. */
	u32 used, length;
	u8 buffer[sizeof(struct lab_record) + LAB_BLOCK];
};

/* A checksum that costs an instruction or two a byte: the lab emulates its processor. */
u64 lab_sum(const void *data, size_t bytes)
{
	const u64 *word = data;
	u64 sum = 0x9e3779b97f4a7c15ULL;
	size_t i;

	for (i = 0; i < bytes / sizeof(u64); i++)
		sum = (((sum << 7) | (sum >> 57)) ^ word[i]) * 0x2545f4914f6cdd1dULL;
	return sum;
}

u64 lab_state_sum(struct lab_device *lab)
{
	return lab_sum(lab->blocks, (size_t)lab->nr_blocks * LAB_BLOCK);
}

void lab_fill(struct lab_device *lab, u64 seed)
{
	u64 *word = (u64 *)lab->blocks;
	size_t i, count = (size_t)lab->nr_blocks * LAB_BLOCK / sizeof(u64);

	for (i = 0; i < count; i++)
		word[i] = (seed + i) * 0x9e3779b97f4a7c15ULL;
}

int lab_resize(struct lab_device *lab, u32 precopy_blocks, u32 nr_blocks)
{
	u8 *blocks;

	if (!nr_blocks || nr_blocks > LAB_MAX_BLOCKS || precopy_blocks > nr_blocks)
		return -EINVAL;
	blocks = vzalloc((size_t)nr_blocks * LAB_BLOCK);
	if (!blocks)
		return -ENOMEM;
	vfree(lab->blocks);
	lab->blocks = blocks;
	lab->nr_blocks = nr_blocks;
	lab->precopy_blocks = precopy_blocks;
	return 0;
}

/* A device that runs changes its state: carries out what is due since the last look. */
void lab_dirty(struct lab_device *lab)
{
	struct lab_stream *stream = lab->stream;
	u64 now = ktime_get_ns(), due;
	u32 range = lab->precopy_blocks, block, i;

	if (!stream || !stream->saving)
		return;
	if (lab->state == VFIO_DEVICE_STATE_STOP_COPY) {
		stream->dirty_at_ns = now;
		return;
	}
	if (lab->dirty_cap)
		range = min_t(u64, range, DIV_ROUND_UP_ULL(lab->dirty_cap, LAB_BLOCK));
	due = stream->dirty_rest + mul_u64_u64_div_u64(lab->dirty_bps, now - stream->dirty_at_ns, NSEC_PER_SEC);
	stream->dirty_at_ns = now;
	stream->dirty_rest = due % LAB_BLOCK;
	if (!range)
		return;
	/* More writes than this would only change blocks that have changed already. */
	due = min_t(u64, due / LAB_BLOCK, 4ULL * range);
	for (i = 0; i < due; i++) {
		block = prandom_u32_state(&lab->random) % range;
		*(u64 *)(lab->blocks + (size_t)block * LAB_BLOCK) += now + i + 1;
		/* A block that was never sent is still to come anyway. */
		if (block < stream->next_block && !__test_and_set_bit(block, stream->dirty))
			stream->dirty_count++;
	}
}

static bool lab_in_precopy(struct lab_device *lab)
{
	return lab->state == VFIO_DEVICE_STATE_PRE_COPY || lab->state == VFIO_DEVICE_STATE_PRE_COPY_P2P;
}

u64 lab_data_size(struct lab_device *lab)
{
	struct lab_stream *stream = lab->stream;
	u64 blocks = lab->nr_blocks, rest = 0;

	lab_dirty(lab);
	if (stream && stream->saving) {
		blocks = stream->ended ? 0 : lab->nr_blocks - stream->next_block + stream->dirty_count;
		rest = stream->length - stream->used;
	}
	return (blocks * (sizeof(struct lab_record) + LAB_BLOCK) + rest +
		(stream && stream->saving && stream->ended ? 0 : sizeof(struct lab_record))) *
		lab->size_pct / 100;
}

static void lab_put_record(struct lab_stream *stream, enum lab_record_kind kind, u64 value, u64 value2, const u8 *data)
{
	struct lab_record *record = (struct lab_record *)stream->buffer;
	size_t bytes = data ? LAB_BLOCK : 0;

	*record = (struct lab_record) {
		.magic = cpu_to_le32(LAB_MAGIC), .kind = cpu_to_le32(kind),
		.value = cpu_to_le64(value), .value2 = cpu_to_le64(value2),
		.sum = cpu_to_le64(lab_sum(data, bytes)),
	};
	if (data) {
		memcpy(record + 1, data, bytes);
		if (stream->lab->corrupt) {
			stream->lab->corrupt--;
			stream->buffer[sizeof(*record) + bytes / 2] ^= 0x40;
		}
	}
	stream->used = 0;
	stream->length = sizeof(*record) + bytes;
}

/* Makes the next record: 1 if there is one, 0 at the end, -ENOMSG at the end for now. */
static int lab_produce(struct lab_stream *stream)
{
	struct lab_device *lab = stream->lab;
	bool stopped = lab->state == VFIO_DEVICE_STATE_STOP_COPY;
	u32 block, until = stopped ? lab->nr_blocks : lab->precopy_blocks;

	lab_dirty(lab);
	stream->initial = true;
	if (!stream->started) {
		stream->started = true;
		lab_put_record(stream, LAB_START, lab->nr_blocks, lab->precopy_blocks, NULL);
	} else if (stream->next_block < until) {
		block = stream->next_block++;
		lab_put_record(stream, LAB_DATA, block, 0, lab->blocks + (size_t)block * LAB_BLOCK);
	} else if (stream->dirty_count) {
		block = find_first_bit(stream->dirty, lab->nr_blocks);
		__clear_bit(block, stream->dirty);
		stream->dirty_count--;
		stream->initial = false;
		lab_put_record(stream, LAB_DATA, block, 0, lab->blocks + (size_t)block * LAB_BLOCK);
	} else if (!stopped) {
		return -ENOMSG;
	} else if (!stream->ended) {
		stream->ended = true;
		lab->saved_sum = lab_state_sum(lab);
		if (lab->truncate)
			return 0;
		lab_put_record(stream, LAB_END, lab->saved_sum, 0, NULL);
	} else {
		return 0;
	}
	return 1;
}

/* Takes the device's lock for a stream that is still the device's. */
static int lab_stream_lock(struct lab_stream *stream)
{
	if (mutex_lock_killable(&stream->lab->lock))
		return -EINTR;
	if (stream->live)
		return 0;
	lab_unlock(stream->lab);
	return -ENODEV;
}

/* Keeps a rate: so many bytes have passed, so the next may not before that. */
static int lab_throttle(struct lab_stream *stream, u64 bps, size_t bytes)
{
	u64 now = ktime_get_ns();

	if (!bps)
		return 0;
	stream->throttle_ns = max(now, stream->throttle_ns) + mul_u64_u64_div_u64(bytes, NSEC_PER_SEC, bps);
	return lab_sleep_until(stream->throttle_ns, false);
}

static ssize_t lab_stream_read(struct file *file, char __user *to, size_t count, loff_t *offset)
{
	struct lab_stream *stream = file->private_data;
	struct lab_device *lab = stream->lab;
	size_t done = 0;
	int ret = lab_stream_lock(stream);

	if (ret)
		return ret;
	if (lab->state == VFIO_DEVICE_STATE_STOP_COPY && !stream->first_byte_out) {
		stream->first_byte_out = true;
		ret = lab_sleep_until(ktime_get_ns() + lab->first_byte_us * NSEC_PER_USEC, false);
	}
	while (!ret && done < count) {
		size_t part;

		if (stream->used == stream->length) {
			ret = lab_produce(stream);
			if (ret <= 0)
				break;
			ret = 0;
		}
		part = min_t(size_t, count - done, stream->length - stream->used);
		if (copy_to_user(to + done, stream->buffer + stream->used, part)) {
			ret = -EFAULT;
			break;
		}
		stream->used += part;
		done += part;
	}
	lab_unlock(lab);
	if (done && lab_throttle(stream, READ_ONCE(lab->read_bps), done))
		return done;
	return done ?: ret;
}

/* A record is complete: takes it into the state. */
static int lab_consume(struct lab_stream *stream)
{
	struct lab_device *lab = stream->lab;
	const struct lab_record *record = (const void *)stream->buffer;
	u64 value = le64_to_cpu(record->value), value2 = le64_to_cpu(record->value2);
	size_t bytes = stream->length - sizeof(*record);

	if (stream->ended || le64_to_cpu(record->sum) != lab_sum(record + 1, bytes))
		return -EBADMSG;
	switch (le32_to_cpu(record->kind)) {
	case LAB_START:
		if (stream->started || value > LAB_MAX_BLOCKS || value2 > value)
			return -EBADMSG;
		stream->started = true;
		return lab_resize(lab, value2, value) == -ENOMEM ? -ENOMEM : lab->nr_blocks == value ? 0 : -EBADMSG;
	case LAB_DATA:
		if (!stream->started || value >= lab->nr_blocks)
			return -EBADMSG;
		memcpy(lab->blocks + (size_t)value * LAB_BLOCK, record + 1, bytes);
		return 0;
	default:
		if (!stream->started || value != lab_state_sum(lab))
			return -EBADMSG;
		stream->ended = true;
		lab->loaded = true;
		lab->loaded_sum = value;
		return 0;
	}
}

static int lab_expect(struct lab_stream *stream)
{
	const struct lab_record *record = (const void *)stream->buffer;
	u32 kind = le32_to_cpu(record->kind);

	if (le32_to_cpu(record->magic) != LAB_MAGIC || kind < LAB_START || kind > LAB_END)
		return -EBADMSG;
	stream->length = sizeof(*record) + (kind == LAB_DATA ? LAB_BLOCK : 0);
	return 0;
}

static ssize_t lab_stream_write(struct file *file, const char __user *from, size_t count, loff_t *offset)
{
	struct lab_stream *stream = file->private_data;
	struct lab_device *lab = stream->lab;
	size_t done = 0;
	int ret = lab_stream_lock(stream);

	if (ret)
		return ret;
	if (stream->failed)
		ret = -EBADMSG;
	while (!ret && done < count) {
		size_t part = min_t(size_t, count - done, stream->length - stream->used);

		if (copy_from_user(stream->buffer + stream->used, from + done, part)) {
			ret = -EFAULT;
			break;
		}
		stream->used += part;
		done += part;
		if (stream->used == sizeof(struct lab_record))
			ret = lab_expect(stream);
		if (!ret && stream->used == stream->length) {
			ret = lab_consume(stream);
			stream->used = 0;
			stream->length = sizeof(struct lab_record);
		}
		/* What is broken stays broken, and the caller hears of it now, not with the next call. */
		if (ret) {
			stream->failed = true;
			lab->loaded = false;
			done = 0;
		}
	}
	lab_unlock(lab);
	if (done && lab_throttle(stream, READ_ONCE(lab->write_bps), done))
		return done;
	return done ?: ret;
}

static long lab_stream_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct lab_stream *stream = file->private_data;
	struct lab_device *lab = stream->lab;
	const size_t minsz = offsetofend(struct vfio_precopy_info, dirty_bytes);
	struct vfio_precopy_info info;
	u32 block_bytes = sizeof(struct lab_record) + LAB_BLOCK, rest;
	int ret;

	if (cmd != VFIO_MIG_GET_PRECOPY_INFO)
		return -ENOTTY;
	if (copy_from_user(&info, (void __user *)arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = lab_stream_lock(stream);
	if (ret)
		return ret;
	if (!stream->saving || !lab_in_precopy(lab)) {
		ret = -EINVAL;
	} else if (lab->info_errno) {
		ret = -(int)lab->info_errno;
	} else {
		lab_dirty(lab);
		if (lab->precopy_v2)
			info.flags = 0;
		if (lab->reinit) {
			/* Everything is new once more. */
			lab->reinit = 0;
			stream->next_block = 0;
			stream->dirty_count = 0;
			bitmap_zero(stream->dirty, lab->nr_blocks);
			if (lab->precopy_v2)
				info.flags = 1;
		}
		rest = stream->length - stream->used;
		info.initial_bytes = (u64)(lab->precopy_blocks - stream->next_block) * block_bytes +
				     (stream->started ? 0 : sizeof(struct lab_record)) + (stream->initial ? rest : 0);
		info.dirty_bytes = (u64)stream->dirty_count * block_bytes + (stream->initial ? 0 : rest);
	}
	lab_unlock(lab);
	if (!ret && copy_to_user((void __user *)arg, &info, minsz))
		ret = -EFAULT;
	return ret;
}

static __poll_t lab_stream_poll(struct file *file, poll_table *wait)
{
	struct lab_stream *stream = file->private_data;

	/* It never sleeps for data in read(), so there is nothing to wait for here. */
	return stream->saving ? EPOLLIN | EPOLLRDNORM : EPOLLOUT | EPOLLWRNORM;
}

static int lab_stream_release(struct inode *inode, struct file *file)
{
	struct lab_stream *stream = file->private_data;
	struct lab_device *lab = stream->lab;

	mutex_lock(&lab->lock);
	if (lab->stream == stream)
		lab->stream = NULL;
	lab_unlock(lab);
	vfio_put_device(&lab->vdev);
	bitmap_free(stream->dirty);
	kfree(stream);
	return 0;
}

static const struct file_operations lab_save_fops = {
	.owner = THIS_MODULE, .read = lab_stream_read, .poll = lab_stream_poll,
	.unlocked_ioctl = lab_stream_ioctl, .compat_ioctl = compat_ptr_ioctl, .release = lab_stream_release,
};

static const struct file_operations lab_load_fops = {
	.owner = THIS_MODULE, .write = lab_stream_write, .poll = lab_stream_poll, .release = lab_stream_release,
};

struct file *lab_stream_open(struct lab_device *lab, bool saving)
{
	struct lab_stream *stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	struct file *file = ERR_PTR(-ENOMEM);

	if (!stream)
		return file;
	stream->lab = lab;
	stream->saving = saving;
	stream->live = true;
	stream->dirty_at_ns = ktime_get_ns();
	if (saving)
		stream->dirty = bitmap_zalloc(lab->nr_blocks, GFP_KERNEL);
	else
		stream->length = sizeof(struct lab_record);
	if (!saving || stream->dirty)
		file = anon_inode_getfile("[vfiolab]", saving ? &lab_save_fops : &lab_load_fops, stream,
					  saving ? O_RDONLY : O_WRONLY);
	if (IS_ERR(file)) {
		bitmap_free(stream->dirty);
		kfree(stream);
		return file;
	}
	stream_open(file_inode(file), file);
	lab->loaded = false;
	/* The stream may outlive the session, but not the device. */
	get_device(&lab->vdev.device);
	lab->stream = stream;
	return file;
}

void lab_stream_end(struct lab_device *lab)
{
	if (lab->stream)
		lab->stream->live = false;
	lab->stream = NULL;
}
