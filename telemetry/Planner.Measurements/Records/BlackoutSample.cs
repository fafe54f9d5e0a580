namespace Planner.Measurements;

/// <summary>One blackout beside its prediction. The score actual / predicted is what calibration works on.</summary>
/// <param name="DeviceClass">The classes of the machine's devices, sorted and joined by <c>+</c>.</param>
/// <param name="SlaClass">The SLA class it was committed under; empty for rehearsals.</param>
/// <param name="Kind">Where it came from.</param>
/// <param name="Span">The part of the blackout that was predicted.</param>
/// <param name="Predicted">The point prediction of the model at the decision; above zero.</param>
/// <param name="Actual">What happened.</param>
/// <param name="At">When it ended.</param>
public sealed record BlackoutSample(
    string DeviceClass,
    string SlaClass,
    BlackoutKind Kind,
    BlackoutSpan Span,
    TimeSpan Predicted,
    TimeSpan Actual,
    DateTimeOffset At);
