using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Streams;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources.Streams;

/// <summary>What reaches a function from a stream, in which batches, and what becomes of those that fail.</summary>
internal sealed class StreamMappingTests
{
    private readonly ConcurrentQueue<string[]> _batches = new();
    private TemporaryFolder _folder = null!;
    private ManualTimeProvider _clock = null!;
    private RecordingInvoker _invoker = null!;
    private LoopbackBroker _broker = null!;
    private ServiceProvider _services = null!;
    private DeadLetterLog _deadLetters = null!;
    private LogStreams _streams = null!;
    private LogStream _stream = null!;
    private SourceStore _store = null!;
    private StreamMappings _mappings = null!;
    private Func<string[], InvocationResult> _function = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _clock = new ManualTimeProvider();
        _broker = new LoopbackBroker();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _deadLetters = new DeadLetterLog(_folder["dead-letters"], 1 << 24, ActivatorUtilities.CreateInstance<Metrics>(_services), _clock, NullLogger.Instance);
        _streams = new LogStreams(_folder["streams"], _clock);
        _stream = _streams.Create("s");
        _batches.Clear();
        _function = _ => RecordingInvoker.Succeeded("null");
        _invoker = new RecordingInvoker { Answer = (payload, _) => Task.FromResult(Answer(payload)) };
        Start();
    }

    [TearDown]
    public async Task Close()
    {
        await StopAsync();
        await _streams.DisposeAsync();
        await _deadLetters.DisposeAsync();
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task The_event_is_that_of_a_Kinesis_stream()
    {
        await _stream.AppendAsync("vac-01", "hello");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);

        Assert.That(Encoding.UTF8.GetString(_invoker.Payloads.Single()), Is.EqualTo(
            """{"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"vac-01","sequenceNumber":"00000000000000000000","data":"aGVsbG8=","approximateArrivalTimestamp":1767225600},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000000:00000000000000000000","eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::000000000000:role/roost","awsRegion":"local","eventSourceARN":"arn:aws:kinesis:local:000000000000:stream/s"}]}"""));
    }

    [Test]
    public async Task What_is_there_comes_in_batches_of_the_size_asked_for()
    {
        await _stream.AppendAsync("k", [.. Enumerable.Range(0, 25).Select(number => $"{number}")]);
        await _mappings.StartAsync(Oldest() with { BatchSize = 10 });
        await BatchesAsync(3);

        Assert.That(_batches.Select(batch => batch.Length), Is.EqualTo([10, 10, 5]));
        Assert.That(_batches.SelectMany(batch => batch).Select(int.Parse), Is.EqualTo(Enumerable.Range(0, 25)));
    }

    [Test]
    public async Task A_window_gathers_until_it_is_over_or_the_batch_is_full()
    {
        await _mappings.StartAsync(Oldest() with { BatchSize = 3, MaximumBatchingWindowInSeconds = 10 });
        await _stream.AppendAsync("k", "a", "b", "c");
        await BatchesAsync(1);
        await _stream.AppendAsync("k", "d");
        await Eventually.IsTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1)); // the window begins with the first record, which the loop may not have read yet
            return _batches.Count == 2;
        }, "the window to be over");

        Assert.That(_batches, Is.EqualTo(new[] { new[] { "a", "b", "c" }, ["d"] }));
    }

    [Test]
    public async Task A_batch_is_never_larger_than_an_event_may_be()
    {
        var large = new string('x', 2 * 1024 * 1024);
        await _stream.AppendAsync("k", large, large, large);
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(2);

        Assert.That(_batches.Select(batch => batch.Length), Is.EqualTo([2, 1]));
        Assert.That(_invoker.Payloads, Is.All.Property("Length").LessThanOrEqualTo(FunctionHost.MaxPayloadBytes));
    }

    [Test]
    public async Task Latest_begins_with_what_comes_and_forgets_nothing_that_came_before_the_first_batch()
    {
        await _stream.AppendAsync("k", "old");
        var mapping = Oldest() with { StartingPosition = "LATEST" };
        await _mappings.StartAsync(mapping);
        await Eventually.IsTrueAsync(() => new CheckpointTable(_store).Find(mapping.UUID, stream: null, 1) is not null, "the position to be kept");
        await RestartAsync(() => _stream.AppendAsync("k", "while away"));
        await _mappings.StartAsync(mapping);
        await BatchesAsync(1);

        Assert.That(_batches.Single(), Is.EqualTo(["while away"]));
    }

    [Test]
    public async Task What_is_done_does_not_come_again_after_a_restart()
    {
        await _stream.AppendAsync("k", "a", "b");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        await RestartAsync(() => _stream.AppendAsync("k", "c"));
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(2);

        Assert.That(_batches.Last(), Is.EqualTo(["c"]));
    }

    [Test]
    public async Task A_batch_that_fails_is_tried_again_and_holds_up_those_behind_it()
    {
        var failures = 3;
        _function = _ => failures-- > 0 ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        await _stream.AppendAsync("k", "a", "b", "c");
        await _mappings.StartAsync(Oldest() with { BatchSize = 2 });

        await RetryAsync(batches: 5);
        Assert.That(_batches, Is.EqualTo(new[] { ["a", "b"], ["a", "b"], ["a", "b"], new[] { "a", "b" }, ["c"] }));
        Assert.That(Result(), Is.EqualTo("OK"));
    }

    [Test]
    public async Task A_batch_is_given_up_after_its_retries_and_told_to_the_dead_letters()
    {
        _function = batch => batch.Contains("b") ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        await _stream.AppendAsync("k", "a", "b", "c");
        await _mappings.StartAsync(Oldest() with { BatchSize = 2, MaximumRetryAttempts = 2 });

        await RetryAsync(batches: 4);
        Assert.That(_batches, Is.EqualTo(new[] { new[] { "a", "b" }, ["a", "b"], ["a", "b"], ["c"] }));
        var letter = JsonDocument.Parse(_deadLetters.List("f", null, null, 10).Letters.Single().Record).RootElement;
        Assert.That(letter.GetProperty("requestContext").GetRawText(), Is.EqualTo(
            """{"requestId":"00000000-0000-0000-0000-000000000001","functionArn":"arn:aws:lambda:local:000000000000:function:f","condition":"RetryAttemptsExhausted","approximateInvokeCount":3}"""));
        Assert.That(letter.GetProperty("responseContext").GetRawText(), Is.EqualTo("""{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}"""));
        Assert.That(letter.GetProperty("KinesisBatchInfo").GetRawText(), Is.EqualTo(
            """{"shardId":"shardId-000000000000","startSequenceNumber":"00000000000000000000","endSequenceNumber":"00000000000000000001","approximateArrivalOfFirstRecord":"2026-01-01T00:00:00.000Z","approximateArrivalOfLastRecord":"2026-01-01T00:00:00.000Z","batchSize":2,"streamArn":"arn:aws:kinesis:local:000000000000:stream/s"}"""));
    }

    [Test]
    public async Task Halving_a_batch_finds_the_one_record_that_fails()
    {
        _function = batch => batch.Contains("5") ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        await _stream.AppendAsync("k", [.. Enumerable.Range(0, 8).Select(number => $"{number}")]);
        await _mappings.StartAsync(Oldest() with { BisectBatchOnFunctionError = true, MaximumRetryAttempts = 1 });

        await RetryAsync(batches: 8);
        Assert.That(_batches.Select(batch => string.Join(' ', batch)), Is.EqualTo(["0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "4 5", "4", "5", "5", "6 7"]));
        Assert.That(BatchInfo().GetProperty("batchSize").GetInt32(), Is.EqualTo(1));
        Assert.That(BatchInfo().GetProperty("startSequenceNumber").GetString(), Does.EndWith("05"));
    }

    [Test]
    public async Task Reported_failures_are_tried_again_from_the_lowest_on_and_what_was_before_it_never_comes_again()
    {
        var first = true;
        _function = batch => first && !(first = false) ? Failures(batch, "d", "c") : RecordingInvoker.Succeeded("{}");
        await _stream.AppendAsync("k", "a", "b", "c", "d");
        await _mappings.StartAsync(Oldest() with { FunctionResponseTypes = ["ReportBatchItemFailures"] });

        await RetryAsync(batches: 2);
        Assert.That(_batches, Is.EqualTo(new[] { new[] { "a", "b", "c", "d" }, ["c", "d"] }));
    }

    [Test]
    public async Task Reported_failures_halve_the_batch_where_they_are_told_and_not_in_the_middle()
    {
        _function = batch => batch.Contains("d") ? Failures(batch, "d") : RecordingInvoker.Succeeded("{}");
        await _stream.AppendAsync("k", "a", "b", "c", "d", "e");
        await _mappings.StartAsync(Oldest() with { FunctionResponseTypes = ["ReportBatchItemFailures"], BisectBatchOnFunctionError = true, MaximumRetryAttempts = 1 });

        await RetryAsync(batches: 4);
        Assert.That(_batches.Select(batch => string.Join(' ', batch)), Is.EqualTo(["a b c d e", "d e", "d", "e"]));
        Assert.That(BatchInfo().GetProperty("batchSize").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_report_is_ignored_where_it_was_not_asked_for()
    {
        _function = batch => Failures(batch, "a");
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        await _stream.AppendAsync("k", "b");
        await BatchesAsync(2);

        Assert.That(_batches.Last(), Is.EqualTo(["b"]));
    }

    [Test]
    public async Task Records_that_are_too_old_are_given_up_without_a_call()
    {
        await _stream.AppendAsync("k", "old");
        _clock.Advance(TimeSpan.FromSeconds(61));
        await _stream.AppendAsync("k", "new");
        await _mappings.StartAsync(Oldest() with { MaximumRecordAgeInSeconds = 60 });
        await BatchesAsync(1);

        Assert.That(_batches.Single(), Is.EqualTo(["new"]));
        var letter = JsonDocument.Parse(_deadLetters.List("f", null, null, 10).Letters.Single().Record).RootElement;
        Assert.That(letter.GetProperty("requestContext").GetProperty("condition").GetString(), Is.EqualTo("RecordAgeExceeded"));
        Assert.That(letter.TryGetProperty("responseContext", out _), Is.False);
    }

    [Test]
    public async Task Records_grow_too_old_while_they_are_tried()
    {
        _function = batch => batch.Contains("a") ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest() with { MaximumRecordAgeInSeconds = 60 });
        await BatchesAsync(1);

        await Eventually.IsTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _deadLetters.Count("f") == 1;
        }, "the record to be given up");
        Assert.That(Result(), Is.EqualTo("PROBLEM: Function call failed"));
    }

    [TestCase("arn:aws:kinesis:local:000000000000:stream/failed")]
    [TestCase("arn:aws:iot:local:000000000000:topic/robots/failed")]
    [TestCase("arn:aws:lambda:local:000000000000:function:mend")]
    public async Task What_is_given_up_goes_to_its_destination(string arn)
    {
        var failed = _streams.Create("failed");
        _function = batch => batch.Length > 0 ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest() with { MaximumRetryAttempts = 0, DestinationConfig = new DestinationConfig(new OnFailure(arn)) });

        IEnumerable<string> Told() => failed.ReadAll()
            .Concat(_broker.Published.Where(message => message.Topic.Value == "robots/failed").Select(message => Encoding.UTF8.GetString(message.Payload.Span)))
            .Concat(_invoker.Payloads.Skip(1).Select(Encoding.UTF8.GetString));
        await Eventually.IsTrueAsync(() => Told().Any(), "the record");
        Assert.That(Told().Single(), Does.Contain("\"condition\":\"RetryAttemptsExhausted\""));
        Assert.That(_deadLetters.Count("f"), Is.Zero);
    }

    [Test]
    public async Task What_its_destination_does_not_take_is_a_dead_letter()
    {
        _function = _ => RecordingInvoker.Failed();
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest() with { MaximumRetryAttempts = 0, DestinationConfig = new DestinationConfig(new OnFailure(StreamArn.Of("nowhere"))) });

        await Eventually.IsTrueAsync(() => _deadLetters.Count("f") == 1, "the dead letter");
    }

    [Test]
    public async Task A_function_that_is_busy_costs_time_and_no_retry()
    {
        _invoker.Refusals = 3;
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest() with { MaximumRetryAttempts = 0 });

        await RetryAsync(batches: 1);
        Assert.That(_deadLetters.Count("f"), Is.Zero);
        Assert.That(_batches.Single(), Is.EqualTo(["a"]));
    }

    [Test]
    public async Task Partitions_run_side_by_side_and_keep_the_order_of_each_key()
    {
        var stuck = KeyHash.PartitionOf("bad", 4);
        _function = batch => batch.Any(record => record.StartsWith("bad", StringComparison.Ordinal)) ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        var keys = Enumerable.Range(0, 40).Select(number => $"key-{number}").Where(key => KeyHash.PartitionOf(key, 4) != stuck).ToList();
        await _stream.AppendAsync("bad", "bad");
        for (var round = 0; round < 5; round++)
        {
            foreach (var key in keys)
            {
                await _stream.AppendAsync(key, $"{key}/{round}");
            }
        }

        await _mappings.StartAsync(Oldest() with { ParallelizationFactor = 4, BatchSize = 7 });

        IEnumerable<string> Done() => _batches.SelectMany(batch => batch).Where(record => record != "bad");
        await Eventually.IsTrueAsync(() => Done().Count() == 5 * keys.Count, "all records of the other partitions");
        foreach (var key in keys)
        {
            Assert.That(Done().Where(record => record.StartsWith(key + "/", StringComparison.Ordinal)), Is.EqualTo(Enumerable.Range(0, 5).Select(round => $"{key}/{round}")));
        }
    }

    [Test]
    public async Task Another_number_of_partitions_goes_on_from_the_one_that_is_farthest_behind()
    {
        var bad = true;
        _function = batch => bad && batch.Contains("bad") ? RecordingInvoker.Failed() : RecordingInvoker.Succeeded("null");
        var other = Enumerable.Range(0, 99).Select(number => $"key-{number}").First(key => KeyHash.PartitionOf(key, 2) != KeyHash.PartitionOf("bad", 2));
        await _stream.AppendAsync("bad", "bad");
        await _stream.AppendAsync(other, "other");
        await _mappings.StartAsync(Oldest() with { ParallelizationFactor = 2 });
        await BatchesAsync(2);
        bad = false;
        _batches.Clear();

        await _mappings.StartAsync(Oldest() with { ParallelizationFactor = 1 });
        await BatchesAsync(1);
        Assert.That(_batches.Single(), Is.EqualTo(["bad", "other"]), "the other one runs again: at least once");
    }

    [Test]
    public async Task A_mapping_that_is_disabled_waits_and_goes_on_where_it_was()
    {
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        await _mappings.StartAsync(Oldest() with { Enabled = false });
        await _stream.AppendAsync("k", "b");
        Assert.That(_mappings.List().Single().State, Is.EqualTo("Disabled"));

        await _mappings.StartAsync(Oldest());
        await BatchesAsync(2);
        Assert.That(_batches.Last(), Is.EqualTo(["b"]));
    }

    [Test]
    public async Task A_mapping_that_was_deleted_begins_anew()
    {
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        await _mappings.DeleteAsync(Oldest().UUID);
        Assert.That(_mappings.List(), Is.Empty);

        await _mappings.StartAsync(Oldest());
        await BatchesAsync(2);
        Assert.That(_batches.Last(), Is.EqualTo(["a"]));
    }

    [Test]
    public async Task A_stream_that_comes_later_is_found()
    {
        await _mappings.StartAsync(Oldest() with { EventSourceArn = StreamArn.Of("later") });
        await Eventually.IsTrueAsync(() => Result() == "PROBLEM: There is no stream later", "the problem to be told");

        await _streams.Create("later").AppendAsync("k", "a");
        await RetryAsync(batches: 1);
        Assert.That(_batches.Single(), Is.EqualTo(["a"]));
    }

    [Test]
    public async Task A_stop_lets_the_batch_under_way_finish_and_begins_no_other()
    {
        var answer = new TaskCompletionSource<InvocationResult>();
        _invoker.Answer = (payload, _) =>
        {
            Answer(payload);
            return answer.Task;
        };
        await _stream.AppendAsync("k", "a", "b");
        await _mappings.StartAsync(Oldest() with { BatchSize = 1 });
        await BatchesAsync(1);
        var stopped = _mappings.StopAllAsync(CancellationToken.None);
        Assert.That(stopped.IsCompleted, Is.False);
        answer.SetResult(RecordingInvoker.Succeeded("null"));
        await stopped;

        Assert.That(_batches.Single(), Is.EqualTo(["a"]));
        Assert.That(new CheckpointTable(_store).Find(Oldest().UUID, stream: null, 1), Is.EqualTo([1L]));
    }

    [Test]
    public async Task A_stop_that_takes_too_long_gives_the_batch_up_which_comes_again()
    {
        _invoker.Answer = async (payload, cancellationToken) =>
        {
            Answer(payload);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return RecordingInvoker.Succeeded("null");
        };
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        using var giveUp = new CancellationTokenSource();
        var stopped = _mappings.StopAllAsync(giveUp.Token);
        await giveUp.CancelAsync();
        await stopped;

        Assert.That(new CheckpointTable(_store).Find(Oldest().UUID, stream: null, 1), Is.EqualTo([0L]));
    }

    [Test]
    public async Task A_mapping_that_is_replaced_does_not_wait_for_a_function_that_takes_its_time()
    {
        var slow = true;
        _invoker.Answer = async (payload, cancellationToken) =>
        {
            Answer(payload);
            await Task.Delay(slow ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, TimeProvider.System, cancellationToken);
            return RecordingInvoker.Succeeded("null");
        };
        await _stream.AppendAsync("k", "a");
        await _mappings.StartAsync(Oldest());
        await BatchesAsync(1);
        slow = false;
        var replaced = _mappings.StartAsync(Oldest() with { BatchSize = 7 });
        await Eventually.IsTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return replaced.IsCompleted;
        }, "the new mapping");
        await BatchesAsync(2);

        Assert.That(_batches.Last(), Is.EqualTo(["a"]), "it comes again");
        Assert.That(_mappings.List().Single().Mapping.BatchSize, Is.EqualTo(7));
    }

    [Test]
    public async Task The_iterators_age_is_that_of_the_oldest_record_that_is_not_done()
    {
        var ages = new ConcurrentQueue<double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "roost.functions.iterator_age") { listener.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => ages.Enqueue(value));
        listener.Start();
        _function = _ => RecordingInvoker.Failed();
        await _stream.AppendAsync("k", "a");
        _clock.Advance(TimeSpan.FromSeconds(90));
        await _mappings.StartAsync(Oldest());
        await Eventually.IsTrueAsync(() => Result().StartsWith("PROBLEM", StringComparison.Ordinal), "the failure");

        listener.RecordObservableInstruments();
        Assert.That(ages, Has.Some.EqualTo(90));
    }

    [TestCase("TRIM_HORIZON")]
    [TestCase("LATEST")]
    public async Task Another_stream_that_gets_the_name_of_a_deleted_one_is_read_from_its_first_record(string position)
    {
        var mapping = Oldest() with { StartingPosition = position };
        var first = await _streams.ReplaceAsync("s", "first");
        await _mappings.StartAsync(mapping);
        await Eventually.IsTrueAsync(() => new CheckpointTable(_store).Find(mapping.UUID, "first", 1) is not null, "the position to be kept");
        await first.AppendAsync("k", "a", "b", "c");
        await Eventually.IsTrueAsync(() => _mappings.PositionsIn("s").Single().NextOffset == 3, "all to be done");

        var second = await _streams.ReplaceAsync("s", "second");
        await second.AppendAsync("k", "d", "e");
        await Eventually.IsTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _mappings.PositionsIn("s").Single().NextOffset == 2;
        }, "the records of the second to be done");

        Assert.That(_batches.SelectMany(batch => batch), Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
    }

    [Test]
    public async Task A_position_in_a_stream_that_was_deleted_while_the_daemon_was_down_is_not_one_in_its_successor()
    {
        var first = await _streams.ReplaceAsync("s", "first");
        await first.AppendAsync("k", "a", "b", "c");
        await _mappings.StartAsync(Oldest());
        await Eventually.IsTrueAsync(() => _mappings.PositionsIn("s").Single().NextOffset == 3, "all to be done");
        await RestartAsync(async () => await (await _streams.ReplaceAsync("s", "second")).AppendAsync("k", "d", "e", "f", "g"));

        await _mappings.StartAsync(Oldest());

        await Eventually.IsTrueAsync(() => _mappings.PositionsIn("s").Single().NextOffset == 4, "the records of the second to be done");
        Assert.That(_batches.SelectMany(batch => batch), Is.EqualTo(new[] { "a", "b", "c", "d", "e", "f", "g" }));
    }

    [Test]
    public async Task Records_that_get_the_offsets_of_others_which_a_power_cut_took_are_not_passed_over()
    {
        var first = await _streams.ReplaceAsync("s", "x");
        await first.AppendAsync("k", "a", "b", "c");
        await _mappings.StartAsync(Oldest());
        await Eventually.IsTrueAsync(() => _mappings.PositionsIn("s").Single().NextOffset == 3, "all to be done");
        await RestartAsync(async () =>
        {
            foreach (var segment in Directory.EnumerateFiles(_folder["streams/x"], "*.log").ToList())
            {
                File.Delete(segment);
            }

            await _streams.ReplaceAsync("s", "x");
        });

        await _mappings.StartAsync(Oldest());
        await Eventually.IsTrueAsync(() => new CheckpointTable(_store).Find(Oldest().UUID, "x", 1) is [0], "the position to be set back");
        await _streams.Create("s").AppendAsync("k", "d", "e");

        await Eventually.IsTrueAsync(() => _batches.Sum(batch => batch.Length) == 5, "the records of the second time to be done");
        Assert.That(_batches.SelectMany(batch => batch), Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
    }

    [Test]
    public async Task Records_that_retention_took_are_counted()
    {
        var small = _streams.Create("small", new AppendLogOptions { SegmentBytes = 4096, Retention = new LogRetention(Records: 16) });
        var lost = 0L;
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "roost.functions.lost_records") { listener.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref lost, value));
        listener.Start();
        var mapping = Oldest() with { EventSourceArn = StreamArn.Of("small") };
        await _mappings.StartAsync(mapping);
        await Eventually.IsTrueAsync(() => new CheckpointTable(_store).Find(mapping.UUID, stream: null, 1) is not null, "the position to be kept");
        await RestartAsync(() => small.AppendAsync("k", [.. Enumerable.Range(0, 100).Select(number => $"{number}")]));
        await _mappings.StartAsync(mapping);
        await BatchesAsync(1);

        Assert.That(Interlocked.Read(ref lost), Is.EqualTo(int.Parse(_batches.First()[0])).And.GreaterThan(50));
    }

    private static EventSourceMapping Oldest() => new() { UUID = "11111111-2222-3333-4444-555555555555", FunctionName = "f", EventSourceArn = StreamArn.Of("s"), StartingPosition = "TRIM_HORIZON" };

    private static InvocationResult Failures(string[] batch, params string[] failed) => RecordingInvoker.Succeeded(JsonSerializer.Serialize(new
    {
        batchItemFailures = failed.Select(record => new { itemIdentifier = s_sequenceNumbers[record] }),
    }));

    private static readonly ConcurrentDictionary<string, string> s_sequenceNumbers = new();

    private InvocationResult Answer(byte[] payload)
    {
        var root = JsonDocument.Parse(payload).RootElement;
        if (!root.TryGetProperty("Records", out var records))
        {
            return RecordingInvoker.Succeeded("null");
        }

        var texts = new List<string>();
        foreach (var record in records.EnumerateArray().Select(record => record.GetProperty("kinesis")))
        {
            var text = Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64());
            s_sequenceNumbers[text] = record.GetProperty("sequenceNumber").GetString()!;
            texts.Add(text);
        }

        var answer = _function([.. texts]);
        _batches.Enqueue([.. texts]);
        return answer;
    }

    private string Result() => _mappings.List().Single().LastProcessingResult;

    private JsonElement BatchInfo() => JsonDocument.Parse(_deadLetters.List("f", null, null, 10).Letters.Single().Record).RootElement.GetProperty("KinesisBatchInfo");

    private Task BatchesAsync(int count) => Eventually.IsTrueAsync(() => _batches.Count >= count, $"{count} batches");

    /// <summary>Lets the time pass that lies between tries.</summary>
    private async Task RetryAsync(int batches)
    {
        await Eventually.IsTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _batches.Count >= batches;
        }, $"{batches} batches");
        await Eventually.IsTrueAsync(() => _mappings.List().Single().IteratorAge == TimeSpan.Zero, "the last of them to be done");
        Assert.That(_batches, Has.Count.EqualTo(batches));
    }

    private void Start()
    {
        _store = new SourceStore(_folder.Path, NullLogger.Instance);
        var metrics = ActivatorUtilities.CreateInstance<Metrics>(_services);
        _mappings = new StreamMappings(_streams, _invoker, new FailureDestination(_streams, _broker, _invoker, _deadLetters, metrics), new CheckpointTable(_store), metrics, _clock, NullLogger.Instance);
    }

    private async Task StopAsync()
    {
        using var giveUp = new CancellationTokenSource();
        await giveUp.CancelAsync();
        await _mappings.StopAllAsync(giveUp.Token);
        await _mappings.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task RestartAsync(Func<Task> meanwhile)
    {
        await StopAsync();
        await meanwhile();
        Start();
    }
}
