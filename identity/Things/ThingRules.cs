namespace Roost.Identity.Things;

/// <summary>What may become of a thing, without a look at the registry.</summary>
internal static class ThingRules
{
    public const int MaxGroups = 10;

    /// <exception cref="ChangeRefusedException">No thing can be like that.</exception>
    public static void Check(ThingChange change)
    {
        RegistryNames.Check("thing", change.Name);
        if (!string.IsNullOrEmpty(change.TypeName))
        {
            RegistryNames.Check("type", change.TypeName);
        }

        foreach (var (name, value) in change.Attributes ?? new Dictionary<string, string>())
        {
            RegistryNames.CheckAttribute(name, value);
        }

        foreach (var group in change.Groups ?? [])
        {
            RegistryNames.Check("group", group);
        }
    }

    /// <exception cref="ChangeRefusedException">It has another version.</exception>
    public static void CheckVersion(ThingDescription thing, long? expected)
    {
        if (expected is { } version && version != thing.Version)
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, $"thing '{thing.Name}' has version {thing.Version}, not {version}: somebody changed it meanwhile; look at it again");
        }
    }

    /// <param name="old">Null: it is not there yet.</param>
    /// <exception cref="ChangeRefusedException">The thing as it is does not allow it.</exception>
    public static ThingRecord Apply(ThingRecord? old, ThingChange change, DateTimeOffset now)
    {
        if (old is not null && change.MustBeNew)
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, $"there is a thing '{change.Name}' already; 'roost thing update {change.Name}' changes it");
        }

        if (old is null && (change.MustExist || change.ExpectedVersion is not null))
        {
            throw ThingRegistry.Missing("thing", change.Name);
        }

        if (old is not null)
        {
            CheckVersion(old.Description, change.ExpectedVersion);
        }

        var attributes = Attributes(old, change);
        string[] groups = [.. (change.ReplacesGroups ? [] : old?.DirectGroups ?? []).Concat(change.Groups ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (change.ReplacesGroups && change.Groups is null)
        {
            groups = [.. old?.DirectGroups ?? []];
        }

        return attributes.Count > RegistryNames.MaxAttributes
            ? throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"thing '{change.Name}' would have {attributes.Count} attributes; at most {RegistryNames.MaxAttributes} are possible")
            : groups.Length > MaxGroups
            ? throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"thing '{change.Name}' would be in {groups.Length} groups; at most {MaxGroups} are possible")
            : new ThingRecord(
                new ThingDescription
                {
                    Name = change.Name,
                    TypeName = change.TypeName is null ? old?.Description.TypeName : change.TypeName.Length == 0 ? null : change.TypeName,
                    Attributes = attributes,
                    Version = (old?.Description.Version ?? 0) + 1,
                },
                groups,
                old?.CreatedAt ?? now);
    }

    /// <summary>Nothing but the version differs.</summary>
    public static bool AreSame(ThingRecord one, ThingRecord other) =>
        one.Description.TypeName == other.Description.TypeName && one.DirectGroups.SequenceEqual(other.DirectGroups, StringComparer.Ordinal)
        && one.Description.Attributes.Count == other.Description.Attributes.Count
        && one.Description.Attributes.All(pair => other.Description.Attributes.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static Dictionary<string, string> Attributes(ThingRecord? old, ThingChange change)
    {
        var attributes = change is { ReplacesAttributes: true, Attributes: not null } || old is null
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            : new Dictionary<string, string>(old.Description.Attributes, StringComparer.Ordinal);
        foreach (var (name, value) in change.Attributes ?? new Dictionary<string, string>())
        {
            if (value.Length == 0)
            {
                attributes.Remove(name);
            }
            else
            {
                attributes[name] = value;
            }
        }

        return attributes;
    }
}
