namespace Planner.Measurements;

/// <summary>One side of a device of a journaled migration.</summary>
/// <param name="Address">The address the device is opened by.</param>
/// <param name="Found">The state it was found in.</param>
/// <param name="Offer">What it offered.</param>
public sealed record JournalEndpoint(string Address, DeviceState Found, DeviceOffer Offer);
