using System.Diagnostics;
using Roost.LocalLambda.Workers.Spares;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers.Spares;

/// <summary>Workers that are made of interpreters which ran before it was known what for.</summary>
internal sealed class SpareTests : FunctionFixture
{
    private SparePool Spares => Host.Spares!;

    [Test]
    public async Task A_python_function_starts_from_a_spare_with_all_that_it_has_otherwise()
    {
        Function("f", "runtime: python3.x\nhandler: app/main.handler\nenvironment: { SITE: \"17\" }\n",
            ("app/main.py", """
                import logging, os
                logging.warning('loaded')
                started = open('/proc/self/environ').read()
                def handler(event, context):
                    return [os.environ['SITE'], os.environ['_HANDLER'], os.environ['AWS_LAMBDA_FUNCTION_NAME'], context.function_name, os.getcwd(), 'ROOST_SPARE=1' in started,
                            os.environ.get('ROOST_SPARE'), context.log_stream_name, open('data/text').read(), os.listdir('/var/task')]
                """),
            ("data/text", "as it is"));
        await StartWithSparesAsync(1);

        var answer = Json(await InvokeAsync("f", context: new InvocationContext { WithLogTail = true }));

        Assert.That(answer[5].GetBoolean(), Is.True, "the worker is not made of the spare");
        Assert.That(answer.ToString(), Does.Match("""^\["17", "app/main.handler", "f", "f", "/var/task", true, null, "\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", "as it is", \["(app", "data|data", "app)"\]\]$"""));
        Assert.That(Log("f"), Does.Match(@"\[WARNING\]\t\S+Z\t\tloaded").And.Contain("Init Duration: "));
    }

    [TestCase("index.mjs", "export const handler = async (event, context) => [process.env.SITE, context.functionName, process.cwd(), started.includes('ROOST_SPARE=1'), process.env.ROOST_SPARE ?? null, word];\nimport { readFileSync } from 'node:fs';\nimport word from './lib/word.js';\nconst started = readFileSync('/proc/self/environ', 'utf8');")]
    [TestCase("index.js", "const { readFileSync } = require('node:fs');\nconst word = require('./lib/word.js');\nconst started = readFileSync('/proc/self/environ', 'utf8');\nexports.handler = async (event, context) => [process.env.SITE, context.functionName, process.cwd(), started.includes('ROOST_SPARE=1'), process.env.ROOST_SPARE ?? null, word];")]
    public async Task A_node_function_starts_from_a_spare_with_all_that_it_has_otherwise(string file, string code)
    {
        Function("f", "runtime: nodejs20.x\nhandler: index.handler\nenvironment: { SITE: \"17\" }\n", (file, code), ("lib/word.js", "module.exports = 'here';"));
        await StartWithSparesAsync(1);

        Assert.That(await AnswerAsync("f"), Is.EqualTo("""["17","f","/var/task",true,null,"here"]"""));
    }

    [Test]
    public async Task A_spare_serves_one_function_in_its_life_and_nothing_of_it_reaches_the_next()
    {
        const string Code = """
            import json, os, sys
            def handler(event, context):
                here = [os.path.join(folder, name) for root in ('/var/task', '/tmp', '/dev/shm') for folder, _, names in os.walk(root) for name in names]
                text = open('/proc/self/environ').read() + repr(dict(os.environ)) + repr(here)
                open('/tmp/left', 'w').write(context.function_name)
                try: open('/var/task/left', 'w')
                except OSError as error: refused = error.errno
                return [sorted(here), 'SECRET_OF_A' in text, os.getpid(), refused]
            """;
        Function("a", "runtime: python3.x\nhandler: main.handler\nmax-concurrency: 1\nenvironment: { MARK: SECRET_OF_A }\n", ("main.py", Code), ("only-in-a", ""));
        Function("b", "runtime: python3.x\nhandler: main.handler\nmax-concurrency: 1\n", ("main.py", Code), ("only-in-b", ""));
        await StartWithSparesAsync(1);

        Assert.That(await AnswerAsync("a"), Does.StartWith("""[["/var/task/main.py", "/var/task/only-in-a"], true, """).And.EndWith(", 30]"), "a read-only file system");
        await Eventually.IsTrueAsync(() => Spares.Ready == 1, "the next spare");
        Assert.That(await AnswerAsync("b"), Does.StartWith("""[["/var/task/main.py", "/var/task/only-in-b"], false, """).And.EndWith(", 30]"));
        Assert.That(await AnswerAsync("a"), Does.StartWith("""[["/tmp/left", "/var/task/main.py", "/var/task/only-in-a"], true, """), "still its own worker");
    }

