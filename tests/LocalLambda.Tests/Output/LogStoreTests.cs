using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.LocalLambda.Output;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Output;

internal sealed class LogStoreTests
{
    private const int RetentionBytes = 256 * 1024;
    private static readonly LogOrigin Printed = new(LogKind.Printed, "$LATEST", null);
    private TemporaryFolder _folder = null!;
    private ManualTimeProvider _clock = null!;
    private LogStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _clock = new ManualTimeProvider();
        _store = OpenStore();
    }

    [TearDown]
    public async Task Close()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_function_that_prints_much_does_not_push_out_the_last_lines_of_one_that_prints_little()
    {
        Print("quiet", "the only word");
        for (var round = 0; round < 8; round++)
        {
            for (var line = 0; line < RetentionBytes / 1024; line++)
            {
                Print("chatty", new string('x', 1000));
            }

            await Eventually.IsTrueAsync(() => _store.ReadKept().Any(line => line.Function == "chatty"), "the log to be written");
        }

        await Eventually.IsTrueAsync(() => _store.ReadKept().All(line => line.Function == "chatty"), "the quiet function's line to leave the common log");
        await Eventually.IsTrueAsync(() => File.Exists(_folder["quiet/quiet"]), "it to be set aside");
        Assert.That(Lines("quiet"), Is.EqualTo(new[] { "the only word" }), "before a restart");
        await ReopenAsync("quiet", "chatty");

        Assert.That(Lines("quiet"), Is.EqualTo(new[] { "the only word" }), "after it");
        Assert.That(File.Exists(_folder["quiet/chatty"]), Is.False, "who prints much needs no file of its own");
    }

    [Test]
    public async Task Lines_that_are_no_longer_in_memory_are_read_from_the_disk()
    {
        for (var line = 0; line < 400; line++)
        {
            Print("f", $"line {line}");
            Print("other", $"other {line}");
        }

        await _store.DisposeAsync();
        _store = OpenStore();
        _ = (_store.Of("f"), _store.Of("other"));
        _store.Restore();

        Assert.That(Lines("f"), Is.EqualTo(Enumerable.Range(0, 400).Select(line => $"line {line}")));
        Assert.That(_store.Of("f").Newest(), Has.Count.LessThan(200), "in memory");
        Assert.That(Lines("f", last: 3), Is.EqualTo(new[] { "line 397", "line 398", "line 399" }));
        Assert.That(Lines("f", last: 300), Is.EqualTo(Enumerable.Range(100, 300).Select(line => $"line {line}")));
        Assert.That(Lines(null, last: 4), Is.EqualTo(new[] { "line 398", "other 398", "line 399", "other 399" }));
    }

    [Test]
    public async Task A_line_keeps_where_it_comes_from_over_a_restart()
    {
        Print("f", "nobody's");
        _store.Of("f").Write("mine"u8, new LogOrigin(LogKind.Printed, "7", "id-1"), null, keep: true);
        _store.Of("f").Write("REPORT"u8, new LogOrigin(LogKind.Failure, "7", "id-1"), null, keep: true);
        _store.Of("f").Write("passing"u8, new LogOrigin(LogKind.Platform, "7", "id-2"), null, keep: false);
        Assert.That(Lines("f"), Is.EqualTo(new[] { "nobody's", "mine", "REPORT", "passing" }));
        await ReopenAsync("f");

        Assert.That(_store.Of("f").Newest().Select(line => line.Origin), Is.EqualTo(new[] { Printed, new(LogKind.Printed, "7", "id-1"), new(LogKind.Failure, "7", "id-1") }));
        Assert.That(Lines("f", requestId: "id-1"), Is.EqualTo(new[] { "mine", "REPORT" }));
        Assert.That(Lines("f", failuresOnly: true), Is.EqualTo(new[] { "mine", "REPORT" }));
        Assert.That(Lines("f", since: _clock.GetUtcNow().AddSeconds(1)), Is.Empty);
    }

    [Test]
    public void What_is_told_of_failures_has_what_the_failed_invocation_printed()
    {
        Write(LogKind.Printed, "good", "fine");
        Write(LogKind.Printed, "bad", "[ERROR] ValueError: no bumper");
        Write(LogKind.Printed, "good", "fine too");
        Write(LogKind.Printed, "bad", "Traceback");
        Write(LogKind.Platform, "bad", "END");
        Write(LogKind.Failure, "bad", "REPORT of bad");
        Write(LogKind.Platform, "good", "REPORT of good");
        Write(LogKind.Printed, null, "starting");
        Write(LogKind.Failure, null, "INIT_REPORT");

        string[] all = ["[ERROR] ValueError: no bumper", "Traceback", "REPORT of bad", "starting", "INIT_REPORT"];
        Assert.That(Lines("f", failuresOnly: true), Is.EqualTo(all));
        Assert.That(Lines("f", last: 4, failuresOnly: true), Is.EqualTo(all[1..]));
        Assert.That(Lines("f", last: 9, requestId: "bad", failuresOnly: true), Is.EqualTo(all[..3]));

        void Write(LogKind kind, string? requestId, string text)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            _store.Of("f").Write(Encoding.UTF8.GetBytes(text), new LogOrigin(kind, "$LATEST", requestId), null, keep: kind != LogKind.Platform);
        }
    }

    [Test]
    public void An_invocation_that_printed_without_end_before_it_failed_shows_its_last_lines()
    {
        var selection = new LogSelection(new LogQuery(null, null, null, FailuresOnly: true));
        for (var line = 0; line < 10_000; line++)
        {
            Assert.That(selection.Next(Line(LogKind.Printed, $"{line}")), Is.Empty);
        }

        var shown = selection.Next(Line(LogKind.Failure, "REPORT"));

        Assert.That(shown, Has.Count.InRange(1000, LogSelection.MaxWaitingBytes / 100));
        Assert.That(shown.TakeLast(2).Select(line => Encoding.UTF8.GetString(line.Text)), Is.EqualTo(new[] { "9999", "REPORT" }));
        Assert.That(selection.Next(Line(LogKind.Failure, "again")), Has.Count.EqualTo(1), "lines are shown once");

        LogLine Line(LogKind kind, string text) => new("f", _clock.GetUtcNow(), Encoding.UTF8.GetBytes(text), new LogOrigin(kind, "$LATEST", "id"), null);
    }

    [Test]
    public void A_record_is_a_streams_record_with_its_headers() => Assert.That(
        LogRecordHeaders.Encode(new LogOrigin(LogKind.Failure, "7", "id"), "text"u8),
        Is.EqualTo(new byte[] { 1, 2, 0, 9 }.Concat("requestId"u8.ToArray()).Concat(new byte[] { 0, 2 }).Concat("id"u8.ToArray())
            .Concat(new byte[] { 0, 7 }).Concat("version"u8.ToArray()).Concat(new byte[] { 0, 1, (byte)'7', 0, 4 }).Concat("kind"u8.ToArray()).Concat(new byte[] { 0, 7 }).Concat("failure"u8.ToArray())));

    [Test]
    public void Headers_of_another_time_are_passed_over([Values(new byte[0], new byte[] { 9, 9, 9 }, new byte[] { 1, 2, 255, 255, 1 })] byte[] headers) =>
        Assert.That(LogRecordHeaders.Decode(headers), Is.EqualTo(Printed));

    [Test]
    public async Task A_file_of_last_lines_that_is_damaged_counts_as_none()
    {
        Directory.CreateDirectory(_folder["quiet"]);
        await File.WriteAllTextAsync(_folder["quiet/f"], "[{\"offset\":");
        await ReopenAsync("f");

        Assert.That(Lines("f"), Is.Empty);
    }

    private LogStore OpenStore() => new(_folder.Path, RetentionBytes, retentionAge: null, _clock, NullLogger.Instance);

    private async Task ReopenAsync(params string[] functions)
    {
        await _store.DisposeAsync();
        _store = OpenStore();
        Array.ForEach(functions, function => _store.Of(function));
        _store.Restore();
    }

    private void Print(string function, string line)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _store.Of(function).Write(Encoding.UTF8.GetBytes(line), Printed, null, keep: true);
    }

    private string[] Lines(string? function, int? last = null, string? requestId = null, bool failuresOnly = false, DateTimeOffset? since = null) =>
        [.. _store.Open(function is null ? null : _store.Of(function), follower: null).Read(new LogQuery(since, last, requestId, failuresOnly)).Select(line => Encoding.UTF8.GetString(line.Text))];
}
