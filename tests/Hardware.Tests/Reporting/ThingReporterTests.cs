using Roost.Hardware.Reporting;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Reporting;

/// <summary>Points and the real shadow of their thing.</summary>
internal sealed class ThingReporterTests
{
    private HandSource _hand = null!;
    private HardwareRig _rig = null!;

    [SetUp]
    public void MakeRig()
    {
        _hand = new HandSource();
        _rig = new HardwareRig();
        _rig.Sources.Add(_hand);
    }

    [TearDown]
    public async Task StopRig() => await _rig.DisposeAsync();

    [Test]
    public async Task Values_of_every_kind_are_in_the_reported_state()
    {
        _hand.Add("door", "open").Add("door", "temperature").Add("door", "note");
        await _rig.StartAsync();

        _hand.Report("open", PointValue.Of(true));
        _hand.Report("temperature", PointValue.Of(21.5));
        _hand.Report("note", PointValue.Of("ajar \"a little\""));

        await _rig.ReportsAsync("door", "note", "\"ajar \\u0022a little\\u0022\"");
        await _rig.ReportsAsync("door", "open", "true");
        await _rig.ReportsAsync("door", "temperature", "21.5");
        _hand.Report("temperature", PointValue.None);
        await _rig.ReportsAsync("door", "temperature", "absent");
    }

    [Test]
    public async Task Values_reported_together_share_updates()
    {
        var properties = Enumerable.Range(0, 40).Select(static i => $"p{i}").ToList();
        properties.ForEach(property => _hand.Add("door", property));
        await _rig.StartAsync();
        var updates = await _rig.ListenAsync("$aws/things/door/shadow/update/accepted");

        properties.ForEach(property => _hand.Report(property, PointValue.Of(1.0)));
        await Eventually.IsTrueAsync(() => updates.Sum(static update => update.Body["state"]!["reported"]!.AsObject().Count) == 40, "forty values");

        Assert.That(updates, Has.Count.LessThan(20)); // one, but on a machine that stops between the reports
    }

    [Test]
    public async Task A_flood_of_values_ends_in_the_last_one_with_few_updates()
    {
        _hand.Add("door", "n", new PointRule { MinInterval = TimeSpan.FromMilliseconds(200) });
        await _rig.StartAsync();
        var updates = await _rig.ListenAsync("$aws/things/door/shadow/update/accepted");
        var began = TimeProvider.System.GetTimestamp();

        for (var i = 1; i <= 100_000; i++)
        {
            _hand.Report("n", PointValue.Of((double)i));
        }

        await _rig.ReportsAsync("door", "n", "100000");
        await Eventually.IsTrueAsync(() => !updates.IsEmpty, "an announcement, which comes after what it tells");
        var most = 2 + (int)(TimeProvider.System.GetElapsedTime(began) / TimeSpan.FromMilliseconds(200));
        Assert.That(updates, Has.Count.InRange(1, most));
    }

    [Test]
    public async Task A_point_with_a_topic_publishes_what_it_tells()
    {
        _hand.Add("pi", "cpu-temperature", new PointRule { MinInterval = TimeSpan.Zero, Topic = TopicName.Parse("site/pi/temperature") });
        await _rig.StartAsync();
        var messages = await _rig.ListenAsync("site/pi/temperature");

        _hand["cpu-temperature"].Report(PointValue.Of(48.25), new DateTimeOffset(2026, 3, 1, 12, 0, 0, 250, TimeSpan.FromHours(1)));
        await Eventually.IsTrueAsync(() => !messages.IsEmpty, "the message");

        Assert.That(messages.First().Body.ToJsonString(), Is.EqualTo("""{"thing":"pi","property":"cpu-temperature","value":48.25,"at":"2026-03-01T11:00:00.250Z"}"""));
    }

    [Test]
    public async Task A_refused_update_is_told_once_and_tried_again_until_it_is_taken()
    {
        _rig.ConfigureShadows = static options => options.MaxDocumentBytes = 200;
        _hand.Add("door", "note");
        await _rig.StartAsync();

        _hand.Report("note", PointValue.Of(new string('x', 300)));
        await Eventually.IsTrueAsync(() => _rig.Log.Count(7002) == 1, "the refusal in the log");
        Assert.That(_rig.Log.Lines.Single(static line => line.Id == 7002).Text, Does.Contain("413"));
        _hand.Report("note", PointValue.Of("short"));
        await _rig.ReportsAsync("door", "note", "\"short\"");
        Assert.That(_rig.Log.Count(7002), Is.EqualTo(1));
        await Eventually.IsTrueAsync(() => _rig.Log.Count(7003) == 1, "the end of the refusals in the log");
    }

    [Test]
    public async Task A_deleted_shadow_is_told_anew()
    {
        _hand.Add("door", "open");
        await _rig.StartAsync();
        _hand.Report("open", PointValue.Of(true));
        await _rig.ReportsAsync("door", "open", "true");

        await _rig.PublishAsync("$aws/things/door/shadow/delete", "{}");

        await _rig.ReportsAsync("door", "open", "true");
    }

