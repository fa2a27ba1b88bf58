namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineMergeTests
{
    [TestCase("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""", Description = "an absent key is unchanged")]
    [TestCase("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""", Description = "null removes")]
    [TestCase("""{"a":1}""", """{"x":null}""", """{"a":1}""", Description = "null for nothing is nothing")]
    [TestCase("""{"a":1}""", """{"a":null}""", null, Description = "the last key removed removes the section")]
    [TestCase("""{"a":1}""", "null", null, Description = "null removes the section")]
    [TestCase("""{"a":1}""", "{}", """{"a":1}""", Description = "an empty section changes nothing")]
    [TestCase(null, "{}", null, Description = "an empty section is none")]
    [TestCase("""{"a":1}""", """{"a":"","b":0,"c":false}""", """{"a":"","b":0,"c":false}""", Description = "falsy values are values")]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"c":3}}""", """{"a":{"b":1,"c":3}}""", Description = "objects merge")]
    [TestCase("""{"a":3}""", """{"a":{}}""", """{"a":{}}""", Description = "an empty object replaces a scalar")]
    [TestCase("""{"a":{}}""", """{"a":{"d":3}}""", """{"a":{"d":3}}""", Description = "and fills")]
    [TestCase("""{"a":{"b":1}}""", """{"a":5}""", """{"a":5}""", Description = "a scalar replaces an object")]
    [TestCase("""{"a":{"b":1}}""", """{"a":[1]}""", """{"a":[1]}""", Description = "an array replaces an object")]
    [TestCase("""{"a":[1,2,3]}""", """{"a":[4]}""", """{"a":[4]}""", Description = "arrays are replaced whole")]
    [TestCase("""{"a":[{"x":1,"y":2}]}""", """{"a":[{"x":3}]}""", """{"a":[{"x":3}]}""", Description = "objects inside arrays do not merge")]
    [TestCase("""{"a":1}""", """{"a":[]}""", """{"a":[]}""", Description = "an empty array is a value")]
    [TestCase("""{"a":{"b":1}}""", """{"a":{"b":null}}""", """{"a":{}}""", Description = "an inner object emptied stays")]
    [TestCase(null, """{"a":{"b":null,"c":1}}""", """{"a":{"c":1}}""", Description = "nulls of a new subtree are left out")]
    [TestCase(null, """{"a":{"b":null}}""", """{"a":{}}""", Description = "what is left of it stays")]
    [TestCase(null, """{"a":null}""", null, Description = "a first update of nulls stores none")]
    [TestCase("""{"a":1}""", """{"a":{"b":{"c":null,"d":{}}}}""", """{"a":{"b":{"d":{}}}}""", Description = "also when it replaces a scalar")]
    [TestCase(null, """{"a":[{"b":null,"c":1}]}""", """{"a":[{"c":1}]}""", Description = "and inside arrays")]
    public void Update_merges(string? before, string patch, string? after)
    {
        foreach (var section in new[] { "desired", "reported" })
        {
            var shadow = new EngineHarness();
            if (before is not null)
            {
                shadow.With(EngineHarness.Of(section, before));
            }

            shadow.With(EngineHarness.Of(section, patch));

            Assert.That(shadow.GotAt("state", section), Is.EqualTo(after), section);
        }
    }

    [Test]
    public void A_change_of_type_replaces_the_metadata()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":{"b":1},"c":2}}}""");
        shadow.Now = 1001;
        shadow.With("""{"state":{"desired":{"a":7,"c":{"x":1}}}}""");

        Assert.That(shadow.GotAt("metadata", "desired"), Is.EqualTo("""{"a":{"timestamp":1001},"c":{"x":{"timestamp":1001}}}"""));
    }

    [Test]
    public void A_removed_key_loses_its_time()
    {
        var shadow = new EngineHarness().With("""{"state":{"desired":{"a":1,"b":1}}}""").With("""{"state":{"desired":{"a":null}}}""");

        Assert.That(shadow.GotAt("metadata", "desired"), Is.EqualTo("""{"b":{"timestamp":1000}}"""));
    }
}
