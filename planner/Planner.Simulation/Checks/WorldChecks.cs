using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>
/// Judges a simulated world by what an onlooker saw of it. Nothing here knows how the planner works: no engine, no session, no evidence (a test holds that).
/// </summary>
internal static class WorldChecks
{
    /// <summary>No session and no recovery lasts longer; every wait in one has a limit, and these together are far below.</summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(20);

    private const long HeardWithinNanoseconds = 1_000_000;

    private static readonly TimeSpan Rounding = TimeSpan.FromMicroseconds(1);

    /// <summary>The checkers by name.</summary>
    public static IReadOnlyDictionary<string, Func<WorldHistory, IEnumerable<string>>> All { get; } = new Dictionary<string, Func<WorldHistory, IEnumerable<string>>>
    {
        ["never two"] = NeverTwo,
        ["never left stopped"] = NeverLeftStopped,
        ["no person for nothing"] = NoPersonForNothing,
        ["whole state"] = WholeState,
        ["commit fits"] = CommitFits,
        ["pauses counted"] = PausesCounted,
        ["journal first"] = JournalFirst,
        ["one attempt each"] = OneAttemptEach,
        ["over limit said"] = OverLimitSaid,
        ["settings put back"] = SettingsPutBack,
        ["comes to an end"] = ComesToAnEnd,
    };

    /// <summary>Everything that was broken.</summary>
    public static IReadOnlyList<BrokenPromise> Judge(WorldHistory history) =>
        [.. All.SelectMany(check => check.Value(history).Select(what => new BrokenPromise(check.Key, what)))];

    /// <summary>At no moment does the guest run, or could run, on both sides.</summary>
    private static IEnumerable<string> NeverTwo(WorldHistory history)
    {
        var now = new Dictionary<(MigrationSide Side, int Device), DeviceChange>();
        foreach (var change in history.Changes.OrderBy(c => c.At))
        {
            now[(change.Side, change.Device)] = change;
            if (now.Values.FirstOrDefault(c => c.Side == MigrationSide.Source && c is { HasGuest: true, State: { } s } && RunsOnSource(s)) is { } source
                && now.Values.FirstOrDefault(c => c.Side == MigrationSide.Destination && c is { HasGuest: true, State: DeviceState.Running or DeviceState.RunningP2P }) is { } destination)
            {
                yield return $"at {Seconds(change.At)} device {source.Device} is {source.State!.Value.Name()} on the source and device {destination.Device} {destination.State!.Value.Name()} on the destination";
                yield break;
            }
        }

        // Under a hypervisor the guest's processors run with it: what once ran there must not begin again from before. Devices may be taken back.
        if (history.IsByHypervisor && history.Changes.FirstOrDefault(c => c is { Side: MigrationSide.Destination, State: DeviceState.Running }) is { } ran
            && history.Changes.FirstOrDefault(c => c is { Side: MigrationSide.Source, State: DeviceState.Running } && c.At > ran.At) is { } again)
        {
            yield return $"the guest ran on the destination at {Seconds(ran.At)}, and again on the source at {Seconds(again.At)}";
        }
    }

    /// <summary>Where all is over and no person was called, the guest runs where it is said to.</summary>
    private static IEnumerable<string> NeverLeftStopped(WorldHistory history)
    {
        var (last, outcome) = (LastSession(history), LastSession(history)?.Outcome);
        if (outcome is null or MigrationOutcome.NeedsPerson)
        {
            if (last is { Outcome: null } && history.Stuck is null)
            {
                yield return "the last process was killed, and nobody recovered";
            }

            yield break;
        }

        var (source, destination) = (Runs(history, MigrationSide.Source), Runs(history, MigrationSide.Destination));
        var (onSource, onDestination) = outcome switch
        {
            MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit => (false, true),
            MigrationOutcome.Stayed => (true, false),
            _ => (true, true),
        };
        if (!((onSource && source) || (onDestination && destination)))
        {
            yield return $"it ended {outcome} ({last!.Reason}), and the guest runs on neither side where it may";
        }
    }

