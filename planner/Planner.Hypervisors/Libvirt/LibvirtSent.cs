namespace Planner.Hypervisors;

/// <summary>Follows what a migration has sent, since libvirt does not tell what the stop phase alone carried.</summary>
internal sealed class LibvirtSent
{
    private const double BytesPerMegabit = 1e6 / 8;

    private readonly Lock _gate = new();
    private long? _lastBytes;
    private long? _atStop;

    /// <summary>What was sent at last, in bytes per second; 0 before it is known.</summary>
    public double BytesPerSecond { get; private set; }

    /// <summary>Whether the guest was stopped.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return _atStop is not null;
            }
        }
    }

    /// <summary>Takes an answer within pre-copy.</summary>
    public void Note(QmpMigrationMemory? memory)
    {
        lock (_gate)
        {
            if (memory is { TransferredBytes: { } bytes } && _atStop is null)
            {
                _lastBytes = bytes;
                BytesPerSecond = memory.MegabitsPerSecond * BytesPerMegabit ?? BytesPerSecond;
            }
        }
    }

    /// <summary>The guest was stopped. What pre-copy sent since the last answer, a few milliseconds before, is counted with the stop phase.</summary>
    public void NoteStop()
    {
        lock (_gate)
        {
            _atStop = _lastBytes ?? 0;
        }
    }

    /// <summary>What was sent since the stop; null if it is not known.</summary>
    /// <param name="allBytes">What was sent in all.</param>
    public long? SinceStop(long? allBytes)
    {
        lock (_gate)
        {
            return allBytes is { } all && _atStop is { } before ? Math.Max(0, all - before) : null;
        }
    }
}
