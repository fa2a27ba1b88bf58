namespace Roost.Shadow.Tests.Documents;

internal sealed class ShadowEngineDeltaTests
{
    [TestCase(null, """{"a":1}""", null, Description = "nothing desired, nothing to do")]
    [TestCase("""{"a":1}""", null, """{"a":1}""", Description = "nothing reported: all that is desired")]
    [TestCase("""{"a":1}""", "{}", """{"a":1}""", Description = "an empty reported is none")]
    [TestCase("""{"a":1}""", """{"a":1}""", null)]
    [TestCase("""{"a":1}""", """{"a":1,"b":2}""", null, Description = "what only reported has is no difference")]
    [TestCase("""{"a":1,"b":2}""", """{"a":1}""", """{"b":2}""")]
    [TestCase("""{"a":1}""", """{"a":2}""", """{"a":1}""")]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":2}}""")]
    [TestCase("""{"a":{"b":{"c":1}}}""", """{"a":{"b":{"c":1,"d":2}}}""", null, Description = "no empty shells around nothing")]
    [TestCase("""{"a":{"b":1}}""", """{"a":5}""", """{"a":{"b":1}}""")]
    [TestCase("""{"a":5}""", """{"a":{"b":1}}""", """{"a":5}""")]
    [TestCase("""{"a":[1,2]}""", """{"a":[1,2]}""", null)]
    [TestCase("""{"a":[1,2]}""", """{"a":[2,1]}""", """{"a":[1,2]}""", Description = "order counts in arrays")]
    [TestCase("""{"a":[1,2]}""", """{"a":[1]}""", """{"a":[1,2]}""", Description = "arrays are copied whole")]
    [TestCase("""{"a":[{"x":1,"y":2}]}""", """{"a":[{"y":2,"x":1}]}""", null, Description = "order of keys does not count")]
    [TestCase("""{"a":[{"x":1}]}""", """{"a":[{"x":1,"y":2}]}""", """{"a":[{"x":1}]}""", Description = "inside arrays objects must be equal")]
    [TestCase("""{"a":[]}""", """{"a":[]}""", null)]
    [TestCase("""{"a":{}}""", """{"b":1}""", """{"a":{}}""", Description = "an empty object that is missing is a difference")]
    [TestCase("""{"a":{}}""", """{"a":{}}""", null)]
    [TestCase("""{"a":{}}""", """{"a":{"b":1}}""", null)]
    [TestCase("""{"a":{}}""", """{"a":1}""", """{"a":{}}""")]
    [TestCase("""{"a":1}""", """{"a":1.0}""", null, Description = "numbers are compared by value")]
    [TestCase("""{"a":100}""", """{"a":1e2}""", null)]
    [TestCase("""{"a":0}""", """{"a":-0.0}""", null)]
    [TestCase("""{"a":9007199254740992}""", """{"a":9007199254740993}""", """{"a":9007199254740992}""", Description = "beyond double too")]
    [TestCase("""{"a":0.1}""", """{"a":0.10000000000000000001}""", """{"a":0.1}""")]
    [TestCase("""{"a":1}""", """{"a":-1}""", """{"a":1}""")]
    [TestCase("""{"a":1e99999999999999999999}""", """{"a":1e99999999999999999999}""", null)]
    [TestCase("""{"a":1e99999999999999999999}""", """{"a":1e99999999999999999998}""", """{"a":1e99999999999999999999}""")]
    [TestCase("""{"a":true}""", """{"a":1}""", """{"a":true}""", Description = "a boolean is no number")]
    [TestCase("""{"a":false}""", """{"a":0}""", """{"a":false}""")]
    [TestCase("""{"a":"1"}""", """{"a":1}""", """{"a":"1"}""")]
    [TestCase("""{"a":"\u0041"}""", """{"a":"A"}""", null, Description = "strings are compared by what they say")]
    [TestCase("""{"a":"A"}""", """{"a":"a"}""", """{"a":"A"}""")]
    public void Delta_is_what_reported_lacks(string? desired, string? reported, string? delta)
    {
        var shadow = new EngineHarness();
        if (desired is not null)
        {
            shadow.With(EngineHarness.Of("desired", desired));
        }

        if (reported is not null)
        {
            shadow.With(EngineHarness.Of("reported", reported));
        }

        Assert.That(shadow.GotAt("state", "delta"), Is.EqualTo(delta));
        Assert.That(shadow.Update("""{"state":{}}""").Messages!.Delta, delta is null ? Is.Null : Is.Not.Null);
    }
}
