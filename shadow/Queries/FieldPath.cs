namespace Roost.Shadow.Queries;

/// <summary>What a filter compares and a selection shows: a part of the state, like <c>reported.battery</c>, or something about the shadow.</summary>
/// <param name="Text">As the client wrote it.</param>
/// <param name="Keys">Members to go down through; none for the whole section.</param>
internal sealed record FieldPath(FieldRoot Root, string[] Keys, string Text)
{
    public const string Roots = "desired, reported, delta, thing, name, version or updated";

    public bool IsState => Root is FieldRoot.Desired or FieldRoot.Reported or FieldRoot.Delta;

    public static FieldRoot? RootOf(string word) => word switch
    {
        "thing" => FieldRoot.Thing,
        "name" => FieldRoot.Name,
        "version" => FieldRoot.Version,
        "updated" => FieldRoot.Updated,
        "desired" => FieldRoot.Desired,
        "reported" => FieldRoot.Reported,
        "delta" => FieldRoot.Delta,
        _ => null,
    };

    public bool Equals(FieldPath? other) => other is not null && Root == other.Root && Keys.AsSpan().SequenceEqual(other.Keys);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Root);
        foreach (var key in Keys)
        {
            hash.Add(key);
        }

        return hash.ToHashCode();
    }
}
