using System.Text;

namespace Roost.Gateway.Configuration;

/// <summary>How properties are spelled in the configuration: <c>MaxPacketBytes</c> is <c>max-packet</c>, <c>KeepAliveMax</c> is <c>keep-alive-max</c>.</summary>
internal static class KeyName
{
    private const string SizeSuffix = "Bytes";

    /// <summary>The key of a property, or the spelling of an enum's member. The unit of a size is in its value, so the suffix goes.</summary>
    public static string Of(string pascalCase)
    {
        var name = IsSize(pascalCase) && pascalCase.Length > SizeSuffix.Length ? pascalCase[..^SizeSuffix.Length] : pascalCase;
        var key = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                key.Append('-');
            }

            key.Append(char.ToLowerInvariant(name[i]));
        }

        return key.ToString();
    }

    public static bool IsSize(string pascalCase) => pascalCase.EndsWith(SizeSuffix, StringComparison.Ordinal);

    /// <summary>Equal for every spelling that means the same key: case and separators do not count (environment, validators' messages).</summary>
    public static bool Same(string left, string right) => Folded(left).Equals(Folded(right), StringComparison.Ordinal);

    /// <summary>The key that was probably meant: at most three edits away, and at most half of the word. Null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        var best = known
            .Select(key => (Key: key, Distance: Distance(written, key)))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return best.Key is not null && best.Distance <= Math.Min(3, Math.Max(1, written.Length / 2)) ? best.Key : null;
    }

    private static string Folded(string key) => string.Concat(key.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.</summary>
    private static int Distance(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var replace = table[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replace, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[left.Length, right.Length];
    }
}
