using System.Collections.Immutable;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Sessions in which the planner walks the devices itself.</summary>
internal static class DeviceSession
{
    public static async Task<SessionResult> RunAsync(DeviceMigrationRequest request, SessionServices services, CancellationToken cancellationToken)
    {
        var plan = Plan(request, services);
        var record = DeviceRecord.Open(request, plan, services);
        EvidenceLoader.Check(() => record.Evaluator(MigrationEngine.Start(plan, services.Clock.NowNanoseconds()).State, services.Clock.NowNanoseconds()));
        record.Begin();
        var host = new SessionHost<EngineState>(services, shell => new DeviceWalker(
            request.Devices.Select(d => (d.Source.Address, (IMigrationDevice?)d.Source)),
            request.Devices.Select(d => (d.Destination.Address, (IMigrationDevice?)d.Destination)),
            shell,
            record.Evaluator), record, MigrationEngine.Advance);
        return record.End(await host.RunAsync(now => MigrationEngine.Start(plan, now), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The decision that a session would begin with.</summary>
    public static ExplainedDecision Forecast(DeviceMigrationRequest request, SessionServices services)
    {
        var plan = Plan(request, services);
        var now = services.Clock.NowNanoseconds();
        var start = MigrationEngine.Start(plan, now).State;

        // The first decision is made where pre-copy, if there is any, runs.
        var ready = start with { Sources = [.. start.Sources.Select((source, i) => source with { State = plan.Devices[i].ReadyState })] };
        var evaluator = DeviceRecord.Open(request, plan, services).Evaluator(ready, now);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }

    /// <summary>Brings the devices of an interrupted migration to where their machine runs.</summary>
    public static async Task<SessionState> RecoverAsync(JournalContents contents, SessionServices services)
    {
        var header = contents.Header;
        var host = new SessionHost<EngineState>(services, shell => new DeviceWalker(
            header.Devices.Select(d => (d.Source.Address, (IMigrationDevice?)null)),
            header.Devices.Select(d => (d.Destination.Address, (IMigrationDevice?)null)),
            shell,
            null), new RecoveryRecord(header, services), MigrationEngine.Advance);
        var end = await host.RunAsync(
            now => MigrationEngine.Recover(
                Plan(header, services), Participants(contents, MigrationSide.Source), Participants(contents, MigrationSide.Destination), contents.IsHandedOver, contents.IsTakenBack, now, contents.MayLackSteps),
            CancellationToken.None).ConfigureAwait(false);
        return end.State;
    }

    private static MigrationPlan Plan(DeviceMigrationRequest request, SessionServices services) => new MigrationPlan
    {
        Devices = [.. request.Devices.Select(d => new DevicePlan(d.Name, d.Source.Address, d.Destination.Address, d.Source.Offer, Taking(d.Source.Offer, d.Destination.Offer))
        {
            SourceIdentity = Identity(d.Source.Address, services),
            DestinationIdentity = Identity(d.Destination.Address, services),
        })],
        Host = services.Host,
        Mode = request.Mode,
        Moved = request.Moved,
        Limit = request.Policy.BlackoutLimit,
        QuiesceTries = request.Policy.QuiesceTries,
        OnFailure = [.. request.Policy.OnFailure],
        Patience = request.Patience,
        SilencePatience = services.SilencePatience,
    }.Checked();

    private static MigrationPlan Plan(JournalHeader header, SessionServices services) => new()
    {
        // Who recovers has time, and a device that answers late is better than a person: its own question ends first.
        SilencePatience = services.StatePatience + TimeSpan.FromSeconds(5),
        Devices = [.. header.Devices.Select(d => new DevicePlan(d.Name, d.Source.Address, d.Destination.Address, Offer(d.Source), Offer(d.Destination)))],
        OnFailure = [.. header.OnFailure.Select(name => Enum.Parse<FailureAction>(name, ignoreCase: true))],
    };

    /// <summary>A server may refuse all questions of a device at rest; it is to take the source's state, and so is taken to be of its class.</summary>
    private static DeviceOffer Taking(DeviceOffer source, DeviceOffer destination) =>
        destination.TellsClass == Answer.CouldNotAsk ? destination with { DeviceClass = source.DeviceClass } : destination;

    /// <summary>The same device by another address has the same evidence.</summary>
    private static string Identity(string address, SessionServices services) =>
        services.Drivers?.Identify(address) is { Scheme.Length: > 0 } identity ? $"{identity.Scheme}:{identity.Name}" : address;

    private static DeviceOffer Offer(JournalEndpoint endpoint) => new()
    {
        DeviceClass = endpoint.DeviceClass,
        Capabilities = endpoint.Capabilities,
        CommitArc = DeviceOffer.CommitArcOfUnknownDriver(endpoint.Capabilities),
        OffersReset = endpoint.OffersReset ? Answer.Yes : Answer.No,
    };

    private static ImmutableArray<Participant> Participants(JournalContents contents, MigrationSide side) =>
    [
        .. contents.Header.Devices.Select((device, i) => new Participant
        {
            Found = (side == MigrationSide.Source ? device.Source : device.Destination).Found,
            WasTouched = contents.WasTouched(side, i),
            Left = [.. contents.StatesLeft(side, i) ?? []],
        }),
    ];
}
