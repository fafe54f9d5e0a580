using System.Globalization;
using Planner.Measurements;
using Planner.Policies;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>A plan for a fleet as tables and sentences.</summary>
internal static class PlanTable
{
    private const int MostRows = 50;

    /// <summary>Prints a plan.</summary>
    public static void Print(IAnsiConsole console, FleetPlan plan)
    {
        console.WriteLine($"{(plan.IsFeasible ? "Feasible" : "Not feasible as asked")}: {plan.Reason}.");
        if (plan.LowerBoundSeconds > 0)
        {
            console.WriteLine($"No plan for these moves takes less than {Seconds(plan.LowerBoundSeconds)} at their middle.");
        }

        foreach (var assumption in plan.Assumptions)
        {
            console.WriteLine(assumption);
        }

        PrintChoices(console, plan.Choices);
        PrintMoves(console, plan.Moves);
        PrintReboots(console, plan.Reboots);
        PrintBlocked(console, plan.Blocked);
        foreach (var (host, last) in plan.LastSafeStart.Where(l => l.Value is not null).Take(MostRows))
        {
            console.WriteLine(last >= 0 ? $"{host}: may begin {Seconds(last.Value)} from now at the latest." : $"{host}: should have begun {Seconds(-last!.Value)} ago.");
        }

        console.WriteLine($"Plan {plan.Hash[..12]}.");
    }

    private static void PrintMoves(IAnsiConsole console, IReadOnlyList<PlannedMove> moves)
    {
        if (moves.Count == 0)
        {
            return;
        }

        var table = Table(["machine", "from", "to"], ["start", "P50", "P95", "bandwidth", "dirty-rate limit"]);
        foreach (var move in moves.Take(MostRows))
        {
            table.AddRow(
                Markup.Escape(move.Machine), Markup.Escape(move.From), Markup.Escape(move.To), Seconds(move.StartSeconds), Seconds(move.P50Seconds), Seconds(move.P95Seconds), Rate(move.BytesPerSecond),
                move.DirtyRateLimitBytesPerSecond is { } limit ? Rate(limit) : "-");
        }

        Write(console, table, moves.Count, "moves");
    }

    private static void PrintReboots(IAnsiConsole console, IReadOnlyList<PlannedReboot> reboots)
    {
        if (reboots.Count == 0)
        {
            return;
        }

        var table = Table(["reboot of"], ["start", "takes"]);
        foreach (var reboot in reboots.Take(MostRows))
        {
            table.AddRow(Markup.Escape(reboot.Host), Seconds(reboot.StartSeconds), Seconds(reboot.Seconds));
        }

        Write(console, table, reboots.Count, "reboots");
    }

    private static void PrintChoices(IAnsiConsole console, IReadOnlyList<PlanChoice> choices)
    {
        if (choices.Count == 0)
        {
            return;
        }

        var table = Table(["", "plan"], ["P50", "P95", "in time", "moves a machine", "at most", "hosts away"]);
        foreach (var choice in choices)
        {
            table.AddRow(
                choice.IsChosen ? ">" : "", Markup.Escape(choice.Name), Seconds(choice.MakespanP50Seconds), Seconds(choice.MakespanP95Seconds), choice.ProbabilityInTime is { } share ? Percent(share) : "-",
                choice.MovesPerMachine.ToString("0.000", CultureInfo.InvariantCulture), choice.MostMovesOfAMachine.ToString(CultureInfo.InvariantCulture), choice.MostHostsAway.ToString(CultureInfo.InvariantCulture));
        }

        console.WriteTable(table);
    }

    private static void PrintBlocked(IAnsiConsole console, IReadOnlyList<BlockedMachine> blocked)
    {
        foreach (var machine in blocked.Take(MostRows))
        {
            console.WriteLine($"{machine.Machine} runs on where it is: {machine.Reason}. It could move with {machine.CheapestChange}.");
        }

        if (blocked.Count > MostRows)
        {
            console.WriteLine($"{blocked.Count - MostRows} more machines cannot move; --output json names all.");
        }
    }

    private static Table Table(string[] left, string[] right)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in left)
        {
            table.AddColumn(column);
        }

        foreach (var column in right)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }

    private static void Write(IAnsiConsole console, Table table, int count, string what)
    {
        console.WriteTable(table);
        if (count > MostRows)
        {
            console.WriteLine($"{count - MostRows} more {what}; --output json has all.");
        }
    }

    private static string Seconds(double seconds) => Words.Seconds(seconds);

    private static string Rate(double bytesPerSecond) => $"{Quantity.FormatBytes(bytesPerSecond)}/s";

    private static string Percent(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} %";
}
