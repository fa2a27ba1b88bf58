namespace Roost.LocalLambda.Definitions;

/// <summary>
/// One entry of <c>grants</c> in a <c>function.yaml</c>, checked: one of <see cref="Publish"/>, <see cref="Retained"/>, <see cref="Shadow"/>, <see cref="Stream"/>
/// and <see cref="Invoke"/> is set, and says what the entry is about. Kept as it was written.
/// </summary>
internal sealed record Grant
{
    /// <summary>A filter of topics that the function may publish on; never one that begins with <c>$</c>.</summary>
    public string? Publish { get; init; }

    /// <summary>Of <see cref="Publish"/>: true when the messages may be retained.</summary>
    public bool? Retain { get; init; }

    /// <summary>A filter of topics whose retained messages the function may read.</summary>
    public string? Retained { get; init; }

    /// <summary>A name of things, with <c>*</c> for any characters.</summary>
    public string? Shadow { get; init; }

    /// <summary>Of <see cref="Shadow"/>: names of shadows, with <c>*</c>; <c>classic</c> is the classic one. Null: all.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The name of a stream.</summary>
    public string? Stream { get; init; }

    /// <summary>The name of another function, or of this one.</summary>
    public string? Invoke { get; init; }

    /// <summary>Of a shadow <c>get</c>, <c>update</c>, <c>delete</c>, <c>list</c>; of a stream <c>append</c>, <c>read</c>. Never empty there.</summary>
    public IReadOnlyList<string>? Allow { get; init; }
}
