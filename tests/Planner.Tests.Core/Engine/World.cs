using System.Collections.Immutable;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>Devices as the engine meets them, in virtual time: it carries commands out one after the other, in any order that a test
/// chooses, injects what a test asks for, and holds every step against the rules that must never be broken.</summary>
internal sealed class World
{
    public const string Failure = "the test lets it fail";

    private readonly List<EngineCommand> _open = [];
    private readonly DeviceState[][] _states;
    private readonly bool[] _hasImage;
    private readonly bool[] _wasReset;
    private readonly bool[] _isStreamOpen;
    private long? _wakeAt;
    private bool _isStopped;
    private int _commands;

    public World(MigrationPlan plan)
    {
        Plan = plan;
        _states = [Enumerable.Repeat(DeviceState.Running, plan.Devices.Length).ToArray(), Enumerable.Repeat(DeviceState.Running, plan.Devices.Length).ToArray()];
        _hasImage = new bool[plan.Devices.Length];
        _wasReset = new bool[plan.Devices.Length];
        _isStreamOpen = new bool[plan.Devices.Length];
        State = null!;
    }

    public MigrationPlan Plan { get; }

    public EngineState State { get; private set; }

    public long Now { get; private set; } = 1_000_000_000;

    /// <summary>Every command there ever was.</summary>
    public List<EngineCommand> Log { get; } = [];

    /// <summary>The commands that are not answered yet.</summary>
    public IReadOnlyList<EngineCommand> Open => _open;

    /// <summary>Whether the journal says that the machine belongs to the destination.</summary>
    public bool IsHandedOver => Log.LastOrDefault(c => c is MarkHandover or MarkTakeBack) is MarkHandover;

    /// <summary>Decides what becomes of an arc: null for success. The state may be any; it becomes the truth.</summary>
    public Func<RunArc, (ArcOutcome Outcome, DeviceState Truth)?> OnArc { get; set; } = _ => null;

    /// <summary>Decides whether a stream breaks, and on which side.</summary>
    public Func<EngineCommand, MigrationSide?> OnStream { get; set; } = _ => null;

    /// <summary>Whether a device answers a command at all.</summary>
    public Func<EngineCommand, bool> Hangs { get; set; } = _ => false;

    /// <summary>How long a command takes.</summary>
    public Func<EngineCommand, double> Seconds { get; set; } = _ => 0.001;

    /// <summary>Whether a device answers when it is asked for its state.</summary>
    public Func<MigrationSide, int, bool> CanBeAsked { get; set; } = (_, _) => true;

    /// <summary>Whether a reset works.</summary>
    public Func<MigrationSide, int, bool> CanBeReset { get; set; } = (_, _) => true;

    /// <summary>What the evaluator of a survey is made from.</summary>
    public Func<EngineState, DecisionSnapshot> Snapshot { get; set; } = _ => new DecisionSnapshot();

    /// <summary>Whether a reset that says it worked leaves the device in its migration state, as libvfio-user does. It is empty then, and may leave RESUMING.</summary>
    public bool ResetKeepsState { get; set; }

    public bool JournalWorks { get; set; } = true;

    /// <summary>Decides, by the number of all commands before it, whether what carries a command out fails: nothing behind it is done then.</summary>
    public Func<int, EngineCommand, bool> ShellFails { get; set; } = (_, _) => false;

    public MigrationOutcome Outcome => State.IntendedOutcome;

    public EndSession? End => Log.OfType<EndSession>().SingleOrDefault();

    public DeviceState Truth(MigrationSide side, int device) => _states[(int)side][device];

    public void SetTruth(MigrationSide side, int device, DeviceState state) => _states[(int)side][device] = state;

    public void SetImage(int device) => _hasImage[device] = true;

    /// <summary>The arcs that were sent, as text, such as <c>S RUNNING->STOP</c>.</summary>
    public IEnumerable<string> Arcs(int device) => Log.OfType<RunArc>().Where(c => c.Device == device)
        .Select(c => $"{(c.Side == MigrationSide.Source ? "S" : "D")} {c.Arc}");

