using Roost.Streams.Export;
using Roost.Streams.Export.Gates;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Gates;

public sealed class ExportGateTests
{
    private readonly ManualTimeProvider _clock = new();
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Without_conditions_it_is_open() => Assert.That(await new ExportGate(false, [], null, _clock).WaitAsync(default), Is.False);

    [Test]
    public async Task It_opens_with_its_window_and_says_when_that_is()
    {
        var gate = new ExportGate(false, [ScheduleWindow.Parse("01:00-05:00"), ScheduleWindow.Parse("03:00-04:00")], null, _clock); // it is midnight
        var waiting = gate.WaitAsync(default).AsTask();
        Assert.That(gate.Closed, Is.EqualTo("outside its window; the next opens Thu 01:00"));
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.That(waiting.IsCompleted, Is.False);

        await OpensAsync(waiting);
        Assert.That(await waiting, Is.True, "it had to wait");
    }

    [Test]
    public async Task An_operators_word_counts_more_than_the_configuration()
    {
        var gate = new ExportGate(true, [], null, _clock);
        var waiting = gate.WaitAsync(default).AsTask();
        Assert.That((gate.IsPaused, gate.Closed), Is.EqualTo((true, "paused by the configuration")));

        gate.Pause(false);
        await Eventually.CompletesAsync(waiting, "the gate to open");
        gate.Pause(true);
        _ = gate.WaitAsync(new CancellationToken(canceled: true)).AsTask();
        Assert.That((gate.IsPaused, gate.Closed), Is.EqualTo((true, "paused by an operator")));
    }

    [Test]
    public async Task A_condition_that_says_no_is_asked_again_and_what_it_prints_is_the_reason()
    {
        var hook = Program($"echo \"not on wifi, $ROOST_STREAM $ROOST_EXPORT\"; [ -e '{_folder["wifi"]}' ]");
        var gate = new ExportGate(false, [], hook, _clock);
        var waiting = gate.WaitAsync(default).AsTask();
        await Eventually.IsTrueAsync(() => gate.Closed == "not on wifi, telemetry s3", () => $"the reason: {gate.Closed}");

        await File.WriteAllTextAsync(_folder["wifi"], "");
        await OpensAsync(waiting);
        Assert.That(gate.Closed, Is.Null);
    }

    [Test]
    public async Task A_condition_that_hangs_or_floods_or_is_not_there_closes_the_gate_and_says_so()
    {
        var hanging = new ExportGate(false, [], Program("sleep 1000"), _clock);
        var waiting = hanging.WaitAsync(default).AsTask();
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return hanging.Closed?.EndsWith("did not end within 10 s", StringComparison.Ordinal) == true;
            },
            () => $"the reason: {hanging.Closed}");
        Assert.That(waiting.IsCompleted, Is.False);

        Assert.That(await Program("yes | head -c 1000000; exit 3").AskAsync(default), Is.EqualTo("y"));
        Assert.That(await Program("exit 3").AskAsync(default), Does.EndWith("said no (exit code 3)"));
        Assert.That(await new ConditionHook(_folder["nothing"], Identity, _clock).AskAsync(default), Does.Contain("cannot be run"));
    }

    private static ExportIdentity Identity => new(Some.Telemetry, "s3");

    private ConditionHook Program(string script)
    {
        var path = _folder[$"hook-{Guid.NewGuid():N}"];
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new ConditionHook(path, Identity, _clock);
    }

    private Task OpensAsync(Task waiting) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            return waiting.IsCompleted;
        },
        "the gate to open");
}