    [Test]
    public async Task What_the_shadow_desires_drives_the_output_and_is_reported()
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", new PointRule { MinInterval = TimeSpan.FromHours(1) }, lamp);
        await _rig.StartAsync();
        _hand.Report("on", PointValue.Of(false));
        await _rig.ReportsAsync("lamp", "on", "false");

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true,"colour":"red"}}}""");
        await _rig.ReportsAsync("lamp", "on", "true"); // without waiting for the hour
        Assert.That(lamp.Driven, Is.EqualTo(new[] { PointValue.Of(true) }));
        Assert.That((await _rig.ShadowAsync("lamp"))!["delta"]!.ToJsonString(), Is.EqualTo("""{"colour":"red"}"""), "a property of somebody else's");
    }

    [TestCase("\"purple\"", "write true or false")]
    [TestCase("{\"r\":1}", "it is an object; write a single value")]
    [TestCase("[1]", "it is a list; write a single value")]
    [TestCase("1e999", "it is a number that is too large; write a single value")]
    public async Task A_value_that_fits_no_output_is_told_in_errors_and_not_applied(string value, string error)
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", output: lamp);
        await _rig.StartAsync();

        await _rig.UpdateAsync("lamp", "{\"state\":{\"desired\":{\"on\":" + value + "}}}");
        await _rig.ReportsAsync("lamp", "errors", "{\"on\":\"" + error + "\"}");
        Assert.That(lamp.Driven, Is.Empty);
        Assert.That(_rig.Log.Count(7004), Is.EqualTo(1));

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await _rig.ReportsAsync("lamp", "on", "true");
        await _rig.ReportsAsync("lamp", "errors", "absent");
    }

    [Test]
    public async Task An_error_ends_when_nobody_desires_the_value_any_more()
    {
        _hand.Add("door", "open");
        await _rig.StartAsync();

        await _rig.UpdateAsync("door", """{"state":{"desired":{"open":true}}}""");
        await _rig.ReportsAsync("door", "errors", "{\"open\":\"nobody can set it: it is measured; delete it from desired\"}");
        await _rig.UpdateAsync("door", """{"state":{"desired":{"open":null}}}""");
        await _rig.ReportsAsync("door", "errors", "absent");
    }

    [Test]
    public async Task After_a_restart_outputs_are_driven_before_anything_runs_and_old_errors_go()
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", output: lamp);
        _hand.Add("lamp", "level", output: new HandOutput());
        await _rig.StartWithoutHardwareAsync();
        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true},"reported":{"on":true,"errors":{"level":"write true or false"}}}}""");

        await _rig.StartHardwareAsync();

        Assert.That(lamp.Driven, Is.EqualTo(new[] { PointValue.Of(true) }), "although reported equals desired");
        await _rig.ReportsAsync("lamp", "errors", "absent");
    }

    [Test]
    public async Task A_number_that_no_double_holds_does_not_start_an_endless_argument()
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "level", output: lamp).Add("lamp", "on", output: new HandOutput());
        await _rig.StartAsync();
        var updates = await _rig.ListenAsync("$aws/things/lamp/shadow/update/accepted");

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"level":0.12345678901234567890123}}}""");
        await Eventually.IsTrueAsync(async () => (await _rig.ShadowAsync("lamp"))?["reported"]?["level"] is not null, "the value");
        for (var i = 1; i <= 3; i++) // each with a document, after which the loop has had its chance
        {
            await _rig.UpdateAsync("lamp", "{\"state\":{\"desired\":{\"on\":" + (i % 2 == 1 ? "true" : "false") + "}}}");
            await _rig.ReportsAsync("lamp", "on", i % 2 == 1 ? "true" : "false");
        }

        Assert.That(updates, Has.Count.LessThanOrEqualTo(2 + 6));
        Assert.That(lamp.Driven, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_was_not_told_yet_is_told_at_the_end()
    {
        _hand.Add("door", "n", new PointRule { MinInterval = TimeSpan.FromHours(1) });
        await _rig.StartAsync();
        _hand.Report("n", PointValue.Of(1.0));
        await _rig.ReportsAsync("door", "n", "1");

        _hand.Report("n", PointValue.Of(2.0));
        await _rig.Hardware.StopAsync(CancellationToken.None);

        Assert.That((await _rig.ShadowAsync("door"))!["reported"]!["n"]!.GetValue<double>(), Is.EqualTo(2));
    }

    [Test]
    public async Task What_others_publish_in_the_shadows_name_drives_nothing()
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", output: lamp);
        await _rig.StartAsync();

        foreach (var kind in new[] { "update/delta", "get/accepted", "update/documents" })
        {
            await _rig.Broker.PublishAsync(new MqttMessage
            {
                Topic = TopicName.Parse($"$aws/things/lamp/shadow/{kind}"), OnBehalfOf = "function:evil", QualityOfService = QualityOfService.AtLeastOnce,
                Payload = """{"state":{"on":true,"desired":{"on":true}},"clientToken":"hardware-1"}"""u8.ToArray(),
            });
        }

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":false}}}""");
        await _rig.ReportsAsync("lamp", "on", "false");
        Assert.That(lamp.Driven, Is.EqualTo(new[] { PointValue.Of(false) }));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("7")]
    [TestCase("""{"state":7}""")]
    [TestCase("""{"state":{"on":true,"on":{}}}""")]
    [TestCase("""{"state":{"current":{"state":{"desired":"x"}}},"clientToken":7}""")]
    public async Task Whatever_is_published_where_the_shadow_answers_does_not_end_the_loop(string body)
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", output: lamp);
        await _rig.StartAsync();

        foreach (var kind in new[] { "update/delta", "update/accepted", "update/rejected", "update/documents", "get/accepted", "get/rejected", "delete/accepted", "x/y" })
        {
            await _rig.PublishAsync($"$aws/things/lamp/shadow/{kind}", body);
        }

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await _rig.ReportsAsync("lamp", "on", "true");
        Assert.That(_rig.Log.Count(7008), Is.Zero);
    }
}
