using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Examples;

/// <summary>The functions of examples/functions, fed with what the simulator's robots publish.</summary>
internal sealed class DemoFunctionTests : FunctionFixture
{
    [TestCase("left", "back-off", "0.25", "45")]
    [TestCase("front", "back-off", "0.25", "120")]
    [TestCase("rear", "drive-on", "0", "0")]
    public async Task On_bump_tells_a_robot_what_to_do(string side, string command, string distance, string turn)
    {
        await StartAsync(options => options.Folder = Demo());

        var answer = await AnswerAsync("on-bump", $$"""{"robot":"vac-01","side":"{{side}}","position":{"x":1.25,"y":0.4},"time":"2026-11-21T12:00:00.000Z"}""");

        Assert.That(answer, Is.EqualTo(
            $$"""{"robot": "vac-01", "command": "{{command}}", "distance": {{distance}}, "turn": {{turn}}, "reason": "bumped at its {{side}}", "time": "2026-11-21T12:00:00.000Z"}"""));
    }

    [Test]
    public async Task Battery_watch_warns_once_for_each_robot_that_runs_low()
    {
        await StartAsync(options => options.Folder = Demo());

        foreach (var (robot, battery) in new[] { ("vac-01", "80.5"), ("vac-01", "19.9"), ("vac-01", "19.8"), ("vac-02", "3") })
        {
            await Broker.PublishAsync(new MqttMessage
            {
                Topic = TopicName.Parse($"robots/{robot}/telemetry"),
                Payload = Encoding.UTF8.GetBytes($$"""{"robot":"{{robot}}","battery":{{battery}},"position":{"x":1.25,"y":0.4},"mode":"cleaning","time":"2026-11-21T12:00:00.000Z"}"""),
                QualityOfService = QualityOfService.AtMostOnce,
            });
            await Eventually.IsTrueAsync(() => Host.Functions.Single(function => function.Name == "battery-watch").Queued == 0, "it to run"); // events that wait may overtake each other
        }

        await Eventually.IsTrueAsync(() => Warnings().Count() >= 2, "both warnings in the log");
        Assert.That(Warnings(), Is.EqualTo(["vac-01 has 19.9 % left and should go home", "vac-02 has 3 % left and should go home"]), () => Log("battery-watch"));

        IEnumerable<string> Warnings() =>
            Log("battery-watch").Split('\n').Where(line => line.EndsWith("should go home", StringComparison.Ordinal)).Select(line => line.Split('\t')[^1]);
    }

    /// <summary>Upwards from the tests' own output: paths of the sources are not in the binaries.</summary>
    private static string Demo()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "examples", "functions")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("examples/functions is in no folder above the tests");
        }

        return Path.Combine(folder.FullName, "examples", "functions");
    }
}
