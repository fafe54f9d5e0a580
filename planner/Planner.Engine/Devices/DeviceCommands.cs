using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Send a device along an arc; answered by <see cref="ArcEnded"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Arc">The arc. With a deadline it may be a combination transition.</param>
/// <param name="DeadlineNanoseconds">The moment on the monotonic clock by which the device has to arrive or refuse; null for no deadline.</param>
public sealed record RunArc(MigrationSide Side, int Device, Arc Arc, long? DeadlineNanoseconds) : EngineCommand;

/// <summary>Ask a device for its state; answered by <see cref="StateAnswered"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record QueryState(MigrationSide Side, int Device) : EngineCommand;

/// <summary>Reset a device; answered by <see cref="ResetEnded"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record ResetDevice(MigrationSide Side, int Device) : EngineCommand;

/// <summary>Look at a source device before gate 1: in PRE_COPY carry a round to the destination, then ask for what is left and for the
/// data size. Answered by <see cref="Surveyed"/> or <see cref="StreamBroken"/>.</summary>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record Survey(int Device) : EngineCommand;

/// <summary>Carry a device's stream from STOP_COPY to its end; answered by <see cref="StreamLoaded"/> or <see cref="StreamBroken"/>.</summary>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record StartStream(int Device) : EngineCommand;

/// <summary>Let go of a destination device that does not answer: nothing that it still does counts, and where it can be done its connection is cut, so that
/// it can be asked over a new one. A stream that is under way to it ends. Not answered.</summary>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record AbandonDestination(int Device) : EngineCommand;

/// <summary>End all rounds and streams early; each answers as if it had failed, or ends well if it was just done.</summary>
public sealed record StopStreams : EngineCommand;

/// <summary>Build an evaluator from everything known now; answered by <see cref="EvaluationReady"/> or <see cref="EvaluationFailed"/>.</summary>
public sealed record PrepareEvaluation : EngineCommand;

/// <summary>Tell the observers of a decision. Not answered.</summary>
/// <param name="Decision">The decision.</param>
public sealed record ReportDecision(GateDecision Decision) : EngineCommand;

/// <summary>Note in the journal that the machine, which had been handed over, belongs to the source again. Not answered.</summary>
public sealed record MarkTakeBack : EngineCommand;
