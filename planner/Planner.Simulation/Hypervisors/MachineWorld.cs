using System.Diagnostics.CodeAnalysis;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>A world of a machine that its hypervisor sends.</summary>
internal sealed class MachineWorld : World
{
    private const string Channel = "simulated";

    private readonly HypervisorPair _pair;
    private readonly Random _chance;

    /// <summary>Makes it.</summary>
    public MachineWorld(WorldScenario scenario, MemoryStore store, int run)
        : base(scenario, store, run)
    {
        _chance = new Random((int)(((scenario.Seed * 31) + (ulong)run) % int.MaxValue));
        _pair = new HypervisorPair(scenario.Machine!, Time, _chance, History);
        Drivers = new Drivers(new Driver(_pair));
    }

    /// <inheritdoc/>
    protected override Drivers Drivers { get; }

    /// <inheritdoc/>
    /// <remarks>There are no rehearsals of a machine: it is moved under a promise that everything keeps.</remarks>
    protected override Task<SessionResult> MigrateAsync(MigrationMode mode, SessionServices services, CancellationToken cancel) => MigrationSession.RunAsync(
        new MachineMigrationRequest
        {
            MigrationId = Name,
            Machine = "vm",
            Source = _pair.Source.Connect(),
            Destination = _pair.Destination.Connect(),
            Channel = Channel,
            Listen = Channel,
            Policy = mode == MigrationMode.Rehearsal
                ? Scenario.Policy with { BlackoutLimit = TimeSpan.FromMinutes(1), CompleteWithin = TimeSpan.FromSeconds(20), WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept }
                : Scenario.Policy,
            Mode = MigrationMode.Active,
        },
        services,
        cancel);

    /// <inheritdoc/>
    protected override void SetFaults(bool mayFail) => _pair.MayFail = mayFail;

    /// <inheritdoc/>
    /// <remarks>Whatever is under way goes on without a planner, and may go wrong as well.</remarks>
    protected override void Bury()
    {
        _pair.Source.Disconnect();
        _pair.Destination.Disconnect();
        _pair.MayFail = true;
        Time.Pass(TimeSpan.FromSeconds(2 * _chance.NextDouble()));
        _pair.MayFail = false;
    }

    /// <inheritdoc/>
    protected override void Look() => History.IsLeftPrepared = _pair.Source is { IsAlive: true } source && (source.IsPrepared || source.ThrottlePercent > 0);

    private sealed class Driver(HypervisorPair pair) : IHypervisorDriver
    {
        public string Scheme => WorldHypervisor.SchemeName;

        public string Form => "NAME";

        public string ChannelForm => Channel;

        public string ChannelTo(string name) => Channel;

        public string? FindChannelProblem(string channel) => null;

        public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
        {
            (name, problem) = (text, null);
            return true;
        }

        public TargetIdentity? Identify(string name) => new TargetIdentity(Scheme, name);

        public Task<IHypervisor> OpenAsync(string name, CancellationToken cancellationToken) =>
            (name == pair.Source.Name ? pair.Source : pair.Destination).OpenAsync(cancellationToken);
    }
}
