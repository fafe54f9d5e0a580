using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>One device of a machine, opened on both sides.</summary>
/// <param name="Name">The device's name in the machine, such as <c>nic0</c>.</param>
/// <param name="Source">The device to migrate.</param>
/// <param name="Destination">The device that takes its state.</param>
public sealed record DevicePair(string Name, IMigrationDevice Source, IMigrationDevice Destination);