    public World Start()
    {
        Take(MigrationEngine.Start(Plan, Now));
        return this;
    }

    public World StartRecovery(bool isHandedOver, bool isTakenBack = false)
    {
        ImmutableArray<Participant> participants = [.. Plan.Devices.Select(_ => new Participant { Found = DeviceState.Running, WasTouched = true })];
        Take(MigrationEngine.Recover(Plan, participants, participants, isHandedOver, isTakenBack, Now));
        return this;
    }

    public World Cancel()
    {
        Take(MigrationEngine.Advance(State, new CancelRequested(), Now));
        return this;
    }

    public World Hurry()
    {
        Take(MigrationEngine.Advance(State, new HurryRequested(), Now));
        return this;
    }

    /// <summary>Answers until the end, the oldest command first.</summary>
    public World Run() => Run(_ => 0);

    /// <summary>Answers until the end, in an order of the test's choice.</summary>
    public World Run(Func<int, int> choose, int mostSteps = 5000)
    {
        for (var i = 0; i < mostSteps && State.Stage != EngineStage.Ended; i++)
        {
            Answer(_open.Count > 0 ? choose(_open.Count) : 0);
        }

        Assert.Equal(EngineStage.Ended, State.Stage);
        CheckTheEnd();
        return this;
    }

    /// <summary>Answers one open command; where there is none, or it comes first, the engine is woken.</summary>
    public void Answer(int index)
    {
        if (_open.Count == 0)
        {
            Assert.True(_wakeAt is not null, $"the engine waits for nothing in {State.Stage}");
            Wake();
            return;
        }

        var command = _open[index];
        _open.RemoveAt(index);
        var then = Now + (long)(Seconds(command) * 1e9);
        while (_wakeAt <= then)
        {
            Wake();
        }

        Now = Math.Max(Now, then);
        if (Reply(command) is { } happened)
        {
            Take(MigrationEngine.Advance(State, happened, Now));
        }
    }

    /// <summary>Something fails around the engine that no command waits for.</summary>
    public World FailShell()
    {
        Take(MigrationEngine.Advance(State, new ShellFailed([], Failure), Now));
        return this;
    }

    private void Take(Step<EngineState> step)
    {
        for (var i = 0; i < step.Commands.Length; i++)
        {
            var command = step.Commands[i];
            if (ShellFails(_commands++, command))
            {
                // Whoever carries commands out has the engine woken all the same.
                _open.Add(new LostCommands(step.Commands[i..].RemoveAll(c => c is WakeAt)));
                _wakeAt = step.Commands[i..].OfType<WakeAt>().LastOrDefault()?.WakeAtNanoseconds ?? _wakeAt;
                break;
            }

            Log.Add(command);
            Check(command, step.State);
            if (command is StopStreams)
            {
                _isStopped = true;
            }
            else if (command is WakeAt wake)
            {
                _wakeAt = wake.WakeAtNanoseconds;
            }
            else if (command is AbandonDestination abandoned)
            {
                Assert.False(IsHandedOver, "what may run is not let go of");
                _open.RemoveAll(o => o is RunArc { Side: MigrationSide.Destination, Device: var arc } && arc == abandoned.Device
                    || o is ResetDevice { Side: MigrationSide.Destination, Device: var reset } && reset == abandoned.Device
                    || o is StartStream { Device: var stream } && stream == abandoned.Device || o is Survey { Device: var round } && round == abandoned.Device);
            }
            else if (!(command is MarkSwitchover or MarkHandover or MarkTakeBack or ReportDecision or EndSession || Hangs(command)))
            {
                _open.Add(command);
            }
        }

        State = step.State;
    }

