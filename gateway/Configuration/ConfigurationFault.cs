using System.Globalization;

namespace Roost.Gateway.Configuration;

/// <summary>One thing that is wrong with the configuration. <paramref name="Key"/> is empty when the fault concerns the whole source.</summary>
internal sealed record ConfigurationFault(string Source, int Line, string Key, string Problem)
{
    /// <summary><c>file:line: key: what is wrong (value); remedy</c>, without the parts that do not apply.</summary>
    public override string ToString()
    {
        var isVariable = Source.StartsWith(EnvironmentOverrides.Prefix, StringComparison.Ordinal); // which holds one value: a line would tell nothing
        var place = Line > 0 && !isVariable ? string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}") : Source;
        return Key.Length == 0 ? $"{place}: {Problem}" : $"{place}: {Key}: {Problem}";
    }
}
