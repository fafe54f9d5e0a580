using System.Collections.Concurrent;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Carries the engine's orders to both hypervisors and brings it what they tell, until it ends.</summary>
internal sealed class HypervisorLoop : IDisposable
{
    /// <summary>A monitor that is healthy answers in milliseconds; one that is blocked is asked again.</summary>
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(2);

    // Not disposed: a monitor may still tell something to a loop that has ended.
    private readonly BlockingCollection<EngineEvent> _queue = [];
    private readonly HypervisorLink _source;
    private readonly HypervisorLink _destination;
    private readonly HypervisorChannel _channel;
    private readonly SessionServices _services;
    private readonly IHypervisorScribe _scribe;
    private ITimer? _timer;

    public HypervisorLoop(HypervisorLink source, HypervisorLink destination, HypervisorChannel channel, SessionServices services, IHypervisorScribe scribe)
    {
        (_source, _destination, _channel, _services, _scribe) = (source, destination, channel, services, scribe);
        source.Told = what => _queue.Add(new HypervisorTold(MigrationSide.Source, what));
        destination.Told = what => _queue.Add(new HypervisorTold(MigrationSide.Destination, what));
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="start">Gives the engine's first step for a moment on the monotonic clock.</param>
    /// <param name="cancellationToken">Asks the engine to give up, which it may decline.</param>
    public HypervisorState Run(Func<long, Step<HypervisorState>> start, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => _queue.Add(new CancelRequested()));
        var now = _services.Clock.GetNanoseconds();
        var step = start(now);
        HypervisorState? before = null;
        EngineEvent? happened = null;
        while (true)
        {
            // Commands first: telling observers must not delay them.
            foreach (var command in step.Commands)
            {
                Carry(command, now);
            }

            _scribe.Note(before, happened, step);
            if (step.State.Stage == HypervisorStage.Ended)
            {
                return step.State;
            }

            happened = _queue.Take(CancellationToken.None);
            before = step.State;
            now = _services.Clock.GetNanoseconds();
            step = HypervisorEngine.Advance(before, happened, now);
            if (happened is HypervisorTold { Side: MigrationSide.Source, What: PreCopyProgressed progress }
                && step.State.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed
                && Judge(progress) is { } judgement)
            {
                var told = step;
                var judged = HypervisorEngine.Advance(told.State, new PassJudged(judgement), now);
                step = judged with { Commands = [.. told.Commands, .. judged.Commands] };
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _source.Told = null;
        _destination.Told = null;
    }

    /// <summary>A decision that cannot be made ends the migration; it must not end the one who answers for the guest.</summary>
    private PassJudgement? Judge(PreCopyProgressed progress)
    {
        try
        {
            return _scribe.Judge(progress);
        }
        catch (Exception e)
        {
            return new PassJudgement(SwitchoverAction.Abort, null, 0, null, true) { Reason = $"No decision could be made ({e.Message.TrimEnd('.')}); the machine runs on the source." };
        }
    }

    private void Carry(EngineCommand command, long now)
    {
        switch (command)
        {
            case TellHypervisor c:
                Journal(c, now);
                _ = Tell(c);
                break;
            case Engine.OpenJournal:
                OpenJournal();
                break;
            case MarkHandover:
                Append(JournalEntryKind.Handover, now, default, default);
                break;
            case WakeAt c:
                var delay = TimeSpan.FromTicks(Math.Max(0, (c.WakeAtNanoseconds - now) / TimeSpan.NanosecondsPerTick));
                _timer?.Dispose();
                _timer = _services.Clock.CreateTimer(_ => _queue.Add(new Woke(c.WakeAtNanoseconds)), null, delay, Timeout.InfiniteTimeSpan);
                break;
        }
    }

    private void Journal(TellHypervisor command, long now)
    {
        Arc? arc = command.Order switch
        {
            HypervisorOrder.Start => new Arc(DeviceState.Running, DeviceState.PreCopy),
            HypervisorOrder.Allow => MachineKeys.Stop,
            HypervisorOrder.Continue => MachineKeys.Run,
            _ => null,
        };
        if (arc is { } begun)
        {
            Append(JournalEntryKind.ArcBegun, now, command.Side, begun);
        }
    }

    private void Append(JournalEntryKind kind, long now, MigrationSide side, Arc arc) =>
        _services.Journal?.Append(new JournalEntry(kind, now, side, 0, arc, default));

    private void OpenJournal()
    {
        try
        {
            _services.Journal?.Begin(_scribe.Header());
            _queue.Add(new JournalOpened());
        }
        catch (JournalException e)
        {
            _queue.Add(new JournalFailed(e.Message));
        }
    }

    private async Task Tell(TellHypervisor command)
    {
        var link = command.Side == MigrationSide.Source ? _source : _destination;
        try
        {
            HypervisorReport? report = null;
            if (command.Order == HypervisorOrder.Report)
            {
                report = await link.ReportAsync(ReportLimit).ConfigureAwait(false);
            }
            else
            {
                await Do(link, command).ConfigureAwait(false);
            }

            _queue.Add(new HypervisorAnswered(command.Side, command.Order, Report: report));
        }
        catch (HypervisorException e)
        {
            _queue.Add(new HypervisorAnswered(command.Side, command.Order, e.Message, e.Fault));
        }
        catch (Exception e)
        {
            // An engine that hears nothing would wait for ever with a guest that may be stopped.
            _queue.Add(new HypervisorAnswered(command.Side, command.Order, e.Message, HypervisorFault.Lost));
        }
    }

    private Task Do(HypervisorLink link, TellHypervisor command)
    {
        var machine = link.Machine;
        return command.Order switch
        {
            HypervisorOrder.Prepare => machine.PrepareAsync(command.Side, command.Value > 0, CancellationToken.None),
            HypervisorOrder.Listen => machine.ListenAsync(_channel.Listen, _channel.MayListenAlready, CancellationToken.None),
            HypervisorOrder.Start => machine.StartAsync(_channel.Channel, CancellationToken.None),
            HypervisorOrder.Allow => machine.AllowSwitchoverAsync(command.Value, CancellationToken.None),
            HypervisorOrder.Hold => machine.HoldAsync(CancellationToken.None),
            HypervisorOrder.Throttle => machine.ThrottleAsync((int)command.Value, CancellationToken.None),
            HypervisorOrder.Cancel => machine.CancelAsync(CancellationToken.None),
            HypervisorOrder.Continue => machine.ContinueAsync(CancellationToken.None),
            HypervisorOrder.Restore => machine.RestoreAsync(link.Settings, CancellationToken.None),
            HypervisorOrder.Quit => machine.QuitAsync(CancellationToken.None),
            _ => throw new InvalidOperationException($"There is no order {command.Order}."),
        };
    }
}
