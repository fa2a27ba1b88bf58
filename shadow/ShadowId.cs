using System.Diagnostics.CodeAnalysis;

namespace Roost.Shadow;

/// <summary>Which shadow: a thing's name and, for a named shadow, its name. The classic shadow has the name <c>""</c>.</summary>
public readonly record struct ShadowId
{
    public const int MaxThingLength = 128;
    public const int MaxNameLength = 64;

    private ShadowId(string thing, string name)
    {
        Thing = thing;
        Name = name;
    }

    public string Thing { get; }

    /// <summary>Empty for the classic shadow.</summary>
    public string Name { get; }

    public bool IsClassic => Name.Length == 0;

    /// <summary>Thing names are <c>[a-zA-Z0-9:_-]{1,128}</c>, shadow names <c>[$a-zA-Z0-9:_-]{1,64}</c>: the cloud's patterns.</summary>
    /// <param name="name">Null for the classic shadow; an empty text is a fault.</param>
    /// <param name="fault">A sentence for the client when the result is false.</param>
    public static bool TryCreate(string thing, string? name, out ShadowId id, [NotNullWhen(false)] out string? fault)
    {
        fault = FaultOfThing(thing) ?? (name is null ? null : FaultOfName(name));
        id = fault is null ? new ShadowId(thing, name ?? "") : default;
        return fault is null;
    }

    public static string? FaultOfThing(string thing) => thing.Length switch
    {
        0 => "ThingName must not be empty",
        > MaxThingLength => "ThingName has a maximum length of 128",
        _ => IsWord(thing, dollar: false) ? null : "ThingName must match pattern [a-zA-Z0-9:_-]+",
    };

    public static string? FaultOfName(string name) => name.Length switch
    {
        0 => "ShadowName must not be empty",
        > MaxNameLength => "ShadowName has a maximum length of 64",
        _ => IsWord(name, dollar: true) ? null : "ShadowName must match pattern [$a-zA-Z0-9:_-]+",
    };

    public override string ToString() => IsClassic ? Thing : $"{Thing}~{Name}";

    private static bool IsWord(string text, bool dollar)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not (':' or '_' or '-') && !(dollar && c == '$'))
            {
                return false;
            }
        }

        return true;
    }
}
