namespace Roost.Identity.Secrets;

/// <summary>A secret as the database has it.</summary>
internal sealed record SecretRecord(string Name, long Version, byte[] Sealed, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
{
    /// <summary>What its seal is bound to: an old value does not open under the number of a new one.</summary>
    public string Place => PlaceOf(Name, Version);

    public static string PlaceOf(string name, long version) => $"secret\n{name}\n{version}";
}
