using System.Globalization;
using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>Takes charge of the switchover of a migration that somebody else drives: holds it, judges its passes, lets it go, and gives the limit back.</summary>
/// <remarks>The other master's migration is never aborted: when the time of the class is over, or the command is stopped, the limit is what it was before, and the
/// other master goes on as if nobody had been there.</remarks>
/// <param name="context">Where to print.</param>
/// <param name="machine">The machine.</param>
/// <param name="policy">The promise.</param>
/// <param name="store">What is known of earlier migrations.</param>
/// <param name="journal">Names the limit to give back from before it is changed until it was given back, for whoever comes after a crash.</param>
internal sealed class Steering(CommandContext context, ISteeredHypervisor machine, SlaPolicy policy, IMeasurementStore store, IJournal journal)
{
    // Held, passes are as short as the link makes them, and each is looked at.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan GiveBackLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(10);

    // Where it goes is its master's business.
    private readonly (MachineSnapshots Known, MachineSnapshots? WithUnknownDevices) _known = HypervisorKnowledge.Recall(
        machine.Offer, machine.Offer.Name ?? machine.Address, new HostPair(machine.Offer.Host ?? machine.Address, ""), policy, store);
    private readonly TaskCompletionSource<SwitchoverDone> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SwitchoverJudge? _judge;
    private GateDecision? _latest;
    private TimeSpan _before;
    private TimeSpan? _ours;
    private long _allowedBytes;
    private bool _isGivenBack;
    private volatile bool _hasStopped;
    private bool _wasOverwritten;
    private bool _isWritten;
    private int _pass;

    private bool IsShadow => policy.Mode == SlaMode.Shadow;

    /// <summary>Steers until the migration is over, or is left to its master.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        machine.Observer = Take;
        try
        {
            var (isUnderWay, isTold) = (false, false);
            while (true)
            {
                var seen = await machine.ObserveAsync(_pass, stop);
                if (!seen.IsUnderWay && (isUnderWay || seen.Status == HypervisorMigrationStatus.Completed))
                {
                    return await EndAsync(seen);
                }

                if (!seen.IsUnderWay && !isTold)
                {
                    isTold = true;
                    context.Say("No migration is under way; waiting for one.");
                }

                isUnderWay |= seen.IsUnderWay;
                if (seen.Status == HypervisorMigrationStatus.Active && !_isGivenBack)
                {
                    await SteerAsync(seen, stop);
                }

                await Task.Delay(Period, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_ours is not null && !_isGivenBack)
            {
                await GiveBackAsync("It was stopped");
            }

            return ExitStatus.Stayed;
        }
        finally
        {
            machine.Observer = null;
        }
    }

    private void Take(HypervisorEvent told)
    {
        switch (told)
        {
            case GuestStopped:
                _hasStopped = true;
                break;
            case SwitchoverDone done:
                _done.TrySetResult(done);
                break;
        }
    }

    private async Task SteerAsync(HypervisorObservation seen, CancellationToken stop)
    {
        if (_ours is null)
        {
            _before = await machine.ReadLimitAsync(stop);
            Write();
            await HoldAsync(stop);
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{seen.Elapsed.TotalSeconds,7:F1} s  Took charge: the max downtime was {Quantity.Format(_before)}, and the migration is held."));
        }
        else if (await machine.ReadLimitAsync(stop) is var now && now != _ours)
        {
            await OverwrittenAsync(now, stop);
        }

        if (policy.CompleteWithin is { } within && seen.Elapsed >= within)
        {
            await GiveBackAsync($"It was not complete within {Quantity.Format(within)}");
        }
        else if (seen.Progress is { } progress)
        {
            await JudgeAsync(progress, seen.Elapsed, stop);
        }
    }

    private async Task JudgeAsync(PreCopyProgressed progress, TimeSpan elapsed, CancellationToken stop)
    {
        _judge ??= new SwitchoverJudge(
            _known.Known,
            HypervisorKnowledge.Terms(policy with { CompleteWithin = null }, machine.Offer, null),
            HypervisorKnowledge.Rule(policy),
            progress.ReceivedNanoseconds - (elapsed.Ticks * TimeSpan.NanosecondsPerTick),
            withUnknownDevices: _known.WithUnknownDevices);
        _pass = progress.Pass;
        var judgement = _judge.Consider(progress);
        _latest = judgement.Gate ?? _latest;
        if (judgement is { IsNews: true, Gate: { } gate })
        {
            Print(gate, elapsed);
        }

        var fits = judgement.Gate is { Decision.Verdict: Verdict.Commit };
        if (judgement.Action == SwitchoverAction.Commit || (_allowedBytes > 0 && fits))
        {
            await AllowAsync(judgement.AllowBytes, progress.ReceivedNanoseconds, stop);
        }
        else if (_allowedBytes > 0 && judgement.Gate is not null)
        {
            await HoldAsync(stop);
        }
    }

