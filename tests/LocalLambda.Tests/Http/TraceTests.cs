using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http;

internal sealed class TraceTests : HttpFixture
{
    private const string XRay = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    private const string W3C = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

    [SetUp]
    public void WriteFunction() => Python("traced", "import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']", "triggers: [ { topic: ask } ]\n");

    [TestCase("X-Amzn-Trace-Id", XRay)]
    [TestCase("traceparent", W3C)]
    public async Task A_function_sees_the_trace_of_its_caller(string header, string value)
    {
        await ServeAsync();
        using var response = await InvokeAsync("traced", "{}", (header, value));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"\"{XRay}\""));
        Assert.That(Header(response, "X-Amzn-Trace-Id"), Is.EqualTo(XRay));
    }

    [Test]
    public async Task A_call_without_a_trace_begins_one_that_the_answer_tells()
    {
        await ServeAsync();
        using var first = await InvokeAsync("traced", "{}");
        using var second = await InvokeAsync("traced", "{}", ("X-Amzn-Trace-Id", "nonsense"));

        Assert.That(await first.Content.ReadAsStringAsync(), Is.EqualTo($"\"{Header(first, "X-Amzn-Trace-Id")}\"").And.Match(@"^""Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0""$"));
        Assert.That(Header(second, "X-Amzn-Trace-Id"), Does.StartWith("Root=1-").And.Not.EqualTo(Header(first, "X-Amzn-Trace-Id")));
    }

    [Test]
    public async Task A_message_carries_its_trace_to_the_function_and_the_answer()
    {
        await ServeAsync();
        var answered = new TaskCompletionSource<(string Payload, IReadOnlyList<UserProperty> Properties)>();
        await Broker.SubscribeAsync(TopicFilter.Parse("answer"), new Handler(answered));
        await Broker.PublishAsync(new MqttMessage
        {
            Topic = TopicName.Parse("ask"),
            Payload = "{}"u8.ToArray(),
            QualityOfService = QualityOfService.AtLeastOnce,
            Properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("answer"), MayBeAnswered = true, UserProperties = [new UserProperty("traceparent", W3C), new UserProperty("tracestate", "vendor=1")] },
        });
        var (payload, properties) = await answered.Task.WaitAsync(Eventually.Limit);

        Assert.That(payload, Is.EqualTo($"\"{XRay}\""));
        Assert.That(properties, Does.Contain(new UserProperty("traceparent", W3C)).And.Contain(new UserProperty("tracestate", "vendor=1")));
    }

    private sealed class Handler(TaskCompletionSource<(string, IReadOnlyList<UserProperty>)> answered) : IMessageHandler
    {
        public ValueTask Handle(in PublishedMessage message)
        {
            answered.TrySetResult((Encoding.UTF8.GetString(message.Payload), [.. message.Properties!.UserProperties]));
            return ValueTask.CompletedTask;
        }
    }
}
