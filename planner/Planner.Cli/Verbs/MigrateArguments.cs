using Planner.Engine;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>What <c>migrate</c> was asked to do.</summary>
/// <param name="Source">The source's address.</param>
/// <param name="Destination">The destination's address.</param>
/// <param name="Sla">The SLA class.</param>
/// <param name="Machine">The machine's name; null to take what the machine is called.</param>
/// <param name="Channel">Where the source's hypervisor sends to; null for a socket beside the destination's monitor.</param>
/// <param name="Listen">Where the destination's hypervisor listens; null for the channel.</param>
/// <param name="Shadow">Whether nothing is committed.</param>
/// <param name="Paused">Whether the guest is paused, and is to stay so.</param>
/// <param name="Record">The recording to write; null for none.</param>
internal sealed record MigrateArguments(string Source, string Destination, string Sla, string? Machine, string? Channel, string? Listen, bool Shadow, bool Paused, string? Record)
{
    /// <summary>Whether it is rehearsed with a canary guest: nothing is promised, and only what goes wrong is told.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>A rehearsal with a canary.</summary>
    public static MigrateArguments OfCanary(string source, string destination, string? channel, string? listen) =>
        new(source, destination, Sla: "", Machine: null, channel, listen, Shadow: false, Paused: false, Record: null) { IsRehearsal = true };

    /// <summary>What is done with verdicts.</summary>
    /// <param name="policy">The SLA class, which may be one that only watches.</param>
    public MigrationMode Mode(SlaPolicy policy) =>
        IsRehearsal ? MigrationMode.Rehearsal : Shadow || policy.Mode == SlaMode.Shadow ? MigrationMode.Shadow : MigrationMode.Active;
}
