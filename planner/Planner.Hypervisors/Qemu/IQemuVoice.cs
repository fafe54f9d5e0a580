using System.Threading.Channels;

namespace Planner.Hypervisors;

/// <summary>How a QEMU is heard and asked: over its own monitor, or through what holds the monitor.</summary>
internal interface IQemuVoice
{
    /// <summary>What QEMU tells, in its order. It ends with an exception once the connection has.</summary>
    ChannelReader<QmpEvent> Events { get; }

    /// <summary>Whether the connection has ended, so that every question fails.</summary>
    bool HasEnded { get; }

    /// <summary>How its migration goes.</summary>
    Task<QmpMigration> AskMigrationAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>What a source that has sent everything says of its migration.</summary>
    Task<QemuEnding> AskOutcomeAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>What its guest does.</summary>
    Task<QmpRunState> AskRunStateAsync(TimeSpan limit, CancellationToken cancellationToken);
}
