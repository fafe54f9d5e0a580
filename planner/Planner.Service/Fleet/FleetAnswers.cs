namespace Planner.Service;

/// <summary>The fleet at a glance: what is wrong and what to do, what moves, and every machine in a row.</summary>
internal sealed record FleetView(DateTimeOffset At, long Number)
{
    /// <summary>What is wrong, the worst first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Migrations under way and those that wait.</summary>
    public required IReadOnlyList<Operation> Moving { get; init; }

    public required IReadOnlyList<ClassRow> Classes { get; init; }

    public required IReadOnlyList<HostRow> Hosts { get; init; }

    /// <summary>The machines, by name; at most 50,000.</summary>
    public required IReadOnlyList<MachineRow> Machines { get; init; }
}

/// <summary>Something that somebody should know.</summary>
/// <param name="Severity"><c>critical</c> (now), <c>serious</c> (today), <c>warning</c> (soon) or <c>notice</c>.</param>
/// <param name="What">What is wrong, in one short sentence.</param>
/// <param name="Why">Why, in the words of who found it; null if there is no more to say.</param>
/// <param name="Todo">What to do, in one sentence.</param>
/// <param name="Link">The page of the dashboard that shows the inputs behind it.</param>
internal sealed record Finding(string Severity, string What, string? Why, string Todo, string Link);

/// <summary>A class: its promise, whether it is kept, and its machines by what they do.</summary>
internal sealed record ClassRow(
    string Sla, double LimitSeconds, double Confidence, int Machines, int Moving, int Held, int Paused, int Violations, double Left, double? LeftShare, string Burning);

/// <summary>A host and its machines by what they do.</summary>
internal sealed record HostRow(string Name, bool Registered, int Machines, int Moving, int Held, int Troubled);

/// <summary>A machine in a row.</summary>
internal sealed record MachineRow
{
    public required string Name { get; init; }

    public string? Node { get; init; }

    public string? Sla { get; init; }

    /// <summary><c>needsPerson</c>, <c>overLimit</c>, <c>moving</c>, <c>queued</c>, <c>held</c>, <c>stayed</c>, <c>window</c>, <c>noClass</c> or <c>fine</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why; null if there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The cheapest change that would let it move; null if none is needed or known.</summary>
    public string? Change { get; init; }

    /// <summary>The share of the machine's budget of paused seconds that is left; null where its class has none.</summary>
    public double? LeftShare { get; init; }

    /// <summary>When its last attempt ended; null before the first.</summary>
    public DateTimeOffset? LastEnded { get; init; }

    /// <summary>The migration under way, or the attempt that the state comes from; null for none.</summary>
    public string? Migration { get; init; }
}
