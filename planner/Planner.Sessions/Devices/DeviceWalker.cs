using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Walks the devices of a machine on both sides, and moves their state.</summary>
internal sealed class DeviceWalker : ICommandCarrier<EngineState>
{
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(1);

    private readonly SessionShell _shell;
    private readonly Func<EngineState, long, SwitchoverEvaluator>? _evaluator;
    private readonly DeviceWorker[] _sources;
    private readonly DeviceWorker[] _destinations;
    private readonly IDataMover[] _movers;

    /// <param name="sources">The addresses of the source devices, and the devices where they are open.</param>
    /// <param name="destinations">The destination devices likewise.</param>
    /// <param name="shell">What to work with.</param>
    /// <param name="evaluator">Gives what decides; null where nothing is decided.</param>
    public DeviceWalker(
        IEnumerable<(string Address, IMigrationDevice? Device)> sources,
        IEnumerable<(string Address, IMigrationDevice? Device)> destinations,
        SessionShell shell,
        Func<EngineState, long, SwitchoverEvaluator>? evaluator)
    {
        _shell = shell;
        _evaluator = evaluator;
        _sources = [.. sources.Select(d => new DeviceWorker(d.Address, d.Device, shell.Services))];
        _destinations = [.. destinations.Select(d => new DeviceWorker(d.Address, d.Device, shell.Services))];
        _movers = [.. _sources.Select(_ => shell.Services.NewMover())];
    }

