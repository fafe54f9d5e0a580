namespace Planner.Measurements;

/// <summary>One device of a journaled migration.</summary>
/// <param name="Name">The device's name in the machine.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Destination">Where it goes.</param>
public sealed record JournalDevice(string Name, JournalEndpoint Source, JournalEndpoint Destination);