    /// <summary>A person is called only where something failed that no planner can mend.</summary>
    private static IEnumerable<string> NoPersonForNothing(WorldHistory history) => history.DevicesMayFail || history.LosesPower
        ? []
        : history.Sessions.Where(s => s.Outcome == MigrationOutcome.NeedsPerson).Select(s => $"a person was called although nothing failed: {s.Reason}");

    /// <summary>A guest that runs on the destination has there what it left at the source: every byte was carried once, and in order.</summary>
    private static IEnumerable<string> WholeState(WorldHistory history) => history.MayLoseState ? LossNoticed(history) :
        LastSession(history)?.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit && Last(history, MigrationSide.Destination).Any(c => c is not { HasGuest: true })
            ? ["the machine runs on the destination without what its guest left in a device"]
            : LastSession(history)?.Outcome == MigrationOutcome.Stayed && Last(history, MigrationSide.Source).Any(c => c is not { HasGuest: true })
                ? ["the machine stayed, and a device lost what its guest left in it"]
                : [];

    /// <summary>A device that a server resets after the handover, and before it is sent to RUNNING, has visibly lost its state: that is not called well.</summary>
    private static IEnumerable<string> LossNoticed(WorldHistory history)
    {
        var handover = history.Noted.Where(n => n.Entry.Kind == JournalEntryKind.Handover).Select(n => n.At).DefaultIfEmpty(long.MaxValue).Max();
        return LastSession(history)?.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit
            ? Enumerable.Range(0, history.Devices).Where(i => LostAt(i) < StartedAt(i)).Select(i => $"device {i} was reset on the destination before it was sent to RUNNING, and nobody was told")
            : [];

        long LostAt(int device) => history.Changes.Where(c => c.Side == MigrationSide.Destination && c.Device == device && c.At >= handover && !c.HasGuest)
            .Select(c => c.At).DefaultIfEmpty(long.MaxValue).Min();
        long StartedAt(int device) => history.Commands.Where(c => c.Side == MigrationSide.Destination && c.Device == device && c.Begin >= handover && c.Target == DeviceState.Running)
            .Select(c => c.Begin).DefaultIfEmpty(long.MaxValue).Min();
    }

    /// <summary>Nothing is committed whose bound does not fit, and no device is stopped where the last word was to stay.</summary>
    private static IEnumerable<string> CommitFits(WorldHistory history)
    {
        foreach (var (session, i) in history.Sessions.Select((s, i) => (s, i)).Where(x => x.s.Kind == AttemptKind.Migration))
        {
            foreach (var decided in session.Decisions.Where(d => d.Verdict == Verdict.Commit && !(d.Bound <= d.Limit)))
            {
                yield return $"gate {decided.Gate} committed with a bound of {decided.Bound} and a limit of {decided.Limit}";
            }

            // A hypervisor that may stop the guest stops it when it can, so this is for devices alone. A command that is refused takes no time.
            if (!history.IsByHypervisor && session.Decisions is [.., { Verdict: not Verdict.Commit } last]
                && history.Commands.FirstOrDefault(c => c.Session == i && c is { Side: MigrationSide.Source, Target: DeviceState.StopCopy } && c.End > c.Begin) is { } stop)
            {
                yield return $"device {stop.Device} was stopped at {Seconds(stop.Begin)}, and the last decision, at gate {last.Gate}, was {last.Verdict}";
            }
        }
    }

    /// <summary>The pauses in the ledger are those that the guest felt; where a device did not tell, they are no shorter.</summary>
    private static IEnumerable<string> PausesCounted(WorldHistory history)
    {
        foreach (var (session, i) in history.Sessions.Select((s, i) => (s, i)).Where(x => x.s is { Attempt: not null, Outcome: not null, Kind: not AttemptKind.Recovery }))
        {
            var felt = Felt(history, session, i);
            var (least, most) = session.Attempt!.Pauses.Total is { } total ? (total.AtLeast, total.AtMost) : (TimeSpan.Zero, TimeSpan.Zero);
            if (felt > most + history.ClockStep + Rounding)
            {
                yield return $"session {i} counted at most {most}, and the guest was paused for {felt}";
            }
            else if (!history.DevicesMayFail && least > felt + Rounding)
            {
                yield return $"session {i} counted at least {least}, and the guest was paused for {felt}";
            }
        }

        // A recovery counts what nobody saw at the most; but no guest is paused for longer than all of it lasted.
        var counted = history.Ledger.Aggregate(TimeSpan.Zero, (sum, a) => sum + a.Pauses.AtMost);
        if (history.Sessions is [var first, ..] && TimeSpan.FromTicks((history.Sessions[^1].End - first.Start) / TimeSpan.NanosecondsPerTick) is var lasted && counted > lasted + history.ClockStep + Rounding)
        {
            yield return $"the ledger counts pauses of {counted} at the most, and all lasted for {lasted}";
        }
    }

