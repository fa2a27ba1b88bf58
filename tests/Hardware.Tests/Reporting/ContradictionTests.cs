using Microsoft.Extensions.Logging;
using Roost.Hardware.Reporting;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Reporting;

/// <summary>Shadows that others write as they like, by a clock that moves only while something is waited for.</summary>
internal sealed class ContradictionTests
{
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(2);

    private ManualTimeProvider _clock = null!;
    private HandSource _hand = null!;
    private HardwareRig _rig = null!;

    [SetUp]
    public void MakeRig()
    {
        _clock = new ManualTimeProvider();
        _hand = new HandSource();
        _rig = new HardwareRig { Clock = _clock };
        _rig.Sources.Add(_hand);
    }

    [TearDown]
    public async Task StopRig() => await _rig.DisposeAsync();

    [Test]
    public async Task An_output_that_is_desired_and_reported_in_one_update_is_driven()
    {
        var lamp = await LampAsync();

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true},"reported":{"on":true}}}""");
        await PassAsync(() => lamp.Driven.Contains(PointValue.Of(true)), "the lamp to be lit, although no delta came");
        await HoldsAsync("on", "true");
        Assert.That(_hand["on"].Describe().Value, Is.EqualTo(PointValue.Of(true)));
    }

    [Test]
    public async Task A_lie_about_an_output_is_put_right_when_nobody_desires_anything()
    {
        await LampAsync();

        await _rig.UpdateAsync("lamp", """{"state":{"desired":null,"reported":{"on":true}}}""");
        await HoldsAsync("on", "false");
    }

    [TestCase("""{"state":{"reported":null}}""")]
    [TestCase("""{"state":{"reported":{"on":{"a":1}}}}""")]
    [TestCase("""{"state":null}""")]
    public async Task What_somebody_takes_out_or_overwrites_is_put_back(string update)
    {
        await LampAsync();

        await _rig.UpdateAsync("lamp", update);
        await HoldsAsync("on", "false");
    }

    [Test]
    public async Task It_is_put_back_also_where_the_desired_value_has_been_reached()
    {
        var lamp = await LampAsync();
        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await HoldsAsync("on", "true");

        await _rig.UpdateAsync("lamp", """{"state":{"reported":{"on":null}}}""");
        await HoldsAsync("on", "true");
        Assert.That(lamp.Driven, Is.EqualTo(new[] { PointValue.Of(true) }), "it was there already");
    }

    [Test]
    public async Task An_error_that_is_overwritten_comes_back_as_long_as_the_value_is_desired()
    {
        await LampAsync();
        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":"purple"}}}""");
        await HoldsAsync("errors", "{\"on\":\"write true or false\"}");

        await _rig.UpdateAsync("lamp", """{"state":{"reported":null}}""");
        await HoldsAsync("errors", "{\"on\":\"write true or false\"}");
        await HoldsAsync("on", "false");
        await _rig.UpdateAsync("lamp", """{"state":{"desired":null}}""");
        await HoldsAsync("errors", "absent");
    }

    [Test]
    public async Task What_is_not_the_things_is_left_alone()
    {
        await LampAsync();
        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"colour":"red"},"reported":{"colour":"blue","errors":{"colour":"no"}}}}""");
        await _rig.UpdateAsync("lamp", """{"state":{"reported":{"on":"fake"}}}""");
        await HoldsAsync("on", "false");

        Assert.That((await _rig.ShadowAsync("lamp"))!["reported"]!.ToJsonString(), Is.EqualTo("""{"on":false,"colour":"blue","errors":{"colour":"no"}}"""));
    }

    [Test]
    public async Task An_output_that_fails_by_a_defect_is_driven_again_by_the_next_update()
    {
        var lamp = await LampAsync();
        lamp.Defect = new InvalidOperationException("a defect");
        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await PassAsync(() => _rig.Log.Count(7009) == 1, "the defect in the log");
        lamp.Defect = null;

        await _rig.UpdateAsync("lamp", """{"state":{"desired":{"other":1}}}""");
        await HoldsAsync("on", "true");
        Assert.That(_rig.Log.Lines.Single(static line => line.Id == 7009).Level, Is.EqualTo(LogLevel.Error));
    }

    [Test]
    public async Task Requests_have_names_that_nobody_can_guess()
    {
        await _rig.StartWithoutHardwareAsync();
        var updates = await _rig.ListenAsync("$aws/things/lamp/shadow/update/accepted");
        _hand.Add("lamp", "on");
        await _rig.StartHardwareAsync();
        _hand.Report("on", PointValue.Of(false));
        await HoldsAsync("on", "false");
        _hand.Report("on", PointValue.Of(true));
        await HoldsAsync("on", "true");

        await PassAsync(() => updates.Count >= 2, "two answers");
        var tokens = updates.Select(static update => (string)update.Body["clientToken"]!).ToList();
        Assert.That(tokens, Is.Unique.And.All.Match("^hardware-[0-9a-f]{32}$"));
    }

    private async Task<HandOutput> LampAsync()
    {
        var lamp = new HandOutput();
        _hand.Add("lamp", "on", output: lamp);
        await _rig.StartAsync();
        _hand.Report("on", PointValue.Of(false));
        await HoldsAsync("on", "false");
        return lamp;
    }

    private Task HoldsAsync(string property, string json) => Eventually.IsTrueAsync(
        async () =>
        {
            _clock.Advance(_step);
            return ((await _rig.ShadowAsync("lamp"))?["reported"]?[property]?.ToJsonString() ?? "absent") == json;
        },
        $"{property} to be {json}");

    private Task PassAsync(Func<bool> condition, string what) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(_step);
            return condition();
        },
        what);
}
