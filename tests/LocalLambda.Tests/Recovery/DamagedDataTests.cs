using System.Text;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Recovery;

/// <summary>Damage to what functions keep on the disk costs what is damaged, and never the start.</summary>
internal sealed class DamagedDataTests : FunctionFixture
{
    private const string Fails = "def handler(event, context): raise Exception('no bumper')";

    [Test]
    public async Task Damaged_dead_letters_are_set_aside_and_functions_run()
    {
        Python("bad", Fails, "async: { retries: 0 }\n");
        await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await Host.EnqueueAsync("bad", "1"u8.ToArray(), InvocationContext.Default);
        }

        await DoneAsync("bad");
        await StopAsync();
        Flip(Directory.GetFiles(Folder["data/dead-letters"], "*.log").Single(), at: 60);

        await StartAsync();

        Assert.That(Host.Fault, Is.Null);
        Assert.That(Host.Damage, Has.One.Items.And.All.Contains("dead letters"));
        Assert.That(Directory.GetDirectories(Folder["data"], "dead-letters.damaged-*"), Has.Length.EqualTo(1));
        await Host.EnqueueAsync("bad", "2"u8.ToArray(), InvocationContext.Default);
        await DoneAsync("bad");
        Assert.That(DeadLetters("bad"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_damaged_database_is_set_aside_with_its_code_and_the_folders_functions_are_deployed_again()
    {
        Python("echo", "def handler(event, context): return event");
        await StartAsync();
        await StopAsync();
        await File.WriteAllBytesAsync(Folder["data/functions.db"], Encoding.ASCII.GetBytes(new string('x', 3000)));

        await StartAsync();

        Assert.That(Host.Damage, Has.One.Items.And.All.Contains("functions.db.damaged-"));
        Assert.That(Directory.GetFiles(Folder["data"], "functions.db.damaged-*"), Has.Length.EqualTo(1));
        Assert.That(Directory.GetDirectories(Folder["data"], "code.damaged-*"), Has.Length.EqualTo(1));
        Assert.That(await AnswerAsync("echo", "7"), Is.EqualTo("7"));
    }

    [Test]
    public async Task Damaged_lines_of_functions_are_set_aside_and_functions_run()
    {
        Python("echo", "def handler(event, context):\n    print('hello')\n    return event");
        await StartAsync();
        await AnswerAsync("echo");
        await StopAsync();
        Flip(Directory.GetFiles(Folder["data/logs"], "*.log").Single(), at: 60);

        await StartAsync();

        Assert.That(Host.Damage, Has.One.Items.And.All.Contains("printed"));
        Assert.That(await AnswerAsync("echo", "7"), Is.EqualTo("7"));
    }

    [Test]
    public async Task Functions_that_cannot_start_leave_the_rest_alone_and_are_refused_with_the_reason()
    {
        Python("echo", "def handler(event, context): return event");
        Directory.CreateDirectory(Folder["data"]);
        await File.WriteAllTextAsync(Folder["data/code"], "a file where the folder should be");

        await StartAsync(); // does not throw: the broker and all else go on

        Assert.That(Host.Fault, Does.StartWith("functions could not be started"));
        Assert.That(async () => await InvokeAsync("echo"), Throws.TypeOf<FunctionUnavailableException>().With.Message.Contains("could not be started"));
        Assert.That(async () => await Host.RemoveAsync("echo"), Throws.TypeOf<FunctionUnavailableException>());

        await StopAsync();
        File.Delete(Folder["data/code"]);
        await StartAsync();
        Assert.That((Host.Fault, await AnswerAsync("echo", "7")), Is.EqualTo(((string?)null, "7")));
    }

    [Test]
    public async Task A_pinned_function_whose_code_is_missing_gets_it_from_its_folder_at_the_start()
    {
        Python("pin", "def handler(event, context): return event", "pinned: 1\n");
        await StartAsync();
        await StopAsync();
        RemoveCode();

        await StartAsync();

        Assert.That((Host.Fault, await AnswerAsync("pin", "7")), Is.EqualTo(((string?)null, "7")));
        Assert.That(Host.Functions.Single().State, Is.EqualTo("ready"));
    }

    [Test]
    public async Task A_pinned_function_whose_code_cannot_be_had_fails_alone_and_changes_of_it_are_kept()
    {
        Python("pin", "def handler(event, context): return [event]", "pinned: 1\n");
        Python("echo", "def handler(event, context): return event");
        await StartAsync();
        await StopAsync();
        RemoveCode();
        Python("pin", "def handler(event, context): return [event]", "pinned: 1\nno-such-key: 1\n");

        await StartAsync();

        Assert.That((Host.Fault, await AnswerAsync("echo", "7")), Is.EqualTo(((string?)null, "7")));
        var pin = Host.Functions.Single(function => function.Name == "pin");
        Assert.That(pin.State, Is.EqualTo("failed"));
        Assert.That(pin.Faults, Has.Some.Contains("the code of its version $LATEST is missing"));
        Assert.That(async () => await InvokeAsync("pin"), Throws.TypeOf<FunctionUnavailableException>());
        var kept = await Host.ChangeAsync("pin", record => record! with { ReservedConcurrency = 3 });
        Assert.That(kept.ReservedConcurrency, Is.EqualTo(3), "and no exception: the change is durable");
    }

    private void RemoveCode()
    {
        foreach (var code in Directory.GetDirectories(Folder["data/code"]))
        {
            Directory.Delete(code, recursive: true);
        }
    }

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }
}