    /// <summary>What is done to a device stands in the journal before.</summary>
    private static IEnumerable<string> JournalFirst(WorldHistory history)
    {
        foreach (var command in history.Commands)
        {
            var noted = history.Noted.Where(n => n.Session == command.Session && n.At <= command.Begin).Select(n => n.Entry).ToList();
            var isNoted = command.Target is { } target
                ? noted.Any(e => e.Kind == JournalEntryKind.ArcBegun && e.Side == command.Side && e.Device == command.Device && e.Arc.To == target)
                : noted.Any(e => e.Kind == JournalEntryKind.ResetBegun && e.Side == command.Side && e.Device == command.Device);
            if (!isNoted)
            {
                yield return $"device {command.Device} of the {command.Side} was sent to {command.Target?.Name() ?? "its reset"} at {Seconds(command.Begin)}, which its journal did not say";
            }

            // A destination that starts is one that the machine was given to before.
            if (command is { Side: MigrationSide.Destination, From: DeviceState.Stop, Target: DeviceState.Running or DeviceState.RunningP2P }
                && history.Changes.Where(c => c.Side == command.Side && c.Device == command.Device && c.At <= command.Begin).MaxBy(c => c.At) is { HasGuest: true }
                && !history.Noted.Any(n => n.At <= command.Begin && n.Entry.Kind == JournalEntryKind.Handover))
            {
                yield return $"device {command.Device} of the destination was started at {Seconds(command.Begin)} before the machine was handed over in a journal";
            }
        }
    }

    /// <summary>Every session that came to its end is in the ledger, once.</summary>
    private static IEnumerable<string> OneAttemptEach(WorldHistory history)
    {
        foreach (var session in history.Sessions.Where(s => s.Attempt is not null))
        {
            var times = history.Ledger.Count(a => a.Id == session.Attempt!.Id);
            if (times != 1)
            {
                yield return $"the ledger has the attempt {session.Attempt!.Id} {times} times";
            }
        }

        // One that was killed may have been written down before.
        var recoveries = history.Sessions.Where(s => s.Kind == AttemptKind.Recovery).ToList();
        var (kept, ended) = (history.Ledger.Count(a => a.Kind == AttemptKind.Recovery), recoveries.Count(s => s.Outcome is not null));
        if (kept < ended || kept > recoveries.Count)
        {
            yield return $"{ended} of {recoveries.Count} recoveries ended, and the ledger has {kept}";
        }
    }

    /// <summary>A guest that was paused for longer than the limit is said to have been, whatever became of the machine.</summary>
    private static IEnumerable<string> OverLimitSaid(WorldHistory history) => history.Sessions
        .Select((session, i) => (Session: session, Felt: Felt(history, session, i)))
        .Where(x => x.Session is { Outcome: not null, Kind: AttemptKind.Migration, SaidOverLimit: false } && x.Felt > history.Limit + history.ClockStep + Rounding)
        .Select(x => $"the guest was paused for {x.Felt} with a limit of {history.Limit}, and it ended {x.Session.Outcome} without a word of it");

    /// <summary>A hypervisor whose guest stayed is as it was found.</summary>
    private static IEnumerable<string> SettingsPutBack(WorldHistory history) =>
        history is { IsLeftPrepared: true, DevicesMayFail: false } && LastSession(history) is { Outcome: MigrationOutcome.Stayed or MigrationOutcome.Recovered } last
            ? [$"it ended {last.Outcome}, and what was set on the source was left"]
            : [];

