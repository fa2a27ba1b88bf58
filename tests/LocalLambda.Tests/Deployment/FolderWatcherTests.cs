using Roost.LocalLambda.Code;
using Roost.LocalLambda.Deployment;
using Roost.LocalLambda.Registry;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Deployment;

/// <summary>Changes in the functions' folder while the daemon runs. The clock is the test's: a beat passes each time that somebody looks whether it has come to what is waited for.</summary>
internal sealed class FolderWatcherTests : FunctionFixture
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task An_edit_is_deployed()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);

        Code("f", "22");

        await AnswersAsync("f", "22");
    }

    [Test]
    public async Task A_folder_that_comes_later_is_found_even_where_the_functions_folder_was_not_there()
    {
        await StartAsync(clock: _clock);

        Code("f", "1");

        await AnswersAsync("f", "1");
    }

    [Test]
    public async Task A_faulty_edit_leaves_the_old_version_running_and_its_correction_takes_the_fault_away()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);
        Python("f", "def handler(event, context):\n    return 2", "memroy: 64MiB\n");
        await BeatsUntilAsync(() => Host.Functions.Single().Faults.Any(fault => fault.Contains("memroy")), "the fault");
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));

        Code("f", "3");

        await AnswersAsync("f", "3");
        Assert.That(Host.Functions.Single().Faults, Is.Empty);
    }

    [Test]
    public async Task The_fault_of_a_function_with_another_name_than_its_folder_stands_at_the_function()
    {
        Function("folder", "runtime: python3.x\nhandler: main.handler\n", ("main.py", "def handler(event, context):\n    return 1"));
        File.WriteAllText(Folder["functions/folder/function.yaml"], "name: other\nruntime: python3.x\nhandler: main.handler\n");
        await StartAsync(clock: _clock);

        File.WriteAllText(Folder["functions/folder/function.yaml"], "name: [");

        await BeatsUntilAsync(() => Host.Functions is [{ Name: "other", Faults.Count: > 0 }], "the fault");
    }

    [Test]
    public async Task A_folder_that_is_removed_takes_its_function_with_it()
    {
        Code("f", "1");
        Code("stays", "1");
        await StartAsync(clock: _clock);

        Directory.Delete(Folder["functions/f"], recursive: true);

        await BeatsUntilAsync(() => Host.Functions is [{ Name: "stays" }], "its end");
    }

    [Test]
    public async Task A_function_with_a_new_name_takes_the_place_of_the_old_one()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);

        File.WriteAllText(Folder["functions/f/function.yaml"], "name: g\nruntime: python3.x\nhandler: main.handler\n");

        await BeatsUntilAsync(() => Host.Functions is [{ Name: "g" }], "the new name alone");
    }

    [Test]
    public async Task A_folder_that_is_replaced_keeps_its_versions()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);
        await Host.ChangeAsync("f", record => record!.Publish(null, DateTimeOffset.UnixEpoch, out _));

        Directory.Move(Folder["functions/f"], Folder["old"]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Code("f", "22");

        await AnswersAsync("f", "22");
        Assert.That(await AnswerAsync("f", context: new InvocationContext { Qualifier = "1" }), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_folder_without_its_function_yaml_keeps_its_function_and_says_so()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);

        File.Delete(Folder["functions/f/function.yaml"]);

        await BeatsUntilAsync(() => Host.Functions is [{ State: "ready", Faults: [var fault] }] && fault.Contains("is missing"), "the fault");
    }

    [Test]
    public async Task A_faulty_folder_that_is_removed_is_not_listed_any_more()
    {
        Function("f", "runtime: cobol\n");
        await StartAsync(clock: _clock);
        Assert.That(Host.Functions.Single().State, Is.EqualTo("failed"));

        Directory.Delete(Folder["functions/f"], recursive: true);

        await BeatsUntilAsync(() => Host.Functions.Count == 0, "its end");
    }

    [Test]
    public async Task A_link_to_a_folder_is_a_function_and_one_that_leads_elsewhere_from_now_on_a_change()
    {
        Code("1", "1");
        Code("2", "22");
        Directory.CreateDirectory(Folder["releases"]);
        Directory.Move(Folder["functions/1"], Folder["releases/1"]);
        Directory.Move(Folder["functions/2"], Folder["releases/2"]);
        foreach (var release in (string[])["1", "2"])
        {
            File.WriteAllText(Folder[$"releases/{release}/function.yaml"], "name: f\nruntime: python3.x\nhandler: main.handler\n");
        }

        File.CreateSymbolicLink(Folder["functions/f"], Folder["releases/1"]);
        await StartAsync(clock: _clock);
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));

        Directory.Delete(Folder["functions/f"]);
        File.CreateSymbolicLink(Folder["functions/f"], Folder["releases/2"]);
        await AnswersAsync("f", "22");

        File.WriteAllText(Folder["releases/2/main.py"], "def handler(event, context):\n    return 333");
        await AnswersAsync("f", "333");
    }

    [Test]
    public async Task A_change_deeper_than_the_kernel_is_asked_about_is_found_all_the_same()
    {
        Python("f", "from node_modules.value import value\ndef handler(event, context):\n    return value");
        Directory.CreateDirectory(Folder["functions/f/node_modules"]);
        File.WriteAllText(Folder["functions/f/node_modules/value.py"], "value = 1");
        await StartAsync(clock: _clock);

        File.WriteAllText(Folder["functions/f/node_modules/value.py"], "value = 22");

        await AnswersAsync("f", "22");
    }

    [Test]
    public async Task What_an_editor_leaves_for_a_while_changes_nothing()
    {
        Code("f", "1");
        await StartAsync(clock: _clock);
        var before = Record();

        foreach (var name in (string[])[".main.py.swp", "main.py~", "4913", "#main.py#"])
        {
            File.WriteAllText(Path.Combine(Folder["functions/f"], name), "x");
        }

        File.CreateSymbolicLink(Folder["functions/f/.#main.py"], "user@machine.1");
        Code("later", "1");
        await BeatsUntilAsync(() => Host.Functions.Count == 2, "a function that came after");
        Assert.That(Record(), Is.SameAs(before));
    }

    [Test]
    public async Task A_storm_of_changes_is_deployed_when_it_is_over()
    {
        // Two files that agree with each other once the storm is over, and not before.
        Function("f", "runtime: python3.x\nhandler: main.handler\n", ("main.py", "from other import value\ndef handler(event, context):\n    return [0, value]"), ("other.py", "value = 0"));
        await StartAsync(clock: _clock);
        var first = Record();
        for (var i = 1; i <= 20; i++)
        {
            File.WriteAllText(Folder["functions/f/main.py"], $"from other import value\ndef handler(event, context):\n    return [{i}, value]{new string('\n', i)}");
            _clock.Advance(TimeSpan.FromSeconds(1));
            File.WriteAllText(Folder["functions/f/other.py"], $"value = {i}{new string('\n', i)}");
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        await BeatsUntilAsync(() => Record() is var record && record != first && record.Origin!.Signature == Signature(), "the last of the storm");
        Assert.That(await AnswerAsync("f"), Is.EqualTo("[20, 20]"));

        string Signature() => FolderSignature.Of(Folder["functions/f"]);
    }

    [Test]
    public void A_function_with_thousands_of_folders_takes_few_watches()
    {
        var folder = Directory.CreateDirectory(Folder["functions/f"]).FullName;
        File.WriteAllText(Path.Combine(folder, "function.yaml"), "");
        for (var i = 0; i < 500; i++)
        {
            Directory.CreateDirectory(Path.Combine(folder, "node_modules", $"{i}"));
            Directory.CreateDirectory(Path.Combine(folder, "lib", $"{i}"));
        }

        var watched = new WatchedFolder(folder).FoldersToWatch().ToList();

        Assert.That(watched, Has.Count.LessThan(50).And.Contains(folder).And.Contains(Path.Combine(folder, "lib")));
        Assert.That(watched, Has.None.Contains("node_modules"));
    }

    private void Code(string name, string answer) => Python(name, $"def handler(event, context):\n    return {answer}");

    private FunctionRecord Record() => Host.TryFind("f", out var function) ? function.Record! : throw new FunctionNotFoundException("f");

    private Task BeatsUntilAsync(Func<bool> condition, string waitedFor) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        waitedFor);

    /// <summary>Not while the clock moves: a second of the test's is no time for a real worker.</summary>
    private async Task AnswersAsync(string name, string answer)
    {
        var signature = FolderSignature.Of(Folder[$"functions/{name}"]);
        await BeatsUntilAsync(() => Host.TryFind(name, out var function) && function.IsReady && function.Record!.Origin!.Signature == signature, "the deployment");
        Assert.That(await AnswerAsync(name), Is.EqualTo(answer));
    }
}
