namespace Roost.Shadow.Integrity;

/// <summary>The key of a row as it lies on the disk; of a damaged row it may be anything.</summary>
internal readonly record struct StoredKey(string Thing, string Name)
{
    public static StoredKey First { get; } = new("", "");

    public bool TryIdentify(out ShadowId id) => ShadowId.TryCreate(Thing, Name.Length == 0 ? null : Name, out id, out _);

    public override string ToString() => Name.Length == 0 ? Thing : $"{Thing}~{Name}";
}
