// SPDX-License-Identifier: GPL-2.0-only
/* The state machine: arcs with programmed latencies, faults, deadlines, resets. */
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "vfiolab.h"

/*
 * Sleeps until a time of CLOCK_MONOTONIC. If nothing else is wanted, only a deadly
 * signal ends it early: most real arcs cannot be interrupted, but a lab has to be
 * able to end.
 */
int lab_sleep_until(u64 ns, bool interruptible)
{
	while (ktime_get_ns() < ns) {
		ktime_t at = ns_to_ktime(ns);

		set_current_state(interruptible ? TASK_INTERRUPTIBLE : TASK_KILLABLE);
		schedule_hrtimeout_range(&at, 0, HRTIMER_MODE_ABS);
		if (interruptible ? signal_pending(current) : fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static bool lab_is_saving(enum vfio_device_mig_state state)
{
	return state == VFIO_DEVICE_STATE_PRE_COPY ||
	       state == VFIO_DEVICE_STATE_PRE_COPY_P2P ||
	       state == VFIO_DEVICE_STATE_STOP_COPY;
}

/*
 * The next state on the way. The arcs from STOP_COPY back to pre-copy are refused
 * here, because some kernels never return from the question.
 */
static int lab_next_state(struct lab_device *lab, enum vfio_device_mig_state from,
			  enum vfio_device_mig_state to, enum vfio_device_mig_state *next)
{
	if (from == VFIO_DEVICE_STATE_STOP_COPY &&
	    (to == VFIO_DEVICE_STATE_PRE_COPY || to == VFIO_DEVICE_STATE_PRE_COPY_P2P))
		return -EINVAL;
	return vfio_mig_get_next_state(&lab->vdev, from, to, next);
}

/* What the device says that a transition takes: without tails and faults, which it does not know. */
int lab_path_latency(struct lab_device *lab, enum vfio_device_mig_state from,
		     enum vfio_device_mig_state to, u64 *ns)
{
	u64 sum = 0;

	if (from == VFIO_DEVICE_STATE_ERROR || from >= LAB_STATES ||
	    to == VFIO_DEVICE_STATE_ERROR || to >= LAB_STATES)
		return -EINVAL;
	while (from != to) {
		enum vfio_device_mig_state next;
		int ret = lab_next_state(lab, from, to, &next);

		if (ret)
			return ret;
		sum += lab->latency[from][next].base_ns + lab->latency[from][next].jitter_ns;
		from = next;
	}
	*ns = sum / 100 * lab->estimate_pct;
	return 0;
}

static u64 lab_draw(struct lab_device *lab, const struct lab_latency *latency)
{
	u64 ns = latency->base_ns;

	if (latency->jitter_ns)
		ns += ((u64)prandom_u32_state(&lab->random) * (latency->jitter_ns >> 10) >> 22);
	if (latency->tail_permille && prandom_u32_state(&lab->random) % 1000 < latency->tail_permille)
		ns += latency->tail_ns;
	return ns;
}

/* What has to be there or to end with a state. The arc's time is over by then. */
static int lab_enter(struct lab_device *lab, enum vfio_device_mig_state next, struct file **file)
{
	enum vfio_device_mig_state from = lab->state;

	if (from == VFIO_DEVICE_STATE_RESUMING && next == VFIO_DEVICE_STATE_STOP && !lab->loaded)
		return -EINVAL;

	/* The last changes of a running device belong to its image. */
	lab_dirty(lab);
	if (next == VFIO_DEVICE_STATE_STOP_COPY)
		lab_pci_save(lab);
	if (from == VFIO_DEVICE_STATE_RESUMING && next == VFIO_DEVICE_STATE_STOP)
		lab_pci_load(lab);
	if (lab_is_saving(next) ? !lab_is_saving(from) : next == VFIO_DEVICE_STATE_RESUMING) {
		struct file *opened;

		lab_stream_end(lab);
		opened = lab_stream_open(lab, lab_is_saving(next));
		if (IS_ERR(opened))
			return PTR_ERR(opened);
		*file = opened;
	} else if (!lab_is_saving(next)) {
		lab_stream_end(lab);
	}
	lab->state = next;
	return 0;
}

static void lab_write_log(struct lab_device *lab, enum vfio_device_mig_state from,
			  enum vfio_device_mig_state to, u64 begin, u64 deadline, int err)
{
	struct lab_log_entry *entry;

	spin_lock(&lab->log_lock);
	entry = &lab->log[lab->log_next % LAB_LOG];
	*entry = (struct lab_log_entry) {
		.seq = lab->log_next++, .begin_ns = begin, .end_ns = ktime_get_ns(),
		.deadline_ns = deadline, .from = from, .to = to, .state = lab->state, .err = -err,
	};
	spin_unlock(&lab->log_lock);
}

static int lab_one_arc(struct lab_device *lab, enum vfio_device_mig_state next,
		       struct lab_change *change, bool *lied)
{
	enum vfio_device_mig_state from = lab->state;
	struct lab_fault *fault = &lab->fault[from][next];
	u64 begin = ktime_get_ns(), end = begin + lab_draw(lab, &lab->latency[from][next]);
	bool faulty = fault->count > 0;
	bool aborts = change->deadline_ns && lab->deadline_mode >= 2;
	int ret;

	if (faulty)
		fault->count--;
	if (faulty && fault->kind == LAB_BLOCK_ARC)
		end += (u64)fault->value * NSEC_PER_MSEC;

	if (aborts && end > change->deadline_ns) {
		ret = lab_sleep_until(change->deadline_ns, lab->interruptible) ?: -ETIMEDOUT;
		goto out;
	}
	ret = lab_sleep_until(end, lab->interruptible);
	if (ret)
		goto out;

	if (faulty && fault->kind == LAB_ERRNO) {
		ret = -(int)fault->value;
	} else if (faulty && fault->kind == LAB_DEAD) {
		lab_stream_end(lab);
		lab->state = VFIO_DEVICE_STATE_ERROR;
		ret = -(int)fault->value;
	} else if (faulty && fault->kind == LAB_LIE) {
		/* Whatever it claims, a stream goes only with the states that have one. */
		if (!lab_is_saving(fault->value) || !lab_is_saving(from))
			lab_stream_end(lab);
		lab->state = fault->value;
		*lied = true;
	} else {
		ret = lab_enter(lab, next, &change->file);
	}
out:
	lab_write_log(lab, from, next, begin, change->deadline_ns, ret);
	return ret;
}

int lab_change_state(struct lab_device *lab, struct lab_change *change)
{
	u64 begin = ktime_get_ns();
	bool lied = false;
	int ret;

	change->file = NULL;
	change->took_ns = 0;
	change->predicted_ns = 0;
	if (lab->state == VFIO_DEVICE_STATE_ERROR)
		return -EINVAL;
	ret = lab_path_latency(lab, lab->state, change->target, &change->predicted_ns);
	if (ret)
		return ret;
	if (change->deadline_ns &&
	    (begin >= change->deadline_ns || change->predicted_ns > change->deadline_ns - begin))
		return -ETIME;

	while (!ret && !lied && lab->state != change->target) {
		enum vfio_device_mig_state next;

		ret = lab_next_state(lab, lab->state, change->target, &next);
		if (!ret)
			ret = lab_one_arc(lab, next, change, &lied);
	}
	change->took_ns = ktime_get_ns() - begin;
	return ret;
}

static void lab_reset_now(struct lab_device *lab)
{
	lab_stream_end(lab);
	lab->state = VFIO_DEVICE_STATE_RUNNING;
	lab->precopy_v2 = false;
	lab->logging = false;
	/* A guest sees a reset: the state is another one afterwards. */
	lab_fill(lab, ~(u64)lab->index);
	lab_pci_reset(lab);
}

/*
 * Gives the lock back, and carries out a reset that came while it was held. The
 * flag is looked at again after the lock is free: who set it in between found the
 * lock taken, and has gone away.
 */
void lab_unlock(struct lab_device *lab)
{
	do {
		if (xchg(&lab->reset_wanted, 0))
			lab_reset_now(lab);
		mutex_unlock(&lab->lock);
		smp_mb();
	} while (READ_ONCE(lab->reset_wanted) && mutex_trylock(&lab->lock));
}

/* Never waits for a running arc: then the reset happens when the arc has ended. */
void lab_reset(struct lab_device *lab)
{
	xchg(&lab->reset_wanted, 1);
	if (mutex_trylock(&lab->lock))
		lab_unlock(lab);
}
