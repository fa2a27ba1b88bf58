using Roost.Shadow.Tests.Contract;
using static Roost.Shadow.Tests.Documents.EngineHarness;

namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineUpdateTests
{
    [Test]
    public void First_update_gives_version_one_and_answers_with_what_the_request_carried()
    {
        var outcome = new EngineHarness().Update("""{"state":{"desired":{"on":true}},"clientToken":"t"}""");

        Assert.That(Text(outcome.Messages!.Accepted), Is.EqualTo(
            """{"state":{"desired":{"on":true}},"metadata":{"desired":{"on":{"timestamp":1000}}},"version":1,"timestamp":1000,"clientToken":"t"}"""));
    }

    [Test]
    public void Documents_of_the_first_update_has_no_previous()
    {
        var outcome = new EngineHarness().Update("""{"state":{"reported":{"a":1}}}""");

        Assert.That(Text(outcome.Messages!.Documents), Is.EqualTo(
            """{"current":{"state":{"reported":{"a":1}},"metadata":{"reported":{"a":{"timestamp":1000}}},"version":1},"timestamp":1000}"""));
    }

    [Test]
    public void Documents_shows_previous_and_current_without_delta()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1}}}""");
        shadow.Now = 1001;

        Assert.That(Text(shadow.Update("""{"state":{"desired":{"b":2}},"clientToken":"x"}""").Messages!.Documents), Is.EqualTo(
            """{"previous":{"state":{"desired":{"a":1}},"metadata":{"desired":{"a":{"timestamp":1000}}},"version":1},"""
            + """ "current":{"state":{"desired":{"a":1,"b":2}},"metadata":{"desired":{"a":{"timestamp":1000},"b":{"timestamp":1001}}},"version":2},""".TrimStart()
            + "\"timestamp\":1001,\"clientToken\":\"x\"}"));
    }

    [Test]
    public void Delta_is_flat_and_carries_the_times_of_desired()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1,"b":{"c":2}}}}""");
        shadow.Now = 2000;

        Assert.That(Text(shadow.Update("""{"state":{"reported":{"a":1}},"clientToken":"x"}""").Messages!.Delta), Is.EqualTo(
            """{"state":{"b":{"c":2}},"metadata":{"b":{"c":{"timestamp":1000}}},"version":2,"timestamp":2000,"clientToken":"x"}"""));
    }

    [Test]
    public void Delta_is_sent_again_with_all_differences_on_every_update()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1,"b":2}}}""");

        Assert.That(Text(shadow.Update("""{"state":{"reported":{"other":0}}}""").Messages!.Delta), Does.StartWith("""{"state":{"a":1,"b":2},"""));
    }

    [Test]
    public void Delta_is_absent_once_reported_has_what_is_desired()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1}}}""");

        Assert.That(shadow.Update("""{"state":{"reported":{"a":1}}}""").Messages!.Delta, Is.Null);
    }

    [Test]
    public void Version_rises_even_when_nothing_changes()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1}}}""").With("""{"state":{"desired":{"a":1}}}""").With("""{"state":{}}""");

        Assert.That(shadow.Record!.Version, Is.EqualTo(3));
    }

    [Test]
    public void Empty_state_is_accepted_and_answered_empty()
    {
        Assert.That(Text(new EngineHarness().Update("""{"state":{}}""").Messages!.Accepted),
            Is.EqualTo("""{"state":{},"metadata":{},"version":1,"timestamp":1000}"""));
    }

    [Test]
    public void State_null_clears_both_sections_and_keeps_the_shadow()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1},"reported":{"b":1}}}""");

        Assert.That(Text(shadow.Update("""{"state":null}""").Messages!.Accepted), Is.EqualTo("""{"state":null,"metadata":{"timestamp":1000},"version":2,"timestamp":1000}"""));
        Assert.That(shadow.Got(), Is.EqualTo("""{"state":{},"metadata":{},"version":2,"timestamp":1000}"""));
    }

    [Test]
    public void Accepted_shows_the_nulls_of_the_request_and_times_for_them()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1,"b":2}}}""");

        Assert.That(Text(shadow.Update("""{"state":{"desired":{"a":null},"reported":null}}""").Messages!.Accepted), Is.EqualTo(
            """{"state":{"desired":{"a":null},"reported":null},"metadata":{"desired":{"a":{"timestamp":1000}},"reported":{"timestamp":1000}},"version":2,"timestamp":1000}"""));
    }

    [Test]
    public void Get_shows_delta_in_state_but_not_in_metadata()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1},"reported":{"a":2}}}""");

        Assert.That(shadow.Got("""{"clientToken":"q","version":7}"""), Is.EqualTo(
            """{"state":{"desired":{"a":1},"reported":{"a":2},"delta":{"a":1}},"metadata":{"desired":{"a":{"timestamp":1000}},"reported":{"a":{"timestamp":1000}}},"version":1,"timestamp":1000,"clientToken":"q"}"""));
    }

    [Test]
    public void Writing_the_same_value_refreshes_its_time_and_no_other()
    {
        var shadow = new EngineHarness().With("""{"state":{"reported":{"a":1,"b":1}}}""");
        shadow.Now = 1500;
        shadow.With("""{"state":{"reported":{"b":1}}}""");

        Assert.That(shadow.GotAt("metadata", "reported"), Is.EqualTo("""{"a":{"timestamp":1000},"b":{"timestamp":1500}}"""));
    }

    [Test]
    public void Metadata_of_an_array_has_a_time_for_each_element()
    {
        var shadow = new EngineHarness().With("""{"state":{"reported":{"a":[1,{"b":2},[3],[],{}]}}}""");

        Assert.That(shadow.GotAt("metadata", "reported", "a"), Is.EqualTo("""[{"timestamp":1000},{"b":{"timestamp":1000}},[{"timestamp":1000}],[],{}]"""));
    }

    [Test]
    public void A_key_named_timestamp_is_a_key_like_any_other()
    {
        var shadow = new EngineHarness().With("""{"state":{"reported":{"timestamp":5,"in":{"timestamp":{"timestamp":1}}}}}""");
        shadow.Now = 1001;
        shadow.With("""{"state":{"reported":{"in":{"timestamp":{"timestamp":2}}}}}""");

        Assert.That(shadow.GotAt("state", "reported"), Is.EqualTo("""{"timestamp":5,"in":{"timestamp":{"timestamp":2}}}"""));
        Assert.That(shadow.GotAt("metadata", "reported"), Is.EqualTo("""{"timestamp":{"timestamp":1000},"in":{"timestamp":{"timestamp":{"timestamp":1001}}}}"""));
    }

    [TestCase("1.0")]
    [TestCase("1")]
    [TestCase("1e400")]
    [TestCase("-0")]
    [TestCase("9007199254740993")]
    [TestCase("123456789012345678901234567890.000000000000000000001")]
    public void A_number_comes_back_with_the_digits_it_was_sent_with(string number)
    {
        var shadow = new EngineHarness().With(Of("reported", $"{{\"n\":{number}}}"));

        Assert.That(shadow.Got(), Does.Contain($"{{\"n\":{number}}}"));
    }

    [TestCase("\"a\\u0041\\/\"", "\"aA/\"")]
    [TestCase("\"\\u00e4\\ud83d\\ude00\"", "\"\u00E4\U0001F600\"")]
    [TestCase("\"\\u0000\\n\\\"\\\\\\u001f\"", "\"\\u0000\\n\\\"\\\\\\u001F\"")]
    public void A_string_comes_back_with_the_fewest_escapes(string sent, string shown)
    {
        var shadow = new EngineHarness().With(Of("reported", $"{{\"s\":{sent}}}"));

        Assert.That(shadow.Got(), Does.Contain($"{{\"s\":{shown}}}"));
    }

    [Test]
    public void Unknown_keys_beside_state_are_ignored_and_not_stored()
    {
        var shadow = new EngineHarness().With("""{"extra":{"deep":[[[[[[[[null]]]]]]]]},"state":{"reported":{"a":1}},"timestamp":5}""");

        Assert.That(shadow.Got(), Does.Not.Contain("extra"));
    }

    [Test]
    public void Of_a_repeated_key_the_last_value_counts()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"no":1}},"state":{"reported":{"a":1,"b":2,"a":3}}}""");

        Assert.That(shadow.GotAt("state"), Is.EqualTo("""{"reported":{"a":3,"b":2}}"""));
    }

    [Test]
    public void Keys_keep_their_places_and_new_ones_follow()
    {
        var shadow = new EngineHarness()
            .With("""{"state":{"reported":{"z":1,"a":1,"m":{"x":1}}}}""")
            .With("""{"state":{"reported":{"b":1,"a":2,"m":{"w":1},"z":null}}}""");

        Assert.That(shadow.GotAt("state", "reported"), Is.EqualTo("""{"a":2,"m":{"x":1,"w":1},"b":1}"""));
    }

    [TestCase("__proto__")]
    [TestCase("constructor")]
    [TestCase("timestamp")]
    [TestCase("metadata")]
    [TestCase("version")]
    [TestCase("delta")]
    [TestCase("state")]
    [TestCase("toString")]
    [TestCase("")]
    [TestCase("$ref")]
    [TestCase("a/b+#")]
    public void Any_key_is_only_a_key(string key)
    {
        var shadow = new EngineHarness().With("""{"state":{"reported":{"KEY":{"x":1}},"desired":{"KEY":{"x":1}}}}""".Replace("KEY", key));

        Assert.That(shadow.GotAt("state", "reported"), Is.EqualTo("""{"KEY":{"x":1}}""".Replace("KEY", key)));
        Assert.That(shadow.GotAt("state", "delta"), Is.Null);
    }

    [Test]
    public void A_document_as_large_as_the_limit_is_taken_and_one_byte_more_is_not()
    {
        foreach (var filler in "x\u00E4\u20AC") // one, two and three bytes of UTF-8
        {
            Assert.That(new EngineHarness().Update(ErrorTable.Sized(8192, filler)).Fault, Is.Null);
            Assert.That(new EngineHarness().Update(ErrorTable.Sized(8193, filler)).Fault, Is.EqualTo(ShadowError.TooLarge));
        }
    }

    [Test]
    public void Escapes_count_as_what_is_stored_and_not_as_what_was_sent()
    {
        var escaped = string.Concat(Enumerable.Repeat("\\u0041", 8000)); // 48,000 bytes for 8,000 letters A

        Assert.That(new EngineHarness().Update(Of("reported", $"{{\"a\":\"{escaped}\"}}")).Fault, Is.Null);
    }

    [Test]
    public void White_space_and_metadata_do_not_count_against_the_size()
    {
        var many = string.Join(",  ", Enumerable.Range(0, 900).Select(i => $"   \"k{i:000}\"  :  1"));

        Assert.That(new EngineHarness().Update(Of("reported", $"{{ {many} }}")).Fault, Is.Null);
    }

    [Test]
    public void The_merged_document_is_what_the_size_limit_is_for()
    {
        var half = new string('x', 5000);
        var shadow = new EngineHarness().With(Of("desired", $"{{\"a\":\"{half}\"}}"));

        Assert.That(shadow.Update(Of("desired", $"{{\"b\":\"{half}\"}}")).Fault, Is.EqualTo(ShadowError.TooLarge));
        Assert.That(shadow.Update(Of("desired", $"{{\"b\":\"{half}\",\"a\":null}}")).Fault, Is.Null);
    }

    [Test]
    public void Get_never_changes_the_version()
    {
        var shadow = new EngineHarness().With("""{"state":{}}""");

        Assert.That(shadow.Get().Record, Is.Null);
    }
}
