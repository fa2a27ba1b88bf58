using FsCheck;
using FsCheck.Fluent;

namespace Roost.Shadow.Tests.Documents;

/// <summary>Generators of what shadows are made of, with the keys and values that are easily mistaken for something else.</summary>
internal static class SomeJson
{
    private static readonly Gen<string> Keys = Gen.Elements("a", "b", "c", "timestamp", "desired", "version", "__proto__", "", "k\\\"", "\u00E4\U0001F600");
    private static readonly Gen<string> Scalars = Gen.Elements("1", "1.0", "-0", "1e3", "9007199254740993", "\"\"", "\"x\"", "\"\\n\\u00e4\"", "true", "false");

    /// <summary>Objects without nulls, up to five levels deep.</summary>
    public static Gen<string> Section { get; } = Object(4, nulls: false);

    /// <summary>Objects as updates carry them: nulls at any level.</summary>
    public static Gen<string> Patch { get; } = Object(4, nulls: true);

    /// <summary>What may stand at <c>state</c>, from null to both sections.</summary>
    public static Gen<string> State { get; } = Gen.Frequency(
        (1, Gen.Constant("null")),
        (1, Gen.Constant("{}")),
        (6, Patch.Select(patch => $"{{\"desired\":{patch}}}")),
        (6, Patch.Select(patch => $"{{\"reported\":{patch}}}")),
        (1, Gen.Elements("{\"desired\":null}", "{\"reported\":null}", "{\"desired\":null,\"reported\":null}")),
        (6, from desired in Patch from reported in Patch select $"{{\"desired\":{desired},\"reported\":{reported}}}"));

    private static Gen<string> Object(int depth, bool nulls) =>
        from keys in Keys.ListOf(4)
        from values in Value(depth, nulls).ListOf(4)
        select "{" + string.Join(",", keys.Distinct().Zip(values, (key, value) => $"\"{key}\":{value}")) + "}";

    private static Gen<string> Value(int depth, bool nulls)
    {
        var scalar = nulls ? Gen.OneOf(Scalars, Gen.Constant("null")) : Scalars;
        return depth == 0 ? scalar : Gen.Frequency(
            (3, scalar),
            (1, Scalars.ListOf(2).Select(items => $"[{string.Join(",", items)}]")),
            (1, Gen.Constant("{}")),
            (2, Gen.Fresh(() => depth).SelectMany(level => Object(level - 1, nulls))));
    }
}
