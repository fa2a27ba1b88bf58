using System.Diagnostics;
using System.Text;

namespace Roost.Cli.Output;

/// <summary>Rows under a header. For a script: one line a row, columns aligned by spaces, no colour, nothing folded or cut.</summary>
internal sealed class Table(params string[] columns)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public IReadOnlyList<string> Columns => columns;

    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    public void Add(params string[] cells)
    {
        Debug.Assert(cells.Length == columns.Length, "one cell for each column");
        _rows.Add([.. cells.Select(OneLine)]);
    }

    public void WriteTo(TextWriter writer)
    {
        var widths = columns.Select((column, index) => _rows.Select(row => row[index].Length).Append(column.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend(columns))
        {
            var line = new StringBuilder();
            for (var index = 0; index < row.Length; index++)
            {
                line.Append(row[index].PadRight(widths[index])).Append(Gap);
            }

            writer.WriteLine(line.ToString().TrimEnd());
        }
    }

    /// <summary>Names and values come from devices: what would move a terminal's cursor or colour is shown, not obeyed. A tab is a space.</summary>
    internal static string OneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(Shown)) : text;

    private static char Shown(char letter) => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter;
}
