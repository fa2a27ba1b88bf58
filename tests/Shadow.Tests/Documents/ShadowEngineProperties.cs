using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineProperties
{
    private static readonly Arbitrary<string> Sections = SomeJson.Section.ToArbitrary();
    private static readonly Arbitrary<string> Patches = SomeJson.Patch.ToArbitrary();

    [Test]
    public void Reporting_the_delta_leaves_no_delta() => Prop.ForAll(Sections, Sections, (desired, reported) =>
    {
        var shadow = new EngineHarness().With(Both(desired, reported));
        if (shadow.GotAt("state", "delta") is { } delta)
        {
            shadow.With(EngineHarness.Of("reported", delta));
        }

        return shadow.GotAt("state", "delta") is null;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Merging_twice_is_merging_once() => Prop.ForAll(Sections, Patches, (section, patch) =>
    {
        var shadow = new EngineHarness().With(EngineHarness.Of("desired", section)).With(EngineHarness.Of("desired", patch));
        var once = (shadow.GotAt("state"), shadow.GotAt("metadata"));
        shadow.With(EngineHarness.Of("desired", patch));
        return once == (shadow.GotAt("state"), shadow.GotAt("metadata"));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Metadata_mirrors_state() => Prop.ForAll(Sections, Patches, (section, patch) =>
    {
        var shadow = new EngineHarness().With(EngineHarness.Of("reported", section));
        shadow.Now++;
        shadow.With(EngineHarness.Of("reported", patch));
        using var got = JsonDocument.Parse(shadow.Got());
        return !got.RootElement.GetProperty("state").TryGetProperty("reported", out var state)
            || Mirrors(state, got.RootElement.GetProperty("metadata").GetProperty("reported"));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Version_rises_by_one() => Prop.ForAll(Patches, Patches, (first, second) =>
        new EngineHarness().With(EngineHarness.Of("desired", first)).With(EngineHarness.Of("reported", second)).Record!.Version == 2).QuickCheckThrowOnFailure();

    [Test]
    public void No_null_is_ever_stored() => Prop.ForAll(Patches, Patches, (first, second) =>
        !new EngineHarness().With(EngineHarness.Of("desired", first)).With(EngineHarness.Of("desired", second)).Got().Contains("null")).QuickCheckThrowOnFailure();

    [Test]
    public void Size_is_what_is_printed_and_printing_reads_back() => Prop.ForAll(Sections, section =>
    {
        var node = Parse(Encoding.UTF8.GetBytes(section));
        var writer = PayloadWriter.Begin();
        node.WriteState(writer);
        var printed = writer.Take();
        writer = PayloadWriter.Begin();
        Parse(printed).WriteState(writer);
        return printed.Length == node.JsonBytes && printed.AsSpan().SequenceEqual(writer.Take()) && Parse(printed).ValueEquals(node);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Keys_that_stay_keep_their_order() => Prop.ForAll(Sections, Patches, (section, patch) =>
    {
        var before = (StateObject)Parse(Encoding.UTF8.GetBytes(section));
        var after = StateMerge.Section(before, Parse(Encoding.UTF8.GetBytes(patch)));
        return after is null || before.Members.Keys.Where(after.Members.ContainsKey)
            .SequenceEqual(after.Members.Keys.Where(before.Members.ContainsKey));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_bytes_have_an_outcome() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), body =>
        new EngineHarness().Update(body).Fault is { Code: 400 or 415 }).QuickCheckThrowOnFailure();

    [Test]
    public void Numbers_are_equal_exactly_when_decimals_are() => Prop.ForAll(Decimals(), Decimals(), (left, right) =>
        DecimalText.ValueEquals(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right))
            == (decimal.Parse(left, System.Globalization.NumberStyles.Float) == decimal.Parse(right, System.Globalization.NumberStyles.Float)))
        .QuickCheckThrowOnFailure();

    private static StateNode Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return new StateReader(64, 7).Read(ref reader);
    }

    private static string Both(string desired, string reported) => "{\"state\":{\"desired\":" + desired + ",\"reported\":" + reported + "}}";

    private static bool Mirrors(JsonElement state, JsonElement metadata) => state.ValueKind switch
    {
        JsonValueKind.Object => state.EnumerateObject().Select(member => member.Name).SequenceEqual(metadata.EnumerateObject().Select(member => member.Name))
            && state.EnumerateObject().All(member => Mirrors(member.Value, metadata.GetProperty(member.Name))),
        JsonValueKind.Array => state.GetArrayLength() == metadata.GetArrayLength()
            && state.EnumerateArray().Zip(metadata.EnumerateArray()).All(pair => Mirrors(pair.First, pair.Second)),
        _ => metadata.GetProperty("timestamp").GetInt64() is 1000 or 1001,
    };

    private static Arbitrary<string> Decimals() => (
        from sign in Gen.Elements("", "-")
        from whole in Gen.Elements("0", "1", "10", "12")
        from fraction in Gen.Elements("", ".0", ".1", ".10", ".01", ".00")
        from exponent in Gen.Elements("", "e0", "e1", "E-1", "e+2")
        select sign + whole + fraction + exponent).ToArbitrary();
}
