using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Asks how far pre-copy is: at once after every pass has begun, and every 100 ms in between.</summary>
/// <remarks>
/// At most one query is under way, and at most one begins every 5 ms; of passes that begin faster only the latest is asked for. Nothing is asked
/// once the guest has stopped, since QEMU does not answer while it saves the devices. What a query finds is told only if the guest has not stopped
/// since it was asked.
/// </remarks>
internal sealed class PreCopyWatch : IAsyncDisposable
{
    /// <summary>How often progress is told at least.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>The least time between the beginnings of two queries.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(5);

    private const double BytesPerMegabit = 1e6 / 8;
    private const int KeptPasses = 256;
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(10);

    private readonly IQemuVoice _qemu;
    private readonly TimeProvider _clock;
    private readonly Action<HypervisorEvent, long> _tell;
    private readonly HashSet<string> _doubted = [];
    private (long Bytes, long Nanoseconds)? _sent;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly (long Pass, long ReceivedNanoseconds)[] _passes = new (long, long)[KeptPasses];
    private readonly ITimer _timer;
    private readonly Task _running;

    private bool _isActive;
    private bool _isStopped;
    private long _epoch;
    private long _latestPass;
    private long _askedPass;
    private long _toldPass;
    private long _askedNanoseconds = long.MinValue / 2;

