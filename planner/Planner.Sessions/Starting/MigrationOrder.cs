using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>A migration as it is asked for: by addresses and the name of a promise.</summary>
public sealed record MigrationOrder
{
    /// <summary>The migration's identifier; null for a new one.</summary>
    public string? MigrationId { get; init; }

    /// <summary>The source's address; of devices one or more, separated by commas.</summary>
    public required string Source { get; init; }

    /// <summary>The destination's address; of devices as many as sources.</summary>
    public required string Destination { get; init; }

    /// <summary>The promise, as the class states it.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>The machine's name; null to take what its hypervisor calls it, or the source's address.</summary>
    public string? Machine { get; init; }

    /// <summary>Where the source's hypervisor sends to; null for a socket beside the destination's monitor.</summary>
    public string? Channel { get; init; }

    /// <summary>Where the destination's hypervisor listens; null for the channel.</summary>
    public string? Listen { get; init; }

    /// <summary>How a machine's memory is to be carried.</summary>
    public MigrationTransport Transport { get; init; } = MigrationTransport.AsFound;

    /// <summary>Whether nothing is committed.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Whether it is rehearsed with a canary guest: nothing is promised.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Whether the guest is paused, and is to stay so.</summary>
    public bool IsPaused { get; init; }
}
