using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Mqtt;

internal sealed class ShadowMqttTests
{
    private const string Classic = "$aws/things/T/shadow";
    private const string Named = "$aws/things/T/shadow/name/S";

    private ShadowHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await ShadowHost.StartAsync();

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [TestCase(Classic)]
    [TestCase(Named)]
    public async Task Update_is_answered_with_accepted_then_delta_then_documents(string prefix)
    {
        await _host.Broker.Send($"{prefix}/update", """{"state":{"desired":{"a":1}},"clientToken":"t"}""");

        Assert.That(_host.Broker.Topics("$aws/#"), Is.EqualTo(new[]
        {
            $"{prefix}/update", $"{prefix}/update/accepted", $"{prefix}/update/delta", $"{prefix}/update/documents",
        }));
        Assert.That(_host.Broker.Published.Skip(1).Select(message => message.QualityOfService), Is.All.EqualTo(QualityOfService.AtLeastOnce));
        Assert.That(_host.Broker.Published.Skip(1).Select(message => message.Retain), Is.All.False);
    }

    [Test]
    public async Task Delta_is_not_sent_when_there_is_no_difference()
    {
        await _host.Broker.Send($"{Classic}/update", """{"state":{"reported":{"a":1}}}""");

        Assert.That(_host.Broker.On($"{Classic}/update/delta"), Is.Empty);
        Assert.That(_host.Broker.On($"{Classic}/update/documents"), Has.Count.EqualTo(1));
    }

    [TestCase("", """{"code":404,"message":"No shadow exists with name: 'T'"}""")]
    [TestCase("""{"clientToken":"x"}""", """{"clientToken":"x","code":404,"message":"No shadow exists with name: 'T'"}""")]
    public async Task Get_of_a_missing_shadow_is_the_clouds_to_the_byte(string body, string answer)
    {
        await _host.Broker.Send($"{Classic}/get", body);

        Assert.That(_host.Broker.On($"{Classic}/get/rejected"), Is.EqualTo(new[] { answer }));
    }

    [Test]
    public async Task Get_of_a_missing_named_shadow_names_it()
    {
        await _host.Broker.Send($"{Named}/get", "");

        Assert.That(_host.Broker.On($"{Named}/get/rejected").Single(), Is.EqualTo("""{"code":404,"message":"No shadow exists with name: 'S'"}"""));
    }

    [Test]
    public async Task Token_comes_back_in_every_answer()
    {
        await _host.Broker.Send($"{Classic}/update", """{"state":{},"clientToken":"u"}""");
        await _host.Broker.Send($"{Classic}/get", """{"clientToken":"g","version":3}""");
        await _host.Broker.Send($"{Classic}/delete", """{"clientToken":"d"}""");
        await _host.Broker.Send($"{Classic}/delete", """{"clientToken":"e"}""");
        await _host.Broker.Send($"{Classic}/update", """{"clientToken":"r"}""");

        Assert.That(_host.Broker.On($"{Classic}/update/accepted").Single(), Does.EndWith("""
            ,"clientToken":"u"}
            """.Trim()));
        Assert.That(_host.Broker.On($"{Classic}/get/accepted").Single(), Does.EndWith("""
            ,"clientToken":"g"}
            """.Trim()));
        Assert.That(_host.Broker.On($"{Classic}/delete/accepted").Single(), Is.EqualTo($"{{\"version\":1,\"timestamp\":{_host.Now},\"clientToken\":\"d\"}}"));
        Assert.That(_host.Broker.On($"{Classic}/delete/rejected").Single(), Does.Contain("\"clientToken\":\"e\""));
        Assert.That(_host.Broker.On($"{Classic}/update/rejected").Single(),
            Is.EqualTo($"{{\"clientToken\":\"r\",\"code\":400,\"message\":\"Missing required node: state\",\"timestamp\":{_host.Now}}}"));
    }

    [TestCase("$aws/things/bad thing/shadow/update", 400)]
    [TestCase("$aws/things/b\u00E4d/shadow/get", 400)]
    [TestCase("$aws/things/a%2Fb/shadow/get", 400)]
    [TestCase("$aws/things/{thing}/shadow/get", 400)]
    [TestCase("$aws/things/$T/shadow/get", 400)]
    [TestCase("$aws/things//shadow/get", 400)]
    [TestCase("$aws/things/T/shadow/name//get", 400)]
    [TestCase("$aws/things/T/shadow/name/a.b/delete", 400)]
    public async Task A_name_that_cannot_be_is_rejected_on_its_own_topic(string topic, int code)
    {
        await _host.Broker.Send(topic, """{"state":{},"clientToken":"t"}""");

        Assert.That(_host.Broker.On($"{topic}/rejected").Single(), Does.StartWith($"{{\"clientToken\":\"t\",\"code\":{code},"));
    }

