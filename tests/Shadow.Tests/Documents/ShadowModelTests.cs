using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Tests.Documents;

/// <summary>Sequences of updates, through the engine and through the plain rules: every message says what the rules say.</summary>
internal sealed class ShadowModelTests
{
    private static readonly Arbitrary<IReadOnlyList<string>> Updates = SomeJson.State.ListOf().Resize(12).Select(states => (IReadOnlyList<string>)states.ToList()).ToArbitrary();

    [Test]
    public void Every_message_of_every_update_is_what_the_rules_say() => Prop.ForAll(Updates, states =>
    {
        var (shadow, model) = (new EngineHarness(), new ShadowModel());
        JsonNode? last = null;
        foreach (var state in states)
        {
            shadow.Now++;
            var patch = JsonNode.Parse(state);
            model.Update(patch as JsonObject, shadow.Now);
            var messages = shadow.Update($"{{\"state\":{state},\"clientToken\":\"t\"}}").Messages!;

            var accepted = Parse(messages.Accepted);
            Same(accepted["state"], patch, "accepted has what the request had");
            Ends(accepted, model.Version, shadow.Now);

            var got = Parse(shadow.Get().Messages!.Accepted);
            var shown = got["state"]!.AsObject();
            var delta = shown["delta"]?.DeepClone();
            shown.Remove("delta");
            Same(shown, model.State, "state");
            Same(got["metadata"], model.Metadata, "metadata");
            Same(delta, model.Delta(), "delta");

            var documents = Parse(messages.Documents!);
            Same(documents["previous"], last, "previous is what was current");
            last = documents["current"]!.DeepClone();
            Same(last["state"], model.State, "current state");
            Same(last["metadata"], model.Metadata, "current metadata");
            Assert.That(last["version"]!.GetValue<long>(), Is.EqualTo(model.Version));

            Assert.That(messages.Delta is null, Is.EqualTo(delta is null));
            if (messages.Delta is { } announced)
            {
                Same(Parse(announced)["state"], delta, "the delta announced");
                Assert.That(IsPartOf(Parse(announced)["metadata"]!, model.Metadata["desired"]!), "the delta's times are those of desired");
                Ends(Parse(announced), model.Version, shadow.Now);
            }
        }
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Reporting_each_delta_makes_reported_hold_all_that_is_desired() => Prop.ForAll(Updates, states =>
    {
        var shadow = new EngineHarness().With("{\"state\":{}}");
        foreach (var state in states)
        {
            shadow.With($"{{\"state\":{state}}}");
            if (shadow.GotAt("state", "delta") is { } delta)
            {
                shadow.With(EngineHarness.Of("reported", delta));
            }

            var got = JsonNode.Parse(shadow.Got())!["state"]!;
            Assert.That(got["desired"] is null || IsPartOf(got["desired"]!, got["reported"]!), got.ToJsonString());
        }
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Desired_and_reported_may_come_in_any_order_or_together() => Prop.ForAll(SomeJson.Patch.ToArbitrary(), SomeJson.Patch.ToArbitrary(), (desired, reported) =>
    {
        var one = new EngineHarness().With(EngineHarness.Of("desired", desired)).With(EngineHarness.Of("reported", reported));
        var other = new EngineHarness().With(EngineHarness.Of("reported", reported)).With(EngineHarness.Of("desired", desired));
        var both = new EngineHarness().With($"{{\"state\":{{\"desired\":{desired},\"reported\":{reported}}}}}");

        return one.GotAt("state") == other.GotAt("state") && one.GotAt("metadata") == other.GotAt("metadata")
            && one.GotAt("state") == both.GotAt("state") && one.GotAt("metadata") == both.GotAt("metadata");
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Updates_of_different_keys_may_come_in_any_order() => Prop.ForAll(SomeJson.Section.ToArbitrary(), SomeJson.Patch.ToArbitrary(), SomeJson.Patch.ToArbitrary(), (section, left, right) =>
    {
        var start = $"{{\"left\":{section},\"right\":{section}}}";
        EngineHarness Begin() => new EngineHarness().With(EngineHarness.Of("desired", start));
        var one = Begin().With(EngineHarness.Of("desired", $"{{\"left\":{left}}}")).With(EngineHarness.Of("desired", $"{{\"right\":{right}}}"));
        var other = Begin().With(EngineHarness.Of("desired", $"{{\"right\":{right}}}")).With(EngineHarness.Of("desired", $"{{\"left\":{left}}}"));

        return one.GotAt("state") == other.GotAt("state") && one.GotAt("metadata") == other.GotAt("metadata");
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_document_is_refused_exactly_when_it_is_larger_than_the_limit() => Prop.ForAll(Updates, Gen.Choose(4, 120).ToArbitrary(), (states, limit) =>
    {
        ShadowRecord? record = null;
        foreach (var state in states)
        {
            var body = Encoding.UTF8.GetBytes($"{{\"state\":{state}}}");
            var free = ShadowEngine.Update(record, body, EngineHarness.Limits, 1000);
            var bounded = ShadowEngine.Update(record, body, EngineHarness.Limits with { MaxDocumentBytes = limit }, 1000);
            var current = JsonNode.Parse(free.Messages!.Documents!)!["current"]!["state"]!;
            var text = Encoding.UTF8.GetString(free.Messages.Documents!);
            var size = Printed(free.Record!.State!.Desired) + Printed(free.Record.State.Reported);
            Assert.That(bounded.Fault, size > limit ? Is.EqualTo(ShadowError.TooLarge) : Is.Null, $"{size} of {limit} bytes: {current.ToJsonString()}");
            if (bounded.Fault is null)
            {
                Assert.That(Encoding.UTF8.GetString(bounded.Messages!.Documents!), Is.EqualTo(text));
                record = bounded.Record;
            }
        }
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Versions_rise_by_one_with_each_update_and_with_nothing_else() => Prop.ForAll(Gen.Elements("update", "refused", "get", "delete").ListOf().ToArbitrary(), steps =>
    {
        var shadow = new EngineHarness();
        var version = 0L;
        foreach (var step in steps)
        {
            var outcome = step switch
            {
                "update" => shadow.Update("""{"state":{"reported":{"a":1}}}"""),
                "refused" => shadow.Update("{\"state\":{},\"version\":" + (version + 2) + "}"),
                "get" => shadow.Get(),
                _ => shadow.Delete(),
            };
            version += step == "update" ? 1 : 0;
            if (outcome.Fault is null)
            {
                Assert.That(Parse(outcome.Messages!.Accepted)["version"]!.GetValue<long>(), Is.EqualTo(version), step);
            }
            else
            {
                Assert.That(step, Is.Not.EqualTo("update"));
            }
        }
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_request_with_any_bytes_changed_is_refused_or_leaves_a_sound_shadow() => Prop.ForAll(
        SomeJson.State.ToArbitrary(), Gen.Choose(0, int.MaxValue).ListOf(6).ToArbitrary(), (state, changes) =>
    {
        var body = Encoding.UTF8.GetBytes($$"""{"state":{{state}},"clientToken":"t","version":0}""").ToList();
        foreach (var change in changes)
        {
            var (at, value) = ((change >> 10) % body.Count, (byte)(change >> 2));
            switch (change & 3)
            {
                case 0:
                    body[at] = value;
                    break;
                case 1:
                    body.Insert(at, "{}[]\",:\\"u8[value % 8]); // what the grammar is made of
                    break;
                case 2 when body.Count > 1:
                    body.RemoveAt(at);
                    break;
            }
        }

        var shadow = new EngineHarness();
        var outcome = shadow.Update([.. body]);
        if (outcome.Fault is { } fault)
        {
            Assert.That(fault.Code, Is.AnyOf(400, 409, 413, 415));
            return;
        }

        var got = Parse(shadow.Get().Messages!.Accepted);
        Assert.That(got["state"]!.AsObject().All(static pair => pair.Key is "desired" or "reported" or "delta"));
        Assert.That(got["metadata"]!.AsObject().Select(static pair => pair.Key), Is.EqualTo(got["state"]!.AsObject().Select(static pair => pair.Key).Where(static key => key != "delta")));
        Assert.That(Parse(outcome.Messages!.Documents!)["current"]!["version"]!.GetValue<long>(), Is.EqualTo(1));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static int Printed(StateObject? section)
    {
        if (section is null)
        {
            return 0;
        }

        var writer = PayloadWriter.Begin();
        section.WriteState(writer);
        return writer.Take().Length;
    }

    private static JsonNode Parse(byte[] json) => JsonNode.Parse(json)!;

    private static void Same(JsonNode? actual, JsonNode? expected, string what) =>
        Assert.That(ShadowModel.Same(actual, expected), () => $"{what}: {actual?.ToJsonString()} instead of {expected?.ToJsonString()}");

    private static void Ends(JsonNode message, long version, long now) => Assert.That(
        (message["version"]!.GetValue<long>(), message["timestamp"]!.GetValue<long>(), message["clientToken"]!.GetValue<string>()),
        Is.EqualTo((version, now, "t")));

    /// <summary>Each member of <paramref name="part"/> is in <paramref name="whole"/>, with the same value where it is no object.</summary>
    private static bool IsPartOf(JsonNode part, JsonNode whole) => part is JsonObject members && whole is JsonObject all
        ? members.All(pair => all.ContainsKey(pair.Key) && IsPartOf(pair.Value!, all[pair.Key]!))
        : ShadowModel.Same(part, whole);
}
