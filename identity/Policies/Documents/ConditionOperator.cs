using System.Globalization;
using System.Net;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Documents;

/// <summary>How a condition compares. Names and meanings are those of IAM.</summary>
/// <param name="IsNegated">It holds when no value of the policy matches.</param>
/// <param name="HasWildcards">Whether <c>*</c> and <c>?</c> are wildcards in its values.</param>
/// <param name="Fault">What is wrong with a value that is written down; null: nothing.</param>
/// <param name="Matches">A value of the connection and one of the policy, as <see cref="PatternCode"/> has it.</param>
internal sealed record ConditionOperator(string Name, bool IsNegated, bool HasWildcards, Func<string, string?> Fault, Func<string, string, bool> Matches)
{
    public const string Null = "Null";

    private static readonly Func<string, string?> _any = _ => null;
    private static readonly Func<string, string?> _boolean = value => value is "true" or "false" ? null : $"'{value}' is neither true nor false";
    private static readonly Func<string, string?> _number = value => TryNumber(value, out _) ? null : $"'{value}' is no number";

    private static readonly Func<string, string?> _network = value => TryNetwork(value, out _)
        ? null : $"'{value}' is no network; write an address, or the first address of a network and its length like 192.168.1.0/24";

    public static IReadOnlyList<ConditionOperator> All { get; } =
    [
        .. Both("StringEquals", "StringNotEquals", false, _any, static (value, text) => string.Equals(value, text)),
        .. Both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", false, _any, static (value, text) => string.Equals(value, text, StringComparison.OrdinalIgnoreCase)),
        .. Both("StringLike", "StringNotLike", true, _any, static (value, text) => new WildcardPattern(text).Matches(value)),
        .. Both("NumericEquals", "NumericNotEquals", false, _number, static (value, text) => Compare(value, text) == 0),
        new("NumericLessThan", false, false, _number, static (value, text) => Compare(value, text) < 0),
        new("NumericLessThanEquals", false, false, _number, static (value, text) => Compare(value, text) <= 0),
        new("NumericGreaterThan", false, false, _number, static (value, text) => Compare(value, text) > 0),
        new("NumericGreaterThanEquals", false, false, _number, static (value, text) => Compare(value, text) >= 0),
        new("Bool", false, false, _boolean, static (value, text) => string.Equals(value, text)),
        .. Both("IpAddress", "NotIpAddress", false, _network, static (value, text) => TryNetwork(text, out var network) && IPAddress.TryParse(value, out var address) && network.Contains(address)),
        new(Null, false, false, _boolean, static (_, _) => false),
    ];

    public bool IsNumeric => Name.StartsWith("Numeric", StringComparison.Ordinal);

    /// <summary>Whether a key can be compared so at all; null: it can.</summary>
    public string? FaultOfKey(string key) => Name switch
    {
        "Bool" when key != VariableName.IsAttached => $"{key} is no truth value; use StringEquals",
        "IpAddress" or "NotIpAddress" when key != VariableName.SourceIp => $"{key} is no address; use StringEquals",
        _ => null,
    };

    public static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryNetwork(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
            return true;
        }

        // One whose address is not its first is refused: it could be meant for one machine.
        return IPNetwork.TryParse(text, out network) && IPAddress.TryParse(text.AsSpan(0, text.IndexOf('/')), out var first) && first.Equals(network.BaseAddress) && text == network.ToString();
    }

    private static int? Compare(string value, string text) => TryNumber(value, out var left) && TryNumber(text, out var right) ? left.CompareTo(right) : null;

    private static ConditionOperator[] Both(string name, string negated, bool hasWildcards, Func<string, string?> fault, Func<string, string, bool> matches) =>
        [new(name, false, hasWildcards, fault, matches), new(negated, true, hasWildcards, fault, matches)];
}
