using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Sessions in which a hypervisor sends the machine, and the planner decides when the guest may stop.</summary>
internal static class MachineSession
{
    public static async Task<SessionResult> RunAsync(MachineMigrationRequest request, SessionServices services, CancellationToken cancellationToken)
    {
        HypervisorMatch.Check(request.Source, request.Destination);
        var started = services.Clock.GetUtcNow();
        var (known, withUnknownDevices) = HypervisorKnowledge.Recall(
            request.Source.Offer, request.Machine,
            new HostPair(HypervisorKnowledge.HostOf(request.Source, services.Host), HypervisorKnowledge.HostOf(request.Destination, services.Host)),
            request.Policy, services.Store);
        var settings = await Task.WhenAll(request.Source.ReadSettingsAsync(cancellationToken), request.Destination.ReadSettingsAsync(cancellationToken)).ConfigureAwait(false);
        var terms = HypervisorKnowledge.Terms(request.Policy, request.Source.Offer, request.ErrorBudgetRemaining);
        EvidenceLoader.Check(() => known.Check(terms));
        EvidenceLoader.Check(() => withUnknownDevices?.Check(terms));
        var judge = new SwitchoverJudge(
            known, terms, HypervisorKnowledge.Rule(request.Policy), services.Clock.NowNanoseconds(), request.Source.Offer.ThrottleSlice, withUnknownDevices);
        var record = new MachineRecord(request, judge, settings, services) { Started = started };
        record.Begin();
        var source = new HypervisorLink(request.Source.Address, request.Source, settings[0], services) { Channel = request.Channel };
        var destination = new HypervisorLink(request.Destination.Address, request.Destination, settings[1], services)
        {
            Channel = request.Listen,
            MayListenAlready = request.MayListenAlready,
        };
        var host = new SessionHost<HypervisorState>(services, shell => new MachineDriver(source, destination, shell, record.Judge), record, HypervisorEngine.Advance);
        return record.End(await host.RunAsync(now => HypervisorEngine.Start(Plan(request, services), now), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Brings a machine whose migration was interrupted to run on exactly one side. The truth is asked from both monitors.</summary>
    public static async Task<SessionState> RecoverAsync(JournalContents contents, SessionServices services)
    {
        var machine = contents.Header.Devices[0];
        var plan = new HypervisorPlan
        {
            SourceAddress = machine.Source.Address,
            DestinationAddress = machine.Destination.Address,
            ReportPatience = services.StatePatience,
            StopPatience = services.StopPatience,
            IsPaused = machine.Source.Found == DeviceState.Stop,
            IsManaged = services.Drivers?.IsManaged(machine.Source.Address) ?? false,

            // The journal does not say which devices there are.
            KnowsDevices = false,
            TellsArcs = false,
        };
        HypervisorLink Link(JournalEndpoint endpoint) => new(endpoint.Address, null, endpoint.Settings ?? "{}", services) { Process = endpoint.Process };
        var host = new SessionHost<HypervisorState>(
            services, shell => new MachineDriver(Link(machine.Source), Link(machine.Destination), shell, null), null, HypervisorEngine.Advance);

        // Where the handover may be missing from the journal, the destination may have run: that is the careful way to take it.
        var isHandedOver = contents.IsHandedOver || (contents.MayLackSteps && !plan.IsPaused);
        return (await host.RunAsync(now => HypervisorEngine.Recover(plan, isHandedOver, now), CancellationToken.None).ConfigureAwait(false)).State;
    }

    private static HypervisorPlan Plan(MachineMigrationRequest request, SessionServices services) => new()
    {
        SourceAddress = request.Source.Address,
        DestinationAddress = request.Destination.Address,
        IsManaged = services.Drivers?.IsManaged(request.Source.Address) ?? false,
        Mode = request.Mode,
        Moved = request.Moved,
        MayThrottle = request.Source.Offer.OffersThrottle && request.Policy.DirtyRateFloorBytesPerSecond is not null,
        IsPaused = request.IsPaused,
        Limit = request.IsPaused ? null : request.Policy.BlackoutLimit,
        Devices = [.. request.Source.Offer.Devices.Select(d => d.Name)],
        KnowsDevices = request.Source.Offer.TellsDevices,
        TellsArcs = request.Source.Offer.TellsArcs,
        OnStateLost = request.Policy.OnStateLost,
        ReportPatience = services.StatePatience,
        StopPatience = services.StopPatience,
    };
}
