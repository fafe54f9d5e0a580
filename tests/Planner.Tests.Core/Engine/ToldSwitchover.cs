using Planner.Engine;
using Planner.Measurements;

namespace Planner.Tests.Engine;

/// <summary>What two hypervisors told of one switchover, fed to the engine in its order. Times are milliseconds of one clock unless a side's is set off.</summary>
internal sealed class ToldSwitchover
{
    private static readonly TimeSpan Epoch = TimeSpan.FromDays(20000);
    private double _destinationOffset;

    public ToldSwitchover(params string[] devices) => State = new HypervisorState
    {
        Plan = new HypervisorPlan
        {
            SourceAddress = "qmp:a",
            DestinationAddress = "qmp:b",
            Limit = TimeSpan.FromMilliseconds(100),
            Devices = devices,
        },
        StartedNanoseconds = 0,
        Stage = HypervisorStage.PreCopying,
        IsBegun = true,
        Source = new HypervisorSide { WasPrepared = true },
        Destination = new HypervisorSide { WasPrepared = true },
        Times = new SwitchoverTimes { AllowedNanoseconds = 0 },
    };

    public HypervisorState State { get; private set; }

    public List<EngineCommand> Commands { get; } = [];

    /// <summary>One device on QEMU 11.1: arcs of 21, 100, 50 and 10 ms, and 60 ms of sending.</summary>
    public static ToldSwitchover OfOneDevice(bool isPrepareTold = true, double destinationOffset = 0)
    {
        var told = new ToldSwitchover("dev0") { _destinationOffset = destinationOffset };
        told.Source(0, new MigrationChanged(HypervisorMigrationStatus.Active) { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Destination, 0.5, "dev0", DeviceState.Resuming);
        told.Device(MigrationSide.Source, 1, "dev0", DeviceState.PreCopy);
        if (isPrepareTold)
        {
            told.Device(MigrationSide.Source, 1000, "dev0", DeviceState.PreCopyP2P, isPreparing: true);
        }

        told.Device(MigrationSide.Source, 1021, "dev0", DeviceState.PreCopyP2P);
        told.Device(MigrationSide.Source, 1121, "dev0", DeviceState.StopCopy);
        told.Stopped(1122, lastPass: 997);
        told.Source(1122, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Destination(1180, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        told.Source(1182, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Source, 1184, "dev0", DeviceState.Stop);
        return told;
    }

    public ToldSwitchover Downtime(double milliseconds) => Source(1183, new SwitchoverDone(0, TimeSpan.FromMilliseconds(milliseconds)) { ReceivedNanoseconds = 0 });

    public ToldSwitchover RunsOnDestination(double answeredAt = 1252)
    {
        Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        Device(MigrationSide.Destination, 1240, "dev0", DeviceState.RunningP2P);
        Device(MigrationSide.Destination, 1250, "dev0", DeviceState.Running);
        return Answered(answeredAt, HypervisorOrder.Continue);
    }

    public ToldSwitchover Answered(double at, HypervisorOrder order, MigrationSide side = MigrationSide.Destination, HypervisorReport? report = null) =>
        Feed(at, new HypervisorAnswered(side, order, Report: report));

    /// <summary>An event as it was heard, whatever its host's clock says.</summary>
    public ToldSwitchover Heard(MigrationSide side, TimeSpan stamp, double at, HypervisorEvent what) =>
        Feed(at, new HypervisorTold(side, what with { HappenedAt = stamp, ReceivedNanoseconds = (long)(at * 1e6) }));

    /// <summary>The source was asked, and its guest ran.</summary>
    public ToldSwitchover Ran(double askedAt, double answeredAt) =>
        Feed(answeredAt, new HypervisorTold(MigrationSide.Source, new GuestRan((long)(askedAt * 1e6)) { ReceivedNanoseconds = (long)(answeredAt * 1e6) }));

    /// <summary>A side was told something whose effect is heard.</summary>
    public ToldSwitchover Order(MigrationSide side, HypervisorOrder order, double at)
    {
        var step = new MachineStepBuilder(State, (long)(at * 1e6));
        step.Tell(side, order);
        State = step.State;
        return this;
    }

    public ToldSwitchover Ran(double at) => Source(at, new GuestRan((long)(at * 1e6)) { ReceivedNanoseconds = 0 });

    public ToldSwitchover Stopped(double at, double lastPass) =>
        Source(at, new GuestStopped { ReceivedNanoseconds = 0, LastPassAt = Epoch + TimeSpan.FromMilliseconds(lastPass) });

    public ToldSwitchover Device(MigrationSide side, double at, string device, DeviceState state, bool isPreparing = false) =>
        Told(side, at, new DeviceStateChanged(device, state, isPreparing) { ReceivedNanoseconds = 0 });

    public ToldSwitchover Source(double at, HypervisorEvent what) => Told(MigrationSide.Source, at, what);

    public ToldSwitchover Destination(double at, HypervisorEvent what) => Told(MigrationSide.Destination, at, what);

    public ToldSwitchover With(Func<HypervisorPlan, HypervisorPlan> change)
    {
        State = State with { Plan = change(State.Plan) };
        return this;
    }

    public ToldSwitchover Unpermitted()
    {
        State = State with { Times = State.Times with { AllowedNanoseconds = null } };
        return this;
    }

    /// <summary>Lets both sides' settings be put back, and whatever is waited for pass.</summary>
    public (MigrationOutcome Outcome, string Reason) End(double at = 5000)
    {
        Answered(at, HypervisorOrder.Restore);
        Answered(at, HypervisorOrder.Restore, MigrationSide.Source);
        Feed(at, new Woke(State.WakeAtNanoseconds));
        return (State.IntendedOutcome, State.Reason);
    }

    public ToldSwitchover Feed(double at, EngineEvent happened)
    {
        var step = HypervisorEngine.Advance(State, happened, (long)(at * 1e6));
        State = step.State;
        Commands.AddRange(step.Commands);
        return this;
    }

    private ToldSwitchover Told(MigrationSide side, double at, HypervisorEvent what)
    {
        var offset = side == MigrationSide.Destination ? _destinationOffset : 0;
        return Feed(at, new HypervisorTold(side, what with { HappenedAt = Epoch + TimeSpan.FromMilliseconds(at + offset), ReceivedNanoseconds = (long)((at + 0.5) * 1e6) }));
    }
}
