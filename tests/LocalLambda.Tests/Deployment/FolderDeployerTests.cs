using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Topics;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Deployment;

/// <summary>What becomes of functions over starts of the daemon, and what changes while it runs.</summary>
internal sealed class FolderDeployerTests : FunctionFixture
{
    [Test]
    public async Task A_folder_that_has_not_changed_keeps_its_revision_over_a_restart()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartAsync();
        var before = Record("f").Latest;

        await RestartAsync();

        Assert.That((Record("f").Latest.RevisionId, Record("f").Latest.LastModified), Is.EqualTo((before.RevisionId, before.LastModified)));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Changed_code_is_deployed_at_the_next_start_and_the_old_code_goes()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartAsync();
        Python("f", "def handler(event, context):\n    return 22");

        await RestartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo("22"));
        Assert.That(Directory.GetDirectories(Folder["data/code"]), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_faulty_edit_leaves_what_ran_before_and_is_told()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartAsync();
        Python("f", "def handler(event, context):\n    return 2", "memroy: 64MiB\n");

        await RestartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));
        Assert.That(Host.Functions.Single().Faults, Has.One.Contains("memroy"));
        Assert.That(Host.Functions.Single().State, Is.EqualTo("ready"));
    }

    [Test]
    public async Task A_folder_that_is_gone_takes_its_function_with_it_but_a_missing_parent_takes_none()
    {
        Python("stays", "def handler(event, context):\n    return 1");
        Python("goes", "def handler(event, context):\n    return 1");
        await StartAsync();
        Directory.Delete(Folder["functions/goes"], recursive: true);
        await RestartAsync();
        Assert.That(Host.Functions.Select(function => function.Name), Is.EqualTo(new[] { "stays" }));

        Directory.Move(Folder["functions"], Folder["unmounted"]);
        await RestartAsync();

        Assert.That(await AnswerAsync("stays"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Published_versions_and_aliases_outlive_a_restart_and_run_their_own_code()
    {
        Python("f", "def handler(event, context):\n    return context.function_version");
        await StartAsync();
        await Host.ChangeAsync("f", record => record!.Publish(null, DateTimeOffset.UnixEpoch, out _) with { Aliases = [new FunctionAlias { Name = "live", FunctionVersion = "1" }] });
        Python("f", "def handler(event, context):\n    return 'new ' + context.function_version");

        await RestartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo("\"new $LATEST\""));
        Assert.That(await AnswerAsync("f", context: new InvocationContext { Qualifier = "1" }), Is.EqualTo("\"1\""));
        var result = await InvokeAsync("f", context: new InvocationContext { Qualifier = "live" });
        Assert.That((Text(result), result.ExecutedVersion), Is.EqualTo(("\"1\"", "1")));
    }

    [Test]
    public async Task A_function_is_replaced_under_load_without_a_failed_invocation()
    {
        Python("f", "import os\ndef handler(event, context):\n    return os.environ['V1']", "environment: { V1: \"0\" }\n");
        await StartAsync();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            List<int> seen = [];
            while (!stop.IsCancellationRequested)
            {
                seen.Add(int.Parse((await AnswerAsync("f")).Trim('"')));
            }

            return seen;
        })).ToList();

        for (var version = 1; version <= 5; version++)
        {
            var value = version.ToString();
            await Host.ChangeAsync("f", record => record! with { Latest = record.Latest with { Environment = new Dictionary<string, string> { ["V1"] = value } } });
            Assert.That(await AnswerAsync("f"), Is.EqualTo($"\"{value}\""), "who calls after the change sees it");
        }

        await stop.CancelAsync();
        foreach (var seen in await Task.WhenAll(callers))
        {
            Assert.That(seen, Is.Ordered.And.Not.Empty);
        }
    }

    [Test]
    public async Task Triggers_follow_the_function()
    {
        Python("f", "def handler(event, context):\n    return event", "triggers: [ { topic: a } ]\n");
        await StartAsync();
        await Host.ChangeAsync("f", record => record! with { Latest = record.Latest with { Triggers = [new TopicTrigger("b")] } });

        await PublishAsync("a", "1");
        await PublishAsync("b", "2");
        await Eventually.IsTrueAsync(() => Broker.Published.Any(message => message.Topic.Value == "out"), "the answer");

        Assert.That(Broker.Published.Where(message => message.Topic.Value == "out").Select(message => message.Payload.ToArray()), Is.EqualTo(new[] { "2"u8.ToArray() }));
    }

    [Test]
    public async Task A_removed_function_is_not_found_and_its_code_is_gone()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartAsync();

        await Host.RemoveAsync("f");

        await Assert.ThatAsync(() => InvokeAsync("f"), Throws.TypeOf<FunctionNotFoundException>());
        Assert.That(Directory.GetDirectories(Folder["data/code"]), Is.Empty);
    }

    [Test]
    public async Task Code_that_was_taken_away_is_named_and_comes_back_with_the_folder()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartAsync();
        await StopAsync();
        Directory.Delete(Folder["data/code"], recursive: true);

        await StartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_destination_that_is_not_there_is_noted_until_it_is()
    {
        Python("f", "def handler(event, context):\n    return 1", "async: { on-success: { topic: done }, on-failure: { function: g } }\n");
        await StartAsync();
        Assert.That(Host.Functions.Single().Notes, Is.EqualTo(new[] { "its destination is missing: there is no function arn:aws:lambda:local:000000000000:function:g here; make it, or correct the name under 'async'. What it is to get waits" }));

        Python("g", "def handler(event, context):\n    return 1");
        await RestartAsync();

        Assert.That(Host.Functions.SelectMany(function => function.Notes), Has.None.Contains("destination"));
    }

    private FunctionRecord Record(string name) => Host.TryFind(name, out var function) ? function.Record! : throw new FunctionNotFoundException(name);

    private async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    private Task PublishAsync(string topic, string payload) => Broker.PublishAsync(new MqttMessage
    {
        Topic = TopicName.Parse(topic),
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
        QualityOfService = QualityOfService.AtLeastOnce,
        Properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("out"), MayBeAnswered = true },
    }).AsTask();
}
