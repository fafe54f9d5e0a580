using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A state that a device was seen in.</summary>
/// <param name="At">When it was reached, in virtual nanoseconds.</param>
/// <param name="Side">The device's side.</param>
/// <param name="Device">Its index.</param>
/// <param name="State">The state; null where the device is gone.</param>
/// <param name="HasGuest">Whether it has what the guest left in it when all began.</param>
internal sealed record DeviceChange(long At, MigrationSide Side, int Device, DeviceState? State, bool HasGuest);

/// <summary>A command that was given to a device, or a reset.</summary>
/// <param name="Begin">When the device began with it.</param>
/// <param name="End">When it ended; the largest number if it never did.</param>
/// <param name="Session">The session that gave it, counted from 0.</param>
/// <param name="Side">The device's side.</param>
/// <param name="Device">Its index.</param>
/// <param name="From">The state that it began in.</param>
/// <param name="Target">The state that was asked for; null for a reset.</param>
internal sealed record DeviceCommand(long Begin, long End, int Session, MigrationSide Side, int Device, DeviceState From, DeviceState? Target);

/// <summary>A step that a session noted in its journal.</summary>
/// <param name="At">When it was noted.</param>
/// <param name="Session">The session.</param>
/// <param name="Entry">The entry.</param>
internal sealed record NotedStep(long At, int Session, JournalEntry Entry);

/// <summary>What became of a session, or of a recovery.</summary>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended, or was killed.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Outcome">How it ended; null if it was killed.</param>
/// <param name="Reason">Why, in its own words.</param>
internal sealed record SessionSeen(long Start, long End, AttemptKind Kind, MigrationOutcome? Outcome, string Reason)
{
    /// <summary>Its own record.</summary>
    public MigrationAttempt? Attempt { get; init; }

    /// <summary>What it decided.</summary>
    public IReadOnlyList<Decided> Decisions { get; init; } = [];

    /// <summary>Whether it said that the limit was exceeded.</summary>
    public bool SaidOverLimit { get; init; }
}
