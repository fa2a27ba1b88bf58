namespace Roost.Cli.Things;

/// <param name="Number">Of the line, from 1.</param>
internal sealed record ThingLine(int Number, string Name, string? Type, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, string> Attributes);