    private EngineEvent? Reply(EngineCommand command) => command switch
    {
        LostCommands c => new ShellFailed(c.Commands, Failure),
        QueryState c => CanBeAsked(c.Side, c.Device)
            ? new StateAnswered(c.Side, c.Device, Truth(c.Side, c.Device), null)
            : new StateAnswered(c.Side, c.Device, null, "no answer"),
        RunArc c => Walk(c),
        ResetDevice c => Reset(c),
        Survey c => OnStream(c) is { } side
            ? new StreamBroken(c.Device, side, "it broke")
            : _isStopped && Plan.Devices[c.Device].UsesPreCopy
                ? new StreamBroken(c.Device, MigrationSide.Source, "it was stopped")
                : new Surveyed(c.Device, Plan.Devices[c.Device].UsesPreCopy ? 1000 : 0, null, 1_000_000),
        StartStream c => Stream(c),
        PrepareEvaluation => new EvaluationReady(SwitchoverEvaluator.Prepare(Snapshot(State))),
        OpenJournal => JournalWorks ? new JournalOpened() : new JournalFailed("the disk is full"),
        _ => null,
    };

    private void Wake()
    {
        var at = _wakeAt!.Value;
        _wakeAt = null;
        Now = Math.Max(Now, at);
        Take(MigrationEngine.Advance(State, new Woke(at), Now));
    }

    private ArcEnded Walk(RunArc c)
    {
        var capabilities = Plan.Devices[c.Device].Offer(c.Side).Capabilities;
        Assert.Equal(Truth(c.Side, c.Device), c.Arc.From);
        Assert.True(MigrationStateMachine.TryGetPath(c.Arc.From, c.Arc.To, capabilities, out var path), $"{c.Arc} is refused");
        Assert.True(c.DeadlineNanoseconds is not null || path.Length == 1, $"{c.Arc} is no single arc");
        var injected = OnArc(c);
        if (injected is null && c.Side == MigrationSide.Destination && c.Arc.From == DeviceState.Resuming && !_hasImage[c.Device] && !_wasReset[c.Device])
        {
            injected = (ArcOutcome.Failed, DeviceState.Resuming);
        }

        var (outcome, truth) = injected ?? (ArcOutcome.Completed, c.Arc.To);
        _states[(int)c.Side][c.Device] = truth;
        DeviceState? told = outcome == ArcOutcome.Unknown ? null : truth;
        return new ArcEnded(c.Side, c.Device, c.Arc, new ArcResult(outcome, told, outcome == ArcOutcome.Failed ? Errno.EIO : Errno.None, TimeSpan.FromMilliseconds(1)));
    }

    private ResetEnded Reset(ResetDevice c)
    {
        if (!CanBeReset(c.Side, c.Device))
        {
            return new ResetEnded(c.Side, c.Device, "it failed");
        }

        if (!ResetKeepsState)
        {
            _states[(int)c.Side][c.Device] = DeviceState.Running;
        }

        if (c.Side == MigrationSide.Destination)
        {
            _hasImage[c.Device] = false;
            _wasReset[c.Device] = true;
        }

        return new ResetEnded(c.Side, c.Device, null);
    }

    private EngineEvent Stream(StartStream c)
    {
        Assert.Equal(DeviceState.StopCopy, Truth(MigrationSide.Source, c.Device));
        Assert.Equal(DeviceState.Resuming, Truth(MigrationSide.Destination, c.Device));
        Assert.False(_isStreamOpen[c.Device], "a stream is read once");
        _isStreamOpen[c.Device] = true;
        if (OnStream(c) is { } side || _isStopped)
        {
            return new StreamBroken(c.Device, OnStream(c) ?? MigrationSide.Source, "it broke");
        }

        _hasImage[c.Device] = true;
        return new StreamLoaded(c.Device, 1_000_000);
    }

