namespace Planner.Measurements;

/// <summary>What an entry of a journal says. The numbers are part of the file format.</summary>
public enum JournalEntryKind
{
    /// <summary>An arc is about to be sent to a device.</summary>
    ArcBegun = 1,

    /// <summary>An arc was answered.</summary>
    ArcEnded = 2,

    /// <summary>A device is about to be reset.</summary>
    ResetBegun = 3,

    /// <summary>Every destination device has loaded its image: from here on the machine belongs to the destination.</summary>
    Handover = 4,

    /// <summary>The destination did not start and was put to rest: the machine belongs to the source again.</summary>
    Handback = 5,
}
