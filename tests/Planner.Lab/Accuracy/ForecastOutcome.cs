namespace Planner.Lab;

/// <summary>One migration: what was foretold beside what happened. All times in seconds.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Outcome">How the migration ended.</param>
/// <param name="PredictedSeconds">The median of the forecast at the commit; NaN if there was none.</param>
/// <param name="BoundSeconds">The bound; NaN if there was none.</param>
/// <param name="ActualSeconds">The blackout by QEMU's events.</param>
/// <param name="GuestSeconds">The blackout by the guest's own clock.</param>
/// <param name="TotalSeconds">The whole migration.</param>
/// <param name="Terms">The parts: predicted/actual in milliseconds.</param>
/// <param name="LoadAverage">The host's load over one minute.</param>
public sealed record ForecastOutcome(
    string Cell, string Outcome, double PredictedSeconds, double BoundSeconds, double ActualSeconds, double GuestSeconds, double TotalSeconds, string Terms, double LoadAverage)
{
    /// <summary>How far the forecast was off.</summary>
    public double ErrorSeconds => Math.Abs(PredictedSeconds - ActualSeconds);
}
