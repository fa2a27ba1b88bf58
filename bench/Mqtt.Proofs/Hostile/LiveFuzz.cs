using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Protocol;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>Connections that begin like real clients and go on with mutated packets, while two good clients go on talking.</summary>
internal static class LiveFuzz
{
    public static int Run(Arguments arguments)
    {
        var seconds = arguments.Number("seconds", 60);
        var connections = arguments.Integer("connections", 20);
        var seed = arguments.Integer("seed", Environment.TickCount & 0xFFFFF);
        using var broker = BrokerUnderTest.Start(arguments);
        using var pair = new GoodPair(broker.Port);
        Pause.For(TimeSpan.FromSeconds(2));
        _ = pair.TakeLatencies();
        var before = broker.RssMiB();
        broker.ResetPeak();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var attackers = Enumerable.Range(0, connections).Select(index => new Attacker(broker.Port, seed + index)).ToList();
        var began = Stopwatch.GetTimestamp();
        var threads = attackers.ConvertAll(attacker => new Thread(() => attacker.Run(stop.Token), maxStackSize: 256 * 1024));
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var latencies = pair.TakeLatencies();
        var lost = pair.Finish();
        var packets = attackers.Sum(static attacker => attacker.Packets);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{packets:N0} mutated packets over {attackers.Sum(static attacker => attacker.Connections):N0} connections in {elapsed:0} s, {packets / elapsed:N0} a second (seeds {seed} to {seed + connections - 1})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"good pair: p50 {Report.Percentile(latencies, 50):0.00} ms, p99 {Report.Percentile(latencies, 99):0.0} ms, longest {latencies.LastOrDefault():0} ms, {lost} lost; RSS {before:0} MiB before, {broker.PeakMiB:0} highest"));
        var fault = broker.HasExited ? "the broker has ended" : pair.Fault ?? (lost > 0 ? $"{lost} messages of the good pair lost" : null);
        Console.WriteLine(fault is null ? "the broker is up, and the good pair was served" : $"FAILED: {fault}");
        return fault is null ? 0 : 1;
    }

    private sealed class Attacker(int port, int seed)
    {
        private readonly Mutator _mutator = new(seed);
        private readonly byte[] _packet = new byte[4096];
        private readonly byte[] _batch = new byte[64 * 1024];
        private readonly byte[] _answers = new byte[64 * 1024];

        public long Packets { get; private set; }

        public long Connections { get; private set; }

        public void Run(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Attack(stop);
                }
                catch (SocketException)
                {
                    // Closed on us, as is right for what we sent; or refused for a moment.
                }
            }
        }

        private void Attack(CancellationToken stop)
        {
            var random = _mutator.Random;
            using var client = WireClient.Open(port);
            Connections++;
            var version = random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
            if (random.Next(8) > 0)
            {
                // Few client identifiers: sessions are taken over and taken up again.
                client.Send(WireClient.ConnectBytes($"fuzz-{random.Next(20)}", version, clean: random.Next(4) > 0));
            }

            for (var round = random.Next(1, 8); round > 0 && !stop.IsCancellationRequested; round--)
            {
                var length = FillBatch(random, version, mutations: round < 5);
                for (var sent = 0; sent < length;)
                {
                    var part = random.Next(4) == 0 ? Math.Min(length - sent, random.Next(1, 64)) : length - sent;
                    client.Send(_batch.AsSpan(sent, part));
                    sent += part;
                }

                while (client.Socket.Available > 0)
                {
                    if (client.Socket.Receive(_answers) == 0)
                    {
                        return;
                    }
                }
            }
        }

        /// <summary>A few packets: sound ones, so that there is state to be harmed, and mutated ones at the end, which mostly cost the connection.</summary>
        private int FillBatch(Random random, MqttProtocolVersion version, bool mutations)
        {
            var length = 0;
            for (var count = random.Next(1, 12); count > 0; count--)
            {
                var capture = Capture.All[random.Next(Capture.All.Count)];
                if (capture.Version != version || capture.Sender != PacketSender.Client || capture.Bytes[0] >> 4 is 1 or 14)
                {
                    continue;
                }

                capture.Bytes.CopyTo(_packet, 0);
                var size = mutations ? _mutator.Mutate(_packet, capture.Bytes.Length) : capture.Bytes.Length;
                _packet.AsSpan(0, size).CopyTo(_batch.AsSpan(length));
                length += size;
                Packets += mutations ? 1 : 0;
            }

            return length;
        }
    }
}
