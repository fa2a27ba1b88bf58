using Spectre.Console;

namespace Roost.Cli.Output;

/// <summary>A table for a person: headers in bold, long cells folded to the window. Loading the library costs 50 ms: only here.</summary>
internal static class InteractiveTable
{
    public static void Write(Table table, TextWriter writer, Func<string, string?> variable)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            // https://no-color.org: set and not empty. Bold goes too: who sets it wants no escape sequences.
            Ansi = string.IsNullOrEmpty(variable("NO_COLOR")) ? AnsiSupport.Detect : AnsiSupport.No,
        });
        var grid = new Spectre.Console.Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var column in table.Columns)
        {
            grid.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (var row in table.Rows)
        {
            grid.Rows.Add(row.Select(cell => new Text(cell)));
        }

        console.Write(grid);
    }
}
