using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a session works with. Every part has a default that does without.</summary>
public sealed record SessionServices
{
    /// <summary>The clock. Its timestamp has to be CLOCK_MONOTONIC where devices take deadlines; the system's is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How threads are made and waited for.</summary>
    public ISessionThreads Threads { get; init; } = SystemThreads.Instance;

    /// <summary>Makes what moves one device's state; null for a <see cref="DataMover"/> between the threads of both devices.</summary>
    public Func<IDataMover>? Mover { get; init; }

    /// <summary>Asked before a switchover to keep away what would interrupt it, until what it returns is disposed; null to go without. Several
    /// sessions may ask at once: it is for whoever owns the process.</summary>
    public Func<IDisposable>? QuietTime { get; init; }

    /// <summary>Whether other work has this host's processors busy at a moment, or null where that cannot be seen; null to do without. Called at every decision, on the session's thread.</summary>
    public Func<bool?>? HostIsBusy { get; init; }

    /// <summary>Who asked, such as <c>root@host</c>, for the ledger; null if it is not known.</summary>
    public string? AskedBy { get; init; }

    /// <summary>What was measured before, and where this migration's measurements go; null to forget them.</summary>
    public IMeasurementStore? Store { get; init; }

    /// <summary>Learned models, for a first guess where nothing was measured; null to do without.</summary>
    public IModelStore? Models { get; init; }

    /// <summary>The journal of this migration; null to do without, where a crash need not be survived (simulated devices in this process).</summary>
    public IJournal? Journal { get; init; }

    /// <summary>What stands before a migration's journal, made of it: whatever it throws before the commit leads home. Null for nothing.</summary>
    public Func<IJournal, IJournal>? Guard { get; init; }

    /// <summary>The state directory that the journal is in, for messages that advise a recovery; null to leave it out.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>The name of this host: evidence of its devices and machines is kept under it.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Who is told what happens.</summary>
    public IReadOnlyList<ISessionObserver> Observers { get; init; } = [];

    /// <summary>Opens devices and monitors anew by their addresses after a connection broke; null if that cannot be done.</summary>
    public Drivers? Drivers { get; init; }

    /// <summary>Asks, after the session was cancelled, to make the way back short: who is not needed for it is hardly waited for.</summary>
    public CancellationToken Hurry { get; init; }

    /// <summary>How long a device may leave a command of a migration unanswered where the limit on the blackout does not say so; a limit that is longer
    /// counts here too.</summary>
    public TimeSpan SilencePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a recovery asks a device that does not answer for its state, and a migration a hypervisor for its report, before a person is called.</summary>
    public TimeSpan StatePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a hypervisor may send the rest of a stopped guest before the migration is broken off, so that the guest runs on at the source; null
    /// for the limit and the way back.</summary>
    public TimeSpan? StopPatience { get; init; }

    /// <summary>The number of buffers between reading and loading, for each device; at least 2.</summary>
    public int TransferBuffers { get; init; } = 4;

    /// <summary>The size of each buffer in bytes; at least 4 KiB.</summary>
    public int TransferBufferBytes { get; init; } = 1024 * 1024;

    internal IJournal? Guarded(IJournal? journal) => journal is null || Guard is null ? journal : Guard(journal);

    internal IDataMover NewMover() => Mover?.Invoke() ?? new DataMover(TransferBuffers, TransferBufferBytes, Clock);
}
