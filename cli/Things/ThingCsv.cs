using System.Text;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Things;

/// <summary>
/// Things in a CSV file. The first line names the columns: <c>name</c>, perhaps <c>type</c> and <c>groups</c> (several with <c>;</c> between them); every other column is an
/// attribute by its name. Fields with commas or quotes stand in quotes.
/// </summary>
internal static class ThingCsv
{
    private const int MostThings = 100_000;

    /// <exception cref="DaemonException">The first line does not name the columns, or there are no things, or too many.</exception>
    public static CsvThings Read(string file, string text)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var header = Fields(lines[0]) ?? [];
        var name = header.IndexOf("name");
        if (name < 0 || header.Distinct(StringComparer.Ordinal).Count() != header.Count || header.Contains(""))
        {
            var meant = header.Find(static column => column is not "name" && column.Equals("name", StringComparison.OrdinalIgnoreCase));
            throw new DaemonException($"{file}:1: the first line has to name the columns, each once: name, perhaps type and groups, and attributes, like name,type,groups,site{(name < 0 && meant is not null ? $"; write name, not {meant}" : "")}");
        }

        var (things, faults) = (new List<ThingLine>(), new List<(int Line, string Fault)>());
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase); // folders on a stick do not tell a from A
        for (var number = 2; number <= lines.Length; number++)
        {
            var line = lines[number - 1];
            if (line.Trim().Length == 0)
            {
                continue;
            }

            if (Fields(line) is not { } fields)
            {
                faults.Add((number, "a quote is not closed, or stands within a field; write \"\" for a quote in a quoted field"));
            }
            else if (fields.Count != header.Count)
            {
                faults.Add((number, $"it has {Count.Of(fields.Count, "field", "fields")}, and the first line {header.Count}"));
            }
            else if (!seen.TryAdd(ThingFiles.FileName(fields[name]), number))
            {
                faults.Add((number, $"'{fields[name]}' is in line {seen[ThingFiles.FileName(fields[name])]} already, or one whose files would have the same names"));
            }
            else
            {
                things.Add(ToThing(number, header, fields));
            }
        }

        return things.Count + faults.Count is 0 or > MostThings
            ? throw new DaemonException($"{file}: it has {Count.Of(things.Count + faults.Count, "thing", "things")}; give 1 to {MostThings}")
            : new CsvThings(things, faults);
    }

    private static ThingLine ToThing(int number, List<string> header, List<string> fields)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (column, value) in header.Zip(fields).Where(static pair => pair.First is not ("name" or "type" or "groups") && pair.Second.Length > 0))
        {
            attributes[column] = value;
        }

        return new ThingLine(
            number, fields[header.IndexOf("name")], header.IndexOf("type") is >= 0 and var type && fields[type].Length > 0 ? fields[type] : null,
            header.IndexOf("groups") is >= 0 and var groups ? fields[groups].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [], attributes);
    }

    /// <returns>Null: its quotes are wrong.</returns>
    private static List<string>? Fields(string line)
    {
        var (fields, field, place) = (new List<string>(), new StringBuilder(), 0);
        while (true)
        {
            field.Clear();
            if (place < line.Length && line[place] == '"')
            {
                for (place++; ; place++)
                {
                    if (place >= line.Length)
                    {
                        return null;
                    }

                    if (line[place] != '"')
                    {
                        field.Append(line[place]);
                    }
                    else if (place + 1 < line.Length && line[place + 1] == '"')
                    {
                        field.Append(line[place++]);
                    }
                    else
                    {
                        place++;
                        break;
                    }
                }

                if (place < line.Length && line[place] != ',')
                {
                    return null;
                }

                fields.Add(field.ToString());
            }
            else
            {
                var end = line.IndexOf(',', place);
                var text = end < 0 ? line[place..] : line[place..end];
                if (text.Contains('"', StringComparison.Ordinal))
                {
                    return null;
                }

                fields.Add(text.Trim());
                place = end < 0 ? line.Length : end;
            }

            if (place >= line.Length)
            {
                return fields;
            }

            place++; // the comma
        }
    }
}
