namespace Planner.Measurements;

/// <summary>A device ran an arc.</summary>
/// <param name="Device">The device's name in the session.</param>
/// <param name="DeviceClass">The device's class.</param>
/// <param name="Side">The side the device is on.</param>
/// <param name="Arc">The arc that was asked for.</param>
/// <param name="Result">How it ended.</param>
/// <param name="InBlackout">Whether the guest was stopped meanwhile.</param>
public sealed record ArcRun(string Device, string DeviceClass, MigrationSide Side, Arc Arc, ArcResult Result, bool InBlackout) : SessionNotice;
