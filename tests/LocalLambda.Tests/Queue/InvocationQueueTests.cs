using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Queue;

internal sealed class InvocationQueueTests : FunctionFixture
{
    [Test]
    public async Task A_message_on_a_triggers_topic_runs_the_function_and_its_answer_goes_to_the_response_topic()
    {
        Python("on-bump", "def handler(event, context):\n    return [event, context.client_context.custom['subject']]", "triggers: [ { topic: \"robots/+/bump\" } ]\n");
        await StartAsync();

        await Broker.PublishAsync(new MqttMessage
        {
            Topic = TopicName.Parse("robots/vac-01/bump"),
            Payload = "{\"side\":\"left\"}"u8.ToArray(),
            QualityOfService = QualityOfService.AtLeastOnce,
            Properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("answers"), MayBeAnswered = true, CorrelationData = "7"u8.ToArray() },
        });

        await Eventually.IsTrueAsync(() => Broker.Published.Count == 2, "the answer");
        var answer = Broker.Published.Last();
        Assert.That(answer.Topic.Value, Is.EqualTo("answers"));
        Assert.That(Encoding.UTF8.GetString(answer.Payload.Span), Is.EqualTo("""[{"side": "left"}, "robots/vac-01/bump"]"""));
        Assert.That(answer.Properties!.CorrelationData!.Value.ToArray(), Is.EqualTo("7"u8.ToArray()));
    }

    [Test]
    public async Task What_was_taken_before_a_stop_runs_after_the_next_start()
    {
        Python("later", "import time\ndef handler(event, context):\n    time.sleep(0.2)\n    return event", "max-concurrency: 1\n");
        await StartAsync(options => options.DrainTimeout = TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
        {
            await Host.EnqueueAsync("later", Encoding.UTF8.GetBytes($"{i}"), new InvocationContext { AnswerTopic = TopicName.Parse("out") });
        }

        await StopAsync();
        await StartAsync();

        await Eventually.IsTrueAsync(() => Broker.Published.Select(message => Encoding.UTF8.GetString(message.Payload.Span)).Distinct().Count() == 5, "all five answers");
    }
}
