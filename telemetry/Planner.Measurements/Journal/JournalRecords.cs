namespace Planner.Measurements;

/// <summary>The whole intended walk, written down before anything is touched: enough to bring every device back, or on, after a crash.</summary>
/// <param name="MigrationId">The migration's identifier.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Started">When the session started.</param>
/// <param name="OnFailure">What may be tried after a failure, in this order: <c>unwind</c>, <c>reset</c>.</param>
/// <param name="Devices">The machine's devices.</param>
/// <param name="Boot">The start of the planner's host in which it was written; null if it is not known.</param>
/// <param name="SlaClass">The SLA class; null in the journals of earlier planners.</param>
/// <param name="Limit">The limit on the guest's pauses; null where none was promised, and in the journals of earlier planners.</param>
/// <param name="SteeredLimit">The limit that another master's migration had before its switchover was taken charge of, which is all there is to put back; null for a migration of the planner's own.</param>
public sealed record JournalHeader(
    string MigrationId,
    string Machine,
    DateTimeOffset Started,
    IReadOnlyList<string> OnFailure,
    IReadOnlyList<JournalDevice> Devices,
    string? Boot = null,
    string? SlaClass = null,
    TimeSpan? Limit = null,
    TimeSpan? SteeredLimit = null);

/// <summary>One device of a journaled migration.</summary>
/// <param name="Name">The device's name in the machine.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Destination">Where it goes.</param>
public sealed record JournalDevice(string Name, JournalEndpoint Source, JournalEndpoint Destination);

/// <summary>One side of a device of a journaled migration.</summary>
/// <param name="Address">The address the device is opened by.</param>
/// <param name="Found">The state it was found in.</param>
/// <param name="DeviceClass">Its class.</param>
/// <param name="Capabilities">Its migration capabilities.</param>
/// <param name="OffersReset">Whether a reset may be tried: not where the device said that it has none.</param>
/// <param name="Settings">What a hypervisor's settings were, for putting them back; null for a device.</param>
/// <param name="Process">The hypervisor's process, as in <see cref="HypervisorOffer.Process"/>; null for a device, or if it is not known.</param>
public sealed record JournalEndpoint(
    string Address, DeviceState Found, string DeviceClass, MigrationCapabilities Capabilities, bool OffersReset, string? Settings = null, string? Process = null);

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
    TakeBack = 5,

    /// <summary>From here on the guest may be stopped.</summary>
    Switchover = 6,

    /// <summary>It is over, with every machine in its place.</summary>
    Closed = 7,
}

/// <summary>One step of a migration in its journal.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="TimestampNanoseconds">When, on the monotonic clock of the host.</param>
/// <param name="Side">The side of the device; without meaning where no device is named.</param>
/// <param name="Device">The index of the device in the plan; without meaning where no device is named.</param>
/// <param name="Arc">The arc; without meaning for other kinds.</param>
/// <param name="Outcome">How the arc ended; without meaning for other kinds.</param>
public readonly record struct JournalEntry(
    JournalEntryKind Kind,
    long TimestampNanoseconds,
    MigrationSide Side,
    int Device,
    Arc Arc,
    ArcOutcome Outcome);
