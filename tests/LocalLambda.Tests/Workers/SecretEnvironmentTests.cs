using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Roost.LocalLambda.Tests.Workers;

/// <summary>Secrets in the environment of functions that really run.</summary>
internal sealed class SecretEnvironmentTests : FunctionFixture
{
    private const string Value = "s3cr3t-that-nobody-else-sees";

    private const string Shows =
        """
        import os
        def handler(event, context):
            return {"key": os.environ["KEY"]}
        """;

    private readonly MemorySecrets _secrets = new();

    [SetUp]
    public void Forget() => _secrets.Values.Clear();

    [Test]
    public async Task A_function_has_the_value_and_nobody_else_sees_it()
    {
        _secrets.Values["cloud"] = Value;
        Secrets = _secrets;
        Python("reader", Shows, "environment: { KEY: \"Bearer ${secret:cloud}\" }\n");
        await StartAsync();

        Assert.That(await KeyAsync(), Is.EqualTo($"Bearer {Value}"));
        Assert.That(CommandLines(), Has.None.Contains(Value), "while its worker waits for more");
        foreach (var file in Directory.EnumerateFiles(Folder["data"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).Where(file => File.ResolveLinkTarget(file, false) is null))
        {
            Assert.That(TextOf(file), Does.Not.Contain(Value), file);
        }
    }

    [Test]
    public async Task A_secret_that_is_not_there_is_a_fault_that_names_it()
    {
        Secrets = _secrets;
        Python("reader", Shows, "environment: { KEY: \"${secret:cloud}\" }\n");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("reader")).GetProperty("errorMessage").GetString(), Does.Contain("needs secret 'cloud'").And.Contain("roost secret set cloud"));
    }

    [Test]
    public async Task Another_value_reaches_a_function_whose_worker_is_there()
    {
        _secrets.Values["cloud"] = "the first";
        Secrets = _secrets;
        Python("reader", Shows, "environment: { KEY: \"${secret:cloud}\" }\n");
        await StartAsync();
        Assert.That(await KeyAsync(), Is.EqualTo("the first"));

        _secrets.Values["cloud"] = "the second";
        await _secrets.TellAsync("cloud");

        Assert.That(await KeyAsync(), Is.EqualTo("the second"));
    }

    private async Task<string?> KeyAsync()
    {
        using var answer = JsonDocument.Parse(await AnswerAsync("reader"));
        return answer.RootElement.GetProperty("key").GetString();
    }

    private static List<string> CommandLines()
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                found.Add(File.ReadAllText(Path.Combine(process, "cmdline")));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // it has ended meanwhile, or is another user's
            }
        }

        return found;
    }

    private static string TextOf(string file)
    {
        try
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes(file));
        }
        catch (IOException)
        {
            return ""; // a socket
        }
    }

    private sealed class MemorySecrets : IFunctionSecrets
    {
        private Func<string, Task>? _changed;

        public ConcurrentDictionary<string, string> Values { get; } = new();

        public string? Find(string name) => Values.GetValueOrDefault(name);

        public void Subscribe(Func<string, Task> changed) => _changed = changed;

        public Task TellAsync(string name) => _changed!(name);
    }
}
