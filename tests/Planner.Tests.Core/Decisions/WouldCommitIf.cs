using System.Globalization;
using System.Text.RegularExpressions;
using Planner.Documents;
using Planner.Evidence;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>Carries out what a decision says would make it a commit.</summary>
internal static partial class WouldCommitIf
{
    /// <summary>The snapshot with the one change that the sentence names; null for a change that only shows at a later moment.</summary>
    public static DecisionSnapshot? Apply(DecisionSnapshot snapshot, string sentence)
    {
        if (sentence.StartsWith("dirty-rate limit", StringComparison.Ordinal))
        {
            return null;
        }

        if (MoreOf().Match(sentence) is { Success: true } more)
        {
            return WithMore(snapshot, int.Parse(more.Groups["count"].Value, CultureInfo.InvariantCulture), more.Groups["what"].Value);
        }

        var match = Compared().Match(sentence);
        Assert.True(match.Success, sentence);
        var (what, value) = (match.Groups["what"].Value, match.Groups["value"].Value);
        var sla = snapshot.Sla ?? new SlaTerms();
        return what switch
        {
            "limit" => snapshot with { Sla = sla with { BlackoutLimitSeconds = Seconds(value) } },
            "error budget" => snapshot with { Sla = sla with { ErrorBudgetRemainingSeconds = Seconds(value) } },
            "complete within" => snapshot with { Sla = sla with { CompleteWithinSeconds = Seconds(value) } },
            "switchover bandwidth" => snapshot with { Transfer = snapshot.Transfer! with { BytesPerSecond = [.. snapshot.Transfer.BytesPerSecond.Select(_ => Rate(value))] } },
            "remaining memory" => snapshot with { Ram = snapshot.Ram! with { RemainingBytes = Bytes(value) } },
            _ when what.StartsWith("state of ", StringComparison.Ordinal) => snapshot with
            {
                Devices = [.. snapshot.Devices.Select(d => d.Name == what[9..] ? d with { StateBytes = Bytes(value) } : d)],
            },
            _ => throw new ArgumentException($"what is '{sentence}'?"),
        };
    }

    private static DecisionSnapshot WithMore(DecisionSnapshot snapshot, int count, string what)
    {
        if (what.StartsWith("blackouts", StringComparison.Ordinal))
        {
            return snapshot with { PastBlackouts = More(snapshot.PastBlackouts), PastBlackoutsAfterQuiesce = More(snapshot.PastBlackoutsAfterQuiesce) };
        }

        return snapshot with
        {
            Transfer = new TransferEvidence { FixedSeconds = Pad(snapshot.Transfer!.FixedSeconds, Enumerable.Max), BytesPerSecond = Pad(snapshot.Transfer.BytesPerSecond, Enumerable.Min) },
            Devices =
            [
                .. snapshot.Devices.Select(d => d with
                {
                    StateSizeRatios = d.StateSizeRatios.Count == 0 ? [] : Pad(d.StateSizeRatios, Enumerable.Max),
                    Arcs = [.. d.Arcs.Select(a => a with { Seconds = Pad(a.Seconds, Enumerable.Max) })],
                }),
            ],
        };

        List<double> Pad(IReadOnlyList<double> values, Func<IEnumerable<double>, double> worst) => [.. values, .. Enumerable.Repeat(worst(values), count)];

        List<PastBlackout> More(IReadOnlyList<PastBlackout> past) =>
            [.. past, .. Enumerable.Repeat(past.MaxBy(b => b.ActualSeconds / b.PredictedSeconds) ?? new PastBlackout(1, 1), count)];
    }

    private static double Seconds(string text)
    {
        Assert.True(UnitText.TryParseDuration(text, out var duration), text);
        return duration.TotalSeconds;
    }

    private static long Bytes(string text)
    {
        Assert.True(UnitText.TryParseBytes(text, out _), text);

        // The reader rounds to the nearest byte; what was written is a limit.
        var parts = text.Split(' ');
        return (long)Math.Floor(double.Parse(parts[0], CultureInfo.InvariantCulture) * parts[1] switch { "GiB" => 1 << 30, "MiB" => 1 << 20, "KiB" => 1 << 10, _ => 1 });
    }

    private static double Rate(string text)
    {
        Assert.True(UnitText.TryParseBytesPerSecond(text, out var rate), text);
        return rate;
    }

    [GeneratedRegex("^(?<what>.+) (>=|<=) (?<value>.+)$")]
    private static partial Regex Compared();

    [GeneratedRegex("^(?<count>[0-9]+) more (?<what>.+)$")]
    private static partial Regex MoreOf();
}