    private async Task AllowAsync(long bytes, long nanoseconds, CancellationToken stop)
    {
        if (bytes == _allowedBytes || IsShadow)
        {
            return;
        }

        _allowedBytes = bytes;
        await machine.AllowSwitchoverAsync(bytes, stop);
        _judge!.Permitted(bytes, nanoseconds);
        _ours = await machine.ReadLimitAsync(stop);
    }

    private async Task HoldAsync(CancellationToken stop)
    {
        await machine.HoldAsync(stop);
        _judge?.Held();
        _allowedBytes = 0;
        _ours = await machine.ReadLimitAsync(stop);
    }

    /// <summary>Two masters of one limit: whoever wrote last is obeyed, so what the other wants is put off, and said once with what would end it.</summary>
    private async Task OverwrittenAsync(TimeSpan limit, CancellationToken stop)
    {
        if (!_wasOverwritten)
        {
            _wasOverwritten = true;
            context.Say($"Another master set the max downtime to {Quantity.Format(limit)}; it is held again. Let one of the two steer: in Nova set live_migration_downtime_delay so high that only its first step comes, "
                + "in KubeVirt switch the gates MigrationStallDetection and MigrationDowntimeTuning off, and leave their time limits as the outer ones.");
        }

        _before = limit;
        await HoldAsync(stop);
    }

    private async Task GiveBackAsync(string why)
    {
        _isGivenBack = true;
        using var limit = new CancellationTokenSource(GiveBackLimit);
        try
        {
            await machine.SetLimitAsync(_before, limit.Token);
            Close();
            context.Say($"{why}: the max downtime is {Quantity.Format(_before)} again, and the migration is its master's.");
        }
        catch (HypervisorException e)
        {
            throw new CliException(ExitStatus.NeedsPerson, $"the max downtime could not be given back ({e.Message.TrimEnd('.')}): set it to {_before.TotalMilliseconds:0} ms ('virsh migrate-setmaxdowntime')");
        }
    }

    private void Write()
    {
        var endpoint = new JournalEndpoint(machine.Address, DeviceState.Running, machine.Offer.MachineClass, MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy, OffersReset: false, Process: machine.Offer.Process);
        journal.Begin(new JournalHeader(
            Guid.CreateVersion7().ToString(), machine.Offer.Name ?? machine.Address, TimeProvider.System.GetUtcNow(), [], [new JournalDevice(MachineKeys.Participant, endpoint, endpoint)],
            SlaClass: policy.Name, Limit: policy.BlackoutLimit, SteeredLimit: _before));
        _isWritten = true;
    }

    private void Close()
    {
        if (_isWritten)
        {
            _isWritten = false;
            journal.Close();
        }
    }

    private void Print(GateDecision gate, TimeSpan elapsed)
    {
        var explained = gate.Evaluator.Explain(gate.Decision, gate.Moment);
        context.Output.WriteLine(context.IsJson
            ? DecisionJson.WriteDecision(explained)
            : string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,7:F1} s  {explained.Reason}"));
    }

    /// <summary>Says how it ended. The guest may be gone from this host by now, so its blackout is what the manager counts.</summary>
    private async Task<int> EndAsync(HypervisorObservation seen)
    {
        if (!_hasStopped && seen.Status != HypervisorMigrationStatus.Completed)
        {
            if (_ours is not null && !_isGivenBack)
            {
                await GiveBackAsync("The migration ended without a switchover");
            }

            context.Say($"The guest stays on this host ({seen.Words}).");
            return ExitStatus.Stayed;
        }

        Close();
        var advised = _latest is null ? "nothing could be decided" : $"the last decision was {_latest.Decision.Verdict.ToString().ToLowerInvariant()}";
        if (await CountAsync() is not { } downtime)
        {
            context.Say($"The migration is over ({seen.Words}); {advised}. Its blackout was not told, so nobody can say that the limit was kept.");
            return ExitStatus.LimitExceeded;
        }

        var (counted, limit) = Quantity.FormatAgainst(downtime, policy.BlackoutLimit);
        context.Say($"The migration is over ({seen.Words}); {advised}. The manager counts a blackout of {counted}; the limit of {policy.Name} is {limit}.");
        return downtime <= policy.BlackoutLimit ? ExitStatus.Done : ExitStatus.LimitExceeded;
    }

    private async Task<TimeSpan?> CountAsync()
    {
        await Task.WhenAny(_done.Task, Task.Delay(CountLimit));
        return _done.Task.IsCompletedSuccessfully ? (await _done.Task).ManagerDowntime : null;
    }
}
