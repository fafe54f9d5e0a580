using System.CommandLine;
using Planner.Sessions;
using Planner.Storage;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner store copy FROM TO</c>: from one store to another.</summary>
internal static class StoreCommand
{
    public static Command Create(CommonOptions common)
    {
        var from = new Argument<string>("from") { Description = "The store that is copied: a file, or postgres://user@host:port/database.", HelpName = "FROM" };
        var to = new Argument<string>("to") { Description = "The store that it is copied to, which is made if it is missing and has to be empty.", HelpName = "TO" };
        var copy = new Command("copy", "Copy everything from one store to an empty one, count it and check it. Interrupted, it has copied nothing.") { from, to };
        copy.SetAction((parsed, _) => Task.FromResult(Copy(common.Bind(parsed), StoreAddress.Parse(parsed.GetRequiredValue(from)), StoreAddress.Parse(parsed.GetRequiredValue(to)))));
        return new Command("store", "Move what is kept between SQLite and PostgreSQL.") { copy };
    }

    private static int Copy(CommandContext context, StoreAddress from, StoreAddress to)
    {
        if (from.ToString() == to.ToString())
        {
            throw new CliException(ExitStatus.InvalidInput, $"both stores are {from}: name two");
        }

        using var stop = new StopSignal();
        using var source = Interruptible.Run(() => SqlMeasurementStore.OpenExisting(from), stop.Token);
        using var target = Interruptible.Run(() => SqlMeasurementStore.Open(to), stop.Token);
        var copied = StoreCopy.Run(source, target, stop.Token);
        if (context.IsJson)
        {
            var report = new StoreCopyReport(from.ToString(), to.ToString(), [.. copied.Select(t => new StoreCopyReport.TableRows(t.Table, t.Rows))]);
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.StoreCopyReport));
            return ExitStatus.Done;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumn(new TableColumn("rows").RightAligned());
        foreach (var (name, rows) in copied)
        {
            table.AddRow(name, rows.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        context.Console.Write(table);
        context.Output.WriteLine($"{copied.Sum(t => t.Rows)} rows were copied from {from} to {to}, and are there as they were.");
        return ExitStatus.Done;
    }
}
