using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt;
using Roost.Shadow.Http;
using Roost.Shadow.Mqtt;
using Roost.Shadow.Requests;
using Roost.Shadow.Tests.Mqtt;
using Roost.Shadow.Tests.Store;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Contract;

/// <summary>500: what the disk did not take.</summary>
internal sealed class InternalFailureTests
{
    [Test]
    public async Task Over_MQTT_it_is_rejected_and_not_acknowledged()
    {
        var (broker, clock, options) = (new LoopbackBroker(), new ManualTimeProvider(), new ShadowOptions());
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new ShadowMetrics(meters.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var announcer = new ShadowAnnouncer(broker, metrics, NullLogger.Instance);
        var store = new MemoryShadowStore { BeforeWrite = () => Task.FromException(new IOException("no space left")) };
        var loop = new ShadowLoop(store, announcer, options, clock, metrics, NullLogger.Instance);
        var reader = new ShadowRequestReader(loop, announcer, new ShadowThrottle(options, clock, metrics), clock);
        var running = Task.Run(loop.RunAsync);
        await using var subscription = await broker.SubscribeAsync(ShadowTopic.ClassicRequests, reader);

        Assert.That(
            () => broker.Send("$aws/things/T/shadow/update", """{"state":{"desired":{"a":1}},"clientToken":"t"}"""),
            Throws.TypeOf<MqttPublishRefusedException>().With.Message.Contains("'T'"), "the broker tells the publisher");

        Assert.That(broker.Topics("$aws/#"), Is.EqualTo(new[] { "$aws/things/T/shadow/update", "$aws/things/T/shadow/update/rejected" }));
        Assert.That(broker.On("$aws/things/T/shadow/update/rejected").Single(),
            Is.EqualTo($"{{\"clientToken\":\"t\",\"code\":500,\"message\":\"Internal service failure\",\"timestamp\":{clock.GetUtcNow().ToUnixTimeSeconds()}}}"));
        Assert.That(store.Read(Some.Id("T")), Is.Null);
        loop.Close();
        await running;
    }

    [Test]
    public async Task Over_REST_it_has_the_exception_that_the_SDKs_try_again_for()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;

        await AwsAnswer.WriteAsync(context, new ShadowAnswer(ShadowError.InternalFailure, Some.Utf8("""{"code":500}""")));

        Assert.That(context.Response.StatusCode, Is.EqualTo(500));
        Assert.That(context.Response.Headers["x-amzn-ErrorType"].ToString(), Is.EqualTo("InternalFailureException"));
        Assert.That(Encoding.UTF8.GetString(body.ToArray()), Is.EqualTo("""{"code":500}"""));
    }
}
