using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>A device answered to an arc.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Arc">The arc that was sent.</param>
/// <param name="Result">The answer.</param>
public sealed record ArcEnded(MigrationSide Side, int Device, Arc Arc, ArcResult Result) : EngineEvent;

/// <summary>A device told its state, or could not be asked.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="State">The state; null if the device could not be asked, patience included.</param>
/// <param name="Trouble">Why it could not be asked; null if it answered.</param>
public sealed record StateAnswered(MigrationSide Side, int Device, DeviceState? State, string? Trouble) : EngineEvent;

/// <summary>A reset ended. The state has to be asked for.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Trouble">Why it failed; null if it did not.</param>
public sealed record ResetEnded(MigrationSide Side, int Device, string? Trouble) : EngineEvent;

/// <summary>A source device was surveyed before gate 1.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="CarriedBytes">What the pre-copy round carried to the destination.</param>
/// <param name="PreCopy">What pre-copy still has to carry, where the device tells.</param>
/// <param name="DataSizeBytes">The data size that the device tells; null if it tells none.</param>
/// <param name="InitialBytes">The initial bytes before the first round, where the device tells: more than these that round cannot have
/// carried of the first data set, however much changed and was carried again meanwhile. Null in later rounds.</param>
public sealed record Surveyed(int Device, long CarriedBytes, PreCopyInfo? PreCopy, long? DataSizeBytes, long? InitialBytes = null) : EngineEvent
{
    /// <summary>What the device stated that cannot be, as clauses; it counts as not told.</summary>
    public IReadOnlyList<string> Distrusted { get; init; } = [];
}

/// <summary>The tables for a decision are ready.</summary>
/// <param name="Evaluator">The evaluator, prepared from everything known at this moment.</param>
public sealed record EvaluationReady(SwitchoverEvaluator Evaluator) : EngineEvent;

/// <summary>No evaluator can be built from what is known.</summary>
/// <param name="Reason">One sentence.</param>
public sealed record EvaluationFailed(string Reason) : EngineEvent;

/// <summary>A stream of the stop phase was read to its end and loaded.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Bytes">What it carried.</param>
public sealed record StreamLoaded(int Device, long Bytes) : EngineEvent;

/// <summary>A pre-copy round or a stream of the stop phase ended early. Nothing of it is under way any more.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Side">The side that failed; its state has to be asked for.</param>
/// <param name="Reason">Why.</param>
public sealed record StreamBroken(int Device, MigrationSide Side, string Reason) : EngineEvent;