    [TestCase("$aws/things/a/b/shadow/get", Description = "a slash in the name of a thing")]
    [TestCase("$aws/things/T/shadow/name/a/b/get", Description = "a slash in the name of a shadow")]
    [TestCase("$aws/things/T/shadow/list")]
    [TestCase("$aws/things/T/shadow/update/delta", Description = "an answer that somebody forges")]
    public async Task What_is_no_request_is_a_message_like_any_other(string topic)
    {
        await _host.Broker.Send(topic, """{"state":{}}""");

        Assert.That(_host.Broker.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Names_are_taken_up_to_their_longest()
    {
        await _host.Broker.Send($"$aws/things/{new string('t', 128)}/shadow/name/{new string('n', 64)}/update", """{"state":{}}""");
        await _host.Broker.Send($"$aws/things/{new string('t', 129)}/shadow/update", """{"state":{}}""");
        await _host.Broker.Send($"$aws/things/t/shadow/name/{new string('n', 65)}/update", """{"state":{}}""");

        Assert.That(_host.Broker.Topics("$aws/things/+/shadow/name/+/update/accepted"), Has.Count.EqualTo(1));
        Assert.That(_host.Broker.Published.Where(message => message.Topic.Value.EndsWith("rejected", StringComparison.Ordinal)).Select(message => Encoding.UTF8.GetString(message.Payload.Span)),
            Is.EqualTo(new[]
            {
                $"{{\"code\":400,\"message\":\"ThingName has a maximum length of 128\",\"timestamp\":{_host.Now}}}",
                $"{{\"code\":400,\"message\":\"ShadowName has a maximum length of 64\",\"timestamp\":{_host.Now}}}",
            }));
    }

    [Test]
    public async Task A_body_of_a_megabyte_is_413_and_leaves_the_shadow_as_it_was()
    {
        await _host.Broker.Send($"{Classic}/update", """{"state":{"desired":{"a":"BIG"}}}""".Replace("BIG", new string('x', 1024 * 1024)));
        await _host.Broker.Send($"{Classic}/update", """{"state":{"desired":{"a":"BIG"}}}""".Replace("BIG", new string('x', 9000)));

        Assert.That(_host.Broker.On($"{Classic}/update/rejected"), Has.Count.EqualTo(2).And.All.Contain("\"code\":413"));
    }

    [Test]
    public async Task A_retained_request_is_not_done_again()
    {
        await _host.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse($"{Classic}/update"), Payload = Some.Utf8("""{"state":{}}"""), Retain = true });

        Assert.That(_host.Broker.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Two_hundred_updates_at_once_are_two_hundred_versions_in_order()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() =>
            _host.Broker.Send($"{Classic}/update", $"{{\"state\":{{\"reported\":{{\"k{i % 10}\":{i}}}}}}}"))));

        var versions = _host.Broker.On($"{Classic}/update/accepted").Select(body => Json.Long(body, "version")).ToArray();
        Assert.That(versions, Is.EqualTo(Enumerable.Range(1, 200)));
        var documents = _host.Broker.On($"{Classic}/update/documents");
        Assert.That(documents.Skip(1).Select(body => Json.Long(body, "previous", "version")), Is.EqualTo(Enumerable.Range(1, 199)));
    }

    [Test]
    public async Task Get_after_an_update_sees_it_without_waiting_for_its_acknowledgement()
    {
        var update = _host.Broker.Send($"{Classic}/update", """{"state":{"reported":{"a":1}}}""");
        await _host.Broker.Send($"{Classic}/get", "");
        await update;

        Assert.That(_host.Broker.On($"{Classic}/get/accepted").Single(), Does.Contain("\"version\":1"));
    }

    [Test]
    public async Task What_was_acknowledged_is_there_after_a_restart_and_versions_go_on()
    {
        await _host.Broker.Send($"{Named}/update", """{"state":{"desired":{"a":1.0}}}""");
        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");
        await _host.Broker.Send($"{Classic}/delete", "");

        await _host.RestartAsync();
        await _host.Broker.Send($"{Named}/get", "");
        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");

        Assert.That(_host.Broker.On($"{Named}/get/accepted").Single(), Does.StartWith("""{"state":{"desired":{"a":1.0},"delta":{"a":1.0}}"""));
        Assert.That(Json.Long(_host.Broker.On($"{Classic}/update/accepted")[^1], "version"), Is.EqualTo(2), "continues from the tombstone");
    }

    [Test]
    public async Task Tombstones_are_removed_after_48_hours()
    {
        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");
        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");
        await _host.Broker.Send($"{Classic}/delete", "");
        _host.Clock.Advance(TimeSpan.FromHours(49));

        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");

        Assert.That(Json.Long(_host.Broker.On($"{Classic}/update/accepted")[^1], "version"), Is.EqualTo(1));
    }

    [Test]
    public async Task Named_shadows_are_taken_up_to_the_limit_and_no_further()
    {
        await Task.WhenAll(Enumerable.Range(0, 15).Select(i => _host.Broker.Send($"{Classic}/name/n{i}/update", """{"state":{},"clientToken":"t"}""")));
        Assert.That(_host.Broker.Topics($"{Classic}/name/+/update/accepted"), Has.Count.EqualTo(10));
        Assert.That(_host.Broker.On($"{Classic}/name/n10/update/rejected").Single(), Does.Contain("\"code\":400,\"message\":\"The thing has reached the maximum of 10 named shadows\""));

        await _host.Broker.Send($"{Classic}/name/n0/delete", "");
        await _host.Broker.Send($"{Classic}/name/n11/update", """{"state":{}}""");
        await _host.Broker.Send($"{Classic}/name/n1/update", """{"state":{}}""");
        Assert.That(_host.Broker.Topics($"{Classic}/name/+/update/accepted"), Has.Count.EqualTo(12), "a deleted one makes room, one that is there always has it");
    }

    [Test]
    public async Task A_broker_that_takes_no_answers_does_not_stop_the_shadows()
    {
        _host.Broker.Fault = new MqttPublishRefusedException("full");
        Assert.That(() => _host.Broker.Send($"{Classic}/update", """{"state":{}}"""), Throws.TypeOf<MqttPublishRefusedException>(), "from the broker, after the shadow took it");
        _host.Broker.Fault = null;

        await _host.Broker.Send($"{Classic}/update", """{"state":{}}""");

        Assert.That(Json.Long(_host.Broker.On($"{Classic}/update/accepted")[^1], "version"), Is.EqualTo(2));
    }

    [Test]
    public async Task Stop_ends_the_subscriptions()
    {
        await _host.Service.StopAsync(CancellationToken.None);

        Assert.That(_host.Broker.Subscriptions, Is.Zero);
    }
}
