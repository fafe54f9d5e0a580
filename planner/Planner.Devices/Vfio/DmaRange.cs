namespace Planner.Devices;

/// <summary>A stretch of the memory that a device sees.</summary>
/// <param name="Address">Where it begins (IOVA), in bytes.</param>
/// <param name="LengthBytes">How long it is, in bytes.</param>
internal readonly record struct DmaRange(ulong Address, ulong LengthBytes);
