using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>What the parts of the service share.</summary>
internal sealed class ServiceParts : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public ServiceParts(ServiceOptions options)
    {
        Options = options;
        Records = new ServiceStore(options.Store);
        Samples = new BufferingStore(options.Store);
        Policies = new PolicyBook(Records, options.Policies);
        Events = new EventFeed(Records);
        Sessions = new BrowserSessions(Clock);
        Recent = new RecentAttempts(options.Store, Policies, Clock);
        Fleet = new FleetOverview(this);
        Ledger = new LedgerCounts(options.Store, Policies, Clock);
        AgentBook = new AgentBook(this);
        AgentWork = new AgentWork(this);
        Migrations = new MigrationRunner(this);
        Clockwork = new Clockwork(Clock);
        Plans = new PlanRunner(this);
    }

    public ServiceOptions Options { get; }

    /// <summary>What the service keeps.</summary>
    public ServiceStore Records { get; }

    /// <summary>The ledger and the measurements, through a buffer.</summary>
    public BufferingStore Samples { get; }

    public PolicyBook Policies { get; }

    public EventFeed Events { get; }

    public BrowserSessions Sessions { get; }

    public LedgerCounts Ledger { get; }

    /// <summary>The attempts that budgets look back on.</summary>
    public RecentAttempts Recent { get; }

    public FleetOverview Fleet { get; }

    /// <summary>Which hosts have an agent.</summary>
    public AgentBook AgentBook { get; }

    /// <summary>The agents whose streams are up.</summary>
    public AttachedAgents Agents { get; } = new();

    /// <summary>The migrations that agents carry out.</summary>
    public AgentWork AgentWork { get; }

    public MigrationRunner Migrations { get; }

    public PlanRunner Plans { get; }

    /// <summary>Does things when the calendar says so.</summary>
    public Clockwork Clockwork { get; }

    public Drivers Drivers => Options.Sessions.Drivers!;

    public TimeProvider Clock => Options.Sessions.Clock;

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Is cancelled when the service stops: who listens is let go.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Lets those go who listen.</summary>
    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Whether everything that was interrupted has been looked after.</summary>
    public bool IsReady { get; set; }
}
