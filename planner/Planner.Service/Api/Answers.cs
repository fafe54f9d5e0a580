namespace Planner.Service;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null for the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A node as it was put.</summary>
internal sealed record NodeView(string Name, IReadOnlyDictionary<string, string> Labels, string? Address, string? Memory, int? Vcpus, long Version, DateTimeOffset Changed);

/// <summary>A machine as it was put, or as its last migration has left it.</summary>
internal sealed record MachineView(
    string Name, IReadOnlyDictionary<string, string> Labels, string? Node, string? Target, IReadOnlyList<string>? Devices, StartDestination? StartDestination, long Version, DateTimeOffset Changed)
{
    public string? Memory { get; init; }

    public int? Vcpus { get; init; }

    /// <summary>Its class by its labels; null if none selects it.</summary>
    public string? Sla { get; init; }

    /// <summary>Why it would not be tried now; null if nothing speaks against it.</summary>
    public Refusal? WhyNot { get; init; }
}

/// <summary>Why a machine is not tried now.</summary>
internal sealed record Refusal(string Reason, string CheapestChange, DateTimeOffset? Until);

/// <summary>A webhook as it was put, without its secret, and how far it was told.</summary>
internal sealed record WebhookView(string Name, string Url, IReadOnlyList<string> Kinds, long DeliveredNumber, long Failed, long Dropped);

/// <summary>What would come of a migration.</summary>
internal sealed record ForecastAnswer
{
    public required string Machine { get; init; }

    public required string Destination { get; init; }

    public required string Sla { get; init; }

    /// <summary><c>yes</c>, <c>no</c>, or <c>unknown</c> where nothing can be said.</summary>
    public required string Feasible { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What would make it possible; null if it is, or if that is not known.</summary>
    public string? CheapestChange { get; init; }

    /// <summary>The earliest moment at which it may begin.</summary>
    public DateTimeOffset? EarliestStart { get; init; }

    /// <summary>When the window closes in which it may begin; null for no window.</summary>
    public DateTimeOffset? WindowCloses { get; init; }

    /// <summary>How long it would take in all: the middle if it were alone on its link, and the rest if all that cross the link now went on as long.</summary>
    public EtaSeconds? DurationSeconds { get; init; }

    /// <summary>What it would have to wait for now, in one sentence; null for nothing.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Its share of the link beside the migrations that cross it now; 1 if there is none.</summary>
    public double LinkShare { get; init; } = 1;

    /// <summary>Migrations that share nodes or links with it now.</summary>
    public IReadOnlyList<string> SharesWith { get; init; } = [];

    /// <summary>The decision that it would begin with; null if none can be made.</summary>
    public Policies.ExplainedDecision? Decision { get; init; }
}

/// <summary>What the loop of another master is to do.</summary>
/// <param name="Action"><c>nothing</c>, <c>soft</c>, <c>hard</c> or <c>abort</c>.</param>
/// <param name="MaxDowntimeSeconds">For <c>soft</c>: stop the guest once this times the rate is left.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record SwitchoverAdvice(string Action, double? MaxDowntimeSeconds, string Reason);

/// <summary>A tenant's notice.</summary>
internal sealed record NoticeView
{
    public required string Id { get; init; }

    public required string Machine { get; init; }

    public required string Destination { get; init; }

    public required string Sla { get; init; }

    /// <summary><c>pending</c>, <c>acknowledged</c>, <c>postponed</c> or <c>started</c>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset LatestStart { get; init; }

    /// <summary>How long the guest is expected not to run; null if nothing is known.</summary>
    public double? ExpectedBlackoutSeconds { get; init; }

    /// <summary>The limit that its class promises.</summary>
    public required double BlackoutLimitSeconds { get; init; }

    public string? AnsweredBy { get; init; }

    /// <summary>The migration; null until it was begun.</summary>
    public string? Migration { get; init; }
}

/// <summary>How the service is.</summary>
internal sealed record Health(string Status, IReadOnlyList<string> Problems);

/// <summary>Who has signed in.</summary>
internal sealed record SignedIn(string Name, string Scope);