    private static IEnumerable<string> ComesToAnEnd(WorldHistory history) => history.Stuck is { } stuck ? [stuck] : history.Sessions
        .Where(s => TimeSpan.FromTicks((s.End - s.Start) / TimeSpan.NanosecondsPerTick) > LongestSession)
        .Select(s => $"a session lasted from {Seconds(s.Start)} to {Seconds(s.End)}");

    /// <summary>How long the guest was paused while a session lasted: from the first command that takes a source device from its guest until all of them run freely again, or
    /// all of the destination's run.</summary>
    private static TimeSpan Felt(WorldHistory history, SessionSeen session, int index)
    {
        // While a source device is on its way out of where its guest has it, it is in no state. A command that is refused takes no time.
        var moments = history.Commands.Where(c => c.Session == index && c is { Side: MigrationSide.Source, Target: { } to } && IsFree(c.From) && !IsFree(to) && c.End > c.Begin)
            .Select(c => (At: c.Begin, IsPause: true, Change: new DeviceChange(c.Begin, c.Side, c.Device, null, true)))
            .Concat(history.Changes.Where(c => c.At <= session.End).Select(c => (c.At, IsPause: IsStop(history, c), Change: c)))
            .OrderBy(m => m.At).ThenBy(m => m.IsPause).ToList();
        var handover = history.Noted.Where(n => n.Session == index && n.Entry.Kind == JournalEntryKind.Handover).Select(n => n.At).DefaultIfEmpty(long.MaxValue).Min();
        var now = new Dictionary<(MigrationSide, int), DeviceChange>();
        var (felt, since) = (0L, (long?)null);
        foreach (var (at, isPause, change) in moments)
        {
            now[(change.Side, change.Device)] = change;
            if (isPause)
            {
                since ??= at;
            }
            else if (since is { } began && IsGuestFree(history, now, at >= handover))
            {
                felt += Math.Max(0, at - Math.Max(began, session.Start));
                since = null;
            }
        }

        felt += since is { } open ? Math.Max(0, session.End - Math.Max(open, session.Start)) : 0;
        return TimeSpan.FromTicks(felt / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Whether a hypervisor stopped the guest by itself, which no command says.</summary>
    private static bool IsStop(WorldHistory history, DeviceChange change) => history.IsByHypervisor && change is { Side: MigrationSide.Source, State: DeviceState.Stop };

    /// <summary>Once it was handed over, a device that a server resets has lost its state, and keeps the guest from running no longer.</summary>
    private static bool IsGuestFree(WorldHistory history, Dictionary<(MigrationSide, int), DeviceChange> now, bool isHandedOver) =>
        Enumerable.Range(0, history.Devices).All(i => now.GetValueOrDefault((MigrationSide.Source, i)) is { State: { } s } && IsFree(s))
        || Enumerable.Range(0, history.Devices).All(i => now.GetValueOrDefault((MigrationSide.Destination, i)) is { State: DeviceState.Running } d && (d.HasGuest || (isHandedOver && history.MayLoseState)));

    private static bool IsFree(DeviceState state) => state is DeviceState.Running or DeviceState.PreCopy;

    private static bool RunsOnSource(DeviceState state) => state is DeviceState.Running or DeviceState.RunningP2P or DeviceState.PreCopy or DeviceState.PreCopyP2P;

    private static bool Runs(WorldHistory history, MigrationSide side) =>
        Last(history, side).All(c => c is { State: DeviceState.Running } && (c.HasGuest || history.MayLoseState));

    /// <summary>What the devices were last seen as. That a process has ended is heard a moment later; whatever was said before holds until then.</summary>
    private static IEnumerable<DeviceChange?> Last(WorldHistory history, MigrationSide side) => Enumerable.Range(0, history.Devices).Select(i => history.Changes
        .Where(c => c.Side == side && c.Device == i && !(history.IsByHypervisor && c.State is null && c.At > LastSession(history)?.End - HeardWithinNanoseconds))
        .OrderBy(c => c.At).LastOrDefault());

    private static SessionSeen? LastSession(WorldHistory history) => history.Sessions.LastOrDefault();

    private static string Seconds(long nanoseconds) => $"{nanoseconds / 1e9:0.000000} s";
}
