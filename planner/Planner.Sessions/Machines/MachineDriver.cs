using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Carries the engine's orders to both hypervisors and brings it what they tell.</summary>
internal sealed class MachineDriver : ICommandCarrier<HypervisorState>
{
    /// <summary>A monitor that is healthy answers in milliseconds; one that is blocked is asked again.</summary>
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LastWordsPatience = TimeSpan.FromSeconds(1);

    private readonly HypervisorLink _source;
    private readonly HypervisorLink _destination;
    private readonly SessionShell _shell;
    private readonly Func<PreCopyProgressed, PassJudgement?>? _judge;

    /// <param name="source">The source's monitor.</param>
    /// <param name="destination">The destination's monitor.</param>
    /// <param name="shell">What to work with.</param>
    /// <param name="judge">Judges a moment of pre-copy; null where nothing is decided.</param>
    public MachineDriver(HypervisorLink source, HypervisorLink destination, SessionShell shell, Func<PreCopyProgressed, PassJudgement?>? judge)
    {
        (_source, _destination, _shell, _judge) = (source, destination, shell, judge);
        source.Told = what => shell.Post(new HypervisorTold(MigrationSide.Source, what));
        destination.Told = what => shell.Post(new HypervisorTold(MigrationSide.Destination, what));
    }

    /// <inheritdoc/>
    public void Carry(EngineCommand command, HypervisorState state, long now)
    {
        if (command is TellHypervisor order)
        {
            Note(order, now);
            _ = TellAsync(order);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A decision that cannot be made ends the migration; it must not end the one who answers for the guest.</remarks>
    public EngineEvent? Consider(HypervisorState state, EngineEvent happened)
    {
        if (_judge is null || happened is not HypervisorTold { Side: MigrationSide.Source, What: PreCopyProgressed progress }
            || state.Stage is not (HypervisorStage.PreCopying or HypervisorStage.Allowed))
        {
            return null;
        }

        try
        {
            return _judge(progress) is { } judgement ? new PassJudged(judgement) : null;
        }
        catch (Exception e)
        {
            return new PassJudged(new PassJudgement(SwitchoverAction.Abort, null, 0, null, true)
            {
                Reason = $"No decision could be made ({e.Message.TrimEnd('.')}); the machine runs on the source.",
            });
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _source.Told = null;
        _destination.Told = null;
        foreach (var link in new[] { _source, _destination })
        {
            // A monitor that is blocked is not waited for.
            await Task.WhenAny(link.DisposeAsync().AsTask(), Task.Delay(LastWordsPatience, _shell.Services.Clock)).ConfigureAwait(false);
        }
    }

    private void Note(TellHypervisor command, long now)
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
            _shell.Append(JournalEntryKind.ArcBegun, now, command.Side, arc: begun);
        }

        if (command.Order == HypervisorOrder.Start)
        {
            // What is allowed and handed over later is noted without a wait for the disk: from then on the guest may stand.
            _shell.Append(JournalEntryKind.Switchover, now);
            _shell.SyncJournal();
        }
    }

    private async Task TellAsync(TellHypervisor command)
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

            _shell.Post(new HypervisorAnswered(command.Side, command.Order, Report: report));
        }
        catch (HypervisorException e)
        {
            _shell.Post(new HypervisorAnswered(command.Side, command.Order, e.Message, e.Fault));
        }
        catch (Exception e)
        {
            // An engine that hears nothing would wait for ever with a guest that may be stopped.
            _shell.Post(new HypervisorAnswered(command.Side, command.Order, e.Message, HypervisorFault.Lost));
        }
    }

    private static Task Do(HypervisorLink link, TellHypervisor command)
    {
        var machine = link.Machine;
        return command.Order switch
        {
            HypervisorOrder.Prepare => machine.PrepareAsync(command.Side, command.Value > 0, CancellationToken.None),
            HypervisorOrder.Listen => machine.ListenAsync(link.Channel, link.MayListenAlready, CancellationToken.None),
            HypervisorOrder.Start => machine.StartAsync(link.Channel, CancellationToken.None),
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
