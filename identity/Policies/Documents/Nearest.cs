namespace Roost.Identity.Policies.Documents;

/// <summary>Guesses what somebody meant to write.</summary>
internal static class Nearest
{
    private const int MostChanges = 4;

    /// <returns>A sentence with a space before it; empty: nothing is near.</returns>
    public static string Advice(string text, IEnumerable<string> known) =>
        known.Select(name => (Name: name, Changes: Changes(text, name))).Where(guess => guess.Changes <= MostChanges).OrderBy(guess => guess.Changes).Select(guess => guess.Name).FirstOrDefault()
            is { } nearest ? $" Did you mean {nearest}?" : "";

    /// <summary>Letters to add, take away or change; case does not count.</summary>
    private static int Changes(string from, string to)
    {
        if (Math.Abs(from.Length - to.Length) > MostChanges)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var cost = char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[to.Length];
    }
}
