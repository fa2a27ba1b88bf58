namespace Roost.Identity.Tests.Policies;

/// <summary>Policies as one would judge them on paper, for the generated table: no compiling, no sets, no automata.</summary>
/// <param name="Resource">Behind the account; variables as in policies.</param>
internal sealed record NaiveStatement(bool IsDeny, string Action, string Resource);

internal static class NaivePolicy
{
    /// <param name="variables">Values by <c>${NAME}</c>; null: it has none.</param>
    public static bool Allows(IReadOnlyList<NaiveStatement> statements, IReadOnlyDictionary<string, string?> variables, string action, string resource)
    {
        var denied = statements.Where(statement => statement.IsDeny).Any(statement => Fits(statement, variables, action, resource));
        return !denied && statements.Where(statement => !statement.IsDeny).Any(statement => Fits(statement, variables, action, resource));
    }

    private static bool Fits(NaiveStatement statement, IReadOnlyDictionary<string, string?> variables, string action, string resource)
    {
        if (!NaiveMatcher.Matches(statement.Action, action))
        {
            return false;
        }

        // Each variable becomes a letter of the private use area on both sides of the comparison: a value cannot be taken for a wildcard then.
        var pattern = statement.Resource;
        foreach (var (name, value) in variables)
        {
            if (!pattern.Contains(name, StringComparison.Ordinal))
            {
                continue;
            }

            if (value is null && !statement.IsDeny)
            {
                return false;
            }

            pattern = value is null ? pattern.Replace(name, "*", StringComparison.Ordinal) : pattern.Replace(name, Escaped(value), StringComparison.Ordinal);
        }

        return NaiveMatcher.Matches(pattern, Escaped(resource));
    }

    private static string Escaped(string text) => text.Replace('*', '\uE000').Replace('?', '\uE001');
}
