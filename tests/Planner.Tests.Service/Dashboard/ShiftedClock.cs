namespace Planner.Tests.Service.Dashboard;

/// <summary>The system's clock, which can be put forward; timers go on as they were.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    /// <summary>How far it is put forward.</summary>
    public TimeSpan Ahead { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
