namespace Roost.Cli.Things;

/// <summary>What a CSV file says: the lines that could be read, and what is wrong with the others.</summary>
internal sealed record CsvThings(IReadOnlyList<ThingLine> Things, IReadOnlyList<(int Line, string Fault)> Faults);
