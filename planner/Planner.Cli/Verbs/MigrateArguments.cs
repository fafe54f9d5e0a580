using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>What <c>migrate</c> was asked to do.</summary>
/// <param name="Source">The source's address.</param>
/// <param name="Destination">The destination's address.</param>
/// <param name="Sla">The SLA class.</param>
/// <param name="Machine">The machine's name; null to take what the machine is called.</param>
/// <param name="Channel">Where the source's hypervisor sends to; null for a socket beside the destination's monitor.</param>
/// <param name="Listen">Where the destination's hypervisor listens; null for the channel.</param>
/// <param name="Transport">How a machine's memory is to be carried.</param>
/// <param name="Shadow">Whether nothing is committed.</param>
/// <param name="Paused">Whether the guest is paused, and is to stay so.</param>
/// <param name="Record">The recording to write; null for none.</param>
internal sealed record MigrateArguments(string Source, string Destination, string Sla, string? Machine, string? Channel, string? Listen, MigrationTransport Transport, bool Shadow, bool Paused, string? Record)
{
    /// <summary>The same as an order under a promise.</summary>
    public MigrationOrder Order(SlaPolicy policy) => new()
    {
        Source = Source,
        Destination = Destination,
        Policy = policy,
        Machine = Machine,
        Channel = Channel,
        Listen = Listen,
        Transport = Transport,
        IsShadow = Shadow,
        IsPaused = Paused,
    };
}
