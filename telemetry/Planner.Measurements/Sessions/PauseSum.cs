namespace Planner.Measurements;

/// <summary>How long a guest did not run in one attempt to migrate it: all pauses together, by what became of them. This is what a promise is held against.</summary>
public sealed record PauseSum
{
    /// <summary>The guest was not paused.</summary>
    public static PauseSum None { get; } = new();

    /// <summary>All quiesces that were taken back; null if there was none.</summary>
    public GuestPause? VainQuiesces { get; init; }

    /// <summary>All switchovers that failed; null if none did.</summary>
    public GuestPause? FailedCommits { get; init; }

    /// <summary>The switchover that came to its end; null if none did.</summary>
    public GuestPause? Blackout { get; init; }

    /// <summary>All pauses together; null if there was none.</summary>
    public GuestPause? Total => VainQuiesces + FailedCommits + Blackout;

    /// <summary>How long they were together.</summary>
    public TimeSpan Length => Total?.Length ?? TimeSpan.Zero;

    /// <summary>The longest that they may have been together: what counts for limits and error budgets.</summary>
    public TimeSpan AtMost => Total?.AtMost ?? TimeSpan.Zero;

    /// <summary>With one pause more.</summary>
    public PauseSum With(PauseKind kind, GuestPause pause) => kind switch
    {
        PauseKind.VainQuiesce => this with { VainQuiesces = VainQuiesces + pause },
        PauseKind.FailedCommit => this with { FailedCommits = FailedCommits + pause },
        _ => this with { Blackout = Blackout + pause },
    };

    /// <summary>Whether a limit was exceeded, or may have been.</summary>
    public bool Exceeds(TimeSpan limit) => AtMost > limit;

    /// <summary>Says that a limit was exceeded, in one sentence with a space in front; empty if it was not.</summary>
    public string OverWords(TimeSpan limit) => !Exceeds(limit) ? ""
        : Length > limit ? $" The guest was paused for {Quantity.Format(Length)}, longer than the limit of {Quantity.Format(limit)}."
        : $" The guest was paused for {Quantity.Format(Length)}, and may have been for {Quantity.Format(AtMost)}, longer than the limit of {Quantity.Format(limit)}.";
}
