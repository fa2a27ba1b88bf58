using System.Diagnostics;
using System.Globalization;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>One attack after another on one broker, each beside the good pair; a row for each.</summary>
internal static class AttackRun
{
    private static readonly (string Name, string What, Func<int, double, CancellationToken, string> Attack)[] s_attacks =
    [
        ("slow", "5,000 connections that send a CONNECT a byte a second", Floods.SlowConnects),
        ("storm", "connects as fast as they go, each closed at once", Floods.ConnectStorm),
        ("halves", "PUBLISH packets of 200 KB that stop half-way, 1,000 connections", Floods.HalfPackets),
        ("oversize", "packets that announce more than the maximum", Floods.Oversize),
        ("deaf", "100 subscribers that do not read what 64 KB messages bring", Floods.DeafReaders),
        ("deep", "filters and topics of up to 32,000 levels", Trees.DeepFilters),
        ("laughs", "100 sessions with 1,000 overlapping wildcards each, and topics that match them all", Trees.OverlappingWildcards),
        ("subscribe", "SUBSCRIBE packets of 256 KiB, 60,000 filters each", Trees.HugeSubscribes),
        ("churn", "topics never seen before, while subscriptions change", Trees.EverNewTopics),
        ("retained", "100,000 retained messages, asked for by 20 subscribers again and again", Trees.RetainedStorm),
        ("utf8", "every wrong form of UTF-8 in every text", Texts.WrongUtf8),
    ];

    public static int Run(Arguments arguments)
    {
        var only = arguments.Text("only")?.Split(',');
        var scale = arguments.Number("scale", 1);
        using var broker = BrokerUnderTest.Start(arguments);
        using var pair = new GoodPair(broker.Port);
        Pause.For(TimeSpan.FromSeconds(3));
        Console.WriteLine("| attack | what it came to | seconds | good pair p50 ms | p99 ms | longest ms | RSS highest MiB | RSS after MiB |\n|---|---|---|---|---|---|---|---|");
        var quiet = pair.TakeLatencies();
        Row("none", "the good pair alone", 3, quiet, broker);
        foreach (var (name, what, attack) in s_attacks.Where(attack => only is null || only.Contains(attack.Name)))
        {
            broker.ResetPeak();
            var began = Stopwatch.GetTimestamp();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20 * scale));
            var result = attack(broker.Port, scale, limit.Token);
            var latencies = pair.TakeLatencies();
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Pause.For(TimeSpan.FromSeconds(2));
            _ = pair.TakeLatencies();
            Row(name, $"{what}: {result}", seconds, latencies, broker);
            if (broker.HasExited || pair.Fault is not null)
            {
                Console.WriteLine($"FAILED in {name}: {(broker.HasExited ? "the broker has ended" : pair.Fault)}");
                return 1;
            }
        }

        var lost = pair.Finish();
        Console.WriteLine(lost == 0 ? "the broker is up, and the good pair lost nothing" : $"FAILED: {lost} messages of the good pair lost");
        return lost == 0 ? 0 : 1;
    }

    private static void Row(string name, string what, double seconds, double[] latencies, BrokerUnderTest broker) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {what} | {seconds:0} | {Report.Percentile(latencies, 50):0.00} | {Report.Percentile(latencies, 99):0.0} | {latencies.LastOrDefault():0} | {broker.PeakMiB:0} | {broker.RssMiB():0} |"));
}
