using Spectre.Console;
using Spectre.Console.Rendering;

namespace Planner.Cli;

/// <summary>Tables on a terminal that is narrower than they are.</summary>
internal static class NarrowTables
{
    /// <summary>Wider than any line.</summary>
    public const int AnyWidth = 100_000;

    /// <summary>Writes a table; where a row does not fit on a line, as a list: a line for each cell, with the column's name before it. No word is broken for want of width.</summary>
    public static void WriteTable(this IAnsiConsole console, Table table)
    {
        if (((IRenderable)table).Measure(RenderOptions.Create(console), AnyWidth).Max <= console.Profile.Width)
        {
            console.Write(table);
            return;
        }

        foreach (var row in table.Rows)
        {
            var list = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            foreach (var (column, cell) in table.Columns.Zip(row).Where(pair => pair.Second is not Markup { Length: 0 }))
            {
                list.AddRow(column.Header, cell);
            }

            console.WriteLine();
            console.Write(list);
        }

        console.WriteLine();
    }
}
