namespace Planner.Measurements;

/// <summary>Which part of a blackout a prediction was about.</summary>
public enum BlackoutSpan
{
    /// <summary>From gate 1: the whole blackout.</summary>
    Whole,

    /// <summary>From gate 2: what is left once everything is quiesced.</summary>
    AfterQuiesce,
}
