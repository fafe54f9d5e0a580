using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a journal says.</summary>
/// <param name="Header">The intended walk.</param>
/// <param name="Version">The version of its form.</param>
/// <param name="EntriesOffset">Where the entries begin, in bytes.</param>
/// <param name="Capacity">The number of entries there is room for.</param>
/// <param name="Entries">The steps.</param>
internal sealed record JournalContents(JournalHeader Header, int Version, int EntriesOffset, int Capacity, IReadOnlyList<JournalEntry> Entries)
{
    /// <summary>The start of the host that it was read in; null if it is not known.</summary>
    public string? HostBoot { get; init; } = Planner.Sessions.HostBoot.Id;

    /// <summary>Whether the migration was over, with every machine in its place.</summary>
    public bool IsClosed => Entries is [.., { Kind: JournalEntryKind.Closed }];

    /// <summary>Whether the machine belonged to the destination.</summary>
    public bool IsHandedOver => LastOwner == JournalEntryKind.Handover;

    /// <summary>Whether it had belonged to the destination, and was taken back.</summary>
    public bool IsTakenBack => LastOwner == JournalEntryKind.TakeBack;

    /// <summary>Whether steps of the switchover may be missing: it had begun, and the planner's host has started anew since. The step that it begins with is
    /// on the disk before; those that follow it may not be.</summary>
    public bool MayLackSteps => Header.Boot is { } boot && HostBoot is { } now && boot != now && Entries.Any(e => e.Kind == JournalEntryKind.Switchover) && LastOwner == default;

    /// <summary>Whether there was no room for more steps of devices.</summary>
    public bool IsFull => Entries.Count >= Capacity - JournalFormat.LastEntries;

    private JournalEntryKind LastOwner => Entries.LastOrDefault(e => e.Kind is JournalEntryKind.Handover or JournalEntryKind.TakeBack).Kind;

    /// <summary>Whether an arc was sent to a device.</summary>
    public bool WasTouched(MigrationSide side, int device) => IsFull || Steps(side, device).Any(e => e.Kind is JournalEntryKind.ArcBegun or JournalEntryKind.ResetBegun);

    /// <summary>The states that a device can be in, if nobody but the planner has moved it; null where the journal cannot tell.</summary>
    public IReadOnlyList<DeviceState>? StatesLeft(MigrationSide side, int device) => IsFull ? null : Steps(side, device).LastOrDefault() switch
    {
        { Kind: JournalEntryKind.ArcEnded, Outcome: ArcOutcome.Completed or ArcOutcome.CompletedLate, Arc: var arc } => [arc.To],
        // With a deadline an arc may lead through several states.
        { Kind: JournalEntryKind.ArcBegun or JournalEntryKind.ArcEnded, Arc: var arc }
            when MigrationStateMachine.TryGetPath(arc.From, arc.To, Endpoint(side, device).Capabilities, out var path) => [arc.From, .. path.Select(a => a.To)],
        _ => null,
    };

    private IEnumerable<JournalEntry> Steps(MigrationSide side, int device) =>
        Entries.Where(e => e.Kind is JournalEntryKind.ArcBegun or JournalEntryKind.ArcEnded or JournalEntryKind.ResetBegun && e.Side == side && e.Device == device);

    private JournalEndpoint Endpoint(MigrationSide side, int device) => side == MigrationSide.Source ? Header.Devices[device].Source : Header.Devices[device].Destination;
}
