namespace Planner.Measurements;

/// <summary>One side of a device of a journaled migration.</summary>
/// <param name="Address">The address the device is opened by.</param>
/// <param name="Found">The state it was found in.</param>
/// <param name="DeviceClass">Its class.</param>
/// <param name="Capabilities">Its migration capabilities.</param>
/// <param name="OffersReset">Whether it can be reset.</param>
/// <param name="Settings">What a hypervisor's settings were, for putting them back; null for a device.</param>
public sealed record JournalEndpoint(
    string Address, DeviceState Found, string DeviceClass, MigrationCapabilities Capabilities, bool OffersReset, string? Settings = null);
