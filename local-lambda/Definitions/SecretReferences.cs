using System.Text.RegularExpressions;

namespace Roost.LocalLambda.Definitions;

/// <summary>
/// <c>${secret:NAME}</c> in the values of a function's environment. What is kept and shown of a function has the reference; a worker alone gets the value, in its environment, which
/// no argument of a process and no file shows.
/// </summary>
internal static partial class SecretReferences
{
    /// <returns>The same definition, with values in place of references.</returns>
    /// <exception cref="MissingSecretException">One of them is not there.</exception>
    public static FunctionDefinition Resolve(FunctionDefinition definition, IFunctionSecrets? secrets) =>
        AreIn(definition)
            ? definition with { Environment = definition.Environment.ToDictionary(variable => variable.Key, variable => Resolve(variable.Key, variable.Value, secrets)) }
            : definition;

    public static bool AreIn(FunctionDefinition definition) => definition.Environment.Values.Any(value => Reference().IsMatch(value));

    public static bool AreIn(FunctionDefinition definition, string secret) =>
        definition.Environment.Values.Any(value => Reference().Matches(value).Any(reference => reference.Groups["name"].Value == secret));

    /// <returns>Each variable with each secret that it refers to, in the order of their names.</returns>
    public static IEnumerable<(string Variable, string Secret)> UsesOf(FunctionDefinition definition) =>
        definition.Environment.SelectMany(variable => Reference().Matches(variable.Value).Select(reference => (variable.Key, reference.Groups["name"].Value))).Distinct().Order();

    private static string Resolve(string variable, string value, IFunctionSecrets? secrets) => Reference().Replace(
        value,
        reference => secrets?.Find(reference.Groups["name"].Value) ?? throw new MissingSecretException(
            $"environment variable {variable} needs secret '{reference.Groups["name"].Value}', which is not there: set it with 'roost secret set {reference.Groups["name"].Value}'"));

    [GeneratedRegex(@"\$\{secret:(?<name>[A-Za-z0-9._-]{1,128})\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
