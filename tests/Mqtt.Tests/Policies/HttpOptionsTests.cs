namespace Roost.Mqtt.Tests.Policies;

/// <summary>What holds for anonymous clients at the HTTP server's <c>/mqtt</c>.</summary>
public sealed class HttpOptionsTests
{
    [Test]
    public void What_listeners_of_this_machine_do_not_allow_is_not_allowed_there()
    {
        var options = new MqttHttpOptions().AmongListeners(
        [
            new MqttListenerOptions { AnonymousPublish = Filters("a/#", "b"), AnonymousSubscribe = Filters("x") },
            new MqttListenerOptions { Socket = "/run/mqtt.sock", AnonymousPublish = Filters("a/b", "b", "c") },
            new MqttListenerOptions { Port = 1884 },
            new MqttListenerOptions { Address = "0.0.0.0", Anonymous = true, AnonymousPublish = [], AnonymousSubscribe = [] },
        ]);
        Assert.That(options.AnonymousPublish, Is.EquivalentTo(Filters("a/b", "b")));
        Assert.That(options.AnonymousSubscribe, Is.EqualTo(Filters("x")));
        Assert.That(options.AllowsAnonymous);
    }

    [Test]
    public void Where_a_listener_of_this_machine_asks_for_credentials_it_does_so_too() =>
        Assert.That(new MqttHttpOptions().AmongListeners([new MqttListenerOptions { Anonymous = false }]).AllowsAnonymous, Is.False);

    [Test]
    public void Its_own_keys_win()
    {
        var options = new MqttHttpOptions { Anonymous = true, AnonymousPublish = Filters("mine"), AnonymousSubscribe = [] }
            .AmongListeners([new MqttListenerOptions { Anonymous = false, AnonymousPublish = [], AnonymousSubscribe = Filters("x") }]);
        Assert.That(options.AllowsAnonymous);
        Assert.That((options.AnonymousPublish, options.AnonymousSubscribe), Is.EqualTo((Filters("mine"), Filters())));
    }

    [Test]
    public void Without_any_filters_everything_is_allowed()
    {
        var options = new MqttHttpOptions().AmongListeners([new MqttListenerOptions()]);
        Assert.That((options.AnonymousPublish, options.AnonymousSubscribe), Is.EqualTo(((IList<TopicFilter>?)null, (IList<TopicFilter>?)null)));
    }

    private static IList<TopicFilter> Filters(params string[] filters) => [.. filters.Select(TopicFilter.Parse)];
}
