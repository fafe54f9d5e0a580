namespace Planner.Engine;

/// <summary>How far a host's wall clock is from the planner's monotonic clock, as bounds: from what a monitor on that host tells and when it is heard.</summary>
/// <remarks>
/// What is heard happened before, so the clock is at least (stamp - heard) ahead. What a command caused, or what was told after the answer to a command, happened
/// after that command was sent, so the clock is at most (stamp - sent) ahead. Bounds grow by how much a clock may be slewed, and are let go of after a minute. Where they
/// contradict each other the clock was set, and they begin anew; a step smaller than the time since the last answer may go unseen.
/// </remarks>
internal sealed record HostClock
{
    private const long SlewedPartsPerMillion = 500;

    // A stamp has whole microseconds.
    private const long StampTicks = TimeSpan.TicksPerMicrosecond;

    private static readonly long KeptNanoseconds = (long)TimeSpan.FromMinutes(1).TotalNanoseconds;

    /// <summary>When a command was sent that will be heard of in an event, on the planner's clock in nanoseconds; null if none was.</summary>
    public long? ToldNanoseconds { get; init; }

    /// <summary>How often the clock was seen to be set.</summary>
    public int Steps { get; init; }

    private Bound? Least { get; init; }

    private Bound? Most { get; init; }

    private (long AskedNanoseconds, long HeardNanoseconds)? Answer { get; init; }

    /// <summary>Takes the answer to a command, on the planner's clock in nanoseconds. What is heard later happened after the command was sent: a monitor keeps its order.</summary>
    public HostClock Answered(long askedNanoseconds, long heardNanoseconds) => this with { Answer = (askedNanoseconds, heardNanoseconds) };

    /// <summary>Takes an event.</summary>
    /// <param name="stamp">When it happened by the host's clock; zero if it does not say.</param>
    /// <param name="heardNanoseconds">When it was heard.</param>
    /// <param name="isCaused">Whether the command of <see cref="ToldNanoseconds"/> caused it, or something that followed from it.</param>
    /// <returns>The clock as it is known then, and the moment by the planner's clock.</returns>
    public (HostClock Clock, SwitchoverMoment Moment) Hear(TimeSpan stamp, long heardNanoseconds, bool isCaused)
    {
        var since = NotBefore(heardNanoseconds, isCaused);
        if (stamp <= TimeSpan.Zero)
        {
            return (this, new SwitchoverMoment(stamp, heardNanoseconds) { EarliestNanoseconds = since, Steps = Steps });
        }

        var least = new Bound(Ahead(stamp, heardNanoseconds), heardNanoseconds);
        var most = since is { } sent ? new Bound(Ahead(stamp, sent) + StampTicks, heardNanoseconds) : (Bound?)null;
        var isStep = least.AheadTicks > Most?.At(heardNanoseconds, 1) || most?.AheadTicks < Least?.At(heardNanoseconds, -1);
        var clock = this with
        {
            Steps = Steps + (isStep ? 1 : 0),
            Least = !isStep && Least?.At(heardNanoseconds, -1) > least.AheadTicks ? Least : least,
            Most = !isStep && Most?.At(heardNanoseconds, 1) is { } known && !(known > most?.AheadTicks) ? Most : most,
        };
        var latest = Planner(stamp, clock.Least.Value.At(heardNanoseconds, -1)!.Value - StampTicks);
        var earliest = clock.Most?.At(heardNanoseconds, 1) is { } ahead ? Planner(stamp, ahead) : (long?)null;
        return (clock, new SwitchoverMoment(stamp, heardNanoseconds)
        {
            EarliestNanoseconds = earliest > since || since is null ? earliest : since,
            LatestNanoseconds = Math.Min(heardNanoseconds, latest),
            Steps = clock.Steps,
        });
    }

    private long? NotBefore(long heardNanoseconds, bool isCaused)
    {
        var asked = Answer is { } answer && answer.HeardNanoseconds <= heardNanoseconds ? answer.AskedNanoseconds : (long?)null;
        var told = isCaused && ToldNanoseconds <= heardNanoseconds ? ToldNanoseconds : null;
        return asked > told || told is null ? asked : told;
    }

    private static long Ahead(TimeSpan stamp, long nanoseconds) => stamp.Ticks - (nanoseconds / TimeSpan.NanosecondsPerTick);

    private static long Planner(TimeSpan stamp, long aheadTicks) => (stamp.Ticks - aheadTicks) * TimeSpan.NanosecondsPerTick;

    private readonly record struct Bound(long AheadTicks, long FromNanoseconds)
    {
        /// <summary>The bound at a later moment, lower (-1) or higher (1) by how much a clock may be slewed; null once it is too old.</summary>
        public long? At(long nanoseconds, int sign)
        {
            var age = Math.Max(0, nanoseconds - FromNanoseconds);
            return age > KeptNanoseconds ? null : AheadTicks + (sign * ((age * SlewedPartsPerMillion / 1_000_000 / TimeSpan.NanosecondsPerTick) + 1));
        }
    }
}
