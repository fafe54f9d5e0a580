using System.Collections.Concurrent;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Carries the engine's commands out and brings it the answers, until it ends.</summary>
internal sealed class SessionLoop : IDisposable
{
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(1);

    // Not disposed: a timer may still be about to wake a loop that has ended.
    private readonly BlockingCollection<SessionEvent> _queue = [];
    private readonly SessionServices _services;
    private readonly ISessionScribe _scribe;
    private readonly DeviceWorker[] _sources;
    private readonly DeviceWorker[] _destinations;
    private readonly DataMover[] _movers;
    private readonly QuietHeap _heap = new();
    private ITimer? _timer;

    /// <param name="sources">The addresses of the source devices, and the devices where they are open.</param>
    /// <param name="destinations">The destination devices likewise.</param>
    /// <param name="services">What to work with.</param>
    /// <param name="scribe">Writes down what happens.</param>
    public SessionLoop(
        IEnumerable<(string Address, IMigrationDevice? Device)> sources,
        IEnumerable<(string Address, IMigrationDevice? Device)> destinations,
        SessionServices services,
        ISessionScribe scribe)
    {
        _services = services;
        _scribe = scribe;
        _sources = [.. sources.Select(d => new DeviceWorker(d.Address, d.Device, services))];
        _destinations = [.. destinations.Select(d => new DeviceWorker(d.Address, d.Device, services))];
        _movers = [.. _sources.Select(_ => new DataMover(services.TransferBuffers, services.TransferBufferBytes, services.Clock))];
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="start">Gives the engine's first step for a moment on the monotonic clock.</param>
    /// <param name="cancellationToken">Asks the engine to give up, which it may decline.</param>
    /// <returns>The engine's last state, and the moment it was reached.</returns>
    public (EngineState State, long AtNanoseconds) Run(Func<long, Step<EngineState>> start, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Post(new CancelRequested()));
        var now = _services.Clock.GetNanoseconds();
        var step = start(now);
        EngineState? before = null;
        SessionEvent happened = default;
        while (true)
        {
            // Commands first: telling observers must not delay them.
            foreach (var command in step.Commands)
            {
                Carry(command, step.State, now);
            }

            if (!QuietHeap.IsWanted(step.State.Stage))
            {
                _heap.End();
            }

            _scribe.Note(before, happened, step, now);
            if (step.State.Stage == EngineStage.Ended)
            {
                return (step.State, now);
            }

            happened = _queue.Take(CancellationToken.None);
            before = step.State;
            now = _services.Clock.GetNanoseconds();
            step = MigrationEngine.Advance(before, happened.Event, now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heap.End();
        _timer?.Dispose();
        foreach (var worker in _sources.Concat(_destinations))
        {
            worker.Dispose();
        }

        foreach (var mover in _movers)
        {
            mover.Dispose();
        }
    }

    private void Post(EngineEvent happened, TransferResult? moved = null) => _queue.Add(new SessionEvent(happened, moved));

    private DeviceWorker Worker(MigrationSide side, int device) => (side == MigrationSide.Source ? _sources : _destinations)[device];

    private void Carry(EngineCommand command, EngineState state, long now)
    {
        switch (command)
        {
            case RunArc c:
                Journal(JournalEntryKind.ArcBegun, now, c.Side, c.Device, c.Arc, default);
                var runner = Worker(c.Side, c.Device);
                runner.Post(() =>
                {
                    var result = runner.RunArc(c.Arc, c.DeadlineNanoseconds);
                    Journal(JournalEntryKind.ArcEnded, _services.Clock.GetNanoseconds(), c.Side, c.Device, c.Arc, result.Outcome);
                    Post(new ArcEnded(c.Side, c.Device, c.Arc, result));
                });
                break;
            case QueryState c:
                var asked = Worker(c.Side, c.Device);
                asked.Post(() =>
                {
                    var (answer, trouble) = asked.AskState();
                    Post(new StateAnswered(c.Side, c.Device, answer, trouble));
                });
                break;
            case ResetDevice c:
                Journal(JournalEntryKind.ResetBegun, now, c.Side, c.Device, default, default);
                var reset = Worker(c.Side, c.Device);
                reset.Post(() => Post(new ResetEnded(c.Side, c.Device, reset.Reset())));
                break;
            case Survey c:
                BeginSurvey(c.Device, state.Sources[c.Device].State == DeviceState.PreCopy, isFirst: state.Streams[c.Device].PreCopiedBytes == 0);
                break;
            case StartStream c:
                Move(c.Device, StreamEnd.Stream, moved => moved.FailedSide is { } side
                    ? new StreamBroken(c.Device, side, moved.Trouble!)
                    : new StreamLoaded(c.Device, moved.Bytes));
                break;
            case StopStreams:
                Array.ForEach(_movers, mover => mover.Abandon(MigrationSide.Source, "it was stopped"));
                break;
            case Engine.PrepareEvaluation:
                PrepareEvaluation(state, now);
                break;
            case Engine.OpenJournal:
                OpenJournal(state);
                break;
            case MarkHandover:
                Journal(JournalEntryKind.Handover, now, default, 0, default, default);
                break;
            case MarkTakeBack:
                Journal(JournalEntryKind.TakeBack, now, default, 0, default, default);
                break;
            case WakeAt c:
                var delay = TimeSpan.FromTicks(Math.Max(0, (c.WakeAtNanoseconds - now) / TimeSpan.NanosecondsPerTick));
                _timer?.Dispose();
                _timer = _services.Clock.CreateTimer(_ => Post(new Woke(c.WakeAtNanoseconds)), null, delay, Timeout.InfiniteTimeSpan);
                break;
        }
    }

    private void Journal(JournalEntryKind kind, long at, MigrationSide side, int device, Arc arc, ArcOutcome outcome) =>
        _services.Journal?.Append(new JournalEntry(kind, at, side, device, arc, outcome));

    private void PrepareEvaluation(EngineState state, long now)
    {
        try
        {
            var evaluator = _scribe.Evaluator(state, now);
            _heap.Begin();
            Post(new EvaluationReady(evaluator));
        }
        catch (InvalidSnapshotException e)
        {
            Post(new EvaluationFailed(e.Message));
        }
    }

    private void OpenJournal(EngineState state)
    {
        try
        {
            _services.Journal?.Begin(_scribe.Header(state));
            Post(new JournalOpened());
        }
        catch (JournalException e)
        {
            Post(new JournalFailed(e.Message));
        }
    }

    private void BeginSurvey(int device, bool isPreCopying, bool isFirst)
    {
        if (!isPreCopying)
        {
            _sources[device].Post(() => Post(Sizes(device, isPreCopying: false)));
            return;
        }

        // Sizes are asked for on the source's thread, which has just read all there was.
        EngineEvent? sizes = null;
        long? initialBytes = null;
        Move(
            device,
            StreamEnd.Round,
            moved => moved.FailedSide is { } side
                ? new StreamBroken(device, side, moved.Trouble!)
                : sizes is Surveyed surveyed ? surveyed with { CarriedBytes = moved.Bytes, InitialBytes = initialBytes } : sizes!,
            () => initialBytes = isFirst ? InitialBytes(device) : null,
            () => sizes = Sizes(device, isPreCopying: true));
    }

    /// <summary>Carries a stream on the threads of both devices.</summary>
    /// <param name="device">The index of the device.</param>
    /// <param name="end">When reading ends.</param>
    /// <param name="outcome">Makes the event of what came of it.</param>
    /// <param name="beforeReading">Done on the source's thread before reading.</param>
    /// <param name="afterReading">Done on the source's thread after reading.</param>
    private void Move(int device, StreamEnd end, Func<TransferResult, EngineEvent> outcome, Action? beforeReading = null, Action? afterReading = null)
    {
        var mover = _movers[device];
        var source = _sources[device];
        var destination = _destinations[device];
        var sidesLeft = 2;
        mover.Begin();
        source.Post(() =>
        {
            Try(MigrationSide.Source, () =>
            {
                beforeReading?.Invoke();
                mover.Read(source.Device, end, RoundLimit);
            });
            afterReading?.Invoke();
            Finish();
        });
        destination.Post(() =>
        {
            Try(MigrationSide.Destination, () => mover.Load(destination.Device));
            Finish();
        });

        void Try(MigrationSide side, Action part)
        {
            try
            {
                part();
            }
            catch (DeviceException e)
            {
                mover.Abandon(side, e.Message);
            }
        }

        void Finish()
        {
            if (Interlocked.Decrement(ref sidesLeft) == 0)
            {
                var moved = mover.Result;
                Post(outcome(moved), moved);
            }
        }
    }

    /// <exception cref="DeviceException">The device is gone.</exception>
    private long? InitialBytes(int index)
    {
        var device = _sources[index].Device;
        return device.Offer.OffersPreCopyInfo ? Ask(device.GetPreCopyInfo)?.InitialBytes : null;
    }

    /// <summary>What the source tells about its sizes. A question that a device declines is no reason to give up.</summary>
    private EngineEvent Sizes(int index, bool isPreCopying)
    {
        var worker = _sources[index];
        try
        {
            var offer = worker.Device.Offer;
            PreCopyInfo? preCopy = isPreCopying && offer.OffersPreCopyInfo ? Ask(worker.Device.GetPreCopyInfo) : null;
            long? size = offer.OffersDataSize ? Ask(worker.Device.GetDataSizeBytes) : null;
            return new Surveyed(index, 0, preCopy, size);
        }
        catch (Exception e)
        {
            return new StreamBroken(index, MigrationSide.Source, e.Message);
        }
    }

    private static T? Ask<T>(Func<T> question)
        where T : struct
    {
        try
        {
            return question();
        }
        catch (DeviceException e) when (e.Fault is DeviceFault.Failed or DeviceFault.NotOffered)
        {
            return null;
        }
    }
}
