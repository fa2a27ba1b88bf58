namespace Roost.Identity;

/// <summary>What is to become of a thing, which is made where it is not there.</summary>
/// <param name="Name">1 to 128 of <c>a-z A-Z 0-9 : _ -</c>.</param>
public sealed record ThingChange(string Name)
{
    /// <summary>Null: stays as it is; empty: none. Else a type that is registered.</summary>
    public string? TypeName { get; init; }

    /// <summary>Null: stay as they are. An empty value takes the attribute away. At most 50; names up to 128, values up to 800 characters, of AWS IoT's alphabet.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>Attributes that are not named go.</summary>
    public bool ReplacesAttributes { get; init; }

    /// <summary>Null: stay as they are. Groups that are registered; at most 10 for a thing.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>It leaves the groups that are not named.</summary>
    public bool ReplacesGroups { get; init; }

    /// <summary>Refused with <see cref="ChangeFault.Conflict"/> when the thing is there.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Refused with <see cref="ChangeFault.NotFound"/> when it is not.</summary>
    public bool MustExist { get; init; }

    /// <summary>Null: whatever it is. Refused with <see cref="ChangeFault.Conflict"/> when the thing has another.</summary>
    public long? ExpectedVersion { get; init; }
}