    /// <summary>Begins to watch; nothing is asked before a migration is active.</summary>
    /// <param name="qemu">The QEMU.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="tell">Takes what was found, and the <see cref="Epoch"/> in which it was asked. Called on any thread, never twice at once.</param>
    public PreCopyWatch(IQemuVoice qemu, TimeProvider clock, Action<HypervisorEvent, long> tell)
    {
        (_qemu, _clock, _tell) = (qemu, clock, tell);
        _running = Task.Run(RunAsync);
        _timer = clock.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Period, Period);
    }

    /// <summary>Counts the stops and ends of migrations: what was asked in an earlier one is no longer true.</summary>
    public long Epoch
    {
        get
        {
            lock (_gate)
            {
                return _epoch;
            }
        }
    }

    /// <summary>A pass has begun, which also says that a migration is under way.</summary>
    /// <param name="pass">Its number, which is also the number of dirty syncs.</param>
    /// <param name="receivedNanoseconds">When its event was received.</param>
    public void PassBegan(long pass, long receivedNanoseconds)
    {
        lock (_gate)
        {
            _passes[(int)((ulong)pass % KeptPasses)] = (pass, receivedNanoseconds);
            _latestPass = pass;
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>The migration came to another status.</summary>
    public void StatusChanged(HypervisorMigrationStatus status)
    {
        lock (_gate)
        {
            var isActive = status == HypervisorMigrationStatus.Active;
            if (status == HypervisorMigrationStatus.Setup)
            {
                // Passes are counted anew, and the first may begin before the status is active.
                (_latestPass, _askedPass, _toldPass) = (0, 0, 0);
                Array.Clear(_passes);
            }

            _epoch += _isActive && !isActive ? 1 : 0;
            _isActive = isActive;
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>The guest stopped.</summary>
    public void GuestStopped()
    {
        lock (_gate)
        {
            _isStopped = true;
            _epoch++;
        }
    }

    /// <summary>The guest runs.</summary>
    public void GuestResumed()
    {
        lock (_gate)
        {
            _isStopped = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                await KeepGapAsync().ConfigureAwait(false);
                if (TryBegin(out var isPass, out var pass, out var epoch))
                {
                    await AskAsync(isPass, pass, epoch).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
        catch (Exception) when (_qemu.HasEnded)
        {
            // The connection has ended, and whoever reads its events says so.
        }
    }

    private async Task KeepGapAsync()
    {
        var leftNanoseconds = (long)Gap.TotalNanoseconds - (_clock.NowNanoseconds() - _askedNanoseconds);
        if (leftNanoseconds > 0)
        {
            // Timers count whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(leftNanoseconds / 1e6)), _clock, _closing.Token).ConfigureAwait(false);
        }
    }

    private bool TryBegin(out bool isPass, out long pass, out long epoch)
    {
        lock (_gate)
        {
            (isPass, pass, epoch) = (_latestPass > _askedPass, _latestPass, _epoch);
            var isDue = isPass || _clock.NowNanoseconds() - _askedNanoseconds >= Period.TotalNanoseconds * 0.9;
            if (!_isActive || _isStopped || !isDue)
            {
                return false;
            }

            _askedPass = _latestPass;
            return true;
        }
    }

    private async Task AskAsync(bool isPass, long askedPass, long epoch)
    {
        var asked = _clock.NowNanoseconds();
        _askedNanoseconds = asked;
        try
        {
            var reply = await _qemu.AskMigrationAsync(QueryLimit, _closing.Token).ConfigureAwait(false);
            var answered = _clock.NowNanoseconds();
            if (FindDoubts(reply.Doubted) is { } doubts)
            {
                _tell(doubts, epoch);
            }

            if (reply is { Status: QmpMigrationStatus.Active, Memory: { RemainingBytes: not null } memory })
            {
                var middle = asked + ((answered - asked) / 2);
                var pass = memory.DirtySyncCount ?? askedPass;
                var isNew = isPass && IsNew(pass);
                var known = memory with { DirtySyncCount = pass, MegabitsPerSecond = memory.MegabitsPerSecond ?? MegabitsBySent(memory, middle) };
                _tell(Read(reply, known, isNew, isNew ? Math.Max(0, middle - BeganNanoseconds(pass, middle)) : 0, answered) with { AskedNanoseconds = asked }, epoch);
                _sent = memory.TransferredBytes is { } bytes ? (bytes, middle) : null;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && !_qemu.HasEnded)
        {
            // One answer less; the next pass asks again.
            if (e is not (QmpException { Fault: not QmpFault.Malformed } or HypervisorException) && FindDoubts([""]) is { } doubts)
            {
                _tell(doubts, epoch);
            }
        }
    }

    /// <summary>Names what an answer to query-migrate holds that cannot be, once for each member; the empty name stands for the whole answer. Null if
    /// there is nothing new.</summary>
    public AnswerDistrusted? FindDoubts(IEnumerable<string> doubted)
    {
        lock (_gate)
        {
            List<string> names = [.. doubted.Where(_doubted.Add)];
            return names.Count == 0 ? null : new AnswerDistrusted(QemuWords.Doubts(names)) { ReceivedNanoseconds = _clock.NowNanoseconds() };
        }
    }

    /// <summary>What a rate that cannot be read must have been, by what was sent since the last answer; null if that is not known either.</summary>
    private double? MegabitsBySent(QmpMigrationMemory memory, long nanoseconds) =>
        memory.TransferredBytes is { } bytes && _sent is { } before && bytes > before.Bytes && nanoseconds > before.Nanoseconds
            ? (bytes - before.Bytes) / BytesPerMegabit / ((nanoseconds - before.Nanoseconds) / 1e9)
            : null;

    /// <summary>Whether the pass that an answer speaks of was not told yet. It may be a later one than was asked for; then it is not asked for again.</summary>
    private bool IsNew(long pass)
    {
        lock (_gate)
        {
            var isNew = pass > _toldPass;
            _toldPass = pass;
            _askedPass = Math.Max(_askedPass, Math.Min(pass, _latestPass));
            return isNew;
        }
    }

    /// <summary>What an answer says of pre-copy.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="memory">Its part about memory.</param>
    /// <param name="isPass">Whether a pass has just begun.</param>
    /// <param name="sinceSync">Nanoseconds since the pass began: what was sent meanwhile is counted as remaining.</param>
    /// <param name="answeredNanoseconds">When it was received.</param>
    public static PreCopyProgressed Read(QmpMigration reply, QmpMigrationMemory memory, bool isPass, long sinceSync, long answeredNanoseconds)
    {
        var bytesPerSecond = (memory.MegabitsPerSecond ?? 0) * BytesPerMegabit;
        var left = memory.RemainingBytes ?? 0;
        var total = memory.TotalBytes ?? long.MaxValue;
        return new PreCopyProgressed
        {
            ReceivedNanoseconds = answeredNanoseconds,
            IsPass = isPass,
            Pass = (int)Math.Min(memory.DirtySyncCount ?? 0, int.MaxValue),
            RemainingBytes = (long)Math.Min(left + (bytesPerSecond * sinceSync / 1e9), total),

            // QEMU 11 counts memory and devices together; without devices that have states to stream the difference means nothing.
            StateBytes = reply is { Devices: not null, RemainingBytes: { } all } ? Math.Max(0, all - left) : 0,
            DeviceSentBytes = reply.Devices is { } devices ? devices.TransferredBytes ?? 0 : null,
            SentBytes = memory.TransferredBytes ?? 0,
            BytesPerSecond = bytesPerSecond,
            TotalBytes = total,
            ThrottlePercent = reply.CpuThrottlePercent ?? 0,
        };
    }

    /// <summary>When the pass that an answer speaks of began. It may be a later one than was asked for; its event came before the answer.</summary>
    private long BeganNanoseconds(long pass, long unknown)
    {
        lock (_gate)
        {
            var kept = _passes[(int)((ulong)pass % KeptPasses)];
            return kept.Pass == pass ? kept.ReceivedNanoseconds : unknown;
        }
    }
}
