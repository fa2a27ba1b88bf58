using System.CommandLine;

namespace Roost.Cli.Commands;

/// <summary><c>--attribute NAME=VALUE</c>.</summary>
internal static class AttributeOption
{
    public static Option<string[]> Create(string description)
    {
        var option = new Option<string[]>("--attribute") { Description = description, HelpName = "NAME=VALUE" };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(static token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"--attribute is NAME=VALUE, not '{token.Value}'.");
            }
        });
        return option;
    }

    /// <returns>Null: none was given.</returns>
    public static IReadOnlyDictionary<string, string>? Read(string[]? given) => given is not { Length: > 0 } ? null
        : given.Select(static text => (Name: text[..text.IndexOf('=', StringComparison.Ordinal)], Value: text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]))
            .GroupBy(static pair => pair.Name, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.Last().Value, StringComparer.Ordinal);
}