    /// <summary>The rules for each command, whatever the order of events.</summary>
    private void Check(EngineCommand command, EngineState after)
    {
        if (command is MarkTakeBack)
        {
            Assert.All(Plan.Devices, (_, i) => Assert.False(Truth(MigrationSide.Destination, i).IsRunning(), "taken back while it runs on the destination"));
        }

        if (command is RunArc { Side: MigrationSide.Destination, Arc: { From: DeviceState.RunningP2P, To: DeviceState.Stop } })
        {
            Assert.All(Plan.Devices, (_, i) => Assert.False(Truth(MigrationSide.Destination, i) == DeviceState.Running && _hasImage[i], "the barrier before STOP on the destination"));
        }

        if (command is not RunArc arc)
        {
            return;
        }

        Assert.DoesNotContain(_open, o => o is RunArc r && r.Side == arc.Side && r.Device == arc.Device);
        if (arc.Side == MigrationSide.Source)
        {
            CheckSource(arc, after);
        }
        else if (_hasImage[arc.Device] && (arc.Arc.To.IsRunning()))
        {
            Assert.True(IsHandedOver, "the guest's state starts on the destination only after the handover");
            Assert.All(Plan.Devices, (_, i) => Assert.False(Truth(MigrationSide.Source, i).IsRunning(), "two running"));
            if (arc.Arc.To == DeviceState.Running && Plan.Devices.Length > 1)
            {
                Assert.All(Plan.Devices, (_, i) => Assert.True(Truth(MigrationSide.Destination, i).IsRunning(), "the barrier before RUNNING on the destination"));
            }
        }
    }

    private void CheckSource(RunArc arc, EngineState after)
    {
        if (arc.Arc.To.IsRunning())
        {
            Assert.False(IsHandedOver, "nothing starts on the source while the machine belongs to the destination");

            // In ERROR a device may still write memory, until it is reset.
            Assert.False(Log.OfType<MarkHandover>().Any() && Plan.Devices.Where((_, i) => Truth(MigrationSide.Destination, i) == DeviceState.Error).Any(), "a destination that ran is in ERROR");
        }

        var isLeaving = !arc.Arc.To.IsRunning() && arc.Arc.From.IsRunning();
        var isPastCommit = isLeaving || (arc.Arc.To is DeviceState.RunningP2P or DeviceState.PreCopyP2P
            && arc.Arc.From is DeviceState.Running or DeviceState.PreCopy && !Plan.Devices[arc.Device].CanComeBackFromQuiesced);
        if (isPastCommit && after.Stage is EngineStage.Quiescing or EngineStage.Stopping && Plan.Mode != MigrationMode.Rehearsal)
        {
            Assert.Equal(MigrationMode.Active, Plan.Mode);
            var gate = (Plan.HasSecondGate ? after.SecondGate : after.FirstGate)!;
            Assert.Equal(Verdict.Commit, gate.Decision.Verdict);
            Assert.True(gate.Decision.BoundSeconds <= Plan.Limit!.Value.TotalSeconds, "a commit whose bound does not fit");
        }

        if (isLeaving && Plan.Devices.Length > 1)
        {
            Assert.All(Plan.Devices, (_, i) => Assert.True(
                Truth(MigrationSide.Source, i) is not (DeviceState.Running or DeviceState.PreCopy), "the barrier before STOP on the source"));
        }
    }

    private void CheckTheEnd()
    {
        var sides = new[] { MigrationSide.Source, MigrationSide.Destination };
        var running = sides.Select(side => Plan.Devices.Select((_, i) => Truth(side, i)).ToArray()).ToArray();
        switch (Outcome)
        {
            case MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit:
                Assert.All(running[1], s => Assert.Equal(DeviceState.Running, s));
                Assert.All(running[0], s => Assert.False(s.IsRunning()));
                Assert.All(_hasImage, Assert.True);
                break;
            case MigrationOutcome.NeedsPerson:
                Assert.Contains("device nic", End!.Reason, StringComparison.Ordinal);
                break;
            case MigrationOutcome.Stayed when !Log.Any(c => c is OpenJournal):
                // Nothing was touched: it stays as it was found, wherever that is.
                Assert.Contains("touched", End!.Reason, StringComparison.Ordinal);
                Assert.DoesNotContain(Log, c => c is RunArc or ResetDevice);
                break;
            default:
                Assert.All(running[0], s => Assert.Equal(DeviceState.Running, s));
                Assert.All(_hasImage, (hasImage, i) => Assert.False(hasImage && Truth(MigrationSide.Destination, i).IsRunning(), "two running"));
                break;
        }

        Assert.NotEmpty(End!.Reason);
    }

    /// <summary>Stands for commands that were not carried out.</summary>
    private sealed record LostCommands(ImmutableArray<EngineCommand> Commands) : EngineCommand;
}