    /// <inheritdoc/>
    public void Carry(EngineCommand command, EngineState state, long now)
    {
        switch (command)
        {
            case RunArc c:
                Note(new JournalEntry(JournalEntryKind.ArcBegun, now, c.Side, c.Device, c.Arc, default), state);
                Run(c, c.Side, c.Device, runner =>
                {
                    var result = runner.RunArc(c.Arc, c.DeadlineNanoseconds);
                    if (!runner.IsLetGo)
                    {
                        _shell.Append(JournalEntryKind.ArcEnded, _shell.Now, c.Side, c.Device, c.Arc, result.Outcome);
                    }

                    return new ArcEnded(c.Side, c.Device, c.Arc, result);
                });
                break;
            case QueryState c:
                Run(c, c.Side, c.Device, asked =>
                {
                    var (answer, trouble) = asked.AskState();
                    return new StateAnswered(c.Side, c.Device, answer, trouble);
                });
                break;
            case ResetDevice c:
                Note(new JournalEntry(JournalEntryKind.ResetBegun, now, c.Side, c.Device, default, default), state);
                Run(c, c.Side, c.Device, reset => new ResetEnded(c.Side, c.Device, reset.Reset()));
                break;
            case Survey c when state.Sources[c.Device].State == DeviceState.PreCopy:
                Round(c.Device, isFirst: state.Streams[c.Device].PreCopiedBytes == 0, state.Plan.Mode);
                break;
            case Survey c:
                Run(c, MigrationSide.Source, c.Device, source => Sizes(c.Device, source, isPreCopying: false));
                break;
            case StartStream c:
                Move(c.Device, StreamEnd.Stream, moved => moved.FailedSide is { } side
                    ? new StreamBroken(c.Device, side, moved.Trouble!)
                    : new StreamLoaded(c.Device, moved.Bytes));
                break;
            case AbandonDestination c:
                _movers[c.Device].Abandon(MigrationSide.Destination, "it was given up");
                _destinations[c.Device] = _destinations[c.Device].Replace();
                break;
            case StopStreams:
                Array.ForEach(_movers, mover => mover.Abandon(MigrationSide.Source, "it was stopped"));
                break;
            case PrepareEvaluation:
                Prepare(state, now);
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var isLetGo = Array.Exists(_destinations, d => d.IsReplacement);
        await Task.WhenAll(_sources.Concat(_destinations).Select(worker => worker.DisposeAsync().AsTask())).ConfigureAwait(false);

        // Who is still in a call may come back to its mover.
        if (!isLetGo && !_sources.Concat(_destinations).Any(worker => worker.IsBusy))
        {
            Array.ForEach(_movers, mover => mover.Dispose());
        }
    }

    /// <summary>Notes what is about to be done. Where no guest stands for it, it is on the disk before it is done.</summary>
    private void Note(JournalEntry begun, EngineState state)
    {
        _shell.Append(begun.Kind, begun.TimestampNanoseconds, begun.Side, begun.Device, begun.Arc);
        if (state is { IsInBlackout: false, IsRecovery: false })
        {
            _shell.SyncJournal();
        }
    }

    private DeviceWorker Worker(MigrationSide side, int device) => (side == MigrationSide.Source ? _sources : _destinations)[device];

    /// <summary>Has a device's thread do what a command says, and posts the answer.</summary>
    private void Run(EngineCommand command, MigrationSide side, int device, Func<DeviceWorker, EngineEvent> job)
    {
        var worker = Worker(side, device);
        worker.Post(() =>
        {
            EngineEvent answer;
            try
            {
                answer = job(worker);
            }
            catch (Exception e)
            {
                answer = SessionShell.Failed([command], e);
            }

            if (!worker.IsLetGo)
            {
                _shell.Post(answer);
            }
        });
    }

    private void Prepare(EngineState state, long now)
    {
        try
        {
            _shell.Post(new EvaluationReady(_evaluator!(state, now)));
        }
        catch (InvalidSnapshotException e)
        {
            _shell.Post(new EvaluationFailed(e.Message));
        }
    }

    /// <summary>A round of pre-copy. Sizes are asked for on the source's thread, which has just read all there was.</summary>
    private void Round(int device, bool isFirst, MigrationMode mode)
    {
        EngineEvent? sizes = null;
        long? initialBytes = null;
        Move(
            device,
            StreamEnd.Round,
            moved => moved.FailedSide is { } side
                ? new StreamBroken(device, side, moved.Trouble!)
                : sizes is Surveyed surveyed ? surveyed with { CarriedBytes = moved.Bytes, InitialBytes = initialBytes } : sizes!,
            source => initialBytes = isFirst && source.Device.Offer.OffersPreCopyInfo == Answer.Yes ? Ask(source.Device.GetPreCopyInfo)?.InitialBytes : null,
            source => sizes = Sizes(device, source, isPreCopying: true),
            mode == MigrationMode.Shadow ? Nowhere.Instance : null);
    }

    /// <summary>Carries a stream on the threads of both devices.</summary>
    /// <param name="device">The index of the device.</param>
    /// <param name="end">When reading ends.</param>
    /// <param name="outcome">Makes the event of what came of it.</param>
    /// <param name="beforeReading">Done on the source's thread before reading.</param>
    /// <param name="afterReading">Done on the source's thread after reading.</param>
    /// <param name="target">Where the bytes go; null for the destination device.</param>
    private void Move(
        int device, StreamEnd end, Func<TransferResult, EngineEvent> outcome, Action<DeviceWorker>? beforeReading = null, Action<DeviceWorker>? afterReading = null, IStateWriter? target = null)
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
                beforeReading?.Invoke(source);
                mover.Read(source.Device, end, RoundLimit);
            });
            afterReading?.Invoke(source);
            Finish();
        });
        destination.Post(() =>
        {
            Try(MigrationSide.Destination, () => mover.Load(target ?? destination.Device));
            Finish();
        });

        void Try(MigrationSide side, Action part)
        {
            try
            {
                part();
            }
            catch (Exception e)
            {
                mover.Abandon(side, e.Message);
            }
        }

        void Finish()
        {
            if (Interlocked.Decrement(ref sidesLeft) == 0 && !destination.IsLetGo)
            {
                var moved = mover.Result;
                _shell.Post(outcome(moved), moved);
            }
        }
    }

    /// <summary>What the source tells about its sizes. A question that a device declines is no reason to give up.</summary>
    private static EngineEvent Sizes(int index, DeviceWorker source, bool isPreCopying)
    {
        try
        {
            var offer = source.Device.Offer;
            List<string> doubts = [];
            PreCopyInfo? preCopy = isPreCopying && offer.OffersPreCopyInfo == Answer.Yes ? Ask(source.Device.GetPreCopyInfo, doubts) : null;
            long? size = offer.OffersDataSize == Answer.Yes ? Ask(source.Device.GetDataSizeBytes, doubts) : null;
            return new Surveyed(index, 0, preCopy, size) { Distrusted = doubts };
        }
        catch (Exception e)
        {
            return new StreamBroken(index, MigrationSide.Source, e.Message);
        }
    }

    private static T? Ask<T>(Func<T> question, List<string>? doubts = null)
        where T : struct
    {
        try
        {
            return question();
        }
        catch (DeviceException e) when (e.Fault is DeviceFault.Failed or DeviceFault.NotOffered or DeviceFault.Unbelievable)
        {
            if (e.Fault == DeviceFault.Unbelievable)
            {
                doubts?.Add(e.Message.TrimEnd('.'));
            }

            return null;
        }
    }

    /// <summary>Where a shadow session's rounds go: what is left to carry is learned from the source alone.</summary>
    private sealed class Nowhere : IStateWriter
    {
        public static readonly Nowhere Instance = new();

        public void Write(ReadOnlySpan<byte> data)
        {
        }
    }
}
