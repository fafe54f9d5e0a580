using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Carries out the migration of a machine that its hypervisor sends: the engine decides when the guest may stop.</summary>
public sealed class HypervisorSession
{
    private static readonly TimeSpan LastWordsPatience = TimeSpan.FromSeconds(1);

    private readonly HypervisorRequest _request;
    private readonly SessionServices _services;
    private readonly SessionNotices _notices;

    /// <summary>Makes a session. Nothing is touched yet.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="services">What to work with.</param>
    /// <exception cref="PlanRefusedException">The machine cannot be migrated, or the destination is another machine.</exception>
    public HypervisorSession(HypervisorRequest request, SessionServices services)
    {
        HypervisorMatch.Check(request.Source, request.Destination);
        _request = request;
        _services = services;
        _notices = new SessionNotices(request.MigrationId, services.Clock, services.Observers);
    }

    /// <summary>Runs the migration to its end on the calling thread. Called once.</summary>
    /// <param name="cancellationToken">Cancels before the guest is stopped: it runs on, and the outcome is <see cref="MigrationOutcome.Stayed"/>.</param>
    /// <exception cref="StoreException">The store cannot be read. Nothing was touched.</exception>
    /// <exception cref="HypervisorException">A monitor does not answer. Nothing was touched.</exception>
    public SessionResult Run(CancellationToken cancellationToken)
    {
        HypervisorWarmUp.Once();
        var started = _notices.Now;
        var (known, withUnknownDevices) = HypervisorKnowledge.Recall(_request.Source.Offer, _request.Machine, _request.Policy, _services.Store);
        var settings = Task.WhenAll(_request.Source.ReadSettingsAsync(cancellationToken), _request.Destination.ReadSettingsAsync(cancellationToken)).GetAwaiter().GetResult();
        _notices.Send(new MigrationStarted(_request.Machine, _request.Source.Address, _request.Destination.Address, _request.Policy.Name, _request.Policy.BlackoutLimit)
        {
            MigrationId = _request.MigrationId,
            At = started,
        });
        var terms = HypervisorKnowledge.Terms(_request.Policy, _request.Source.Offer, _request.ErrorBudgetRemaining);
        var judge = new SwitchoverJudge(
            known, terms, HypervisorKnowledge.Rule(_request.Policy), _services.Clock.GetNanoseconds(), _request.Source.Offer.ThrottleSlice, withUnknownDevices);
        var scribe = new HypervisorScribe(_request, judge, Header(settings, started), _notices, _services.Clock);
        var source = new HypervisorLink(_request.Source.Address, _request.Source, settings[0], _services.Drivers);
        var destination = new HypervisorLink(_request.Destination.Address, _request.Destination, settings[1], _services.Drivers);
        HypervisorState state;
        using (var loop = new HypervisorLoop(source, destination, new HypervisorChannel(_request.Channel, _request.Listen, _request.MayListenAlready), _services, scribe))
        {
            state = loop.Run(now => HypervisorEngine.Start(Plan(), now), cancellationToken);
        }

        source.DisposeAsync().AsTask().Wait(LastWordsPatience, CancellationToken.None);
        destination.DisposeAsync().AsTask().Wait(LastWordsPatience, CancellationToken.None);
        return Finish(state, judge.Evidence, scribe, started);
    }

    private HypervisorPlan Plan() => new()
    {
        SourceAddress = _request.Source.Address,
        DestinationAddress = _request.Destination.Address,
        Mode = _request.Mode,
        MayThrottle = _request.Source.Offer.OffersThrottle && _request.Policy.DirtyRateFloorBytesPerSecond is not null,
        Limit = _request.Policy.BlackoutLimit,
        Devices = [.. _request.Source.Offer.Devices.Select(d => d.Name)],
        KnowsDevices = _request.Source.Offer.TellsDevices,
        TellsArcs = _request.Source.Offer.TellsArcs,
        OnStateLost = _request.Policy.OnStateLost,
        ReportPatience = _services.StatePatience,
        StopPatience = _services.StopPatience,
    };

    private JournalHeader Header(string[] settings, DateTimeOffset started)
    {
        const MigrationCapabilities flags = MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy;
        JournalEndpoint Endpoint(IHypervisor machine, DeviceState found, string kept) => new(machine.Address, found, machine.Offer.MachineClass, flags, OffersReset: false, kept);
        return new JournalHeader(_request.MigrationId, _request.Machine, started, [],
            [new JournalDevice(MachineKeys.Participant, Endpoint(_request.Source, DeviceState.Running, settings[0]), Endpoint(_request.Destination, DeviceState.Resuming, settings[1]))]);
    }

    private SessionResult Finish(HypervisorState state, MachineSnapshots known, HypervisorScribe scribe, DateTimeOffset started)
    {
        var gate = state.Gate;
        var explained = gate?.Evaluator.Explain(gate.Decision, gate.Moment);
        var parts = SwitchoverParts.Of(state, scribe, known);
        var measured = new MeasurementBatch();
        if (state is { IsOnDestination: true, ResetDevices.IsEmpty: true, UnknownDevice: null })
        {
            // What a reset made of an arc is no evidence, and neither is what a device took that is not always there.
            measured = parts.Measured(gate, _request, _notices.Now);
        }

        var blackout = state.Pause?.Length ?? TimeSpan.Zero;
        var snapshot = gate is null ? null : DecisionJson.WriteSnapshot(Input(gate));
        var record = new MigrationRecord(
            _request.MigrationId, _request.Machine, _request.Source.Address, _request.Destination.Address, _request.Policy.Name, state.IntendedOutcome,
            _request.Policy.BlackoutLimit, SessionClock.Span(gate?.Decision.BoundSeconds ?? double.NaN), blackout, started, _notices.Now, state.Reason, snapshot)
        {
            Method = gate?.Decision.Method,
        };
        var result = new SessionResult
        {
            Outcome = state.IntendedOutcome,
            Blackout = blackout,
            Pause = state.Pause,
            Reason = state.Reason,
            Decision = explained,
            Terms = explained is null ? [] : parts.Compare(explained.Terms),
            Snapshot = snapshot,
            Record = record,
            Measurements = measured with { LinkAges = scribe.SeenOfLink, Migrations = [record] },
        };
        result = result with { StoreTrouble = Keep(result) };
        if (state.IsSettled || state.IntendedOutcome != MigrationOutcome.NeedsPerson)
        {
            _services.Journal?.Close();
        }

        _notices.Send(new MigrationEnded(result.Outcome, blackout, _request.Policy.BlackoutLimit, result.Reason) { MigrationId = _request.MigrationId, At = record.Ended });
        return result;
    }

    /// <summary>The evaluator's snapshot, moved to the moment that was decided about.</summary>
    private static DecisionSnapshot Input(GateDecision gate)
    {
        var snapshot = gate.Input();
        return snapshot with { Ram = snapshot.Ram! with { RemainingBytes = gate.Moment.RamRemainingBytes } };
    }

    private string? Keep(SessionResult result)
    {
        try
        {
            _services.Store?.Append(result.Measurements);
            return null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }
}
