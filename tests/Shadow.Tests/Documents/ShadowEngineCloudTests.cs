namespace Roost.Shadow.Tests.Documents;

/// <summary>What the cloud has been seen to show after two updates, one after the other; the values are ours, the shapes are its.</summary>
internal sealed class ShadowEngineCloudTests
{
    [TestCase("""{"desired":{"up":true}}""", """{"desired":{"up":true},"delta":{"up":true}}""",
        """{"reported":{"up":false}}""", """{"desired":{"up":true},"reported":{"up":false},"delta":{"up":true}}""", Description = "a boolean that differs")]
    [TestCase("""{"desired":{"fan":true}}""", """{"desired":{"fan":true},"delta":{"fan":true}}""",
        """{"reported":{"up":false,"fan":true}}""", """{"desired":{"fan":true},"reported":{"up":false,"fan":true}}""", Description = "done, and more than was asked")]
    [TestCase("{}", "{}", """{"reported":{"up":false}}""", """{"reported":{"up":false}}""", Description = "an empty state first")]
    [TestCase("{}", "{}", """{"reported":{"up":null}}""", "{}", Description = "only a null")]
    [TestCase("""{"desired":{}}""", "{}", """{"reported":{"up":false}}""", """{"reported":{"up":false}}""", Description = "an empty desired is none")]
    [TestCase("""{"desired":{"fan":true}}""", """{"desired":{"fan":true},"delta":{"fan":true}}""",
        """{"reported":{}}""", """{"desired":{"fan":true},"delta":{"fan":true}}""", Description = "an empty reported is none")]
    [TestCase("""{"desired":{"fan":true}}""", """{"desired":{"fan":true},"delta":{"fan":true}}""",
        """{"reported":{"up":true}}""", """{"desired":{"fan":true},"reported":{"up":true},"delta":{"fan":true}}""", Description = "another key was reported")]
    [TestCase("""{"reported":{"rooms":["hall","bath"]}}""", """{"reported":{"rooms":["hall","bath"]}}""",
        """{"desired":{"rooms":["hall"]}}""", """{"desired":{"rooms":["hall"]},"reported":{"rooms":["hall","bath"]},"delta":{"rooms":["hall"]}}""", Description = "a list that is shorter")]
    [TestCase("""{"reported":{"rooms":["hall","bath"]}}""", """{"reported":{"rooms":["hall","bath"]}}""",
        """{"desired":{"rooms":["hall","loft"]}}""", """{"desired":{"rooms":["hall","loft"]},"reported":{"rooms":["hall","bath"]},"delta":{"rooms":["hall","loft"]}}""", Description = "a list with another item is shown whole")]
    [TestCase("""{"reported":{"rooms":[["hall"],["bath"]]}}""", """{"reported":{"rooms":[["hall"],["bath"]]}}""",
        """{"desired":{"rooms":[["hall"]]}}""", """{"desired":{"rooms":[["hall"]]},"reported":{"rooms":[["hall"],["bath"]]},"delta":{"rooms":[["hall"]]}}""", Description = "lists in a list")]
    [TestCase("""{"reported":{"map":{"rooms":["bath"]}}}""", """{"reported":{"map":{"rooms":["bath"]}}}""",
        """{"desired":{"map":{"rooms":["hall","bath"]}}}""", """{"desired":{"map":{"rooms":["hall","bath"]}},"reported":{"map":{"rooms":["bath"]}},"delta":{"map":{"rooms":["hall","bath"]}}}""", Description = "a list in an object that is longer")]
    [TestCase("""{"reported":{"map":{"dock":{"x":"1","y":"2"}}}}""", """{"reported":{"map":{"dock":{"x":"1","y":"2"}}}}""",
        """{"desired":{"map":{"dock":{"x":"3"}}}}""", """{"desired":{"map":{"dock":{"x":"3"}}},"reported":{"map":{"dock":{"x":"1","y":"2"}}},"delta":{"map":{"dock":{"x":"3"}}}}""", Description = "one member deep inside")]
    [TestCase("""{"reported":{"m1":{"n1":{"x":"1"}}}}""", """{"reported":{"m1":{"n1":{"x":"1"}}}}""",
        """{"desired":{"m1":{"n1":{"x":"1"}},"m2":{"n2":"y"}}}""", """{"desired":{"m1":{"n1":{"x":"1"}},"m2":{"n2":"y"}},"reported":{"m1":{"n1":{"x":"1"}}},"delta":{"m2":{"n2":"y"}}}""", Description = "a branch at the top that is new")]
    [TestCase("""{"reported":{"m":{"n1":{"x":"1"}}}}""", """{"reported":{"m":{"n1":{"x":"1"}}}}""",
        """{"desired":{"m":{"n1":{"x":"1"},"n2":"y"}}}""", """{"desired":{"m":{"n1":{"x":"1"},"n2":"y"}},"reported":{"m":{"n1":{"x":"1"}}},"delta":{"m":{"n2":"y"}}}""", Description = "a branch further down that is new")]
    [TestCase("""{"desired":{"p":1,"q":{"r":3}}}""", """{"desired":{"p":1,"q":{"r":3}},"delta":{"p":1,"q":{"r":3}}}""",
        """{"desired":{"p":1,"q":{"r":3},"s":{}}}""", """{"desired":{"p":1,"q":{"r":3},"s":{}},"delta":{"p":1,"q":{"r":3},"s":{}}}""", Description = "an empty object is kept and asked for")]
    [TestCase("""{"desired":{"p":1,"q":{"r":3},"s":{}}}""", """{"desired":{"p":1,"q":{"r":3},"s":{}},"delta":{"p":1,"q":{"r":3},"s":{}}}""",
        """{"desired":{"p":1,"q":{"r":{}},"s":{}}}""", """{"desired":{"p":1,"q":{"r":{}},"s":{}},"delta":{"p":1,"q":{"r":{}},"s":{}}}""", Description = "an empty object in the place of a number")]
    [TestCase("""{"desired":{"p":1,"q":{"r":3}}}""", """{"desired":{"p":1,"q":{"r":3}},"delta":{"p":1,"q":{"r":3}}}""",
        """{"desired":{"p":1,"q":{"r":{"s":3}}}}""", """{"desired":{"p":1,"q":{"r":{"s":3}}},"delta":{"p":1,"q":{"r":{"s":3}}}}""", Description = "a full object in the place of a number")]
    public void Two_updates_show_what_the_cloud_shows(string first, string shown, string second, string shownThen)
    {
        var shadow = new EngineHarness().With($"{{\"state\":{first}}}");
        Assert.That(shadow.GotAt("state"), Is.EqualTo(shown));

        shadow.With($"{{\"state\":{second}}}");
        Assert.That(shadow.GotAt("state"), Is.EqualTo(shownThen));
    }
}
