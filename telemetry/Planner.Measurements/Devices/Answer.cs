namespace Planner.Measurements;

/// <summary>What became of a question whether something is offered. That it could not be asked is not a no.</summary>
public enum Answer
{
    /// <summary>It is not offered, as whoever was asked said.</summary>
    No,

    /// <summary>It is offered.</summary>
    Yes,

    /// <summary>The question was refused, or answered with an error that says nothing about it; asked at another time it may be a yes.</summary>
    CouldNotAsk,
}
