using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Answers the loop of another master once an iteration: with the same judge that the planner's own migrations have.</summary>
internal sealed class SwitchoverAdvisor(ServiceParts parts)
{
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);
    private const int MostMachines = 10_000;

    private readonly ConcurrentDictionary<string, Follow> _followed = new();

    private sealed record Follow(SwitchoverJudge Judge, string SlaClass, double ElapsedSeconds, int Iteration, long SentBytes, DateTimeOffset At);

    /// <summary>Advises.</summary>
    public async Task<SwitchoverAdvice> AdviseAsync(SwitchoverQuestion question, CancellationToken cancel)
    {
        if (question is not { RemainingBytes: >= 0 and <= ValueLimits.MostBytes, ElapsedSeconds: >= 0 and <= ValueLimits.LongestSeconds, Iteration: >= 1, BytesPerSecond: > 0 })
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "remainingBytes and elapsedSeconds are at least 0, iteration at least 1, and bytesPerSecond above 0.");
        }

        var machine = parts.Records.Find(Kinds.Machine, question.Machine) is { } found ? JsonSerializer.Deserialize(found.Body, ServiceJson.Default.MachineBody) : null;
        var policy = parts.Policies.Of(question.Machine, machine?.LabelsOrNone ?? new Dictionary<string, string>(), question.Sla);

        // Another migration of the machine begins anew.
        var follow = _followed.TryGetValue(question.Machine, out var before) && before.SlaClass == policy.Name && before.Iteration <= question.Iteration
            && before.ElapsedSeconds <= question.ElapsedSeconds && before.At > parts.Now - Memory
            ? before
            : new Follow(await BeginAsync(question, machine, policy, cancel).ConfigureAwait(false), policy.Name, 0, 0, 0, parts.Now);
        var sent = follow.SentBytes + (long)((question.ElapsedSeconds - follow.ElapsedSeconds) * question.BytesPerSecond);
        PassJudgement judged;
        lock (follow.Judge)
        {
            judged = follow.Judge.Consider(new PreCopyProgressed
            {
                ReceivedNanoseconds = (long)(question.ElapsedSeconds * 1e9),
                IsPass = true,
                Pass = question.Iteration,
                RemainingBytes = question.RemainingBytes,
                SentBytes = sent,
                BytesPerSecond = question.BytesPerSecond,
            });
        }

        Remember(question.Machine, follow with { ElapsedSeconds = question.ElapsedSeconds, Iteration = question.Iteration, SentBytes = sent, At = parts.Now });
        var reason = judged.Reason ?? (judged.Gate is { } gate ? gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason + gate.Note : "Nothing can be said yet: ask at the next iteration.");
        return judged.Action switch
        {
            SwitchoverAction.Commit when policy.Mode != SlaMode.Shadow => new SwitchoverAdvice("soft", judged.AllowBytes / question.BytesPerSecond, reason),
            SwitchoverAction.Abort when policy.Mode != SlaMode.Shadow => new SwitchoverAdvice("abort", null, reason),
            _ => new SwitchoverAdvice("nothing", null, reason),
        };
    }

    private void Remember(string machine, Follow follow)
    {
        _followed[machine] = follow;
        foreach (var (name, old) in _followed.Count > MostMachines ? _followed.ToArray() : [])
        {
            if (old.At < parts.Now - Memory)
            {
                _followed.TryRemove(name, out _);
            }
        }
    }

    private async Task<SwitchoverJudge> BeginAsync(SwitchoverQuestion question, MachineBody? machine, SlaPolicy policy, CancellationToken cancel)
    {
        var offer = await LookAsync(machine, cancel).ConfigureAwait(false) ?? Unknown(question.Machine);
        var (known, withUnknownDevices) = HypervisorKnowledge.Recall(
            offer, question.Machine, new HostPair(offer.Host ?? parts.Options.Sessions.Host, ""), policy, parts.Samples);
        return new SwitchoverJudge(known, HypervisorKnowledge.Terms(policy, offer, null), HypervisorKnowledge.Rule(policy), 0, offer.ThrottleSlice, withUnknownDevices);
    }

    private async Task<HypervisorOffer?> LookAsync(MachineBody? machine, CancellationToken cancel)
    {
        if (machine?.Target is not { } target)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LookLimit);
        try
        {
            await using var opened = await parts.Drivers.OpenHypervisorToLookAsync(target, limit.Token).ConfigureAwait(false);
            return opened.Offer;
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            // The other master has the monitor to itself: what is known of machines like it cannot be asked for.
            return null;
        }
    }

    // A machine that cannot be looked at shares evidence with nobody.
    private static HypervisorOffer Unknown(string machine) => new()
    {
        Version = "unknown",
        HypervisorClass = $"unknown of {machine}",
        MachineType = "unknown",
        CpuModel = "unknown",
        RamBytes = 1,
        Accelerator = "unknown",
    };
}
