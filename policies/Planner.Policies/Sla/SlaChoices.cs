namespace Planner.Policies;

/// <summary>Blackout time that may be spent per machine within a sliding period.</summary>
/// <param name="Blackout">The time that may be spent; above zero.</param>
/// <param name="Per">The period; above zero.</param>
public sealed record ErrorBudget(TimeSpan Blackout, TimeSpan Per)
{
    /// <summary>What is left after some has been spent; never below zero.</summary>
    public TimeSpan Remaining(TimeSpan spent) => spent >= Blackout ? TimeSpan.Zero : Blackout - spent;
}

/// <summary>How often one machine is tried before it is left alone.</summary>
/// <param name="AtMost">How many attempts in a row may leave the machine where it is; at least 1.</param>
/// <param name="BackOff">How long the next attempt has to wait after the first in vain; after each further one twice as long. Above zero.</param>
public sealed record AttemptLimit(int AtMost, TimeSpan BackOff)
{
    /// <summary>How long an attempt in vain counts.</summary>
    public static TimeSpan Memory { get; } = TimeSpan.FromDays(1);

    /// <summary>How long the next attempt has to wait after some in vain.</summary>
    /// <param name="inVain">How many there were in a row; at least 1.</param>
    /// <returns>At most <see cref="Memory"/>.</returns>
    public TimeSpan WaitAfter(int inVain) => TimeSpan.FromSeconds(Math.Min(BackOff.TotalSeconds * Math.Pow(2, inVain - 1), Memory.TotalSeconds));
}

/// <summary>What is tried with a device after a failed arc.</summary>
public enum FailureAction
{
    /// <summary>Walk back arc by arc to RUNNING.</summary>
    Unwind,

    /// <summary>Reset the device. The guest sees it, and the device's state is lost.</summary>
    Reset,
}

/// <summary>A recurring span of time in which migrations may commit.</summary>
/// <param name="Cron">When it opens: a Quartz cron expression with seconds, such as <c>0 0 2 ? * SAT</c>.</param>
/// <param name="Length">How long it stays open; above zero.</param>
/// <param name="TimeZoneId">The zone that the expression is read in, such as <c>Europe/Berlin</c>.</param>
public sealed record MaintenanceWindow(string Cron, TimeSpan Length, string TimeZoneId);

/// <summary>When the guest may run on the destination before its memory is there.</summary>
public enum PostCopyUse
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When no switchover fits in the time there is.</summary>
    WhenNothingFits,
}

/// <summary>Whether verdicts are carried out.</summary>
public enum SlaMode
{
    /// <summary>Verdicts are carried out.</summary>
    Active,

    /// <summary>Verdicts are reported; nothing is committed.</summary>
    Shadow,
}

/// <summary>What is done with a guest that runs on with a device that has lost its state.</summary>
public enum StateLostAction
{
    /// <summary>A person has to look: the guest's driver may not notice, or may not recover.</summary>
    HandOver,

    /// <summary>It is said, and counts as no failure of its own.</summary>
    Accept,
}

/// <summary>Which of the moments that fit the limit is taken.</summary>
public enum SwitchoverRule
{
    /// <summary>The first one.</summary>
    Earliest,

    /// <summary>The one with the shortest expected blackout within the time left.</summary>
    Calmest,
}
