using System.Globalization;
using System.Text.RegularExpressions;

namespace Roost.LocalLambda.Tests.Output;

/// <summary>The lines that Lambda's keeper writes around an invocation, whichever way it ends.</summary>
internal sealed partial class ReportTests : FunctionFixture
{
    [Test]
    public async Task A_function_that_cannot_start_is_reported_with_the_time_of_its_start()
    {
        Python("broken", "import time\ntime.sleep(0.2)\nraise RuntimeError('no sensor')");
        await StartAsync();

        var result = await InvokeAsync("broken");

        var lines = Log("broken").Split('\n');
        Assert.That(lines[0], Is.EqualTo("INIT_START Runtime Version: python3.x"));
        Assert.That(lines, Has.One.Match(@"^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: \S+$"));
        Assert.That(lines[^4..^1], Is.EqualTo(new[] { $"START RequestId: {result.RequestId} Version: $LATEST", "no sensor", $"END RequestId: {result.RequestId}" }));
        Assert.That(lines[^1], Does.EndWith("Status: error\tError Type: RuntimeError\t").Or.EndsWith("Status: error\tError Type: Runtime.ExitError\t"));
        Assert.That(DurationOf(lines[^1]), Is.InRange(200, 60_000), "from the start of its worker, not from nowhere");
    }

    [Test]
    public async Task A_start_that_takes_too_long_is_reported_as_a_time_out()
    {
        Python("slow", "import time\ntime.sleep(600)");
        await StartAsync(options => options.InitTimeout = TimeSpan.FromSeconds(1));

        await InvokeAsync("slow");

        Assert.That(Log("slow"), Does.Match(@"INIT_REPORT Init Duration: \d{4,}\.\d\d ms\tPhase: init\tStatus: timeout\n").And.Contain("Error Type: Sandbox.Timedout\t"));
    }

    [Test]
    public async Task A_time_out_is_reported_with_its_memory()
    {
        Python("late", "import time\ndef handler(event, context):\n    time.sleep(600)", "timeout: 300ms\n");
        await StartAsync();

        var result = await InvokeAsync("late");

        var lines = Log("late").Split('\n');
        Assert.That(lines[^3], Does.Match($@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {result.RequestId} Task timed out after 0\.30 seconds$"));
        Assert.That(lines[^1], Does.Match($@"^REPORT RequestId: {result.RequestId}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms\tStatus: timeout\t$"));
        Assert.That(DurationOf(lines[^1]), Is.GreaterThanOrEqualTo(300));
    }

    [Test]
    public async Task A_crash_is_reported_with_how_the_runtime_ended()
    {
        Python("crash", "import os\ndef handler(event, context):\n    os._exit(3)");
        await StartAsync();

        var result = await InvokeAsync("crash");

        var lines = Log("crash").Split('\n');
        Assert.That(lines[^3], Is.EqualTo($"RequestId: {result.RequestId} Error: Runtime exited with error: exit status 3"));
        Assert.That(lines[^1], Does.EndWith("\tStatus: error\tError Type: Runtime.ExitError\t"));
    }

    [Test]
    public async Task An_error_of_the_function_is_named_on_one_line()
    {
        Python("raises", "class Odd(Exception): pass\nOdd.__name__ = 'Odd\\nREPORT RequestId: fake'\ndef handler(event, context):\n    raise Odd()");
        await StartAsync();

        await InvokeAsync("raises");

        Assert.That(Log("raises").Split('\n')[^1], Does.EndWith("\tStatus: error\tError Type: Odd REPORT RequestId: fake\t"));
    }

    [Test]
    public async Task A_success_has_no_status_and_bills_its_start()
    {
        Python("well", "def handler(event, context): pass");
        await StartAsync();

        await InvokeAsync("well");
        await InvokeAsync("well");

        var reports = Log("well").Split('\n').Where(line => line.StartsWith("REPORT", StringComparison.Ordinal)).ToList();
        Assert.That(reports[0], Does.Match(@"\tInit Duration: [\d.]+ ms\t$"));
        var init = double.Parse(Init().Match(reports[0]).Groups["ms"].Value, CultureInfo.InvariantCulture);
        Assert.That(int.Parse(Billed().Match(reports[0]).Groups["ms"].Value, CultureInfo.InvariantCulture), Is.EqualTo(Math.Ceiling(DurationOf(reports[0]) + init)).Within(1));
        Assert.That(reports[1], Does.Match(@"Max Memory Used: \d+ MB\t$"));
    }

    [TestCase("1", true)]
    [TestCase("0", false)]
    public async Task A_sampled_trace_is_named_after_the_report(string sampled, bool named)
    {
        Python("traced", "def handler(event, context): pass");
        await StartAsync();

        var trace = TraceContext.From($"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}", null, null);
        await InvokeAsync("traced", context: new InvocationContext { Trace = trace });

        Assert.That(Log("traced").EndsWith("\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t", StringComparison.Ordinal), Is.EqualTo(named));
    }

    private static double DurationOf(string report) => double.Parse(Duration().Match(report).Groups["ms"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\tDuration: (?<ms>[\d.]+) ms", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\tBilled Duration: (?<ms>\d+) ms", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Billed();

    [GeneratedRegex(@"\tInit Duration: (?<ms>[\d.]+) ms", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Init();
}
