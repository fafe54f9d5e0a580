using System.Globalization;
using Planner.Simulation;

// RUNS CHECKER: runs worlds, a block of seeds at a time, until this checker has seen a promise broken, and says what was seen.
const long Block = 256;
if (args is not [var text, var wanted] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var runs) || !WorldChecks.All.ContainsKey(wanted))
{
    Console.Error.WriteLine($"Write how many seeds to try at the most, and one of: {string.Join(", ", WorldChecks.All.Keys)}.");
    return 2;
}

var sum = WorldSum.None;
for (var done = 0L; done < runs && !sum.ByChecker.ContainsKey(wanted); done += Block)
{
    sum += WorldRuns.Run((ulong)done + 1, Math.Min(Block, runs - done), CancellationToken.None);
}

Console.WriteLine(string.Join(", ", sum.ByChecker.OrderBy(c => c.Key != wanted).Select(c => $"'{c.Key}' by seed {c.Value.First}")) is { Length: > 0 } seen ? $"{seen} of {sum.Runs}" : $"nothing in {sum.Runs} seeds");
return sum.ByChecker.ContainsKey(wanted) ? 0 : 1;
