namespace Planner.Cli;

/// <summary>The exit statuses of the command (contract 5.1 of the design).</summary>
internal static class ExitStatus
{
    /// <summary>Done; for <c>migrate</c>: the SLA was met.</summary>
    public const int Done = 0;

    /// <summary>Anything that no other status describes.</summary>
    public const int OtherFailure = 1;

    /// <summary>Wrong usage or invalid input.</summary>
    public const int InvalidInput = 2;

    /// <summary>The machine stayed RUNNING.</summary>
    public const int Stayed = 3;

    /// <summary>The migration was committed and the limit was exceeded.</summary>
    public const int LimitExceeded = 4;

    /// <summary>Something failed and was recovered.</summary>
    public const int Recovered = 5;

    /// <summary>Something failed and a person has to act.</summary>
    public const int NeedsPerson = 6;

    /// <summary>The target lacks what is needed.</summary>
    public const int TargetLacks = 7;
}
