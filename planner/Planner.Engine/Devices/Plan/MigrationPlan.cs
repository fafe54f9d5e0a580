using System.Collections.Immutable;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>What a session intends. It does not change while the session runs.</summary>
public sealed record MigrationPlan
{
    /// <summary>The machine's devices, at least one.</summary>
    public required ImmutableArray<DevicePlan> Devices { get; init; }

    /// <summary>What is done with the verdicts.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>The blackout limit; null if nothing is promised.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>How often the machine may be quiesced in vain; at least 1.</summary>
    public int QuiesceTries { get; init; } = 3;

    /// <summary>What is tried with a device after a failed arc, in this order.</summary>
    public ImmutableArray<FailureAction> OnFailure { get; init; } = [FailureAction.Unwind, FailureAction.Reset];

    /// <summary>Where the machine is known to have gone before, as the end of a sentence; null if nothing is known.</summary>
    public string? Moved { get; init; }

    /// <summary>How many evaluations in a row may bring nothing better before the session stays for good; at least 1.</summary>
    public int Patience { get; init; } = 20;

    /// <summary>How long a device may leave a command unanswered where the limit on the blackout does not say so. A limit that is longer counts here too: its
    /// devices are slow.</summary>
    public TimeSpan SilencePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The host whose devices these are; empty if it has no name.</summary>
    public string Host { get; init; } = "";

    /// <summary>The devices' classes on the source, sorted and joined by <c>+</c>: machines with the same are alike.</summary>
    public string MachineClass => Joined(d => d.Source.DeviceClass);

    /// <summary>What the machine's blackouts are kept under: its class, and the two sides of each of its devices. A device of the same class elsewhere is another group.</summary>
    public EvidenceKey Key => new(
        MachineClass, $"between {Joined(d => EvidenceKey.Pair(d.SourceIdentity, d.DestinationIdentity, " and "))}{(Host.Length > 0 ? $" on host {Host}" : "")}");

    /// <summary>The pairs of device classes, sorted and joined by <c>+</c>: what the machine's transfers are kept under.</summary>
    public string Link => Joined(d => $"{d.Source.DeviceClass}->{d.Destination.DeviceClass}");

    /// <summary>Whether there is a second gate: every device quiesces, and can come back from there at once.</summary>
    public bool HasSecondGate => Devices.All(d => d.CanComeBackFromQuiesced);

    /// <summary>Checks that the devices can be migrated together.</summary>
    /// <exception cref="PlanRefusedException">A device lacks what is needed.</exception>
    /// <remarks>Without P2P a device that is still running could write into one that is already stopped (the uAPI's note on
    /// <c>VFIO_MIGRATION_P2P</c>), hence one device only.</remarks>
    public MigrationPlan Checked()
    {
        if (Devices.IsEmpty)
        {
            throw new PlanRefusedException("There is no device to migrate: name at least one.");
        }

        foreach (var device in Devices)
        {
            foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Source, MigrationSide.Destination])
            {
                var capabilities = device.Offer(side).Capabilities;
                if (!capabilities.CanMigrate())
                {
                    throw new PlanRefusedException($"The {device.Describe(side)} cannot be migrated: it lacks STOP_COPY.");
                }

                if (Devices.Length > 1 && !capabilities.Has(MigrationCapabilities.P2P))
                {
                    throw new PlanRefusedException(
                        $"The {device.Describe(side)} lacks P2P, and without it only a machine with a single device can be migrated: take the other devices away first.");
                }
            }
        }

        return this;
    }

    private string Joined(Func<DevicePlan, string> name) => string.Join('+', Devices.Select(name).Order(StringComparer.Ordinal));
}
