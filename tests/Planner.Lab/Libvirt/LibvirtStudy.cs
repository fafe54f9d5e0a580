using System.Diagnostics;
using System.Text.Json;

namespace Planner.Lab;

/// <summary>Migrates a guest there and back between two libvirt daemons, under the planner and under libvirt alone in turn, and keeps what happened in a folder. A study
/// that was interrupted goes on where it was.</summary>
/// <remarks>Libvirt alone has the limit as its max downtime and nobody beside it, as Nova starts it. The blackout of both is the guest's own: its clock stands still with it.</remarks>
public sealed class LibvirtStudy(LibvirtStudyOptions options, TextWriter output)
{
    private const string Name = "libvirt 11.3";
    private const int MemoryMiB = 512;
    private const double LinkMiBPerSecond = 50;
    private const string WorkingSet = "ws_128";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2.2);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly ComparisonResults _results = ComparisonResults.Open(options.Folder);
    private LibvirtHost _from = null!;
    private LibvirtHost _to = null!;
    private LabGuest _guest = null!;

    /// <summary>Everything that is in the folder.</summary>
    public IReadOnlyList<ComparedMigration> Results => _results.All;

    /// <summary>Runs what is missing.</summary>
    /// <param name="cancel">Stops it; what was finished is kept.</param>
    /// <exception cref="LabException">The lab does not start, or a guest is lost.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var pair = await LibvirtPair.StartAsync(MemoryMiB, LinkMiBPerSecond, cancel).ConfigureAwait(false);
        (_from, _to) = (pair.A, pair.B);
        _guest = await pair.BootAsync(pair.A, WorkingSet, cancel).ConfigureAwait(false);
        try
        {
            foreach (var cell in options.Cells)
            {
                for (var run = 1 - options.Evidence; run <= options.Runs; run++)
                {
                    string[] rules = run <= 0 ? [ComparedRule.Planner] : run % 2 == 0 ? [ComparedRule.Planner, ComparedRule.Libvirt] : [ComparedRule.Libvirt, ComparedRule.Planner];
                    foreach (var rule in rules.Where(r => !_results.All.Any(m => m.Cell == cell.Name && m.Rule == r && m.Run == run)))
                    {
                        await KeepAsync(pair, cell, rule, run, cancel).ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            _guest.Dispose();
        }
    }

    private async Task KeepAsync(LibvirtPair pair, ComparisonCell cell, string rule, int run, CancellationToken cancel)
    {
        await _guest.CommandAsync(cell.Load, cancel).ConfigureAwait(false);
        await Task.Delay(Settle, cancel).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var link = ShapeAsync(pair, cell.Link, over.Token);
        var arriving = ArriveAsync(over.Token);
        var blank = new ComparedMigration
        {
            Cell = cell.Name, Rule = rule, Qemu = Name, Run = run, Began = DateTimeOffset.UtcNow, LimitSeconds = options.Limit.TotalSeconds, Outcome = ComparedOutcome.Failed, LoadAverage = HostLoad.Average,
        };
        var began = Stopwatch.StartNew();
        var result = rule == ComparedRule.Planner
            ? await PlannerAsync(pair, cell, blank, cancel).ConfigureAwait(false)
            : await LibvirtAsync(cell, blank, cancel).ConfigureAwait(false);
        result = result with { TotalSeconds = began.Elapsed.TotalSeconds };
        if (result.IsCompleted)
        {
            var there = await arriving.WaitAsync(ArrivalLimit, cancel).ConfigureAwait(false);
            await there.WaitForHeartbeatAsync(ArrivalLimit, cancel).ConfigureAwait(false);
            await Task.Delay(Settle, cancel).ConfigureAwait(false);
            var blackout = LabGuest.Blackout(_guest, there).TotalSeconds;
            result = result with { BlackoutSeconds = blackout, GuestBlackoutSeconds = blackout };
            _guest.Dispose();
            (_from, _to, _guest) = (_to, _from, there);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await link.ConfigureAwait(false);
        if (!result.IsCompleted && arriving.IsCompletedSuccessfully)
        {
            (await arriving.ConfigureAwait(false)).Dispose();
        }

        _results.Add(result);
        await output.WriteLineAsync(ComparisonTable.Line(result)).ConfigureAwait(false);
    }

    private async Task<ComparedMigration> PlannerAsync(LibvirtPair pair, ComparisonCell cell, ComparedMigration blank, CancellationToken cancel)
    {
        var policy = Path.GetFullPath(Path.Combine(options.Folder, $"{cell.Name}.yaml"));
        await File.WriteAllTextAsync(policy, Policy(cell), cancel).ConfigureAwait(false);
        string[] command =
        [
            .. options.Planner.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet"] : Array.Empty<string>(), options.Planner,
            "migrate", $"libvirt:{_from.Uri}#{LibvirtPair.Domain}", $"libvirt:{_to.Uri}", "--channel", _to.PeerUri, "--sla", "lab", "--policy", policy, "--machine", "lab",
            "--store", _results.StorePath(cell.Name), "--state", Path.GetFullPath(Path.Combine(options.Folder, "state")), "--output", "json",
        ];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LD_LIBRARY_PATH"] = pair.Libraries;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var text = await process.StandardOutput.ReadToEndAsync(cancel).ConfigureAwait(false);
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        if (text.Length == 0)
        {
            throw new LabException($"planner migrate ended with {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}");
        }

        var said = JsonDocument.Parse(text).RootElement;
        var reason = said.GetProperty("reason").GetString();
        return blank with
        {
            Outcome = process.ExitCode is 0 or 4 ? ComparedOutcome.Completed : process.ExitCode == 3 ? ComparedOutcome.TimedOut : ComparedOutcome.Failed,
            Reason = process.ExitCode == 0 ? null : reason,
            ToldSeconds = Number(said, "pausedSeconds"),
            BoundSeconds = Number(said, "boundSeconds"),
            PredictedSeconds = said.GetProperty("decision") is { ValueKind: JsonValueKind.Object } decision ? Number(decision.GetProperty("blackout"), "p50Seconds") : null,
            HandoverSeconds = said.GetProperty("terms").EnumerateArray().Where(t => t.GetProperty("term").GetString() == "arc STOP->RUNNING").Select(t => Number(t, "actualSeconds")).FirstOrDefault(),
        };
    }

    private async Task<ComparedMigration> LibvirtAsync(ComparisonCell cell, ComparedMigration blank, CancellationToken cancel)
    {
        await _from.VirshAsync(["migrate-setmaxdowntime", LibvirtPair.Domain, FormattableString.Invariant($"{options.Limit.TotalMilliseconds:0}")], cancel).ConfigureAwait(false);
        var migrating = _from.VirshAsync(["migrate", "--live", "--p2p", LibvirtPair.Domain, _to.PeerUri], cancel);
        if (await Task.WhenAny(migrating, Task.Delay(cell.CompleteWithin, cancel)).ConfigureAwait(false) != migrating)
        {
            await _from.VirshAsync(["domjobabort", LibvirtPair.Domain], cancel).ConfigureAwait(false);
        }

        try
        {
            await migrating.ConfigureAwait(false);
        }
        catch (LabException e)
        {
            return blank with { Outcome = ComparedOutcome.TimedOut, Reason = e.Message };
        }

        return blank with { Outcome = ComparedOutcome.Completed, DowntimeLimitSeconds = options.Limit.TotalSeconds };
    }

    // The port of the guest on the other host is there as soon as its QEMU is.
    private async Task<LabGuest> ArriveAsync(CancellationToken cancel)
    {
        var path = _to.ControlPath(LibvirtPair.Domain);
        while (!SocketProbe.Listens(path))
        {
            await Task.Delay(Poll, cancel).ConfigureAwait(false);
        }

        return new LabGuest(path);
    }

    private static async Task ShapeAsync(LibvirtPair pair, LinkRate rate, CancellationToken over)
    {
        try
        {
            for (var isFirst = true; ; isFirst = !isFirst)
            {
                await pair.ShapeAsync((isFirst ? rate.FirstBytesPerSecond : rate.SecondBytesPerSecond) / LinkRate.MiB, CancellationToken.None).ConfigureAwait(false);
                await Task.Delay(rate.FirstBytesPerSecond == rate.SecondBytesPerSecond ? Timeout.InfiniteTimeSpan : rate.Turn, over).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The migration is over.
        }
    }

    private string Policy(ComparisonCell cell) => FormattableString.Invariant(
        $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: lab }
        spec:
          blackout: { limit: {{options.Limit.TotalMilliseconds}}ms, confidence: 0.9 }
          completeWithin: {{cell.CompleteWithin.TotalSeconds}}s
          whenEvidenceIsInsufficient: accept
          switchover: { rule: {{options.Rule}} }
        """);

    private static double? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
