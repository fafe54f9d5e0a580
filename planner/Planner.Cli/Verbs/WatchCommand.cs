using System.CommandLine;
using System.Globalization;
using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner watch qmp:PATH --sla CLASS</c>: advises beside a migration that somebody else runs. It only asks.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    public static Command Create(CommonOptions common)
    {
        var target = new Argument<string>("target") { Description = $"A monitor of the source that nobody else uses: {common.Drivers.HypervisorForms}." };
        var sla = common.Sla();
        var command = new Command("watch", "Advise beside a migration that somebody else runs; nothing is changed. Between dirty syncs what is left is a guess.") { target, sla };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), parsed.GetRequiredValue(target), parsed.GetRequiredValue(sla)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string target, string sla)
    {
        using var stop = new StopSignal();
        try
        {
            var policy = context.FindPolicy(sla, stop.Token);
            using var store = context.OpenStore(stop.Token);
            await using var opened = await context.Drivers.OpenHypervisorToLookAsync(target, stop.Token);
            if (opened.Offer.IsEmpty)
            {
                throw PreparedMigration.NoMachine(opened);
            }

            var machine = opened as IObservedHypervisor
                ?? throw new CliException(ExitStatus.TargetLacks, $"{target} can only be migrated, not watched: its hypervisor tells nothing beside a migration of somebody else");
            var before = await machine.ObserveAsync(0, stop.Token);
            if (!before.IsUnderWay)
            {
                context.Say("No migration is under way; waiting for one.");
            }

            await WatchAsync(context, machine, before, policy, store, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how one stops watching.
        }

        return ExitStatus.Done;
    }

    private static async Task WatchAsync(CommandContext context, IObservedHypervisor machine, HypervisorObservation before, SlaPolicy policy, IMeasurementStore store, CancellationToken stop)
    {
        SwitchoverJudge? judge = null;
        var (known, withUnknownDevices) = HypervisorKnowledge.Recall(
            machine.Offer, machine.Offer.Name ?? machine.Address, new HostPair(HypervisorKnowledge.HostOf(machine, Environment.MachineName), ""), policy, store);
        GateDecision? latest = null;
        var pass = 0;
        (string? Words, string? Distrusted) told = default;
        while (true)
        {
            var seen = await machine.ObserveAsync(pass, stop);
            TellState(context, machine, seen, told);
            told = (seen.Words, seen.Distrusted ?? told.Distrusted);
            if (seen is { Progress: { } progress })
            {
                judge ??= new SwitchoverJudge(
                    known,
                    HypervisorKnowledge.Terms(policy with { CompleteWithin = null }, machine.Offer, null),
                    HypervisorKnowledge.Rule(policy),
                    progress.ReceivedNanoseconds - (seen.Elapsed.Ticks * TimeSpan.NanosecondsPerTick),
                    withUnknownDevices: withUnknownDevices);
                pass = progress.Pass;
                var judgement = judge.Consider(progress);
                latest = judgement.Gate ?? latest;
                if (judgement is { IsNews: true, Gate: { } gate })
                {
                    Print(context, gate, seen.Elapsed);
                }
            }
            else if (!seen.IsUnderWay && (before.IsUnderWay || judge is not null || (seen.Status, seen.Elapsed) != (before.Status, before.Elapsed)))
            {
                PrintEnd(context, seen, latest, policy);
                return;
            }

            await Task.Delay(Period, stop);
        }
    }

    /// <summary>Says what a migration does outside of pre-copy, where there is nothing to decide, and what of an answer makes no sense; each once.</summary>
    private static void TellState(CommandContext context, IObservedHypervisor machine, HypervisorObservation seen, (string? Words, string? Distrusted) told)
    {
        if (seen.Distrusted is { } distrusted && distrusted != told.Distrusted)
        {
            context.Say($"{machine.Address}: {distrusted}.");
        }

        if (seen is { IsUnderWay: true, Status: not HypervisorMigrationStatus.Active } && seen.Words != told.Words)
        {
            var noBound = seen.Status == HypervisorMigrationStatus.PostCopy ? " There is no bound on the blackout in post-copy: the guest may wait for any page, for as long as the link takes." : "";
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{seen.Elapsed.TotalSeconds,7:F1} s  The migration is in {seen.Words}.{noBound}"));
        }
    }

    private static void Print(CommandContext context, GateDecision gate, TimeSpan elapsed)
    {
        var explained = gate.Evaluator.Explain(gate.Decision, gate.Moment);
        context.Output.WriteLine(context.IsJson
            ? DecisionJson.WriteDecision(explained)
            : string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,7:F1} s  {explained.Reason}"));
    }

    private static void PrintEnd(CommandContext context, HypervisorObservation seen, GateDecision? latest, SlaPolicy policy)
    {
        var advised = latest is null ? "nothing could be advised" : $"the last advice was {latest.Decision.Verdict.ToString().ToLowerInvariant()}";
        var (counted, limit) = Quantity.FormatAgainst(seen.Downtime ?? TimeSpan.Zero, policy.BlackoutLimit);
        var blackout = seen.Downtime is null ? "" : $" QEMU counts a blackout of {counted}; the limit of {policy.Name} is {limit}.";
        context.Say($"The migration is over ({seen.Words}{(seen.Error is { } error ? $": {error.TrimEnd('.')}" : "")}); {advised}.{blackout}");
    }
}
