namespace Planner.Evaluation;

/// <summary>An event that QEMU sent during a recording.</summary>
/// <param name="Seconds">The time of the recording, in seconds; its zero is the recorder's.</param>
/// <param name="Name">The event, such as <c>MIGRATION_PASS</c> or <c>STOP</c>.</param>
public sealed record QemuEvent(double Seconds, string Name);
