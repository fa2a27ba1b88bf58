using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.LocalLambda.Sources.Announcements;
using Roost.Mqtt;

namespace Roost.LocalLambda.Tests.Sources.Announcements;

/// <summary>Which of the daemon's announcements reach a function, and what it is told besides.</summary>
internal sealed class AnnouncementTests
{
    private static readonly ShadowTrigger Deltas = new("vac-*", null, "update/delta");
    private static readonly ShadowTrigger Named = new("vac-*", "cfg*", "update/documents");

    private ServiceProvider _services = null!;
    private RecordingInvoker _invoker = null!;

    [SetUp]
    public void Make()
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _invoker = new RecordingInvoker();
    }

    [TearDown]
    public void Dispose() => _services.Dispose();

    [Test]
    public async Task A_delta_of_a_thing_that_is_meant_comes_with_its_name()
    {
        await HandleAsync(Deltas, "$aws/things/vac-01/shadow/update/delta", publisher: null);

        Assert.That(Encoding.UTF8.GetString(_invoker.Payloads.Single()), Is.EqualTo("{\"state\":{}}"));
        Assert.That(_invoker.Contexts.Single().ClientContextJson, Is.EqualTo("""{"custom":{"subject":"$aws/things/vac-01/shadow/update/delta","thing":"vac-01"}}"""));
    }

    [Test]
    public async Task A_named_shadows_document_comes_with_both_names()
    {
        await HandleAsync(Named, "$aws/things/vac-01/shadow/name/cfg-2/update/documents", publisher: null);

        Assert.That(_invoker.Contexts.Single().ClientContextJson, Does.Contain("\"thing\":\"vac-01\",\"name\":\"cfg-2\""));
    }

    [TestCase("$aws/things/arm-01/shadow/update/delta")]
    public async Task Other_things_call_nothing(string topic)
    {
        await HandleAsync(Deltas, topic, publisher: null);

        Assert.That(_invoker.Payloads, Is.Empty);
    }

    [Test]
    public async Task Other_shadows_call_nothing()
    {
        await HandleAsync(Named, "$aws/things/vac-01/shadow/name/map/update/documents", publisher: null);

        Assert.That(_invoker.Payloads, Is.Empty);
    }

    [Test]
    public async Task What_a_client_publishes_there_itself_calls_nothing()
    {
        await HandleAsync(Deltas, "$aws/things/vac-01/shadow/update/delta", publisher: "mallory");

        Assert.That(_invoker.Payloads, Is.Empty);
    }

    [Test]
    public async Task A_full_queue_is_counted_and_hurts_nobody()
    {
        _invoker.Refusals = 1;

        await HandleAsync(Deltas, "$aws/things/vac-01/shadow/update/delta", publisher: null);

        Assert.That(_invoker.Payloads, Is.Empty);
    }

    [Test]
    public void A_pattern_subscribes_no_more_than_it_must()
    {
        Assert.That(Deltas.Filters, Is.EqualTo(["$aws/things/+/shadow/update/delta"]));
        Assert.That(new ShadowTrigger("vac-01", "cfg", "delete/accepted").Filters, Is.EqualTo(["$aws/things/vac-01/shadow/name/cfg/delete/accepted"]));
        Assert.That(new PresenceTrigger("robot-*", null).Filters, Is.EqualTo(["$aws/events/presence/connected/#", "$aws/events/presence/disconnected/#"]));
        Assert.That(new PresenceTrigger("robot/7", "connected").Filters, Is.EqualTo(["$aws/events/presence/connected/robot/7"]));
    }

    [TestCase("robot-*", "robot-7", true)]
    [TestCase("robot-*", "robot-7/arm", true)]
    [TestCase("robot-+", "app", false)]
    public void A_clients_presence_is_told_by_its_identifier(string pattern, string client, bool told)
    {
        var about = new PresenceTrigger(pattern, null).Match($"$aws/events/presence/disconnected/{client}");

        Assert.That(about, told ? Is.EqualTo([KeyValuePair.Create("clientId", client)]) : Is.Null);
    }

    private async Task HandleAsync(AnnouncementTrigger trigger, string topic, string? publisher)
    {
        await using var source = new AnnouncementSource("f", trigger, new LoopbackBroker(), _invoker, ActivatorUtilities.CreateInstance<Metrics>(_services));
        await source.Handle(new PublishedMessage(TopicName.Parse(topic), "{\"state\":{}}"u8, QualityOfService.AtLeastOnce, false, publisher, null));
    }
}