    [Test]
    public async Task A_worker_cannot_ask_for_another_functions_environment()
    {
        Python("thief", """
            import http.client, os, socket
            def handler(event, context):
                c = http.client.HTTPConnection('roost')
                c.sock = socket.socket(socket.AF_UNIX)
                c.sock.connect(os.environ['ROOST_RUNTIME_SOCKET'])
                c.request('GET', '/roost/assignment')
                return c.getresponse().status
            """);
        await StartWithSparesAsync(1);

        Assert.That(await AnswerAsync("thief"), Is.EqualTo("404"));
    }

    [TestCase("environment: { PYTHONOPTIMIZE: \"1\" }\n")]
    [TestCase("environment: { LD_LIBRARY_PATH: /var/task }\n")]
    [TestCase("environment: { TZ: Europe/Vienna }\n")]
    [TestCase("network: full\n")]
    [TestCase("memory: 64MiB\n")]
    public async Task A_function_whose_process_must_begin_otherwise_has_a_start_of_its_own(string yaml)
    {
        const string Code = "started = open('/proc/self/environ').read()\ndef handler(event, context):\n    return 'ROOST_SPARE' in started";
        Python("plain", Code);
        Python("plain2", Code);
        Python("special", Code, yaml);
        await StartWithSparesAsync(1);

        Assert.That(await AnswerAsync("special"), Is.EqualTo("false"));
        Assert.That(await AnswerAsync("plain"), Is.EqualTo("true"), "there was a spare all the time");
    }

    [Test]
    public async Task Code_of_many_files_is_mounted_by_a_start_of_its_own()
    {
        Function("large", "runtime: python3.x\nhandler: main.handler\n",
            [("main.py", "started = open('/proc/self/environ').read()\ndef handler(event, context):\n    return 'ROOST_SPARE' in started"), .. Enumerable.Range(0, Staging.MaxEntries).Select(i => ($"data/{i}", ""))]);
        await StartWithSparesAsync(1);

        Assert.That(await AnswerAsync("large"), Is.EqualTo("false"));
    }

    [Test]
    public async Task A_spare_that_ends_before_its_time_is_replaced_and_nobody_notices()
    {
        Python("f", "def handler(event, context):\n    return 'served'");
        await StartWithSparesAsync(1);

        var spares = RunningSpares();
        Assert.That(spares, Is.Not.Empty);
        spares.ForEach(id => Process.GetProcessById(id).Kill());

        Assert.That(await AnswerAsync("f"), Is.EqualTo("\"served\""));
        await Eventually.IsTrueAsync(() => Spares.Ready == 1, "the next spare");
    }

    [Test]
    public async Task There_are_spares_only_of_families_that_a_function_uses()
    {
        Node("n", "export const handler = async () => 1;");
        await StartWithSparesAsync(1);
        Assert.That(Spares.Ready, Is.EqualTo(1));

        await Host.RemoveAsync("n");

        await Eventually.IsTrueAsync(() => Spares.Ready == 0, "the spare that nobody wants to end");
        await Eventually.IsTrueAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(Folder["data"], "spares")).Any(), "its folder to go");
    }

    [Test]
    public async Task No_spare_outlives_the_gateway()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await StartWithSparesAsync(3);

        Assert.That(RunningSpares(), Has.Count.EqualTo(3));
        await StopAsync();

        Assert.That(RunningSpares(), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(Folder["data"], "spares")), Is.Empty);
    }

    [Test]
    public async Task A_module_that_does_not_load_is_told_from_a_spare_too()
    {
        Python("broken", "import nosuchmodule");
        await StartWithSparesAsync(1);

        Assert.That(Json(await InvokeAsync("broken")).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.ImportModuleError"));
        Assert.That(Log("broken"), Does.Contain("nosuchmodule"));
    }

    private static List<int> RunningSpares() =>
        [.. Processes.Below(Environment.ProcessId).Where(id => Processes.EnvironmentOf(id).Contains("ROOST_SPARE=1", StringComparison.Ordinal))];

    private async Task StartWithSparesAsync(int each)
    {
        await StartAsync(options => options.Spares = each);
        await Eventually.IsTrueAsync(() => Spares.Ready == each, "the spares to be ready");
    }
}
