using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a journal says.</summary>
/// <param name="Header">The intended walk.</param>
/// <param name="HeaderBytes">The length of the header as JSON.</param>
/// <param name="Capacity">The number of entries there is room for.</param>
/// <param name="IsClosed">Whether the migration was over, with every machine in its place.</param>
/// <param name="Entries">The steps, up to the first that is torn or damaged.</param>
internal sealed record JournalContents(JournalHeader Header, int HeaderBytes, int Capacity, bool IsClosed, IReadOnlyList<JournalEntry> Entries)
{
    /// <summary>Whether the machine belonged to the destination.</summary>
    public bool IsHandedOver => LastOwner == JournalEntryKind.Handover;

    /// <summary>Whether it had belonged to the destination, and was taken back.</summary>
    public bool IsTakenBack => LastOwner == JournalEntryKind.TakeBack;

    private JournalEntryKind LastOwner => Entries.LastOrDefault(e => e.Kind is JournalEntryKind.Handover or JournalEntryKind.TakeBack).Kind;

    /// <summary>Whether an arc was sent to a device.</summary>
    public bool WasTouched(MigrationSide side, int device) =>
        Entries.Any(e => e.Kind is JournalEntryKind.ArcBegun or JournalEntryKind.ResetBegun && e.Side == side && e.Device == device);
}
