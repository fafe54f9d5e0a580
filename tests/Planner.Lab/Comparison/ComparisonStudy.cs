using System.IO.Compression;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Lab;

/// <summary>Migrates a real machine under one rule after the other, round by round, and keeps what happened in a folder. A study that was interrupted goes on
/// where it was.</summary>
public sealed class ComparisonStudy : IDisposable
{
    private const int WorkingSetMiB = 128;
    private static readonly TimeSpan SettleLoad = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleGuest = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(20);

    private readonly ComparisonOptions _options;
    private readonly TextWriter _output;
    private readonly ComparisonResults _results;
    private readonly Dictionary<string, IMeasurementStore> _stores = [];
    private QemuPair? _pair;
    private int _memoryMiB;

    /// <summary>Makes a study.</summary>
    /// <param name="options">What to compare.</param>
    /// <param name="output">Where lines go.</param>
    /// <exception cref="LabException">The folder cannot be used.</exception>
    public ComparisonStudy(ComparisonOptions options, TextWriter output)
    {
        (_options, _output) = (options, output);
        _results = ComparisonResults.Open(options.Folder);
    }

    /// <summary>Everything that is in the folder.</summary>
    public IReadOnlyList<ComparedMigration> Results => _results.All;

    /// <summary>Runs what is missing.</summary>
    /// <param name="cancel">Stops it; what was finished is kept.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            foreach (var memory in _options.Cells.GroupBy(c => c.MemoryMiB))
            {
                await GatherEvidenceAsync([.. memory], cancel).ConfigureAwait(false);
                for (var round = 1; round <= _options.Runs; round++)
                {
                    foreach (var cell in memory)
                    {
                        await RunRoundAsync(cell, round, cancel).ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            await ClosePairAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores.Values)
        {
            store.Dispose();
        }
    }

    /// <summary>Migrations of the planner alone, of each class until it has enough, taking its cells in turn.</summary>
    private async Task GatherEvidenceAsync(IReadOnlyList<ComparisonCell> cells, CancellationToken cancel)
    {
        foreach (var evidence in cells.GroupBy(c => c.EvidenceClass))
        {
            ComparisonCell[] teaching = [.. evidence.Where(c => c.CanComplete).DefaultIfEmpty(evidence.First())];
            for (var i = _results.All.Count(r => r.Run <= 0 && r.Qemu == _options.QemuName && teaching.Any(c => c.Name == r.Cell)); i < _options.Evidence; i++)
            {
                await KeepAsync(teaching[i % teaching.Length], ComparedRule.Planner, i + 1 - _options.Evidence, cancel).ConfigureAwait(false);
            }
        }
    }

    // Each round begins with another rule, so that none always comes after the same.
    private async Task RunRoundAsync(ComparisonCell cell, int round, CancellationToken cancel)
    {
        for (var i = 0; i < _options.Rules.Count; i++)
        {
            var rule = _options.Rules[(i + round) % _options.Rules.Count];
            if (!_results.All.Any(r => r.Cell == cell.Name && r.Rule == rule && r.Run == round && r.Qemu == _options.QemuName))
            {
                await KeepAsync(cell, rule, round, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task KeepAsync(ComparisonCell cell, string rule, int run, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var pair = await PairAsync(cell, cancel).ConfigureAwait(false);
        var name = FormattableString.Invariant($"{cell.Name}-{rule}-{_options.QemuName}-{run:00}.jsonl.gz");
        var blank = new ComparedMigration
        {
            Cell = cell.Name,
            Rule = rule,
            Qemu = _options.QemuName,
            Run = run,
            Began = TimeProvider.System.GetUtcNow(),
            LimitSeconds = cell.Limit.TotalSeconds,
            LoadAverage = HostLoad.Average,
            Outcome = ComparedOutcome.Failed,
            Recording = name,
        };
        ComparedMigration result;
        using (var recorder = new QemuRecorder(new GZipStream(File.Create(_results.RecordingPath(name)), CompressionLevel.Optimal)))
        {
            var throttle = new ThrottleMeter();
            void Trace(QemuTrace line)
            {
                recorder.Take(line);
                throttle.Take(line);
            }

            result = rule == ComparedRule.Planner
                ? await PlanAsync(cell, pair, blank, Trace, cancel).ConfigureAwait(false)
                : await SteerAsync(cell, pair, blank, Trace, cancel).ConfigureAwait(false);
            result = result with { ThrottlePercent = throttle.MostPercent };
        }

        result = await SettleAsync(pair, result, cancel).ConfigureAwait(false);
        _results.Add(result);
        await _output.WriteLineAsync(ComparisonTable.Line(result)).ConfigureAwait(false);
    }

    private async Task<ComparedMigration> PlanAsync(ComparisonCell cell, QemuPair pair, ComparedMigration blank, Action<QemuTrace> trace, CancellationToken cancel)
    {
        var began = LabGuest.Now();
        var result = await PlannerMigration.RunAsync(pair, PlannerMigration.Policy(cell), Store(cell), trace, cancel).ConfigureAwait(false);
        var outcome = result.Outcome switch
        {
            MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit => ComparedOutcome.Completed,
            MigrationOutcome.Stayed => (LabGuest.Now() - began) / 1e9 >= cell.CompleteWithin.TotalSeconds ? ComparedOutcome.TimedOut : ComparedOutcome.Aborted,
            _ => ComparedOutcome.Failed,
        };
        return blank with
        {
            Outcome = outcome,
            Reason = outcome == ComparedOutcome.Completed ? null : $"{result.Reason} It would commit with: {string.Join("; ", result.Decision?.WouldCommitIf ?? [])}.",
            BlackoutSeconds = outcome == ComparedOutcome.Completed ? result.Blackout.TotalSeconds : null,
            TotalSeconds = (LabGuest.Now() - began) / 1e9,
            PredictedSeconds = Finite(result.Decision?.Blackout.P50Seconds),
            BoundSeconds = result.Attempt.LastDecision?.Bound?.TotalSeconds,
        };
    }

    private static async Task<ComparedMigration> SteerAsync(ComparisonCell cell, QemuPair pair, ComparedMigration blank, Action<QemuTrace> trace, CancellationToken cancel)
    {
        var began = LabGuest.Now();
        var rule = ComparedRule.Peer(blank.Rule, cell.Limit);
        await using var migration = new PeerMigration(pair, rule);
        var (outcome, blackout) = await migration.RunAsync(cell.CompleteWithin, trace, cancel).ConfigureAwait(false);
        return blank with
        {
            Outcome = outcome,
            Reason = outcome switch
            {
                ComparedOutcome.Aborted => "The rule gave up.",
                ComparedOutcome.TimedOut => FormattableString.Invariant($"It was not complete within {cell.CompleteWithin.TotalSeconds:0} s."),
                ComparedOutcome.Failed => "QEMU ended it.",
                _ => null,
            },
            BlackoutSeconds = blackout?.TotalSeconds,
            TotalSeconds = (LabGuest.Now() - began) / 1e9,
            DowntimeLimitSeconds = rule.DowntimeLimitSeconds,
        };
    }

    /// <summary>Waits for the guest where it is now, and gives the pair a new destination.</summary>
    private static async Task<ComparedMigration> SettleAsync(QemuPair pair, ComparedMigration result, CancellationToken cancel)
    {
        if (!result.IsCompleted)
        {
            await pair.ReplaceDestinationAsync(cancel).ConfigureAwait(false);
            await pair.SourceGuest.WaitForHeartbeatAsync(ArrivalLimit, cancel).ConfigureAwait(false);
            return result;
        }

        await pair.DestinationGuest.WaitForHeartbeatAsync(ArrivalLimit, cancel).ConfigureAwait(false);
        await Task.Delay(SettleGuest, cancel).ConfigureAwait(false);
        result = result with { GuestBlackoutSeconds = LabGuest.Blackout(pair.SourceGuest, pair.DestinationGuest).TotalSeconds };
        await pair.NewDestinationAsync(cancel).ConfigureAwait(false);
        return result;
    }

    private async Task<QemuPair> PairAsync(ComparisonCell cell, CancellationToken cancel)
    {
        if (_pair is null || _memoryMiB != cell.MemoryMiB)
        {
            await ClosePairAsync().ConfigureAwait(false);
            var source = new QemuOptions { Version = _options.Qemu, MemoryMiB = cell.MemoryMiB, Load = $"ws_{WorkingSetMiB}" };
            _pair = await QemuPair.StartAsync(new PairOptions { Source = source, Link = cell.Link }, cancel).ConfigureAwait(false);
            _memoryMiB = cell.MemoryMiB;
        }

        _pair.Link.Rate = cell.Link;
        await _pair.SourceGuest.CommandAsync(cell.Load, cancel).ConfigureAwait(false);
        await Task.Delay(SettleLoad, cancel).ConfigureAwait(false);
        return _pair;
    }

    private async Task ClosePairAsync()
    {
        if (_pair is { } pair)
        {
            _pair = null;
            await pair.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IMeasurementStore Store(ComparisonCell cell)
    {
        if (!_stores.TryGetValue(cell.EvidenceClass, out var store))
        {
            _stores[cell.EvidenceClass] = store = SqlMeasurementStore.Open(StoreAddress.Parse(_results.StorePath(cell.EvidenceClass)));
        }

        return store;
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
